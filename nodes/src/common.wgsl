// A picture that may travel: finite, not negative, alpha from 0 to 1. Values above 1 are light and
// stay. Bits are compared because a compiler may take a value for never being NaN.
fn valid(colour: vec4f) -> vec4f {
    let finite = (bitcast<vec4u>(colour) & vec4u(0x7f800000u)) != vec4u(0x7f800000u);
    let tamed = select(vec4f(0.0), colour, finite);
    let alpha = clamp(tamed.a, 0.0, 1.0);
    return vec4f(clamp(tamed.rgb, vec3f(0.0), vec3f(60000.0)), alpha);
}

// The effect at some amount: the picture itself at 0, the whole effect at 1, past both ends too.
fn at_amount(picture: vec4f, effect: vec4f, amount: f32) -> vec4f {
    return valid(picture + (effect - picture) * amount);
}
