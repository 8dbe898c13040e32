// input0 is the letters, white on nothing, in strips one below the other with a pixel around each; `corner` is their
// place on the canvas, and a pixel of them is `scale` pixels there.
struct Uniforms { colour: vec4f, corner: vec2f, size: vec2f, strip: f32, scale: f32 }

fn cover_at(at: vec2f) -> f32 {
    let last = ceil(u.size.x / u.strip) - 1.0;
    let strip = clamp(floor(at.x / u.strip), 0.0, last);
    let place = vec2f(at.x - strip * u.strip, strip * (u.size.y + 2.0) + at.y) + 1.0;
    return textureSampleLevel(input0, linear_sampler, place / vec2f(textureDimensions(input0)), 0.0).a;
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let size = u.size;
    let place = (in.position.xy - u.corner) / max(u.scale, 1e-6);
    if any(place < vec2f(-0.5)) || any(place > size + 0.5) {
        return vec4f(0.0);
    }
    // Smaller than drawn, the mean of what is under the pixel.
    let taps = clamp(i32(ceil(1.0 / max(u.scale, 1e-6))), 1, 8);
    var cover = 0.0;
    for (var y = 0; y < taps; y++) {
        for (var x = 0; x < taps; x++) {
            let offset = (vec2f(f32(x), f32(y)) + 0.5) / f32(taps) - 0.5;
            let at = place + offset / max(u.scale, 1e-6) * select(1.0, 0.0, taps == 1);
            let inside = clamp(min(at, size - at) + 0.5, vec2f(0.0), vec2f(1.0));
            cover += cover_at(at) * inside.x * inside.y;
        }
    }
    return valid(u.colour * cover / f32(taps * taps));
}
