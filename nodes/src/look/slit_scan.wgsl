// `along` is 0,1 for rows and 1,0 for columns; `span` is in frames.
struct Uniforms { history: History, along: vec2f, span: f32, start: f32, amount: f32 }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let now = textureLoad(input0, vec2i(in.position.xy), 0);
    // The middle of the first line is 0, of the last 1.
    let last = max(vec2f(textureDimensions(input0)) - 1.0, vec2f(1.0));
    let distance = abs(dot(u.along, (in.position.xy - 0.5) / last) - u.start);
    let age = abs(u.span) * select(distance, 1.0 - distance, u.span < 0.0);
    return at_amount(now, past(now, in.uv, age), u.amount);
}
