// A Gaussian along one axis, cut off at three standard deviations.
struct Uniforms { step: vec2i, sigma: f32 }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let last = vec2i(textureDimensions(input0)) - 1;
    let here = vec2i(in.position.xy);
    let reach = i32(ceil(3.0 * u.sigma));
    var sum = textureLoad(input0, here, 0);
    var weights = 1.0;
    for (var offset = 1; offset <= reach; offset++) {
        let along = f32(offset) / u.sigma;
        let weight = exp(-0.5 * along * along);
        let before = textureLoad(input0, clamp(here - offset * u.step, vec2i(0), last), 0);
        let behind = textureLoad(input0, clamp(here + offset * u.step, vec2i(0), last), 0);
        sum += weight * (before + behind);
        weights += 2.0 * weight;
    }
    return sum / weights;
}
