//! MIDI messages as a node understands them, read from their bytes.

use midly::MidiMessage;
use midly::live::{LiveEvent, SystemCommon, SystemRealtime};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The controller that holds notes from 64 on: the sustain pedal.
pub const SUSTAIN: u8 = 64;
/// The controller that holds, from 64 on, the notes whose keys are down when it is pressed: the sostenuto pedal.
pub const SOSTENUTO: u8 = 66;
/// The controller that ends every sound of a channel (MIDI 1.0, channel mode messages).
pub const ALL_SOUND_OFF: u8 = 120;
/// The controller that lifts the pedals of a channel.
pub const RESET_CONTROLLERS: u8 = 121;
/// The controller that ends every note of a channel.
pub const ALL_NOTES_OFF: u8 = 123;
/// The last of the channel mode messages: those from [`ALL_NOTES_OFF`] to this one end every note as well.
pub const POLY_MODE: u8 = 127;

/// What a node can understand of MIDI 1.0. Channels count from 0 as on the wire; people count them
/// from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// A key goes down.
    NoteOn {
        /// 0 to 15.
        channel: u8,
        /// 0 to 127; 60 is middle C.
        pitch: u8,
        /// 1 to 127: one of 0 is read as a [`Message::NoteOff`]. Sent to a lamp, 0 puts it out.
        velocity: u8,
    },
    /// A key goes up.
    NoteOff {
        /// 0 to 15.
        channel: u8,
        /// 0 to 127.
        pitch: u8,
        /// How fast it goes up, 0 to 127.
        velocity: u8,
    },
    /// A key that is down is pressed harder (polyphonic aftertouch).
    KeyPressure {
        /// 0 to 15.
        channel: u8,
        /// 0 to 127.
        pitch: u8,
        /// 0 to 127.
        pressure: u8,
    },
    /// A fader, knob or pedal moves (control change).
    Controller {
        /// 0 to 15.
        channel: u8,
        /// 0 to 127.
        number: u8,
        /// 0 to 127.
        value: u8,
    },
    /// Another sound is chosen.
    ProgramChange {
        /// 0 to 15.
        channel: u8,
        /// 0 to 127.
        program: u8,
    },
    /// All keys that are down are pressed harder (channel aftertouch).
    ChannelPressure {
        /// 0 to 15.
        channel: u8,
        /// 0 to 127.
        pressure: u8,
    },
    /// The pitch wheel moves.
    PitchBend {
        /// 0 to 15.
        channel: u8,
        /// −8192 to 8191; 0 is the middle.
        bend: i16,
    },
    /// Where the song stands, in sixteenth notes of six clocks each.
    SongPosition {
        /// 0 to 16383.
        sixteenths: u16,
    },
    /// One of 24 clocks a quarter note.
    Clock,
    /// The song begins at its start with the next clock.
    Start,
    /// The song goes on from where it stands with the next clock.
    Continue,
    /// The song stops.
    Stop,
}

impl Message {
    /// Reads one whole message; `None` for what is broken and for what no node understands.
    pub fn parse(bytes: &[u8]) -> Option<Message> {
        Message::of_event(&LiveEvent::parse(bytes).ok()?)
    }

    /// What an event says; `None` for what no node understands: that a cable is alive, the messages of a
    /// maker, time codes.
    pub fn of_event(event: &LiveEvent<'_>) -> Option<Message> {
        match *event {
            LiveEvent::Midi { channel, message } => Message::of_channel(channel.as_int(), message),
            LiveEvent::Common(SystemCommon::SongPosition(position)) => {
                Some(Message::SongPosition { sixteenths: position.as_int() })
            }
            LiveEvent::Common(_) => None,
            LiveEvent::Realtime(realtime) => match realtime {
                SystemRealtime::TimingClock => Some(Message::Clock),
                SystemRealtime::Start => Some(Message::Start),
                SystemRealtime::Continue => Some(Message::Continue),
                SystemRealtime::Stop => Some(Message::Stop),
                _ => None,
            },
        }
    }

    /// Whether it ends every note of its channel.
    pub fn ends_notes(&self) -> bool {
        matches!(self, Message::Controller { number: ALL_SOUND_OFF | ALL_NOTES_OFF..=POLY_MODE, .. })
    }

