//! What a card's callback does. It allocates, locks and frees nothing, and never waits.

use std::sync::Arc;
use std::time::Duration;

use engine::audio::{AudioRunner, MAX_BLOCK, Resampler};
use engine::clock::SAMPLE_RATE;
use pastiche_engine as engine;
use rtrb::{Consumer, Producer, RingBuffer};

use super::clock::SoundClock;
use super::denormals;
use super::guard::Guard;

/// What plays, and how far it is. It sits with the card while there is one, else at the desk.
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

/// The desk's end of an output: what plays goes there, and comes back.
pub(super) struct Seat {
    pub(super) there: Producer<Box<Playing>>,
    pub(super) back: Consumer<Box<Playing>>,
}

/// The callback's end. When it is dropped, what plays comes back.
pub(super) struct Output {
    playing: Option<Box<Playing>>,
    arrivals: Consumer<Box<Playing>>,
    home: Producer<Box<Playing>>,
    clock: Arc<SoundClock>,
    /// `None` where the card runs at the engine's rate.
    resampler: Option<Resampler>,
    guard: Guard,
    /// Sound that has been made and not been taken.
    made: [[f32; 2]; MAX_BLOCK],
    taken: usize,
}

impl Output {
    /// For a card of this rate.
    pub(super) fn new(rate_hz: u32, clock: Arc<SoundClock>) -> (Output, Seat) {
        let (there, arrivals) = RingBuffer::new(1);
        let (home, back) = RingBuffer::new(1);
        let is_native = u64::from(rate_hz) == SAMPLE_RATE;
        let output = Output {
            playing: None,
            arrivals,
            home,
            clock,
            resampler: (!is_native).then(|| Resampler::new(SAMPLE_RATE as u32, rate_hz)),
            guard: Guard::new(),
            made: [[0.0; 2]; MAX_BLOCK],
            taken: MAX_BLOCK,
        };
        (output, Seat { there, back })
    }

    /// Gives a card so many stereo samples, one after the other.
    pub(super) fn fill(&mut self, now: Duration, samples: usize, mut give: impl FnMut([f32; 2])) {
        denormals::flush();
        self.clock.count_call();
        if self.playing.is_none() {
            self.playing = self.arrivals.pop().ok();
        }
        let Output { playing: Some(playing), resampler, guard, made, taken, clock, .. } = self else {
            (0..samples).for_each(|_| give([0.0; 2]));
            return;
        };
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
            give(guard.pass(sample));
        }
        let unheard = (made.len() - *taken) as u64;
        clock.observe(now, playing.next_sample.saturating_sub(unheard));
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        let playing = self.playing.take().or_else(|| self.arrivals.pop().ok());
        if let Some(playing) = playing {
            // There is one, and the queue holds one; a desk that has gone needs none.
            drop(self.home.push(playing));
        }
    }
}
