//! Knobs, every other constant control of the node that is looked at, and what moves them.

use bevy_egui::egui::{Button, DragValue, Key, Label, RichText, Sense, Slider, Ui, Vec2};
use pastiche_engine::address::ControlAddress;
use pastiche_engine::key::NodeKey;
use pastiche_engine::live::{ControlState, Live};
use pastiche_engine::plan::{PlanNode, Source};
use pastiche_engine::port::PortType;

use super::look;
use crate::show::Show;
use crate::state::number;

/// What a person does to a control.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Touch {
    /// Moves it.
    Move(ControlAddress, f64),
    /// Binds it to the next controller that moves.
    Learn(ControlAddress),
    /// Takes it from its controller.
    Unlearn(ControlAddress),
}

/// Shows every knob; returns what was done.
pub(super) fn knobs(ui: &mut Ui, show: &dyn Show) -> Vec<Touch> {
    let mut touched = Vec::new();
    let live = show.live();
    ui.heading("Knobs");
    let knobs = live.knobs();
    if knobs.is_empty() {
        quiet(ui, "This patch has none. `knob(\"glow\", 0.3)` makes one.");
    }
    for knob in knobs {
        let unit = unit(live, &knob.node, "value");
        ui.push_id(&knob.node.0, |ui| {
            let address = ControlAddress::knob(&knob.name);
            touched.extend(control(ui, show, &knob.name, &knob.control, unit, address));
        });
    }
    touched
}

/// Shows the inputs of one node; returns what was done.
pub(super) fn node(ui: &mut Ui, show: &dyn Show, key: &NodeKey) -> Vec<Touch> {
    let live = show.live();
    let Some(at) = live.plan().find(key) else { return Vec::new() };
    let node = &live.plan().nodes[at];
    let mut touched = Vec::new();
    ui.heading(key.to_string());
    quiet(ui, node.kind.summary);
    for (input, source) in node.inputs.iter().zip(&node.sources) {
        let members: Vec<Option<usize>> = match source {
            Source::List(members) => (0..members.len()).map(Some).collect(),
            _ => vec![None],
        };
        for member in members {
            let name = member.map_or(input.name.to_string(), |member| format!("{}[{member}]", input.name));
            let (node, its_input) = (key.clone(), input.name.as_ref().into());
            let address = ControlAddress::Input { node, input: its_input, member };
            let state = (input.port == PortType::Control).then(|| live.control(&address));
            let source = match (source, member) {
                (Source::List(members), Some(member)) => &members[member],
                (source, _) => source,
            };
            ui.push_id(&name, |ui| match state.flatten() {
                Some(state) => {
                    touched.extend(control(ui, show, &name, &state, input.unit.symbol(), address));
                }
                None => quiet(ui, &format!("{name}: {}", told(source, &live.plan().nodes))),
            });
        }
    }
    touched
}

/// How each device is doing. Nothing when there are none.
pub(super) fn devices(ui: &mut Ui, show: &dyn Show) {
    let devices = show.devices();
    if devices.is_empty() {
        return;
    }
    ui.separator();
    ui.heading("Devices");
    for (name, status) in devices {
        let (colour, meaning) = look::lamp(&status);
        ui.horizontal_wrapped(|ui| {
            let (lamp, _) = ui.allocate_exact_size(Vec2::splat(14.0), Sense::hover());
            ui.painter().circle_filled(lamp.center(), 6.0, colour);
            ui.label(name);
            quiet(ui, meaning);
        });
    }
}

/// One control: its name, what moves it, a slider over the sensible range, a number that may go past
/// it, and a way back to the script's own value.
fn control(
    ui: &mut Ui,
    show: &dyn Show,
    name: &str,
    state: &ControlState,
    unit: &str,
    address: ControlAddress,
) -> Option<Touch> {
    let mut value = state.value;
    let is_moved = state.value != state.script;
    let badge = show.badge(&address);
    let row = ui.horizontal(|ui| {
        let name = Label::new(if is_moved {
            RichText::new(name).strong().color(look::ACCENT)
        } else {
            RichText::new(name).strong()
        });
        let name = ui.add(name.selectable(false).sense(Sense::click()));
        let range = format!("{} to {} {unit}", number(state.soft.min), number(state.soft.max));
        quiet_small(ui, range.trim_end());
        if let Some(badge) = &badge {
            ui.label(RichText::new(badge).small().color(look::GROUND).background_color(look::ACCENT));
        }
        name
    });
    let name = row.inner;
    let learns = name.secondary_clicked() || (name.hovered() && ui.input(|input| input.key_pressed(Key::L)));
    name.on_hover_text("right-click or L: bind it to a controller");
    let speed = (state.soft.max - state.soft.min) / 200.0;
    let mut unlearns = false;
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
        let reset = ui.add_enabled(is_moved, Button::new("Reset").small());
        if reset.on_hover_text(format!("back to {}, as the script says", number(state.script))).clicked() {
            value = state.script;
        }
        unlearns = badge.is_some() && ui.small_button("Unlearn").clicked();
    });
    if unlearns {
        return Some(Touch::Unlearn(address));
    }
    if learns {
        return Some(Touch::Learn(address));
    }
    (value != state.value).then_some(Touch::Move(address, value))
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
            let output = node.kind.outputs.get(*output).map_or("", |output| output.name);
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

fn quiet_small(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).small().color(look::QUIET));
}

fn quiet(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(look::QUIET));
}
