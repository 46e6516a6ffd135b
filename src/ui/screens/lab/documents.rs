//! The policies and other texts of a step, side by side where there is room.

use egui::Ui;

use crate::app::State;
use crate::lab::action::Document;
use crate::lab::view::StepView;
use crate::ui::format::masked;
use crate::ui::theme::size;
use crate::ui::widgets::{Card, CodeBlock};

/// Least width of a document beside another.
const LEAST_WIDTH: f32 = 236.0;
/// Higher documents scroll, so that the plan stays in view.
const MOST_HEIGHT: f32 = 320.0;

/// Draws the documents.
pub fn ui(ui: &mut Ui, state: &State, view: &StepView) {
    let count = view.documents.len();
    let width = (ui.available_width() - size::PAD * (count as f32 - 1.0)) / count as f32;
    if width < LEAST_WIDTH {
        for document in &view.documents {
            card(ui, state, document);
        }
        return;
    }
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = size::PAD;
        for document in &view.documents {
            super::column(ui, width, |ui| card(ui, state, document));
        }
    });
}

fn card(ui: &mut Ui, state: &State, document: &Document) {
    Card::new(&document.title).show(ui, |ui| {
        ui.add_space(size::GAP_SMALL);
        let shown = masked(&state.settings, &document.json);
        CodeBlock::json(&shown).name(&document.title).max_height(MOST_HEIGHT).copied_as(&document.json).show(ui);
    });
}
