// A room: a wall with the light of a window, a curtain, a floor, and people. Lengths are heights of
// the picture from its middle, y upwards.
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

// The more, the less limbs grow together.
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
