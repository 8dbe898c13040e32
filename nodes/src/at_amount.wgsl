// input0 is the picture, input1 the whole effect.
struct Uniforms { amount: f32 }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let place = vec2i(in.position.xy);
    return at_amount(textureLoad(input0, place, 0), textureLoad(input1, place, 0), u.amount);
}
