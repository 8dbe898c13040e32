// input0 holds the lowest and the highest value of each column, in red and green.
struct Uniforms { colour: vec4f, size: vec2f, zoom: f32, half_thickness: f32 }

// The line in a column, in pixels from the middle upwards, without gaps to its neighbours.
fn reach(column: i32) -> vec2f {
    let last = i32(textureDimensions(input0).x) - 1;
    return textureLoad(input0, vec2i(clamp(column, 0, last), 0), 0).rg * u.zoom * 0.5 * u.size.y;
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let columns = f32(textureDimensions(input0).x);
    let place = in.position.xy - vec2f(0.0, 0.5 * u.size.y);
    let y = -place.y;
    // The nearest point of the line, in the columns that may be near enough.
    let radius = u.half_thickness + 0.5;
    let per_pixel = columns / u.size.x;
    let first = i32(floor((place.x - radius) * per_pixel));
    let last = min(i32(ceil((place.x + radius) * per_pixel)), first + 256);
    var nearest = 1e6;
    for (var column = first; column <= last; column++) {
        let span = reach(column);
        let low = min(span.x, span.y);
        let high = max(span.x, span.y);
        let across = max(abs((f32(column) + 0.5) / per_pixel - place.x) - 0.5 / per_pixel, 0.0);
        let along = max(max(low - y, y - high), 0.0);
        nearest = min(nearest, length(vec2f(across, along)));
    }
    return valid(u.colour * clamp(radius - nearest, 0.0, 1.0) * step(1e-6, u.half_thickness));
}
