//! Which ports are there: each is looked for, found, lost and found again by its stable name. It is given
//! the time and owns no thread, so that tests can play a whole night in a moment.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use engine::midi::Message;
use engine::midi_out::MidiOut;
use engine::node::Status;
use engine::supervisor::{Backoff, Supervisor};
use engine::take::Input;
use pastiche_engine as engine;

use super::edge::{Hear, MidiEdge, MidiOutput, OpenInput};
use super::names::{OWN, is_own, stable_names};
use super::outputs::Outputs;
use super::parser::Parser;
use crate::inbox::{Event, InboxSender};

/// Ports that are remembered, those that are gone included.
const MOST_KNOWN: usize = 256;

/// The ports of one machine.
pub(super) struct Ports<E> {
    edge: E,
    sender: InboxSender,
    /// MIDI as a whole.
    system: Supervisor,
    known: BTreeMap<String, Port>,
    /// The port that other programs can send to, and whether one does.
    own: Option<OpenInput>,
    own_is_made: bool,
    own_speaks: Arc<AtomicBool>,
    outputs: BTreeMap<String, Box<dyn MidiOutput>>,
    notes: Outputs,
    /// The ports that the show knows of.
    told: Vec<Arc<str>>,
}

struct Port {
    supervisor: Supervisor,
    open: Option<OpenInput>,
}

impl<E: MidiEdge> Ports<E> {
    pub(super) fn new(edge: E, sender: InboxSender) -> Ports<E> {
        Ports {
            edge,
            sender,
            system: Supervisor::new("MIDI", Backoff::USUAL),
            known: BTreeMap::new(),
            own: None,
            own_is_made: false,
            own_speaks: Arc::default(),
            outputs: BTreeMap::new(),
            notes: Outputs::default(),
            told: Vec::new(),
        }
    }

    /// Looks at what is plugged in, opens what is new and lets go of what is gone.
    pub(super) fn look(&mut self, now: Duration) {
        if !self.system.is_alive() && !self.system.is_due(now) {
            return;
        }
        match self.edge.inputs() {
            Ok(names) => {
                self.system.found();
                self.make_own();
                let names = stable_names(&names);
                self.open_new(&names, now);
                self.close_gone(&names, now);
                self.tell(&names);
            }
            Err(why) => self.lose(now, &why),
        }
        self.notes.look(now, &mut self.edge);
    }

    /// Keeps a message until its time.
    pub(super) fn note(&mut self, at: Duration, message: MidiOut) {
        self.notes.push(at, message.port, message.message);
    }

    /// When the next message is to be sent.
    pub(super) fn next_note(&self) -> Option<Duration> {
        self.notes.next()
    }

    /// Sends the messages whose time has come.
    pub(super) fn play(&mut self, now: Duration) {
        self.notes.play(now, &mut self.edge);
    }

    /// Ends every note that sounds.
    pub(super) fn silence(&mut self, now: Duration) {
        self.notes.silence(now);
    }

    /// MIDI as a whole is gone.
    pub(super) fn lose(&mut self, now: Duration, why: &str) {
        self.system.failed(now, why);
        self.own = None;
        self.own_is_made = false;
        self.close_gone(&[], now);
        self.tell(&[]);
    }

    /// Sends a message to the port of that name, if there is one.
    pub(super) fn send(&mut self, port: &str, message: Message) {
        if !self.outputs.contains_key(port) {
            let Some(output) = self.open_output(port) else { return };
            self.outputs.insert(port.to_owned(), output);
        }
        let (bytes, length) = message.bytes();
        if let Some(output) = self.outputs.get_mut(port)
            && let Err(why) = output.send(&bytes[..length])
        {
            tracing::debug!("MIDI: nothing can be sent to {port}: {why}");
            self.outputs.remove(port);
        }
    }

    /// How MIDI and each port are doing.
    pub(super) fn statuses(&self) -> Vec<(String, Status)> {
        let ports = self.known.iter().map(|(name, port)| (name.clone(), port.supervisor.status()));
        let all = std::iter::once(("MIDI".to_owned(), self.system.status())).chain(ports);
        all.chain(self.notes.statuses()).collect()
    }

    fn open_new(&mut self, names: &[String], now: Duration) {
        for (place, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty() && !is_own(name)) {
            let known = self.known.entry(name.clone()).or_insert_with(|| Port {
                supervisor: Supervisor::new(name.clone(), Backoff::USUAL),
                open: None,
            });
            if !known.supervisor.is_due(now) {
                continue;
            }
            match self.edge.open_input(place, hear(name, self.sender.clone(), None)) {
                Ok(open) => {
                    known.open = Some(open);
                    known.supervisor.found();
                }
                Err(why) => {
                    known.supervisor.failed(now, why);
                }
            }
        }
    }

    fn close_gone(&mut self, names: &[String], now: Duration) {
        for (name, port) in &mut self.known {
            if names.contains(name) {
                continue;
            }
            if port.open.take().is_some() {
                port.supervisor.failed(now, "it was unplugged");
            }
            // It is opened as soon as it is plugged in.
            port.supervisor.hurry();
        }
        self.outputs.retain(|name, _| names.contains(name));
        if self.known.len() > MOST_KNOWN {
            self.known.retain(|name, _| names.contains(name));
        }
    }

    /// Tells the show which ports are there, if that has changed.
    fn tell(&mut self, names: &[String]) {
        let is_open = |name: &&String| self.known.get(*name).is_some_and(|port| port.open.is_some());
        let mut there: Vec<Arc<str>> =
            names.iter().filter(is_open).map(|name| name.as_str().into()).collect();
        if self.own_speaks.load(Ordering::Relaxed) {
            there.push(OWN.into());
        }
        if there != self.told {
            self.told.clone_from(&there);
            self.sender.send(Event::Input(Input::MidiPorts { ports: there }));
        }
    }

    fn make_own(&mut self) {
        if std::mem::replace(&mut self.own_is_made, true) {
            return;
        }
        let heard = hear(OWN, self.sender.clone(), Some(self.own_speaks.clone()));
        match self.edge.open_virtual(OWN, heard) {
            Ok(own) => self.own = own,
            Err(why) => tracing::debug!("MIDI: there is no port for other programs: {why}"),
        }
    }

    /// The output that belongs to an input: of the same name, or of the same device.
    fn open_output(&mut self, port: &str) -> Option<Box<dyn MidiOutput>> {
        let names = stable_names(&self.edge.outputs().ok()?);
        let same = names.iter().position(|name| name == port);
        let device = |name: &str| name.split([':', ' ']).next().unwrap_or_default().to_owned();
        let of_device =
            || names.iter().position(|name| !device(port).is_empty() && device(name) == device(port));
        let place = same.or_else(of_device)?;
        let opened = self.edge.open_output(place);
        opened.inspect_err(|why| tracing::debug!("MIDI: {port} cannot be sent to: {why}")).ok()
    }
}

/// Stamps and parses on the thread on which the bytes come.
fn hear(port: &str, sender: InboxSender, speaks: Option<Arc<AtomicBool>>) -> Hear {
    let (port, mut parser): (Arc<str>, Parser) = (port.into(), Parser::default());
    Box::new(move |bytes| {
        let at = Instant::now();
        if let Some(speaks) = &speaks {
            speaks.store(true, Ordering::Relaxed);
        }
        parser.feed(bytes, |message| {
            sender.send_at(at, Event::Input(Input::Midi { port: port.clone(), message }));
        });
    })
}

#[cfg(test)]
mod tests;
