// Blue and red difference of an encoded colour (ITU-R BT.709).
fn chroma(value: vec3f) -> vec2f {
    let luma = luminance(value);
    return vec2f((value.b - luma) / 1.8556, (value.r - luma) / 1.5748);
}

fn with_chroma(luma: f32, difference: vec2f) -> vec3f {
    let blue = luma + difference.x * 1.8556;
    let red = luma + difference.y * 1.5748;
    return vec3f(red, (luma - 0.2126 * red - 0.0722 * blue) / 0.7152, blue);
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let light = straight(picture);
    let value = encode(light);
    let key_value = encode(clamp(straight(u.colour), vec3f(0.0), vec3f(1.0)));
    let key_chroma = chroma(key_value);
    let own = chroma(value);
    var away = distance(own, key_chroma);
    if u.mode == 1u {
        away = abs(brightness(light) - brightness(decode(key_value)));
    }
    let stays = clamp((away - u.tolerance) / max(u.softness, 1e-4), 0.0, 1.0);
    var kept = light;
    let strength = length(key_chroma);
    if u.mode == 0u && strength > 1e-3 {
        let direction = key_chroma / strength;
        // Colours of another hue, more than an eighth of a turn away, have no shine of the key.
        let along = dot(own, direction);
        let beside = length(own - along * direction);
        let shine = max(along - beside, 0.0) * u.spill;
        kept = decode(with_chroma(luminance(value), own - direction * shine));
    }
    return at_amount(picture, vec4f(kept, 1.0) * picture.a * stays, u.amount);
}
