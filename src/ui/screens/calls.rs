//! The Calls drawer: every AWS call of the program, newest first, and what it would be on the command line.

use std::time::Duration;

use egui::{Align, Frame, Label, Layout, Margin, Panel, Response, RichText, Role, ScrollArea, TextStyle, Ui};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::app::{Command, Commands, State};
use crate::aws::recorder::CallRecord;
use crate::base::problem::Problem;
use crate::base::text::{count, duration};
use crate::ui::theme::{Theme, Tone, size, text};
use crate::ui::widgets::{
    CodeBlock, Empty, ErrorPanel, Field, KeyValues, Push, Selection, caption, checkbox, hint, list_focus, row_sense, section, status,
};
use crate::ui::{format, icons};

/// Below this width the table leaves out attempts and request id.
const WIDE_TABLE: f32 = 720.0;

/// What the drawer keeps between frames.
#[derive(Debug, Default)]
pub struct CallsDrawer {
    filter: String,
    failed_only: bool,
    /// Numbers of calls since the start of the program, so that new calls do not move the choice.
    chosen: Option<u64>,
}

/// A call with its number since the start of the program.
type Numbered<'a> = (u64, &'a CallRecord);

impl CallsDrawer {
    /// Draws the drawer above the strip when it is open.
    pub fn panel(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if !state.overlays.calls {
            return;
        }
        let frame = Frame::new().fill(Theme::of(ui).panel).inner_margin(Margin::symmetric(14, 10));
        let height = ui.available_height();
        Panel::bottom("calls").resizable(true).default_size((height * 0.42).max(220.0)).size_range(140.0..=height * 0.8).frame(frame).show(
            ui,
            |ui| {
                self.head(ui, state, commands);
                self.content(ui, state);
            },
        );
    }

