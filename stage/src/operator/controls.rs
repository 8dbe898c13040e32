//! Knobs, and every other constant control of the node that is looked at.

use bevy_egui::egui::{DragValue, RichText, Slider, Ui};
use pastiche_engine::key::NodeKey;
use pastiche_engine::live::{ControlState, Live};
use pastiche_engine::plan::{PlanNode, Source};
use pastiche_engine::port::PortType;
use pastiche_engine::take::Input;

use super::look;
use crate::desk::number;

/// Shows every knob; returns what was moved.
pub(super) fn knobs(ui: &mut Ui, live: &Live) -> Vec<Input> {
    let mut moved = Vec::new();
    ui.heading("Knobs");
    let knobs = live.knobs();
    if knobs.is_empty() {
        quiet(ui, "This patch has none. `knob(\"glow\", 0.3)` makes one.");
    }
    for knob in knobs {
        let unit = unit(live, &knob.node, "value");
        ui.push_id(&knob.node.0, |ui| {
            let value = control(ui, &knob.name, &knob.control, unit);
            moved.extend(value.map(|value| Input::Knob { name: knob.name.clone(), value }));
        });
    }
    moved
}

/// Shows the inputs of one node; returns what was moved.
pub(super) fn node(ui: &mut Ui, live: &Live, key: &NodeKey) -> Vec<Input> {
    let Some(at) = live.plan().find(key) else { return Vec::new() };
    let node = &live.plan().nodes[at];
    let mut moved = Vec::new();
    ui.heading(key.to_string());
    quiet(ui, node.kind.spec.summary);
    for (input, source) in node.inputs.iter().zip(&node.sources) {
        let state = (input.port == PortType::Control).then(|| live.control(key, &input.name, None)).flatten();
        ui.push_id(&*input.name, |ui| match state {
            Some(state) => {
                let value = control(ui, &input.name, &state, input.unit.symbol());
                moved.extend(value.map(|value| Input::Control {
                    node: key.clone(),
                    name: input.name.to_string(),
                    member: None,
                    value,
                }));
            }
            None => quiet(ui, &format!("{}: {}", input.name, told(source, &live.plan().nodes))),
        });
    }
    moved
}

/// One control: its name, a slider over the sensible range, a number that may go past it, and a way
/// back to the script's own value.
fn control(ui: &mut Ui, name: &str, state: &ControlState, unit: &str) -> Option<f64> {
    let mut value = state.value;
    let is_moved = state.value != state.script;
    ui.horizontal(|ui| {
        let name = RichText::new(name).strong();
        ui.label(if is_moved { name.color(look::ACCENT) } else { name });
        let range = format!("{} to {} {unit}", number(state.soft.min), number(state.soft.max));
        ui.label(RichText::new(range.trim_end()).small().color(look::QUIET));
    });
    let speed = (state.soft.max - state.soft.min) / 200.0;
    ui.horizontal(|ui| {
        // The slider ends where sense ends; the number beside it goes on.
        let mut slid = value.clamp(state.soft.min, state.soft.max);
        let slider = Slider::new(&mut slid, state.soft.min..=state.soft.max).show_value(false);
        if ui.add(slider).changed() {
            value = slid;
        }
        let digits = DragValue::new(&mut value)
            .range(state.hard.min..=state.hard.max)
            .clamp_existing_to_range(false)
            .speed(speed)
            .max_decimals(3)
            .suffix(if unit.is_empty() { String::new() } else { format!(" {unit}") });
        ui.add(digits);
        let reset = ui.add_enabled(is_moved, bevy_egui::egui::Button::new("Reset").small());
        if reset.on_hover_text(format!("back to {}, as the script says", number(state.script))).clicked() {
            value = state.script;
        }
    });
    (value != state.value).then_some(value)
}

fn unit(live: &Live, node: &NodeKey, name: &str) -> &'static str {
    let node = live.plan().find(node).map(|at| &live.plan().nodes[at]);
    let input = node.and_then(|node| node.inputs.iter().find(|input| input.name == name));
    input.map_or("", |input| input.unit.symbol())
}

/// Where a value comes from that cannot be moved here.
fn told(source: &Source, nodes: &[PlanNode]) -> String {
    match source {
        Source::Empty => "nothing".into(),
        Source::Wire { node, output } => {
            let node = &nodes[*node];
            let output = node.kind.spec.outputs.get(*output).map_or("", |output| output.name);
            format!("{}.{output}", node.key)
        }
        Source::Number(value) => number(*value),
        Source::Colour(colour) => {
            let [red, green, blue, _] = colour.0;
            format!("{red:.2} {green:.2} {blue:.2}")
        }
        Source::List(members) => {
            members.iter().map(|member| told(member, nodes)).collect::<Vec<_>>().join(", ")
        }
    }
}

fn quiet(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(look::QUIET));
}
