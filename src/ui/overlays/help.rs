//! The list of shortcuts.

use egui::{Grid, RichText, Ui};

use crate::app::{Command, Commands, State};
use crate::ui::icons;
use crate::ui::theme::{Theme, size, text};
use crate::ui::widgets::{Push, modal, scroll_up_to, section, title};

/// Keys that egui and the house widgets understand everywhere.
const COMMON: [(&str, &str); 11] = [
    ("Tab, Shift Tab", "To the next or previous control"),
    ("Space, Enter", "Push the control that has the keyboard"),
    ("Esc", "Close what lies on top"),
    ("↑ ↓ Page Home End", "Move in a list"),
    ("Shift with these", "Select a range"),
    ("Ctrl A", "Select all rows of a list"),
    ("Ctrl C", "Copy the selected rows or text"),
    ("Ctrl Enter", "Run the step or the query, send the prompt"),
    ("Ctrl Space", "In a query: suggest what can be written"),
    ("F1 on a word", "In a query: explain the word"),
    ("Ctrl /", "In a query: make the lines remarks, or commands again"),
];

/// Draws the list when it is open.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if !state.overlays.help {
        return;
    }
    let modal = modal(ui, "help").show(ui.ctx(), |ui| content(ui, commands));
    if modal.should_close() {
        commands.send(Command::CloseOverlay);
    }
}

fn content(ui: &mut Ui, commands: &mut Commands) {
    ui.set_width(520.0_f32.min(ui.ctx().content_rect().width() - 64.0));
    ui.horizontal(|ui| {
        title(ui, "Keyboard shortcuts");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.add(Push::icon(icons::X, "Close")).clicked() {
                commands.send(Command::CloseOverlay);
            }
        });
    });
    let height = ui.ctx().content_rect().height() - 160.0;
    scroll_up_to(height).auto_shrink([false, true]).show(ui, |ui| {
        section(ui, "Everywhere");
        let bound = Command::everywhere().into_iter().filter_map(|command| command.face()).filter_map(|face| Some((face.shortcut?, face)));
        let lines: Vec<_> = bound.map(|(keys, face)| (ui.format_shortcut(&keys).replace('+', " "), face.tooltip)).collect();
        table(ui, "everywhere", lines.iter().map(|(keys, words)| (keys.as_str(), *words)));
        ui.add_space(size::GAP_LARGE);
        section(ui, "In lists, forms and text");
        table(ui, "common", COMMON.into_iter());
    });
}

fn table<'t>(ui: &mut Ui, id: &str, lines: impl Iterator<Item = (&'t str, &'t str)>) {
    let theme = Theme::of(ui);
    Grid::new(id).num_columns(2).spacing([24.0, 4.0]).min_row_height(18.0).show(ui, |ui| {
        for (keys, words) in lines {
            ui.label(RichText::new(keys).text_style(text::mono_small()).color(theme.accent.ink));
            ui.label(RichText::new(words).color(theme.text2));
            ui.end_row();
        }
    });
}
