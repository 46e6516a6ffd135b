//! The latest prompts with tokens, time and cost, from the invocation log.

use std::sync::Arc;
use std::time::Duration;

use egui::{Align, Label, Layout, RichText, Sense, Ui};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::app::logs::LogsCommand;
use crate::app::{Command, Commands, Screen, State};
use crate::base::clock::timestamp_ms;
use crate::base::text::{dollars, duration, grouped};
use crate::logs::{Entry, InvocationRecord};
use crate::models;
use crate::ui::format;
use crate::ui::theme::{Theme, size, text};
use crate::ui::widgets::{Card, Push, hint};

/// Prompts shown.
const SHOWN: usize = 8;

/// Draws the card.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let open = |ui: &mut Ui| {
        if ui.add(Push::quiet("Open in Logs").small()).clicked() {
            commands.send(Command::Go(Screen::Logs));
        }
    };
    let mut chosen = None;
    Card::new("Latest prompts").subtitle("from the invocation log").show_with(ui, open, |ui| chosen = self::table(ui, state));
    if let Some(request_id) = chosen {
        commands.send(Command::Logs(LogsCommand::Open { request_id }));
    }
}

/// The rows; gives the request id of the one that was clicked.
fn table(ui: &mut Ui, state: &State) -> Option<String> {
    // Raw lines are few: looking at the newest ones is enough.
    let latest: Vec<_> = state.logs.store.newest().take(SHOWN * 8).filter(|entry| entry.record().is_some()).take(SHOWN).collect();
    if latest.is_empty() {
        hint(
            ui,
            if state.logs.group().is_some() {
                "No record yet: Bedrock delivers one some seconds after a reply"
            } else {
                "Invocation logging has no log group here: the lab sets it up"
            },
        );
        return None;
    }
    let mut chosen = None;
    ui.spacing_mut().item_spacing = egui::vec2(10.0, 0.0);
    let builder = TableBuilder::new(ui)
        .id_salt("latest-prompts")
        .vscroll(false)
        .sense(Sense::click())
        .cell_layout(Layout::left_to_right(Align::Center));
    let builder = builder.column(Column::exact(74.0)).column(Column::exact(96.0)).column(Column::remainder().at_least(120.0).clip(true));
    let builder = builder.columns(Column::exact(60.0), 4);
    builder.header(22.0, header).body(|body| {
        body.rows(size::ROW, latest.len(), |mut row| {
            let entry: &Arc<Entry> = &latest[row.index()];
            let Some(record) = entry.record() else { return };
            cells(&mut row, state, entry, record);
            if row.response().on_hover_text("Open the record").clicked() {
                chosen = Some(record.request_id.to_string());
            }
        });
    });
    chosen
}

fn header(mut row: TableRow<'_, '_>) {
    for (name, right) in
        [("Time", false), ("Model", false), ("Prompt", false), ("In", true), ("Out", true), ("Latency", true), ("Cost", true)]
    {
        row.col(|ui| {
            let label = Label::new(RichText::new(name).text_style(text::axis()).color(Theme::of(ui).text3)).selectable(false);
            aligned(ui, right, |ui| ui.add(label));
        });
    }
}

fn cells(row: &mut TableRow<'_, '_>, state: &State, entry: &Entry, record: &InvocationRecord) {
    let time = format::time(&state.settings, timestamp_ms(entry.at_ms));
    let latency = record.latency_ms.map(|ms| duration(Duration::from_millis(ms)));
    row.col(|ui| number(ui, Some(time), false));
    row.col(|ui| {
        let color = Theme::of(ui).series(&record.model_id).color;
        ui.add(Label::new(RichText::new(models::short_name(&record.model_id)).color(color)).truncate().selectable(false));
    });
    row.col(|ui| prompt(ui, record));
    row.col(|ui| number(ui, record.input_tokens.map(grouped), true));
    row.col(|ui| number(ui, record.output_tokens.map(grouped), true));
    row.col(|ui| number(ui, latency, true));
    row.col(|ui| number(ui, record.cost().map(dollars), true));
}

fn prompt(ui: &mut Ui, record: &InvocationRecord) {
    let theme = Theme::of(ui);
    let (words, color) = match (&record.error_code, &record.prompt) {
        (Some(code), _) => (&**code, theme.error.ink),
        (None, Some(prompt)) => (&**prompt, theme.text),
        (None, None) => ("Text is not in the log", theme.text3),
    };
    ui.add(Label::new(RichText::new(words).color(color)).truncate().selectable(false));
}

fn number(ui: &mut Ui, value: Option<String>, right: bool) {
    let theme = Theme::of(ui);
    let color = if value.is_some() { theme.text } else { theme.text3 };
    let words = RichText::new(value.unwrap_or_else(|| "–".to_owned())).monospace().color(color);
    aligned(ui, right, |ui| ui.add(Label::new(words).selectable(false)));
}

fn aligned<R>(ui: &mut Ui, right: bool, add: impl FnOnce(&mut Ui) -> R) {
    if right {
        ui.with_layout(Layout::right_to_left(Align::Center), add);
    } else {
        add(ui);
    }
}
