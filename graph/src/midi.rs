//! MIDI messages as a node understands them, read from their bytes.

use midly::MidiMessage;
use midly::live::{LiveEvent, SystemCommon, SystemRealtime};

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
        /// 1 to 127: one of 0 is a [`Message::NoteOff`].
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
        match LiveEvent::parse(bytes).ok()? {
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
            MidiMessage::ProgramChange { .. } => return None,
        })
    }

    /// The channel, 0 to 15; `None` for what is said to all.
    pub fn channel(&self) -> Option<u8> {
        match *self {
            Message::NoteOn { channel, .. }
            | Message::NoteOff { channel, .. }
            | Message::KeyPressure { channel, .. }
            | Message::Controller { channel, .. }
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
        let cases: [(&[u8], Message); 11] = [
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
        }
        for (byte, message) in [(0xfa, Message::Start), (0xfb, Message::Continue), (0xfc, Message::Stop)] {
            assert_eq!(Message::parse(&[byte]), Some(message));
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
