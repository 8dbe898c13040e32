// input0 is the picture of now, input1 that of before.
struct Uniforms { sensitivity: f32, amount: f32 }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let now = textureLoad(input0, vec2i(in.position.xy), 0);
    let before = textureLoad(input1, vec2i(in.position.xy), 0);
    let difference = abs(now.rgb - before.rgb) * u.sensitivity;
    return at_amount(now, vec4f(difference, 1.0), u.amount);
}
