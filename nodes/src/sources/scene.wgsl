// A room: a wall with the light of a window, a curtain, a floor, and people. input0 is how much light
// they leave on the wall.
const TURN: f32 = 6.283185307;
const FLOOR: f32 = -0.27;

fn room(place: vec2f, shape: f32, shadow: f32) -> vec3f {
    let far = 0.5 * shape;
    // The window is to the left and throws its panes on the wall.
    let drift = 0.03 * sin(u.turns.y * TURN);
    let slanted = vec2f(place.x + 0.35 * place.y + 0.12 - drift, place.y - 0.1);
    let pane = abs(fract(slanted / vec2f(0.3, 0.26)) - 0.5) * vec2f(0.3, 0.26);
    let panes = (1.0 - smoothstep(0.12, 0.14, pane.x)) * (1.0 - smoothstep(0.10, 0.12, pane.y));
    let patch_of_light = panes * (1.0 - smoothstep(0.28, 0.32, abs(slanted.x))) * (1.0 - smoothstep(0.24, 0.28, abs(slanted.y)));
    let falling = 0.55 + 0.45 * exp(-1.2 * (place.x + far));
    if place.y < FLOOR {
        let depth = (FLOOR - place.y) / (0.5 + FLOOR);
        let board = fract(place.x / (0.35 + depth) * 4.0 + 0.5);
        let gap = smoothstep(0.0, 0.03, min(board, 1.0 - board));
        var floor_light = mix(vec3f(0.10, 0.055, 0.03), vec3f(0.21, 0.12, 0.065), depth) * mix(0.7, 1.0, gap);
        for (var person = 0u; person < u.people; person++) {
            let area = u.boxes[person];
            let foot = vec2f(area.x + 0.04, area.y - area.w + 0.01);
            let away = length((place - foot) / vec2f(0.17, 0.035));
            floor_light *= mix(0.35, 1.0, smoothstep(0.2, 1.1, away));
        }
        return floor_light * falling * 1.3;
    }
    var wall = mix(vec3f(0.30, 0.235, 0.17), vec3f(0.20, 0.19, 0.20), smoothstep(-0.3, 0.5, place.y));
    wall = wall * falling * 0.8 + patch_of_light * vec3f(0.62, 0.47, 0.28);
    // A skirting board.
    wall *= mix(0.55, 1.0, smoothstep(0.0, 0.006, abs(place.y - FLOOR - 0.03)));
    wall *= shadow;
    // A curtain to the right, in folds that the air moves.
    let edge = far - 0.2 + 0.02 * sin(u.turns.x * TURN + place.y * 3.0);
    let fold = sin((place.x + 0.012 * sin(place.y * 5.0 + u.turns.x * TURN)) * 95.0);
    let curtain = vec3f(0.20, 0.045, 0.05) * (0.6 + 0.4 * fold) * falling * 1.5;
    return mix(wall, curtain, smoothstep(edge - 0.004, edge + 0.004, place.x));
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let place = (in.position.xy - 0.5 * u.size) * vec2f(1.0, -1.0) / u.size.y;
    let shape = u.size.x / u.size.y;
    let pixel = 1.0 / u.size.y;
    let shadow = textureSampleLevel(input0, linear_sampler, in.uv, 0.0).x;
    var colour = room(place, shape, shadow);
    let light = normalize(vec3f(-0.65, 0.5, 0.6));
    for (var person = 0u; person < u.people; person++) {
        if !is_near(person, place, 0.02) {
            continue;
        }
        let seen = body(person, place);
        let cover = clamp(0.5 - seen.distance / pixel, 0.0, 1.0);
        let normal = normalize(seen.normal);
        let direct = max(dot(normal, light), 0.0);
        let rim = pow(1.0 - normal.z, 3.0) * max(-normal.x, 0.0);
        let lit = seen.colour * (vec3f(0.22, 0.23, 0.27) + direct * vec3f(1.25, 1.1, 0.9)) + rim * vec3f(0.3, 0.24, 0.16);
        colour = mix(colour, lit, cover);
    }
    // The corners of a lens.
    let away = length(place / vec2f(shape, 1.0));
    return valid(vec4f(colour * (1.0 - 0.55 * away * away), 1.0));
}
