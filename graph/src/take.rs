//! The one stamped log through which all outside input enters a running graph. Recording it makes a
//! take; playing it back makes the same pictures and sounds again.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::address::ControlAddress;
use crate::clock::{FrameRate, Tick};
use crate::key::NodeKey;
use crate::midi::Message;

/// Something that came from outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "input", rename_all = "snake_case")]
pub enum Input {
    /// A control was moved by hand.
    Move {
        /// Which one.
        control: ControlAddress,
        /// The new value.
        value: f64,
    },
    /// A MIDI message came.
    Midi {
        /// The port's stable name.
        port: Arc<str>,
        /// The message.
        #[serde(rename = "bytes")]
        message: Message,
    },
    /// These MIDI ports are there from now on.
    MidiPorts {
        /// Their stable names, in the order of their numbers.
        ports: Vec<Arc<str>>,
    },
    /// The mouse moved over the picture.
    Mouse {
        /// To the right of the middle, in pixels of a canvas 1080 lines high.
        x: f64,
        /// Above the middle, in the same pixels.
        y: f64,
    },
    /// A button of the mouse went down or up.
    MouseButton {
        /// Which.
        button: MouseButton,
        /// Whether it is down.
        down: bool,
    },
    /// The wheel of the mouse turned.
    MouseWheel {
        /// This many lines, away from the hand is positive.
        lines: f64,
    },
    /// A key of the computer's keyboard went down or up.
    Key {
        /// Its name: a lower-case letter, a figure, or a word such as `space`, `left` or `f1`.
        key: Arc<str>,
        /// Whether it is down.
        down: bool,
    },
}

impl Input {
    /// Whether the sound hears of it, and not only the frames.
    pub fn is_played(&self) -> bool {
        match self {
            Input::Midi { message, .. } => message.plays(),
            Input::MidiPorts { .. } => true,
            _ => false,
        }
    }
}

/// A button of the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MouseButton {
    /// Under the first finger.
    Left,
    /// The wheel.
    Middle,
    /// Under another finger.
    Right,
}

/// An input and when it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stamped {
    /// Transport time in samples; it takes effect in the first frame that starts at or after it.
    pub sample: u64,
    /// Transport time at which a played note is heard, if the sound card's clock was known when it came.
    /// Without it the note is heard as [`Stamped::heard_sample`] says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<u64>,
    /// What came.
    #[serde(flatten)]
    pub input: Input,
}

impl Stamped {
    /// Something that came at a sample, by a clock that is not that of a sound card.
    pub fn new(sample: u64, input: Input) -> Stamped {
        Stamped { sample, heard: None, input }
    }

    /// When a played note is heard. Without a sound card's clock that is one frame after it came, so that the
    /// distance between any two notes is kept to the sample.
    pub fn heard_sample(&self, rate: FrameRate) -> u64 {
        self.heard.unwrap_or_else(|| {
            let frame = rate.frame_at(self.sample.saturating_sub(1)) + u64::from(self.sample > 0);
            delayed(rate, frame, self.sample)
        })
    }
}

/// One frame after a sample that takes effect in `frame`; inside that frame.
pub fn delayed(rate: FrameRate, frame: u64, sample: u64) -> u64 {
    let (start, end) = (rate.start_sample(frame), rate.start_sample(frame + 1));
    let length = end.saturating_sub(start);
    let late = start.saturating_sub(sample);
    start + length.saturating_sub(late).min(length.saturating_sub(1))
}

/// What a take needs to be played back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TakeHeader {
    /// Version of the format.
    pub pastiche_take: u32,
    /// The patch as it was named.
    pub patch: String,
    /// Seed of all randomness.
    pub seed: u64,
}

/// The version of the format that this program writes; it reads all before. The second added what
/// comes from MIDI, the mouse and the keyboard, the third the samples at which played notes are heard, the
/// fourth one address for all controls.
pub const TAKE_VERSION: u32 = 4;

