//! Where a song stands by its clock (MIDI 1.0, system common and real time messages): a line is laid
//! through the newest clocks, so that tempo and beat are calmer than the cable that brings them.

use std::collections::VecDeque;

use pastiche_engine::clock::{SAMPLE_RATE, Tick};
use pastiche_engine::midi::Message;

/// Clocks of a quarter note.
const PER_BEAT: f64 = 24.0;
/// Clocks of one step of the song position, a sixteenth note.
const PER_STEP: f64 = 6.0;
/// Clocks through which the line is laid: two beats.
const WINDOW: usize = 48;
/// A clock that comes off the line by more than this share of its distance is the first of another
/// tempo.
const OFF: f64 = 0.35;
/// Without a clock for so long, the cable is out or the instrument off.
const SILENCE: u64 = SAMPLE_RATE / 2;
/// The shortest distance of two clocks, in samples: 10 000 beats a minute.
const SHORTEST: f64 = 12.0;

/// Where the song stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Standing {
    pub(super) bpm: f64,
    pub(super) beat: f64,
    pub(super) is_running: bool,
    pub(super) is_alive: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Follower {
    /// The beat before any clock was heard.
    free_beat: Option<f64>,
    is_heard: bool,
    /// Samples of the newest clocks.
    clocks: VecDeque<u64>,
    /// Clocks so far, so that the next has this number.
    count: f64,
    /// The number of the clock at which the song would have begun.
    origin: f64,
    /// Where the song stands, in clocks, while it does.
    stopped_at: Option<f64>,
    /// Whether the song goes on with the next clock.
    waits: bool,
    /// Samples between two clocks, and the sample of the newest, by the line.
    distance: Option<f64>,
    newest: f64,
}

impl Follower {
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped_at.is_some()
    }

    pub(super) fn hear(&mut self, message: Message, sample: u64, own_bpm: f64) {
        if !matches!(
            message,
            Message::Clock
                | Message::Start
                | Message::Continue
                | Message::Stop
                | Message::SongPosition { .. }
        ) {
            return;
        }
        if !std::mem::replace(&mut self.is_heard, true) {
            // The song takes over where the beat is.
            self.origin = self.count - self.free_beat.unwrap_or(0.0) * PER_BEAT;
        }
        match message {
            Message::Clock => self.clock(sample, own_bpm),
            Message::Start => {
                self.origin = self.count;
                self.stopped_at = None;
                self.waits = true;
            }
            Message::Continue => {
                if let Some(at) = self.stopped_at.take() {
                    self.origin = self.count - at;
                    self.waits = true;
                }
            }
            Message::Stop if self.stopped_at.is_none() => {
                self.stopped_at = Some((self.count - self.origin).max(0.0));
                self.waits = false;
            }
            Message::SongPosition { sixteenths } => {
                let at = f64::from(sixteenths) * PER_STEP;
                match &mut self.stopped_at {
                    Some(stopped_at) => *stopped_at = at,
                    None => self.origin = self.count - at,
                }
            }
            _ => {}
        }
    }

    /// At the start of a frame; once a frame. Before any clock is heard the beat goes on from `now`.
    pub(super) fn at(&mut self, tick: &Tick, now: f64, own_bpm: f64) -> Standing {
        if !self.is_heard {
            let beat = self.free_beat.map_or(now, |beat| beat + tick.delta_secs() * own_bpm / 60.0);
            self.free_beat = Some(beat);
            return Standing { bpm: own_bpm, beat, is_running: false, is_alive: false };
        }
        let clocks = match self.stopped_at {
            Some(at) => at,
            None if self.waits => self.count - self.origin,
            None => self.number_at(tick.start_sample, own_bpm) - self.origin,
        };
        let last = self.clocks.back();
        Standing {
            bpm: bpm_of(self.distance.unwrap_or_else(|| distance_of(own_bpm))),
            beat: clocks / PER_BEAT,
            is_running: self.stopped_at.is_none() && !self.waits,
            is_alive: last.is_some_and(|last| tick.start_sample.saturating_sub(*last) <= SILENCE),
        }
    }

    fn clock(&mut self, sample: u64, own_bpm: f64) {
        if let Some(last) = self.clocks.back().copied() {
            let off = sample as f64 - self.newest;
            match self.distance {
                _ if sample.saturating_sub(last) > SILENCE => {
                    // The song went on meanwhile, and goes on from there.
                    if self.stopped_at.is_none() && !self.waits {
                        self.count = self.number_at(sample, own_bpm).round().max(self.count);
                    }
                    self.clocks.clear();
                }
                Some(distance) if (off - distance).abs() > OFF * distance => {
                    self.clocks.clear();
                    self.clocks.push_back(last);
                }
                _ => {}
            }
        }
        if self.clocks.len() == WINDOW {
            self.clocks.pop_front();
        }
        self.clocks.push_back(sample);
        self.count += 1.0;
        self.waits = false;
        self.lay_line();
    }

    /// Least squares of the samples over the numbers.
    fn lay_line(&mut self) {
        let Some(last) = self.clocks.back().copied() else { return };
        let number = self.clocks.len() as f64;
        let middle = (number - 1.0) / 2.0;
        // Seen from the newest, so that a month of samples costs no precision.
        let from_last = |sample: u64| -(last.saturating_sub(sample) as f64);
        let mean = self.clocks.iter().map(|sample| from_last(*sample)).sum::<f64>() / number;
        let (mut across, mut along) = (0.0, 0.0);
        for (position, sample) in self.clocks.iter().enumerate() {
            let place = position as f64 - middle;
            across += place * (from_last(*sample) - mean);
            along += place * place;
        }
        if along > 0.0 {
            let distance = (across / along).max(SHORTEST);
            self.distance = Some(distance);
            self.newest = last as f64 + mean + distance * middle;
        } else {
            self.newest = last as f64;
        }
    }

    /// The number of the clock at a sample, with its fraction.
    fn number_at(&self, sample: u64, own_bpm: f64) -> f64 {
        let distance = self.distance.unwrap_or_else(|| distance_of(own_bpm));
        if !distance.is_finite() || self.clocks.is_empty() {
            return self.count;
        }
        self.count - 1.0 + (sample as f64 - self.newest) / distance
    }
}

