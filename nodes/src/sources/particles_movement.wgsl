// Velocity and age. input0 is the velocity and age of before, input1 the place, input2 the flow.
fn whirl(place: vec2f) -> vec2f {
    // Without sources: each part depends on the other coordinate alone, turned from layer to layer.
    var sum = vec2f(0.0);
    for (var layer = 0; layer < 3; layer++) {
        let turn = f32(layer) * 2.1 + f32(u.seed & 1023u);
        let direction = vec2f(cos(turn), sin(turn));
        let across = vec2f(-direction.y, direction.x);
        let wave = f32(layer + 2) * 2.3;
        sum += direction * sin(dot(across, place) * wave + u.time * 0.7 + turn);
        sum += across * sin(dot(direction, place) * wave * 1.3 - u.time * 0.5 + turn * 3.0);
    }
    return sum / 3.0;
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let at = vec2u(in.position.xy);
    let outwards = chance(at, 0u);
    let direction = vec2f(cos(outwards.x * TURN), sin(outwards.x * TURN));
    let born = direction * u.speed * (0.3 + 0.7 * outwards.y);
    if is_new(at, textureDimensions(input0)) {
        // Of every age, so that they do not die all at once.
        return vec4f(clamp(born, vec2f(-30.0), vec2f(30.0)), split(vec2f(outwards.z, 0.0)).xy);
    }
    let before = textureLoad(input0, at, 0);
    let parts = textureLoad(input1, at, 0);
    let place = parts.xz + parts.yw;
    let age = before.z + before.w + u.delta / life_of(at);
    if age >= 1.0 {
        return vec4f(clamp(born, vec2f(-30.0), vec2f(30.0)), 0.0, 0.0);
    }
    var wind = u.turbulence * whirl(place);
    if u.follow != 0.0 {
        let uv = vec2f(place.x / u.shape, -place.y) + 0.5;
        let carried = valid(textureSampleLevel(input2, linear_sampler, uv, 0.0));
        wind += u.follow * carried.a * (2.0 * clamp(encode(straight(carried)).xy, vec2f(0.0), vec2f(1.0)) - 1.0);
    }
    var velocity = mix(wind, before.xy, exp(-u.drag * u.delta));
    velocity.y -= u.gravity * u.delta;
    return vec4f(clamp(velocity, vec2f(-30.0), vec2f(30.0)), split(vec2f(age, 0.0)).xy);
}
