// The more, the less limbs grow together; in a metre.
const FIRMNESS: f32 = 85.0;

struct Body { distance: f32, colour: vec3f, normal: vec3f }

// The nearer a limb, the more of it is seen.
fn body(person: u32, place: vec2f) -> Body {
    let firmness = FIRMNESS / u.feet[person].w;
    var weights = 0.0;
    var colour = vec3f(0.0);
    var normal = vec2f(0.0);
    for (var index = 0u; index < u.parts; index++) {
        let limb = u.limbs[person * LIMBS + index];
        let way = limb.end - limb.start;
        let along = clamp(dot(place - limb.start, way) / max(dot(way, way), 1e-8), 0.0, 1.0);
        let radius = mix(limb.start_radius, limb.end_radius, along);
        let offset = place - limb.start - along * way;
        let distance = length(offset) - radius;
        let weight = exp2(-firmness * max(distance, -0.06));
        weights += weight;
        colour += weight * limb.colour;
        normal += weight * offset / radius;
    }
    let flat = normal / max(weights, 1e-30);
    let up = sqrt(max(1.0 - dot(flat, flat), 0.02));
    // They end on the floor.
    let distance = max(-log2(max(weights, 1e-30)) / firmness, u.feet[person].z - place.y);
    return Body(distance, colour / max(weights, 1e-30), vec3f(flat, up));
}

fn is_near(person: u32, place: vec2f, margin: f32) -> bool {
    let area = u.boxes[person];
    return all(abs(place - area.xy) < area.zw + margin);
}
