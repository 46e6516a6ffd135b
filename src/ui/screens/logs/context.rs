//! The records around one of them, whatever the filter: what is shown instead of the histogram, with the way back.

use egui::{Key, Modifiers, Ui};

use crate::app::logs::listed::CONTEXT_STEP;
use crate::app::logs::{Listed, LogsCommand};
use crate::app::{Command, Commands, State};
use crate::base::clock::timestamp_ms;
use crate::base::text::count;
use crate::ui::theme::{Tone, size};
use crate::ui::widgets::{Push, note};
use crate::ui::{format, icons};

/// Says what is listed and offers more of it; `false` when the record is gone.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) -> bool {
    let listed = state.logs.listed();
    let Listed::Around { store, first, last, anchor } = listed else { return false };
    let Some(entry) = store.get(anchor) else { return false };
    ui.add_space(size::GAP_SMALL);
    let at = format::moment(&state.settings, timestamp_ms(entry.at_ms));
    let (before, after) = (count((anchor - first) as u64, "record"), count((last - anchor) as u64, "record"));
    note(ui, Tone::Neutral, &format!("Around {at}, the filter left aside: {before} before, {after} after"));
    ui.horizontal_wrapped(|ui| {
        if ui.add(Push::secondary("Back to what was found").with_icon(icons::ARROW_LEFT).shortcut("Esc")).clicked() || escaped(ui) {
            commands.send(Command::Logs(LogsCommand::LeaveContext));
        }
        more(ui, "More after", last + 1 < store.len(), 0, CONTEXT_STEP, commands);
        more(ui, "More before", first > 0, CONTEXT_STEP, 0, commands);
    });
    ui.add_space(size::GAP_SMALL);
    true
}

fn more(ui: &mut Ui, words: &str, there_are: bool, before: usize, after: usize, commands: &mut Commands) {
    let blocked = (!there_are).then_some("No more records are loaded in this direction");
    if ui.add(Push::secondary(words).blocked_by(blocked)).clicked() {
        commands.send(Command::Logs(LogsCommand::MoreContext { before, after }));
    }
}

/// Escape leads back, unless a text field or a popup has it.
fn escaped(ui: &Ui) -> bool {
    let taken = ui.text_edit_focused() || egui::Popup::is_any_open(ui);
    !taken && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
}
