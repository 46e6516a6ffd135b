//! Fields of the loaded records, and the commands and functions of the language; a click writes one at the end of the query.

use egui::{ScrollArea, Ui};

use super::{entry, fits};
use crate::app::insights::InsightsCommand;
use crate::app::{Commands, State};
use crate::insights::reference::{FIELDS, entries};
use crate::ui::screens::insights::send;
use crate::ui::theme::size;
use crate::ui::widgets::{caption, hint, strong};

/// The fields that every event has, then those of the loaded records.
pub fn fields(ui: &mut Ui, state: &State, search: &str, commands: &mut Commands) {
    let found = &state.insights.fields;
    hint(ui, "Found in a sample of the loaded records; a click writes the field");
    ScrollArea::vertical().id_salt("fields").auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for (name, meaning) in FIELDS.into_iter().filter(|(name, meaning)| fits(&format!("{name} {meaning}"), search)) {
            if entry(ui, name, meaning, name).clicked() {
                write(state, name, commands);
            }
        }
        for field in found.iter().filter(|field| fits(&format!("{} {}", field.name, field.example), search)) {
            let detail = format!("{} % · {}", field.percent, field.example);
            if entry(ui, &field.name, &detail, &field.example).clicked() {
                write(state, &field.name, commands);
            }
        }
        if found.is_empty() {
            caption(ui, "No records are loaded yet");
        }
    });
}

/// Every command and function under its heading.
pub fn ui(ui: &mut Ui, state: &State, search: &str, commands: &mut Commands) {
    ScrollArea::vertical().id_salt("language").auto_shrink([false, false]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        let mut group = "";
        for word in entries().filter(|word| fits(&format!("{} {} {}", word.name, word.meaning, word.group), search)) {
            if word.group != group {
                group = word.group;
                ui.add_space(size::GAP_SMALL);
                strong(ui, group);
            }
            if entry(ui, word.signature, word.meaning, word.example).clicked() {
                write(state, word.name, commands);
            }
        }
    });
}

/// Adds a word to the end of the query.
fn write(state: &State, word: &str, commands: &mut Commands) {
    let text = &state.insights.text;
    let gap = if text.is_empty() || text.ends_with([' ', '(', '\n']) { "" } else { " " };
    send(commands, InsightsCommand::SetText(format!("{text}{gap}{word}")));
}
