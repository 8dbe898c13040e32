//! Colours, and the arithmetic between sRGB and linear light.

/// A colour: red, green, blue, alpha in linear light, premultiplied, 1.0 is white. Unclamped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colour(pub [f32; 4]);

impl Colour {
    /// Opaque black.
    pub const BLACK: Colour = Colour([0.0, 0.0, 0.0, 1.0]);
    /// Opaque white.
    pub const WHITE: Colour = Colour([1.0, 1.0, 1.0, 1.0]);

    /// From sRGB-encoded components (0 to 1) and straight alpha.
    pub fn from_srgb([red, green, blue, alpha]: [f32; 4]) -> Colour {
        let linear = |encoded: f32| srgb_to_linear(encoded) * alpha;
        Colour([linear(red), linear(green), linear(blue), alpha])
    }

    /// An opaque colour from its hue in turns (0 is red, 1/3 green, 2/3 blue, and round again), its saturation
    /// and its value, both from 0 to 1, sRGB-encoded (A. R. Smith, "Color Gamut Transform Pairs", 1978).
    pub fn from_hsv(hue: f32, saturation: f32, value: f32) -> Colour {
        let component = |offset: f32| {
            let along = (offset + hue.rem_euclid(1.0) * 6.0).rem_euclid(6.0);
            value - value * saturation * along.min(4.0 - along).clamp(0.0, 1.0)
        };
        Colour::from_srgb([component(5.0), component(3.0), component(1.0), 1.0])
    }

    /// The colour on the way to another: itself at 0, the other at 1, past both ends too. The way is even to
    /// the eye: straight through sRGB-encoded components.
    pub fn mixed_with(self, other: Colour, amount: f32) -> Colour {
        let alpha = self.0[3] + (other.0[3] - self.0[3]) * amount;
        let [first, second] = [self, other].map(Colour::straight_srgb);
        let mixed = |at: usize| first[at] + (second[at] - first[at]) * amount;
        Colour::from_srgb([mixed(0), mixed(1), mixed(2), alpha])
    }

    /// Its components, sRGB-encoded, without alpha in them; black where there is none.
    fn straight_srgb(self) -> [f32; 3] {
        let [red, green, blue, alpha] = self.0;
        [red, green, blue].map(|light| if alpha > 0.0 { linear_to_srgb(light / alpha) } else { 0.0 })
    }
}

/// Decodes one sRGB component (IEC 61966-2-1), odd around zero so that it never makes a NaN.
pub fn srgb_to_linear(encoded: f32) -> f32 {
    let magnitude = encoded.abs();
    let linear =
        if magnitude <= 0.040_45 { magnitude / 12.92 } else { ((magnitude + 0.055) / 1.055).powf(2.4) };
    linear.copysign(encoded)
}

/// Encodes one linear component as sRGB (IEC 61966-2-1), odd around zero.
pub fn linear_to_srgb(linear: f32) -> f32 {
    let magnitude = linear.abs();
    let encoded =
        if magnitude <= 0.003_130_8 { magnitude * 12.92 } else { 1.055 * magnitude.powf(1.0 / 2.4) - 0.055 };
    encoded.copysign(linear)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(colour: Colour, srgb: [f32; 4]) -> bool {
        let expected = Colour::from_srgb(srgb).0;
        colour.0.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-5)
    }

    #[test]
    fn hues_go_round() {
        for (hue, srgb) in [
            (0.0, [1.0, 0.0, 0.0, 1.0]),
            (1.0 / 6.0, [1.0, 1.0, 0.0, 1.0]),
            (1.0 / 3.0, [0.0, 1.0, 0.0, 1.0]),
            (-1.0 / 3.0, [0.0, 0.0, 1.0, 1.0]),
            (5.0, [1.0, 0.0, 0.0, 1.0]),
        ] {
            assert!(near(Colour::from_hsv(hue, 1.0, 1.0), srgb), "{hue}");
        }
        assert!(near(Colour::from_hsv(0.4, 0.0, 0.5), [0.5, 0.5, 0.5, 1.0]));
    }

    #[test]
    fn half_way_is_half_way_to_the_eye() {
        assert!(near(Colour::BLACK.mixed_with(Colour::WHITE, 0.5), [0.5, 0.5, 0.5, 1.0]));
        let nothing = Colour([0.0; 4]);
        assert_eq!(nothing.mixed_with(Colour::WHITE, 1.0).0[3], 1.0);
        assert!(near(Colour::WHITE.mixed_with(nothing, 0.0), [1.0; 4]));
    }
}
