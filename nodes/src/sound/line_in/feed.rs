//! A line that may come and go. A thread of its own opens it and notices when it is gone.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pastiche_engine::audio::Resampler;
use pastiche_engine::audio_inputs::{AudioInputError, AudioInputs, Hear, OpenAudioInput, WhichAudioInput};
use pastiche_engine::clock::SAMPLE_RATE;
use pastiche_engine::node::{Fault, Status};
use pastiche_engine::supervisor::{Backoff, Change, Supervisor};
use pastiche_engine::workers::Wanted;
use rtrb::{PushError, RingBuffer};

use super::reader::{Arriving, Seat};
use crate::device_thread::DeviceThread;

/// Between two looks at the device.
const TURN: Duration = Duration::from_millis(20);

/// A device that gives nothing for so long is taken for lost.
pub(super) const STALL: Duration = Duration::from_secs(2);

/// Rates that a device may have, in hertz.
const RATES: std::ops::RangeInclusive<u32> = 1000..=768_000;

/// Sound that may wait for the audio thread, in seconds.
const WAITING_SECS: usize = 2;

/// The loudest that is let in.
const LOUDEST: f32 = 16.0;

/// A line that is being watched.
pub(super) struct Feed {
    shared: Arc<Shared>,
    begun: Instant,
    /// Dropped, the thread ends as soon as it notices: no one waits for a device that hangs.
    thread: DeviceThread,
}

pub(super) struct Shared {
    state: Mutex<State>,
    /// Samples that have come in.
    heard: AtomicU64,
    late: Arc<AtomicU32>,
}

struct State {
    supervisor: Supervisor,
    /// What it is called, and its rate, once it has been open.
    name: String,
    rate_hz: u32,
}

impl Feed {
    /// Looks for a line at once, and again whenever it is gone.
    pub(super) fn start(
        inputs: Arc<dyn AudioInputs>,
        which: WhichAudioInput,
        backoff: Backoff,
        seat: Seat,
    ) -> std::io::Result<Feed> {
        let begun = Instant::now();
        let shared = Arc::new(Shared::new(&which, backoff, seat.late.clone()));
        // A device is opened and closed on one thread; what leads to the audio thread outlives it.
        let (watched, seat) = (shared.clone(), Arc::new(Mutex::new(seat)));
        let watch = move |wanted: &Wanted| {
            let keeper = Keeper::new(inputs.clone(), which.clone(), watched.clone(), seat.clone());
            keeper.keep(wanted, begun);
        };
        let thread = DeviceThread::start("line in", watch)?;
        Ok(Feed { shared, begun, thread })
    }

    /// The fault of its thread, if that panicked; to be asked once a frame.
    pub(super) fn tend(&mut self) -> Option<Fault> {
        let mut state = self.shared.lock();
        self.thread.tend(&mut state.supervisor, self.begun.elapsed())
    }

    pub(super) fn is_alive(&self) -> bool {
        self.shared.lock().supervisor.is_alive()
    }

    /// How long sound waits.
    pub(super) fn late_secs(&self) -> f64 {
        self.shared.late_secs()
    }

