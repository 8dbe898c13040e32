//! What a card's callback does. It allocates, locks and frees nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::audio::{AudioRunner, MAX_BLOCK, Resampler};
use engine::clock::SAMPLE_RATE;
use pastiche_engine as engine;
use rtrb::{Consumer, Producer, RingBuffer};

use super::clock::SoundClock;
use super::denormals;
use super::guard::Guard;

/// A card may ask for this many samples before their time, for its buffers …
const MOST_AHEAD: f64 = 9600.0;

/// … and run so much faster than time. One that asks for more plays nothing, such as ALSA's null device;
/// it is given silence, and the music keeps its time.
const FASTEST: f64 = 1.002;

/// Samples in which sound comes in on a card that takes over in the middle, 5 ms.
const ENTRY_SAMPLES: f32 = 240.0;

/// How much of the sound is let in: a wave that is met in its middle is no click.
struct Entry(f32);

impl Entry {
    /// For music that is so far; its beginning is let in whole.
    fn at(sample: u64) -> Entry {
        Entry(if sample == 0 { 1.0 } else { 0.0 })
    }

    fn pass(&mut self, sample: [f32; 2]) -> [f32; 2] {
        self.0 = (self.0 + 1.0 / ENTRY_SAMPLES).min(1.0);
        sample.map(|side| side * self.0)
    }
}

/// What plays, and how far it is. It sits with the card while there is one, else with its supervisor.
pub(super) struct Playing {
    pub(super) runner: AudioRunner,
    pub(super) next_sample: u64,
}

impl Playing {
    /// Runs on without being heard.
    pub(super) fn run_silently(&mut self, until: u64) {
        let mut buffer = [[0.0; 2]; MAX_BLOCK];
        while self.next_sample < until {
            let samples = (until - self.next_sample).min(MAX_BLOCK as u64);
            self.runner.run(self.next_sample, &mut buffer[..samples as usize]);
            self.next_sample += samples;
        }
    }
}

/// The supervisor's end of an output: what plays goes to the card, and comes back.
pub(super) struct CardLink {
    pub(super) to_card: Producer<Box<Playing>>,
    pub(super) from_card: Consumer<Box<Playing>>,
}

/// What fills a card's buffers, in the card's own callback. When it is dropped, what plays comes back.
pub struct CardOutput {
    playing: Option<Box<Playing>>,
    arrivals: Consumer<Box<Playing>>,
    home: Producer<Box<Playing>>,
    clock: Arc<SoundClock>,
    /// When the clock's own time began.
    epoch: Instant,
    /// `None` where the card runs at the engine's rate.
    resampler: Option<Resampler>,
    guard: Guard,
    entry: Entry,
    /// Sound that has been made and not been taken.
    made: [[f32; 2]; MAX_BLOCK],
    taken: usize,
    /// When what plays came, and how far it was.
    began: Option<(Duration, u64)>,
}

impl CardOutput {
    /// For a card of this rate; the clock's times are those since `epoch`.
    pub(super) fn new(rate_hz: u32, clock: Arc<SoundClock>, epoch: Instant) -> (CardOutput, CardLink) {
        let (to_card, arrivals) = RingBuffer::new(1);
        let (home, from_card) = RingBuffer::new(1);
        let is_native = u64::from(rate_hz) == SAMPLE_RATE;
        let output = CardOutput {
            playing: None,
            arrivals,
            home,
            clock,
            epoch,
            resampler: (!is_native).then(|| Resampler::new(SAMPLE_RATE as u32, rate_hz)),
            guard: Guard::new(),
            entry: Entry::at(0),
            made: [[0.0; 2]; MAX_BLOCK],
            taken: MAX_BLOCK,
            began: None,
        };
        (output, CardLink { to_card, from_card })
    }

