@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let over = brightness(straight(picture)) - u.level;
    let value = clamp(over / max(u.softness, 1e-4) + 0.5, 0.0, 1.0);
    return at_amount(picture, vec4f(decode(vec3f(value)) * picture.a, picture.a), u.amount);
}
