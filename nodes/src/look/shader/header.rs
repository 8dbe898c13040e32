//! The header of a shader: ISF version 2, JSON in a comment at the start of the file
//! (<https://github.com/mrRay/ISF_Spec>, "Specification of JSON attributes").

use std::ops::Range;

use pastiche_engine::suggest::nearest;
use serde_json::{Map, Value};

use super::expression::Expression;
use super::names::check_name;

/// What a header declares.
#[derive(Clone, Debug, Default)]
pub(super) struct Header {
    pub(super) parameters: Vec<Parameter>,
    /// Names of pictures to read, in their order.
    pub(super) images: Vec<Image>,
    pub(super) passes: Vec<Pass>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) label: Option<String>,
    pub(super) takes: Takes,
}

/// Type and range of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Takes {
    Float(Limits),
    Bool(bool),
    Long(Limits),
    Event,
    /// sRGB-encoded, straight alpha, as the header writes it.
    Colour([f32; 4]),
    Point([Limits; 2]),
}

/// `min` is below `max`, and `default` between them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limits {
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) default: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Image {
    pub(super) name: String,
    pub(super) label: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Pass {
    /// Name under which other passes read it; without one it is the result.
    pub(super) target: Option<String>,
    /// Whether it lasts from frame to frame.
    pub(super) persistent: bool,
    pub(super) size: [Option<Expression>; 2],
}

/// What is wrong with a header.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct HeaderError {
    pub(super) message: String,
    pub(super) help: String,
    /// Bytes of the shader's text.
    pub(super) place: Range<usize>,
}

/// The names under which a shader knows the node's own input `image`.
pub(super) const FIRST_IMAGE: [&str; 2] = ["image", "inputImage"];

const MOST_PARAMETERS: usize = 128;
const MOST_IMAGES: usize = 8;
const MOST_PASSES: usize = 16;
/// Numbers in headers stay within what a 32-bit float still resolves well.
const LARGEST: f64 = 1e6;
const TYPES: [&str; 7] = ["float", "bool", "long", "event", "color", "point2D", "image"];

/// The header of a shader's text, and where it ends. A text without one declares nothing.
pub(super) fn parse(text: &str) -> Result<(Header, usize), HeaderError> {
    let start = text.len() - text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).len();
    let json_start = match text[start..].strip_prefix("/*") {
        Some(comment) if comment.trim_start().starts_with('{') => start + 2,
        _ => return Ok((Header::default(), start)),
    };
    let json = &text[json_start..];
    let mut values = serde_json::Deserializer::from_str(json).into_iter::<Value>();
    let value = match values.next() {
        Some(Ok(value)) => value,
        Some(Err(error)) => return Err(not_json(json_start, json, &error)),
        None => return Ok((Header::default(), start)),
    };
    let json_end = json_start + values.byte_offset();
    let rest = text[json_end..].trim_start();
    if !rest.starts_with("*/") {
        let place = text.len() - rest.len();
        return Err(HeaderError {
            message: "the header does not end behind its last `}`".into(),
            help: "close the comment with `*/`".into(),
            place: place..place,
        });
    }
    let reader = Reader { text, json: json_start..json_end };
    let header = reader.header(&value)?;
    Ok((header, text.len() - rest.len() + 2))
}

fn not_json(json_start: usize, json: &str, error: &serde_json::Error) -> HeaderError {
    let line_start =
        |line: usize| json.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
    let at = (line_start(error.line()) + error.column().saturating_sub(1)).min(json.len());
    // Behind a comment that is closed too early everything is strange: its end is the place.
    let at = json.floor_char_boundary(json.find("*/").map_or(at, |end| at.min(end)));
    let at = json_start + at;
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or(&reason).to_owned();
    HeaderError {
        message: format!("the header is no valid JSON: {reason}"),
        help: "a header looks like /*{ \"INPUTS\": [{ \"NAME\": \"speed\", \"TYPE\": \"float\" }] }*/".into(),
        place: at..at,
    }
}

struct Reader<'a> {
    text: &'a str,
    json: Range<usize>,
}

type Object = Map<String, Value>;

