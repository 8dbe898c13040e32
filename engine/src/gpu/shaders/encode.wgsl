@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let light = textureLoad(input0, vec2i(in.position.xy), 0);
    return vec4f(encode(light.r), encode(light.g), encode(light.b), 1.0);
}
