/*{
  "ISFVSN": "2",
  "DESCRIPTION": "Waves run over the picture from a point, as on water.",
  "CATEGORIES": ["Distortion"],
  "INPUTS": [
    { "NAME": "inputImage", "LABEL": "Picture under the water", "TYPE": "image" },
    { "NAME": "depth", "LABEL": "How far the waves bend the picture", "TYPE": "float", "MIN": 0, "MAX": 0.1, "DEFAULT": 0.02 },
    { "NAME": "waves", "LABEL": "Waves from the point to the edge", "TYPE": "float", "MIN": 1, "MAX": 40, "DEFAULT": 12 },
    { "NAME": "speed", "LABEL": "Waves a second", "TYPE": "float", "MIN": -4, "MAX": 4, "DEFAULT": 1 },
    { "NAME": "centre", "LABEL": "Where the waves begin", "TYPE": "point2D", "DEFAULT": [0.5, 0.5] }
  ]
}*/

fn image(uv: vec2f) -> vec4f {
    let away = (uv - p.centre) * vec2f(RENDERSIZE.x / RENDERSIZE.y, 1.0);
    let far = length(away);
    let wave = sin(6.2831853 * (far * p.waves - TIME * p.speed));
    let direction = away / max(far, 1e-4);
    return inputImage_at(uv + direction * wave * p.depth);
}
