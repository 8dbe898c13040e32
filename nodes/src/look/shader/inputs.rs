//! The inputs that a header makes, and their values on the way to the shader.

use pastiche_engine::frame::Frame;
use pastiche_engine::io::Io;
use pastiche_engine::port::{Colour, Control, PortType, Trigger};
use pastiche_engine::spec::{In, InputSpec, Unit, Unwired, range};

use super::header::{FIRST_IMAGE, Header, Limits, Parameter, Takes};

const AMOUNT: In<Control> = In::amount("How much of the shader.");

/// The node's own input, the header's in their order, and `amount` if there is a picture to come
/// from.
pub(super) fn of(header: &Header) -> Vec<InputSpec> {
    let mut inputs = vec![super::IMAGE.0];
    for (index, image) in header.images.iter().enumerate() {
        if FIRST_IMAGE.contains(&image.name.as_str()) {
            inputs[0].unwired = Unwired::Required;
            continue;
        }
        let mut input = In::<Frame>::optional("image", "A picture.").0;
        if index == 0 {
            input.unwired = Unwired::Required;
        }
        input.name = image.name.clone().into();
        input.doc = sentence(image.label.as_deref().unwrap_or(&image.name)).into();
        inputs.push(input);
    }
    inputs.extend(header.parameters.iter().flat_map(inputs_of));
    let has_own_amount = inputs.iter().any(|input| input.name == AMOUNT.0.name);
    if !header.images.is_empty() && !has_own_amount {
        inputs.push(AMOUNT.0);
    }
    inputs
}

fn inputs_of(parameter: &Parameter) -> Vec<InputSpec> {
    let (name, doc) = (&parameter.name, sentence(parameter.label.as_deref().unwrap_or(&parameter.name)));
    match parameter.takes {
        Takes::Float(limits) | Takes::Long(limits) => vec![control(name.clone(), limits, doc)],
        Takes::Bool(default) => {
            let limits = Limits { min: 0.0, max: 1.0, default: f64::from(u8::from(default)) };
            vec![InputSpec { hard: range(0.0, 1.0), ..control(name.clone(), limits, doc) }]
        }
        Takes::Point([x, y]) => {
            vec![control(format!("{name}_x"), x, doc.clone()), control(format!("{name}_y"), y, doc)]
        }
        Takes::Event => {
            vec![InputSpec {
                name: name.clone().into(),
                doc: doc.into(),
                ..In::<Trigger>::optional("", "").0
            }]
        }
        Takes::Colour(srgb) => {
            let input = In::colour("", Colour::from_srgb(srgb), "").0;
            vec![InputSpec { name: name.clone().into(), doc: doc.into(), ..input }]
        }
    }
}

fn control(name: String, Limits { min, max, default }: Limits, doc: String) -> InputSpec {
    let width = max - min;
    InputSpec {
        name: name.into(),
        port: PortType::Control,
        list: false,
        unwired: Unwired::Value(default),
        unit: Unit::None,
        soft: range(min, max),
        hard: range(min - 3.0 * width, max + 3.0 * width),
        doc: doc.into(),
    }
}

/// With a capital at its start and a full stop at its end.
fn sentence(label: &str) -> String {
    let label = label.trim().trim_end_matches('.');
    let mut characters = label.chars();
    match characters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), characters.as_str()),
        None => "A parameter of the shader.".into(),
    }
}

/// The picture of an image input of the header.
pub(super) fn image<'a>(io: &Io<'a>, name: &str) -> Option<&'a Frame> {
    let name = if FIRST_IMAGE.contains(&name) { &*super::IMAGE.0.name } else { name };
    io.frame_at(io.position(name)?)
}

/// How much of the shader is wanted: 1 for one that draws without pictures.
pub(super) fn amount(io: &Io<'_>, header: &Header) -> f64 {
    let is_parameter = header.parameters.iter().any(|parameter| parameter.name == AMOUNT.0.name);
    if header.images.is_empty() || is_parameter { 1.0 } else { io.control(&AMOUNT) }
}

/// A parameter as four numbers.
pub(super) fn values(io: &Io<'_>, parameter: &Parameter) -> [f32; 4] {
    let number = |name: &str| io.position(name).map_or(0.0, |position| io.control_at(position) as f32);
    let name = &parameter.name;
    match parameter.takes {
        Takes::Float(_) | Takes::Bool(_) | Takes::Long(_) => [number(name), 0.0, 0.0, 0.0],
        Takes::Point(_) => [number(&format!("{name}_x")), number(&format!("{name}_y")), 0.0, 0.0],
        Takes::Colour(_) => io.position(name).map_or([0.0; 4], |position| io.colour_at(position).0),
        Takes::Event => {
            let edges = io.position(name).map_or(0, |position| io.trigger_at(position));
            [if edges > 0 { 1.0 } else { 0.0 }, 0.0, 0.0, 0.0]
        }
    }
}
