//! Where the picture lies in the window.

/// How a picture of another shape than the window is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fit {
    /// Whole, with black beside it.
    #[default]
    Letterbox,
    /// Over all of the window; what is too much is cut off on both sides.
    Fill,
}

impl Fit {
    /// The other one.
    pub(crate) fn other(self) -> Fit {
        match self {
            Fit::Letterbox => Fit::Fill,
            Fit::Fill => Fit::Letterbox,
        }
    }

    /// Width and height of the picture in a window, in the window's unit. Both are centred.
    pub(crate) fn size(self, picture_px: [u32; 2], window: [f32; 2]) -> [f32; 2] {
        let [width, height] = picture_px.map(|side| side.max(1) as f32);
        let scales = [window[0] / width, window[1] / height];
        let scale = match self {
            Fit::Letterbox => scales[0].min(scales[1]),
            Fit::Fill => scales[0].max(scales[1]),
        };
        [width * scale, height * scale]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_picture_has_black_above_and_below_or_loses_its_sides() {
        assert_eq!(Fit::Letterbox.size([200, 100], [100.0, 100.0]), [100.0, 50.0]);
        assert_eq!(Fit::Fill.size([200, 100], [100.0, 100.0]), [200.0, 100.0]);
    }

    #[test]
    fn a_picture_of_the_windows_shape_fills_it_either_way() {
        for fit in [Fit::Letterbox, Fit::Fill] {
            assert_eq!(fit.size([640, 360], [1280.0, 720.0]), [1280.0, 720.0]);
        }
    }
}
