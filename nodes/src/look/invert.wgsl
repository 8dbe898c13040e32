@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let opposite = decode(1.0 - clamp(encode(straight(picture)), vec3f(0.0), vec3f(1.0)));
    return at_amount(picture, vec4f(opposite * picture.a, picture.a), u.amount);
}
