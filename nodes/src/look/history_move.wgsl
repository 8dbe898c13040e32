// The frames of one atlas, input0, drawn into another of other tiles.
struct History { tile: vec2f, columns: u32, slots: u32, newest: u32, held: u32, padding: vec2u }
struct Uniforms { old: History, next: History }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let cell = floor(in.position.xy / u.next.tile);
    let slot = u32(cell.y) * u.next.columns + u32(cell.x);
    if u32(cell.x) >= u.next.columns || slot >= u.next.held {
        return vec4f(0.0);
    }
    let back = u.next.newest - slot;
    let before = (u.old.newest + u.old.slots - back) % u.old.slots;
    let corner = vec2f(f32(before % u.old.columns), f32(before / u.old.columns)) * u.old.tile;
    let uv = in.position.xy / u.next.tile - cell;
    let place = clamp(uv * u.old.tile, vec2f(0.5), u.old.tile - 0.5);
    return textureSampleLevel(input0, linear_sampler, (corner + place) / vec2f(textureDimensions(input0)), 0.0);
}
