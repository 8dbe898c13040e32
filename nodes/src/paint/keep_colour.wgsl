// input0 is the painting, input1 the original. Colour is what is left of a pixel without its luma
// (BT.709, linear light); it is made paler where a component would fall below 0, so that the luma of
// the painting stays exactly.
struct Uniforms { amount: f32 }

fn luma(rgb: vec3f) -> f32 {
    return dot(rgb, vec3f(0.2126, 0.7152, 0.0722));
}

fn straight(colour: vec4f) -> vec3f {
    return select(vec3f(0.0), colour.rgb / max(colour.a, 1e-6), colour.a > 0.0);
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let place = vec2i(in.position.xy);
    let painting = textureLoad(input0, place, 0);
    let original = textureLoad(input1, place, 0);
    let light = luma(straight(painting));
    let colour = straight(original);
    let chroma = (colour - luma(colour)) * original.a;
    let lowest = -min(chroma.r, min(chroma.g, chroma.b));
    let share = select(1.0, light / max(lowest, 1e-6), lowest > light);
    return at_amount(painting, vec4f((light + share * chroma) * painting.a, painting.a), u.amount);
}
