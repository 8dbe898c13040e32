/*{
  "ISFVSN": "2",
  "DESCRIPTION": "Paints shadows in one colour and lights in another.",
  "CATEGORIES": ["Color"],
  "INPUTS": [
    { "NAME": "inputImage", "LABEL": "Picture to colour", "TYPE": "image" },
    { "NAME": "shadows", "LABEL": "Colour of the shadows", "TYPE": "color", "DEFAULT": [0.1, 0.05, 0.3, 1] },
    { "NAME": "lights", "LABEL": "Colour of the lights", "TYPE": "color", "DEFAULT": [1, 0.85, 0.6, 1] },
    { "NAME": "contrast", "LABEL": "How hard shadows and lights part", "TYPE": "float", "MIN": 0.2, "MAX": 4, "DEFAULT": 1 },
    { "NAME": "swap", "LABEL": "Whether shadows and lights change places", "TYPE": "bool" }
  ]
}*/

fn image(uv: vec2f) -> vec4f {
    let picture = inputImage_at(uv);
    let straight = picture.rgb / max(picture.a, 1e-4);
    // The weights of Rec. 709, then about the steps that an eye sees.
    let seen = sqrt(clamp(dot(straight, vec3f(0.2126, 0.7152, 0.0722)), 0.0, 1.0));
    var light = clamp((seen - 0.5) * p.contrast + 0.5, 0.0, 1.0);
    light = select(light, 1.0 - light, p.swap);
    return mix(p.shadows, p.lights, light) * picture.a;
}
