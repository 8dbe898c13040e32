@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let warm = vec3f(exp2(0.5 * u.temperature), 1.0, exp2(-0.5 * u.temperature));
    var light = straight(picture) * warm / luminance(warm) * u.brightness;
    light = hue_turned(light, u.hue);
    light = mix(vec3f(luminance(light)), light, u.saturation);
    var value = max((encode(light) - 0.5) * u.contrast + 0.5, vec3f(0.0));
    // Nothing goes past the largest number.
    value = min(pow(value, vec3f(1.0 / u.gamma)), vec3f(1000.0));
    return at_amount(picture, vec4f(decode(value) * picture.a, picture.a), u.amount);
}
