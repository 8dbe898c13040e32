// input1 is the shine.
struct Uniforms { strength: f32, amount: f32 }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let shine = textureLoad(input1, vec2i(in.position.xy), 0) * u.strength;
    let alpha = picture.a + (1.0 - picture.a) * clamp(shine.a, 0.0, 1.0);
    return at_amount(picture, vec4f(picture.rgb + shine.rgb, alpha), u.amount);
}
