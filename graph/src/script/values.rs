//! What a script's variables hold besides numbers, texts, lists and maps.

use rhai::{Dynamic, FnPtr};

use crate::port::{Colour, PortType};

/// An output of a node.
#[derive(Clone, Debug)]
pub(super) struct Handle {
    /// Position of the node; `None` stands for a value that was faulty and has been reported.
    pub node: Option<usize>,
    /// Position of the output; of no meaning without a type.
    pub output: usize,
    /// Its type; `None` for a node without outputs, or if it is not known.
    pub port: Option<PortType>,
}

impl Handle {
    /// Stands for a faulty value of any type.
    pub(super) const PLACEHOLDER: Handle = Handle { node: None, output: 0, port: None };
}

/// The value itself, whether it is shared with a closure or not.
pub(super) fn own(value: &Dynamic) -> Dynamic {
    value.clone().flatten()
}

/// The handle in a value.
pub(super) fn handle(value: &Dynamic) -> Option<Handle> {
    value.clone().try_cast::<Handle>()
}

/// The number in a value.
pub(super) fn number(value: &Dynamic) -> Option<f64> {
    value.as_float().ok().or_else(|| value.as_int().ok().map(|whole| whole as f64))
}

/// "a frame", "a list", "text": how errors speak of a value.
pub(super) fn describe(value: &Dynamic) -> String {
    if let Some(handle) = handle(value) {
        return match handle.port {
            Some(port) => with_article(port),
            None if handle.node.is_some() => "a node without outputs".into(),
            None => "a node".into(),
        };
    }
    let word = if value.is_array() {
        "a list"
    } else if value.is_map() {
        "a map"
    } else if value.is_string() || value.is_char() {
        "text"
    } else if value.is_bool() {
        "true or false"
    } else if value.is_unit() {
        "nothing"
    } else if number(value).is_some() {
        "a number"
    } else if value.is::<Colour>() {
        "a colour"
    } else if value.is::<FnPtr>() {
        "a function"
    } else {
        "a value of another kind"
    };
    word.into()
}

/// "a frame", "an audio signal".
pub(super) fn with_article(port: PortType) -> String {
    match port {
        PortType::Audio => "audio".into(),
        PortType::Notes => "notes".into(),
        other => format!("a {other}"),
    }
}

/// "frames", "controls".
pub(super) fn plural(port: PortType) -> String {
    match port {
        PortType::Audio | PortType::Notes => format!("{port}"),
        other => format!("{other}s"),
    }
}

/// The text of a value for `print`.
pub(super) fn text(value: &Dynamic) -> String {
    if handle(value).is_some() || value.is::<Colour>() {
        return describe(value);
    }
    if let Some(list) = value.read_lock::<rhai::Array>() {
        let members: Vec<String> = list.iter().map(|member| quoted(&own(member))).collect();
        return format!("[{}]", members.join(", "));
    }
    if let Some(map) = value.read_lock::<rhai::Map>() {
        let entries: Vec<String> =
            map.iter().map(|(name, member)| format!("{name}: {}", quoted(&own(member)))).collect();
        return format!("#{{{}}}", entries.join(", "));
    }
    value.to_string()
}

fn quoted(value: &Dynamic) -> String {
    if value.is_string() { format!("\"{value}\"") } else { text(value) }
}
