// input2 is the map; `delay` is in frames.
struct Uniforms { history: History, delay: f32, amount: f32 }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let now = textureLoad(input0, vec2i(in.position.xy), 0);
    let map = textureLoad(input2, vec2i(in.position.xy), 0);
    let light = clamp(brightness(map.rgb), 0.0, 1.0);
    let age = abs(u.delay) * select(light, 1.0 - light, u.delay < 0.0);
    return at_amount(now, past(now, in.uv, age), u.amount);
}
