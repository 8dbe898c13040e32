// Places. input0 is the velocity and age of before, input1 the place, input2 the velocity and age of
// now.
@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let at = vec2u(in.position.xy);
    let now = textureLoad(input2, at, 0);
    let begin = chance(at, 1u);
    // Evenly over a disc.
    let around = sqrt(begin.x) * u.spread * vec2f(cos(begin.y * TURN), sin(begin.y * TURN));
    if is_new(at, textureDimensions(input0)) {
        return split(clamp(u.place + around, vec2f(-60.0), vec2f(60.0)));
    }
    let before = textureLoad(input0, at, 0);
    if now.z + now.w < before.z + before.w {
        return split(clamp(u.place + around, vec2f(-60.0), vec2f(60.0)));
    }
    let parts = textureLoad(input1, at, 0);
    return split(clamp(parts.xz + parts.yw + now.xy * u.delta, vec2f(-60.0), vec2f(60.0)));
}
