// Frames of the past. input0 is the picture of now, input1 the tiles of the frames, of which the
// newest is the picture of now; `u.history` says where each lies.
struct History { tile: vec2f, columns: u32, slots: u32, newest: u32, held: u32, padding: vec2u }

// The oldest frame that is remembered, in frames before now.
fn oldest() -> f32 {
    return f32(max(u.history.held, 1u) - 1u);
}

fn frame_at(uv: vec2f, back: u32) -> vec4f {
    let slot = (u.history.newest + u.history.slots - back) % u.history.slots;
    let corner = vec2f(f32(slot % u.history.columns), f32(slot / u.history.columns)) * u.history.tile;
    // No pixel of a neighbour.
    let place = clamp(uv * u.history.tile, vec2f(0.5), u.history.tile - 0.5);
    return textureSampleLevel(input1, linear_sampler, (corner + place) / vec2f(textureDimensions(input1)), 0.0);
}

// The picture of this many frames ago, `now` at 0, mixed between two frames.
fn past(now: vec4f, uv: vec2f, age: f32) -> vec4f {
    let back = clamp(age, 0.0, oldest());
    let whole = floor(back);
    var newer = now;
    if whole > 0.0 {
        newer = frame_at(uv, u32(whole));
    }
    if back == whole {
        return newer;
    }
    return mix(newer, frame_at(uv, u32(whole) + 1u), back - whole);
}
