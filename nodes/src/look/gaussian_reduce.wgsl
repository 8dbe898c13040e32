// Mean values of squares of pixels. A cell beyond each edge holds the edge alone, so that clamping
// at the edge of the cells repeats the edge of the picture.
struct Uniforms { factor: i32 }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let last = vec2i(textureDimensions(input0)) - 1;
    let start = (vec2i(in.position.xy) - 1) * u.factor;
    var sum = vec4f(0.0);
    for (var y = 0; y < u.factor; y++) {
        for (var x = 0; x < u.factor; x++) {
            sum += textureLoad(input0, clamp(start + vec2i(x, y), vec2i(0), last), 0);
        }
    }
    return sum / f32(u.factor * u.factor);
}
