// The particles, input1, over the picture. Their light may have grown beyond all numbers.
@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let below = textureLoad(input0, vec2i(in.position.xy), 0);
    let top = min(textureLoad(input1, vec2i(in.position.xy), 0), vec4f(60000.0));
    let alpha = clamp(top.a, 0.0, 1.0);
    return valid(vec4f(top.rgb + below.rgb * (1.0 - alpha), alpha + below.a * (1.0 - alpha)));
}
