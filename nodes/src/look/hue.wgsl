@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let light = max(hue_turned(straight(picture), u.degrees), vec3f(0.0));
    return at_amount(picture, vec4f(light * picture.a, picture.a), u.amount);
}
