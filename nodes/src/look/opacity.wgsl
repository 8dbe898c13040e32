@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    return at_amount(picture, picture * u.opacity, u.amount);
}
