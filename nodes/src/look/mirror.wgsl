// `normal` points from the centre to the half that stays.
@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let size = vec2f(textureDimensions(input0));
    let behind = min(0.0, dot(in.position.xy - u.centre * size, u.normal));
    let place = in.position.xy - 2.0 * behind * u.normal;
    let mirrored = textureSampleLevel(input0, mirror_sampler, place / size, 0.0);
    return at_amount(picture, mirrored, u.amount);
}
