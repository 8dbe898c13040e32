//! The mappings of a patch, through a stand-in for this machine's MIDI: learned, unplugged, kept, replayed.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use pastiche::engine::address::ControlAddress;
use pastiche::engine::port::Value;
use pastiche::engine::take::{Input, Stamped};
use pastiche::host::Host;
use pastiche::inbox::{Command, Event};
use pastiche::loader::PatchSource;
use pastiche::mappings::News;
use pastiche::midi::{Hear, MidiEdge, MidiOutput, OpenInput};
use pastiche::takes::{TakeWriter, read_take};
use pastiche::{Pace, Player, PlayerConfig, registry};

const PATCH: &str = "let glow = knob(0.25, #{ name: \"glow\" });\n\
                     let soft = glow * 2;\n\
                     let keys = midi_in();\n\
                     speakers(tone(220 + soft * 100 + cc(1) * 50));\n";

/// Only a failing test waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A controller that a test moves, with lamps that it sees.
struct StandIn {
    opened: Sender<Hear>,
    lamps: Sender<Vec<u8>>,
}

impl MidiEdge for StandIn {
    fn inputs(&mut self) -> Result<Vec<String>, String> {
        Ok(vec!["nanoKONTROL2 24:0".into()])
    }

    fn outputs(&mut self) -> Result<Vec<String>, String> {
        self.inputs()
    }

    fn open_input(&mut self, _place: usize, hear: Hear) -> Result<OpenInput, String> {
        self.opened.send(hear).map_err(|error| error.to_string())?;
        Ok(Box::new(()))
    }

    fn open_output(&mut self, _place: usize) -> Result<Box<dyn MidiOutput>, String> {
        Ok(Box::new(Lamps(self.lamps.clone())))
    }

    fn open_virtual(&mut self, _name: &str, _hear: Hear) -> Result<Option<OpenInput>, String> {
        Ok(None)
    }
}

struct Lamps(Sender<Vec<u8>>);

impl MidiOutput for Lamps {
    fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.0.send(bytes.to_vec()).map_err(|error| error.to_string())
    }
}

/// A show on a clock that the test moves: what comes is stamped with the frame that runs.
struct Show {
    player: Player,
    host: Host,
    hear: Hear,
    lamps: Receiver<Vec<u8>>,
    said: Vec<String>,
    take: Option<TakeWriter>,
}

impl Show {
    fn start(patch: &Path) -> Show {
        let source = PatchSource::File(patch.to_owned());
        let (opened, open) = channel();
        let (lamps, lit) = channel();
        let host = Host::new(&source).with_midi_of(StandIn { opened, lamps }).expect("a thread");
        let hear = open.recv_timeout(PATIENCE).expect("an open port");
        let config = PlayerConfig::new(registry().expect("good kinds"), Pace::Offline);
        let mut player = Player::new(config).expect("a player");
        player.load_source(source).expect("a good patch");
        Show { player, host, hear, lamps: lit, said: Vec::new(), take: None }
    }

    fn step(&mut self) -> Vec<[f32; 2]> {
        let rate = self.player.rate();
        let now = rate.start_sample(self.player.next_frame());
        self.host.take_in(&mut self.player, now, |_: Instant| now);
        let report = self.player.step();
        assert_eq!(report.refused, []);
        for news in self.host.settle(&self.player, &report.applied) {
            match news {
                News::Line(line) => self.said.push(line),
                News::Fault(fault) => self.said.push(fault.to_string()),
            }
        }
        if let Some(take) = &mut self.take {
            take.write(&report.applied).expect("a take");
        }
        self.player.sound().to_vec()
    }

    fn act(&mut self, action: Command) {
        assert!(self.host.sender().send(Event::Command(action)));
        self.step();
    }

    fn midi(&mut self, bytes: &[u8]) -> f64 {
        (self.hear)(bytes);
        self.step();
        self.glow()
    }

    fn glow(&self) -> f64 {
        self.player.knobs()[0].control.value
    }

    fn heard(&self, words: &str) -> bool {
        self.said.iter().any(|line| line.contains(words))
    }
}

fn patch(folder: &Path) -> PathBuf {
    let path = folder.join("mine.rhai");
    std::fs::write(&path, PATCH).expect("writable");
    path
}

fn glow() -> ControlAddress {
    ControlAddress::knob("glow")
}

#[test]
fn a_knob_is_learned_and_still_bound_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = patch(folder.path());
    let mut show = Show::start(&path);
    show.step();
    show.act(Command::Learn(glow()));
    assert_eq!(show.host.mappings().badge(&glow()).as_deref(), Some("move a controller"));
    assert_eq!(show.midi(&[0xb0, 7, 127]), 1.0);
    assert!(show.heard("`glow` is moved by cc 7 of nanoKONTROL2"), "{:?}", show.said);
    show.act(Command::Range(glow(), Some([0.0, 2.0])));
    assert_eq!(show.midi(&[0xb0, 7, 64]), 2.0 * 64.0 / 127.0);
    let left = show.glow();
    assert_eq!(show.host.finish(), []);

    let mut show = Show::start(&path);
    show.step();
    assert_eq!(show.glow(), left, "the value is back");
    assert_eq!(show.host.mappings().badge(&glow()).as_deref(), Some("cc 7"));
    // The lamp shows it.
    assert_eq!(show.lamps.recv_timeout(PATIENCE), Ok(vec![0xb0, 7, 64]));
    // The fader may stand anywhere by now: it must meet the value first.
    assert_eq!(show.midi(&[0xb0, 7, 0]), left);
    assert!((show.midi(&[0xb0, 7, 90]) - 2.0 * 90.0 / 127.0).abs() < 1e-12, "it went past");
    show.act(Command::Undo);
    assert_eq!(show.glow(), left);
    show.act(Command::Reset(glow()));
    assert_eq!(show.glow(), 0.25);
    show.act(Command::Unlearn(glow()));
    assert_eq!(show.midi(&[0xb0, 7, 127]), 0.25);
    show.act(Command::Learn(ControlAddress::knob("nothing")));
    assert!(show.heard("there is no control `nothing`"), "{:?}", show.said);
    assert_eq!(show.host.finish(), []);
    let kept = std::fs::read_to_string(folder.path().join("mine.pastiche.toml")).expect("kept");
    assert!(!kept.contains("glow"), "{kept}");
}

