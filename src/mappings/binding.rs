//! One control bound to one controller: from where the hardware stands to a value, and back.

use std::fmt;

use engine::address::ControlAddress;
use engine::live::ControlState;
use engine::midi::{Encoder, Message};
use engine::spec::Range;
use pastiche_engine as engine;
use serde::{Deserialize, Serialize};

/// What of a MIDI controller moves. Its text is that of the badge: `cc 7`, `cc 7 fine`, `note 36`,
/// `bend`, `pressure`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Part {
    /// A fader, knob or pedal in 7 bits.
    Cc(u8),
    /// One below 32 in 14 bits, with its fine half 32 above.
    Fine(u8),
    /// A key or pad.
    Note(u8),
    /// The pitch wheel, or a motor fader.
    Bend,
    /// Aftertouch of all keys together.
    Pressure,
}

/// A control and what moves it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// What is moved.
    pub control: ControlAddress,
    /// The port's stable name, or a part of it.
    pub port: String,
    /// From 1 to 16.
    pub channel: u8,
    /// What of the controller moves it.
    pub controller: Part,
    /// The value at the low end; without one that of the slider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The value at the high end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Exponent of the way between: 1 is even, above it the low end is finer.
    #[serde(default = "even", skip_serializing_if = "is_even")]
    pub curve: f64,
    /// Whether it works the other way round.
    #[serde(default, skip_serializing_if = "is_off")]
    pub invert: bool,
    /// Whether the hardware must first meet the value before it moves it (soft takeover).
    #[serde(default = "on", skip_serializing_if = "is_on")]
    pub pickup: bool,
    /// Whether a key, pad or button switches over instead of holding.
    #[serde(default, skip_serializing_if = "is_off")]
    pub toggle: bool,
    /// How an endless encoder speaks.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "encoder")]
    pub encoder: Option<Encoder>,
}

/// What a message does to the controller of a binding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Motion {
    /// It stands at a place from 0 to 1.
    To(f64),
    /// The coarse half of 14 bits, or the fine half.
    Coarse(u8),
    Finer(u8),
    /// It was turned this many steps.
    By(f64),
    /// A key goes down or up.
    Key(bool),
}

impl Binding {
    /// As it is learned.
    pub fn new(control: ControlAddress, port: &str, channel: u8, controller: Part) -> Binding {
        Binding {
            control,
            port: port.into(),
            channel,
            controller,
            min: None,
            max: None,
            curve: 1.0,
            invert: false,
            pickup: true,
            toggle: false,
            encoder: None,
        }
    }

    /// What is wrong with it, if it was written by hand.
    pub(super) fn fault(&self) -> Option<String> {
        let numbers = [self.min, self.max, Some(self.curve)];
        if numbers.into_iter().flatten().any(|number| !number.is_finite()) {
            return Some(format!("the binding of `{}` has a number that is not finite", self.control));
        }
        if self.curve <= 0.0 {
            return Some(format!("the curve of `{}` is not above 0", self.control));
        }
        let is_channel = (1..=16).contains(&self.channel);
        (!is_channel).then(|| format!("the channel of `{}` is not from 1 to 16", self.control))
    }

    /// For the knob: `cc 7`, and the channel if it is not the first.
    pub fn badge(&self) -> String {
        match self.channel {
            1 => self.controller.to_string(),
            channel => format!("ch {channel} {}", self.controller),
        }
    }

