// input0 is the picture, input1 the blurred one: cells of `factor` pixels, `margin` cells beyond
// each edge.
struct Uniforms { factor: f32, margin: f32, amount: f32 }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let cell = in.position.xy / u.factor + u.margin;
    let blurred = textureSampleLevel(input1, linear_sampler, cell / vec2f(textureDimensions(input1)), 0.0);
    return at_amount(picture, blurred, u.amount);
}
