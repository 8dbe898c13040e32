//! Which ports are there: each is looked for, found, lost and found again by its stable name. It is told
//! the time and owns no thread, so that tests can play a whole night in a moment.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use engine::node::Status;
use engine::outgoing::Outgoing;
use engine::supervisor::{Patience, Supervisor};
use engine::take::Input;
use pastiche_engine as engine;

use super::names::{OWN, is_own, stable_names};
use super::outputs::Outputs;
use super::parser::Parser;
use super::{Hear, MidiEdge, MidiOutput, OpenInput};
use crate::hands::{HandEvent, HandSender};

/// Ports that are remembered, those that are gone included.
const MOST_KNOWN: usize = 256;

/// The ports of one machine.
pub(super) struct Ports<E> {
    edge: E,
    sender: HandSender,
    /// MIDI as a whole.
    system: Supervisor,
    known: BTreeMap<String, Port>,
    /// The port that other programs can send to, and whether one does.
    own: Option<OpenInput>,
    own_is_made: bool,
    own_speaks: Arc<AtomicBool>,
    outputs: BTreeMap<String, Box<dyn MidiOutput>>,
    notes: Outputs,
    /// The ports that the show was told of.
    told: Vec<Arc<str>>,
}

struct Port {
    supervisor: Supervisor,
    open: Option<OpenInput>,
}

