//! The head of a screen.

use egui::{Align, Label, Layout, RichText, Ui};

use super::label::title;
use crate::ui::theme::Theme;

/// Below this width in points a summary says nothing.
const LEAST: f32 = 48.0;

/// The title at the left, buttons at the right, added from the right on, and between them as much of the summary as there is room for.
pub fn page_head(ui: &mut Ui, words: &str, summary: &str, buttons: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.set_max_width(ui.available_width() - 8.0);
        title(ui, words);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            buttons(ui);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                if ui.available_width() >= LEAST {
                    ui.add(Label::new(RichText::new(summary).small().color(Theme::of(ui).text3)).truncate());
                }
            });
        });
    });
}
