// What is over the threshold, in its own colour.
struct Uniforms { threshold: f32 }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let brightest = max(picture.r, max(picture.g, picture.b));
    let over = max(brightest - u.threshold * picture.a, 0.0);
    return valid(picture * over / max(brightest, 1e-4));
}
