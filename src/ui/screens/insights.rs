//! The Insights screen: a query above, what it found below, and at the right what helps to write one or the row that was opened.

mod chart;
mod compare;
mod detail;
mod editor;
mod head;
mod outcome;
mod panel;
mod run_bar;

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use crate::app::insights::InsightsCommand;
use crate::app::{Command, Commands, State};
use crate::ui::theme::{Theme, size};

pub use editor::holds_the_key_for_help;

/// Below this width in points the side panel is folded away until it is asked for.
const NARROW: f32 = 900.0;

/// What the screen keeps between frames.
#[derive(Debug, Default)]
pub struct InsightsScreen {
    head: head::Head,
    editor: editor::Editor,
    run_bar: run_bar::RunBar,
    outcome: outcome::OutcomeView,
    panel: panel::SidePanel,
    /// Runs that were asked for when the screen was drawn last.
    asked: u64,
}

impl InsightsScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let narrow = ui.available_width() < NARROW;
        if std::mem::replace(&mut self.asked, state.insights.asked) != state.insights.asked && narrow {
            // Where there is little place, rows need it.
            self.panel.fold();
        }
        let row_open = self.outcome.opened(state).is_some();
        if row_open || self.panel.is_shown(narrow) {
            let width = (ui.available_width() * 0.3).clamp(280.0, 380.0);
            let frame = Frame::new().fill(Theme::of(ui).panel).inner_margin(Margin::symmetric(12, 12));
            Panel::right("insights-side")
                .resizable(true)
                .default_size(width)
                .size_range(260.0..=700.0)
                .frame(frame)
                .show(ui, |ui| if row_open { self.outcome.detail(ui, state, commands) } else { self.panel.ui(ui, state, commands) });
        }
        let frame = Frame::new().inner_margin(Margin { left: 20, right: 14, top: 10, bottom: 0 });
        CentralPanel::default().frame(frame).show(ui, |ui| self.query(ui, state, commands, narrow));
    }

    fn query(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands, narrow: bool) {
        ui.spacing_mut().item_spacing.y = if size::is_low(ui) { size::GAP_SMALL } else { size::GAP };
        self.head.ui(ui, state, commands, &mut self.panel, narrow);
        self.editor.ui(ui, state, commands);
        self.run_bar.ui(ui, state, commands);
        self.outcome.ui(ui, state, commands);
    }
}

fn send(commands: &mut Commands, command: InsightsCommand) {
    commands.send(Command::Insights(command));
}
