//! What can be done with several records: copy, compare, export.

use egui::{Ui, WidgetText};
use strum::IntoEnumIterator as _;

use crate::app::logs::work::{self, MOST_COPIED};
use crate::app::logs::{Listed, LogsCommand, LogsState};
use crate::app::{Command, Commands, State};
use crate::base::text::{count, grouped};
use crate::logs::field::Field;
use crate::logs::table_text::{self, Shape};
use crate::ui::icons;
use crate::ui::widgets::{Push, Selection, hint};

/// The selection's own row, while more than one record is selected.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let selected = state.logs.selection.count();
    if selected < 2 {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        hint(ui, format!("{} selected", grouped(selected as u64)));
        if selected <= MOST_COPIED {
            copy_menu(ui, state);
        }
        let why = blocked(&state.logs, selected);
        if ui.add(Push::secondary("Compare").with_icon(icons::GIT_COMPARE).blocked_by(why)).clicked() {
            commands.send(Command::Logs(LogsCommand::Compare));
        }
        menu(ui, "Export", |ui| shapes(ui, commands, true));
    });
}

fn blocked(logs: &LogsState, selected: usize) -> Option<&'static str> {
    match selected {
        2 if work::pair(logs).is_some() => None,
        2 => Some("Only invocations can be compared: one of these lines is none"),
        _ => Some("Select two records to compare them"),
    }
}

fn copy_menu(ui: &mut Ui, state: &State) {
    menu(ui, "Copy as", |ui| {
        for shape in Shape::iter() {
            if ui.button(name(shape)).clicked() {
                ui.copy_text(text(&state.logs, &state.settings.log_columns.fields(), shape));
                ui.close();
            }
        }
    });
}

/// The selected records as text.
pub fn text(logs: &LogsState, fields: &[Field], shape: Shape) -> String {
    let listed = logs.listed();
    let entries = rows(&logs.selection, listed).filter_map(|row| listed.entry(row));
    table_text::text(shape, fields, entries)
}

fn rows<'a>(selection: &'a Selection, listed: Listed<'a>) -> impl Iterator<Item = usize> + Clone + 'a {
    let rows: Vec<usize> = selection.rows().take_while(move |row| *row < listed.len()).take(MOST_COPIED).collect();
    rows.into_iter()
}

/// Writes everything that is listed to a file.
pub fn export_menu(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let listed = state.logs.listed().len();
    let button = ui.add(Push::icon(icons::DOWNLOAD, "Export what is listed").small());
    egui::Popup::menu(&button).accessible_name("Export").show(|ui| {
        hint(ui, format!("Write {} to a file", count(listed as u64, "record")));
        shapes(ui, commands, false);
    });
}

fn shapes(ui: &mut Ui, commands: &mut Commands, selected: bool) {
    for shape in Shape::iter() {
        if ui.button(name(shape)).clicked() {
            commands.send(Command::Logs(LogsCommand::Export { shape, selected }));
            ui.close();
        }
    }
}

fn name(shape: Shape) -> &'static str {
    match shape {
        Shape::Text => "Text, the columns aligned",
        Shape::Json => "JSON, whole records",
        Shape::Csv => "CSV, the columns",
        Shape::Lines => "JSON lines, as they came",
    }
}

fn menu(ui: &mut Ui, words: impl Into<WidgetText>, content: impl FnOnce(&mut Ui)) {
    ui.menu_button(words.into(), content);
}
