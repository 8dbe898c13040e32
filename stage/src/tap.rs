//! A tempo tapped by hand.

use std::time::{Duration, Instant};

use pastiche_engine::address::ControlAddress;
use pastiche_engine::live::Live;
use pastiche_engine::spec::Role;
use pastiche_engine::take::Input;

/// A pause that begins a new tempo: slower than 30 beats a minute.
const PAUSE: Duration = Duration::from_secs(2);

/// The tempo is the mean of this many taps: a hand is not exact, and a tempo may change.
const MOST_TAPS: usize = 9;

/// The taps of one tempo.
#[derive(Debug, Default)]
pub(crate) struct Taps(Vec<Instant>);

impl Taps {
    /// A tap. Returns beats a minute from the second on.
    pub(crate) fn tap(&mut self, now: Instant) -> Option<f64> {
        if self.0.last().is_some_and(|last| now.saturating_duration_since(*last) > PAUSE) {
            self.0.clear();
        }
        if self.0.len() == MOST_TAPS {
            self.0.remove(0);
        }
        self.0.push(now);
        let beats = self.0.len() - 1;
        let span = now.saturating_duration_since(self.0[0]).as_secs_f64();
        (beats > 0 && span > 0.0).then(|| 60.0 * beats as f64 / span)
    }
}

/// What moves the tempo of the patch, or why nothing does.
pub(crate) fn tempo(live: &Live, bpm: f64) -> Result<Input, &'static str> {
    let tempo = live.plan().nodes.iter().find(|node| node.kind.role == Role::Tempo);
    let tempo = tempo.ok_or("this patch has no tempo to tap; add `tempo(120);`")?;
    let name = tempo.inputs.first().map_or("", |input| &input.name);
    let control = ControlAddress::input(&tempo.key, name);
    match live.control(&control) {
        // To a tenth: no one taps finer.
        Some(_) => Ok(Input::Move { control, value: (bpm * 10.0).round() / 10.0 }),
        None => Err("a wire sets the tempo of this patch; it cannot be tapped"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tempo_is_the_mean_of_the_last_taps() {
        let (mut taps, start) = (Taps::default(), Instant::now());
        let mut tap = |ms| taps.tap(start + Duration::from_millis(ms));
        assert_eq!(tap(0), None);
        assert_eq!(tap(500), Some(120.0));
        assert_eq!(tap(1100), Some(2.0 * 60.0 / 1.1));
        // After a pause a new tempo begins.
        assert_eq!(tap(9000), None);
        assert_eq!(tap(9250), Some(240.0));
    }

    #[test]
    fn old_taps_are_forgotten() {
        let (mut taps, start) = (Taps::default(), Instant::now());
        let mut bpm = None;
        for beat in 0..20 {
            bpm = taps.tap(start + Duration::from_millis(400 * beat));
        }
        for beat in 1..=8 {
            bpm = taps.tap(start + Duration::from_millis(400 * 19 + 500 * beat));
        }
        assert_eq!(bpm, Some(120.0));
    }
}
