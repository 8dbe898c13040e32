//! Echoes.

use crate::line::Line;
use crate::{SAMPLE_RATE, Stereo, soft};

/// The longest delay.
pub const MOST_DELAY_SECS: f64 = 10.0;

/// Samples in which one delay goes over into another, 43 ms.
const FADE: u32 = 2048;

/// How the echoes stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DelaySettings {
    /// From one echo to the next, up to [`MOST_DELAY_SECS`].
    pub secs: f64,
    /// How much of each echo comes back.
    pub feedback: f64,
    /// How much of the highs each echo loses, from 0 to 1.
    pub damping: f64,
    /// Whether the echoes jump from left to right and back.
    pub ping_pong: bool,
}

/// A delay with feedback. When the time changes, the old echo goes over into the new one, so that
/// nothing clicks and no pitch bends. What comes back is held below 6 dB over full scale, so that the
/// echoes are bounded whatever the feedback.
#[derive(Clone, Debug)]
pub struct Delay {
    line: Line<Stereo>,
    /// In samples; 0 before the first sample.
    now: usize,
    next: usize,
    fading: u32,
    damped: Stereo,
}

impl Default for Delay {
    fn default() -> Delay {
        let samples = (MOST_DELAY_SECS * SAMPLE_RATE) as usize;
        Delay { line: Line::new(samples + 1), now: 0, next: 0, fading: 0, damped: [0.0; 2] }
    }
}

impl Delay {
    /// The echoes alone, without the sound itself.
    pub fn tick(&mut self, sound: Stereo, settings: &DelaySettings) -> Stereo {
        let wanted = (settings.secs.clamp(0.0, MOST_DELAY_SECS) * SAMPLE_RATE).round().max(1.0) as usize;
        if self.now == 0 {
            (self.now, self.next) = (wanted, wanted);
        }
        if self.fading == 0 && wanted != self.next {
            (self.next, self.fading) = (wanted, FADE);
        }
        let mut echo = self.line.ago(self.now);
        if self.fading > 0 {
            let along = 1.0 - self.fading as f32 / FADE as f32;
            let share = along * along * (3.0 - 2.0 * along);
            let next = self.line.ago(self.next);
            echo = [0, 1].map(|channel| echo[channel] + (next[channel] - echo[channel]) * share);
            self.fading -= 1;
            if self.fading == 0 {
                self.now = self.next;
            }
        }
        let keep = 1.0 - settings.damping.clamp(0.0, 1.0) as f32;
        for (damped, echo) in self.damped.iter_mut().zip(echo) {
            *damped += (echo - *damped) * keep;
            // What no one can hear is nothing, so that it costs nothing.
            if damped.abs() < 1e-15 {
                *damped = 0.0;
            }
        }
        let back = self.damped.map(|damped| soft(damped * settings.feedback as f32));
        self.line.push(if settings.ping_pong {
            [0.5 * (sound[0] + sound[1]) + back[1], back[0]]
        } else {
            [sound[0] + back[0], sound[1] + back[1]]
        });
        echo
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_signals::{impulse, noise, peak, sine};

    const SETTINGS: DelaySettings =
        DelaySettings { secs: 0.01, feedback: 0.5, damping: 0.0, ping_pong: false };

    fn run(settings: DelaySettings, sound: impl Iterator<Item = f32>) -> Vec<Stereo> {
        let mut delay = Delay::default();
        sound.map(|sample| delay.tick([sample; 2], &settings)).collect()
    }

    #[test]
    fn an_impulse_comes_back_to_the_sample_and_softer_each_time() {
        let out = run(SETTINGS, impulse(2000));
        for (position, sample) in out.into_iter().enumerate() {
            let expected = match position {
                480 => 1.0,
                960 => 0.5,
                1440 => 0.25,
                1920 => 0.125,
                _ => 0.0,
            };
            assert_eq!(sample, [expected; 2], "sample {position}");
        }
    }

    #[test]
    fn echoes_jump_from_side_to_side() {
        let out = run(DelaySettings { ping_pong: true, ..SETTINGS }, impulse(2000));
        assert_eq!([out[480], out[960], out[1440]], [[1.0, 0.0], [0.0, 0.5], [0.25, 0.0]]);
    }

    #[test]
    fn feedback_past_one_is_bounded() {
        for feedback in [1.0, 1.5, -1.5] {
            let settings = DelaySettings { feedback, ..SETTINGS };
            let out = run(settings, noise(1, 2_000_000));
            assert!(peak(out.into_iter().map(|sample| sample[0])) <= 3.0, "{feedback}");
        }
    }

    #[test]
    fn a_new_time_makes_no_step() {
        let mut delay = Delay::default();
        let mut before = None;
        for (position, sample) in sine(200.0, 0.5, 96_000).enumerate() {
            let secs = if position < 24_000 { 0.1 } else { 0.237 };
            let [echo, _] = delay.tick([sample; 2], &DelaySettings { secs, feedback: 0.0, ..SETTINGS });
            if position > 9600 {
                let step = (echo - before.unwrap_or(echo)).abs();
                assert!(step < 0.5 * 0.0262 * 1.05, "{step} at {position}");
                before = Some(echo);
            }
        }
    }
}
