// input0 is the picture, input1 the movement in heights in a second, y downwards. A middle grey is
// standing still.
struct Uniforms { gain: f32, amount: f32 }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let flow = textureSampleLevel(input1, linear_sampler, in.uv, 0.0).xy * vec2f(1.0, -1.0) * u.gain;
    let encoded = clamp(vec3f(0.5 + 0.5 * flow, 0.5), vec3f(0.0), vec3f(1.0));
    return at_amount(picture, vec4f(decode(encoded), 1.0), u.amount);
}
