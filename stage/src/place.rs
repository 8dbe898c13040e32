//! Where the picture lies in the window.

use pastiche_engine::gpu::Fit;

/// How the picture is shown while nothing else is asked for: whole, with black beside it.
pub(crate) const USUAL: Fit = Fit::Contain;

/// The other way to show it: over all of the window, cut off where it is too much.
pub(crate) fn other(fit: Fit) -> Fit {
    if fit == Fit::Contain { Fit::Cover } else { Fit::Contain }
}

/// Width and height of the picture in a window, in the window's unit. Both are centred.
pub(crate) fn size(fit: Fit, picture_px: [u32; 2], window: [f32; 2]) -> [f32; 2] {
    let [width, height] = picture_px.map(|side| side.max(1) as f32);
    let scales = [window[0] / width, window[1] / height];
    let scale = match fit {
        Fit::Contain => scales[0].min(scales[1]),
        Fit::Cover => scales[0].max(scales[1]),
        Fit::Stretch => return window,
    };
    [width * scale, height * scale]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_picture_has_black_above_and_below_or_loses_its_sides() {
        assert_eq!(size(Fit::Contain, [200, 100], [100.0, 100.0]), [100.0, 50.0]);
        assert_eq!(size(Fit::Cover, [200, 100], [100.0, 100.0]), [200.0, 100.0]);
    }

    #[test]
    fn a_picture_of_the_windows_shape_fills_it_either_way() {
        for fit in [Fit::Contain, Fit::Cover] {
            assert_eq!(size(fit, [640, 360], [1280.0, 720.0]), [1280.0, 720.0]);
            assert_eq!(other(other(fit)), fit);
        }
    }
}
