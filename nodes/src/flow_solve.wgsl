// B. Lucas and T. Kanade, "An iterative image registration technique", over a square of pixels.
// input0 is the frame before and input1 that of now, both brightness and its slopes; input2 is what
// is known of the movement, in its own pixels, `grow` of which are one of ours.
struct Uniforms { grow: vec2f }

const REACH: i32 = 2;
// Where there is nothing to see, nothing moves.
const DOUBT: f32 = 0.002;
// In one step nothing moves further than what the slopes tell about.
const FURTHEST: f32 = 1.5;

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let size = vec2f(textureDimensions(input1));
    let last = vec2i(size) - 1;
    let known = textureSampleLevel(input2, linear_sampler, in.uv, 0.0).xy * u.grow;
    var slopes = vec3f(0.0);
    var sum = vec2f(0.0);
    for (var y = -REACH; y <= REACH; y++) {
        for (var x = -REACH; x <= REACH; x++) {
            let at = clamp(vec2i(in.position.xy) + vec2i(x, y), vec2i(0), last);
            let now = textureLoad(input1, at, 0);
            let origin = (vec2f(at) + 0.5 - known) / size;
            let change = now.x - textureSampleLevel(input0, linear_sampler, origin, 0.0).x;
            slopes += vec3f(now.y * now.y, now.y * now.z, now.z * now.z);
            sum += now.yz * change;
        }
    }
    let matrix = vec3f(slopes.x + DOUBT, slopes.y, slopes.z + DOUBT);
    let determinant = matrix.x * matrix.z - matrix.y * matrix.y;
    let way = -vec2f(matrix.z * sum.x - matrix.y * sum.y, matrix.x * sum.y - matrix.y * sum.x) / determinant;
    let flow = known + clamp(way, vec2f(-FURTHEST), vec2f(FURTHEST));
    return vec4f(clamp(flow, -0.5 * size, 0.5 * size), 0.0, 1.0);
}
