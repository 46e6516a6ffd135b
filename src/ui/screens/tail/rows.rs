//! The rows of a query over the lines, virtual: only what is in sight is laid out.

use egui::{Align, Label, Layout, Response, RichText, ScrollArea, Ui};
use egui_extras::{Column, TableBuilder};

use crate::insights::{Results, Value};
use crate::ui::icons;
use crate::ui::theme::{Theme, size, text};
use crate::ui::widgets::{Push, caption};

/// Characters of a cell that are laid out; the whole is in its tooltip, cut at a screenful.
const SHOWN: usize = 400;
const TOOLTIP: usize = 2_000;
/// Width of a character in a cell, near enough to guess a column's width, and the narrowest and widest column.
const CHARACTER: f32 = 7.4;
const NARROWEST: f32 = 64.0;
const WIDEST: f32 = 520.0;
/// Rows that a column's width is guessed from.
const LOOKED_AT: usize = 50;

/// A button that copies the rows.
pub fn copy(ui: &mut Ui, results: &Results) {
    if !results.rows.is_empty() && ui.add(Push::quiet("Copy as CSV").small().with_icon(icons::COPY)).clicked() {
        ui.copy_text(csv(results));
    }
}

/// Draws the rows.
pub fn ui(ui: &mut Ui, results: &Results) {
    if results.rows.is_empty() {
        caption(ui, "No row: nothing in this time fits the query");
        return;
    }
    ScrollArea::horizontal().id_salt("tail-wide").show(ui, |ui| table(ui, results));
}

fn table(ui: &mut Ui, results: &Results) {
    ui.spacing_mut().item_spacing = egui::vec2(14.0, 0.0);
    let numbers: Vec<bool> = (0..results.columns.len()).map(|column| has_numbers(results, column)).collect();
    let mut builder =
        TableBuilder::new(ui).id_salt(("tail-rows", &results.columns)).striped(false).cell_layout(Layout::left_to_right(Align::Center));
    for column in 0..results.columns.len() {
        builder = builder.column(Column::initial(width(results, column)).at_least(NARROWEST).resizable(true).clip(true));
    }
    let header = builder.header(22.0, |mut row| {
        for (name, is_number) in results.columns.iter().zip(&numbers) {
            row.col(|ui| {
                let words = RichText::new(name).text_style(text::axis()).color(Theme::of(ui).text3);
                aligned(ui, *is_number, |ui| ui.add(Label::new(words).truncate()));
            });
        }
    });
    header.body(|body| {
        body.rows(size::ROW, results.rows.len(), |mut row| {
            let (values, _) = &results.rows[row.index()];
            for (value, is_number) in values.iter().zip(&numbers) {
                row.col(|ui| cell(ui, value, *is_number));
            }
        });
    });
}

/// Numbers and their heading stand at the right.
fn aligned(ui: &mut Ui, right: bool, add: impl FnOnce(&mut Ui) -> Response) -> Response {
    if right { ui.with_layout(Layout::right_to_left(Align::Center), add).inner } else { add(ui) }
}

fn has_numbers(results: &Results, column: usize) -> bool {
    let mut first = results.rows.iter().take(LOOKED_AT).map(|(values, _)| &values[column]).filter(|value| !value.is_null()).peekable();
    first.peek().is_some() && first.all(|value| matches!(value, Value::Number(_)))
}

fn cell(ui: &mut Ui, value: &Value, is_number: bool) {
    let Some(shown) = value.shown() else { return };
    let start: String = shown.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words = RichText::new(start).text_style(text::mono_small());
    let response = aligned(ui, is_number, |ui| ui.add(Label::new(words).truncate()));
    if shown.len() > 40 {
        response.on_hover_ui(|ui| {
            ui.set_max_width(560.0);
            let end = shown.char_indices().nth(TOOLTIP).map_or(shown.len(), |(at, _)| at);
            ui.label(RichText::new(&shown[..end]).text_style(text::mono_small()));
        });
    }
}

/// Wide enough for the longest of the first values.
fn width(results: &Results, column: usize) -> f32 {
    let first = results.rows.iter().take(LOOKED_AT).filter_map(|(values, _)| values[column].shown());
    let longest = first.map(|shown| shown.chars().take(SHOWN).count()).max().unwrap_or(0).max(results.columns[column].chars().count());
    (longest as f32 * CHARACTER + 8.0).clamp(NARROWEST, WIDEST)
}

/// As RFC 4180 has it, with a line of names.
fn csv(results: &Results) -> String {
    let quoted =
        |text: &str| if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() };
    let line = |cells: Vec<String>| cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",");
    let rows = results.rows.iter().map(|(values, _)| line(values.iter().map(|value| value.shown().unwrap_or_default()).collect()));
    std::iter::once(line(results.columns.clone())).chain(rows).collect::<Vec<_>>().join("\n")
}
