/*{
  "ISFVSN": "2",
  "DESCRIPTION": "Slow waves of two colours, folded into each other.",
  "CATEGORIES": ["Generator"],
  "INPUTS": [
    { "NAME": "speed", "LABEL": "How fast the waves move", "TYPE": "float", "MIN": 0, "MAX": 2, "DEFAULT": 0.4 },
    { "NAME": "scale", "LABEL": "Waves across the picture", "TYPE": "float", "MIN": 1, "MAX": 12, "DEFAULT": 4 },
    { "NAME": "folds", "LABEL": "How often the waves are folded", "TYPE": "long", "MIN": 0, "MAX": 6, "DEFAULT": 3 },
    { "NAME": "low", "LABEL": "Colour of the valleys", "TYPE": "color", "DEFAULT": [0.05, 0.08, 0.25, 1] },
    { "NAME": "high", "LABEL": "Colour of the crests", "TYPE": "color", "DEFAULT": [1, 0.55, 0.35, 1] }
  ]
}*/

fn image(uv: vec2f) -> vec4f {
    var place = (uv - 0.5) * vec2f(RENDERSIZE.x / RENDERSIZE.y, 1.0) * p.scale;
    let time = TIME * p.speed;
    for (var fold = 0; fold < clamp(p.folds, 0, 24); fold++) {
        let turn = f32(fold) * 1.7;
        place += 0.6 * sin(place.yx * 1.6 + vec2f(time + turn, time * 0.8 - turn));
    }
    let height = 0.5 + 0.5 * sin(place.x + place.y + time);
    return mix(p.low, p.high, height);
}