    fn of_channel(channel: u8, message: MidiMessage) -> Option<Message> {
        Some(match message {
            MidiMessage::NoteOn { key, vel } if vel > 0 => {
                Message::NoteOn { channel, pitch: key.as_int(), velocity: vel.as_int() }
            }
            MidiMessage::NoteOn { key, vel } | MidiMessage::NoteOff { key, vel } => {
                Message::NoteOff { channel, pitch: key.as_int(), velocity: vel.as_int() }
            }
            MidiMessage::Aftertouch { key, vel } => {
                Message::KeyPressure { channel, pitch: key.as_int(), pressure: vel.as_int() }
            }
            MidiMessage::Controller { controller, value } => {
                Message::Controller { channel, number: controller.as_int(), value: value.as_int() }
            }
            MidiMessage::ChannelAftertouch { vel } => {
                Message::ChannelPressure { channel, pressure: vel.as_int() }
            }
            MidiMessage::PitchBend { bend } => Message::PitchBend { channel, bend: bend.as_int() },
            MidiMessage::ProgramChange { program } => {
                Message::ProgramChange { channel, program: program.as_int() }
            }
        })
    }

    /// The message as it goes over a wire, and how many of the bytes it has.
    pub fn bytes(&self) -> ([u8; 3], usize) {
        let fourteen = |value: u16| [(value & 127) as u8, (value >> 7) as u8 & 127];
        match *self {
            Message::NoteOff { channel, pitch, velocity } => ([0x80 | channel, pitch, velocity], 3),
            Message::NoteOn { channel, pitch, velocity } => ([0x90 | channel, pitch, velocity], 3),
            Message::KeyPressure { channel, pitch, pressure } => ([0xa0 | channel, pitch, pressure], 3),
            Message::Controller { channel, number, value } => ([0xb0 | channel, number, value], 3),
            Message::ProgramChange { channel, program } => ([0xc0 | channel, program, 0], 2),
            Message::ChannelPressure { channel, pressure } => ([0xd0 | channel, pressure, 0], 2),
            Message::PitchBend { channel, bend } => {
                let [fine, coarse] = fourteen((i32::from(bend) + 8192).clamp(0, 16_383) as u16);
                ([0xe0 | channel, fine, coarse], 3)
            }
            Message::SongPosition { sixteenths } => {
                let [fine, coarse] = fourteen(sixteenths);
                ([0xf2, fine, coarse], 3)
            }
            Message::Clock => ([0xf8, 0, 0], 1),
            Message::Start => ([0xfa, 0, 0], 1),
            Message::Continue => ([0xfb, 0, 0], 1),
            Message::Stop => ([0xfc, 0, 0], 1),
        }
    }

    /// Whether it starts, holds or ends notes, and so goes straight to the sound.
    pub fn plays(&self) -> bool {
        match self {
            Message::NoteOn { .. } | Message::NoteOff { .. } => true,
            Message::Controller { number, .. } => {
                matches!(*number, SUSTAIN | SOSTENUTO | RESET_CONTROLLERS) || self.ends_notes()
            }
            _ => false,
        }
    }

    /// The channel, 0 to 15; `None` for what is said to all.
    pub fn channel(&self) -> Option<u8> {
        match *self {
            Message::NoteOn { channel, .. }
            | Message::NoteOff { channel, .. }
            | Message::KeyPressure { channel, .. }
            | Message::Controller { channel, .. }
            | Message::ProgramChange { channel, .. }
            | Message::ChannelPressure { channel, .. }
            | Message::PitchBend { channel, .. } => Some(channel),
            Message::SongPosition { .. }
            | Message::Clock
            | Message::Start
            | Message::Continue
            | Message::Stop => None,
        }
    }
}

/// In a take a message is a list of its bytes, status first.
impl Serialize for Message {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let (bytes, length) = self.bytes();
        to.collect_seq(&bytes[..length])
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Message, D::Error> {
        let bytes = Vec::<u8>::deserialize(from)?;
        Message::parse(&bytes).ok_or_else(|| D::Error::custom(format!("{bytes:?} is not a MIDI message")))
    }
}

