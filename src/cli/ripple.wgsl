/*{
    "DESCRIPTION": "Bends a picture like the surface of water",
    "INPUTS": [
        { "NAME": "inputImage", "TYPE": "image" },
        { "NAME": "height", "TYPE": "float", "MIN": 0, "MAX": 1, "DEFAULT": 0.2 },
        { "NAME": "waves", "TYPE": "float", "MIN": 1, "MAX": 40, "DEFAULT": 12 }
    ]
}*/

// The colour of the place `uv`: 0,0 is the corner at the bottom left, 1,1 the one at the top right.
fn image(uv: vec2f) -> vec4f {
    let away = uv - vec2f(0.5);
    let distance = length(away);
    let wave = sin(distance * p.waves * 6.2832 - TIME * 2.0);
    return inputImage_at(uv + away * wave * p.height * 0.1);
}
