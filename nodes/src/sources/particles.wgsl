// What all passes of the particles share. Lengths are heights of the picture, from its middle, y
// upwards; a number that grows slowly is kept as the sum of two of 16 bits.
struct Uniforms {
    colour: vec4f,
    place: vec2f,
    shape: f32,
    spread: f32,
    delta: f32,
    life: f32,
    speed: f32,
    gravity: f32,
    turbulence: f32,
    follow: f32,
    drag: f32,
    size: f32,
    glow: f32,
    lines: f32,
    time: f32,
    seed: u32,
    count: u32,
    fresh: u32,
    frame: u32,
    padding: u32,
}

const TURN: f32 = 6.283185307;

// Always the same for a particle.
fn own(at: vec2u) -> vec3f {
    return random(vec3u(at, u.seed));
}

// New for every life.
fn chance(at: vec2u, which: u32) -> vec3f {
    return random(vec3u(at.x + (which << 16u), at.y, u.seed ^ (u.frame * 2654435761u)));
}

// No two live equally long.
fn life_of(at: vec2u) -> f32 {
    return u.life * (0.6 + 0.8 * own(at).x);
}

// Whether a particle has not been before.
fn is_new(at: vec2u, before: vec2u) -> bool {
    return u.fresh != 0u || any(at >= before);
}

fn split(value: vec2f) -> vec4f {
    let coarse = unpack2x16float(pack2x16float(value));
    let rest = value - coarse;
    return vec4f(coarse.x, rest.x, coarse.y, rest.y);
}