/// How an endless encoder says how far it was turned. There are three ways in common use; the manual of
/// the controller names its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoder {
    /// 1 to 63 up, 127 to 64 down: the seven bits of two's complement.
    TwosComplement,
    /// 65 to 127 up, 63 to 0 down, from 64 as the middle.
    BinaryOffset,
    /// 1 to 63 up, 65 to 127 down: the seventh bit is the sign.
    SignMagnitude,
}

impl Encoder {
    /// The words for them, in the order of their declaration.
    pub const WORDS: [&'static str; 3] = ["twos_complement", "binary_offset", "sign_magnitude"];

    /// From its word.
    pub fn from_word(word: &str) -> Option<Encoder> {
        let ways = [Encoder::TwosComplement, Encoder::BinaryOffset, Encoder::SignMagnitude];
        ways.into_iter().find(|encoder| encoder.word() == word)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        Encoder::WORDS[self as usize]
    }

    /// How many steps a controller's value stands for, −64 to 63.
    pub fn steps(self, value: u8) -> i8 {
        let value = (value & 0x7f) as i8;
        match self {
            Encoder::TwosComplement if value < 64 => value,
            Encoder::TwosComplement => value - 127 - 1,
            Encoder::BinaryOffset => value - 64,
            Encoder::SignMagnitude if value < 64 => value,
            Encoder::SignMagnitude => 64 - value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_as_in_the_specification() {
        let cases: [(&[u8], Message); 12] = [
            (&[0xc4, 17], Message::ProgramChange { channel: 4, program: 17 }),
            (&[0x90, 60, 100], Message::NoteOn { channel: 0, pitch: 60, velocity: 100 }),
            (&[0x9f, 60, 0], Message::NoteOff { channel: 15, pitch: 60, velocity: 0 }),
            (&[0x81, 61, 64], Message::NoteOff { channel: 1, pitch: 61, velocity: 64 }),
            (&[0xa0, 60, 9], Message::KeyPressure { channel: 0, pitch: 60, pressure: 9 }),
            (&[0xb3, 7, 127], Message::Controller { channel: 3, number: 7, value: 127 }),
            (&[0xd0, 90], Message::ChannelPressure { channel: 0, pressure: 90 }),
            (&[0xe0, 0, 64], Message::PitchBend { channel: 0, bend: 0 }),
            (&[0xe0, 0, 0], Message::PitchBend { channel: 0, bend: -8192 }),
            (&[0xe0, 127, 127], Message::PitchBend { channel: 0, bend: 8191 }),
            (&[0xf2, 4, 1], Message::SongPosition { sixteenths: 132 }),
            (&[0xf8], Message::Clock),
        ];
        for (bytes, message) in cases {
            assert_eq!(Message::parse(bytes), Some(message), "{bytes:x?}");
            let (written, length) = message.bytes();
            assert_eq!(Message::parse(&written[..length]), Some(message), "{written:x?}");
        }
        for (byte, message) in [(0xfa, Message::Start), (0xfb, Message::Continue), (0xfc, Message::Stop)] {
            assert_eq!(Message::parse(&[byte]), Some(message));
            assert_eq!(message.bytes(), ([byte, 0, 0], 1));
        }
    }

    #[test]
    fn encoders_turn_both_ways() {
        let steps = |encoder: Encoder| [0, 1, 63, 64, 65, 127].map(|value| encoder.steps(value));
        assert_eq!(steps(Encoder::TwosComplement), [0, 1, 63, -64, -63, -1]);
        assert_eq!(steps(Encoder::BinaryOffset), [-64, -63, -1, 0, 1, 63]);
        assert_eq!(steps(Encoder::SignMagnitude), [0, 1, 63, 0, -1, -63]);
        for word in Encoder::WORDS {
            assert_eq!(Encoder::from_word(word).map(Encoder::word), Some(word));
        }
    }

    #[test]
    fn garbage_is_nothing() {
        let broken: [&[u8]; 8] =
            [&[], &[0x90], &[0x90, 60], &[60, 100], &[0x90, 0x90, 100], &[0xb0, 7, 200], &[0xf2, 1], &[0xfe]];
        for bytes in broken {
            assert_eq!(Message::parse(bytes), None, "{bytes:x?}");
        }
        for first in 0..=255_u8 {
            for second in 0..=255_u8 {
                // Whatever comes of it, nothing panics.
                Message::parse(&[first, second, second.wrapping_mul(31)]);
            }
        }
    }
}
