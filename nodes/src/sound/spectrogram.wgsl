// input0 holds decibels in red.
struct Uniforms { quiet: vec4f, middling: vec4f, loud: vec4f, size: vec2f, floor_db: f32 }

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let decibels = textureSampleLevel(input0, linear_sampler, in.position.xy / u.size, 0.0).r;
    let along = clamp(1.0 - decibels / u.floor_db, 0.0, 1.0) * 2.0;
    let low = mix(u.quiet, u.middling, min(along, 1.0));
    return valid(mix(low, u.loud, max(along - 1.0, 0.0)));
}
