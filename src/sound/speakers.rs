//! The thread that looks after the card.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use engine::audio::{AudioRunner, MidiInlet};
use engine::node::Status;
use pastiche_engine as engine;

use super::card_supervisor::CardSupervisor;
use super::cards::SoundCards;
use super::clock::SoundClock;
use super::inlet::SoundInlet;
use crate::error::Error;

/// Between two looks at the card.
const TURN: Duration = Duration::from_millis(5);

/// Sound that goes to a card, whenever there is one.
pub(crate) struct Speakers {
    /// `None` once it is to stop.
    begin: Option<Sender<()>>,
    thread: Option<JoinHandle<Option<AudioRunner>>>,
    told: Receiver<String>,
    status: Arc<Mutex<Option<(String, Status)>>>,
    clock: Arc<SoundClock>,
    epoch: Instant,
    has_begun: AtomicBool,
}

impl Speakers {
    /// Opens a card by a part of its name, or the system's own choice. Video is ahead of the sound by this
    /// many samples.
    pub(crate) fn start(
        cards: Arc<dyn SoundCards>,
        runner: AudioRunner,
        name: Option<String>,
        ahead_samples: u64,
    ) -> Result<Speakers, Error> {
        let epoch = Instant::now();
        let clock = Arc::new(SoundClock::new(ahead_samples));
        let (begin, commands) = channel();
        let (tell, told) = channel();
        let status = Arc::default();
        let (its_clock, its_status) = (clock.clone(), Arc::clone(&status));
        let thread = std::thread::Builder::new()
            .name("sound".into())
            .spawn(move || {
                let supervisor = CardSupervisor::new(cards, name, its_clock, epoch, runner);
                keep(supervisor, epoch, &commands, &tell, &its_status)
            })
            .map_err(|error| Error::file("start", Path::new("the sound's thread"), error))?;
        Ok(Speakers {
            begin: Some(begin),
            thread: Some(thread),
            told,
            status,
            clock,
            epoch,
            has_begun: AtomicBool::new(false),
        })
    }

    /// The transport begins now, if it has not begun. Also gives when the clock's own time began.
    pub(crate) fn begin(&self) -> (Arc<SoundClock>, Instant) {
        if !self.has_begun.swap(true, Relaxed)
            && let Some(begin) = &self.begin
        {
            self.clock.begin(self.epoch.elapsed());
            // The thread ends before us only by a panic, which has been reported.
            let _ = begin.send(());
        }
        (self.clock.clone(), self.epoch)
    }

    /// The straight way of played notes to this card.
    pub(crate) fn inlet(&self, inlet: MidiInlet) -> SoundInlet {
        SoundInlet { inlet, clock: self.clock.clone(), epoch: self.epoch }
    }

    /// What to report to a person since it was asked last.
    pub(crate) fn told(&self) -> impl Iterator<Item = String> + '_ {
        self.told.try_iter()
    }

    /// What the card is called and how it is doing, once it has been looked for.
    pub(crate) fn status(&self) -> Option<(String, Status)> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops, and gives back what it played.
    pub(crate) fn stop(mut self) -> Option<AudioRunner> {
        self.end()
    }

    fn end(&mut self) -> Option<AudioRunner> {
        self.begin = None;
        self.thread.take().and_then(|thread| thread.join().ok()).flatten()
    }
}

impl Drop for Speakers {
    fn drop(&mut self) {
        self.end();
    }
}

fn keep(
    mut supervisor: CardSupervisor,
    epoch: Instant,
    commands: &Receiver<()>,
    tell: &Sender<String>,
    status: &Mutex<Option<(String, Status)>>,
) -> Option<AudioRunner> {
    loop {
        match commands.recv_timeout(TURN) {
            Ok(()) => supervisor.begin(),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return supervisor.stop(),
        }
        supervisor.turn(epoch.elapsed());
        *status.lock().unwrap_or_else(PoisonError::into_inner) = Some(supervisor.status());
        for text in supervisor.told.drain(..) {
            // No one asks when the program does not show it.
            let _ = tell.send(text);
        }
    }
}
