// Brightness, and how much it rises by pixel to the right and down.
fn light(at: vec2i) -> f32 {
    let last = vec2i(textureDimensions(input0)) - 1;
    return textureLoad(input0, clamp(at, vec2i(0), last), 0).x;
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let at = vec2i(in.position.xy);
    let across = light(at + vec2i(1, 0)) - light(at - vec2i(1, 0));
    let down = light(at + vec2i(0, 1)) - light(at - vec2i(0, 1));
    return vec4f(light(at), 0.5 * across, 0.5 * down, 1.0);
}
