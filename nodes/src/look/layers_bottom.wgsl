// As much of a picture, over nothing.
struct Uniforms { amount: f32 }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    return valid(textureLoad(input0, vec2i(in.position.xy), 0) * u.amount);
}
