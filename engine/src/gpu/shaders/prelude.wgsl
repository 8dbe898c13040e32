// uv is 0,0 at the top left; position is in pixels, the centre of the first is 0.5,0.5.
struct Varyings { @builtin(position) position: vec4f, @location(0) uv: vec2f }
@group(1) @binding(0) var linear_sampler: sampler;
@group(1) @binding(1) var nearest_sampler: sampler;
@group(1) @binding(2) var repeat_sampler: sampler;
@group(1) @binding(3) var mirror_sampler: sampler;