#[test]
fn the_scripts_new_value_counts_and_a_control_that_comes_back_is_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = patch(folder.path());
    let mut show = Show::start(&path);
    show.player.set_knob("glow", 0.75);
    show.step();
    // Gone for a version, and back.
    std::fs::write(&path, "speakers(tone(220));\n").expect("writable");
    show.player.load(&path).expect("a good patch");
    show.step();
    patch(folder.path());
    show.player.load(&path).expect("a good patch");
    show.step();
    assert_eq!(show.glow(), 0.75);
    std::fs::write(&path, PATCH.replace("0.25", "0.5")).expect("writable");
    show.player.load(&path).expect("a good patch");
    show.step();
    assert_eq!(show.glow(), 0.5);
    assert_eq!(show.host.finish(), []);
    assert_eq!(Show::start(&path).glow(), 0.5);
}

#[test]
fn everything_that_came_is_replayed_to_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = patch(folder.path());
    let mut show = Show::start(&path);
    let take = folder.path().join("show.take");
    show.take = Some(TakeWriter::create(&take, "mine.rhai", 1).expect("a take"));
    let mut live = vec![show.step()];
    show.host.sender().send(Event::Command(Command::Learn(glow())));
    for number in 0..60_u8 {
        (show.hear)(&[0xb0, 7, number * 2, 1, number]);
        (show.hear)(&[0x90, 60 + number % 12, 100, 0xfe, 0x13]);
        let event = Input::Mouse { x: f64::from(number), y: 1.0 };
        show.host.sender().send(Event::Input(event));
        live.push(show.step());
    }
    drop(show);
    let inputs = read_take(&take).expect("a good take").inputs;
    let count = |kind: fn(&Input) -> bool| inputs.iter().filter(|stamped| kind(&stamped.input)).count();
    assert_eq!(count(|input| matches!(input, Input::Midi { .. })), 180);
    assert_eq!(count(|input| matches!(input, Input::Mouse { .. })), 60);
    assert_eq!(count(|input| matches!(input, Input::Move { .. })), 60);
    let replay = |with: &[Stamped]| {
        let config = PlayerConfig::new(registry().expect("good kinds"), Pace::Offline);
        let mut player = Player::new(config).expect("a player");
        player.load(&path).expect("a good patch");
        with.iter().for_each(|stamped| player.input(stamped.clone()));
        let mut sounds = Vec::new();
        for _ in 0..61 {
            player.step();
            sounds.push(player.sound().to_vec());
        }
        sounds
    };
    assert!(replay(&inputs) == live, "the replay sounds as the show did");
    assert!(replay(&[]) != live, "what was moved by hand beside the patch does not reach a render");
}

#[test]
fn a_flood_is_played_up_to_a_limit_and_what_is_left_out_is_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut show = Show::start(&patch(folder.path()));
    show.step();
    (0..50_000).for_each(|number| (show.hear)(&[0xb0, 1, (number % 128) as u8]));
    (show.hear)(&[0xb0, 1, 127]);
    show.step();
    let fader = show.player.plan().nodes.iter().find(|node| node.kind.name == "cc").expect("a fader");
    let key = fader.key.to_string();
    let value = show.player.output(&key, "value");
    assert!(matches!(value, Some(Value::Control(value)) if *value == 1.0), "{value:?}");
    assert!(!show.heard("left out"), "{:?}", show.said);
    (0..70_000).for_each(|_| (show.hear)(&[0xb0, 1, 0]));
    show.step();
    assert!(show.heard("messages came faster than they can be played"), "{:?}", show.said);
    show.step();
    assert_eq!(show.said.iter().filter(|line| line.contains("left out")).count(), 1);
}

#[test]
fn what_a_patch_plays_reaches_the_port_and_is_ended_with_the_show() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mine.rhai");
    let text = "midi_out(melody([60], 1e6, 1), #{ port: \"nano\" });\nspeakers(tone(cc(1) * 50 + 220));\n";
    std::fs::write(&path, text).expect("writable");
    let mut show = Show::start(&path);
    let report = show.player.step();
    assert_eq!(report.midi.len(), 1);
    show.host.send_out(report.midi, |_| Instant::now());
    assert_eq!(show.lamps.recv_timeout(PATIENCE), Ok(vec![0x90, 60, 95]));
    let statuses = show.host.midi_statuses();
    show.host.finish();
    assert_eq!(show.lamps.recv_timeout(PATIENCE), Ok(vec![0x80, 60, 0]));
    assert!(statuses.iter().any(|(name, _)| name == "MIDI"), "{statuses:?}");
}
