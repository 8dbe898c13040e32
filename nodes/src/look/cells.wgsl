// The mean of each cell, of the part of it that lies in the picture.
struct Uniforms { side_px: vec2f, start_px: vec2f }

const MOST_TAPS: f32 = 32.0;

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let size = vec2f(textureDimensions(input0));
    let corner = u.start_px + floor(in.position.xy) * u.side_px;
    let first = clamp(corner, vec2f(0.0), size - 0.5);
    let end = clamp(corner + u.side_px, first + 0.5, size);
    let taps = vec2i(clamp(round(end - first), vec2f(1.0), vec2f(MOST_TAPS)));
    let step = (end - first) / vec2f(taps);
    var sum = vec4f(0.0);
    for (var y = 0; y < taps.y; y++) {
        for (var x = 0; x < taps.x; x++) {
            let place = first + (vec2f(f32(x), f32(y)) + 0.5) * step;
            sum += textureSampleLevel(input0, linear_sampler, place / size, 0.0);
        }
    }
    return valid(sum / f32(taps.x * taps.y));
}