fn bpm_of(distance: f64) -> f64 {
    60.0 * SAMPLE_RATE as f64 / (PER_BEAT * distance)
}

fn distance_of(bpm: f64) -> f64 {
    60.0 * SAMPLE_RATE as f64 / (PER_BEAT * bpm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random_numbers::uniform;
    use pastiche_engine::clock::FrameRate;

    /// A song that is heard, at 60 frames a second.
    #[derive(Default)]
    struct Song {
        follower: Follower,
        previous: Option<Tick>,
        heard: Vec<(u64, Message)>,
    }

    impl Song {
        fn say(&mut self, secs: f64, message: Message) {
            self.heard.push(((secs * 48_000.0).round() as u64, message));
        }

        /// Clocks from a time on.
        fn clocks(&mut self, from_secs: f64, bpm: f64, number: usize) -> f64 {
            let distance = 60.0 / (bpm * PER_BEAT);
            (0..number).for_each(|clock| self.say(from_secs + clock as f64 * distance, Message::Clock));
            from_secs + number as f64 * distance
        }

        fn run_until(&mut self, secs: f64) -> Standing {
            self.heard.sort_by_key(|(sample, _)| *sample);
            let rate = FrameRate::from_fps(60.0).unwrap();
            let mut standing = None;
            while self.previous.is_none_or(|tick| tick.time_secs() < secs - 1e-9) {
                let tick = Tick::new(rate, self.previous.map_or(0, |tick| tick.frame + 1), self.previous);
                let due = self.heard.partition_point(|(sample, _)| *sample <= tick.start_sample);
                for (sample, message) in self.heard.drain(..due) {
                    self.follower.hear(message, sample, 120.0);
                }
                standing = Some(self.follower.at(&tick, 0.0, 120.0));
                self.previous = Some(tick);
            }
            standing.unwrap()
        }
    }

    #[test]
    fn start_stop_song_position_and_continue() {
        let mut song = Song::default();
        song.say(1.0, Message::Start);
        let end = song.clocks(1.0, 90.0, 24 * 6);
        let standing = song.run_until(3.0);
        assert!((standing.beat - 3.0).abs() < 0.01 && (standing.bpm - 90.0).abs() < 0.1, "{standing:?}");
        assert!(standing.is_running && standing.is_alive);
        song.say(end - 1e-3, Message::Stop);
        let stopped = song.run_until(6.0);
        assert_eq!((stopped.beat, stopped.is_running), (6.0, false));
        assert!(!stopped.is_alive, "no clock comes");
        song.say(6.1, Message::SongPosition { sixteenths: 64 });
        assert_eq!(song.run_until(6.5).beat, 16.0);
        song.say(6.6, Message::Continue);
        assert_eq!(song.run_until(6.9).beat, 16.0, "it goes on with the next clock");
        song.clocks(7.0, 120.0, 48);
        let standing = song.run_until(8.0);
        assert!((standing.beat - 18.0).abs() < 0.01 && standing.is_running, "{standing:?}");
    }

    #[test]
    fn a_trembling_cable_gives_a_calm_beat() {
        let mut song = Song::default();
        song.say(0.5, Message::Start);
        for clock in 0..960 {
            // Up to a millisecond late, as over USB.
            let late = 1e-3 * uniform(7, clock);
            song.say(0.5 + clock as f64 / 48.0 + late, Message::Clock);
        }
        song.run_until(2.5);
        for frame in 1..1000 {
            let secs = 2.5 + f64::from(frame) / 60.0;
            let standing = song.run_until(secs);
            let beat = (song.previous.unwrap().time_secs() - 0.5) * 2.0;
            assert!((standing.beat - beat).abs() < 0.003, "{} instead of {beat}", standing.beat);
            assert!((standing.bpm - 120.0).abs() < 0.4, "{}", standing.bpm);
        }
    }

    #[test]
    fn another_tempo_is_followed_within_a_beat() {
        let mut song = Song::default();
        song.say(0.0, Message::Start);
        let end = song.clocks(0.0, 120.0, 96);
        let next = song.clocks(end, 60.0, 96);
        let standing = song.run_until(end + 0.5);
        assert!((standing.bpm - 60.0).abs() < 1.0, "{standing:?}");
        let standing = song.run_until(next - 1.0);
        assert!((standing.beat - 7.0).abs() < 0.01, "{standing:?}");
    }

    #[test]
    fn the_beat_goes_on_before_and_after_the_clock() {
        let mut song = Song::default();
        let standing = song.run_until(1.5);
        assert!((standing.beat - 3.0).abs() < 1e-9 && !standing.is_alive, "{standing:?}");
        // Clocks without a start: the tempo counts, the beat goes on from where it is.
        let end = song.clocks(1.6, 60.0, 48);
        let standing = song.run_until(3.1);
        assert!((standing.beat - 4.7).abs() < 0.1 && standing.is_running, "{standing:?}");
        // Pulled out for ten seconds, and back in.
        let away = song.run_until(end + 10.0);
        assert!(!away.is_alive && (away.bpm - 60.0).abs() < 0.5, "{away:?}");
        let expected = away.beat + 1.5;
        song.clocks(end + 10.5, 60.0, 48);
        let back = song.run_until(end + 11.5);
        assert!(back.is_alive && (back.beat - expected).abs() < 0.05, "{back:?} instead of {expected}");
    }

    #[test]
    fn garbage_gives_numbers() {
        let mut song = Song::default();
        let messages = [
            Message::Clock,
            Message::Stop,
            Message::Continue,
            Message::SongPosition { sixteenths: 16_383 },
            Message::Start,
        ];
        for number in 0..20_000 {
            let message = messages[(uniform(3, number) * 5.0) as usize % 5];
            song.say(uniform(4, number) * 2.0, message);
        }
        for _ in 0..200 {
            song.say(2.5, Message::Clock);
        }
        for frame in 0..180 {
            let standing = song.run_until(f64::from(frame) / 60.0 + 0.01);
            assert!(standing.bpm.is_finite() && standing.beat.is_finite(), "{standing:?}");
        }
    }
}
