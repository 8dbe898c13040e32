//! What may travel on a wire: a closed set. A new kind of node never changes this file.

use std::fmt;
use std::sync::Arc;

pub use crate::colour::{Colour, linear_to_srgb, srgb_to_linear};

/// The type of an input or output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PortType {
    /// A picture.
    Frame,
    /// A number, the newest value counts.
    Control,
    /// A colour.
    Colour,
    /// A point in a style network's conditioning space.
    Style,
    /// Timed note events.
    Notes,
    /// Sound: 48 kHz, stereo.
    Audio,
    /// Events without a value, counted in this frame.
    Trigger,
}

impl PortType {
    /// Every type, in the order of the reference.
    pub const ALL: [PortType; 7] = [
        PortType::Trigger,
        PortType::Control,
        PortType::Colour,
        PortType::Frame,
        PortType::Style,
        PortType::Notes,
        PortType::Audio,
    ];

    /// The word for it in scripts, documents and errors.
    pub const fn word(self) -> &'static str {
        match self {
            PortType::Frame => "frame",
            PortType::Control => "control",
            PortType::Colour => "colour",
            PortType::Style => "style",
            PortType::Notes => "notes",
            PortType::Audio => "audio",
            PortType::Trigger => "trigger",
        }
    }
}

impl fmt::Display for PortType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

/// Marker for a control port; its value is an `f64`.
#[derive(Debug)]
pub struct Control;
/// Marker for an audio port; only the audio half of a node reads or writes it.
#[derive(Debug)]
pub struct Audio;
/// Marker for a trigger port; its value is the number of edges in this frame.
#[derive(Debug)]
pub struct Trigger;
/// Marker for a notes port; its value is a slice of [`Note`].
#[derive(Debug)]
pub struct Notes;
/// Marker for an input that takes a list of `P`.
#[derive(Debug)]
pub struct List<P>(std::marker::PhantomData<P>);

/// A point in a style network's conditioning space. Styles of two networks never mix.
#[derive(Clone, Debug, PartialEq)]
pub struct Style {
    /// The network that understands the vector.
    pub network: Arc<str>,
    /// The conditioning vector; its length is the network's.
    pub vector: Arc<[f32]>,
}

/// One note event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// Transport time in samples at which it is heard.
    pub sample: u64,
    /// MIDI pitch, 0 to 127; 60 is middle C.
    pub pitch: u8,
    /// 0 to 127.
    pub velocity: u8,
    /// Voice of a choir, 0 is the highest.
    pub voice: u8,
    /// MIDI channel, 0 to 15.
    pub channel: u8,
    /// Whether the note starts or ends.
    pub on: bool,
}

impl Note {
    /// Whether two events are about the same note: one pitch of one voice on one channel.
    pub fn is_same(&self, other: &Note) -> bool {
        (self.pitch, self.voice, self.channel) == (other.pitch, other.voice, other.channel)
    }

    /// The end of this note at a sample.
    pub fn end_at(&self, sample: u64) -> Note {
        Note { sample, on: false, ..*self }
    }
}

/// A marker type that stands for a port type, so that keys of inputs and outputs are typed. The set of
/// port types is closed; the engine's pictures stand for [`PortType::Frame`].
pub trait Port: 'static {
    /// The type it stands for.
    const TYPE: PortType;
    /// Whether the input takes a list.
    const LIST: bool = false;
}

macro_rules! ports {
    ($($marker:ident => $variant:ident),* $(,)?) => {$(
        impl Port for $marker { const TYPE: PortType = PortType::$variant; }
    )*};
}

ports! {
    Control => Control, Colour => Colour, Style => Style, Notes => Notes, Audio => Audio, Trigger => Trigger,
}

impl<P: Port> Port for List<P> {
    const TYPE: PortType = P::TYPE;
    const LIST: bool = true;
}
