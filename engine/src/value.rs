//! What is on a wire in one frame.

use pastiche_graph::colour::Colour;
use pastiche_graph::port::{Note, Port, PortType, Style};

use crate::frame::Frame;

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
    /// Events in the order of their samples.
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

impl Port for Frame {
    const TYPE: PortType = PortType::Frame;
}
