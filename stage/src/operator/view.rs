//! The contents of the operator's window.

use std::time::Instant;

use bevy_egui::egui::{CentralPanel, Key, Panel, ScrollArea, Ui};
use pastiche_engine::take::Input;

use super::controls::Touch;
use super::graph::Graph;
use super::reference::Reference;
use super::sparks::Sparks;
use super::textures::Textures;
use super::thumbnails::Thumbnails;
use super::{clock, controls, faults, look};
use crate::keys::Action;
use crate::show::Show;
use crate::state::StageState;

/// How much of a new rate goes into the mean that is shown.
const NEW_RATE: f64 = 0.1;

/// Everything that the window remembers from one picture to the next.
#[derive(Default)]
pub(super) struct View {
    is_dressed: bool,
    graph: Graph,
    reference: Reference,
    shows_reference: bool,
    sparks: Sparks,
    thumbnails: Thumbnails,
    rate: Rate,
    /// What was done in this picture, to be carried out behind it.
    actions: Vec<Action>,
    touched: Vec<Touch>,
    copied: Option<String>,
    /// A clipboard lasts as long as whoever filled it.
    clipboard: Option<arboard::Clipboard>,
}

impl View {
    /// Looks at the show: what controls are now, how pictures look now.
    pub(super) fn look(&mut self, show: &mut dyn Show, textures: &mut Textures<'_>) {
        self.rate.note(show.figures().frames);
        self.sparks.note(show.live());
        self.sparks.keep(show.live());
        self.thumbnails.refresh(show, textures);
    }

    /// Draws everything.
    pub(super) fn show(&mut self, ui: &mut Ui, show: &dyn Show, state: &mut StageState) {
        if !self.is_dressed {
            look::dress(ui.ctx());
            self.is_dressed = true;
        }
        Panel::top("clock").show_inside(ui, |ui| {
            self.actions.extend(clock::show(ui, show, state, self.rate.fps));
        });
        if !show.faults().is_empty() {
            Panel::bottom("faults").show_inside(ui, |ui| faults::show(ui, show));
        }
        Panel::left("controls").default_size(400.0).show_inside(ui, |ui| {
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                self.touched.extend(controls::knobs(ui, show));
                if let Some(node) = &self.graph.selected {
                    ui.separator();
                    self.touched.extend(controls::node(ui, show, node));
                }
                controls::devices(ui, show);
            });
        });
        if self.shows_reference {
            Panel::right("reference").default_size(380.0).show_inside(ui, |ui| {
                self.copied = self.reference.show(ui, show.registry());
            });
        }
        CentralPanel::default().show_inside(ui, |ui| {
            ui.horizontal(|ui| {
                if ui.button("Fit graph").clicked() {
                    self.graph.fit();
                }
                if ui.selectable_label(self.shows_reference, "Reference").clicked() {
                    self.shows_reference = !self.shows_reference;
                    self.turn_to_selected(show);
                }
            });
            self.graph.show(ui, show.live(), &self.thumbnails, &self.sparks);
        });
        // A slider that was dragged keeps the keys otherwise, and B would be no blackout.
        let is_let_go = ui.input(|input| input.pointer.any_released() || input.key_pressed(Key::Escape));
        if is_let_go && !ui.ctx().text_edit_focused() {
            ui.memory_mut(|memory| memory.stop_text_input());
        }
    }

    fn turn_to_selected(&mut self, show: &dyn Show) {
        let plan = show.live().plan();
        let at = self.graph.selected.as_ref().and_then(|node| plan.find(node));
        if let Some(at) = at {
            self.reference.turn_to(plan.nodes[at].kind.name);
        }
    }

    /// Carries out what was done.
    pub(super) fn act(&mut self, show: &mut dyn Show, state: &mut StageState) {
        for touch in self.touched.drain(..) {
            match touch {
                Touch::Move(control, value) => show.hand(Input::Move { control, value }),
                Touch::Learn(control) => show.learn(&control),
                Touch::Unlearn(control) => show.unlearn(&control),
            }
        }
        for action in self.actions.drain(..) {
            state.act(action, show);
        }
        if let Some(text) = self.copied.take() {
            state.notify(self.copy(text));
        }
    }

    fn copy(&mut self, text: String) -> String {
        if self.clipboard.is_none() {
            self.clipboard = arboard::Clipboard::new().ok();
        }
        match self.clipboard.as_mut().map(|clipboard| clipboard.set_text(text)) {
            Some(Ok(())) => "the example is in the clipboard".into(),
            Some(Err(error)) => format!("nothing could be copied: {error}"),
            None => "there is no clipboard here".into(),
        }
    }

    /// The window is closed: its context and its textures are gone.
    pub(super) fn forget_textures(&mut self) {
        self.thumbnails = Thumbnails::default();
        self.is_dressed = false;
    }
}

/// Frames a second, as they are shown.
#[derive(Default)]
struct Rate {
    last: Option<(Instant, u64)>,
    fps: f64,
}

impl Rate {
    fn note(&mut self, frames: u64) {
        let now = Instant::now();
        if let Some((then, before)) = self.last {
            let secs = now.saturating_duration_since(then).as_secs_f64();
            let rate = frames.saturating_sub(before) as f64 / secs.max(1e-6);
            self.fps += (rate - self.fps) * if self.fps == 0.0 { 1.0 } else { NEW_RATE };
        }
        self.last = Some((now, frames));
    }
}
