//! Stand-ins for devices, at the edges where the program meets them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::Sender;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use pastiche::engine::clock::SAMPLE_RATE;
use pastiche::midi::{Hear, MidiEdge, MidiOutput, OpenInput};
use pastiche::sound::{CardOutput, OpenCard, SoundCards};

/// A MIDI controller that is always there. What it sends is sent by whoever receives its [`Hear`].
pub(super) struct Controller(pub(super) Sender<Hear>);

impl MidiEdge for Controller {
    fn inputs(&mut self) -> Result<Vec<String>, String> {
        Ok(vec!["Stand-in".into()])
    }

    fn outputs(&mut self) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }

    fn open_input(&mut self, _place: usize, hear: Hear) -> Result<OpenInput, String> {
        self.0.send(hear).map_err(|_| "the bench has ended".to_owned())?;
        Ok(Box::new(()))
    }

    fn open_output(&mut self, _place: usize) -> Result<Box<dyn MidiOutput>, String> {
        Err("it has no lamps".into())
    }

    fn open_virtual(&mut self, _name: &str, _hear: Hear) -> Result<Option<OpenInput>, String> {
        Ok(None)
    }
}

/// A sound card at 48 kHz that asks for one buffer after the other, each when the one before has been
/// played: sample n is heard n / 48,000 seconds after the first.
pub(super) struct Card {
    /// Samples of a buffer.
    pub(super) buffer: usize,
    /// Receives the moment of each sound that begins after silence.
    pub(super) onsets: Sender<Instant>,
    pub(super) buffers: Arc<Buffers>,
}

/// The buffers that a card has asked for.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    pub(super) all: AtomicU64,
    /// Those that were filled only after they should have been played.
    pub(super) late: AtomicU64,
}

/// Silence of this many samples, 10 ms, parts two sounds.
const SILENCE: u32 = 480;

impl SoundCards for Card {
    fn open(
        &self,
        _name: Option<&str>,
        output: &mut dyn FnMut(u32) -> CardOutput,
        _lost: Sender<String>,
    ) -> Result<(OpenCard, String), String> {
        let mut callback = Callback {
            output: output(SAMPLE_RATE as u32),
            buffer: self.buffer,
            onsets: self.onsets.clone(),
            buffers: self.buffers.clone(),
        };
        let stop = Arc::new(AtomicBool::new(false));
        let is_over = stop.clone();
        let run = move || callback.run(&is_over);
        let thread = thread::Builder::new().name("stand-in card".into()).spawn(run);
        let thread = Some(thread.map_err(|error| error.to_string())?);
        Ok((Box::new(Running { stop, thread }), "a stand-in".into()))
    }
}

struct Callback {
    output: CardOutput,
    buffer: usize,
    onsets: Sender<Instant>,
    buffers: Arc<Buffers>,
}

impl Callback {
    fn run(&mut self, stop: &AtomicBool) {
        let Callback { output, buffer, onsets, buffers } = self;
        let begun = Instant::now();
        let (mut sample, mut silence) = (0, SILENCE);
        while !stop.load(Relaxed) {
            let due = begun + duration(sample);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            output.fill(Instant::now(), *buffer, |sound| {
                if sound == [0.0; 2] {
                    silence = silence.saturating_add(1);
                } else {
                    if silence >= SILENCE {
                        // No one counts any more when the bench has ended.
                        let _ = onsets.send(begun + duration(sample));
                    }
                    silence = 0;
                }
                sample += 1;
            });
            buffers.all.fetch_add(1, Relaxed);
            if Instant::now() > begun + duration(sample) {
                buffers.late.fetch_add(1, Relaxed);
            }
        }
    }
}

/// Ends the card's thread, and with it its output.
struct Running {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            // Its panic was reported where it happened.
            let _ = thread.join();
        }
    }
}

/// The time of this many samples.
pub(super) fn duration(samples: u64) -> Duration {
    Duration::from_nanos(samples * 1_000_000_000 / SAMPLE_RATE)
}

/// A part of a time by chance, the same for the same number: so that what is sent comes at every moment of a
/// frame and of a buffer.
pub(super) fn part_of(time: Duration, number: usize) -> Duration {
    time * (number as u32 * 7919 % 997) / 997
}
