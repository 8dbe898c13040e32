// The chapel without the sun and without people. Alpha is how much of the sun a surface gives back.

// The colours of the glass, as often as they are used.
fn pane(number: f32) -> vec3f {
    let at = fract(number) * 6.0;
    var colour = mix(vec3f(0.80, 0.035, 0.05), vec3f(0.03, 0.10, 0.85), step(1.3, at));
    colour = mix(colour, vec3f(1.15, 0.58, 0.08), step(3.0, at));
    colour = mix(colour, vec3f(0.04, 0.42, 0.20), step(3.9, at));
    colour = mix(colour, vec3f(0.34, 0.06, 0.58), step(4.5, at));
    return mix(colour, vec3f(1.05, 0.92, 0.70), step(5.4, at));
}

// Stained glass of a lancet. `wide`: a pixel in metres.
fn lancet_glass(along: f32, height: f32, wide: f32) -> vec3f {
    let inside = lancet(along, height);
    let window = floor((along - 0.4) / 2.2);
    let across = (fract((along - 1.5) / 2.2 + 0.5) - 0.5) * 2.2;
    let lead = max(0.018, 0.7 * wide);
    var colour: vec3f;
    var seam: f32;
    if inside < 0.13 {
        // A border of small squares.
        let square = floor(height / 0.17);
        colour = pane(hash(vec2f(square, window)) * 0.55);
        seam = min(abs(fract(height / 0.17 + 0.5) - 0.5) * 0.17, abs(inside - 0.13));
    } else {
        // Medallions on a ground of blue lozenges.
        let floor_of = floor((height - LANCET_FROM) / 0.92);
        let middle = LANCET_FROM + (floor_of + 0.5) * 0.92;
        let from_middle = vec2f(across, height - middle);
        let radius = length(from_middle);
        if radius < 0.40 {
            let sector = floor(atan2(from_middle.y, from_middle.x) / TURN * 8.0 + 0.5);
            let ring = select(1.0, 0.0, radius < 0.17);
            colour = pane(0.19 + hash(vec2f(sector * ring + 3.0 * floor_of, window + ring * 9.0)));
            let turn = abs(fract(atan2(from_middle.y, from_middle.x) / TURN * 8.0) - 0.5) * TURN / 8.0 * radius;
            seam = min(min(abs(radius - 0.17), 0.40 - radius), select(1.0, turn, ring > 0.5));
        } else {
            let lozenge = vec2f(across + height, across - height) / 0.2;
            let cell = floor(lozenge);
            colour = mix(vec3f(0.02, 0.07, 0.6), pane(0.25 + 0.2 * hash(cell + window)), 0.5) * (0.6 + 0.6 * hash(cell));
            let away = abs(fract(lozenge + 0.5) - 0.5) * 0.2;
            seam = min(min(away.x, away.y), radius - 0.40);
        }
    }
    // Iron bars across.
    seam = min(seam, abs(fract((height - LANCET_FROM) / 0.92 + 0.5) - 0.5) * 0.92);
    let uneven = 0.8 + 0.4 * smooth_noise(vec2f(along, height) * 9.0);
    return colour * uneven * smoothstep(0.3 * lead, 1.3 * lead, seam) * smoothstep(0.0, 0.05, inside);
}

