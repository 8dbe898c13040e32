// One triangle that covers the target.
struct Varyings { @builtin(position) position: vec4f, @location(0) uv: vec2f }

@vertex
fn main(@builtin(vertex_index) index: u32) -> Varyings {
    let uv = vec2f(f32((index << 1u) & 2u), f32(index & 2u));
    return Varyings(vec4f(uv.x * 2.0 - 1.0, 1.0 - uv.y * 2.0, 0.0, 1.0), uv);
}
