// The frames of one atlas, input0, drawn into another of other tiles.
struct History { tile: vec2f, columns: u32, slots: u32, newest: u32, held: u32, padding: vec2u }
struct Uniforms { from: History, to: History }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let cell = floor(in.position.xy / u.to.tile);
    let slot = u32(cell.y) * u.to.columns + u32(cell.x);
    if u32(cell.x) >= u.to.columns || slot >= u.to.held {
        return vec4f(0.0);
    }
    let back = u.to.newest - slot;
    let before = (u.from.newest + u.from.slots - back) % u.from.slots;
    let corner = vec2f(f32(before % u.from.columns), f32(before / u.from.columns)) * u.from.tile;
    let uv = in.position.xy / u.to.tile - cell;
    let place = clamp(uv * u.from.tile, vec2f(0.5), u.from.tile - 0.5);
    return textureSampleLevel(input0, linear_sampler, (corner + place) / vec2f(textureDimensions(input0)), 0.0);
}
