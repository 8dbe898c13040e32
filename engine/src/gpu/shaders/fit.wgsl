// Resampling with a triangle filter, one or both axes in a pass. When a picture grows the filter
// is two source pixels wide (bilinear); when it shrinks it grows with the step, so that every
// source pixel counts.
struct Uniforms {
    // Where the picture is in the target, in whole pixels: left, top, right, bottom.
    target_rect: vec4f,
    // Source position of the target rectangle's corner, in source pixels.
    origin: vec2f,
    // Source pixels for one target pixel.
    step: vec2f,
}

fn tap(at: vec2i) -> vec4f {
    let bits = bitcast<vec4u>(textureLoad(input0, at, 0));
    // One NaN must not spread.
    let is_nan = (bits & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
    return bitcast<vec4f>(select(bits, vec4u(0u), is_nan));
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let at = in.position.xy;
    if any(at < u.target_rect.xy) || any(at >= u.target_rect.zw) {
        return vec4f(0.0);
    }
    let last = vec2i(textureDimensions(input0)) - 1;
    // Coordinates in which the centre of source pixel n is n.
    let centre = u.origin + (at - u.target_rect.xy) * u.step - 0.5;
    if all(u.step <= vec2f(1.0)) {
        // The same in four taps.
        let corner = floor(centre);
        let near = clamp(vec2i(corner), vec2i(0), last);
        let far = clamp(vec2i(corner) + 1, vec2i(0), last);
        let share = centre - corner;
        let above = mix(tap(near), tap(vec2i(far.x, near.y)), share.x);
        let below = mix(tap(vec2i(near.x, far.y)), tap(far), share.x);
        return mix(above, below, share.y);
    }
    let radius = max(vec2f(1.0), u.step);
    let first = vec2i(floor(centre - radius)) + 1;
    let end = vec2i(ceil(centre + radius));
    var sum = vec4f(0.0);
    var weights = 0.0;
    for (var y = first.y; y < end.y; y++) {
        let weight_y = 1.0 - abs(f32(y) - centre.y) / radius.y;
        if weight_y <= 0.0 { continue; }
        for (var x = first.x; x < end.x; x++) {
            let weight = weight_y * (1.0 - abs(f32(x) - centre.x) / radius.x);
            if weight <= 0.0 { continue; }
            sum += weight * tap(clamp(vec2i(x, y), vec2i(0), last));
            weights += weight;
        }
    }
    return sum / max(weights, 1e-6);
}
