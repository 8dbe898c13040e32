// `way` is the line in pixels.
const MOST_TAPS: f32 = 256.0;

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let size = vec2f(textureDimensions(input0));
    let taps = i32(clamp(ceil(length(u.way)), 1.0, MOST_TAPS));
    var sum = vec4f(0.0);
    for (var tap = 0; tap < taps; tap++) {
        let along = (f32(tap) + 0.5) / f32(taps) - 0.5;
        sum += textureSampleLevel(input0, linear_sampler, (in.position.xy + along * u.way) / size, 0.0);
    }
    return at_amount(picture, sum / f32(taps), u.amount);
}