    fn head(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        ui.horizontal(|ui| {
            section(ui, "AWS calls");
            hint(ui, count(state.calls.total, "call"));
            Field::new("Filter calls", &mut self.filter)
                .hint("Service, operation, status or request id")
                .width(260.0)
                .label_hidden()
                .show(ui);
            checkbox(ui, &mut self.failed_only, "Failed only");
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.add(Push::icon(icons::X, "Close the list of calls")).clicked() {
                    commands.send(Command::ToggleCalls);
                }
            });
        });
    }

    fn content(&mut self, ui: &mut Ui, state: &State) {
        let rows = self.shown(state);
        if rows.is_empty() {
            self.nothing(ui, state);
            return;
        }
        let detail = rows.iter().find(|(number, _)| Some(*number) == self.chosen).map(|(_, record)| *record);
        if let Some(record) = detail {
            let width = (ui.available_width() * 0.46).clamp(280.0, 640.0);
            let frame = Frame::new().inner_margin(Margin { left: 14, ..Margin::ZERO });
            Panel::right("call-detail").resizable(true).default_size(width).frame(frame).show(ui, |ui| call_detail(ui, state, record));
        }
        self.table(ui, state, &rows);
    }

    /// The calls that pass the filter, newest first.
    fn shown<'a>(&self, state: &'a State) -> Vec<Numbered<'a>> {
        let first = state.calls.total - state.calls.records.len() as u64;
        let wanted = self.filter.trim().to_lowercase();
        let numbered = state.calls.records.iter().enumerate().map(|(i, record)| (first + i as u64, record));
        let passes = |record: &CallRecord| {
            (!self.failed_only || record.error.is_some()) && (wanted.is_empty() || searched(record).contains(&wanted))
        };
        let mut rows: Vec<_> = numbered.filter(|(_, record)| passes(record)).collect();
        rows.reverse();
        rows
    }

    fn nothing(&self, ui: &mut Ui, state: &State) {
        if state.calls.records.is_empty() {
            Empty::new(icons::NETWORK, "No AWS call yet")
                .detail("Everything this program asks of AWS appears here with its command line")
                .show(ui);
        } else {
            let what = if self.failed_only { "No failed call matches" } else { "No call matches" };
            Empty::new(icons::FILTER, what).show(ui);
        }
    }

    fn table(&mut self, ui: &mut Ui, state: &State, rows: &[Numbered<'_>]) {
        let list = list_focus(ui, "calls", Role::Table, "AWS calls, newest first");
        let scroll_to = self.keys(ui, rows, &list);
        ui.spacing_mut().item_spacing = egui::vec2(10.0, 0.0);
        let wide = ui.available_width() > WIDE_TABLE;
        let table = columns(TableBuilder::new(ui), wide);
        let table = if let Some(row) = scroll_to { table.scroll_to_row(row, None) } else { table };
        table.header(22.0, |row| header(row, wide)).body(|body| {
            body.rows(size::ROW, rows.len(), |mut row| {
                let (number, record) = rows[row.index()];
                row.set_selected(self.chosen == Some(number));
                cells(&mut row, state, record, wide);
                if row.response().clicked() {
                    self.chosen = if self.chosen == Some(number) { None } else { Some(number) };
                    list.request_focus();
                }
            });
        });
    }

    /// Arrow keys walk through the calls; returns the row to scroll to.
    fn keys(&mut self, ui: &Ui, rows: &[Numbered<'_>], list: &Response) -> Option<usize> {
        if !list.has_focus() {
            return None;
        }
        let mut selection = Selection::default();
        if let Some(place) = rows.iter().position(|(number, _)| Some(*number) == self.chosen) {
            selection.select(place);
        }
        let keys = selection.keys(ui, rows.len(), (ui.available_height() / size::ROW) as usize);
        if keys.copy {
            ui.copy_text(selection.text(|row| rows[row].1.cli.clone()));
        }
        self.chosen = keys.moved_to.map(|row| rows[row].0).or(self.chosen);
        keys.moved_to
    }
}

fn searched(record: &CallRecord) -> String {
    let id = record.request_id.as_deref().unwrap_or_default();
    let words = format!("{}:{} {} {id}", record.service.short_name(), record.operation, outcome(record));
    words.to_lowercase()
}

/// `200`, `403 AccessDenied`, or the name of a failure without response.
pub fn outcome(record: &CallRecord) -> String {
    let code = record.error.as_ref().map(|(code, _)| code.as_str());
    match (record.status, code) {
        (Some(status), Some(code)) => format!("{status} {code}"),
        (Some(status), None) => status.to_string(),
        (None, Some(code)) => code.to_owned(),
        (None, None) => "ok".to_owned(),
    }
}

/// Beside an open detail there is room for what matters only; the detail has the rest.
fn columns(table: TableBuilder<'_>, wide: bool) -> TableBuilder<'_> {
    let table = table
        .id_salt(("calls", wide))
        .sense(row_sense())
        .auto_shrink([false, false])
        .cell_layout(Layout::left_to_right(Align::Center))
        .column(Column::exact(66.0));
    let named = |width| Column::initial(width).at_least(100.0).clip(true).resizable(true);
    if !wide {
        return table
            .column(Column::remainder().at_least(100.0).clip(true))
            .column(Column::exact(170.0).clip(true))
            .column(Column::exact(60.0));
    }
    table
        .column(named(250.0))
        .column(named(190.0))
        .column(Column::exact(60.0))
        .column(Column::exact(58.0))
        .column(Column::remainder().at_least(80.0).clip(true))
}

fn header(mut row: TableRow<'_, '_>, wide: bool) {
    let names = [("Time", false), ("Call", false), ("Result", false), ("Took", true), ("Attempts", true), ("Request id", false)];
    for (name, right) in names.into_iter().take(if wide { names.len() } else { 4 }) {
        row.col(|ui| {
            let layout = if right { Layout::right_to_left(Align::Center) } else { Layout::left_to_right(Align::Center) };
            ui.with_layout(layout, |ui| ui.label(RichText::new(name).text_style(text::axis()).weak()));
        });
    }
}

fn cells(row: &mut TableRow<'_, '_>, state: &State, record: &CallRecord, wide: bool) {
    let took = duration(Duration::from_millis(record.duration_ms));
    row.col(|ui| cell(ui, &format::time(&state.settings, record.at), Theme::of(ui).text3));
    row.col(|ui| cell(ui, &format!("{}:{}", record.service.short_name(), record.operation), Theme::of(ui).text));
    row.col(|ui| result_cell(ui, record));
    row.col(|ui| right_cell(ui, &took));
    if !wide {
        return;
    }
    row.col(|ui| right_cell(ui, &record.attempts.to_string()));
    row.col(|ui| cell(ui, record.request_id.as_deref().unwrap_or("–"), Theme::of(ui).text3));
}

fn cell(ui: &mut Ui, words: &str, color: egui::Color32) {
    ui.add(Label::new(RichText::new(words).text_style(TextStyle::Monospace).color(color)).truncate().selectable(false));
}

fn result_cell(ui: &mut Ui, record: &CallRecord) {
    let theme = Theme::of(ui);
    let (icon, tone) = if record.error.is_some() { (icons::CIRCLE_X, Tone::Error) } else { (icons::CHECK, Tone::Ok) };
    ui.spacing_mut().item_spacing.x = 4.0;
    icons::icon_sized(ui, icon, 14.0, theme.tone(tone).ink);
    cell(ui, &outcome(record), theme.tone(tone).ink);
}

fn right_cell(ui: &mut Ui, words: &str) {
    let color = Theme::of(ui).text2;
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| cell(ui, words, color));
}

fn call_detail(ui: &mut Ui, state: &State, record: &CallRecord) {
    ScrollArea::vertical().id_salt("call-detail").auto_shrink([false, false]).show(ui, |ui| {
        section(ui, format!("{}:{}", record.service.short_name(), record.operation));
        let mut values = KeyValues::new(ui, 92.0);
        values.mono("Sent", &format::moment(&state.settings, record.at));
        values.mono("Took", &took_words(record));
        values.with("Result", |ui| {
            status(ui, if record.error.is_some() { Tone::Error } else { Tone::Ok }, &outcome(record));
        });
        if let Some(id) = &record.request_id {
            values.copy("Request id", id);
        }
        failure(ui, state, record);
        command_line(ui, state, record);
        permissions(ui, state, record);
    });
}

/// `1.2 s, first token after 310 ms, 2 attempts, 3 pages`: what is not ordinary is said.
fn took_words(record: &CallRecord) -> String {
    let ms = |ms| duration(Duration::from_millis(ms));
    let first_token = record.first_token_ms.map(|first| format!("first token after {}", ms(first)));
    let attempts = (record.attempts > 1).then(|| count(u64::from(record.attempts), "attempt"));
    let pages = (record.pages > 1).then(|| count(u64::from(record.pages), "page"));
    let parts = [Some(ms(record.duration_ms)), first_token, attempts, pages];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn failure(ui: &mut Ui, state: &State, record: &CallRecord) {
    let Some(error) = record.failure() else { return };
    let problem = Problem::from(&error);
    let shown = |words: &str| format::masked(&state.settings, words);
    let (what, why, remedy) = (shown(&problem.what), shown(&problem.why), shown(&problem.remedy));
    let message = shown(&error.message);
    let _only_copying = ErrorPanel::new(&what).why(&why).remedy(&remedy).details(&message).show(ui);
}

fn command_line(ui: &mut Ui, state: &State, record: &CallRecord) {
    caption(ui, "On the command line");
    CodeBlock::shell(&format::masked(&state.settings, &record.cli)).name("command line").copied_as(&record.cli).show(ui);
    if record.params.as_object().is_some_and(|params| !params.is_empty()) {
        caption(ui, "Parameters");
        let params = serde_json::to_string_pretty(&record.params).unwrap_or_default();
        CodeBlock::json(&format::masked(&state.settings, &params)).name("parameters").copied_as(&params).max_height(260.0).show(ui);
    }
}

fn permissions(ui: &mut Ui, state: &State, record: &CallRecord) {
    if record.permissions.is_empty() {
        return;
    }
    caption(ui, "IAM permissions that it needs");
    for permission in &record.permissions {
        let words = format!("{} on {}", permission.action, format::masked(&state.settings, &permission.resource));
        ui.add(Label::new(RichText::new(words).monospace().color(Theme::of(ui).text2)).wrap());
    }
}
