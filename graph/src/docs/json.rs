//! A machine's view of the kinds.

use serde_json::{Map, Value, json};

use crate::docs;
use crate::kinds::Kinds;
use crate::port::PortType;
use crate::spec::{InputSpec, NodeSpec, OptionDefault, OptionSpec, OptionType, Range, Unwired};

/// Every kind as JSON, in their order.
pub fn nodes_json(kinds: &Kinds) -> Value {
    kinds.iter().map(node).collect()
}

fn node(spec: &NodeSpec) -> Value {
    let outputs: Vec<Value> = spec
        .outputs
        .iter()
        .map(|output| {
            json!({
                "name": output.name,
                "type": output.port.word(),
                "unit": docs::unit_word(output.unit),
                "doc": output.doc,
            })
        })
        .collect();
    json!({
        "name": spec.name,
        "category": spec.category.title(),
        "signature": docs::signature(spec),
        "summary": spec.summary,
        "doc": spec.doc,
        "example": spec.example,
        "inputs": spec.inputs.iter().map(|spec| input(spec)).collect::<Vec<_>>(),
        "bare": spec.bare.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect::<Map<_, _>>(),
        "options": spec.options.iter().map(option).collect::<Vec<_>>(),
        "outputs": outputs,
    })
}

fn input(spec: &InputSpec) -> Value {
    let default = match spec.unwired {
        Unwired::Required | Unwired::Empty => Value::Null,
        Unwired::Value(value) => json!(value),
        Unwired::Colour(colour) => json!(docs::colour_text(colour)),
    };
    let mut value = json!({
        "name": spec.name,
        "type": spec.port.word(),
        "list": spec.list,
        "required": spec.unwired == Unwired::Required,
        "default": default,
        "doc": spec.doc,
    });
    if spec.port == PortType::Control {
        value["unit"] = json!(docs::unit_word(spec.unit));
        value["soft"] = range(spec.soft);
        value["hard"] = range(spec.hard);
    }
    value
}

fn option(spec: &OptionSpec) -> Value {
    let default = match spec.default {
        OptionDefault::Required | OptionDefault::Absent => Value::Null,
        OptionDefault::Text(text) => json!(text),
        OptionDefault::Number(number) => json!(number),
        OptionDefault::Flag(flag) => json!(flag),
    };
    let mut value = json!({
        "name": spec.name,
        "required": spec.default == OptionDefault::Required,
        "default": default,
        "doc": spec.doc,
    });
    let takes = match spec.takes {
        OptionType::Text => "text",
        OptionType::Number(limits) => {
            value["range"] = range(limits);
            "number"
        }
        OptionType::Whole(limits) => {
            value["range"] = range(limits);
            "whole"
        }
        OptionType::Choice(words) => {
            value["choices"] = json!(words.iter().collect::<Vec<_>>());
            "choice"
        }
        OptionType::Flag => "flag",
        OptionType::File(media) => {
            value["media"] = json!(media.to_string());
            "file"
        }
        OptionType::NumberOrName => "number or name",
        OptionType::FileOrText(media) => {
            value["media"] = json!(media.to_string());
            "file or text"
        }
    };
    value["takes"] = json!(takes);
    value
}

fn range(range: Range) -> Value {
    json!([range.min, range.max])
}
