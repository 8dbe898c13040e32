// input0 tells of the notes: a row a lane, as roll.rs writes them; input1 is the picture under them.
struct Uniforms {
    colours: array<vec4f, 4>,
    background: vec4f,
    size: vec2f,
    beats: f32,
    line: f32,
    lowest: f32,
    highest: f32,
    glow: f32,
    along_bar: f32,
    lanes: u32,
    has_image: u32,
    amount: f32,
}

// A note in pixels.
struct Bar { start: f32, end: f32, middle: f32, voice: u32, fresh: f32, is_there: bool }

fn semitone() -> f32 {
    return u.size.y / (u.highest - u.lowest + 1.0);
}

fn height_of(pitch: f32) -> f32 {
    return u.size.y - (pitch - u.lowest + 0.5) * semitone();
}

fn bar_at(x: f32, lane: u32) -> Bar {
    let columns = textureDimensions(input0).x;
    let column = clamp(i32(floor(x / u.size.x * f32(columns))), 0, i32(columns) - 1);
    let texel = textureLoad(input0, vec2i(column, i32(lane)), 0);
    let centre = (f32(column) + 0.5) / f32(columns) * u.size.x;
    let pixels = u.size.x / u.beats;
    let number = max(texel.z, 0.0);
    let voice = floor(number / 128.0);
    let pitch = number - 128.0 * voice;
    let span = vec2f(centre) + texel.xy * pixels;
    return Bar(span.x, span.y, height_of(pitch), u32(voice) & 3u, texel.w, texel.z >= 0.0);
}

// How far a place is from the edge of a note, below 0 inside.
fn distance_to(bar: Bar, place: vec2f, half: f32) -> f32 {
    let gap = min(0.5, 0.1 * (bar.end - bar.start));
    let width = max(0.5 * (bar.end - bar.start) - gap, 0.25);
    let radius = min(half, width);
    let away = abs(place - vec2f(0.5 * (bar.start + bar.end), bar.middle)) - vec2f(width, half) + radius;
    return length(max(away, vec2f(0.0))) + min(max(away.x, away.y), 0.0) - radius;
}