impl Reader<'_> {
    fn header(&self, value: &Value) -> Result<Header, HeaderError> {
        let mut header = Header::default();
        let object = value.as_object().ok_or_else(|| self.wrong("", "the header is not a JSON object"))?;
        for input in self.list(object, "INPUTS")? {
            self.input(input, &mut header)?;
        }
        for pass in self.list(object, "PASSES")? {
            let pass = self.pass(pass, &header)?;
            header.passes.push(pass);
        }
        if object.get("IMPORTED").is_some_and(|imported| !is_empty(imported)) {
            return Err(self.wrong("IMPORTED", "IMPORTED pictures are not supported: declare an image input"));
        }
        let inputs = super::inputs::of(&header);
        for (at, input) in inputs.iter().enumerate() {
            if inputs[..at].iter().any(|other| other.name == input.name) {
                let message = format!("two INPUTS make an input `{}` of the node", input.name);
                return Err(self.wrong(&input.name, message));
            }
        }
        let targets: Vec<&String> = header.passes.iter().filter_map(|pass| pass.target.as_ref()).collect();
        for name in &targets {
            let taken = header.images.iter().any(|image| image.name == **name)
                || header.parameters.iter().any(|parameter| parameter.name == **name);
            if taken {
                return Err(self.wrong(name, format!("TARGET `{name}` has the name of an INPUT")));
            }
        }
        for (what, number, most) in [
            ("parameters", header.parameters.len(), MOST_PARAMETERS),
            ("image inputs and targets", header.images.len() + targets.len(), MOST_IMAGES),
            ("passes", header.passes.len(), MOST_PASSES),
        ] {
            if number > most {
                return Err(self.wrong("", format!("there are {number} {what}, at most {most} are possible")));
            }
        }
        Ok(header)
    }

    fn list<'v>(&self, object: &'v Object, key: &str) -> Result<&'v [Value], HeaderError> {
        match object.get(key) {
            None | Some(Value::Null) => Ok(&[]),
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err(self.wrong(key, format!("{key} is not a list"))),
        }
    }

    fn input(&self, value: &Value, header: &mut Header) -> Result<(), HeaderError> {
        let object =
            value.as_object().ok_or_else(|| self.wrong("INPUTS", "an entry of INPUTS is not an object"))?;
        let Some(Value::String(name)) = object.get("NAME") else {
            return Err(self.wrong("INPUTS", "an entry of INPUTS has no NAME"));
        };
        check_name(name).map_err(|reason| self.wrong(name, format!("INPUT `{name}`: {reason}")))?;
        let taken = header.images.iter().any(|image| image.name == *name)
            || header.parameters.iter().any(|parameter| parameter.name == *name);
        if taken {
            return Err(self.wrong(name, format!("INPUT `{name}` is declared twice")));
        }
        let Some(Value::String(takes)) = object.get("TYPE") else {
            return Err(
                self.wrong(name, format!("INPUT `{name}` has no TYPE: it is one of {}", TYPES.join(", ")))
            );
        };
        let input = Input { reader: self, name, object };
        let label = input.text("LABEL")?;
        let takes = match takes.as_str() {
            "float" => Takes::Float(input.limits(0.0, 1.0)?),
            "long" => Takes::Long(input.choices()?),
            "bool" => Takes::Bool(input.flag("DEFAULT")?.unwrap_or(false)),
            "event" => Takes::Event,
            "color" => Takes::Colour(input.colour()?),
            "point2D" => Takes::Point(input.point()?),
            "image" => {
                header.images.push(Image { name: name.clone(), label });
                return Ok(());
            }
            "audio" | "audioFFT" => {
                let message = format!(
                    "INPUT `{name}`: the TYPE `{takes}` is not supported; use a float that follows the sound"
                );
                return Err(self.wrong(name, message));
            }
            other => {
                let near =
                    nearest(other, TYPES).map_or(String::new(), |near| format!(", did you mean `{near}`?"));
                return Err(self.wrong(other, format!("INPUT `{name}`: there is no TYPE `{other}`{near}")));
            }
        };
        if FIRST_IMAGE.contains(&name.as_str()) {
            return Err(self.wrong(name, format!("INPUT `{name}` has the name of a picture, but is none")));
        }
        header.parameters.push(Parameter { name: name.clone(), label, takes });
        Ok(())
    }

    fn pass(&self, value: &Value, header: &Header) -> Result<Pass, HeaderError> {
        let object =
            value.as_object().ok_or_else(|| self.wrong("PASSES", "an entry of PASSES is not an object"))?;
        let target = match object.get("TARGET") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => {
                check_name(name).map_err(|reason| self.wrong(name, format!("TARGET `{name}`: {reason}")))?;
                if header.passes.iter().any(|pass| pass.target.as_ref() == Some(name)) {
                    return Err(self.wrong(name, format!("TARGET `{name}` is declared twice")));
                }
                Some(name.clone())
            }
            Some(_) => return Err(self.wrong("TARGET", "a TARGET is not a name")),
        };
        let input = Input { reader: self, name: target.as_deref().unwrap_or("PASSES"), object };
        let persistent = input.flag("PERSISTENT")?.unwrap_or(false);
        let size = [self.length(object, "WIDTH", header)?, self.length(object, "HEIGHT", header)?];
        Ok(Pass { target, persistent, size })
    }

    fn length(&self, object: &Object, key: &str, header: &Header) -> Result<Option<Expression>, HeaderError> {
        let text = match object.get(key) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => return Err(self.wrong(key, format!("{key} is neither a number nor an expression"))),
        };
        let known = |name: &str| {
            let is_number =
                |takes: &Takes| matches!(takes, Takes::Float(_) | Takes::Long(_) | Takes::Bool(_));
            header.parameters.iter().any(|parameter| parameter.name == name && is_number(&parameter.takes))
        };
        let expression = Expression::parse(&text, known);
        expression.map(Some).map_err(|reason| self.wrong(&text, format!("{key} `{text}`: {reason}")))
    }

    /// An error at the first place where the header writes `word` between quotes.
    fn wrong(&self, word: &str, message: impl Into<String>) -> HeaderError {
        let quoted = Value::from(word).to_string();
        let header = &self.text[self.json.clone()];
        let found = header.find(&quoted).filter(|_| !word.is_empty());
        let place = match found {
            Some(at) => self.json.start + at + 1..self.json.start + at + quoted.len() - 1,
            None => self.json.start..self.json.start,
        };
        HeaderError { message: message.into(), help: "correct the header of the shader".into(), place }
    }
}