impl<E: MidiEdge> Ports<E> {
    pub(super) fn new(edge: E, sender: HandSender) -> Ports<E> {
        Ports {
            edge,
            sender,
            system: Supervisor::new("MIDI", Patience::USUAL),
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
    pub(super) fn note(&mut self, at: Duration, message: Outgoing) {
        self.notes.push(at, message.port, message.bytes);
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
    pub(super) fn send(&mut self, port: &str, bytes: &[u8]) {
        if !self.outputs.contains_key(port) {
            let Some(output) = self.open_output(port) else { return };
            self.outputs.insert(port.to_owned(), output);
        }
        if let Some(output) = self.outputs.get_mut(port)
            && let Err(why) = output.send(bytes)
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
                supervisor: Supervisor::new(name.clone(), Patience::USUAL),
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
            self.sender.send(HandEvent::Input(Input::MidiPorts { ports: there }));
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
fn hear(port: &str, sender: HandSender, speaks: Option<Arc<AtomicBool>>) -> Hear {
    let (port, mut parser): (Arc<str>, Parser) = (port.into(), Parser::default());
    Box::new(move |bytes| {
        let at = Instant::now();
        if let Some(speaks) = &speaks {
            speaks.store(true, Ordering::Relaxed);
        }
        parser.feed(bytes, |bytes| {
            sender.send_at(at, HandEvent::Input(Input::Midi { port: port.clone(), bytes }));
        });
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::mpsc::Receiver;

    const DESK: &str = "nanoKONTROL2 CTRL 24:0";

    /// What a test plugs in, and what it sees.
    #[derive(Default)]
    struct Machine {
        /// `None`: no MIDI.
        names: Option<Vec<String>>,
        broken: bool,
        heard: Vec<(String, Hear)>,
        own: Option<Hear>,
        sent: Vec<(String, Vec<u8>)>,
        tries: usize,
    }

    #[derive(Clone, Default)]
    struct Fake(Arc<Mutex<Machine>>);

    impl Fake {
        fn plug(&self, names: &[&str]) {
            self.0.lock().unwrap().names = Some(names.iter().map(|name| (*name).to_owned()).collect());
        }

        /// The newest connection to a port says something.
        fn say(&self, name: &str, bytes: &[u8]) {
            let mut machine = self.0.lock().unwrap();
            let (_, hear) = machine.heard.iter_mut().rfind(|(heard, _)| heard == name).unwrap();
            hear(bytes);
        }
    }

    impl MidiEdge for Fake {
        fn inputs(&mut self) -> Result<Vec<String>, String> {
            let mut machine = self.0.lock().unwrap();
            machine.tries += 1;
            machine.names.clone().ok_or_else(|| "there is no sequencer".into())
        }

        fn outputs(&mut self) -> Result<Vec<String>, String> {
            self.0.lock().unwrap().names.clone().ok_or_else(|| "there is no sequencer".into())
        }

        fn open_input(&mut self, place: usize, hear: Hear) -> Result<OpenInput, String> {
            let mut machine = self.0.lock().unwrap();
            if machine.broken {
                return Err("busy".into());
            }
            let name = machine.names.as_ref().unwrap()[place].clone();
            machine.heard.push((name, hear));
            Ok(Box::new(()))
        }

        fn open_output(&mut self, place: usize) -> Result<Box<dyn MidiOutput>, String> {
            let name = self.0.lock().unwrap().names.as_ref().unwrap()[place].clone();
            Ok(Box::new(Lamp(self.clone(), name)))
        }

        fn open_virtual(&mut self, _name: &str, hear: Hear) -> Result<Option<OpenInput>, String> {
            self.0.lock().unwrap().own = Some(hear);
            Ok(Some(Box::new(())))
        }
    }

    struct Lamp(Fake, String);

    impl MidiOutput for Lamp {
        fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
            let mut machine = self.0.0.lock().unwrap();
            if machine.broken {
                return Err("gone".into());
            }
            machine.sent.push((self.1.clone(), bytes.to_vec()));
            Ok(())
        }
    }

    fn start() -> (Fake, Ports<Fake>, Receiver<(Instant, HandEvent)>) {
        let fake = Fake::default();
        let (sender, events) = HandSender::channel();
        (fake.clone(), Ports::new(fake, sender), events)
    }

    fn inputs(events: &Receiver<(Instant, HandEvent)>) -> Vec<Input> {
        let inputs = events.try_iter().map(|(_, event)| match event {
            HandEvent::Input(input) => input,
            HandEvent::Action(action) => panic!("{action:?}"),
        });
        inputs.collect()
    }

    fn there(ports: &[&str]) -> Input {
        Input::MidiPorts { ports: ports.iter().map(|port| (*port).into()).collect() }
    }

    fn midi(port: &str, bytes: &[u8]) -> Input {
        Input::Midi { port: port.into(), bytes: bytes.into() }
    }

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_controller_that_comes_back_elsewhere_is_the_same() {
        let (fake, mut ports, events) = start();
        fake.plug(&[DESK, "Midi Through 14:0"]);
        ports.look(millis(0));
        fake.say(DESK, &[0xb0, 7, 1]);
        assert_eq!(
            inputs(&events),
            [there(&["nanoKONTROL2 CTRL", "Midi Through"]), midi("nanoKONTROL2 CTRL", &[0xb0, 7, 1])]
        );
        fake.plug(&["Midi Through 14:0"]);
        ports.look(millis(500));
        assert_eq!(inputs(&events), [there(&["Midi Through"])]);
        let lost = Status::Waiting("nanoKONTROL2 CTRL is gone: it was unplugged".into());
        assert!(ports.statuses().contains(&("nanoKONTROL2 CTRL".into(), lost)));
        fake.plug(&["Midi Through 14:0", "nanoKONTROL2 CTRL 31:0"]);
        ports.look(millis(1000));
        fake.say("nanoKONTROL2 CTRL 31:0", &[0xb0, 7, 2]);
        assert_eq!(
            inputs(&events),
            [there(&["Midi Through", "nanoKONTROL2 CTRL"]), midi("nanoKONTROL2 CTRL", &[0xb0, 7, 2])]
        );
        assert!(ports.statuses().iter().all(|(_, status)| *status == Status::Ready));
    }

    #[test]
    fn a_machine_without_midi_is_asked_with_growing_patience() {
        let (fake, mut ports, events) = start();
        (0..1200).for_each(|tick| ports.look(millis(tick * 100)));
        let tries = fake.0.lock().unwrap().tries;
        assert!((25..50).contains(&tries), "{tries} tries in two minutes");
        assert_eq!(inputs(&events), []);
        let status = Status::Waiting("looking for MIDI: there is no sequencer".into());
        assert_eq!(ports.statuses(), [("MIDI".to_owned(), status)]);
        fake.plug(&[DESK]);
        ports.look(millis(200_000));
        assert_eq!(inputs(&events), [there(&["nanoKONTROL2 CTRL"])]);
    }

    #[test]
    fn a_port_that_cannot_be_opened_is_tried_again() {
        let (fake, mut ports, events) = start();
        fake.plug(&[DESK]);
        fake.0.lock().unwrap().broken = true;
        (0..20).for_each(|tick| ports.look(millis(tick * 500)));
        assert_eq!(inputs(&events), []);
        fake.0.lock().unwrap().broken = false;
        (20..40).for_each(|tick| ports.look(millis(tick * 500)));
        assert_eq!(inputs(&events), [there(&["nanoKONTROL2 CTRL"])]);
    }

    #[test]
    fn midi_as_a_whole_may_go_and_come_back() {
        let (fake, mut ports, events) = start();
        fake.plug(&[DESK]);
        ports.look(millis(0));
        fake.0.lock().unwrap().names = None;
        ports.look(millis(500));
        fake.plug(&[DESK]);
        ports.look(millis(5000));
        let all = [there(&["nanoKONTROL2 CTRL"]), there(&[]), there(&["nanoKONTROL2 CTRL"])];
        assert_eq!(inputs(&events), all);
    }

    #[test]
    fn another_program_may_send_to_us_and_our_own_ports_are_not_heard() {
        let (fake, mut ports, events) = start();
        fake.plug(&["Pastiche:out 129:0"]);
        ports.look(millis(0));
        assert_eq!(inputs(&events), []);
        fake.0.lock().unwrap().own.as_mut().unwrap()(&[0x90, 60, 1]);
        ports.look(millis(500));
        assert_eq!(inputs(&events), [midi("Pastiche", &[0x90, 60, 1]), there(&["Pastiche"])]);
    }

    #[test]
    fn lamps_are_sent_to_the_device_that_is_moved() {
        let (fake, mut ports, _events) = start();
        fake.plug(&["Keys 20:0", DESK]);
        ports.look(millis(0));
        ports.send("nanoKONTROL2 CTRL", &[0xb0, 7, 9]);
        ports.send("nanoKONTROL2 SLIDER/KNOB", &[0xb0, 7, 8]);
        ports.send("not there", &[0xb0, 7, 7]);
        let sent = [(DESK.to_owned(), vec![0xb0, 7, 9]), (DESK.to_owned(), vec![0xb0, 7, 8])];
        assert_eq!(fake.0.lock().unwrap().sent, sent);
        fake.0.lock().unwrap().broken = true;
        ports.send("nanoKONTROL2 CTRL", &[0xb0, 7, 1]);
        fake.0.lock().unwrap().broken = false;
        ports.send("nanoKONTROL2 CTRL", &[0xb0, 7, 2]);
        assert_eq!(fake.0.lock().unwrap().sent.len(), 3);
    }

    #[test]
    fn a_night_of_loose_contacts_leaks_nothing() {
        let (fake, mut ports, events) = start();
        for turn in 0..2000_u64 {
            let name = format!("Loose Contact {}", turn);
            fake.plug(if turn % 2 == 0 { &[DESK] } else { &[] });
            if turn % 3 == 0 {
                fake.plug(&[&name]);
            }
            ports.look(millis(turn * 500));
            fake.0.lock().unwrap().heard.clear();
            inputs(&events);
        }
        assert!(ports.statuses().len() <= MOST_KNOWN + 1);
    }
}
