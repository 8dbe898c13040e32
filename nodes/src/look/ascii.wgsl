// input1 has a pixel for each cell.
struct Grid { side_px: vec2f, start_px: vec2f }
struct Uniforms { ink: vec4f, paper: vec4f, grid: Grid, colours: u32, amount: f32 }

// Ten characters of seven rows of five points, from little to much ink.
const ROWS = array<u32, 70>(
    0u, 0u, 0u, 0u, 0u, 0u, 0u, // space
    0u, 0u, 0u, 0u, 0u, 12u, 12u, // .
    0u, 0u, 0u, 31u, 0u, 0u, 0u, // -
    0u, 12u, 12u, 0u, 12u, 12u, 0u, // :
    0u, 4u, 4u, 31u, 4u, 4u, 0u, // +
    0u, 0u, 31u, 0u, 31u, 0u, 0u, // =
    0u, 4u, 21u, 14u, 21u, 4u, 0u, // *
    24u, 25u, 2u, 4u, 8u, 19u, 3u, // %
    14u, 17u, 1u, 13u, 21u, 21u, 14u, // @
    10u, 10u, 31u, 10u, 31u, 10u, 10u, // #
);

// A point of the result: the characters have five by seven points in cells of six by nine.
fn print_at(place: vec2f) -> vec4f {
    let grid = (place - u.grid.start_px) / u.grid.side_px;
    let last = vec2i(textureDimensions(input1)) - 1;
    let mean = textureLoad(input1, clamp(vec2i(floor(grid)), vec2i(0), last), 0);
    let light = clamp(brightness(mean.rgb), 0.0, 1.0);
    let character = min(u32(light * 10.0), 9u);
    let point = vec2i(floor(fract(grid) * vec2f(6.0, 9.0))) - vec2i(0, 1);
    let on_character = point.x < 5 && point.y >= 0 && point.y < 7;
    let row = ROWS[character * 7u + u32(clamp(point.y, 0, 6))];
    let bit = (row >> u32(clamp(4 - point.x, 0, 4))) & 1u;
    if bit == 0u || !on_character {
        return u.paper;
    }
    // The amount of ink shows the brightness already, so the colour shows less of it.
    let own = clamp(straight(mean), vec3f(0.0), vec3f(1.0));
    let brightest = max(own.r, max(own.g, own.b));
    return select(u.ink, vec4f(own / sqrt(max(brightest, 1e-3)), 1.0), u.colours == 1u);
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    var sum = vec4f(0.0);
    for (var tap = 0; tap < 4; tap++) {
        let inside_pixel = vec2f(f32(tap % 2), f32(tap / 2)) * 0.5 - 0.25;
        sum += print_at(in.position.xy + inside_pixel);
    }
    return at_amount(picture, sum / 4.0, u.amount);
}