// The rose window, around its middle.
fn rose_glass(offset: vec2f, wide: f32) -> vec3f {
    let radius = length(offset);
    let angle = atan2(offset.y, offset.x) / TURN;
    let lead = max(0.03, 0.8 * wide);
    var petals = 12.0;
    var ring = 1.0;
    var edges = vec2f(0.34, 1.02);
    if radius < 0.34 {
        petals = 6.0;
        ring = 0.0;
        edges = vec2f(0.0, 0.34);
    } else if radius > 1.02 {
        petals = 24.0;
        ring = 2.0;
        edges = vec2f(1.02, 1.48);
    }
    let sector = floor(angle * petals);
    let along = fract(angle * petals) - 0.5;
    // Petals with round ends, small panes between them.
    let width = radius * TURN / petals;
    let middle = 0.5 * (edges.x + edges.y);
    let bulge = 0.40 * width * sqrt(max(1.0 - pow((radius - middle) / (0.56 * (edges.y - edges.x)), 2.0), 0.0));
    let petal = bulge - abs(along) * width;
    let is_petal = petal > 0.0;
    let other = sector * select(1.0, 7.0, is_petal) + ring * 5.0;
    var colour = pane(hash(vec2f(other % 4.0, ring + select(4.0, 0.0, is_petal))) * 0.9);
    colour = mix(colour, vec3f(1.1, 0.5, 0.10), select(0.0, 0.45, ring == 0.0));
    var seam = min(abs(petal), min(abs(radius - 0.34), abs(radius - 1.02)));
    seam = min(seam, (0.5 - abs(along)) * width);
    let uneven = 0.8 + 0.4 * smooth_noise(offset * 7.0 + 20.0);
    return colour * uneven * smoothstep(0.3 * lead, 1.3 * lead, seam) * (1.0 - smoothstep(1.42, 1.5, radius));
}

fn stone(place: vec2f, wide: f32) -> f32 {
    let row = floor(place.y / 0.42);
    let shifted = vec2f(place.x / 0.84 + 0.5 * fract(row * 0.5) * 2.0, place.y / 0.42);
    let cell = floor(shifted);
    let away = abs(fract(shifted + 0.5) - 0.5) * vec2f(0.84, 0.42);
    let joint = smoothstep(0.2 * wide, 0.012 + 1.5 * wide, min(away.x, away.y));
    return (0.8 + 0.35 * hash(cell) + 0.18 * smooth_noise(place * 6.0)) * mix(1.0, mix(0.72, 1.0, joint), clamp(1.0 - 8.0 * wide, 0.0, 1.0));
}

