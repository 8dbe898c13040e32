//! Between a player and the outside: what comes in is read and put into the player's log, MIDI is heard and
//! sent. Whoever shows frames calls [`Host::take_in`] before each and [`Host::settle`] behind it.

use std::time::Instant;

use engine::midi_out::MidiOut;
use engine::node::Status;
use engine::take::Stamped;
use pastiche_engine as engine;

use crate::error::Error;
use crate::inbox::{Arrival, Event, Inbox, InboxSender};
use crate::loader::PatchSource;
use crate::mappings::{Mappings, News};
use crate::midi::{MidiEdge, MidiPorts, system_midi};
use crate::player::Player;

/// The host of one patch.
pub struct Host {
    inbox: Inbox,
    midi: Option<MidiPorts>,
    mappings: Mappings,
}

impl Host {
    /// For a patch, with what was kept beside it. Nothing comes in but what [`Host::sender`] is given.
    pub fn new(patch: &PatchSource) -> Host {
        Host { inbox: Inbox::default(), midi: None, mappings: Mappings::new(patch) }
    }

    /// Listens to this machine's MIDI as well: to every port, also those that are plugged in later.
    ///
    /// # Errors
    /// When a thread cannot be started. That there is no MIDI is no error.
    pub fn with_midi(self) -> Result<Host, Error> {
        self.with_midi_of(system_midi())
    }

    /// Listens to MIDI that comes from elsewhere.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn with_midi_of(mut self, edge: impl MidiEdge + 'static) -> Result<Host, Error> {
        self.midi = Some(MidiPorts::start(edge, self.sender())?);
        Ok(self)
    }

    /// From now on played notes go straight to the sound of a player.
    pub(crate) fn connect(&self, player: &Player) {
        if let Some(sound) = player.sound_inlet() {
            self.inbox.connect(sound);
        }
    }

    /// Takes what comes from outside, from any thread.
    pub fn sender(&self) -> InboxSender {
        self.inbox.sender()
    }

    /// What moves what.
    pub fn mappings(&self) -> &Mappings {
        &self.mappings
    }

    /// Puts all that has come into the player's log; call it before each frame, behind
    /// [`Player::poll`]. `frame_start` is the sample at which that frame begins, and `sample_at` tells the
    /// transport time of a moment. A frame that runs late shows what came until now; only notes keep their
    /// own time.
    pub fn take_in(&mut self, player: &mut Player, frame_start: u64, sample_at: impl Fn(Instant) -> u64) {
        self.mappings.begin_frame(player);
        for Arrival { at, heard, event } in self.inbox.read() {
            let came = sample_at(at);
            let moves = came.min(frame_start);
            match event {
                Event::Input(input) => {
                    let sample = if input.is_played() { came } else { moves };
                    let stamped = Stamped { heard, ..Stamped::new(sample, input.clone()) };
                    match heard {
                        Some(_) => player.input_heard(stamped),
                        None => player.input(stamped),
                    }
                    self.mappings.read(player, &input, moves, at);
                }
                Event::Command(command) => self.mappings.command(player, command, moves),
            }
        }
    }

    /// Sees to what a frame has changed: what is kept, and the lamps of the controllers. Call it behind
    /// each frame; what to report comes back.
    pub fn settle(&mut self, player: &Player, applied: &[Stamped]) -> Vec<News> {
        let mut news = self.mappings.settle(player, applied);
        if let Some(midi) = &self.midi {
            let lamps = self.mappings.feedback(player);
            lamps.into_iter().for_each(|(port, message)| midi.send(port, message));
        }
        let lost = self.inbox.lost();
        if lost > 0 {
            let line = format!("{lost} messages came faster than they can be played, and are left out");
            news.push(News::Line(line));
        }
        news
    }

    /// Sends what a frame says by MIDI; `due` tells the moment of a transport time.
    pub fn send_out(&self, messages: Vec<MidiOut>, due: impl Fn(u64) -> Instant) {
        if let Some(midi) = &self.midi {
            messages.into_iter().for_each(|message| midi.note(due(message.sample), message));
        }
    }

    /// How MIDI and each of its ports are doing, for people.
    pub fn midi_statuses(&self) -> Vec<(String, Status)> {
        self.midi.as_ref().map_or_else(Vec::new, MidiPorts::statuses)
    }

    /// Writes what is not written yet.
    pub fn finish(self) -> Vec<News> {
        self.mappings.finish()
    }
}
