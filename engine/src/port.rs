//! What may travel on a wire: a closed set. A new kind of node never changes this file.

use std::fmt;
use std::sync::Arc;

use crate::frame::Frame;

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

/// A colour: red, green, blue, alpha in linear light, premultiplied, 1.0 is white. Unclamped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colour(pub [f32; 4]);

impl Colour {
    /// Opaque black.
    pub const BLACK: Colour = Colour([0.0, 0.0, 0.0, 1.0]);
    /// Opaque white.
    pub const WHITE: Colour = Colour([1.0, 1.0, 1.0, 1.0]);

    /// From sRGB-encoded components (0 to 1) and straight alpha.
    pub fn from_srgb([red, green, blue, alpha]: [f32; 4]) -> Colour {
        let linear = |encoded: f32| srgb_to_linear(encoded) * alpha;
        Colour([linear(red), linear(green), linear(blue), alpha])
    }
}

/// Decodes one sRGB component (IEC 61966-2-1), odd around zero so that it never makes a NaN.
pub fn srgb_to_linear(encoded: f32) -> f32 {
    let magnitude = encoded.abs();
    let linear =
        if magnitude <= 0.040_45 { magnitude / 12.92 } else { ((magnitude + 0.055) / 1.055).powf(2.4) };
    linear.copysign(encoded)
}

/// Encodes one linear component as sRGB (IEC 61966-2-1), odd around zero.
pub fn linear_to_srgb(linear: f32) -> f32 {
    let magnitude = linear.abs();
    let encoded =
        if magnitude <= 0.003_130_8 { magnitude * 12.92 } else { 1.055 * magnitude.powf(1.0 / 2.4) - 0.055 };
    encoded.copysign(linear)
}

/// A point in a style network's conditioning space. Styles of two networks never mix.
#[derive(Clone, Debug, PartialEq)]
pub struct Style {
    /// The network that understands the vector.
    pub network: Arc<str>,
    /// The conditioning vector; its length is the network's.
    pub vector: Arc<[f32]>,
}

/// One note event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// Seconds after the start of this frame.
    pub at_secs: f32,
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

/// What is on a wire in one frame.
#[derive(Clone, Debug)]
pub enum Value {
    /// `None` until a picture has been made.
    Frame(Option<Frame>),
    /// A number.
    Control(f64),
    /// A colour.
    Colour(Colour),
    /// `None` until a style has been made.
    Style(Option<Style>),
    /// Events in the order of their times.
    Notes(Vec<Note>),
    /// Edges in this frame.
    Trigger(u32),
    /// Sound travels in the audio half; the wire only exists here.
    Audio,
}

impl Value {
    /// The value of a wire on which nothing has been written yet.
    pub fn silent(port: PortType) -> Value {
        match port {
            PortType::Frame => Value::Frame(None),
            PortType::Control => Value::Control(0.0),
            PortType::Colour => Value::Colour(Colour::BLACK),
            PortType::Style => Value::Style(None),
            PortType::Notes => Value::Notes(Vec::new()),
            PortType::Audio => Value::Audio,
            PortType::Trigger => Value::Trigger(0),
        }
    }
}

mod sealed {
    pub trait Sealed {}
}

/// A marker type that stands for a port type, so that keys of inputs and outputs are typed.
pub trait Port: sealed::Sealed + 'static {
    /// The type it stands for.
    const TYPE: PortType;
    /// Whether the input takes a list.
    const LIST: bool = false;
}

macro_rules! ports {
    ($($marker:ident => $variant:ident),* $(,)?) => {$(
        impl sealed::Sealed for $marker {}
        impl Port for $marker { const TYPE: PortType = PortType::$variant; }
    )*};
}

ports! {
    Frame => Frame, Control => Control, Colour => Colour, Style => Style,
    Notes => Notes, Audio => Audio, Trigger => Trigger,
}

impl<P: Port> sealed::Sealed for List<P> {}
impl<P: Port> Port for List<P> {
    const TYPE: PortType = P::TYPE;
    const LIST: bool = true;
}
