// About normal, from -1 to 1.
fn noise(cell: vec2i) -> f32 {
    let three = random(vec3u(bitcast<vec2u>(cell), u.seed + u.span * 0x9e3779b9u));
    return (three.x + three.y + three.z) / 1.5 - 1.0;
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let place = in.position.xy / max(u.size, 1.0) - 0.5;
    let cell = vec2i(floor(place));
    let share = smoothstep(vec2f(0.0), vec2f(1.0), fract(place));
    let above = mix(noise(cell), noise(cell + vec2i(1, 0)), share.x);
    let below = mix(noise(cell + vec2i(0, 1)), noise(cell + vec2i(1, 1)), share.x);
    let value = encode(straight(picture));
    let luma = clamp(luminance(value), 0.0, 1.0);
    let grain = mix(above, below, share.y) * u.strength * 4.0 * luma * (1.0 - luma);
    return at_amount(picture, vec4f(decode(value + grain) * picture.a, picture.a), u.amount);
}
