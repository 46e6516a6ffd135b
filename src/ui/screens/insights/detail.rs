//! The opened row: its values, and the event behind it with a way to the log viewer.

use egui::{Align, Layout, ScrollArea, Ui};

use super::send;
use crate::app::insights::export::object;
use crate::app::insights::{Answer, InsightsCommand, OpenRecord};
use crate::app::logs::LogsCommand;
use crate::app::{Command, Commands, State};
use crate::base::text::one_line;
use crate::ui::theme::{Tone, size};
use crate::ui::widgets::{Busy, KeyValues, Push, caption, copy_button, hint, note, section};
use crate::ui::{format, icons};

/// Longest value that is shown whole, in characters.
const LONGEST: usize = 1_500;

/// Draws the row; true when it was closed.
pub fn ui(ui: &mut Ui, state: &State, answer: &Answer, row: usize, commands: &mut Commands) -> bool {
    let results = &answer.results;
    let closed = ui
        .horizontal(|ui| {
            section(ui, format!("Row {}", row + 1));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let closed = ui.add(Push::icon(icons::X, "Close row")).clicked();
                copy_button(ui, "row as JSON", || serde_json::to_string_pretty(&object(results, row)).unwrap_or_default());
                closed
            })
            .inner
        })
        .inner;
    ScrollArea::vertical().id_salt("insights-row").auto_shrink([false, false]).show(ui, |ui| {
        let values = results.columns.iter().zip(&results.rows[row].0);
        let shown: Vec<(String, String)> = values
            .map(|(name, value)| {
                (name.clone(), value.shown().map_or_else(|| "–".to_owned(), |shown| format::masked(&state.settings, &shown)))
            })
            .collect();
        list(ui, &shown);
        ui.add_space(size::GAP);
        match (&results.rows[row].1, &state.insights.record) {
            (Some(pointer), Some(record)) if record.pointer == *pointer => event(ui, record, commands),
            (Some(pointer), _) => {
                if ui.add(Push::secondary("Show the log event")).clicked() {
                    send(commands, InsightsCommand::OpenRecord(pointer.clone()));
                }
            }
            (None, _) => {
                hint(ui, "Computed of many events: no single one is behind it");
            }
        }
    });
    closed
}

/// The event behind the row.
fn event(ui: &mut Ui, record: &OpenRecord, commands: &mut Commands) {
    ui.horizontal_wrapped(|ui| {
        section(ui, "Log event");
        if let Some(id) = record.request_id()
            && ui.add(Push::secondary("Open in Logs").with_icon(icons::TEXT_ALIGN_START).small()).clicked()
        {
            commands.send(Command::Logs(LogsCommand::Open { request_id: id.to_owned() }));
        }
    });
    if record.fields.is_loading() {
        let _stopped = Busy::new("Looking for the event").show(ui);
    }
    if let Some(problem) = record.fields.problem() {
        note(ui, Tone::Error, &problem.what);
        caption(ui, &problem.remedy);
        if ui.add(Push::secondary("Try again").small()).clicked() {
            send(commands, InsightsCommand::OpenRecord(record.pointer.clone()));
        }
    }
    if let Some(fields) = record.fields.value() {
        list(ui, fields);
    }
}

fn list(ui: &mut Ui, fields: &[(String, String)]) {
    ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
    for (name, value) in fields {
        // Long names stand above their value, so that both have place.
        caption(ui, name);
        let mut values = KeyValues::new(ui, 0.0);
        if value.chars().count() > LONGEST {
            values.with("", |ui| {
                ui.add(egui::Label::new(egui::RichText::new(one_line(value, LONGEST)).monospace()).wrap());
                copy_button(ui, name, || value.clone());
            });
        } else {
            values.copy(name_of_nothing(), value);
        }
    }
}

/// The name stands above already.
fn name_of_nothing() -> &'static str {
    ""
}
