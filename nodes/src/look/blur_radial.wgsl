const MOST_TAPS: f32 = 128.0;

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let size = vec2f(textureDimensions(input0));
    let centre = u.centre * size;
    let place = in.position.xy - centre;
    let taps = i32(clamp(ceil(length(place) * u.strength), 1.0, MOST_TAPS));
    var sum = vec4f(0.0);
    for (var tap = 0; tap < taps; tap++) {
        let along = ((f32(tap) + 0.5) / f32(taps) - 0.5) * u.strength;
        var source = place * (1.0 + along);
        if u.mode == 1u {
            let beside = vec2f(-place.y, place.x);
            source = place * cos(along) + beside * sin(along);
        }
        sum += textureSampleLevel(input0, linear_sampler, (centre + source) / size, 0.0);
    }
    return at_amount(picture, sum / f32(taps), u.amount);
}
