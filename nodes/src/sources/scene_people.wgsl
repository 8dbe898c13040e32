// The people, at half the size: their colour, and in alpha the distance to their edge in heights of the picture, below
// 0 inside. A distance can be enlarged without growing soft.
@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let place = (in.uv - 0.5) * vec2f(u.size.x / u.size.y, -1.0);
    var colour = vec3f(0.0);
    var nearest = 1.0;
    for (var person = 0u; person < u.people; person++) {
        if !is_near(person, place, 0.02) {
            continue;
        }
        let seen = body(person, place);
        let foot = u.feet[person];
        let tall = (place.y - foot.z) / foot.w;
        let aside = (place.x - foot.x / foot.y) / foot.w;
        let here = vec3f(foot.x + aside, tall, foot.y);
        // Folds of the cloth, deeper towards the hem.
        let fold = sin(aside * 46.0 + 5.0 * tall + f32(person)) * smoothstep(0.85, 0.1, tall);
        let normal = normalize(seen.normal + vec3f(0.5 * fold, 0.0, 0.0));
        let hole = through_wall(here);
        let sun = sunlight(hole.x, hole.y) + 0.16 * vec3f(1.0, 0.7, 0.5);
        let direct = max(dot(normal, normalize(vec3f(-0.82, 0.5, 0.28))), 0.0);
        let rim = exp(min(seen.distance, 0.0) / foot.w * 30.0);
        // From the left the sun, from behind the windows at the end.
        let edge = rim * (sun * max(0.5 - 0.9 * seen.normal.x, 0.0) * 0.9 + vec3f(0.10, 0.085, 0.17));
        let shade = vec3f(0.030, 0.029, 0.048) * (0.6 + 0.5 * normal.y);
        let lit = seen.colour * (shade + direct * sun * 1.25) + edge * (0.15 + seen.colour);
        let covers = smoothstep(0.004, -0.004, seen.distance);
        colour = select(mix(colour, lit, covers), lit, nearest > 0.004);
        nearest = min(nearest, seen.distance);
    }
    return vec4f(colour, nearest);
}
