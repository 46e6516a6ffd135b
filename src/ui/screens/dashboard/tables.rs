//! Tables: the latest prompts, and cost by model and by principal. A price that is not known is said, never taken as nothing.

use std::sync::Arc;
use std::time::Duration;

use egui::{Align, Label, Layout, RichText, ScrollArea, Sense, Stroke, Ui, vec2};
use egui_extras::{Column, TableBuilder, TableRow};

use super::Scene;
use super::card::no_data;
use crate::app::dashboard::accounts::{self, Latest, Spent};
use crate::app::logs::LogsCommand;
use crate::app::{Command, Commands, State};
use crate::base::clock::timestamp_ms;
use crate::base::text::{count, dollars, duration, grouped};
use crate::metrics::series::Plotted;
use crate::models;
use crate::ui::format;
use crate::ui::theme::{Theme, size, text};

/// What is said where there is no price.
const NO_PRICE: &str = "no price";

/// Which records a table is made of: `1,204 records of 11:04 to 12:04`.
pub fn span_words(state: &State) -> String {
    let accounts = &state.dashboard.accounts;
    let (from, _) = state.dashboard.range.at(state.now.as_millisecond());
    let records = count(accounts.records, "loaded record");
    match accounts.loaded {
        Some((oldest, _)) if oldest > from + 60_000 && accounts.records > 0 => {
            format!("{records} since {}", format::custom(&state.settings, timestamp_ms(oldest), "%b %d %H:%M"))
        }
        _ => records,
    }
}

fn nothing(state: &State) -> &'static str {
    if state.logs.load.running {
        "Loading records…"
    } else if state.logs.group().is_none() {
        "Invocation logging has no log group here: the lab sets it up"
    } else if state.logs.store.is_empty() {
        "No record yet: Bedrock delivers one some seconds after a reply"
    } else {
        "No record of this time is loaded"
    }
}

/// The latest prompts; a click opens the record.
pub fn prompts(ui: &mut Ui, scene: Scene<'_>, index: usize, commands: &mut Commands) {
    let latest = &scene.state.dashboard.accounts.latest;
    if latest.is_empty() {
        return no_data(ui, nothing(scene.state));
    }
    let wide = ui.available_width() > 860.0;
    let mut chosen = None;
    sideways(ui, index, 640.0, |ui| {
        let mut builder = table(ui, index).sense(Sense::click()).column(Column::exact(72.0)).column(Column::exact(104.0));
        if wide {
            builder = builder.column(Column::exact(112.0));
        }
        let builder = builder
            .column(Column::remainder().at_least(110.0).clip(true))
            .column(Column::exact(if wide { 150.0 } else { 90.0 }).clip(true));
        let builder = builder.columns(Column::exact(58.0), 2).columns(Column::exact(68.0), 2);
        let names: &[(&str, bool)] = &[
            ("Time", false),
            ("Model", false),
            ("Operation", false),
            ("Prompt", false),
            ("Principal", false),
            ("In", true),
            ("Out", true),
            ("Latency", true),
            ("Cost", true),
        ];
        builder.header(22.0, |row| header(row, names.iter().copied().filter(|(name, _)| wide || *name != "Operation"))).body(|body| {
            body.rows(size::ROW, latest.len(), |mut row| {
                let one = &latest[row.index()];
                prompt_cells(&mut row, scene, one, wide);
                if row.response().on_hover_text("Open the record").clicked() {
                    chosen = Some(one.request_id.clone());
                }
            });
        });
    });
    if let Some(request_id) = chosen {
        commands.send(Command::Logs(LogsCommand::Open { request_id }));
    }
}

