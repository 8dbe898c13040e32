//! Ports that notes are sent to: each at its time, and ended when the show is over. It is given the time and
//! owns no thread.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::Duration;

use engine::midi::Message;
use engine::midi_out::WhichPort;
use engine::node::Status;
use engine::supervisor::{Backoff, Change, Supervisor};
use pastiche_engine as engine;

use super::edge::{MidiEdge, MidiOutput};
use super::names::{is_own, stable_names};

/// Messages that may wait for their time: a flood beyond it is left out, but for what ends notes.
const MOST_WAITING: usize = 65_536;

/// Ports that are remembered.
const MOST_PORTS: usize = 256;

/// What waits, and the ports that patches have sent to.
#[derive(Default)]
pub(super) struct Outputs {
    waiting: BinaryHeap<Reverse<Due>>,
    count: u64,
    ports: BTreeMap<WhichPort, Port>,
}

struct Due {
    at: Duration,
    /// Those of one time go in the order in which they came.
    number: u64,
    port: WhichPort,
    message: Message,
}

impl Due {
    fn place(&self) -> (Duration, u64) {
        (self.at, self.number)
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Due) -> bool {
        self.place() == other.place()
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Due) -> Ordering {
        self.place().cmp(&other.place())
    }
}

struct Port {
    supervisor: Supervisor,
    /// Its whole name, once it has been open.
    name: String,
    open: Option<Box<dyn MidiOutput>>,
    /// Channel and pitch of the notes that sound.
    sounding: BTreeSet<[u8; 2]>,
}

impl Outputs {
    /// Keeps a message until its time has come.
    pub(super) fn push(&mut self, at: Duration, port: WhichPort, message: Message) {
        let ends = matches!(message, Message::NoteOff { .. });
        if self.waiting.len() < MOST_WAITING || ends {
            self.count += 1;
            self.waiting.push(Reverse(Due { at, number: self.count, port, message }));
        }
    }

    /// When the next message is due.
    pub(super) fn next(&self) -> Option<Duration> {
        self.waiting.peek().map(|Reverse(due)| due.at)
    }

    /// Sends everything whose time has come.
    pub(super) fn play(&mut self, now: Duration, edge: &mut dyn MidiEdge) {
        while self.next().is_some_and(|at| at <= now) {
            let Some(Reverse(Due { port, message, .. })) = self.waiting.pop() else { return };
            if !self.ports.contains_key(&port) && self.ports.len() >= MOST_PORTS {
                continue;
            }
            let there = self.ports.entry(port.clone()).or_insert_with(|| Port::new(&port));
            if there.supervisor.is_due(now) {
                let names = edge.outputs().map(|names| stable_names(&names));
                there.open(now, &port, names, edge);
            }
            there.send(now, message);
        }
    }

    /// Lets go of what is gone, and opens again what is back.
    pub(super) fn look(&mut self, now: Duration, edge: &mut dyn MidiEdge) {
        if self.ports.is_empty() {
            return;
        }
        let names = edge.outputs().map(|names| stable_names(&names));
        for (which, port) in &mut self.ports {
            let is_there = names.as_ref().is_ok_and(|names| names.contains(&port.name));
            if port.open.is_some() && !is_there {
                port.lose(now, "it was unplugged");
            }
            if port.supervisor.is_due(now) {
                port.open(now, which, names.clone(), edge);
            }
        }
    }

    /// How each port is doing.
    pub(super) fn statuses(&self) -> impl Iterator<Item = (String, Status)> + '_ {
        self.ports.values().map(|port| {
            let name = if port.name.is_empty() { "MIDI out".into() } else { format!("to {}", port.name) };
            (name, port.supervisor.status())
        })
    }

    /// Ends every note that sounds.
    pub(super) fn silence(&mut self, now: Duration) {
        self.waiting.clear();
        for port in self.ports.values_mut() {
            port.silence(now);
        }
    }
}

impl Port {
    fn new(which: &WhichPort) -> Port {
        let called = match which {
            WhichPort::Number(number) => format!("MIDI port {number} to send to"),
            WhichPort::Name(part) => format!("a MIDI port to send to named `{part}`"),
        };
        let supervisor = Supervisor::new(called, Backoff::USUAL);
        Port { supervisor, name: String::new(), open: None, sounding: BTreeSet::new() }
    }

    fn open(
        &mut self,
        now: Duration,
        which: &WhichPort,
        names: Result<Vec<String>, String>,
        edge: &mut dyn MidiEdge,
    ) {
        let opened = names.and_then(|names| {
            let place = find(&names, which)?;
            Ok((names[place].clone(), edge.open_output(place)?))
        });
        match opened {
            Ok((name, open)) => {
                if matches!(self.supervisor.found(), Change::Found | Change::Back) {
                    tracing::info!("MIDI: notes go to {name}");
                }
                (self.name, self.open) = (name, Some(open));
                // What sounded when it went may sound still.
                self.silence(now);
            }
            Err(why) => {
                self.supervisor.failed(now, why);
            }
        }
    }

    fn silence(&mut self, now: Duration) {
        for [channel, pitch] in self.sounding.clone() {
            self.send(now, Message::NoteOff { channel, pitch, velocity: 0 });
        }
    }

    fn send(&mut self, now: Duration, message: Message) {
        let Some(open) = &mut self.open else { return };
        let (bytes, length) = message.bytes();
        match open.send(&bytes[..length]) {
            Ok(()) => self.note(message),
            Err(why) => self.lose(now, &why),
        }
    }

    fn note(&mut self, message: Message) {
        match message {
            Message::NoteOn { channel, pitch, .. } => drop(self.sounding.insert([channel, pitch])),
            Message::NoteOff { channel, pitch, .. } => drop(self.sounding.remove(&[channel, pitch])),
            _ => {}
        }
    }

