// input1 is the table: slices of blue in `columns` columns, or entries in rows of 1024. input2 is the shaper, a
// table with one dimension that comes first; there is none where `shaper_size` is 0.
struct Uniforms {
    domain_min: vec4f, domain_scale: vec4f, shaper_min: vec4f, shaper_scale: vec4f,
    size: u32, columns: u32, shaper_size: u32, amount: f32,
}

const ROW: u32 = 1024u;

fn entry(at: vec3u) -> vec3f {
    let slice = vec2u(at.z % u.columns, at.z / u.columns);
    return textureLoad(input1, slice * u.size + at.xy, 0).rgb;
}

// Linear on the tetrahedron of table entries in which the colour lies: from the darkest corner to
// the brightest, along the axes in the order of the colour's parts.
fn of_space(place: vec3f) -> vec3f {
    let corner = vec3u(min(floor(place), vec3f(f32(u.size - 2u))));
    let part = place - vec3f(corner);
    var first = vec3u(1u, 0u, 0u);
    var last = vec3u(0u, 0u, 1u);
    if part.r >= part.g {
        if part.b > part.r { first = vec3u(0u, 0u, 1u); }
        if part.b > part.g { last = vec3u(0u, 1u, 0u); }
    } else {
        first = select(vec3u(0u, 1u, 0u), vec3u(0u, 0u, 1u), part.b > part.g);
        if part.b > part.r { last = vec3u(1u, 0u, 0u); }
    }
    let most = max(part.r, max(part.g, part.b));
    let least = min(part.r, min(part.g, part.b));
    let middle = part.r + part.g + part.b - most - least;
    return entry(corner) * (1.0 - most)
        + entry(corner + first) * (most - middle)
        + entry(corner + vec3u(1u) - last) * (middle - least)
        + entry(corner + vec3u(1u)) * least;
}

fn of_line(place: f32, channel: u32) -> f32 {
    let before = u32(min(floor(place), f32(u.size - 2u)));
    let one = textureLoad(input1, vec2u(before % ROW, before / ROW), 0)[channel];
    let two = textureLoad(input1, vec2u((before + 1u) % ROW, (before + 1u) / ROW), 0)[channel];
    return mix(one, two, place - f32(before));
}

fn of_shaper(place: f32, channel: u32) -> f32 {
    let before = u32(min(floor(place), f32(u.shaper_size - 2u)));
    let one = textureLoad(input2, vec2u(before % ROW, before / ROW), 0)[channel];
    let two = textureLoad(input2, vec2u((before + 1u) % ROW, (before + 1u) / ROW), 0)[channel];
    return mix(one, two, place - f32(before));
}

fn shaped(colour: vec3f) -> vec3f {
    if u.shaper_size == 0u { return colour; }
    let share = (colour - u.shaper_min.rgb) * u.shaper_scale.rgb;
    let place = clamp(share, vec3f(0.0), vec3f(1.0)) * f32(u.shaper_size - 1u);
    return vec3f(of_shaper(place.r, 0u), of_shaper(place.g, 1u), of_shaper(place.b, 2u));
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let share = (shaped(encode(straight(picture))) - u.domain_min.rgb) * u.domain_scale.rgb;
    let place = clamp(share, vec3f(0.0), vec3f(1.0)) * f32(u.size - 1u);
    var value = vec3f(0.0);
    if u.columns > 0u {
        value = of_space(place);
    } else {
        value = vec3f(of_line(place.r, 0u), of_line(place.g, 1u), of_line(place.b, 2u));
    }
    return at_amount(picture, vec4f(decode(min(value, vec3f(1000.0))) * picture.a, picture.a), u.amount);
}
