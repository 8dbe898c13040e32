// `delay` is in frames; the numbers of `mode` are the places of the words in the option.
struct Uniforms { history: History, delay: f32, echoes: f32, decay: f32, amount: f32, mode: u32 }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let now = textureLoad(input0, vec2i(in.position.xy), 0);
    var result = now;
    var weights = 1.0;
    var decay = 1.0;
    for (var echo = 1.0; echo < u.echoes + 1.0; echo += 1.0) {
        let age = echo * u.delay;
        if age > oldest() {
            break;
        }
        decay *= u.decay;
        let weight = decay * clamp(u.echoes - echo + 1.0, 0.0, 1.0);
        let colour = past(now, in.uv, age) * weight;
        weights += weight;
        switch u.mode {
            case 0u: { result = max(result, colour); }
            case 3u: { result += colour * (1.0 - clamp(result.a, 0.0, 1.0)); }
            default: { result += colour; }
        }
    }
    if u.mode == 1u {
        result /= weights;
    }
    return at_amount(now, valid(result), u.amount);
}