    fn lose(&mut self, now: Duration, why: &str) {
        self.open = None;
        if self.supervisor.failed(now, why) == Change::Lost {
            tracing::warn!("MIDI: {} is gone: {why}", self.name);
        }
    }
}

/// The place of a port among those that are there; never the one that other programs send to us by.
fn find(names: &[String], which: &WhichPort) -> Result<usize, String> {
    let found = match which {
        WhichPort::Number(number) => {
            let others = names.iter().enumerate().filter(|(_, name)| !is_own(name));
            others.map(|(place, _)| place).nth(*number as usize)
        }
        WhichPort::Name(part) => {
            let part = part.to_lowercase();
            names.iter().position(|name| !is_own(name) && name.to_lowercase().contains(&part))
        }
    };
    found.ok_or_else(|| match names {
        [] => "nothing is plugged in".into(),
        names => format!("there is only {}", names.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    use crate::midi::{Hear, OpenInput};

    #[derive(Default)]
    struct Machine {
        names: Vec<String>,
        sent: Vec<(String, [u8; 3])>,
    }

    #[derive(Clone, Default)]
    struct Fake(Arc<Mutex<Machine>>);

    impl Fake {
        fn plug(&self, names: &[&str]) {
            self.0.lock().unwrap().names = names.iter().map(|name| (*name).to_owned()).collect();
        }

        fn sent(&self) -> Vec<(String, [u8; 3])> {
            std::mem::take(&mut self.0.lock().unwrap().sent)
        }
    }

    impl MidiEdge for Fake {
        fn inputs(&mut self) -> Result<Vec<String>, String> {
            Ok(Vec::new())
        }

        fn outputs(&mut self) -> Result<Vec<String>, String> {
            Ok(self.0.lock().unwrap().names.clone())
        }

        fn open_input(&mut self, _place: usize, _hear: Hear) -> Result<OpenInput, String> {
            Err("it only listens".into())
        }

        fn open_output(&mut self, place: usize) -> Result<Box<dyn MidiOutput>, String> {
            let name = self.0.lock().unwrap().names[place].clone();
            Ok(Box::new(Synth(self.clone(), name)))
        }

        fn open_virtual(&mut self, _name: &str, _hear: Hear) -> Result<Option<OpenInput>, String> {
            Ok(None)
        }
    }

    struct Synth(Fake, String);

    impl MidiOutput for Synth {
        fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
            let mut machine = self.0.0.lock().unwrap();
            if !machine.names.contains(&self.1) {
                return Err("no such device".into());
            }
            machine.sent.push((self.1.clone(), bytes.try_into().unwrap()));
            Ok(())
        }
    }

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn message(bytes: [u8; 3]) -> Message {
        Message::parse(&bytes).unwrap()
    }

    fn synth() -> WhichPort {
        WhichPort::Name("synth".into())
    }

    #[test]
    fn each_message_goes_at_its_time_and_in_order() {
        let mut fake = Fake::default();
        fake.plug(&["Pastiche:in 129:0", "Deep Synth 24:0"]);
        let mut outputs = Outputs::default();
        outputs.push(millis(30), synth(), message([0x90, 60, 0]));
        outputs.push(millis(10), synth(), message([0x90, 60, 90]));
        outputs.push(millis(30), synth(), message([0x90, 64, 90]));
        assert_eq!(outputs.next(), Some(millis(10)));
        outputs.play(millis(9), &mut fake);
        assert_eq!(fake.sent(), []);
        outputs.play(millis(29), &mut fake);
        let name = || "Deep Synth 24:0".to_owned();
        assert_eq!(fake.sent(), [(name(), [0x90, 60, 90])]);
        outputs.play(millis(30), &mut fake);
        assert_eq!(fake.sent(), [(name(), [0x80, 60, 0]), (name(), [0x90, 64, 90])]);
        // The show is over: what sounds is ended.
        outputs.silence(millis(31));
        assert_eq!(fake.sent(), [(name(), [0x80, 64, 0])]);
    }

    #[test]
    fn a_port_that_goes_is_taken_up_again_under_another_number() {
        let mut fake = Fake::default();
        let mut outputs = Outputs::default();
        outputs.push(millis(0), synth(), message([0x90, 60, 90]));
        outputs.play(millis(0), &mut fake);
        let status = |outputs: &Outputs| outputs.statuses().next().unwrap().1;
        assert!(matches!(status(&outputs), Status::Waiting(why) if why.contains("named `synth`")));
        fake.plug(&["Synth 24:0"]);
        outputs.look(millis(500), &mut fake);
        assert_eq!(status(&outputs), Status::Ready);
        outputs.push(millis(600), synth(), message([0x90, 62, 90]));
        outputs.play(millis(600), &mut fake);
        fake.plug(&["Other 20:0"]);
        outputs.push(millis(700), synth(), message([0x80, 62, 0]));
        outputs.play(millis(700), &mut fake);
        outputs.look(millis(1000), &mut fake);
        fake.plug(&["Other 20:0", "Synth 31:0"]);
        outputs.look(millis(2000), &mut fake);
        outputs.push(millis(2100), synth(), message([0x90, 65, 90]));
        outputs.play(millis(2100), &mut fake);
        let back = || "Synth 31:0".to_owned();
        let expected =
            [("Synth 24:0".into(), [0x90, 62, 90]), (back(), [0x80, 62, 0]), (back(), [0x90, 65, 90])];
        assert_eq!(fake.sent(), expected, "what hung is ended");
        let names = ["Pastiche:in 129:0", "a", "b"].map(str::to_owned);
        assert_eq!(find(&names, &WhichPort::Number(1)), Ok(2), "our own port has no number");
    }
}
