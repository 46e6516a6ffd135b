//! The Dashboard screen: numbers over the whole time, plots with one cursor and one choice of time, and the latest prompts.

pub mod axis;
mod controls;
mod cursor;
mod draw;
mod empty;
mod legend;
mod numbers;
mod plot;
mod prompts;
mod values;

use egui::{Align, Frame, Layout, Margin, ScrollArea, Ui, vec2};

use super::logs::ModelNames;
use crate::app::{Commands, State};
use crate::ui::theme::size;

/// From this width in points on, plots stand in two columns.
const TWO_COLUMNS: f32 = 760.0;

/// What the screen keeps between frames.
#[derive(Debug, Default)]
pub struct DashboardScreen {
    cursor: cursor::Cursor,
    controls: controls::Controls,
}

impl DashboardScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let frame = Frame::new().inner_margin(Margin { left: 20, right: 12, top: 12, bottom: 0 });
        frame.show(ui, |ui| {
            self.controls.ui(ui, state, commands);
            ui.add_space(size::GAP_SMALL);
            if empty::ui(ui, state, commands) {
                return;
            }
            ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| self.content(ui, state, commands));
        });
    }

    fn content(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        ui.set_max_width(ui.available_width() - 8.0);
        let names = ModelNames::of(state.dashboard.models.value().into_iter().flatten().map(String::as_str));
        empty::nothing_yet(ui, state, commands);
        numbers::ui(ui, state, &names);
        ui.add_space(size::GAP);
        self.plots(ui, state, &names, commands);
        prompts::ui(ui, state, commands);
        ui.add_space(size::GAP_LARGE);
    }

    fn plots(&mut self, ui: &mut Ui, state: &State, names: &ModelNames, commands: &mut Commands) {
        self.cursor.begin(ui, state);
        let columns = if ui.available_width() >= TWO_COLUMNS { 2 } else { 1 };
        let gap = size::PAD;
        let width = ((ui.available_width() - gap * (columns - 1) as f32) / columns as f32).floor();
        let count = state.dashboard.board.widgets.len();
        for row in (0..count).step_by(columns) {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = gap;
                for index in row..(row + columns).min(count) {
                    ui.allocate_ui_with_layout(vec2(width, plot::CARD_HEIGHT), Layout::top_down(Align::Min), |ui| {
                        ui.set_width(width);
                        plot::card(ui, state, index, names, &mut self.cursor, commands);
                    });
                }
            });
            ui.add_space(gap - ui.spacing().item_spacing.y);
        }
        self.cursor.end(ui, commands);
    }
}

/// What the rail says beside the screen's name.
pub fn badge(_state: &State) -> Option<String> {
    None
}