    /// What a message of a port does to it; `None` for one that is not about it.
    pub(super) fn motion(&self, port: &str, message: Message) -> Option<Motion> {
        let is_mine = message.channel()? + 1 == self.channel
            && (port == self.port || port.to_lowercase().contains(&self.port.to_lowercase()));
        if !is_mine {
            return None;
        }
        match (self.controller, message) {
            (Part::Cc(mine), Message::Controller { number, value, .. }) if number == mine => {
                Some(match self.encoder {
                    Some(encoder) => Motion::By(f64::from(encoder.steps(value))),
                    // Many buttons are controllers.
                    None if self.toggle => Motion::Key(value >= 64),
                    None => Motion::To(f64::from(value) / 127.0),
                })
            }
            (Part::Fine(mine), Message::Controller { number, value, .. }) if number == mine => {
                Some(Motion::Coarse(value))
            }
            (Part::Fine(mine), Message::Controller { number, value, .. }) if number == mine + FINE => {
                Some(Motion::Finer(value))
            }
            (Part::Note(mine), Message::NoteOn { pitch, .. }) if pitch == mine => Some(Motion::Key(true)),
            (Part::Note(mine), Message::NoteOff { pitch, .. }) if pitch == mine => Some(Motion::Key(false)),
            (Part::Bend, Message::PitchBend { bend, .. }) => {
                Some(Motion::To((f64::from(bend) + 8192.0) / 16_383.0))
            }
            (Part::Pressure, Message::ChannelPressure { pressure, .. }) => {
                Some(Motion::To(f64::from(pressure) / 127.0))
            }
            _ => None,
        }
    }

    /// The values at both ends.
    pub fn range(&self, state: &ControlState) -> Range {
        Range { min: self.min.unwrap_or(state.soft.min), max: self.max.unwrap_or(state.soft.max) }
    }

    /// The value at a place from 0 to 1.
    pub fn value_at(&self, place: f64, state: &ControlState) -> f64 {
        let place = if self.invert { 1.0 - place } else { place };
        let Range { min, max } = self.range(state);
        let along = place.clamp(0.0, 1.0).powf(self.curve);
        // Both ends are met exactly.
        min * (1.0 - along) + max * along
    }

    /// The place of a value, from 0 to 1; one outside the range is at its end.
    pub fn place_of(&self, value: f64, state: &ControlState) -> f64 {
        let Range { min, max } = self.range(state);
        let along = if max == min { 0.0 } else { ((value - min) / (max - min)).clamp(0.0, 1.0) };
        let place = along.powf(1.0 / self.curve);
        if self.invert { 1.0 - place } else { place }
    }

    /// The messages that show a value on the controller's lamps, rings and motors.
    pub(super) fn feedback(&self, value: f64, state: &ControlState) -> Vec<Message> {
        let place = self.place_of(value, state);
        let channel = self.channel.saturating_sub(1) & 15;
        let seven = (place * 127.0).round() as u8;
        let fourteen = (place * 16_383.0).round() as u16;
        let (coarse, fine) = ((fourteen >> 7) as u8, (fourteen & 127) as u8);
        let controller = |number, value| Message::Controller { channel, number, value };
        match self.controller {
            Part::Cc(number) => vec![controller(number, seven)],
            Part::Fine(number) => vec![controller(number, coarse), controller(number + FINE, fine)],
            Part::Note(pitch) => {
                vec![Message::NoteOn { channel, pitch, velocity: if place >= 0.5 { 127 } else { 0 } }]
            }
            Part::Bend => vec![Message::PitchBend { channel, bend: fourteen as i16 - 8192 }],
            // There is no lamp for how hard a key is pressed.
            Part::Pressure => Vec::new(),
        }
    }
}

/// How far above a controller its fine half is.
pub(super) const FINE: u8 = 32;

impl Part {
    /// What a message of somebody's hand moves: what is learned from it. What trembles by itself moves
    /// nothing.
    pub(super) fn moved(message: Message) -> Option<Part> {
        match message {
            Message::Controller { number, .. } => Some(Part::Cc(number)),
            Message::NoteOn { pitch, .. } => Some(Part::Note(pitch)),
            Message::PitchBend { bend, .. } if bend.unsigned_abs() > 512 => Some(Part::Bend),
            Message::ChannelPressure { pressure, .. } if pressure > 16 => Some(Part::Pressure),
            _ => None,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Cc(number) => write!(formatter, "cc {number}"),
            Part::Fine(number) => write!(formatter, "cc {number} fine"),
            Part::Note(pitch) => write!(formatter, "note {pitch}"),
            Part::Bend => formatter.write_str("bend"),
            Part::Pressure => formatter.write_str("pressure"),
        }
    }
}

impl TryFrom<String> for Part {
    type Error = String;

