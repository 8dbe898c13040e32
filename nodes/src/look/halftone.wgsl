const PI: f32 = 3.141592654;

// From the middle of the picture to the screen, in cells, and back.
fn turned(place: vec2f, angle: f32) -> vec2f {
    let c = cos(angle);
    let s = sin(angle);
    return vec2f(c * place.x - s * place.y, s * place.x + c * place.y);
}

fn light_at(place: vec2f, size: vec2f) -> vec3f {
    let picture = textureSampleLevel(input0, linear_sampler, place / size, 0.0);
    return clamp(picture.rgb, vec3f(0.0), vec3f(1.0));
}

// The mean light of the cell in which a place lies.
fn cell_light(position: vec2f, size: vec2f, side: f32, angle: f32) -> vec3f {
    let cell = floor(turned(position - 0.5 * size, angle) / side);
    var sum = vec3f(0.0);
    for (var y = 0; y < 2; y++) {
        for (var x = 0; x < 2; x++) {
            let inside = vec2f(f32(x), f32(y)) * 0.5 + 0.25;
            sum += light_at(turned((cell + inside) * side, -angle) + 0.5 * size, size);
        }
    }
    return sum * 0.25;
}

// The share of a screen of dots that lies below a height of the sum of two cosines, -1 to 1. Its
// density is an elliptic integral; this is that integral's beginning, and right within a hundredth.
fn share_below(height: f32) -> f32 {
    let z = clamp(abs(height), 1e-6, 1.0);
    let half = 0.2026424 * z * (2.3862944 - log(z)) + 0.0164412 * z * z * z;
    return 0.5 + sign(height) * half;
}

// How much of a place is inked, of a screen of which a share `cover` shall be.
fn inked(position: vec2f, size: vec2f, side: f32, angle: f32, cover: f32) -> f32 {
    let cell = fract(turned(position - 0.5 * size, angle) / side);
    // The share of the screen that is inked before this place is, from the middle of a dot outwards,
    // and how much of that a pixel covers.
    var first = abs(2.0 * cell.y - 1.0);
    var pixel = 2.0 / side;
    if u.screen != 1u {
        first = share_below(0.5 * (cos(2.0 * PI * cell.x) + cos(2.0 * PI * cell.y)));
        pixel = 2.2 / side;
    }
    let reach = cover * (1.0 + pixel) - 0.5 * pixel;
    return clamp((reach - first) / pixel + 0.5, 0.0, 1.0);
}

fn four_inks(position: vec2f, size: vec2f, side: f32) -> vec3f {
    // Cyan, magenta, yellow and black, as printers turn them.
    let angles = array<f32, 4>(15.0, 75.0, 0.0, 45.0);
    var light = vec3f(1.0);
    for (var ink = 0; ink < 4; ink++) {
        let angle = u.angle + (angles[ink] - 45.0) * PI / 180.0;
        let wanted = cell_light(position, size, side, angle);
        let most = max(wanted.r, max(wanted.g, wanted.b));
        var cover = 1.0 - most;
        var takes = vec3f(1.0);
        if ink < 3 {
            cover = select(0.0, 1.0 - wanted[ink] / max(most, 1e-4), most > 0.0);
            takes = vec3f(0.0);
            takes[ink] = 1.0;
        }
        light *= 1.0 - takes * inked(position, size, side, angle, cover);
    }
    return light;
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let picture = textureLoad(input0, vec2i(in.position.xy), 0);
    let size = vec2f(textureDimensions(input0));
    let side = max(u.size, 2.0);
    if u.screen == 2u {
        return at_amount(picture, vec4f(four_inks(in.position.xy, size, side), 1.0), u.amount);
    }
    let cover = 1.0 - luminance(cell_light(in.position.xy, size, side, u.angle));
    let print = mix(u.paper, u.ink, inked(in.position.xy, size, side, u.angle, cover));
    return at_amount(picture, print, u.amount);
}
