// A chapel: a nave with stained glass to the left, a rose window at its end, and people who dance. Lengths in
// the room are metres: x to the right, y up from the floor, z away from the eye. Places on the picture
// are heights of the picture from its middle, y upwards.
const MOST_PEOPLE: u32 = 8u;
const LIMBS: u32 = 14u;
const TURN: f32 = 6.283185307;

struct Limb {
    start: vec2f,
    end: vec2f,
    colour: vec3f,
    start_radius: f32,
    end_radius: f32,
}

struct Uniforms {
    boxes: array<vec4f, MOST_PEOPLE>,
    // Where each stands: x and z of the room, the foot's height on the picture, and a metre there.
    feet: array<vec4f, MOST_PEOPLE>,
    limbs: array<Limb, MOST_PEOPLE * LIMBS>,
    size: vec2f,
    turns: vec2f,
    people: u32,
    // The lengths of loops. What a shader does not know it does not unroll: it is compiled faster.
    parts: u32,
    candles: u32,
    samples: u32,
}

const EYE: vec3f = vec3f(0.0, 1.0, 0.0);
const HORIZON: f32 = -0.12;
const HALF_WIDTH: f32 = 3.6;
const END: f32 = 11.0;
// Where the walls end and the vault begins.
const SPRING: f32 = 4.3;

fn ray(place: vec2f) -> vec3f {
    return vec3f(place.x, place.y - HORIZON, 1.0);
}

// Where the floor is seen along a way; a height above 0 means that it is not.
fn floor_under(way: vec3f) -> vec3f {
    let to_floor = -EYE.y / min(way.y, -1e-4);
    let at = EYE + way * to_floor;
    let is_seen = way.y < 0.0 && at.z < END && abs(at.x) < HALF_WIDTH;
    return select(vec3f(0.0, 1.0, 0.0), vec3f(at.x, 0.0, at.z), is_seen);
}

// Chance without sines (Hoskins, "Hash without Sine", 2014).
fn hash(cell: vec2f) -> f32 {
    let mixed = fract(cell.xyx * 0.1031);
    let stirred = mixed + dot(mixed, mixed.yzx + 33.33);
    return fract((stirred.x + stirred.y) * stirred.z);
}

fn smooth_noise(place: vec2f) -> f32 {
    let cell = floor(place);
    let along = smoothstep(vec2f(0.0), vec2f(1.0), place - cell);
    let low = mix(hash(cell), hash(cell + vec2f(1.0, 0.0)), along.x);
    let high = mix(hash(cell + vec2f(0.0, 1.0)), hash(cell + vec2f(1.0, 1.0)), along.x);
    return mix(low, high, along.y);
}

// How far inside a lancet a place of the wall is, in metres; the lancet stands every 2.2 m.
const LANCET_FROM: f32 = 1.2;
const LANCET_TO: f32 = 3.5;
const LANCET_HALF: f32 = 0.62;

fn lancet(along: f32, height: f32) -> f32 {
    let across = abs(fract((along - 1.5) / 2.2 + 0.5) - 0.5) * 2.2;
    let sides = LANCET_HALF - across;
    // Two arcs that meet in a point.
    let arc = 2.0 * LANCET_HALF - length(vec2f(across + LANCET_HALF, max(height - LANCET_TO, 0.0)));
    return min(min(sides, arc), height - LANCET_FROM);
}

// The sun: what colour of light goes through a place of the left wall, out of focus.
fn sunlight(along: f32, height: f32) -> vec3f {
    let open = smoothstep(-0.05, 0.16, lancet(along, height));
    let band = 0.5 + 0.5 * sin(height * 3.4 + vec3f(0.4, 2.3, 4.4) + 1.9 * floor((along - 0.4) / 2.2));
    let colour = mix(vec3f(1.0, 0.62, 0.30), band * band * vec3f(1.5, 0.7, 1.3), 0.62);
    return open * colour * step(0.0, along) * (1.0 - smoothstep(END - 1.0, END, along));
}

// Where the sun's ray to a place goes through the left wall: along the wall, and height.
fn through_wall(place: vec3f) -> vec2f {
    let drift = 0.10 * sin(u.turns.y * TURN);
    let sun = vec3f(1.0, -0.62 + 0.05 * sin(u.turns.x * TURN), -0.28 + drift);
    let back = place - sun * (place.x + HALF_WIDTH);
    return vec2f(back.z, back.y);
}

// The candles that stand along both walls: their place on the picture, and a metre there.
fn candle(number: u32) -> vec3f {
    let side = select(-1.0, 1.0, (number & 1u) == 1u);
    let away = 4.6 + 1.75 * f32(number >> 1u);
    let flame = vec2f(side * 2.75 / away, (1.05 - EYE.y) / away + HORIZON);
    return vec3f(flame, 1.0 / away);
}

fn flicker(number: u32) -> f32 {
    let turn = u.turns.x * TURN;
    let own = f32(number) * 2.4;
    return 0.82 + 0.1 * sin(17.0 * turn + own) + 0.08 * sin(29.0 * turn + 1.7 * own);
}
