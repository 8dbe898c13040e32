// Distances to the edge, negative inside (I. Quilez, "2D distance functions"). Lengths are pixels.
struct Uniforms {
    colour: vec4f,
    canvas: vec2f,
    middle: vec2f,
    direction: vec2f,
    size: f32,
    sides: f32,
    thickness: f32,
    softness: f32,
    form: u32,
}

const TURN: f32 = 6.283185307;

// The place, turned into the piece of a polygon that has the angle 0 in its middle. The pieces of a
// broken number of sides are alike, so that it grows from one number to the next.
fn piece(place: vec2f, sides: f32) -> vec2f {
    let width = TURN / sides;
    // A corner is at the top.
    let angle = atan2(place.x, place.y) + 0.5 * width;
    let inside = angle - width * floor(angle / width) - 0.5 * width;
    return length(place) * vec2f(cos(inside), sin(inside));
}

fn to_segment(place: vec2f, start: vec2f, end: vec2f) -> f32 {
    let way = end - start;
    let along = clamp(dot(place - start, way) / max(dot(way, way), 1e-12), 0.0, 1.0);
    return length(place - start - way * along);
}

// From the corner in the direction 0 to the point half a piece away at this radius.
fn star(place: vec2f, sides: f32, size: f32, inner: f32) -> f32 {
    let folded = piece(place, sides);
    let mirrored = vec2f(folded.x, abs(folded.y));
    let half = 0.5 * TURN / sides;
    let corner = vec2f(size, 0.0);
    let valley = inner * vec2f(cos(half), sin(half));
    let edge = valley - corner;
    let outside = edge.x * (mirrored.y - corner.y) - edge.y * (mirrored.x - corner.x);
    return to_segment(mirrored, corner, valley) * select(-1.0, 1.0, outside < 0.0);
}

fn distance_to(place: vec2f) -> f32 {
    switch u.form {
        case 1u: {
            let sides = max(u.sides, 3.0);
            return star(place, sides, u.size, u.size * cos(0.5 * TURN / sides));
        }
        case 2u: {
            let sides = max(u.sides, 2.0);
            return star(place, sides, u.size, 0.45 * u.size);
        }
        case 3u: { return to_segment(place, vec2f(-u.size, 0.0), vec2f(u.size, 0.0)); }
        case 4u: {
            let gap = max(u.size / max(u.sides, 1.0), 1e-3);
            let ring = clamp(round(length(place) / gap), 1.0, max(floor(u.sides + 0.5), 1.0));
            return abs(length(place) - ring * gap);
        }
        default: { return length(place) - u.size; }
    }
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let offset = (in.position.xy - 0.5 * u.canvas) * vec2f(1.0, -1.0) - u.middle;
    let place = vec2f(dot(u.direction, offset), u.direction.x * offset.y - u.direction.y * offset.x);
    var distance = distance_to(place);
    let is_line = u.form >= 3u;
    if is_line {
        // A line without a width is a pixel wide.
        distance -= 0.5 * max(u.thickness, 1.0);
    } else if u.thickness > 0.0 {
        distance = abs(distance) - 0.5 * u.thickness;
    }
    let width = max(u.softness, 1.0);
    let cover = select(1.0 - smoothstep(-0.5 * width, 0.5 * width, distance), 0.0, u.size <= 0.0 && !is_line);
    return valid(u.colour * cover);
}
