// A picture inside the target on black, looked up once for each pixel.
struct Uniforms {
    // Where the picture is in the target, in whole pixels: left, top, right, bottom.
    target_rect: vec4f,
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let at = in.position.xy;
    if any(at < u.target_rect.xy) || any(at >= u.target_rect.zw) {
        return vec4f(0.0, 0.0, 0.0, 1.0);
    }
    let uv = (at - u.target_rect.xy) / (u.target_rect.zw - u.target_rect.xy);
    let light = textureSampleLevel(input0, linear_sampler, uv, 0.0);
    return vec4f(encode(light.r), encode(light.g), encode(light.b), 1.0);
}
