//! What is wrong, as the terminal says it.

use bevy_egui::egui::{RichText, ScrollArea, Ui};

use super::look;
use crate::show::Show;

/// Shows the faults with file, line and caret. Nothing when there are none.
pub(super) fn show(ui: &mut Ui, show: &dyn Show) {
    let faults = show.faults();
    ScrollArea::vertical().auto_shrink([false, true]).max_height(240.0).show(ui, |ui| {
        for fault in &faults {
            let colour = if fault.is_error() { look::BAD } else { look::WAITING };
            ui.label(RichText::new(fault.to_string()).monospace().color(colour));
        }
    });
}
