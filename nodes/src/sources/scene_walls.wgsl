// The chapel without the sun and without people. Alpha is how much of the sun a surface gives back.

// The colours of the glass.
fn pane(number: f32) -> vec3f {
    let kind = fract(number) * 6.0;
    if kind < 1.3 { return vec3f(0.80, 0.035, 0.05); }
    if kind < 3.0 { return vec3f(0.03, 0.10, 0.85); }
    if kind < 3.9 { return vec3f(1.15, 0.58, 0.08); }
    if kind < 4.5 { return vec3f(0.04, 0.42, 0.20); }
    if kind < 5.4 { return vec3f(0.34, 0.06, 0.58); }
    return vec3f(1.05, 0.92, 0.70);
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

// What is seen along a way, but for the floor.
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
    let at_side = start + way * to_side;
    let is_vault = at_side.y > SPRING;
    let to_wall = select(to_side, to_vault, is_vault);
    let ambient = vec3f(0.040, 0.036, 0.052);
    if to_end < to_wall {
        let here = start + way * to_end;
        let wide = pixel * to_end;
        let glow = exp(-0.35 * length(here.xy - vec2f(0.0, 4.75)));
        var colour = stone(here.xy, wide) * (ambient + vec3f(0.06, 0.05, 0.09) * glow);
        let rose = here.xy - vec2f(0.0, 4.75);
        let radius = length(rose);
        // Its frame.
        colour = mix(colour, vec3f(0.16, 0.14, 0.15) * (0.6 + 0.5 * rose.y), smoothstep(0.12 + wide, 0.10, abs(radius - 1.6)));
        if radius < 1.5 {
            colour = rose_glass(rose, wide) * 1.5 + vec3f(0.004);
        }
        // Three lancets under it.
        let small = vec2f(here.x * 1.6 + 5.9, (here.y - 0.5) * 1.55 + 0.35);
        let third = lancet(small.x, small.y);
        if abs(here.x) < 2.0 && third > 0.0 {
            colour = lancet_glass(small.x, small.y, wide * 1.6) * 0.85;
        } else if abs(here.x) < 2.1 {
            colour = mix(colour, vec3f(0.11, 0.10, 0.11), smoothstep(-0.12 - wide, -0.10, third));
        }
        return vec4f(colour, 0.0);
    }
    let here = start + way * to_wall;
    let wide = pixel * to_wall;
    if is_vault {
        // Ribs between the bays.
        let turn = atan2(here.y - SPRING, here.x);
        let bay = abs(fract((here.z - 0.4) / 2.2 + 0.5) - 0.5) * 2.2;
        let rib = smoothstep(0.16 + wide, 0.13, bay);
        let fall = 0.35 + 0.65 * exp(-1.1 * (here.y - SPRING)) + 0.5 * exp(-0.5 * length(vec2f(here.z - END, here.y - 4.75)));
        let lit = stone(vec2f(turn * HALF_WIDTH, here.z), wide) * mix(0.62, 1.25, rib);
        return vec4f(lit * (ambient * 0.9 + vec3f(0.02, 0.014, 0.010)) * fall, 0.0);
    }
    let along = here.z;
    var surface = stone(vec2f(along, here.y), wide);
    // Columns between the windows.
    let bay = abs(fract((along - 0.4) / 2.2 + 0.5) - 0.5) * 2.2;
    let column = smoothstep(0.26 + wide, 0.22, bay);
    surface *= mix(0.85, 1.25 - 1.6 * bay, column);
    surface *= mix(1.0, 1.3, smoothstep(0.08 + wide, 0.06, abs(here.y - SPRING)));
    let near = 0.55 + 0.75 * exp(-0.28 * max(along - 3.0, 0.0));
    var colour = surface * ambient * near;
    let inside = lancet(along, here.y);
    if way.x > 0.0 {
        colour += surface * vec3f(0.05, 0.035, 0.03) * exp(-0.9 * abs(here.y - 1.0));
        if inside > 0.0 {
            return vec4f(lancet_glass(along, here.y, wide) * 0.30, 0.0);
        }
    } else {
        if inside > 0.0 {
            return vec4f(lancet_glass(along, here.y, wide) * 1.6, 0.0);
        }
        colour += surface * vec3f(0.05, 0.035, 0.03) * exp(-0.9 * abs(here.y - 1.0));
    }
    // Light creeps round the stone of a window.
    colour += surface * vec3f(0.20, 0.13, 0.10) * exp(8.0 * min(inside, 0.0)) * select(1.0, 0.3, way.x > 0.0);
    return vec4f(colour, surface);
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let place = (in.position.xy - 0.5 * u.size) * vec2f(1.0, -1.0) / u.size.y;
    let pixel = 1.0 / u.size.y;
    let way = ray(place);
    let at = floor_under(way);
    if at.y > 0.5 {
        return walls(EYE, way, pixel);
    }
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
    let shine = 0.16 + 0.5 * pow(clamp(1.0 + way.y * 1.6, 0.0, 1.0), 3.0);
    let seen = walls(at, mirrored, pixel * 2.0).rgb * shine * mix(0.6, 1.0, joint);
    return vec4f(base * vec3f(0.10, 0.085, 0.10) + seen, base.g);
}
