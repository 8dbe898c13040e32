// input1 has a pixel for each cell.
struct Uniforms { side: vec2f, before: vec2f, amount: f32 }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let size = vec2f(textureDimensions(input0));
    let cell = floor((in.position.xy - 0.5 * size) / u.side + u.before + 0.5);
    let last = vec2i(textureDimensions(input1)) - 1;
    let mean = textureLoad(input1, clamp(vec2i(cell), vec2i(0), last), 0);
    return at_amount(picture, mean, u.amount);
}
