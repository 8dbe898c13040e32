//! The graph as boxes and wires.

use std::collections::HashMap;

use bevy_egui::egui::emath::TSTransform;
use bevy_egui::egui::load::SizedTexture;
use bevy_egui::egui::{Color32, Frame, Label, Pos2, Rect, RichText, Sense, Stroke, Ui, Vec2};
use egui_snarl::ui::{NodeLayout, PinInfo, PinPlacement, SnarlStyle, SnarlViewer, SnarlWidget, WireStyle};
use egui_snarl::{InPin, InPinId, NodeId, OutPin, OutPinId, Snarl};
use pastiche_engine::key::NodeKey;
use pastiche_engine::live::Live;
use pastiche_engine::node::Status;
use pastiche_engine::plan::{PlanNode, Source};
use pastiche_engine::port::{PortType, Value};

use super::sparks::Sparks;
use super::thumbnails::{self, Thumbnails};
use super::{layout, look};

/// After a new version the view is fitted for this many pictures, until the boxes have their sizes.
const FITTING: u32 = 10;

/// The boxes, where a person has put them, and the one that is looked at.
pub(super) struct Graph {
    boxes: Snarl<usize>,
    /// The version that the boxes are of.
    version: u64,
    fitting: u32,
    /// Around all boxes, as they were drawn last.
    bounds: Rect,
    pub(super) selected: Option<NodeKey>,
}

impl Default for Graph {
    fn default() -> Graph {
        Graph { boxes: Snarl::new(), version: 0, fitting: 0, bounds: Rect::NOTHING, selected: None }
    }
}

impl Graph {
    /// Fits the view to the whole graph.
    pub(super) fn fit(&mut self) {
        self.fitting = FITTING;
    }

    /// Shows the graph.
    pub(super) fn show(&mut self, ui: &mut Ui, live: &Live, thumbnails: &Thumbnails, sparks: &Sparks) {
        if self.version != live.version() {
            self.rebuild(live);
        }
        let fit_to = (self.fitting > 0 && self.bounds.is_finite())
            .then(|| (ui.available_rect_before_wrap(), self.bounds));
        self.fitting = self.fitting.saturating_sub(1);
        let statuses = live.statuses().map(|(_, status)| status).collect();
        let mut viewer = Viewer {
            live,
            thumbnails,
            sparks,
            statuses,
            fit_to,
            bounds: Rect::NOTHING,
            selected: &mut self.selected,
        };
        SnarlWidget::new().id_salt("graph").style(style()).show(&mut self.boxes, &mut viewer, ui);
        self.bounds = viewer.bounds;
    }

    /// Makes the boxes of a new version; those that stay keep their places.
    fn rebuild(&mut self, live: &Live) {
        let plan = live.plan();
        let kept: HashMap<NodeKey, Pos2> = if self.version == 0 { HashMap::new() } else { self.places(live) };
        let is_same = kept.len() == plan.nodes.len();
        let places = layout::places(plan);
        self.boxes = Snarl::new();
        let ids: Vec<NodeId> = plan
            .nodes
            .iter()
            .zip(places)
            .enumerate()
            .map(|(position, (node, [x, y]))| {
                let place = if is_same { kept.get(&node.key).copied() } else { None };
                self.boxes.insert_node(place.unwrap_or(Pos2::new(x, y)), position)
            })
            .collect();
        for (node, id) in plan.nodes.iter().zip(&ids) {
            for (input, wire) in wires(node).iter().enumerate() {
                let from = OutPinId { node: ids[wire.node], output: wire.output };
                self.boxes.connect(from, InPinId { node: *id, input });
            }
        }
        self.version = live.version();
        if !is_same {
            self.fit();
        }
    }

    /// Where the boxes of nodes stand that are still there: only when none has come or gone.
    fn places(&self, live: &Live) -> HashMap<NodeKey, Pos2> {
        let nodes = &live.plan().nodes;
        if self.boxes.nodes().count() != nodes.len() {
            return HashMap::new();
        }
        let places = self.boxes.nodes_pos();
        places.filter_map(|(place, position)| Some((nodes.get(*position)?.key.clone(), place))).collect()
    }
}

