// How differently bright two pictures are to the eye.
@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let at = vec2i(in.position.xy);
    let before = brightness(valid(textureLoad(input0, at, 0)).rgb);
    let now = brightness(valid(textureLoad(input1, at, 0)).rgb);
    return vec4f(abs(now - before), 0.0, 0.0, 1.0);
}
