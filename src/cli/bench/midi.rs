//! How long a MIDI message takes to the control that it moves, through a stand-in at the edge.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use pastiche::engine::clock::FrameRate;
use pastiche::engine::port::Value;
use pastiche::hands::Hands;
use pastiche::loader::PatchSource;
use pastiche::midi::{Hear, MidiEdge, MidiOutput, OpenInput};
use pastiche::{Pace, Player, PlayerConfig, registry};

use super::figures::{median, millis};
use crate::cli::terminal;

const FPS: u32 = 60;
const FRAMES: u64 = 600;
const MESSAGES: usize = 1000;

/// Apart by no whole share of a frame, so that they come at every moment of one.
const BETWEEN: Duration = Duration::from_micros(9_137);

/// One controller, whose messages this bench sends.
struct StandIn(Sender<Hear>);

impl MidiEdge for StandIn {
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

pub(super) fn run() -> anyhow::Result<()> {
    let (opened, open) = channel();
    let patch =
        PatchSource::Text { name: "bench".into(), text: "let x = cc(7);\nspeakers(tone(x));\n".into() };
    let mut hands = Hands::new(&patch).with_midi_of(StandIn(opened))?;
    let hear = open.recv().context("the stand-in was not opened")?;
    let mut config = PlayerConfig::new(registry()?, Pace::Live);
    config.rate = FrameRate { frames: FPS, secs: 1 };
    let mut player = Player::new(config)?;
    player.load_source(patch)?;

    let (sent, sending) = channel();
    let sender = std::thread::spawn(move || send(hear, &sent));
    let started = Instant::now();
    let mut pending: Vec<(Instant, u8)> = Vec::new();
    let (mut all, mut beyond) = (Vec::new(), Vec::new());
    for frame in 0..FRAMES {
        let due = started + Duration::from_secs_f64(frame as f64 / f64::from(FPS));
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        hands.take_in(&mut player, |at| samples(at.saturating_duration_since(started)));
        let report = player.frame(frame);
        hands.settle(&player, &report.applied);
        let now = Instant::now();
        let Some(Value::Control(value)) = player.output("x", "value") else { continue };
        note(&sending, &mut pending, (value * 127.0).round() as u8, now, due, &mut all, &mut beyond);
    }
    sender.join().ok().context("the stand-in has failed")?;
    ensure!(!all.is_empty(), "no message arrived");
    terminal::say(format_args!("{} messages at {FPS} frames a second, from arrival to control:", all.len()))?;
    terminal::say(format_args!("  with the wait for the frame  {}", distribution(&mut all)))?;
    terminal::say(format_args!("  beyond the frame             {}", distribution(&mut beyond)))
}

/// Sends values that each differ from the one before.
fn send(mut hear: Hear, sent: &Sender<(Instant, u8)>) {
    for number in 0..MESSAGES {
        std::thread::sleep(BETWEEN);
        let value = (number % 127 + 1) as u8;
        let now = Instant::now();
        hear(&[0xb0, 7, value]);
        if sent.send((now, value)).is_err() {
            return;
        }
    }
}

/// Every message up to the one that the control shows has arrived.
fn note(
    sending: &Receiver<(Instant, u8)>,
    pending: &mut Vec<(Instant, u8)>,
    shown: u8,
    now: Instant,
    due: Instant,
    all: &mut Vec<f64>,
    beyond: &mut Vec<f64>,
) {
    pending.extend(sending.try_iter());
    let Some(last) = pending.iter().rposition(|(_, value)| *value == shown) else { return };
    for (at, _) in pending.drain(..=last) {
        all.push(millis(now.saturating_duration_since(at)));
        // What came while the frame was late or at work does not wait for its start.
        beyond.push(millis(now.saturating_duration_since(at.max(due))));
    }
}

fn distribution(values: &mut [f64]) -> String {
    let half = median(values);
    let at = |share: usize| values[(values.len() - 1) * share / 100];
    format!(
        "median {half:.2} ms, 90 % within {:.2} ms, 99 % within {:.2} ms, longest {:.2} ms",
        at(90),
        at(99),
        at(100)
    )
}

fn samples(time: Duration) -> u64 {
    (time.as_nanos() * 48_000 / 1_000_000_000) as u64
}