struct Input<'a> {
    reader: &'a Reader<'a>,
    name: &'a str,
    object: &'a Object,
}

impl Input<'_> {
    fn wrong(&self, message: impl std::fmt::Display) -> HeaderError {
        self.reader.wrong(self.name, format!("INPUT `{}`: {message}", self.name))
    }

    fn text(&self, key: &str) -> Result<Option<String>, HeaderError> {
        match self.object.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.wrong(format_args!("{key} is not a text"))),
        }
    }

    fn flag(&self, key: &str) -> Result<Option<bool>, HeaderError> {
        match self.object.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(Value::Number(number)) => Ok(Some(number.as_f64() != Some(0.0))),
            Some(_) => Err(self.wrong(format_args!("{key} is neither true nor false"))),
        }
    }

    fn number(&self, key: &str, value: &Value) -> Result<f64, HeaderError> {
        match value.as_f64() {
            Some(number) if number.abs() <= LARGEST => Ok(number),
            Some(_) => Err(self.wrong(format_args!("{key} goes from -{LARGEST} to {LARGEST}"))),
            None => Err(self.wrong(format_args!("{key} is not a number"))),
        }
    }

    /// One number, or with `axis` one of a list of two.
    fn optional(&self, key: &str, axis: Option<usize>) -> Result<Option<f64>, HeaderError> {
        match (self.object.get(key), axis) {
            (None | Some(Value::Null), _) => Ok(None),
            (Some(value), None) => self.number(key, value).map(Some),
            (Some(Value::Array(list)), Some(axis)) if list.len() == 2 => {
                self.number(key, &list[axis]).map(Some)
            }
            (Some(_), Some(_)) => Err(self.wrong(format_args!("{key} is not a list of two numbers"))),
        }
    }

    fn limits(&self, min: f64, max: f64) -> Result<Limits, HeaderError> {
        self.limits_of(None, min, max)
    }

    fn limits_of(&self, axis: Option<usize>, min: f64, max: f64) -> Result<Limits, HeaderError> {
        let (given_min, given_max) = (self.optional("MIN", axis)?, self.optional("MAX", axis)?);
        let default = match self.optional("DEFAULT", axis)? {
            Some(default) => Some(default),
            None => self.optional("IDENTITY", axis)?,
        };
        let min = given_min.unwrap_or_else(|| min.min(given_max.map_or(min, |max| max - 1.0)));
        let max = given_max.unwrap_or_else(|| max.max(min + 1.0));
        self.limits_between(min, max, default)
    }

    fn limits_between(&self, min: f64, max: f64, default: Option<f64>) -> Result<Limits, HeaderError> {
        if min >= max {
            return Err(self.wrong(format_args!("MIN {min} is not below MAX {max}")));
        }
        let default = default.unwrap_or_else(|| 0.0f64.clamp(min, max));
        if !(min..=max).contains(&default) {
            return Err(self.wrong(format_args!("DEFAULT {default} is not between MIN {min} and MAX {max}")));
        }
        Ok(Limits { min, max, default })
    }

    fn choices(&self) -> Result<Limits, HeaderError> {
        let values = match self.object.get("VALUES") {
            None | Some(Value::Null) => return self.limits(0.0, 10.0),
            Some(Value::Array(values)) if !values.is_empty() => values,
            Some(_) => return Err(self.wrong("VALUES is not a list of numbers")),
        };
        let numbers =
            values.iter().map(|value| self.number("VALUES", value)).collect::<Result<Vec<_>, _>>()?;
        let min = numbers.iter().copied().fold(f64::INFINITY, f64::min);
        let max = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let default = self.optional("DEFAULT", None)?.unwrap_or(numbers[0]);
        self.limits_between(min, max.max(min + 1.0), Some(default))
    }

    fn colour(&self) -> Result<[f32; 4], HeaderError> {
        let list = match self.object.get("DEFAULT") {
            None | Some(Value::Null) => return Ok([1.0; 4]),
            Some(Value::Array(list)) if list.len() == 3 || list.len() == 4 => list,
            Some(_) => return Err(self.wrong("DEFAULT is not a list of three or four numbers")),
        };
        let mut colour = [1.0; 4];
        for (component, value) in colour.iter_mut().zip(list) {
            *component = self.number("DEFAULT", value)?.clamp(0.0, 1.0) as f32;
        }
        Ok(colour)
    }

    fn point(&self) -> Result<[Limits; 2], HeaderError> {
        Ok([self.limits_of(Some(0), 0.0, 1.0)?, self.limits_of(Some(1), 0.0, 1.0)?])
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        other => other.is_null(),
    }
}
