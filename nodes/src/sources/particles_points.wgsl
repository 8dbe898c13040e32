// Draws the particles. input0 is velocity and age, input1 the place.
struct Point {
    @builtin(position) position: vec4f,
    @location(0) corner: vec2f,
    @location(1) @interpolate(flat) light: f32,
    @location(2) @interpolate(flat) radius: f32,
}

@vertex
fn place(@builtin(vertex_index) corner: u32, @builtin(instance_index) point: u32) -> Point {
    let at = vec2u(point % textureDimensions(input1).x, point / textureDimensions(input1).x);
    let now = textureLoad(input0, at, 0);
    let parts = textureLoad(input1, at, 0);
    let middle = parts.xz + parts.yw;
    let age = clamp(now.z + now.w, 0.0, 1.0);
    let wanted = 0.5 * u.size * u.lines * (0.5 + own(at).y);
    // One smaller than a pixel is as large as a pixel, and darker.
    let radius = max(wanted, 0.7);
    let shrunk = min(wanted / radius, 1.0);
    let fade = smoothstep(0.0, 0.1, age) * (1.0 - smoothstep(0.6, 1.0, age));
    // A pixel more, for the soft edge.
    let side = vec2f(f32(corner & 1u), f32(corner >> 1u)) * 2.0 - 1.0;
    let spot = middle + side * (radius + 1.0) / u.lines;
    let position = vec4f(2.0 * spot.x / u.shape, 2.0 * spot.y, 0.0, 1.0);
    return Point(position, side * (radius + 1.0), fade * shrunk * shrunk, radius);
}

@fragment
fn main(in: Point) -> @location(0) vec4f {
    let away = length(in.corner);
    // Bright in the middle, with an edge of a pixel.
    let cover = clamp(in.radius + 0.5 - away, 0.0, 1.0) * (1.0 - 0.7 * min(away / in.radius, 1.0));
    let colour = vec4f(clamp(u.colour.rgb, vec3f(0.0), vec3f(64.0)), clamp(u.colour.a, 0.0, 1.0));
    return vec4f(colour.rgb, colour.a * (1.0 - clamp(u.glow, 0.0, 1.0))) * cover * in.light;
}