    pub(super) fn status(&self) -> Status {
        self.shared.status()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(super) fn new(which: &WhichAudioInput, backoff: Backoff, late: Arc<AtomicU32>) -> Shared {
        let name = match which {
            WhichAudioInput::Usual => "a microphone or line".into(),
            WhichAudioInput::Number(number) => format!("line {number}"),
            WhichAudioInput::Name(name) => format!("a line called `{name}`"),
        };
        let state = State { supervisor: Supervisor::new(name, backoff), name: String::new(), rate_hz: 0 };
        Shared { state: Mutex::new(state), heard: AtomicU64::new(0), late }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn late_secs(&self) -> f64 {
        f64::from(f32::from_bits(self.late.load(Relaxed)))
    }

    fn status(&self) -> Status {
        let state = self.lock();
        match state.supervisor.status() {
            Status::Ready => {
                let late = (self.late_secs() * 1e3).round();
                Status::Active(format!("`{}`, {} Hz, {late} ms late", state.name, state.rate_hz))
            }
            Status::Waiting(why) => Status::Waiting(format!("{why}; silence meanwhile")),
            other => other,
        }
    }
}

/// Opens the line again and again. It is given the time, so that tests can play a whole night in a moment.
pub(super) struct Keeper {
    inputs: Arc<dyn AudioInputs>,
    which: WhichAudioInput,
    shared: Arc<Shared>,
    seat: Arc<Mutex<Seat>>,
    open: Option<Open>,
    /// Waits for the audio thread to have room.
    leaving: Option<Box<Arriving>>,
}

struct Open {
    line: Box<dyn OpenAudioInput>,
    /// Samples when it was looked at last, and since when there are no more.
    heard: u64,
    since: Duration,
}

impl Keeper {
    pub(super) fn new(
        inputs: Arc<dyn AudioInputs>,
        which: WhichAudioInput,
        shared: Arc<Shared>,
        seat: Arc<Mutex<Seat>>,
    ) -> Keeper {
        Keeper { inputs, which, shared, seat, open: None, leaving: None }
    }

    fn keep(mut self, wanted: &Wanted, begun: Instant) {
        while wanted.is_wanted() {
            self.turn(begun.elapsed());
            std::thread::sleep(TURN);
        }
    }

    /// Looks after everything.
    pub(super) fn turn(&mut self, now: Duration) {
        while let Ok(before) = lock(&self.seat).back.pop() {
            drop(before);
        }
        match self.open.as_mut().map(|open| open.look(&self.shared, now)) {
            Some(Some(why)) => self.lose(now, why),
            Some(None) => {}
            None => {
                let is_due = self.shared.lock().supervisor.is_due(now);
                if is_due {
                    self.try_to_open(now);
                }
            }
        }
        if let Some(line) = self.leaving.take()
            && let Err(PushError::Full(line)) = lock(&self.seat).there.push(line)
        {
            self.leaving = Some(line);
        }
    }

    fn lose(&mut self, now: Duration, why: String) {
        self.open = None;
        let mut state = self.shared.lock();
        if state.supervisor.failed(now, &why) == Change::Lost {
            tracing::warn!("the line `{}` is gone: {why}", state.name);
        }
    }

    fn try_to_open(&mut self, now: Duration) {
        let mut leaving = None;
        let shared = &self.shared;
        let mut hear = |rate_hz| {
            let (arriving, hear) = ear(rate_hz, shared.clone())?;
            leaving = Some(Box::new(arriving));
            Ok(hear)
        };
        match self.inputs.open(&self.which, &mut hear) {
            Ok(line) => {
                let mut state = self.shared.lock();
                state.name = line.name();
                state.rate_hz = leaving.as_ref().map_or(0, |line| line.rate_hz);
                let heard = self.shared.heard.load(Relaxed);
                self.open = Some(Open { line, heard, since: now });
                self.leaving = leaving;
            }
            Err(error) => {
                self.shared.lock().supervisor.failed(now, error.why);
            }
        }
    }
}

impl Open {
    /// Why it is gone, if it is.
    fn look(&mut self, shared: &Shared, now: Duration) -> Option<String> {
        if let Some(why) = self.line.loss() {
            return Some(why);
        }
        let heard = shared.heard.load(Relaxed);
        if heard != self.heard {
            (self.heard, self.since) = (heard, now);
            let mut state = shared.lock();
            if matches!(state.supervisor.found(), Change::Found | Change::Back) {
                tracing::info!("the line `{}` is there", state.name);
            }
        }
        (now.saturating_sub(self.since) > STALL).then(|| "it gives no sound".into())
    }
}

/// What hears a line of this rate, and what the audio thread is given of it.
fn ear(rate_hz: u32, shared: Arc<Shared>) -> Result<(Arriving, Hear), AudioInputError> {
    if !RATES.contains(&rate_hz) {
        return Err(AudioInputError::new(format!("it says that it gives {rate_hz} samples a second")));
    }
    let (mut producer, sound) = RingBuffer::new(WAITING_SECS * rate_hz as usize);
    let largest = Arc::new(AtomicU32::new(0));
    let resampler = Resampler::new(rate_hz, SAMPLE_RATE as u32);
    let arriving = Arriving { rate_hz, sound, resampler, largest: largest.clone() };
    let hear: Hear = Box::new(move |samples| {
        for sample in samples {
            // A full queue is an audio thread that stands still: it throws the old ones away.
            let _ = producer.push(sample.map(clean));
        }
        largest.fetch_max(samples.len() as u32, Relaxed);
        shared.heard.fetch_add(samples.len() as u64, Relaxed);
    });
    Ok((arriving, hear))
}

/// What is no number is silence.
fn clean(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-LOUDEST, LOUDEST) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::line_in::reader::way;
    use std::sync::atomic::AtomicBool;

    /// Panics at the first opening, and has no line then.
    struct BadDriver(AtomicBool);

    impl AudioInputs for BadDriver {
        fn open(
            &self,
            _which: &WhichAudioInput,
            _hear: &mut dyn FnMut(u32) -> Result<Hear, AudioInputError>,
        ) -> Result<Box<dyn OpenAudioInput>, AudioInputError> {
            assert!(self.0.swap(true, Relaxed), "a bad driver");
            Err(AudioInputError::new("no such line"))
        }
    }

    #[test]
    fn a_driver_that_panics_is_a_fault_and_is_tried_again() {
        let backoff = Backoff { first: Duration::from_millis(1), longest: Duration::from_millis(1) };
        let inputs = Arc::new(BadDriver(AtomicBool::new(false)));
        let mut feed = Feed::start(inputs, WhichAudioInput::Usual, backoff, way().0).unwrap();
        let mut fault = None;
        while fault.is_none() {
            fault = feed.tend();
            std::thread::yield_now();
        }
        assert!(fault.unwrap().message.ends_with("panicked: a bad driver"));
        let is_tried =
            |feed: &Feed| matches!(feed.status(), Status::Waiting(why) if why.contains("no such line"));
        while !is_tried(&feed) {
            feed.tend();
            std::thread::yield_now();
        }
        assert!(feed.tend().is_some(), "until it is there");
    }
}
