/*{
  "ISFVSN": "2",
  "DESCRIPTION": "What is dark leaves a trail that runs down the picture like ink.",
  "CATEGORIES": ["Feedback"],
  "INPUTS": [
    { "NAME": "inputImage", "LABEL": "Picture that runs", "TYPE": "image" },
    { "NAME": "fall", "LABEL": "How far ink runs in a second", "TYPE": "float", "MIN": 0, "MAX": 0.5, "DEFAULT": 0.1 },
    { "NAME": "dry", "LABEL": "Seconds until ink has half dried", "TYPE": "float", "MIN": 0.05, "MAX": 8, "DEFAULT": 1.5 },
    { "NAME": "wipe", "LABEL": "Wipes all trails away", "TYPE": "event" }
  ],
  "PASSES": [
    { "TARGET": "ink", "PERSISTENT": true },
    {}
  ]
}*/

fn image(uv: vec2f) -> vec4f {
    if PASSINDEX == 1 {
        return ink_at(uv);
    }
    let picture = inputImage_at(uv);
    // In the first frame there is no ink yet.
    if p.wipe || any(ink_size() != RENDERSIZE) {
        return picture;
    }
    let left = exp2(-TIMEDELTA / max(p.dry, 1e-3));
    let before = ink_at(uv + vec2f(0.0, p.fall * TIMEDELTA));
    return min(picture, mix(picture, before, left));
}
