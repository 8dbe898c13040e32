//! A sound card that is not there: it runs the audio half as far as frames have been run.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use engine::audio::AudioRunner;
use pastiche_engine as engine;

use crate::error::Error;

/// Samples that are asked for at once, as a sound card does.
const BUFFER_SAMPLES: usize = 512;

/// A card that hears everything and plays nothing, so that the audio half of a patch runs.
pub(crate) struct SilentCard {
    /// `None` once it is to stop.
    until: Option<Sender<u64>>,
    thread: Option<JoinHandle<AudioRunner>>,
}

impl SilentCard {
    pub(crate) fn start(runner: AudioRunner) -> Result<SilentCard, Error> {
        let (until, times) = channel();
        let thread = std::thread::Builder::new()
            .name("silent sound card".into())
            .spawn(move || play(runner, &times))
            .map_err(|error| Error::file("start", Path::new("the sound's thread"), error))?;
        Ok(SilentCard { until: Some(until), thread: Some(thread) })
    }

    /// Plays up to a sample of the transport.
    pub(crate) fn play_until(&self, sample: u64) {
        if let Some(until) = &self.until {
            // The thread ends before us only by a panic, which has been reported.
            let _ = until.send(sample);
        }
    }
}

impl SilentCard {
    /// Stops, and gives back what it played.
    pub(crate) fn stop(mut self) -> Option<AudioRunner> {
        self.end()
    }

    fn end(&mut self) -> Option<AudioRunner> {
        self.until = None;
        self.thread.take().and_then(|thread| thread.join().ok())
    }
}

impl Drop for SilentCard {
    fn drop(&mut self) {
        self.end();
    }
}

fn play(mut runner: AudioRunner, times: &Receiver<u64>) -> AudioRunner {
    let mut buffer = [[0.0; 2]; BUFFER_SAMPLES];
    let mut next_sample = 0;
    for until in times {
        while next_sample < until {
            let samples =
                usize::try_from(until - next_sample).map_or(BUFFER_SAMPLES, |all| all.min(BUFFER_SAMPLES));
            runner.run(next_sample, &mut buffer[..samples]);
            next_sample += samples as u64;
        }
    }
    runner
}
