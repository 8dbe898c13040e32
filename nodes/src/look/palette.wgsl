struct Uniforms {
    colours: array<vec4f, 8>,
    count: u32,
    smooth_share: f32,
    shift: f32,
    amount: f32,
}

// Encoded and straight: between those the eye sees even steps.
fn of_palette(index: u32) -> vec4f {
    let colour = u.colours[min(index, u.count - 1u)];
    return vec4f(encode(straight(colour)), clamp(colour.a, 0.0, 1.0));
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let along = clamp(brightness(straight(picture)), 0.0, 1.0) + u.shift;
    // There and back again.
    let share = 1.0 - abs(1.0 - (along - 2.0 * floor(along / 2.0)));
    let place = share * f32(u.count - 1u);
    let before = min(floor(place), f32(u.count - 2u));
    let between = clamp((place - before - 0.5) / max(u.smooth_share, 1e-4) + 0.5, 0.0, 1.0);
    let colour = mix(of_palette(u32(before)), of_palette(u32(before) + 1u), between);
    let alpha = colour.a * picture.a;
    return at_amount(picture, vec4f(decode(colour.rgb) * alpha, alpha), u.amount);
}
