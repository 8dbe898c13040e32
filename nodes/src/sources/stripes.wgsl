// Lengths are pixels.
struct Uniforms {
    first: vec4f,
    second: vec4f,
    canvas: vec2f,
    direction: vec2f,
    width: f32,
    offset: f32,
    softness: f32,
}

// How much of the first colour there is at a place along one axis: `edge` is how wide it fades.
fn wave(along: f32, width: f32, edge: f32) -> f32 {
    let place = along / width;
    let inside = abs(place - 2.0 * floor(0.5 * place) - 1.0) - 0.5;
    return smoothstep(-0.5, 0.5, inside * width / edge);
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let place = (in.position.xy - 0.5 * u.canvas) * vec2f(1.0, -1.0);
    let along = dot(u.direction, place) - u.offset + 0.5 * u.width;
    return valid(mix(u.second, u.first, wave(along, max(u.width, 0.01), max(u.softness, 1.0))));
}
