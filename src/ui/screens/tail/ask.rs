//! A Logs Insights query over the lines: written, run and answered in one panel.

use egui::{Align, Key, Layout, RichText, TextEdit, TextStyle, Ui};

use super::send;
use crate::app::insights::export::Form;
use crate::app::tail::TailCommand;
use crate::app::{Commands, State};
use crate::base::text::{count, grouped};
use crate::insights::Results;
use crate::ui::icons;
use crate::ui::screens::result_rows::RowsView;
use crate::ui::theme::{Theme, Tone, size};
use crate::ui::widgets::{Busy, Push, caption, hint, mono, note, section};

/// What the panel keeps between frames.
#[derive(Debug, Default)]
pub struct AskView {
    /// Number of the run that the rows are of.
    of: u64,
    rows: RowsView,
}

impl AskView {
    /// Draws the panel.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let ask = &state.tail.ask;
        if self.of != ask.number {
            *self = Self { of: ask.number, ..Self::default() };
        }
        ui.spacing_mut().item_spacing.y = 6.0;
        head(ui, state, commands);
        ui.horizontal(|ui| {
            field(ui, state, (ui.available_width() - 96.0).max(120.0), commands);
            run(ui, state, commands);
        });
        if let Some(error) = &ask.error {
            note(ui, Tone::Error, &error.message);
            mono(ui, error.shown_in(&ask.text));
        }
        match &ask.ran {
            _ if ask.is_running => {
                if Busy::new("Running…").cancel("Stop").show(ui) {
                    send(commands, TailCommand::StopQuery);
                }
            }
            Some(ran) => {
                let of = &ran.results.statistics;
                let took = ran.took.as_secs_f64() * 1e3;
                ui.horizontal(|ui| {
                    let rows_found = count(ran.results.rows.len() as u64, "row");
                    hint(ui, format!("{rows_found} · {} of {} matched · {took:.0} ms", grouped(of.matched), count(of.scanned, "event")));
                    self.copy(ui, &ran.results);
                });
                if ran.results.rows.is_empty() {
                    caption(ui, "No row: nothing in this time fits the query");
                } else {
                    self.rows.ui(ui, &state.settings, ask.number, &ran.results);
                }
            }
            None => drop(hint(ui, "The language of Logs Insights: fields, filter, stats, sort, limit, parse, dedup")),
        }
    }

    /// A button that copies the rows.
    fn copy(&self, ui: &mut Ui, results: &Results) {
        if !results.rows.is_empty() && ui.add(Push::quiet("Copy as CSV").small().with_icon(icons::COPY)).clicked() {
            ui.copy_text(Form::Csv.write(results, self.rows.order(results)));
        }
    }
}

fn head(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let lines = state.tail.shown.len() + state.tail.waiting.len();
    ui.horizontal(|ui| {
        section(ui, "Query what came");
        hint(ui, format!("runs here, free of charge, over {}", count(lines as u64, "line")));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.add(Push::icon(icons::X, "Close the queries")).clicked() {
                send(commands, TailCommand::ToggleAsk);
            }
        });
    });
}

fn field(ui: &mut Ui, state: &State, width: f32, commands: &mut Commands) {
    let theme = Theme::of(ui);
    let mut text = state.tail.ask.text.clone();
    let edit = TextEdit::singleline(&mut text)
        .font(TextStyle::Monospace)
        .desired_width(width - 16.0)
        .margin(egui::Margin::symmetric(8, 6))
        .hint_text(RichText::new("stats count(*) by modelId").color(theme.text3));
    let response = ui.add(edit).accessible_name("Query over the lines");
    if response.changed() {
        send(commands, TailCommand::SetQuery(text));
    }
    if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        send(commands, TailCommand::RunQuery);
    }
}

fn run(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let blocked = match () {
        () if state.tail.ask.error.is_some() => Some("The query cannot be read yet"),
        () if state.tail.shown.is_empty() && state.tail.waiting.is_empty() => Some("There is no line yet"),
        () => None,
    };
    ui.spacing_mut().item_spacing.x = size::GAP_SMALL;
    if ui.add(Push::secondary("Run").with_icon(icons::PLAY).blocked_by(blocked)).clicked() {
        send(commands, TailCommand::RunQuery);
    }
}
