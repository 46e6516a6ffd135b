//! What the dashboard says while there is nothing to plot.

use egui::Ui;

use crate::app::{Command, Commands, Screen, State};
use crate::ui::icons;
use crate::ui::theme::{Tone, size};
use crate::ui::widgets::{Busy, Empty, Push, banner};

/// Says why there can be nothing; `false` when plots shall be drawn.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) -> bool {
    if state.connection.environment().is_none() {
        let empty = Empty::new(icons::PLUG, "No place to work is open").detail("Metrics are read from the sandbox or from an account");
        if empty.action("Choose where to work").show(ui) {
            commands.send(Command::Go(Screen::Start));
        }
        return true;
    }
    let nothing_asked = state.dashboard.plots.iter().all(|plot| plot.value().is_none() && plot.problem().is_none());
    if nothing_asked {
        Busy::new("Fetching metrics…").show(ui);
    }
    nothing_asked
}

/// A band above empty plots: when metrics come.
pub fn nothing_yet(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if !state.dashboard.is_empty() {
        return;
    }
    banner(ui, Tone::Neutral, "No metric in this time. Bedrock's metrics appear within a minute of the first invocation, logging or not");
    ui.horizontal(|ui| {
        if ui.add(Push::primary("Open the playground")).clicked() {
            commands.send(Command::Go(Screen::Playground));
        }
        if ui.add(Push::secondary("Refresh")).clicked() {
            commands.send(Command::Refresh);
        }
    });
    ui.add_space(size::GAP);
}
