const TURN: f32 = 6.283185307;

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let size = vec2f(textureDimensions(input0));
    // From the centre, y upwards.
    let place = (in.position.xy - u.centre * size) * vec2f(1.0, -1.0);
    let radius = length(place);
    let wedge = TURN / u.segments;
    // No direction at the centre itself.
    var around = select(0.0, atan2(place.y, place.x), radius > 0.0) - u.angle;
    around -= floor(around / TURN) * TURN;
    around -= floor(around / wedge) * wedge;
    around = min(around, wedge - around) + u.angle;
    let source = u.centre * size + radius * vec2f(cos(around), -sin(around));
    let mirrored = textureSampleLevel(input0, mirror_sampler, source / size, 0.0);
    return at_amount(picture, mirrored, u.amount);
}