/// A recording of all outside input, in the order of its stamps.
#[derive(Clone, Debug, PartialEq)]
pub struct Take {
    /// What it was recorded with.
    pub header: TakeHeader,
    /// The inputs.
    pub inputs: Vec<Stamped>,
}

/// Why a take cannot be played back.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("line {line} of the take: {why}")]
pub struct TakeError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub why: String,
}

impl Take {
    /// Reads a take: a header and then one input a line, as JSON. A last line without its end is
    /// what a crash leaves behind; it is left out.
    pub fn parse(text: &str) -> Result<Take, TakeError> {
        let complete = match text.rfind('\n') {
            Some(end) => &text[..end],
            None => text,
        };
        let mut lines = complete.lines().enumerate().map(|(index, line)| (index + 1, line));
        let (_, first) = lines.next().ok_or(TakeError { line: 1, why: "the file is empty".into() })?;
        let header: TakeHeader = parse_line(1, first)?;
        if !(1..=TAKE_VERSION).contains(&header.pastiche_take) {
            let why = format!(
                "the format is version {}, this program reads versions 1 to {TAKE_VERSION}",
                header.pastiche_take
            );
            return Err(TakeError { line: 1, why });
        }
        let mut inputs: Vec<Stamped> = Vec::new();
        for (line, text) in lines.filter(|(_, text)| !text.trim().is_empty()) {
            let stamped = parse_input(line, text, header.pastiche_take)?;
            if inputs.last().is_some_and(|last| last.sample > stamped.sample) {
                return Err(TakeError {
                    line,
                    why: "its stamp is earlier than that of the line before".into(),
                });
            }
            inputs.push(stamped);
        }
        Ok(Take { header, inputs })
    }
}

fn parse_line<T: for<'a> Deserialize<'a>>(line: usize, text: &str) -> Result<T, TakeError> {
    serde_json::from_str(text).map_err(|error| TakeError { line, why: error.to_string() })
}

/// How versions before the fourth wrote that a control was moved.
#[derive(Deserialize)]
#[serde(tag = "input", rename_all = "snake_case")]
enum OldMove {
    Knob { name: String, value: f64 },
    Control { node: NodeKey, name: String, member: Option<usize>, value: f64 },
}

#[derive(Deserialize)]
struct OldStamped {
    sample: u64,
    #[serde(flatten)]
    input: OldMove,
}

fn parse_input(line: usize, text: &str, version: u32) -> Result<Stamped, TakeError> {
    if version < 4
        && let Ok(OldStamped { sample, input }) = serde_json::from_str(text)
    {
        let (control, value) = match input {
            OldMove::Knob { name, value } => (ControlAddress::knob(&name), value),
            OldMove::Control { node, name, member, value } => {
                (ControlAddress::Input { node, input: name.into(), member }, value)
            }
        };
        return Ok(Stamped::new(sample, Input::Move { control, value }));
    }
    parse_line(line, text)
}

/// Inputs that wait for their frame.
#[derive(Clone, Debug, Default)]
pub struct Pending(VecDeque<Stamped>);

impl Pending {
    /// Adds an input behind all with the same or an earlier stamp.
    pub fn push(&mut self, stamped: Stamped) {
        let place = self.0.partition_point(|waiting| waiting.sample <= stamped.sample);
        self.0.insert(place, stamped);
    }

    /// Takes what is due in a frame, in order.
    pub fn due(&mut self, tick: &Tick) -> Vec<Stamped> {
        self.before(tick.start_sample + 1)
    }

