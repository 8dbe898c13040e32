// input0 is the picture, input1 what has grown.
struct Uniforms { ground: vec4f, ink: vec4f, amount: f32 }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let parts = textureSampleLevel(input1, linear_sampler, in.uv, 0.0);
    let share = smoothstep(0.08, 0.28, parts.z + parts.w);
    return at_amount(picture, valid(mix(u.ground, u.ink, share)), u.amount);
}
