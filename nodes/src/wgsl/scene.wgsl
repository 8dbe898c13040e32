// A room: a wall with the light of a window, a curtain, a floor, and people. Lengths are heights of
// the picture behind its middle, y upwards.
const MOST_PEOPLE: u32 = 8u;
const LIMBS: u32 = 13u;

struct Limb {
    start: vec2f,
    end: vec2f,
    colour: vec3f,
    start_radius: f32,
    end_radius: f32,
}

struct Uniforms {
    boxes: array<vec4f, MOST_PEOPLE>,
    limbs: array<Limb, MOST_PEOPLE * LIMBS>,
    size: vec2f,
    turns: vec2f,
    people: u32,
}

const TURN: f32 = 6.283185307;
const FLOOR: f32 = -0.27;
// Limbs grow together as if this many were one in a height of the picture.
const FIRMNESS: f32 = 110.0;

struct Body { distance: f32, colour: vec3f, normal: vec3f }

// The nearer a limb, the more of it is seen.
fn body(person: u32, place: vec2f) -> Body {
    var weights = 0.0;
    var colour = vec3f(0.0);
    var normal = vec2f(0.0);
    for (var index = 0u; index < LIMBS; index++) {
        let limb = u.limbs[person * LIMBS + index];
        let way = limb.end - limb.start;
        let along = clamp(dot(place - limb.start, way) / max(dot(way, way), 1e-8), 0.0, 1.0);
        let radius = mix(limb.start_radius, limb.end_radius, along);
        let offset = place - limb.start - along * way;
        let distance = length(offset) - radius;
        let weight = exp2(-FIRMNESS * max(distance, -0.08));
        weights += weight;
        colour += weight * limb.colour;
        normal += weight * offset / radius;
    }
    let flat = normal / max(weights, 1e-30);
    let up = sqrt(max(1.0 - dot(flat, flat), 0.02));
    return Body(-log2(max(weights, 1e-30)) / FIRMNESS, colour / max(weights, 1e-30), vec3f(flat, up));
}

fn is_near(person: u32, place: vec2f, margin: f32) -> bool {
    let area = u.boxes[person];
    return all(abs(place - area.xy) < area.zw + margin);
}

// How dark the shadows of the people are on the wall.
fn shadow(place: vec2f) -> f32 {
    var light = 1.0;
    for (var person = 0u; person < u.people; person++) {
        let behind = place + vec2f(-0.13, 0.05);
        if is_near(person, behind, 0.07) {
            light *= mix(1.0, 0.62, 1.0 - smoothstep(-0.02, 0.06, body(person, behind).distance));
        }
    }
    return light;
}

fn room(place: vec2f, shape: f32) -> vec3f {
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
    wall *= shadow(place);
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
    var colour = room(place, shape);
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
