// The texture unit has decoded sRGB; alpha is straight.
@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let straight = textureLoad(input0, vec2i(in.position.xy), 0);
    return vec4f(straight.rgb * straight.a, straight.a);
}
