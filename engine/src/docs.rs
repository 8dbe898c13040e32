//! Documents made from the registry.

use crate::spec::{InputSpec, NodeSpec, OptionSpec};

/// The lines of help about a kind.
pub fn describe(spec: &NodeSpec) -> Vec<String> {
    describe_inputs(spec.inputs.iter().copied()).into_iter().chain(describe_options(spec.options)).collect()
}

/// "inputs: …", if there are any.
pub fn describe_inputs<'a>(inputs: impl IntoIterator<Item = &'a InputSpec>) -> Option<String> {
    let words: Vec<String> =
        inputs.into_iter().map(|input| format!("{} ({})", input.name, input.port)).collect();
    (!words.is_empty()).then(|| format!("inputs: {}", words.join(", ")))
}

/// "options: …", if there are any.
pub fn describe_options(options: &[OptionSpec]) -> Option<String> {
    let words: Vec<&str> = options.iter().map(|option| option.name).collect();
    (!words.is_empty()).then(|| format!("options: {}", words.join(", ")))
}
