//! Helpers for the audio halves of nodes. None depends on how time is cut into blocks.

use crate::clock::SAMPLE_RATE;

/// Samples in which a control reaches its newest value, 11 ms.
const RAMP: u32 = 512;

/// A control that moves in a line from each value to the next, so that a fader makes no steps.
#[derive(Clone, Debug, Default)]
pub struct Smoothed {
    current: Option<f64>,
    target: f64,
    step: f64,
    left: u32,
}

impl Smoothed {
    /// Sets where it goes; call it once a block. The first value is reached at once.
    pub fn toward(&mut self, target: f64) {
        match self.current {
            None => self.current = Some(target),
            Some(current) if target != self.target => {
                self.step = (target - current) / f64::from(RAMP);
                self.left = RAMP;
            }
            Some(_) => return,
        }
        self.target = target;
    }

    /// The value at the next sample.
    pub fn advance(&mut self) -> f64 {
        let value = match self.left {
            0 => return self.target,
            1 => self.target,
            _ => self.current.unwrap_or(self.target) + self.step,
        };
        self.left -= 1;
        self.current = Some(value);
        value
    }
}

/// The phase of an oscillator, in cycles. It wraps, so a month of running costs no precision.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Phase(f64);

impl Phase {
    /// The phase at the next sample, from 0 up to but not including 1. Frequencies may be negative.
    pub fn advance(&mut self, hz: f64) -> f64 {
        let now = self.0;
        let next = (now + hz / SAMPLE_RATE as f64).rem_euclid(1.0);
        // A tiny negative step rounds up to 1; a frequency that is not finite must not stay.
        self.0 = if next < 1.0 { next } else { 0.0 };
        now
    }
}