    fn try_from(text: String) -> Result<Part, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let number = |word: &str| word.parse::<u8>().ok().filter(|number| *number < 128);
        let part = match words[..] {
            ["cc", word] => number(word).map(Part::Cc),
            ["cc", word, "fine"] => number(word).filter(|number| *number < FINE).map(Part::Fine),
            ["note", word] => number(word).map(Part::Note),
            ["bend"] => Some(Part::Bend),
            ["pressure"] => Some(Part::Pressure),
            _ => None,
        };
        part.ok_or_else(|| {
            format!("`{text}` is no controller: write `cc 7`, `cc 7 fine`, `note 36`, `bend` or `pressure`")
        })
    }
}

impl From<Part> for String {
    fn from(part: Part) -> String {
        part.to_string()
    }
}

fn even() -> f64 {
    1.0
}

fn is_even(curve: &f64) -> bool {
    *curve == 1.0
}

fn on() -> bool {
    true
}

fn is_on(flag: &bool) -> bool {
    *flag
}

fn is_off(flag: &bool) -> bool {
    !*flag
}

/// An encoder by its word.
mod encoder {
    use pastiche_engine::midi::Encoder;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(encoder: &Option<Encoder>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(encoder.map_or("", Encoder::word))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Encoder>, D::Error> {
        let word = String::deserialize(from)?;
        let ways = Encoder::WORDS.join("`, `");
        let encoder = Encoder::from_word(&word);
        encoder.map(Some).ok_or_else(|| serde::de::Error::custom(format!("an encoder is `{ways}`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::spec::range;

    fn state() -> ControlState {
        ControlState { value: 0.0, script: 0.0, soft: range(10.0, 20.0), hard: range(-100.0, 100.0) }
    }

    fn glow() -> Binding {
        Binding::new(ControlAddress::knob("glow"), "nano", 1, Part::Cc(7))
    }

    #[test]
    fn places_and_values_lead_to_each_other() {
        let plain = glow();
        let bent = Binding { min: Some(0.0), max: Some(4.0), curve: 2.0, ..glow() };
        let turned = Binding { invert: true, ..bent.clone() };
        let falling = Binding { min: Some(1.0), max: Some(-1.0), ..glow() };
        for (binding, half) in [(&plain, 15.0), (&bent, 1.0), (&turned, 1.0), (&falling, 0.0)] {
            assert_eq!(binding.value_at(0.5, &state()), half);
            for step in 0..=127 {
                let place = f64::from(step) / 127.0;
                let back = binding.place_of(binding.value_at(place, &state()), &state());
                assert!((back - place).abs() < 1e-9, "{binding:?} at {place}");
            }
        }
        assert_eq!((plain.value_at(1.0, &state()), turned.value_at(1.0, &state())), (20.0, 0.0));
        assert_eq!(plain.place_of(99.0, &state()), 1.0);
    }

    #[test]
    fn lamps_show_what_the_same_fader_would_say() {
        let stand = |binding: Binding, value: f64| -> Vec<[u8; 3]> {
            binding.feedback(value, &state()).iter().map(|message| message.bytes().0).collect()
        };
        assert_eq!(stand(glow(), 20.0), [[0xb0, 7, 127]]);
        assert_eq!(stand(Binding { channel: 3, invert: true, ..glow() }, 20.0), [[0xb2, 7, 0]]);
        let fine = Binding { controller: Part::Fine(7), ..glow() };
        assert_eq!(stand(fine, 15.0), [[0xb0, 7, 64], [0xb0, 39, 0]]);
        assert_eq!(stand(Binding { controller: Part::Note(36), ..glow() }, 20.0), [[0x90, 36, 127]]);
        assert_eq!(stand(Binding { controller: Part::Bend, ..glow() }, 20.0), [[0xe0, 127, 127]]);
    }

    #[test]
    fn a_part_is_read_as_it_is_shown() {
        for part in [Part::Cc(7), Part::Fine(7), Part::Note(36), Part::Bend, Part::Pressure] {
            assert_eq!(Part::try_from(part.to_string()), Ok(part));
        }
        for text in ["cc", "cc 128", "cc 40 fine", "note x", ""] {
            assert!(Part::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