fn style() -> SnarlStyle {
    let frame = Frame::new().fill(look::PANEL).corner_radius(6.0).inner_margin(8.0);
    SnarlStyle {
        node_layout: Some(NodeLayout::coil()),
        node_frame: Some(frame.stroke(Stroke::new(1.5, Color32::from_gray(70)))),
        header_frame: Some(frame.fill(Color32::from_rgb(32, 35, 42)).inner_margin(6.0)),
        bg_frame: Some(Frame::new().fill(look::GROUND)),
        pin_placement: Some(PinPlacement::Edge),
        pin_size: Some(12.0),
        wire_width: Some(3.0),
        wire_style: Some(WireStyle::Bezier5),
        collapsible: Some(false),
        ..SnarlStyle::new()
    }
}

/// A wire that arrives at a node.
struct Arriving {
    /// Name of the input, with the place in its list.
    input: String,
    port: PortType,
    node: usize,
    output: usize,
}

fn wires(node: &PlanNode) -> Vec<Arriving> {
    let mut wires = Vec::new();
    for (input, source) in node.inputs.iter().zip(&node.sources) {
        let mut add = |name: String, source: &Source| {
            if let Source::Wire { node: from, output } = source {
                wires.push(Arriving { input: name, port: input.port, node: *from, output: *output });
            }
        };
        match source {
            Source::List(members) => {
                members
                    .iter()
                    .enumerate()
                    .for_each(|(n, member)| add(format!("{}[{n}]", input.name), member));
            }
            source => add(input.name.to_string(), source),
        }
    }
    wires
}

struct Viewer<'a> {
    live: &'a Live,
    thumbnails: &'a Thumbnails,
    sparks: &'a Sparks,
    statuses: Vec<Status>,
    /// The view's own rectangle, and what it is to show.
    fit_to: Option<(Rect, Rect)>,
    bounds: Rect,
    selected: &'a mut Option<NodeKey>,
}

impl Viewer<'_> {
    fn node(&self, position: usize) -> Option<&PlanNode> {
        self.live.plan().nodes.get(position)
    }

    fn small(&self, ui: &mut Ui, position: usize) {
        let Some(node) = self.node(position) else { return };
        let mut figures = format!("{:.2} ms", self.sparks.time_ms(&node.key));
        let frame = self.live.outputs(position).iter().find_map(|value| match value {
            Value::Frame(frame) => frame.as_ref(),
            _ => None,
        });
        if let Some(frame) = frame {
            let [width, height] = frame.size_px();
            let bytes = frame.gpu().map_or(4, |_| 8) * u64::from(width) * u64::from(height);
            figures += &format!("  {width}x{height}  {:.1} MB", bytes as f64 / 1e6);
        }
        ui.add(Label::new(RichText::new(figures).small().color(look::QUIET)).extend());
    }
}

