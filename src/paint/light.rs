//! Photograph and painting put together, in linear light.

use engine::port::{linear_to_srgb, srgb_to_linear};
use pastiche_engine as engine;

/// ITU-R BT.709, of linear components.
const LUMA: [f32; 3] = [0.2126, 0.7152, 0.0722];

/// As much of the painting as is wanted, over the photograph, with the photograph's colours where they are to be
/// kept. Both are 8-bit sRGB with the same straight alpha and of the same size.
pub(super) fn finish(photograph: &[u8], mut painted: Vec<u8>, strength: f32, keeps_colour: bool) -> Vec<u8> {
    if strength == 1.0 && !keeps_colour {
        return painted;
    }
    let decoded: Vec<f32> = (0..=255_u8).map(|value| srgb_to_linear(f32::from(value) / 255.0)).collect();
    let linear = |pixel: &[u8]| [0, 1, 2].map(|channel| decoded[usize::from(pixel[channel])]);
    for (pixel, original) in painted.chunks_exact_mut(4).zip(photograph.chunks_exact(4)) {
        let original = linear(original);
        let mut colour = linear(pixel);
        if keeps_colour {
            colour = coloured(luma(colour), original);
        }
        for (channel, value) in pixel[..3].iter_mut().enumerate() {
            let mixed = original[channel] + strength * (colour[channel] - original[channel]);
            *value = encoded(mixed);
        }
    }
    painted
}

/// Paintings of one size, each with its share, put together in linear light. Alpha is that of the first.
pub(super) fn mixed(mut paintings: Vec<(Vec<u8>, f32)>) -> Vec<u8> {
    if paintings.len() < 2 {
        return paintings.pop().map_or_else(Vec::new, |(painting, _)| painting);
    }
    let mut mixed = paintings[0].0.clone();
    for (place, value) in mixed.iter_mut().enumerate().filter(|(place, _)| place % 4 != 3) {
        let light = |painting: &[u8]| srgb_to_linear(f32::from(painting[place]) / 255.0);
        *value = encoded(paintings.iter().map(|(painting, share)| share * light(painting)).sum());
    }
    mixed
}

fn encoded(linear: f32) -> u8 {
    (linear_to_srgb(linear.clamp(0.0, 1.0)) * 255.0 + 0.5) as u8
}

fn luma(colour: [f32; 3]) -> f32 {
    LUMA.iter().zip(colour).map(|(weight, component)| weight * component).sum()
}

/// The colour of a pixel at another luma, paler where a component would fall below 0, as the node
/// `keep_colour` does it.
fn coloured(light: f32, original: [f32; 3]) -> [f32; 3] {
    let chroma = original.map(|component| component - luma(original));
    let lowest = -chroma[0].min(chroma[1]).min(chroma[2]);
    let share = if lowest > light { light / lowest.max(1e-6) } else { 1.0 };
    chroma.map(|component| light + share * component)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHOTOGRAPH: [u8; 8] = [200, 40, 40, 255, 0, 0, 255, 128];
    const PAINTED: [u8; 8] = [90, 90, 90, 255, 250, 250, 250, 128];

    fn at(strength: f32, keeps_colour: bool) -> Vec<u8> {
        finish(&PHOTOGRAPH, PAINTED.to_vec(), strength, keeps_colour)
    }

    #[test]
    fn from_the_photograph_to_the_painting_and_beyond() {
        assert_eq!(at(0.0, false), PHOTOGRAPH);
        assert_eq!(at(1.0, false), PAINTED);
        // Half-way in linear light: 200 and 90 are 0.578 and 0.102.
        assert_eq!(at(0.5, false)[0], 158);
        assert_eq!(at(2.0, false)[..4], [0, 119, 119, 255]);
        assert_eq!(at(-1.0, false)[7], 128, "alpha is the photograph's");
    }

    #[test]
    fn two_paintings_share_the_light() {
        let [one, two] = [vec![200, 0, 10, 255], vec![90, 255, 10, 0]];
        assert_eq!(mixed(vec![(one.clone(), 1.0)]), one);
        assert_eq!(mixed(vec![(one.clone(), 0.5), (two.clone(), 0.5)]), [158, 188, 10, 255]);
        assert_eq!(mixed(vec![(one, 2.0), (two, -1.0)])[..3], [255, 0, 10]);
    }

    #[test]
    fn colour_is_kept_in_the_light_of_the_painting() {
        let kept = at(1.0, true);
        let linear = |pixel: &[u8]| [0, 1, 2].map(|at| srgb_to_linear(f32::from(pixel[at]) / 255.0));
        for (pixel, painted) in kept.chunks_exact(4).zip(PAINTED.chunks_exact(4)).take(1) {
            let difference = luma(linear(pixel)) - luma(linear(painted));
            assert!(difference.abs() < 0.004, "{pixel:?} for {painted:?}");
            assert!(pixel[0] > pixel[1] + 60 && pixel[1].abs_diff(pixel[2]) <= 1, "{pixel:?} is not red");
        }
        // All at once: half of that.
        assert_ne!(at(0.5, true), kept);
    }
}
