// W3C Compositing and Blending Level 1, sections 5.6 (general formula), 9.1 (separable modes), on
// linear light. `add` and `subtract` are not in it; they follow the same general formula.
struct Uniforms { mode: u32, amount: f32 }

fn hard_light(base: vec3f, top: vec3f) -> vec3f {
    return select(screen(base, 2.0 * top - 1.0), base * 2.0 * top, top <= vec3f(0.5));
}

fn screen(base: vec3f, top: vec3f) -> vec3f {
    return base + top - base * top;
}

fn soft_light(base: vec3f, top: vec3f) -> vec3f {
    let low = base - (1.0 - 2.0 * top) * base * (1.0 - base);
    let curve = select(sqrt(base), ((16.0 * base - 12.0) * base + 4.0) * base, base <= vec3f(0.25));
    let high = base + (2.0 * top - 1.0) * (curve - base);
    return select(high, low, top <= vec3f(0.5));
}

fn colour_dodge(base: vec3f, top: vec3f) -> vec3f {
    let quotient = min(vec3f(1.0), base / max(1.0 - top, vec3f(1e-6)));
    return select(select(quotient, vec3f(1.0), top >= vec3f(1.0)), vec3f(0.0), base <= vec3f(0.0));
}

fn colour_burn(base: vec3f, top: vec3f) -> vec3f {
    let quotient = 1.0 - min(vec3f(1.0), (1.0 - base) / max(top, vec3f(1e-6)));
    return select(select(quotient, vec3f(0.0), top <= vec3f(0.0)), vec3f(1.0), base >= vec3f(1.0));
}

// The numbers are the places of the words in the option.
fn blended(mode: u32, base: vec3f, top: vec3f) -> vec3f {
    let base_1 = clamp(base, vec3f(0.0), vec3f(1.0));
    let top_1 = clamp(top, vec3f(0.0), vec3f(1.0));
    switch mode {
        case 1u: { return base + top; }
        case 2u: { return base * top; }
        case 3u: { return screen(base_1, top_1); }
        case 4u: { return hard_light(top_1, base_1); }
        case 5u: { return min(base, top); }
        case 6u: { return max(base, top); }
        case 7u: { return abs(base - top); }
        case 8u: { return base_1 + top_1 - 2.0 * base_1 * top_1; }
        case 9u: { return colour_dodge(base_1, top_1); }
        case 10u: { return colour_burn(base_1, top_1); }
        case 11u: { return hard_light(base_1, top_1); }
        case 12u: { return soft_light(base_1, top_1); }
        case 13u: { return max(base - top, vec3f(0.0)); }
        default: { return top; }
    }
}

fn straight(colour: vec4f) -> vec3f {
    return select(vec3f(0.0), colour.rgb / max(colour.a, 1e-6), colour.a > 0.0);
}

@fragment
fn main(in: Varyings) -> @location(0) vec4f {
    let base = textureLoad(input0, vec2i(in.position.xy), 0);
    let top = textureLoad(input1, vec2i(in.position.xy), 0);
    let mixed = blended(u.mode, straight(base), straight(top));
    let rgb = (1.0 - base.a) * top.rgb + (1.0 - top.a) * base.rgb + base.a * top.a * mixed;
    return at_amount(base, vec4f(rgb, top.a + base.a - top.a * base.a), u.amount);
}
