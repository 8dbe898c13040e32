// input0 is the picture, input1 what was kept of the frame before. `from` takes a place in this
// frame, in pixels from the middle, to where it was in the frame before.
struct Uniforms { from_x: vec2f, from_y: vec2f, shift: vec2f, keep: f32, mode: u32 }

// Where a sum of light stops to grow.
const BRIGHTEST: f32 = 16.0;

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let size = vec2f(textureDimensions(input1));
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let place = in.position.xy - 0.5 * size - u.shift;
    let uv = vec2f(dot(u.from_x, place), dot(u.from_y, place)) / size + 0.5;
    let inside = all(uv >= vec2f(0.0)) && all(uv <= vec2f(1.0));
    let keep = select(0.0, u.keep, inside);
    let before = textureSampleLevel(input1, linear_sampler, uv, 0.0);
    var result = max(picture, before * keep);
    switch u.mode {
        case 1u: { result = mix(picture, before, keep); }
        case 2u: { result = picture + before * keep; }
        case 3u: { result = picture + before * keep * (1.0 - picture.a); }
        default: {}
    }
    return min(valid(result), vec4f(BRIGHTEST));
}
