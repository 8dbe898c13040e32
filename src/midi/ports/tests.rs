//! Ports that come and go.

use super::*;
use std::sync::Mutex;

use engine::midi::Message;

use crate::inbox::Inbox;

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

fn start() -> (Fake, Ports<Fake>, Inbox) {
    let (fake, inbox) = (Fake::default(), Inbox::default());
    (fake.clone(), Ports::new(fake, inbox.sender()), inbox)
}

fn inputs(inbox: &mut Inbox) -> Vec<Input> {
    let inputs = inbox.read().into_iter().map(|arrival| match arrival.event {
        Event::Input(input) => input,
        Event::Command(command) => panic!("{command:?}"),
    });
    inputs.collect()
}

fn there(ports: &[&str]) -> Input {
    Input::MidiPorts { ports: ports.iter().map(|port| (*port).into()).collect() }
}

fn midi(port: &str, bytes: &[u8]) -> Input {
    Input::Midi { port: port.into(), message: Message::parse(bytes).unwrap() }
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn a_controller_that_comes_back_elsewhere_is_the_same() {
    let (fake, mut ports, mut inbox) = start();
    fake.plug(&[DESK, "Midi Through 14:0"]);
    ports.look(millis(0));
    fake.say(DESK, &[0xb0, 7, 1]);
    assert_eq!(
        inputs(&mut inbox),
        [there(&["nanoKONTROL2 CTRL", "Midi Through"]), midi("nanoKONTROL2 CTRL", &[0xb0, 7, 1])]
    );
    fake.plug(&["Midi Through 14:0"]);
    ports.look(millis(500));
    assert_eq!(inputs(&mut inbox), [there(&["Midi Through"])]);
    let lost = Status::Waiting("nanoKONTROL2 CTRL is gone: it was unplugged".into());
    assert!(ports.statuses().contains(&("nanoKONTROL2 CTRL".into(), lost)));
    fake.plug(&["Midi Through 14:0", "nanoKONTROL2 CTRL 31:0"]);
    ports.look(millis(1000));
    fake.say("nanoKONTROL2 CTRL 31:0", &[0xb0, 7, 2]);
    assert_eq!(
        inputs(&mut inbox),
        [there(&["Midi Through", "nanoKONTROL2 CTRL"]), midi("nanoKONTROL2 CTRL", &[0xb0, 7, 2])]
    );
    assert!(ports.statuses().iter().all(|(_, status)| *status == Status::Ready));
}

#[test]
fn a_machine_without_midi_is_asked_with_growing_patience() {
    let (fake, mut ports, mut inbox) = start();
    (0..1200).for_each(|tick| ports.look(millis(tick * 100)));
    let tries = fake.0.lock().unwrap().tries;
    assert!((25..50).contains(&tries), "{tries} tries in two minutes");
    assert_eq!(inputs(&mut inbox), []);
    let status = Status::Waiting("looking for MIDI: there is no sequencer".into());
    assert_eq!(ports.statuses(), [("MIDI".to_owned(), status)]);
    fake.plug(&[DESK]);
    ports.look(millis(200_000));
    assert_eq!(inputs(&mut inbox), [there(&["nanoKONTROL2 CTRL"])]);
}

#[test]
fn a_port_that_cannot_be_opened_is_tried_again() {
    let (fake, mut ports, mut inbox) = start();
    fake.plug(&[DESK]);
    fake.0.lock().unwrap().broken = true;
    (0..20).for_each(|tick| ports.look(millis(tick * 500)));
    assert_eq!(inputs(&mut inbox), []);
    fake.0.lock().unwrap().broken = false;
    (20..40).for_each(|tick| ports.look(millis(tick * 500)));
    assert_eq!(inputs(&mut inbox), [there(&["nanoKONTROL2 CTRL"])]);
}

#[test]
fn midi_as_a_whole_may_go_and_come_back() {
    let (fake, mut ports, mut inbox) = start();
    fake.plug(&[DESK]);
    ports.look(millis(0));
    fake.0.lock().unwrap().names = None;
    ports.look(millis(500));
    fake.plug(&[DESK]);
    ports.look(millis(5000));
    let all = [there(&["nanoKONTROL2 CTRL"]), there(&[]), there(&["nanoKONTROL2 CTRL"])];
    assert_eq!(inputs(&mut inbox), all);
}

#[test]
fn another_program_may_send_to_us_and_our_own_ports_are_not_heard() {
    let (fake, mut ports, mut inbox) = start();
    fake.plug(&["Pastiche:out 129:0"]);
    ports.look(millis(0));
    assert_eq!(inputs(&mut inbox), []);
    fake.0.lock().unwrap().own.as_mut().unwrap()(&[0x90, 60, 1]);
    ports.look(millis(500));
    assert_eq!(inputs(&mut inbox), [midi("Pastiche", &[0x90, 60, 1]), there(&["Pastiche"])]);
}

#[test]
fn lamps_are_sent_to_the_device_that_is_moved() {
    let (fake, mut ports, _inbox) = start();
    fake.plug(&["Keys 20:0", DESK]);
    ports.look(millis(0));
    let lamp = |value| Message::Controller { channel: 0, number: 7, value };
    ports.send("nanoKONTROL2 CTRL", lamp(9));
    ports.send("nanoKONTROL2 SLIDER/KNOB", lamp(8));
    ports.send("not there", lamp(7));
    let sent = [(DESK.to_owned(), vec![0xb0, 7, 9]), (DESK.to_owned(), vec![0xb0, 7, 8])];
    assert_eq!(fake.0.lock().unwrap().sent, sent);
    fake.0.lock().unwrap().broken = true;
    ports.send("nanoKONTROL2 CTRL", lamp(1));
    fake.0.lock().unwrap().broken = false;
    ports.send("nanoKONTROL2 CTRL", lamp(2));
    assert_eq!(fake.0.lock().unwrap().sent.len(), 3);
}

#[test]
fn a_night_of_loose_contacts_leaks_nothing() {
    let (fake, mut ports, mut inbox) = start();
    for turn in 0..2000_u64 {
        let name = format!("Loose Contact {}", turn);
        fake.plug(if turn % 2 == 0 { &[DESK] } else { &[] });
        if turn % 3 == 0 {
            fake.plug(&[&name]);
        }
        ports.look(millis(turn * 500));
        fake.0.lock().unwrap().heard.clear();
        inputs(&mut inbox);
    }
    assert!(ports.statuses().len() <= MOST_KNOWN + 1);
}
