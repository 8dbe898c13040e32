// input0 is the picture, input1 what was shown before, input2 the movement of the original in its own pixels, to the
// right and down, input3 and input4 the brightness of the original now and before. `keep` is how much of what was
// shown before stays where the movement explains the original.
struct Uniforms { keep: f32 }

// A difference of brightness, as the eye sees it, that makes the movement half believed.
const DOUBT: f32 = 0.06;

// The cube of Catmull and Rom through four texels, from nine samples: what is carried along stays sharp.
fn sharp(uv: vec2f) -> vec4f {
    let size = vec2f(textureDimensions(input1));
    let place = uv * size - 0.5;
    let whole = floor(place);
    let f = place - whole;
    let w0 = f * (-0.5 + f * (1.0 - 0.5 * f));
    let w1 = 1.0 + f * f * (-2.5 + 1.5 * f);
    let w2 = f * (0.5 + f * (2.0 - 1.5 * f));
    let w3 = f * f * (-0.5 + 0.5 * f);
    let middle = w1 + w2;
    let texel = whole + 0.5;
    let at = array<vec2f, 3>((texel - 1.0) / size, (texel + w2 / middle) / size, (texel + 2.0) / size);
    let weight = array<vec2f, 3>(w0, middle, w3);
    var sum = vec4f(0.0);
    for (var y = 0; y < 3; y++) {
        for (var x = 0; x < 3; x++) {
            let colour = textureSampleLevel(input1, linear_sampler, vec2f(at[x].x, at[y].y), 0.0);
            sum += colour * (weight[x].x * weight[y].y);
        }
    }
    return sum;
}

fn seen(light: f32) -> f32 {
    return sqrt(max(light, 0.0));
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let size = vec2f(textureDimensions(input3));
    let moved = textureSampleLevel(input2, linear_sampler, in.uv, 0.0).xy / size;
    let origin = in.uv - moved;
    var difference = 0.0;
    for (var y = -1; y <= 1; y++) {
        for (var x = -1; x <= 1; x++) {
            let step = vec2f(f32(x), f32(y)) / size;
            let now = textureSampleLevel(input3, linear_sampler, in.uv + step, 0.0).x;
            let before = textureSampleLevel(input4, linear_sampler, origin + step, 0.0).x;
            difference += abs(seen(now) - seen(before)) / 9.0;
        }
    }
    let doubt = difference / DOUBT;
    let inside = all(origin >= vec2f(0.0)) && all(origin <= vec2f(1.0));
    let trust = select(0.0, 1.0 / (1.0 + doubt * doubt), inside);
    return valid(mix(picture, sharp(origin), u.keep * trust));
}
