//! How the operator's window looks: readable at two metres in the dark.

use bevy_egui::egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Stroke, TextStyle, Theme, Visuals,
};
use pastiche_engine::node::Status;
use pastiche_engine::port::PortType;

pub(super) const GROUND: Color32 = Color32::from_rgb(12, 13, 16);
pub(super) const PANEL: Color32 = Color32::from_rgb(20, 22, 27);
pub(super) const TEXT: Color32 = Color32::from_rgb(232, 234, 240);
pub(super) const QUIET: Color32 = Color32::from_rgb(150, 156, 170);
pub(super) const ACCENT: Color32 = Color32::from_rgb(255, 176, 58);
pub(super) const GOOD: Color32 = Color32::from_rgb(86, 204, 120);
pub(super) const WAITING: Color32 = Color32::from_rgb(255, 205, 60);
pub(super) const BAD: Color32 = Color32::from_rgb(255, 92, 80);

/// Sets the window's style, once.
pub(super) fn dress(context: &Context) {
    context.set_theme(Theme::Dark);
    let mut visuals = Visuals::dark();
    visuals.override_text_color = Some(TEXT);
    visuals.panel_fill = PANEL;
    visuals.window_fill = PANEL;
    visuals.extreme_bg_color = GROUND;
    visuals.selection.bg_fill = ACCENT.linear_multiply(0.45);
    visuals.selection.stroke = Stroke::new(1.5, ACCENT);
    visuals.widgets.hovered.bg_stroke = Stroke::new(1.5, ACCENT);
    visuals.widgets.active.bg_stroke = Stroke::new(2.0, ACCENT);
    for widget in [
        &mut visuals.widgets.inactive,
        &mut visuals.widgets.hovered,
        &mut visuals.widgets.active,
        &mut visuals.widgets.open,
    ] {
        widget.corner_radius = CornerRadius::same(4);
    }
    visuals.slider_trailing_fill = true;
    context.set_visuals(visuals);
    context.all_styles_mut(|style| {
        let sizes = [
            (TextStyle::Small, 14.0, FontFamily::Proportional),
            (TextStyle::Body, 18.0, FontFamily::Proportional),
            (TextStyle::Button, 18.0, FontFamily::Proportional),
            (TextStyle::Heading, 22.0, FontFamily::Proportional),
            (TextStyle::Monospace, 16.0, FontFamily::Monospace),
        ];
        style.text_styles = sizes.map(|(name, size, family)| (name, FontId::new(size, family))).into();
        style.spacing.item_spacing = [8.0, 8.0].into();
        style.spacing.button_padding = [10.0, 6.0].into();
        style.spacing.interact_size.y = 28.0;
        style.spacing.slider_width = 190.0;
        style.spacing.slider_rail_height = 10.0;
    });
}

/// The colour of a wire.
pub(super) fn wire(port: PortType) -> Color32 {
    match port {
        PortType::Frame => Color32::from_rgb(104, 178, 255),
        PortType::Control => ACCENT,
        PortType::Colour => Color32::from_rgb(255, 128, 190),
        PortType::Style => Color32::from_rgb(190, 140, 255),
        PortType::Notes => Color32::from_rgb(120, 222, 130),
        PortType::Audio => Color32::from_rgb(90, 216, 206),
        PortType::Trigger => Color32::from_rgb(255, 236, 120),
    }
}

/// The colour of a node's lamp, and what it means.
pub(super) fn lamp(status: &Status) -> (Color32, &str) {
    match status {
        Status::Ready => (GOOD, "ready"),
        Status::Active(what) => (GOOD, what),
        Status::Waiting(why) => (WAITING, why),
        Status::Failed(why) => (BAD, why),
    }
}
