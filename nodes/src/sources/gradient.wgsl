// `last` is the number of the last colour; the numbers of `form` are the places of the words in the
// option.
struct Uniforms {
    colours: array<vec4f, 4>,
    size: vec2f,
    direction: vec2f,
    offset: f32,
    repeat: f32,
    last: f32,
    form: u32,
}

const TURN: f32 = 6.283185307;

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    // From the middle, y upwards.
    let place = (in.position.xy - 0.5 * u.size) * vec2f(1.0, -1.0);
    let turned = vec2f(dot(u.direction, place), u.direction.x * place.y - u.direction.y * place.x);
    var along = 0.0;
    switch u.form {
        case 1u: { along = length(place) / (0.5 * length(u.size)); }
        case 2u: {
            // There and back, so that it closes.
            along = abs(atan2(turned.y, turned.x)) * 2.0 / TURN;
        }
        default: {
            // From edge to edge, whatever the angle.
            let reach = dot(abs(u.direction), u.size);
            along = turned.x / reach + 0.5;
        }
    }
    // Every second time backwards.
    let folded = 1.0 - abs(fract((along * u.repeat + u.offset) * 0.5) * 2.0 - 1.0);
    let step = clamp(folded, 0.0, 1.0) * u.last;
    let index = min(u32(step), u32(u.last) - 1u);
    return valid(mix(u.colours[index], u.colours[index + 1u], step - f32(index)));
}
