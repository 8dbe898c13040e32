// Lengths are pixels.
struct Uniforms {
    colour: vec4f,
    canvas: vec2f,
    middle: vec2f,
    direction: vec2f,
    half_size: vec2f,
    corner: f32,
    thickness: f32,
    softness: f32,
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let offset = (in.position.xy - 0.5 * u.canvas) * vec2f(1.0, -1.0) - u.middle;
    let place = vec2f(dot(u.direction, offset), u.direction.x * offset.y - u.direction.y * offset.x);
    // The distance to the edge, negative inside (I. Quilez, "2D distance functions").
    let corner = min(u.corner, min(u.half_size.x, u.half_size.y));
    let beyond = abs(place) - u.half_size + corner;
    var distance = length(max(beyond, vec2f(0.0))) + min(max(beyond.x, beyond.y), 0.0) - corner;
    if u.thickness > 0.0 {
        distance = abs(distance) - 0.5 * u.thickness;
    }
    let width = max(u.softness, 1.0);
    let is_there = u.half_size.x > 0.0 && u.half_size.y > 0.0;
    let cover = select(0.0, 1.0 - smoothstep(-0.5 * width, 0.5 * width, distance), is_there);
    return valid(u.colour * cover);
}
