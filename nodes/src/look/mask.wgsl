@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let by = textureLoad(input1, vec2i(in.position.xy), 0);
    var seen = select(brightness(straight(by)) * by.a, by.a, u.channel == 1u);
    seen = clamp(seen, 0.0, 1.0);
    seen = select(seen, 1.0 - seen, u.invert == 1u);
    return at_amount(picture, picture * seen, u.amount);
}