fn prompt_cells(row: &mut TableRow<'_, '_>, scene: Scene<'_>, one: &Latest, wide: bool) {
    let time = format::time(&scene.state.settings, timestamp_ms(one.at_ms));
    row.col(|ui| number(ui, Some(time), false));
    row.col(|ui| model(ui, &one.model_id, &models::short_name(&one.model_id)));
    if wide {
        row.col(|ui| words(ui, &one.operation, Theme::of(ui).text2));
    }
    row.col(|ui| {
        let theme = Theme::of(ui);
        match (&one.error, &one.prompt) {
            (Some(code), _) => words(ui, code, theme.error.ink),
            (None, Some(prompt)) => words(ui, prompt, theme.text),
            (None, None) => words(ui, "Text is not in the log", theme.text3),
        }
    });
    row.col(|ui| {
        let short = one.principal.rsplit('/').next().unwrap_or_default();
        let label = Label::new(RichText::new(short).small().color(Theme::of(ui).text2)).truncate().selectable(false);
        ui.add(label).on_hover_text(&one.principal);
    });
    row.col(|ui| number(ui, one.input.map(grouped), true));
    row.col(|ui| number(ui, one.output.map(grouped), true));
    row.col(|ui| number(ui, one.latency_ms.map(|ms| duration(Duration::from_millis(ms))), true));
    let counted = one.input.or(one.output).is_some();
    row.col(|ui| cost(ui, one.cost, counted && one.cost.is_none()));
}

/// Requests, tokens and cost of each model of the whole time.
pub fn by_model(ui: &mut Ui, scene: Scene<'_>, index: usize, data: Option<&Arc<Plotted>>) {
    let spent = data.map(|data| accounts::by_model(data)).unwrap_or_default();
    if spent.is_empty() {
        return no_data(ui, if data.is_some() { "No data in this time" } else { "Fetching…" });
    }
    spenders(ui, index, "Model", &spent, |ui, one| model(ui, &one.name, &scene.names.name(&one.name)));
}

/// Requests, tokens and cost of each caller of the loaded records.
pub fn by_principal(ui: &mut Ui, scene: Scene<'_>, index: usize) {
    let spent = &scene.state.dashboard.accounts.principals;
    if spent.is_empty() {
        return no_data(ui, nothing(scene.state));
    }
    spenders(ui, index, "Principal", spent, |ui, one| {
        let short = one.name.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(&one.name);
        ui.add(Label::new(RichText::new(short).color(Theme::of(ui).text)).truncate().selectable(false)).on_hover_text(&one.name);
    });
}

fn spenders(ui: &mut Ui, index: usize, what: &str, spent: &[Spent], name: impl Fn(&mut Ui, &Spent)) {
    let most = spent.iter().map(|one| one.cost).fold(0.0, f64::max);
    let total: f64 = spent.iter().map(|one| one.cost).sum();
    let unpriced = spent.iter().any(|one| one.is_unpriced);
    sideways(ui, index, 430.0, |ui| {
        let builder = table(ui, index).column(Column::remainder().at_least(110.0).clip(true)).columns(Column::exact(62.0), 4);
        let builder = builder.column(Column::exact(92.0));
        let names = [(what, false), ("Requests", true), ("In", true), ("Out", true), ("Cached", true), ("Cost", true)];
        builder.header(22.0, |row| header(row, names.into_iter())).body(|body| {
            body.rows(size::ROW, spent.len() + 1, |mut row| {
                if let Some(one) = spent.get(row.index()) {
                    spender_cells(&mut row, one, most, &name);
                } else {
                    total_cells(&mut row, total, unpriced);
                }
            });
        });
    });
}

fn spender_cells(row: &mut TableRow<'_, '_>, one: &Spent, most: f64, name: impl Fn(&mut Ui, &Spent)) {
    row.col(|ui| name(ui, one));
    let tokens = one.tokens;
    for value in [one.requests, tokens.input, tokens.output, tokens.cache_read + tokens.cache_write] {
        row.col(|ui| number(ui, Some(short_count(value)), true));
    }
    row.col(|ui| share(ui, one, most));
}

fn total_cells(row: &mut TableRow<'_, '_>, total: f64, unpriced: bool) {
    row.col(|ui| words(ui, "Together", Theme::of(ui).text2));
    for _ in 0..4 {
        row.col(|_| {});
    }
    let more = if unpriced { " +" } else { "" };
    row.col(|ui| number(ui, Some(format!("{}{more}", dollars(total))), true));
}