    /// Gives a card this many stereo samples, one after the other, for a buffer that it asks for at a
    /// time. It allocates, locks and frees nothing.
    pub fn fill(&mut self, at: Instant, samples: usize, mut give: impl FnMut([f32; 2])) {
        denormals::flush();
        let now = at.saturating_duration_since(self.epoch);
        self.clock.count_call();
        if self.playing.is_none() {
            self.playing = self.arrivals.pop().ok();
            self.entry = Entry::at(self.playing.as_ref().map_or(0, |playing| playing.next_sample));
        }
        let is_early = self.is_early(now);
        let CardOutput { playing: Some(playing), resampler, guard, entry, made, taken, clock, .. } = self
        else {
            (0..samples).for_each(|_| give([0.0; 2]));
            return;
        };
        if is_early {
            (0..samples).for_each(|_| give([0.0; 2]));
            // No card that is heard comes here. Without a pause this one would use up a core.
            std::thread::sleep(Duration::from_millis(2));
            return;
        }
        let mut pull = || {
            if *taken >= made.len() {
                playing.runner.run(playing.next_sample, made);
                playing.next_sample += made.len() as u64;
                *taken = 0;
            }
            let sample = made[*taken];
            *taken += 1;
            sample
        };
        for _ in 0..samples {
            let sample = match resampler {
                Some(resampler) => resampler.next(&mut pull),
                None => pull(),
            };
            give(guard.pass(entry.pass(sample)));
        }
        let unheard = (made.len() - *taken) as u64;
        clock.observe(now, playing.next_sample.saturating_sub(unheard));
    }
}

impl CardOutput {
    fn is_early(&mut self, now: Duration) -> bool {
        let Some(playing) = &self.playing else { return false };
        let (since, from) = *self.began.get_or_insert((now, playing.next_sample));
        let passed = now.saturating_sub(since).as_secs_f64() * SAMPLE_RATE as f64;
        playing.next_sample as f64 > from as f64 + passed * FASTEST + MOST_AHEAD
    }
}

impl Drop for CardOutput {
    fn drop(&mut self) {
        self.clock.card_is_gone();
        let playing = self.playing.take().or_else(|| self.arrivals.pop().ok());
        if let Some(playing) = playing {
            // There is one, and the queue holds one; a supervisor that has gone needs none.
            drop(self.home.push(playing));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use engine::audio::audio_pair;
    use engine::clock::FrameRate;
    use pastiche_testing::allocations::{Counting, counted};

    #[global_allocator]
    static ALLOCATOR: Counting = Counting;

    #[test]
    fn a_card_that_takes_over_in_the_middle_does_not_click() {
        let mut entry = Entry::at(12_345);
        let mut before = 0.0;
        for _ in 0..1000 {
            let [now, _] = entry.pass([1.0; 2]);
            assert!((now - before).abs() < 0.005, "a step of {}", now - before);
            before = now;
        }
        assert_eq!(before, 1.0);
        assert_eq!(Entry::at(0).pass([1.0; 2]), [1.0; 2], "the first note is whole");
    }

    #[test]
    fn the_callback_allocates_and_frees_nothing() {
        for rate_hz in [8000, 44_100, 48_000, 192_000] {
            let (_handle, runner) = audio_pair(FrameRate { frames: 60, secs: 1 });
            let epoch = Instant::now();
            let (mut output, mut link) = CardOutput::new(rate_hz, Arc::new(SoundClock::new(800)), epoch);
            assert!(link.to_card.push(Box::new(Playing { runner, next_sample: 0 })).is_ok());
            let mut given = 0;
            // A card that never asks for the same number twice.
            let fill = |call: u32| {
                let now = Duration::from_millis(u64::from(call) * 10);
                output.fill(epoch + now, (rate_hz / 100 + call % 7) as usize, |_| given += 1);
            };
            assert_eq!(counted(|| (0..200).for_each(fill)).1, 0, "{rate_hz} Hz");
            assert!(given > rate_hz as usize);
            drop(output);
            let back = link.from_card.pop().expect("what played comes back");
            let played = back.next_sample as f64 / 48_000.0;
            assert!((played - 2.0).abs() < 0.25, "{rate_hz} Hz: {played} s");
        }
    }
}
