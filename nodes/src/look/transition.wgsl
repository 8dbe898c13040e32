// input0 goes, input1 comes. The numbers of `form` are the places of the words in the option.
struct Uniforms {
    direction: vec2f,
    progress: f32,
    softness: f32,
    count: f32,
    amount: f32,
    form: u32,
    seed: u32,
}

fn going(uv: vec2f) -> vec4f {
    return textureSampleLevel(input0, linear_sampler, uv, 0.0);
}

fn coming(uv: vec2f) -> vec4f {
    return textureSampleLevel(input1, linear_sampler, uv, 0.0);
}

// How much of the new picture is where the edge comes by at this time, from 0 to 1: nothing at
// progress 0, everything at 1, however soft.
fn arrived(time: f32) -> f32 {
    let width = max(u.softness, 1e-4);
    return clamp((u.progress * (1.0 + width) - time) / width, 0.0, 1.0);
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let size = vec2f(textureDimensions(input0));
    let pixel = vec2i(in.position.xy);
    let before = textureLoad(input0, pixel, 0);
    let behind = textureLoad(input1, pixel, 0);
    // From the middle, y upwards; `along` goes from 0 to 1 in the direction.
    let place = (in.position.xy - 0.5 * size) * vec2f(1.0, -1.0);
    let along = clamp(dot(u.direction, place) / dot(abs(u.direction), size) + 0.5, 0.0, 1.0);
    var result = before;
    switch u.form {
        case 1u: {
            // One picture ends where the other begins.
            let aim = u.direction * vec2f(1.0, -1.0) / size;
            let way = aim / max(max(abs(aim.x), abs(aim.y)), 1e-9);
            let gone = in.uv - way * u.progress;
            let come = in.uv + way * (1.0 - u.progress);
            let is_gone = any(gone < vec2f(0.0)) || any(gone > vec2f(1.0));
            let is_here = all(come >= vec2f(0.0)) && all(come <= vec2f(1.0));
            result = select(going(gone), vec4f(0.0), is_gone);
            if is_here || u.progress >= 1.0 {
                result = coming(select(come, in.uv, u.progress >= 1.0));
            }
        }
        case 2u: {
            let grain = floor(in.uv * vec2f(u.count * 16.0, u.count * 16.0 * size.y / size.x));
            result = mix(before, behind, arrived(random(vec3u(vec2u(grain), u.seed)).x));
        }
        case 3u: {
            let zoom = 1.0 - 0.9 * u.progress;
            let near = going((in.uv - 0.5) * zoom + 0.5);
            let far = coming((in.uv - 0.5) * (1.0 + 0.5 * (1.0 - u.progress)) + 0.5);
            result = mix(near, far, smoothstep(0.0, 1.0, arrived(0.5)));
        }
        case 4u: { result = mix(before, behind, arrived(fract(along * u.count * 0.99999))); }
        case 5u: {
            // Coarsest half-way; a square is a pixel at both ends.
            let coarse = 1.0 - abs(2.0 * u.progress - 1.0);
            let side = pow(max(size.x / u.count, 1.0), coarse);
            let middle = (floor(place / side) + 0.5) * side * vec2f(1.0, -1.0) / size + 0.5;
            result = mix(going(middle), coming(middle), arrived(0.5));
            if u.progress >= 1.0 { result = behind; }
        }
        default: { result = mix(before, behind, arrived(along)); }
    }
    return at_amount(before, result, u.amount);
}
