// SVG 1.1, 15.15 Filter primitive feDisplacementMap. `across` is the way between black and white,
// in pixels, y upwards.
@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let size = vec2f(textureDimensions(input0));
    let by = textureLoad(input1, vec2i(in.position.xy), 0);
    let value = encode(straight(by));
    var push = vec2f(0.0);
    switch u.channel {
        case 1u: { push.x = brightness(straight(by)); }
        case 2u: { push.x = value.r; }
        case 3u: { push.x = value.g; }
        case 4u: { push.x = value.b; }
        case 5u: { push.x = by.a; }
        default: { push = value.rg; }
    }
    push = clamp(push, vec2f(0.0), vec2f(1.0)) - 0.5;
    if u.channel != 0u { push.y = 0.0; }
    // Where the picture that pushes is transparent it does not, unless that is what pushes.
    if u.channel != 5u { push *= by.a; }
    let offset = vec2f(u.across.x * push.x - u.across.y * push.y, u.across.y * push.x + u.across.x * push.y);
    let place = in.position.xy + offset * vec2f(1.0, -1.0);
    return valid(textureSampleLevel(input0, mirror_sampler, place / size, 0.0));
}
