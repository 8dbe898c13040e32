// Everything a projector is set up with: a grid, colour bars, a ramp of greys with steps, a circle
// that must be round, a frame along the edge, and a hand that turns once a minute with a sweep that
// crosses the picture once a second.
struct Uniforms { size: vec2f, secs: f32 }

const TURN: f32 = 6.283185307;

fn linear(encoded: vec3f) -> vec3f {
    let low = encoded / 12.92;
    let high = pow((encoded + 0.055) / 1.055, vec3f(2.4));
    return select(high, low, encoded <= vec3f(0.04045));
}

// From its sRGB code.
fn grey(encoded: f32) -> vec3f {
    return linear(vec3f(clamp(encoded, 0.0, 1.0)));
}

// Bars of 75 %: white, yellow, cyan, green, magenta, red, blue.
fn bar(across: f32) -> vec3f {
    let index = 7u - min(u32(across * 7.0), 6u);
    let code = array<u32, 8>(0u, 1u, 4u, 5u, 2u, 3u, 6u, 7u)[index];
    return 0.75 * vec3f(f32((code >> 2u) & 1u), f32((code >> 1u) & 1u), f32(code & 1u));
}

// How much of a pixel lies on a line of this half width: thin lines fade, so that the card is as
// bright at any size.
fn line(distance: f32, half_width: f32) -> f32 {
    return max(0.0, min(distance + 0.5, half_width) - max(distance - 0.5, -half_width));
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let size = u.size;
    let unit = min(size.x / 16.0, size.y / 9.0);
    let hair = unit / 60.0;
    // From the middle, y upwards.
    let place = (in.position.xy - 0.5 * size) * vec2f(1.0, -1.0);
    let cell = place / unit;
    // Mixed in linear light: a line that covers half a pixel gives half its light.
    var colour = grey(0.22);

    let to_grid = abs(fract(cell + 0.5) - 0.5) * unit;
    colour = mix(colour, grey(0.75), max(line(to_grid.x, hair), line(to_grid.y, hair)));

    if abs(cell.x) < 6.0 && cell.y > 0.0 && cell.y < 2.0 {
        colour = linear(bar((cell.x + 6.0) / 12.0));
    }
    if abs(cell.x) < 6.0 && cell.y > -1.0 && cell.y <= 0.0 {
        colour = grey((cell.x + 6.0) / 12.0);
    }
    if abs(cell.x) < 6.0 && cell.y > -2.0 && cell.y <= -1.0 {
        colour = grey(floor((cell.x + 6.0) / 12.0 * 11.0) / 10.0);
    }

    let radius = length(place);
    colour = mix(colour, vec3f(1.0), line(radius - 4.0 * unit, 2.0 * hair));

    // A dial below the bars: the hand turns once a minute, the dots are five seconds apart.
    let dial = place - vec2f(0.0, -3.0 * unit);
    let dial_radius = length(dial);
    if dial_radius < 0.85 * unit {
        let angle = atan2(dial.x, dial.y);
        let dot_angle = (fract(angle / TURN * 12.0 + 0.5) - 0.5) * TURN / 12.0;
        let dot_place = length(vec2f(dial_radius - 0.72 * unit, dot_angle * dial_radius));
        let hand = u.secs / 60.0 * TURN;
        let along = dot(dial, vec2f(sin(hand), cos(hand)));
        let beside = dot(dial, vec2f(cos(hand), -sin(hand)));
        let on_hand = select(0.0, line(beside, 2.0 * hair), along > 0.0 && along < 0.65 * unit);
        colour = mix(grey(0.06), vec3f(1.0), max(line(dot_place, 2.5 * hair), on_hand));
    }

    // The sweep: a white line between two black ones above the bars, once across a second.
    if cell.y > 2.25 && cell.y < 2.75 && abs(cell.x) < 6.0 {
        let at = (fract(u.secs) * 12.0 - 6.0) * unit;
        let near = line(place.x - at, 10.0 * hair);
        colour = mix(mix(grey(0.12), vec3f(0.0), near), vec3f(1.0), line(place.x - at, 4.0 * hair));
    }

    let to_edge = min(in.position.xy, size - in.position.xy);
    colour = mix(colour, vec3f(1.0), line(min(to_edge.x, to_edge.y), 2.0 * hair));
    return vec4f(colour, 1.0);
}