impl SnarlViewer<usize> for Viewer<'_> {
    fn title(&mut self, node: &usize) -> String {
        self.node(*node).map_or(String::new(), |node| node.key.to_string())
    }

    fn show_header(
        &mut self,
        node: NodeId,
        _inputs: &[InPin],
        _outputs: &[OutPin],
        ui: &mut Ui,
        snarl: &mut Snarl<usize>,
    ) {
        let position = snarl[node];
        let Some(planned) = self.live.plan().nodes.get(position) else { return };
        let status = self.statuses.get(position).cloned().unwrap_or_default();
        let (colour, meaning) = look::lamp(&status);
        ui.horizontal(|ui| {
            let (lamp, response) = ui.allocate_exact_size(Vec2::splat(14.0), Sense::hover());
            ui.painter().circle_filled(lamp.center(), 6.0, colour);
            response.on_hover_text(meaning);
            let name = RichText::new(planned.key.to_string()).strong();
            let is_selected = self.selected.as_ref() == Some(&planned.key);
            let name = if is_selected { name.color(look::ACCENT) } else { name };
            let name = ui.add(Label::new(name).selectable(false).sense(Sense::click()));
            if name.on_hover_text(planned.kind.summary).clicked() {
                *self.selected = (!is_selected).then(|| planned.key.clone());
            }
            if planned.key.group() != planned.kind.name {
                ui.label(RichText::new(planned.kind.name).small().color(look::QUIET));
            }
        });
    }

    fn inputs(&mut self, node: &usize) -> usize {
        self.node(*node).map_or(0, |node| wires(node).len())
    }

    #[expect(refining_impl_trait, reason = "the pins are all of one type")]
    fn show_input(&mut self, pin: &InPin, ui: &mut Ui, snarl: &mut Snarl<usize>) -> PinInfo {
        let arriving = self.node(snarl[pin.id.node]).map(wires);
        let wire = arriving.as_ref().and_then(|wires| wires.get(pin.id.input));
        let Some(wire) = wire else { return PinInfo::circle() };
        ui.label(RichText::new(&wire.input).small());
        PinInfo::circle().with_fill(look::wire(wire.port)).with_wire_color(look::wire(wire.port))
    }

    fn outputs(&mut self, node: &usize) -> usize {
        self.node(*node).map_or(0, |node| node.kind.outputs.len())
    }

    #[expect(refining_impl_trait, reason = "the pins are all of one type")]
    fn show_output(&mut self, pin: &OutPin, ui: &mut Ui, snarl: &mut Snarl<usize>) -> PinInfo {
        let position = snarl[pin.id.node];
        let output = self.node(position).and_then(|node| node.kind.outputs.get(pin.id.output));
        let Some(output) = output else { return PinInfo::circle() };
        let value = match self.live.outputs(position).get(pin.id.output) {
            Some(Value::Control(value)) => format!(" {}", crate::state::number(*value)),
            _ => String::new(),
        };
        ui.label(RichText::new(format!("{}{value}", output.name)).small());
        PinInfo::circle().with_fill(look::wire(output.port)).with_wire_color(look::wire(output.port))
    }

    fn has_body(&mut self, _node: &usize) -> bool {
        true
    }

    fn show_body(
        &mut self,
        node: NodeId,
        _inputs: &[InPin],
        _outputs: &[OutPin],
        ui: &mut Ui,
        snarl: &mut Snarl<usize>,
    ) {
        let position = snarl[node];
        let Some(planned) = self.live.plan().nodes.get(position) else { return };
        let [width, height] = thumbnails::SIZE_PX.map(|side| side as f32);
        ui.vertical(|ui| {
            if let Some(texture) = self.thumbnails.get(&planned.key) {
                ui.image(SizedTexture::new(texture, [width, height]));
            } else if let Some(output) = first_control(planned) {
                self.sparks.draw(ui, &planned.key, output, Vec2::new(width, height / 2.0));
            }
            self.small(ui, position);
        });
    }

    fn final_node_rect(&mut self, _node: NodeId, rect: Rect, _ui: &mut Ui, _snarl: &mut Snarl<usize>) {
        self.bounds = self.bounds.union(rect);
    }

    fn current_transform(&mut self, to_global: &mut TSTransform, _snarl: &mut Snarl<usize>) {
        if let Some((view, graph)) = self.fit_to {
            let (view, graph) = (view.shrink(24.0), graph);
            let scales = view.size() / graph.size().max(Vec2::splat(1.0));
            let scaling = scales.min_elem().clamp(0.2, 1.0);
            *to_global =
                TSTransform::new(view.center().to_vec2() - graph.center().to_vec2() * scaling, scaling);
        }
    }

    // The script makes the wires: they are only looked at here.
    fn connect(&mut self, _from: &OutPin, _to: &InPin, _snarl: &mut Snarl<usize>) {}
    fn disconnect(&mut self, _from: &OutPin, _to: &InPin, _snarl: &mut Snarl<usize>) {}
    fn drop_outputs(&mut self, _pin: &OutPin, _snarl: &mut Snarl<usize>) {}
    fn drop_inputs(&mut self, _pin: &InPin, _snarl: &mut Snarl<usize>) {}
}

fn first_control(node: &PlanNode) -> Option<usize> {
    node.kind.outputs.iter().position(|output| output.port == PortType::Control)
}
