// input1 over input0.
struct Uniforms { amount: f32 }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let below = textureLoad(input0, vec2i(in.position.xy), 0);
    let top = textureLoad(input1, vec2i(in.position.xy), 0);
    return at_amount(below, top + below * (1.0 - top.a), u.amount);
}
