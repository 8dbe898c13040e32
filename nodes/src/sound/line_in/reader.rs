//! The audio half: plays what has come in, at its own pace. It allocates, locks and frees nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use pastiche_engine::audio::{AudioIo, AudioNode, BlockCtx, Resampler, Smoothed};
use pastiche_engine::clock::SAMPLE_RATE;
use rtrb::{Consumer, Producer, RingBuffer};

use super::servo::Servo;
use super::{LEVEL, SOUND};

/// Samples in which sound comes and goes, 5 ms: a gap is no click.
const FADE: f32 = 240.0;

/// So much more than is meant to wait is thrown away, oldest first.
const SURPLUS_SECS: f64 = 0.25;

/// Lines that may be on their way back.
const MOST_RETURNS: usize = 4;

/// A line that has been opened, on its way to the audio thread.
pub(super) struct Arriving {
    pub(super) rate_hz: u32,
    pub(super) sound: Consumer<[f32; 2]>,
    pub(super) resampler: Resampler,
    /// Samples of the largest block that the device has given.
    pub(super) largest: Arc<AtomicU32>,
}

impl Arriving {
    /// Fills half of the kernel with what comes next, so that a break lies before the first sample that fades in.
    fn look_ahead(&mut self) {
        let Arriving { sound, resampler, .. } = self;
        resampler.look_ahead(|| sound.pop().unwrap_or([0.0; 2]));
    }
}

/// The other end, on the thread that opens lines.
pub(super) struct Seat {
    pub(super) there: Producer<Box<Arriving>>,
    pub(super) back: Consumer<Box<Arriving>>,
    /// How much waits, in seconds as bits.
    pub(super) late: Arc<AtomicU32>,
}

/// Both ends of the way of lines.
pub(super) fn way() -> (Seat, Reader) {
    let (there, arrivals) = RingBuffer::new(1);
    let (home, back) = RingBuffer::new(MOST_RETURNS);
    let late = Arc::new(AtomicU32::new(0));
    let seat = Seat { there, back, late: late.clone() };
    let reader = Reader {
        arrivals,
        home,
        late,
        line: None,
        servo: Servo::default(),
        is_playing: false,
        fade: 0.0,
        tail: 0.0,
        last: [0.0; 2],
        heard: [0.0; 2],
        level: Smoothed::default(),
    };
    (seat, reader)
}

pub(super) struct Reader {
    arrivals: Consumer<Box<Arriving>>,
    home: Producer<Box<Arriving>>,
    late: Arc<AtomicU32>,
    line: Option<Box<Arriving>>,
    servo: Servo,
    is_playing: bool,
    /// How far the sound has come in, 0 to 1.
    fade: f32,
    /// How much of the last sample before a gap is still heard, 1 to 0.
    tail: f32,
    last: [f32; 2],
    /// The newest sample that was heard.
    heard: [f32; 2],
    level: Smoothed,
}

impl Reader {
    /// Takes the line that was opened last, and sends the one before home.
    fn arrive(&mut self) {
        if self.line.is_some() && self.home.is_full() {
            return;
        }
        if let Ok(line) = self.arrivals.pop() {
            if let Some(before) = self.line.replace(line) {
                // There is room, as seen above.
                let _ = self.home.push(before);
            }
            self.servo = Servo::default();
            self.break_off();
            self.is_playing = false;
        }
    }

    /// What comes next does not follow what was heard.
    fn break_off(&mut self) {
        (self.fade, self.tail, self.last) = (0.0, 1.0, self.heard);
    }

    /// Begins to play, stops, catches up. How many times as fast to play.
    fn pace(&mut self, line: &mut Arriving, samples: usize) -> f64 {
        let rate = f64::from(line.rate_hz);
        let secs = |samples: usize| samples as f64 / rate;
        let waiting = line.sound.slots();
        let target = self.servo.target_secs(secs(line.largest.load(Relaxed) as usize));
        if !self.is_playing {
            if secs(waiting) < target {
                return 1.0;
            }
            self.is_playing = true;
            self.servo.begin(target);
            line.look_ahead();
        }
        let waiting = line.sound.slots();
        // One more, for the trimming below.
        if waiting <= line.resampler.needs(samples) + 1 {
            self.servo.ran_dry();
            self.is_playing = false;
            self.break_off();
            return 1.0;
        }
        if secs(waiting) > target + SURPLUS_SECS {
            let old = waiting - (target * rate) as usize;
            if let Ok(chunk) = line.sound.read_chunk(old) {
                chunk.commit_all();
            }
            self.servo.begin(target);
            self.break_off();
            line.look_ahead();
        }
        let waiting = secs(line.sound.slots());
        self.late.store((self.servo.waiting_secs() as f32).to_bits(), Relaxed);
        self.servo.times(waiting, target, samples as f64 / SAMPLE_RATE as f64)
    }

    fn next(&mut self) -> [f32; 2] {
        let fresh = match &mut self.line {
            Some(line) if self.is_playing => {
                let Arriving { sound, resampler, .. } = &mut **line;
                let fresh = resampler.next(|| sound.pop().unwrap_or([0.0; 2]));
                self.fade = (self.fade + 1.0 / FADE).min(1.0);
                fresh.map(|side| side * self.fade)
            }
            _ => [0.0; 2],
        };
        self.tail = (self.tail - 1.0 / FADE).max(0.0);
        self.heard = [0, 1].map(|side| fresh[side] + self.last[side] * self.tail);
        self.heard
    }

    /// What comes in, at its own level.
    pub(super) fn fill(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.arrive();
        if let Some(mut line) = self.line.take() {
            let times = self.pace(&mut line, left.len());
            line.resampler.trim(times);
            self.line = Some(line);
        }
        for (left, right) in left.iter_mut().zip(right) {
            [*left, *right] = self.next();
        }
    }
}

impl AudioNode for Reader {
    fn block(&mut self, ctx: &BlockCtx, io: &mut AudioIo<'_>) {
        self.level.toward(io.control(&LEVEL));
        let [left, right] = io.out(&SOUND);
        debug_assert_eq!(left.len(), ctx.samples);
        self.fill(left, right);
        for (left, right) in left.iter_mut().zip(right) {
            let level = self.level.advance() as f32;
            (*left, *right) = (*left * level, *right * level);
        }
    }
}

#[cfg(test)]
mod tests;
