// input0 is the chapel, input1 the light in the air, input2 the sun, input3 the people.
@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let place = (in.position.xy - 0.5 * u.size) * vec2f(1.0, -1.0) / u.size.y;
    let shape = u.size.x / u.size.y;
    let pixel = 1.0 / u.size.y;
    let room = textureLoad(input0, vec2i(in.position.xy), 0);
    let air = textureSampleLevel(input1, linear_sampler, in.uv, 0.0).rgb;
    let sun = textureSampleLevel(input2, linear_sampler, in.uv, 0.0);
    let person = textureSampleLevel(input3, linear_sampler, in.uv, 0.0);
    var colour = room.rgb * sun.a + room.a * sun.rgb;
    for (var number = 0u; number < u.candles; number++) {
        let flame = candle(number);
        let beside = (place - flame.xy) / flame.z;
        if abs(beside.x) < 0.2 && beside.y < 0.3 && beside.y > -1.1 {
            let soft = pixel / flame.z;
            let sway = 0.1 * sin(u.turns.x * TURN * 23.0 + f32(number) * 1.3) * max(beside.y, 0.0);
            let burning = length(vec2f((beside.x - sway) / 0.030, (beside.y - 0.03) / 0.075));
            let stick = smoothstep(0.014 + soft, 0.014, abs(beside.x)) * step(beside.y, -0.04);
            let plate = smoothstep(0.05 + soft, 0.05, abs(beside.x)) * step(abs(beside.y + 0.2), 0.014);
            colour = mix(colour, vec3f(0.03, 0.022, 0.015), max(stick, plate));
            let wax = smoothstep(0.026 + soft, 0.026, abs(beside.x)) * step(beside.y, -0.01) * step(-0.2, beside.y);
            colour = mix(colour, vec3f(0.42, 0.30, 0.18), wax);
            colour += vec3f(2.4, 1.35, 0.45) * flicker(number) * (1.0 - smoothstep(0.4, 1.1, burning));
        }
    }
    let cover = clamp(0.5 - person.a / pixel, 0.0, 1.0);
    colour = mix(colour + 0.34 * air, person.rgb + 0.1 * air, cover) + 0.17 * air;
    // Dust in the light.
    let dust = place * 34.0 + vec2f(2.4 * sin(u.turns.y * TURN), 1.5 * cos(u.turns.y * TURN) + 0.4 * sin(u.turns.x * TURN));
    let cell = floor(dust);
    if hash(cell + 7.0) > 0.72 {
        let mote = length(fract(dust) - 0.5 - 0.3 * (vec2f(hash(cell), hash(cell + 3.0)) - 0.5));
        colour += air * 0.9 * (1.0 - smoothstep(0.02, 0.07, mote));
    }
    // The corners of a lens.
    let away = length(place / vec2f(shape, 1.0));
    return valid(vec4f(colour * (1.0 - 0.6 * away * away), 1.0));
}
