@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let span = u.white - u.black;
    let safe = select(span, select(-1e-4, 1e-4, span >= 0.0), abs(span) < 1e-4);
    let share = max((encode(straight(picture)) - u.black) / safe, vec3f(0.0));
    let bent = min(pow(share, vec3f(1.0 / u.gamma)), vec3f(1000.0));
    let value = clamp(u.out_black + bent * (u.out_white - u.out_black), vec3f(0.0), vec3f(1000.0));
    return at_amount(picture, vec4f(decode(value) * picture.a, picture.a), u.amount);
}
