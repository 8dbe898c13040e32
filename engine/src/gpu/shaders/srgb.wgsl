// Premultiplied linear light over black, as sRGB (IEC 61966-2-1).
fn encode(linear: f32) -> f32 {
    // Compilers may assume that there is no NaN in an expression, so its bits are looked at.
    if (bitcast<u32>(linear) & 0x7fffffffu) > 0x7f800000u {
        return 0.0;
    }
    let light = clamp(linear, 0.0, 1.0);
    if light <= 0.0031308 {
        return light * 12.92;
    }
    return 1.055 * pow(light, 1.0 / 2.4) - 0.055;
}

