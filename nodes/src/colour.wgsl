// Arithmetic of colours for several effects.

// Red, green and blue without alpha in them.
fn straight(colour: vec4f) -> vec3f {
    return select(vec3f(0.0), colour.rgb / max(colour.a, 1e-6), colour.a > 0.0);
}

// sRGB (IEC 61966-2-1), both ways; light above 1 goes on along the curve.
fn encode(linear: vec3f) -> vec3f {
    let light = max(linear, vec3f(0.0));
    let high = 1.055 * pow(light, vec3f(1.0 / 2.4)) - 0.055;
    return select(high, light * 12.92, light <= vec3f(0.0031308));
}

fn decode(encoded: vec3f) -> vec3f {
    let value = max(encoded, vec3f(0.0));
    let high = pow((value + 0.055) / 1.055, vec3f(2.4));
    return select(high, value / 12.92, value <= vec3f(0.04045));
}

// Of linear light (ITU-R BT.709).
fn luminance(linear: vec3f) -> f32 {
    return dot(linear, vec3f(0.2126, 0.7152, 0.0722));
}

// Luminance as the eye sees it: 0.5 is a middle grey.
fn brightness(linear: vec3f) -> f32 {
    return encode(vec3f(luminance(linear))).x;
}

// SVG 1.1, 15.10 Filter primitive feColorMatrix, type hueRotate; its default is linear light too.
fn hue_turned(colour: vec3f, angle: f32) -> vec3f {
    let c = cos(angle);
    let s = sin(angle);
    let grey = vec3f(0.213, 0.715, 0.072);
    let red = grey + c * vec3f(0.787, -0.715, -0.072) + s * vec3f(-0.213, -0.715, 0.928);
    let green = grey + c * vec3f(-0.213, 0.285, -0.072) + s * vec3f(0.143, 0.140, -0.283);
    let blue = grey + c * vec3f(-0.213, -0.715, 0.928) + s * vec3f(-0.787, 0.715, 0.072);
    return vec3f(dot(red, colour), dot(green, colour), dot(blue, colour));
}