// How near a row of pixels is to a line of the two staves: g b d f a below, e g b d f above.
fn staves(y: f32) -> f32 {
    var lines = array<f32, 10>(43.0, 47.0, 50.0, 53.0, 57.0, 64.0, 67.0, 71.0, 74.0, 77.0);
    var near = 1e6;
    for (var line = 0u; line < 10u; line++) {

        near = min(near, abs(y - height_of(lines[line])));
    }
    return near;
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let place = in.position.xy;
    let pixel = u.size.y / 720.0;
    let scale = semitone();
    let half = 0.62 * scale;
    let now = u.line * u.size.x;
    let sung = clamp((now - place.x) / pixel + 0.5, 0.0, 1.0);
    let behind = clamp((now - place.x) / max(now, 1.0), 0.0, 1.0);
    let ahead = clamp((place.x - now) / max(u.size.x - now, 1.0), 0.0, 1.0);
    // Old notes sink into the dark, far ones come out of it.
    let depth = mix(1.0 - 0.82 * smoothstep(0.0, 1.0, behind), 1.0 - 0.75 * smoothstep(0.2, 1.0, ahead), 1.0 - sung);

    var light = vec3f(0.0);
    var cover = 0.0;
    // Staves and bar lines, faint.
    let faint = 0.5 + 0.5 * exp(-4.0 * abs(place.x - now) / u.size.x);
    light += vec3f(0.020, 0.022, 0.032) * faint * (1.0 - smoothstep(0.3 * pixel, 1.2 * pixel, staves(place.y)));
    let along = place.x / u.size.x * u.beats + u.along_bar;
    let to_bar = abs(fract(along / 4.0 + 0.5) - 0.5) * 4.0 * u.size.x / u.beats;
    light += vec3f(0.022, 0.024, 0.034) * faint * (1.0 - smoothstep(0.3 * pixel, 1.4 * pixel, to_bar));

    let reach = 3.2 * scale;
    for (var lane = 0u; lane < u.lanes; lane++) {
        // The note here and its two neighbours.
        let own = bar_at(place.x, lane);
        let column = 1.5 * u.size.x / f32(textureDimensions(input0).x);
        var bars = array<Bar, 3>(bar_at(own.start - column, lane), own, bar_at(own.end + column, lane));
        // Far from them and from the threads between them there is nothing.
        var high = 1e6;
        var low = -1e6;
        for (var side = 0u; side < 3u; side++) {
            high = min(high, select(1e6, bars[side].middle, bars[side].is_there));
            low = max(low, select(-1e6, bars[side].middle, bars[side].is_there));
        }
        if place.y < high - reach - half || place.y > low + reach + half {
            continue;
        }
        var inside = 0.0;
        var edge = 0.0;
        var halo = 0.0;
        var fresh = 0.0;
        var colour = vec3f(0.0);
        var heard = 0.0;
        for (var side = 0u; side < 3u; side++) {
            let bar = bars[side];
            if !bar.is_there {
                continue;
            }
            let tint = u.colours[bar.voice].rgb;
            let away = distance_to(bar, place, half);
            let within = clamp(0.5 - away / pixel, 0.0, 1.0);
            // Light falls to nothing as far away as notes are looked for.
            let fall = max(1.0 - max(away, 0.0) / reach, 0.0);
            let around = fall * fall * exp(-max(away, 0.0) / (0.9 * scale));
            if within >= inside {
                colour = tint;
            }
            inside = max(inside, within);
            edge = max(edge, 1.0 - smoothstep(0.0, 1.6 * pixel, abs(away + pixel)));
            halo = max(halo, around);
            fresh = max(fresh, bar.fresh * fall * fall * fall);
            // A note that crosses the line of now.
            if bar.start <= now + 1.0 && bar.end >= now - 2.0 {
                let struck = exp(-max(now - bar.start, 0.0) / (0.35 * u.size.x / u.beats));
                let from_head = (place - vec2f(now, bar.middle)) / scale;
                let flare = exp(-dot(from_head, from_head) / (0.8 + 1.6 * struck));
                heard = max(heard, flare * (0.55 + 1.3 * struck));
            }
        }
        // A thread from a note to the next of its lane.
        let is_left = place.x < 0.5 * (own.start + own.end);
        var before = bars[1];
        var next = bars[2];
        if is_left {
            before = bars[0];
            next = bars[1];
        }
        if before.is_there && next.is_there && abs(before.end - next.start) < 3.0 * pixel {
            let bend = 0.9 * scale;
            let way = clamp((place.x - before.end) / bend * 0.5 + 0.5, 0.0, 1.0);
            let rise = next.middle - before.middle;
            let curve = before.middle + rise * way * way * (3.0 - 2.0 * way);
            let slope = rise * 3.0 * way * (1.0 - way) / bend;
            let off = abs(place.y - curve) / sqrt(1.0 + slope * slope);
            let thread = (1.0 - smoothstep(0.5 * pixel, 1.9 * pixel, off)) * step(abs(place.x - before.end), bend);
            let tint = mix(u.colours[before.voice].rgb, u.colours[next.voice].rgb, way);
            light += tint * thread * mix(0.16, 0.5, sung) * depth * (1.0 - inside);
        }
        // Ahead of the line a note is an outline with a breath of colour, behind it is full.
        let sheen = 0.75 + 0.45 * clamp((place.y - bars[1].middle) / -half, -1.0, 1.0);
        let full = colour * 0.85 * sheen * inside;
        let ghost = colour * (0.13 * inside + 0.42 * edge * inside);
        light += mix(ghost, full, sung) * depth;
        cover = max(cover, inside * mix(0.55, 0.95, sung) * depth);
        light += colour * u.glow * (halo * (1.0 - inside) * mix(0.035, 0.10, sung) * depth);
        light += mix(colour, vec3f(1.0, 0.96, 0.88), 0.18 + 0.3 * inside) * u.glow * fresh * mix(0.55, 0.35, sung) * depth;
        light += mix(colour, vec3f(1.0, 0.93, 0.82), 0.6) * heard * 0.9 * u.glow;
    }
    // The line of now: a thread of light that is brightest in the middle of the picture.
    let from_line = abs(place.x - now) / pixel;
    let tall = 1.0 - 0.75 * abs(2.0 * place.y / u.size.y - 1.0);
    light += vec3f(1.0, 0.9, 0.75) * tall * (0.30 * exp(-from_line * from_line / 1.5) + 0.030 * exp(-from_line / 16.0));

    var under = u.background;
    if u.has_image == 1u {
        under = textureLoad(input1, vec2i(place), 0);
    }
    let drawn = vec4f(under.rgb * (1.0 - cover) + light, max(under.a, clamp(cover + max(light.r, max(light.g, light.b)), 0.0, 1.0)));
    let base = select(vec4f(0.0), under, u.has_image == 1u);
    return at_amount(base, drawn, u.amount);
}
