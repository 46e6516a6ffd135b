//! The Playground screen.

use egui::Ui;

use crate::app::{Commands, Screen, State};
use crate::ui::widgets::Empty;

/// What the screen keeps between frames.
#[derive(Debug, Default)]
pub struct PlaygroundScreen {}

impl PlaygroundScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, _state: &State, _commands: &mut Commands) {
        Empty::new(super::icon(Screen::Playground), "Nothing to show yet").show(ui);
    }
}

/// What the rail says beside the screen's name.
pub fn badge(_state: &State) -> Option<String> {
    None
}
