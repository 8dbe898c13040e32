// SVG 1.1, 15.10 Filter primitive feColorMatrix, type hueRotate; its default is linear light too.
fn turned(colour: vec3f, angle: f32) -> vec3f {
    let c = cos(angle);
    let s = sin(angle);
    let grey = vec3f(0.213, 0.715, 0.072);
    let red = grey + c * vec3f(0.787, -0.715, -0.072) + s * vec3f(-0.213, -0.715, 0.928);
    let green = grey + c * vec3f(-0.213, 0.285, -0.072) + s * vec3f(0.143, 0.140, -0.283);
    let blue = grey + c * vec3f(-0.213, -0.715, 0.928) + s * vec3f(-0.787, 0.715, 0.072);
    return vec3f(dot(red, colour), dot(green, colour), dot(blue, colour));
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let warm = vec3f(exp2(0.5 * u.temperature), 1.0, exp2(-0.5 * u.temperature));
    var light = straight(picture) * warm / luminance(warm) * u.brightness;
    light = turned(light, u.hue);
    light = mix(vec3f(luminance(light)), light, u.saturation);
    var value = max((encode(light) - 0.5) * u.contrast + 0.5, vec3f(0.0));
    // Nothing goes past the largest number.
    value = min(pow(value, vec3f(1.0 / u.gamma)), vec3f(1000.0));
    return at_amount(picture, vec4f(decode(value) * picture.a, picture.a), u.amount);
}
