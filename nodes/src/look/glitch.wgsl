fn chance(x: f32, y: f32, layer: u32) -> vec3f {
    let place = bitcast<vec2u>(vec2i(vec2f(x, y)));
    return random(vec3u(place, u.seed + u.span * 0x9e3779b9u + layer * 0x85ebca6bu));
}

fn picture_at(place: vec2f) -> vec4f {
    return textureSampleLevel(input0, mirror_sampler, place / vec2f(textureDimensions(input0)), 0.0);
}

// Large blocks, and smaller ones inside of them.
fn block(place: vec2f, side: f32) -> vec4f {
    var source = place;
    for (var layer = 0u; layer < 2u; layer++) {
        let cell = floor(place / (side * vec2f(2.0, 1.0)) * (1.0 + 2.0 * f32(layer)));
        let dice = chance(cell.x, cell.y, layer);
        if dice.x < 0.4 * u.strength {
            source += (dice.yz - 0.5) * side * vec2f(6.0, 2.0) * u.strength;
        }
    }
    return picture_at(source);
}

// Bands of many heights.
fn scanline(place: vec2f, side: f32) -> vec4f {
    var source = place;
    for (var layer = 0u; layer < 3u; layer++) {
        let dice = chance(floor(place.y / side * exp2(f32(layer))), 0.0, layer);
        if dice.x < 0.5 * u.strength {
            source.x += (dice.y - 0.5) * side * 4.0 * u.strength / f32(layer + 1u);
        }
    }
    return picture_at(source);
}

fn channel(place: vec2f, side: f32) -> vec4f {
    let red = (chance(0.0, 0.0, 0u).xy - 0.5) * vec2f(4.0, 0.5) * side * u.strength;
    let blue = (chance(1.0, 0.0, 0u).xy - 0.5) * vec2f(4.0, 0.5) * side * u.strength;
    let parts = array<vec4f, 3>(picture_at(place + red), picture_at(place), picture_at(place + blue));
    let alpha = max(parts[0].a, max(parts[1].a, parts[2].a));
    return vec4f(parts[0].r, parts[1].g, parts[2].b, alpha);
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let side = max(u.size, 1.0);
    var damaged = picture;
    switch u.mode {
        case 1u: { damaged = scanline(in.position.xy, side); }
        case 2u: { damaged = channel(in.position.xy, side); }
        default: { damaged = block(in.position.xy, side); }
    }
    return at_amount(picture, damaged, u.amount);
}