// What is seen along a way, but for the floor. Every kind of glass and stone is worked out in one place: shaders
// are compiled faster for it.
fn walls(start: vec3f, way: vec3f, pixel: f32) -> vec4f {
    let to_side = (select(-HALF_WIDTH, HALF_WIDTH, way.x > 0.0) - start.x) / select(way.x, 1e-5, abs(way.x) < 1e-5);
    let to_end = (END - start.z) / max(way.z, 1e-5);
    // The vault: a half pipe along the nave.
    let flat = way.xy;
    let beside = vec2f(start.x, start.y - SPRING);
    let a = max(dot(flat, flat), 1e-8);
    let b = dot(beside, flat);
    let c = dot(beside, beside) - HALF_WIDTH * HALF_WIDTH;
    let to_vault = (-b + sqrt(max(b * b - a * c, 0.0))) / a;
    let is_vault = start.y + way.y * to_side > SPRING;
    let to_wall = select(to_side, to_vault, is_vault);
    let is_end = to_end < to_wall;
    let far = min(to_end, to_wall);
    let here = start + way * far;
    let wide = pixel * far;
    let turn = atan2(here.y - SPRING, here.x);
    var surface_at = select(vec2f(here.z, here.y), here.xy, is_end);
    if is_vault && !is_end {
        surface_at = vec2f(turn * HALF_WIDTH, here.z);
    }
    var surface = stone(surface_at, wide);
    let ambient = vec3f(0.040, 0.036, 0.052);
    let rose = here.xy - vec2f(0.0, 4.75);
    let radius = length(rose);
    // Where a lancet may be, and how bright its glass is.
    let pane_at = select(vec2f(here.z, here.y), vec2f(here.x * 1.6 + 5.9, (here.y - 0.5) * 1.55 + 0.35), is_end);
    let is_right = way.x > 0.0;
    let shines = select(select(1.6, 0.30, is_right), 0.85, is_end);
    let inside = lancet(pane_at.x, pane_at.y);
    let may_be = select(!is_vault, abs(here.x) < 2.0, is_end);
    if may_be && inside > 0.0 {
        return vec4f(lancet_glass(pane_at.x, pane_at.y, wide * select(1.0, 1.6, is_end)) * shines, 0.0);
    }
    if is_end {
        if radius < 1.5 {
            return vec4f(rose_glass(rose, wide) * 1.5 + vec3f(0.004), 0.0);
        }
        var colour = surface * (ambient + vec3f(0.06, 0.05, 0.09) * exp(-0.35 * radius));
        // The frames of the windows.
        colour = mix(colour, vec3f(0.16, 0.14, 0.15) * (0.6 + 0.5 * rose.y), smoothstep(0.12 + wide, 0.10, abs(radius - 1.6)));
        let frame = smoothstep(-0.12 - wide, -0.10, inside) * step(abs(here.x), 2.1);
        return vec4f(mix(colour, vec3f(0.11, 0.10, 0.11), frame), 0.0);
    }
    // Ribs and columns between the bays.
    let bay = abs(fract((here.z - 0.4) / 2.2 + 0.5) - 0.5) * 2.2;
    if is_vault {
        let rib = smoothstep(0.16 + wide, 0.13, bay);
        let fall = 0.35 + 0.65 * exp(-1.1 * (here.y - SPRING)) + 0.5 * exp(-0.5 * length(vec2f(here.z - END, here.y - 4.75)));
        let lit = surface * mix(0.62, 1.25, rib);
        return vec4f(lit * (ambient * 0.9 + vec3f(0.02, 0.014, 0.010)) * fall, 0.0);
    }
    surface *= mix(0.85, 1.25 - 1.6 * bay, smoothstep(0.26 + wide, 0.22, bay));
    surface *= mix(1.0, 1.3, smoothstep(0.08 + wide, 0.06, abs(here.y - SPRING)));
    var colour = surface * ambient * (0.55 + 0.75 * exp(-0.28 * max(here.z - 3.0, 0.0)));
    colour += surface * vec3f(0.05, 0.035, 0.03) * exp(-0.9 * abs(here.y - 1.0));
    // Light creeps round the stone of a window.
    colour += surface * vec3f(0.20, 0.13, 0.10) * exp(8.0 * min(inside, 0.0)) * select(1.0, 0.3, is_right);
    return vec4f(colour, surface);
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let place = (in.position.xy - 0.5 * u.size) * vec2f(1.0, -1.0) / u.size.y;
    let pixel = 1.0 / u.size.y;
    let way = ray(place);
    let at = floor_under(way);
    let is_floor = at.y < 0.5;
    // Polished tiles: what is above them is seen in them.
    let wide = pixel * at.z;
    let tile = at.xz / 0.72;
    let cell = floor(tile);
    let away = abs(fract(tile + 0.5) - 0.5) * 0.72;
    let joint = smoothstep(0.0, 0.012 + 2.0 * wide, min(away.x, away.y));
    let dark = mix(0.5, fract(0.5 * (cell.x + cell.y)) * 2.0, clamp(1.0 - 3.0 * wide, 0.0, 1.0));
    let base = mix(vec3f(0.055, 0.050, 0.058), vec3f(0.20, 0.175, 0.16), dark) * (0.8 + 0.3 * hash(cell)) * mix(0.6, 1.0, joint);
    let tilt = (vec2f(hash(cell + 5.0), hash(cell + 9.0)) - 0.5) * 0.012;
    let mirrored = vec3f(way.x + tilt.x, -way.y + tilt.y, way.z);
    let seen = walls(select(EYE, at, is_floor), select(way, mirrored, is_floor), select(pixel, 2.0 * pixel, is_floor));
    if !is_floor {
        return seen;
    }
    let shine = (0.16 + 0.5 * pow(clamp(1.0 + way.y * 1.6, 0.0, 1.0), 3.0)) * mix(0.6, 1.0, joint);
    return vec4f(base * vec3f(0.10, 0.085, 0.10) + seen.rgb * shine, base.g);
}
