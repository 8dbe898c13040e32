// How much light the people leave on the wall: soft, so that a small picture of it will do.
@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let place = (in.uv - 0.5) * vec2f(u.size.x / u.size.y, -1.0) + vec2f(-0.13, 0.05);
    var light = 1.0;
    for (var person = 0u; person < u.people; person++) {
        if is_near(person, place, 0.07) {
            light *= mix(1.0, 0.62, 1.0 - smoothstep(-0.02, 0.06, body(person, place).distance));
        }
    }
    return vec4f(vec3f(light), 1.0);
}
