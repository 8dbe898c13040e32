//! Every kind of node, to be looked up while it plays.

use bevy_egui::egui::{RichText, ScrollArea, TextEdit, Ui};
use pastiche_engine::docs;
use pastiche_engine::registry::Registry;
use pastiche_engine::spec::{Category, InputSpec, NodeSpec, OptionDefault, Unwired};

use super::look;
use crate::state::number;

/// The page and what is looked for.
#[derive(Debug, Default)]
pub(super) struct Reference {
    wanted: String,
    open: Option<&'static str>,
}

impl Reference {
    /// Opens the page of a kind.
    pub(super) fn turn_to(&mut self, kind: &'static str) {
        self.open = Some(kind);
    }

    /// Shows the page; returns the example when it is to be copied.
    pub(super) fn show(&mut self, ui: &mut Ui, registry: &Registry) -> Option<String> {
        ui.heading("Reference");
        let search = TextEdit::singleline(&mut self.wanted).hint_text("search the nodes");
        let search = ui.add(search.desired_width(f32::INFINITY));
        if search.changed() {
            self.open = None;
        }
        let mut copied = None;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            match self.open.and_then(|kind| registry.get(kind).ok()) {
                Some(kind) => {
                    if ui.button("All nodes").clicked() {
                        self.open = None;
                    }
                    copied = page(ui, &kind.spec);
                }
                None => self.list(ui, registry),
            }
        });
        copied
    }

    fn list(&mut self, ui: &mut Ui, registry: &Registry) {
        for category in Category::ALL {
            let kinds = registry.iter().map(|kind| &kind.spec);
            let found: Vec<&NodeSpec> =
                kinds.filter(|spec| spec.category == category && is_found(spec, &self.wanted)).collect();
            if found.is_empty() {
                continue;
            }
            ui.label(RichText::new(category.title()).color(look::ACCENT));
            for spec in found {
                let button = ui.selectable_label(false, RichText::new(spec.name).monospace());
                if button.on_hover_text(spec.summary).clicked() {
                    self.open = Some(spec.name);
                }
            }
        }
    }
}

/// Whether every word that is looked for is in the name, the summary or the text.
fn is_found(spec: &NodeSpec, wanted: &str) -> bool {
    let text = format!("{} {} {}", spec.name, spec.summary, spec.doc).to_lowercase();
    wanted.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

fn page(ui: &mut Ui, spec: &NodeSpec) -> Option<String> {
    ui.label(RichText::new(spec.name).heading().monospace());
    ui.label(spec.summary);
    ui.label(RichText::new(spec.doc).color(look::QUIET));
    let mut copied = None;
    ui.horizontal(|ui| {
        ui.label(RichText::new("Example").color(look::ACCENT));
        if ui.button("Copy example").clicked() {
            copied = Some(spec.example.to_owned());
        }
    });
    ui.label(RichText::new(spec.example.trim_end()).monospace());
    heading(ui, "Inputs", spec.inputs.is_empty());
    for input in spec.inputs {
        ui.label(RichText::new(input_line(input)).monospace());
        ui.label(RichText::new(&*input.doc).color(look::QUIET));
    }
    if let Some(bare) = docs::bare(spec) {
        ui.label(RichText::new(bare).color(look::QUIET));
    }
    heading(ui, "Options", spec.options.is_empty());
    for option in spec.options {
        let default = match option.default {
            OptionDefault::Required => "required".to_owned(),
            OptionDefault::Text(text) => format!("\"{text}\""),
            OptionDefault::Number(value) => number(value),
            OptionDefault::Flag(flag) => flag.to_string(),
            OptionDefault::Absent => "may be left out".to_owned(),
        };
        ui.label(RichText::new(format!("{}: {default}", option.name)).monospace());
        ui.label(RichText::new(option.doc).color(look::QUIET));
    }
    heading(ui, "Outputs", spec.outputs.is_empty());
    for output in spec.outputs {
        ui.label(RichText::new(format!("{}: {}", output.name, output.port)).monospace());
        ui.label(RichText::new(output.doc).color(look::QUIET));
    }
    copied
}

fn heading(ui: &mut Ui, text: &str, is_empty: bool) {
    if !is_empty {
        ui.label(RichText::new(text).color(look::ACCENT));
    }
}

fn input_line(input: &InputSpec) -> String {
    let list = if input.list { "list of " } else { "" };
    let head = format!("{}: {list}{}", input.name, input.port);
    match input.unwired {
        Unwired::Required => format!("{head}, required"),
        Unwired::Value(value) => {
            let unit = input.unit.symbol();
            let (min, max) = (number(input.soft.min), number(input.soft.max));
            format!("{head} = {} {unit} ({min} to {max})", number(value)).replace("  ", " ")
        }
        Unwired::Colour(_) | Unwired::Empty => head,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_order_and_case() {
        let spec = NodeSpec {
            name: "blur",
            category: Category::Look,
            summary: "Blurs a picture.",
            doc: "A Gaussian.",
            example: "",
            inputs: &[],
            options: &[],
            outputs: &[],
            ..NodeSpec::PLAIN
        };
        for wanted in ["", "blur", "PICTURE blurs", "gauss"] {
            assert!(is_found(&spec, wanted), "{wanted}");
        }
        assert!(!is_found(&spec, "blur sound"));
    }
}