/// Up to four digits as they are, more in thousands and millions.
fn short_count(value: u64) -> String {
    super::values::short(value as f64, crate::metrics::dashboard::Unit::Count)
}

/// A cost over a bar that compares it with the largest.
fn share(ui: &mut Ui, one: &Spent, most: f64) {
    let theme = Theme::of(ui);
    let rect = ui.max_rect();
    if most > 0.0 {
        let width = rect.width() * (one.cost / most) as f32;
        let bar = egui::Rect::from_min_max(egui::pos2(rect.right() - width, rect.bottom() - 5.0), rect.right_bottom() - vec2(0.0, 3.0));
        ui.painter().rect_filled(bar, 1.0, theme.series_at(0).gamma_multiply(0.7));
    }
    let nothing = one.is_unpriced && one.cost == 0.0;
    cost(ui, (!nothing).then_some(one.cost), one.is_unpriced && nothing);
}

fn cost(ui: &mut Ui, value: Option<f64>, unpriced: bool) {
    if unpriced {
        let label = Label::new(RichText::new(NO_PRICE).small().color(Theme::of(ui).text3)).selectable(false);
        aligned(ui, true, |ui| ui.add(label)).on_hover_text("The price table does not have this model. Prices… above opens it");
    } else {
        number(ui, value.map(dollars), true);
    }
}

/// A table whose rows scroll below a head that stays.
fn table(ui: &mut Ui, index: usize) -> TableBuilder<'_> {
    ui.spacing_mut().item_spacing = vec2(10.0, 0.0);
    ui.painter().hline(ui.max_rect().x_range(), ui.cursor().top() + 22.0, Stroke::new(size::LINE, Theme::of(ui).line));
    let height = ui.available_height() - 24.0;
    TableBuilder::new(ui)
        .id_salt(("table", index))
        .auto_shrink([false, false])
        .min_scrolled_height(40.0)
        .max_scroll_height(height.max(40.0))
        .cell_layout(Layout::left_to_right(Align::Center))
}

/// In a narrow place a table scrolls to the side as well.
fn sideways(ui: &mut Ui, index: usize, least: f32, add: impl FnOnce(&mut Ui)) {
    if ui.available_width() >= least {
        return add(ui);
    }
    ScrollArea::horizontal().id_salt(("sideways", index)).show(ui, |ui| {
        ui.set_width(least);
        add(ui);
    });
}

fn header<'a>(mut row: TableRow<'_, '_>, names: impl Iterator<Item = (&'a str, bool)>) {
    for (name, right) in names {
        row.col(|ui| {
            let label = Label::new(RichText::new(name).text_style(text::axis()).color(Theme::of(ui).text3)).selectable(false);
            aligned(ui, right, |ui| ui.add(label));
        });
    }
}

fn model(ui: &mut Ui, id: &str, name: &str) {
    let color = Theme::of(ui).series(id).color;
    ui.add(Label::new(RichText::new(name).color(color)).truncate().selectable(false)).on_hover_text(id);
}

fn words(ui: &mut Ui, words: &str, color: egui::Color32) {
    ui.add(Label::new(RichText::new(words).color(color)).truncate().selectable(false));
}

fn number(ui: &mut Ui, value: Option<String>, right: bool) {
    let theme = Theme::of(ui);
    let color = if value.is_some() { theme.text } else { theme.text3 };
    let words = RichText::new(value.unwrap_or_else(|| "–".to_owned())).monospace().color(color);
    aligned(ui, right, |ui| ui.add(Label::new(words).selectable(false)));
}

fn aligned<R>(ui: &mut Ui, right: bool, add: impl FnOnce(&mut Ui) -> R) -> R {
    if right { ui.with_layout(Layout::right_to_left(Align::Center), add).inner } else { add(ui) }
}
