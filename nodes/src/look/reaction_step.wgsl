// J. Pearson, "Complex patterns in a simple system", 1993, with the usual nine-point Laplacian.
// input0 holds what food is missing and what has grown, each as the sum of two 16-bit numbers, since
// a step changes less than one of them can tell; input1 is the picture that sows.
struct Uniforms { feed: f32, kill: f32, sow: f32, seed: u32, time: u32 }

fn substances(at: vec2i) -> vec2f {
    let size = vec2i(textureDimensions(input0));
    let parts = textureLoad(input0, clamp(at, vec2i(0), size - 1), 0);
    return parts.xz + parts.yw;
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let at = vec2i(in.position.xy);
    let here = substances(at);
    let beside = substances(at + vec2i(1, 0)) + substances(at + vec2i(-1, 0))
        + substances(at + vec2i(0, 1)) + substances(at + vec2i(0, -1));
    let corners = substances(at + vec2i(1, 1)) + substances(at + vec2i(-1, 1))
        + substances(at + vec2i(1, -1)) + substances(at + vec2i(-1, -1));
    let spread = 0.2 * beside + 0.05 * corners - here;
    let food = 1.0 - here.x;
    let reaction = food * here.y * here.y;
    var next = here + vec2f(
        spread.x + reaction - u.feed * here.x,
        0.5 * spread.y + reaction - (u.feed + u.kill) * here.y,
    );
    if u.sow != 0.0 {
        // A seed is a square of a few cells: a single one dies.
        let square = vec3u(vec2u(at / 4), u.seed ^ u.time);
        let light = clamp(brightness(valid(textureLoad(input1, at, 0)).rgb), 0.0, 1.0);
        if u.sow > 0.0 && random(square).x < 0.02 * u.sow * light {
            next = vec2f(0.5, 0.25);
        } else if u.sow < 0.0 {
            next.y *= max(1.0 + 0.2 * u.sow * light, 0.0);
        }
    }
    next = clamp(next, vec2f(0.0), vec2f(1.0));
    let coarse = unpack2x16float(pack2x16float(next));
    let rest = next - coarse;
    return vec4f(coarse.x, rest.x, coarse.y, rest.y);
}
