// input1 has a pixel for each cell.
struct Grid { side_px: vec2f, start_px: vec2f }
struct Uniforms { grid: Grid, amount: f32 }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let cell = floor((in.position.xy - u.grid.start_px) / u.grid.side_px);
    let last = vec2i(textureDimensions(input1)) - 1;
    let mean = textureLoad(input1, clamp(vec2i(cell), vec2i(0), last), 0);
    return at_amount(picture, mean, u.amount);
}
