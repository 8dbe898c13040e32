// Noise in three dimensions, the third of which is time: `threes` whole threes and a rest. Lattices
// are whole numbers that wrap, so that no part of them is ever special.
struct Uniforms {
    size: vec2f,
    scale: f32,
    octaves: f32,
    contrast: f32,
    threes: i32,
    rest: f32,
    form: u32,
    seed: u32,
}

fn at_cell(cell: vec3i, octave: u32) -> vec3f {
    return random(bitcast<vec3u>(cell) ^ vec3u(u.seed, u.seed * 747796405u, octave * 2891336453u + u.seed));
}

// A direction to the middle of one of the twelve edges of a cube (K. Perlin, "Improving Noise").
fn gradient(cell: vec3i, octave: u32) -> vec3f {
    let pick = at_cell(cell, octave);
    let signs = select(vec2f(-1.0), vec2f(1.0), pick.xy > vec2f(0.5));
    let axis = u32(pick.z * 3.0);
    let along = select(vec3f(signs.x, signs.y, 0.0), vec3f(signs.x, 0.0, signs.y), axis == 1u);
    return select(along, vec3f(0.0, signs.x, signs.y), axis == 2u);
}

fn fade(t: vec3f) -> vec3f {
    return t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
}

// Every noise is from -1 to 1. `base` is the lattice's own shift in time.
fn corner(form: u32, cell: vec3i, at: vec3f, octave: u32) -> f32 {
    if form == 0u {
        return at_cell(cell, octave).x * 2.0 - 1.0;
    }
    return dot(gradient(cell, octave), at);
}

fn on_cubes(form: u32, place: vec3f, base: vec3i, octave: u32) -> f32 {
    let whole = floor(place);
    let inside = place - whole;
    let cell = vec3i(whole) + base;
    let mixing = fade(inside);
    var planes = vec2f(0.0);
    for (var z = 0; z < 2; z++) {
        var rows = vec2f(0.0);
        for (var y = 0; y < 2; y++) {
            let left = vec3i(0, y, z);
            let right = vec3i(1, y, z);
            let a = corner(form, cell + left, inside - vec3f(left), octave);
            let b = corner(form, cell + right, inside - vec3f(right), octave);
            rows[y] = mix(a, b, mixing.x);
        }
        planes[z] = mix(rows.x, rows.y, mixing.y);
    }
    return mix(planes.x, planes.y, mixing.z);
}

// S. Gustavson, "Simplex noise demystified".
fn simplex(place: vec3f, base: vec3i, octave: u32) -> f32 {
    let whole = floor(place + dot(place, vec3f(1.0 / 3.0)));
    let first = place - whole + dot(whole, vec3f(1.0 / 6.0));
    let cell = vec3i(whole) + base;
    // The order of the axes says through which corners the way goes.
    let greater = step(first.yzx, first.xyz);
    let less = 1.0 - greater.zxy;
    let second = min(greater, less);
    let third = max(greater, less);
    var sum = 0.0;
    for (var index = 0; index < 4; index++) {
        var steps = vec3f(0.0);
        switch index {
            case 1: { steps = second; }
            case 2: { steps = third; }
            case 3: { steps = vec3f(1.0); }
            default: {}
        }
        let at = first - steps + f32(index) / 6.0;
        let weight = max(0.6 - dot(at, at), 0.0);
        sum += weight * weight * weight * weight * dot(gradient(cell + vec3i(steps), octave), at);
    }
    return 32.0 * sum;
}

// The distance to the nearest of one point in each cell (S. Worley, "A cellular texture basis
// function").
fn worley(place: vec3f, base: vec3i, octave: u32) -> f32 {
    let whole = floor(place);
    let cell = vec3i(whole) + base;
    var nearest = 4.0;
    for (var z = -1; z <= 1; z++) {
        for (var y = -1; y <= 1; y++) {
            for (var x = -1; x <= 1; x++) {
                let step = vec3i(x, y, z);
                let way = vec3f(step) + at_cell(cell + step, octave) - (place - whole);
                nearest = min(nearest, dot(way, way));
            }
        }
    }
    return clamp(sqrt(nearest), 0.0, 1.0) * 2.0 - 1.0;
}

fn layer(form: u32, place: vec2f, octave: u32) -> f32 {
    let finer = 1 << octave;
    let at = vec3f(place, u.rest) * f32(finer);
    let threes = u.threes * finer;
    switch form {
        case 2u: { return simplex(at, vec3i(threes, threes, 4 * threes), octave); }
        case 3u: { return worley(at, vec3i(0, 0, 3 * threes), octave); }
        default: { return on_cubes(form, at, vec3i(0, 0, 3 * threes), octave); }
    }
}

fn layers(form: u32, place: vec2f) -> f32 {
    var sum = 0.0;
    var height = 1.0;
    for (var octave = 0u; f32(octave) < u.octaves; octave++) {
        sum += height * clamp(u.octaves - f32(octave), 0.0, 1.0) * layer(form, place, octave);
        height *= 0.5;
    }
    return sum;
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    // From the middle, y upwards, in largest forms.
    let place = (in.position.xy - 0.5 * u.size) * vec2f(1.0, -1.0) / u.scale;
    if u.form == 4u {
        // R. Bridson, "Curl-noise for procedural fluid flow": along the lines of equal height.
        let step = 0.02;
        let across = layers(1u, place + vec2f(step, 0.0)) - layers(1u, place - vec2f(step, 0.0));
        let up = layers(1u, place + vec2f(0.0, step)) - layers(1u, place - vec2f(0.0, step));
        let flow = vec2f(up, -across) / (2.0 * step);
        return valid(vec4f(decode(clamp(vec3f(0.5 + 0.15 * u.contrast * flow, 0.5), vec3f(0.0), vec3f(1.0))), 1.0));
    }
    let grey = clamp(0.5 + 0.5 * u.contrast * layers(u.form, place), 0.0, 1.0);
    return valid(vec4f(decode(vec3f(grey)), 1.0));
}
