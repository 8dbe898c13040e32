fn value(place: vec2f, x: f32, y: f32) -> f32 {
    let at = (place + vec2f(x, y) * max(u.reach, 1.0)) / vec2f(textureDimensions(input0));
    return brightness(textureSampleLevel(input0, linear_sampler, at, 0.0).rgb);
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let place = in.position.xy;
    let top_left = value(place, -1.0, -1.0);
    let top_right = value(place, 1.0, -1.0);
    let bottom_left = value(place, -1.0, 1.0);
    let bottom_right = value(place, 1.0, 1.0);
    let right = top_right + 2.0 * value(place, 1.0, 0.0) + bottom_right;
    let left = top_left + 2.0 * value(place, -1.0, 0.0) + bottom_left;
    let top = top_left + 2.0 * value(place, 0.0, -1.0) + top_right;
    let bottom = bottom_left + 2.0 * value(place, 0.0, 1.0) + bottom_right;
    let change = length(vec2f(right - left, bottom - top)) / 4.0;
    let drawn = clamp(change * u.strength, 0.0, 1.0);
    var ground = vec4f(0.0, 0.0, 0.0, 1.0);
    switch u.on {
        case 1u: { ground = picture; }
        case 2u: { ground = vec4f(0.0); }
        default: {}
    }
    let lines = u.line * drawn + ground * (1.0 - clamp(u.line.a, 0.0, 1.0) * drawn);
    return at_amount(picture, lines, u.amount);
}
