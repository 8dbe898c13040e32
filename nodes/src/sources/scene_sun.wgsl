// The sun on the floor and on the right wall; alpha is what of their light is left where people stand or are
// mirrored. All of it is soft, so that a small picture of it will do.
@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let place = (in.uv - 0.5) * vec2f(u.size.x / u.size.y, -1.0);
    let way = ray(place);
    let at = floor_under(way);
    if at.y > 0.5 {
        if way.x <= 0.0 {
            return vec4f(0.0, 0.0, 0.0, 1.0);
        }
        let here = EYE + way * (HALF_WIDTH / way.x);
        let hole = through_wall(here);
        return vec4f(0.34 * sunlight(hole.x, hole.y) * step(here.y, SPRING), 1.0);
    }
    let hole = through_wall(at);
    var light = 4.6 * sunlight(hole.x, hole.y);
    var left = 1.0;
    for (var person = 0u; person < u.people; person++) {
        let foot = u.feet[person];
        let beside = at.xz - foot.xy;
        // The shadow that the sun throws, and the dark under the feet.
        let along = beside.x * 0.96 - beside.y * 0.27;
        let across = beside.x * 0.27 + beside.y * 0.96;
        let thrown = smoothstep(-0.1, 0.25, along) * (1.0 - smoothstep(1.2, 2.4, along)) * (1.0 - smoothstep(0.08, 0.34, abs(across)));
        light *= 1.0 - 0.72 * thrown;
        let under = mix(0.3, 1.0, smoothstep(0.05, 0.5, length(beside)));
        light *= under;
        left *= under;
        // What is seen in the floor is as far below the feet as it is high.
        let above = vec2f(place.x, 2.0 * foot.z - place.y);
        if above.y > foot.z && is_near(person, above, 0.02) {
            left *= mix(1.0, 0.25, smoothstep(0.012, -0.008, body(person, above).distance));
        }
    }
    return vec4f(light, left);
}
