@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let half_size = 0.5 * vec2f(textureDimensions(input0));
    let place = abs(in.position.xy - half_size) / half_size;
    // A superellipse.
    let power = 2.0 / max(u.roundness, 0.05);
    let radius = pow(pow(place.x, power) + pow(place.y, power), 1.0 / power);
    let dark = clamp((radius - u.size) / max(u.softness, 1e-3) + 0.5, 0.0, 1.0);
    let fall = dark * dark * (3.0 - 2.0 * dark);
    return at_amount(picture, mix(picture, u.colour * picture.a, fall), u.amount);
}
