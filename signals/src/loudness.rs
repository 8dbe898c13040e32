//! How loud a sound is.

use ebur128::{EbuR128, Mode};

use crate::line::Line;
use crate::{SAMPLE_RATE, Stereo};

/// What is softer counts as this: where ITU-R BS.1770 stops listening.
pub const SILENCE_LUFS: f64 = -70.0;

/// Samples of the root mean square, 50 ms.
const WINDOW: usize = 2400;

/// Loudness as a meter shows it (ITU-R BS.1770-4, EBU Tech 3341), and the plain root mean square.
pub struct Loudness {
    /// `None` if the meter could not be made: then everything is silent.
    meter: Option<EbuR128>,
    squares: Line<f32>,
}

impl Default for Loudness {
    fn default() -> Loudness {
        let meter = EbuR128::new(2, SAMPLE_RATE as u32, Mode::M | Mode::S).ok();
        Loudness { meter, squares: Line::new(WINDOW) }
    }
}

impl Loudness {
    /// Takes in sound.
    pub fn hear(&mut self, sound: &[Stereo]) {
        if let Some(meter) = &mut self.meter {
            // Two channels of equal length are what it was made for.
            let heard = meter.add_frames_f32(sound.as_flattened());
            debug_assert!(heard.is_ok(), "{heard:?}");
        }
        for [left, right] in sound {
            self.squares.push(0.5 * (left * left + right * right));
        }
    }

    /// Root mean square of both sides over the last 50 ms; a sine at full scale has 0.707.
    pub fn rms(&self) -> f64 {
        let sum: f64 = (1..=WINDOW).map(|ago| f64::from(self.squares.ago(ago))).sum();
        (sum / WINDOW as f64).sqrt()
    }

    /// Of the last 400 ms, in LUFS.
    pub fn momentary(&self) -> f64 {
        self.read(EbuR128::loudness_momentary)
    }

    /// Of the last 3 s, in LUFS.
    pub fn short_term(&self) -> f64 {
        self.read(EbuR128::loudness_shortterm)
    }

    fn read(&self, read: fn(&EbuR128) -> Result<f64, ebur128::Error>) -> f64 {
        let loudness = self.meter.as_ref().and_then(|meter| read(meter).ok());
        loudness.map_or(SILENCE_LUFS, |loudness| loudness.max(SILENCE_LUFS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ratio_of;
    use crate::test_signals::sine;

    #[test]
    fn a_sine_reads_as_the_standard_says() {
        // EBU Tech 3341, cases 1 and 2: 1 kHz on both sides at -23 and -33 dB full scale.
        for level_db in [-23.0, -33.0] {
            let mut loudness = Loudness::default();
            let sound: Vec<Stereo> =
                sine(1000.0, ratio_of(level_db), 240_000).map(|sample| [sample; 2]).collect();
            sound.chunks(800).for_each(|frame| loudness.hear(frame));
            assert!((loudness.momentary() - level_db).abs() < 0.1, "{}", loudness.momentary());
            assert!((loudness.short_term() - level_db).abs() < 0.1, "{}", loudness.short_term());
            let expected = ratio_of(level_db) / 2.0_f64.sqrt();
            assert!((loudness.rms() / expected - 1.0).abs() < 1e-3, "{}", loudness.rms());
        }
    }

    #[test]
    fn silence_is_silent() {
        let mut loudness = Loudness::default();
        loudness.hear(&[[0.0; 2]; 48_000]);
        assert_eq!([loudness.rms(), loudness.momentary(), loudness.short_term()], [0.0, -70.0, -70.0]);
    }
}
