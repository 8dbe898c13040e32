// Mean values of cells of an area. `origin` is its corner in pixels, `step` the distance of samples,
// `samples` their number in a cell.
struct Uniforms { origin: vec2f, step: vec2f, samples: vec2i }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let last = vec2f(textureDimensions(input0)) - 1.0;
    let first = vec2i(in.position.xy) * u.samples;
    var sum = vec4f(0.0);
    for (var y = 0; y < u.samples.y; y++) {
        for (var x = 0; x < u.samples.x; x++) {
            let place = floor(u.origin + (vec2f(first + vec2i(x, y)) + 0.5) * u.step);
            sum += textureLoad(input0, vec2i(clamp(place, vec2f(0.0), last)), 0);
        }
    }
    return valid(sum / f32(u.samples.x * u.samples.y));
}