    /// Takes what has an earlier stamp, in order.
    pub fn before(&mut self, sample: u64) -> Vec<Stamped> {
        let number = self.0.partition_point(|waiting| waiting.sample < sample);
        self.0.drain(..number).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knob(sample: u64, value: f64) -> Stamped {
        Stamped::new(sample, Input::Move { control: ControlAddress::knob("glow"), value })
    }

    #[test]
    fn inputs_come_in_the_order_of_their_stamps() {
        let mut pending = Pending::default();
        for (sample, value) in [(1600, 3.0), (0, 1.0), (1600, 4.0), (1599, 2.0), (1601, 5.0)] {
            pending.push(knob(sample, value));
        }
        let tick = Tick { frame: 1, start_sample: 1600, delta_samples: 1600 };
        assert_eq!(pending.due(&tick), [knob(0, 1.0), knob(1599, 2.0), knob(1600, 3.0), knob(1600, 4.0)]);
        assert_eq!(pending.due(&tick), []);
    }

    #[test]
    fn a_take_survives_a_crash_in_its_last_line() {
        let header = TakeHeader { pastiche_take: 1, patch: "a.rhai".into(), seed: 1 };
        let mut text = serde_json::to_string(&header).unwrap() + "\n";
        text += &(serde_json::to_string(&knob(7, 0.1)).unwrap() + "\n");
        text += "{\"sample\":9,\"inp";
        let take = Take::parse(&text).unwrap();
        assert_eq!(take, Take { header, inputs: vec![knob(7, 0.1)] });
    }

    #[test]
    fn every_input_comes_back_as_it_was_written() {
        let inputs = [
            Input::Midi {
                port: "nanoKONTROL2".into(),
                message: Message::Controller { channel: 0, number: 7, value: 64 },
            },
            Input::MidiPorts { ports: vec!["nanoKONTROL2".into(), "keys".into()] },
            Input::Mouse { x: -12.5, y: 540.0 },
            Input::MouseButton { button: MouseButton::Middle, down: true },
            Input::MouseWheel { lines: -1.0 },
            Input::Key { key: "space".into(), down: false },
            Input::Move { control: ControlAddress::member(&NodeKey::new("mix"), "weights", 1), value: 2.0 },
        ];
        let inputs: Vec<Stamped> = inputs
            .into_iter()
            .zip(0..)
            .map(|(input, sample)| Stamped {
                heard: Some(sample + 9).filter(|_| sample > 3),
                ..Stamped::new(sample, input)
            })
            .collect();
        let header = TakeHeader { pastiche_take: TAKE_VERSION, patch: "a.rhai".into(), seed: 1 };
        let lines = inputs.iter().map(|input| serde_json::to_string(input).unwrap() + "\n");
        let text = serde_json::to_string(&header).unwrap() + "\n" + lines.collect::<String>().as_str();
        assert_eq!(Take::parse(&text).unwrap(), Take { header, inputs });
    }

    #[test]
    fn a_take_of_the_first_version_is_read() {
        let text = "{\"pastiche_take\":1,\"patch\":\"a.rhai\",\"seed\":7}\n\
                    {\"sample\":5,\"input\":\"knob\",\"name\":\"glow\",\"value\":0.1}\n\
                    {\"sample\":6,\"input\":\"control\",\"node\":\"mix\",\"name\":\"weights\",\"member\":1,\"value\":2}\n";
        let control = ControlAddress::member(&NodeKey::new("mix"), "weights", 1);
        let moved = Stamped::new(6, Input::Move { control, value: 2.0 });
        assert_eq!(Take::parse(text).unwrap().inputs, [knob(5, 0.1), moved]);
        assert!(Take::parse(&text.replacen('1', "99", 1)).is_err());
    }

    #[test]
    fn says_which_line_is_wrong() {
        let header = "{\"pastiche_take\":1,\"patch\":\"a.rhai\",\"seed\":1}\n";
        let error = Take::parse(&format!("{header}nonsense\n")).unwrap_err();
        assert_eq!(error.line, 2);
        let backwards = format!(
            "{header}{}\n{}\n",
            serde_json::to_string(&knob(7, 0.1)).unwrap(),
            serde_json::to_string(&knob(6, 0.1)).unwrap()
        );
        assert_eq!(Take::parse(&backwards).unwrap_err().line, 3);
        assert_eq!(Take::parse("").unwrap_err().line, 1);
    }
}
