//! The row at the top: what plays, the clock, and what concerns the whole picture.

use bevy_egui::egui::{Color32, RichText, Sense, Slider, Ui, Vec2};
use pastiche_engine::clock::SAMPLE_RATE;

use super::look;
use crate::keys::Action;
use crate::show::Show;
use crate::state::StageState;

/// Beats that the lamps count.
const LAMPS: u64 = 4;

/// From one lamp to the next.
const LAMP_STEP: f32 = 18.0;

/// Shows the row; returns what was pressed.
pub(super) fn show(ui: &mut Ui, show: &dyn Show, state: &mut StageState, fps: f64) -> Vec<Action> {
    let mut pressed = Vec::new();
    let figures = show.figures();
    ui.horizontal(|ui| {
        let name = figures.patch.rsplit(['/', '\\']).next().unwrap_or_default();
        ui.label(RichText::new(name).heading().strong());
        let version = show.live().version();
        let is_broken = show.faults().iter().any(|fault| fault.is_error());
        let (text, colour) = match (version, is_broken) {
            (0, false) => ("loading".to_owned(), look::WAITING),
            (0, true) => ("nothing plays yet".to_owned(), look::BAD),
            (version, false) => (format!("version {version} plays"), look::GOOD),
            (version, true) => (format!("version {version} keeps playing"), look::BAD),
        };
        ui.label(RichText::new(text).color(colour));
        if let Some(take) = &figures.take {
            let name = take.file_name().unwrap_or_default().to_string_lossy();
            ui.label(RichText::new(format!("● {name}")).color(look::BAD));
        }
        if let Some(notice) = state.notice() {
            ui.label(RichText::new(notice).color(look::ACCENT));
        }
    });
    ui.horizontal_wrapped(|ui| {
        let beats = show.live().beats();
        beat_lamps(ui, beats.now);
        ui.label(RichText::new(format!("{:.1} bpm", beats.bpm)).strong());
        let source = show.live().leader().map_or_else(|| "by itself".to_owned(), |node| format!("by {node}"));
        ui.label(RichText::new(source).color(look::QUIET)).on_hover_text("what leads the beat");
        pressed.extend(ui.button("Tap").clicked().then_some(Action::Tap));
        ui.separator();
        let secs = show.live().rate().start_sample(figures.frames + figures.skipped) / SAMPLE_RATE;
        ui.label(format!("{:02}:{:02}:{:02}", secs / 3600, secs / 60 % 60, secs % 60));
        let missed = if figures.skipped > 0 { look::WAITING } else { look::QUIET };
        ui.label(RichText::new(format!("{fps:.0} fps")).color(look::QUIET));
        let missed = RichText::new(format!("{} missed", figures.skipped)).color(missed);
        ui.label(missed).on_hover_text(format!("{} shown again instead", figures.repeated));
        ui.separator();
        let mut switch = |ui: &mut Ui, text: &str, is_on: bool, action| {
            let text = if is_on { RichText::new(text).color(Color32::BLACK) } else { RichText::new(text) };
            let button = bevy_egui::egui::Button::new(text);
            let button = if is_on { button.fill(look::ACCENT) } else { button };
            pressed.extend(ui.add(button).clicked().then_some(action));
        };
        switch(ui, "Blackout", state.is_black, Action::Blackout);
        switch(ui, "Freeze", state.is_frozen, Action::Freeze);
        switch(ui, "Still", false, Action::Still);
        switch(ui, "Record", figures.take.is_some(), Action::Record);
        switch(ui, "Full screen", state.full_screen, Action::FullScreen);
        switch(ui, "Undo", false, Action::Undo);
        ui.separator();
        ui.label("Master");
        ui.spacing_mut().slider_width = 48.0;
        ui.add(Slider::new(&mut state.fade, 0.0..=1.0).show_value(false));
        ui.label(format!("{:.0}%", state.light() * 100.0));
    });
    pressed
}

/// One lamp a beat; the one of this beat glows and fades.
fn beat_lamps(ui: &mut Ui, beats: f64) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(LAMP_STEP * LAMPS as f32, 24.0), Sense::hover());
    let (whole, rest) = (beats.max(0.0).floor() as u64, beats.max(0.0).fract() as f32);
    for lamp in 0..LAMPS {
        let is_lit = whole % LAMPS == lamp;
        let colour = if is_lit {
            look::ACCENT.linear_multiply(1.0 - 0.7 * rest)
        } else {
            look::QUIET.linear_multiply(0.25)
        };
        let centre = rect.left_center() + Vec2::new(LAMP_STEP * (lamp as f32 + 0.5), 0.0);
        ui.painter().circle_filled(centre, if lamp == 0 { 8.0 } else { 6.0 }, colour);
    }
}
