// Brightness in red.
@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    return vec4f(min(brightness(valid(picture).rgb), 2.0), 0.0, 0.0, 1.0);
}
