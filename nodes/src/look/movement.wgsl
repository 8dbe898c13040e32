// `from_x` and `from_y` take a place in the result, in pixels from the anchor, to where it was in
// the picture; `grow` is the scale without its sign.
struct Uniforms {
    from_x: vec2f, from_y: vec2f, anchor: vec2f, shift: vec2f, grow: f32, taps: i32, edge: u32
}

fn picture_at(place: vec2f, size: vec2f) -> vec4f {
    let uv = place / size;
    switch u.edge {
        case 1u: { return textureSampleLevel(input0, repeat_sampler, uv, 0.0); }
        case 2u: { return textureSampleLevel(input0, mirror_sampler, uv, 0.0); }
        default: {
            // How much of a sample lies inside, so that edges are smooth.
            let inside = min(place, size - place) * u.grow * f32(u.taps) + 0.5;
            let cover = clamp(inside, vec2f(0.0), vec2f(1.0));
            return textureSampleLevel(input0, linear_sampler, uv, 0.0) * cover.x * cover.y;
        }
    }
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let size = vec2f(textureDimensions(input0));
    let anchor = u.anchor * size;
    var sum = vec4f(0.0);
    for (var y = 0; y < u.taps; y++) {
        for (var x = 0; x < u.taps; x++) {
            let inside_pixel = (vec2f(f32(x), f32(y)) + 0.5) / f32(u.taps) - 0.5;
            let place = in.position.xy + inside_pixel - anchor - u.shift;
            sum += picture_at(anchor + vec2f(dot(u.from_x, place), dot(u.from_y, place)), size);
        }
    }
    return valid(sum / f32(u.taps * u.taps));
}
