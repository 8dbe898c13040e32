// The light in the air: shafts of the sun, and halos of candles and windows. All of it is soft, so that a
// small picture of it will do.
@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let place = (in.uv - 0.5) * vec2f(u.size.x / u.size.y, -1.0);
    let way = ray(place);
    // To the nearest wall, the floor or the end.
    var far = END;
    far = min(far, (HALF_WIDTH + 0.05) / max(abs(way.x), 1e-4));
    far = min(far, select(1e3, -EYE.y / way.y, way.y < 0.0));
    far = min(far, select(1e3, (SPRING + 2.6 - EYE.y) / way.y, way.y > 0.0));
    var light = vec3f(0.0);
    for (var number = 0u; number < u.samples; number++) {
        let at = 1.2 + (far - 1.2) * (f32(number) + 0.5) / f32(u.samples);
        let here = EYE + way * at;
        let hole = through_wall(here);
        let air = 0.75 + 0.5 * smooth_noise(here.yz * 1.3 + vec2f(3.0 * sin(u.turns.y * TURN), 2.0 * cos(u.turns.x * TURN)));
        light += sunlight(hole.x, hole.y) * air;
    }
    light *= 0.16 * max(far - 1.2, 0.0) / f32(u.samples);
    for (var number = 0u; number < u.candles; number++) {
        let flame = candle(number);
        let away = length(place - flame.xy) / flame.z;
        light += vec3f(1.0, 0.45, 0.12) * flicker(number) * (0.14 * exp(-2.2 * away) + 0.035 * exp(-0.6 * away));
    }
    // The rose window shines.
    let rose = length(place - vec2f(0.0, (4.75 - EYE.y) / END + HORIZON)) * END;
    light += vec3f(0.42, 0.30, 0.55) * 0.16 * exp(-0.55 * max(rose - 1.2, 0.0));
    return vec4f(light, 1.0);
}
