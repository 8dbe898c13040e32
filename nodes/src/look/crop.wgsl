// `corners` are what is cut away on the left, top, right and bottom, as shares.
@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let size = vec2f(textureDimensions(input0));
    let first = in.position.xy - u.corners.xy * size;
    let last = size - in.position.xy - u.corners.zw * size;
    // Half a pixel more, so that a sharp edge between two pixels is sharp.
    let softness = max(u.softness, 1.0);
    let cover = clamp((min(first, last) + 0.5) / softness, vec2f(0.0), vec2f(1.0));
    return at_amount(picture, picture * cover.x * cover.y, u.amount);
}
