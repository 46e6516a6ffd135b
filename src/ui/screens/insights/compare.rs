//! The rows of both places side by side: what differs first.

use egui::{Align, Color32, Label, Layout, RichText, ScrollArea, Ui};
use egui_extras::{Column, TableBuilder};

use crate::app::insights::Outcome;
use crate::app::insights::compare::{Comparison, Pair};
use crate::base::text::one_line;
use crate::insights::Results;
use crate::ui::icons::{self, Icon};
use crate::ui::theme::{Theme, Tone, size, text};
use crate::ui::widgets::{banner, choice_of, hint};

/// Longest value in a cell, in characters.
const SHOWN: usize = 160;

/// What this part keeps between frames.
#[derive(Debug, Default)]
pub struct CompareView {
    /// Whether equal rows are left out.
    differences_only: bool,
}

impl CompareView {
    /// Draws the verdict and the rows.
    pub fn ui(&mut self, ui: &mut Ui, outcome: &Outcome, comparison: &Comparison) {
        let (Some(Ok(here)), Some(Ok(there))) = (&outcome.here, &outcome.there) else { return };
        let tone = if comparison.is_equal() { Tone::Ok } else { Tone::Warn };
        banner(ui, tone, &comparison.verdict());
        reasons(ui, comparison, &here.results, &there.results);
        let differ = comparison.pairs.iter().take_while(|pair| !is_same(pair)).count();
        if differ > 0 && comparison.same > 0 {
            let options = [(false, "All rows"), (true, "Differences")];
            if let Some(only) = choice_of(ui, &self.differences_only, &options) {
                self.differences_only = only;
            }
        }
        let shown = if self.differences_only && differ > 0 { &comparison.pairs[..differ] } else { &comparison.pairs[..] };
        if !shown.is_empty() {
            ScrollArea::horizontal().id_salt("compared").show(ui, |ui| table(ui, comparison, shown, &here.results, &there.results));
        }
    }
}

fn is_same(pair: &Pair) -> bool {
    pair.here.is_some() && pair.there.is_some() && pair.differs.is_empty()
}

/// Why rows may differ, where the numbers say so.
fn reasons(ui: &mut Ui, comparison: &Comparison, here: &Results, there: &Results) {
    if comparison.is_equal() {
        return;
    }
    let (ours, theirs) = (here.statistics.scanned, there.statistics.scanned);
    if ours == theirs {
        hint(
            ui,
            "The same number of records was looked at. Percentiles of CloudWatch are approximate, and rows beyond a limit may be others",
        );
    } else {
        hint(ui, format!("{ours} records were looked at here and {theirs} on CloudWatch: load newer records (F5) and run it again"));
    }
}

fn table(ui: &mut Ui, comparison: &Comparison, pairs: &[Pair], here: &Results, there: &Results) {
    ui.spacing_mut().item_spacing = egui::vec2(12.0, 0.0);
    let places = |results: &Results| -> Vec<Option<usize>> {
        comparison.columns.iter().map(|name| results.columns.iter().position(|own| own == name)).collect()
    };
    let (ours, theirs) = (places(here), places(there));
    let mut builder = TableBuilder::new(ui).id_salt(("compared", &comparison.columns)).cell_layout(Layout::left_to_right(Align::Center));
    builder = builder.column(Column::exact(118.0));
    for name in &comparison.columns {
        builder = builder.column(
            Column::initial((name.chars().count() as f32 * 7.4 + 24.0).clamp(120.0, 320.0)).at_least(70.0).resizable(true).clip(true),
        );
    }
    let header = builder.header(22.0, |mut row| {
        for name in std::iter::once(&String::new()).chain(&comparison.columns) {
            row.col(|ui| {
                let words = RichText::new(name).text_style(text::axis()).color(Theme::of(ui).text3);
                ui.add(Label::new(words).truncate());
            });
        }
    });
    header.body(|body| {
        body.rows(size::ROW, pairs.len(), |mut row| {
            let pair = &pairs[row.index()];
            row.col(|ui| mark(ui, pair));
            for column in 0..comparison.columns.len() {
                let value = |results: &Results, row: Option<usize>, places: &[Option<usize>]| {
                    results.rows[row?].0[places[column]?].shown().map(|shown| one_line(&shown, SHOWN))
                };
                let (a, b) = (value(here, pair.here, &ours), value(there, pair.there, &theirs));
                row.col(|ui| cell(ui, pair, pair.differs.contains(&column), a, b));
            }
        });
    });
}

/// What became of the row, in a mark and a word.
fn mark(ui: &mut Ui, pair: &Pair) {
    let theme = Theme::of(ui);
    let (icon, words, color): (Icon, &str, Color32) = match (pair.here, pair.there) {
        (Some(_), Some(_)) if pair.differs.is_empty() => (icons::CHECK, "same", theme.text3),
        (Some(_), Some(_)) => (icons::GIT_COMPARE, "other values", theme.warn.ink),
        (Some(_), None) => (icons::MONITOR, "only here", theme.warn.ink),
        _ => (icons::CLOUD, "only CloudWatch", theme.warn.ink),
    };
    let (rect, _) = ui.allocate_exact_size(egui::vec2(14.0, 14.0), egui::Sense::hover());
    icon.paint(ui.painter(), rect.center(), 13.0, color);
    ui.spacing_mut().item_spacing.x = 4.0;
    ui.add(Label::new(RichText::new(words).small().color(color)).truncate());
}

fn cell(ui: &mut Ui, pair: &Pair, differs: bool, here: Option<String>, there: Option<String>) {
    let theme = Theme::of(ui);
    let nothing = || "–".to_owned();
    let words = if differs {
        format!("{} here, {} there", here.unwrap_or_else(nothing), there.unwrap_or_else(nothing))
    } else if pair.here.is_some() {
        here.unwrap_or_else(nothing)
    } else {
        there.unwrap_or_else(nothing)
    };
    let color = if differs { theme.warn.ink } else { theme.text };
    let response = ui.add(Label::new(RichText::new(&words).text_style(text::mono_small()).color(color)).truncate());
    if words.chars().count() > 24 {
        response.on_hover_text(words);
    }
}
