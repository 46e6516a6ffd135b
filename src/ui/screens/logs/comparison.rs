//! Two records compared: facts in a table, texts word by word.

use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Label, Layout, RichText, ScrollArea, Stroke, TextStyle, Ui};

use crate::app::logs::LogsCommand;
use crate::app::{Command, Commands, State};
use crate::base::text::{count, one_line};
use crate::logs::compare::{Comparison, Fact, Kind, TextDiff};
use crate::models;
use crate::ui::theme::{Theme, size};
use crate::ui::widgets::{Busy, Push, checkbox, copy_button, hint, section};
use crate::ui::{format, icons};

/// Characters of a text that are laid out.
const SHOWN: usize = 24_000;

/// Between columns of facts, points.
const GAP: f32 = 8.0;

/// Characters kept at each end of a long stretch that is the same.
const AROUND: usize = 160;

/// What the comparison keeps between frames.
#[derive(Debug, Default)]
pub struct ComparisonView {
    /// Also what is the same.
    all: bool,
}

impl ComparisonView {
    /// Draws the comparison.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        ui.horizontal(|ui| {
            section(ui, "Comparison");
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.add(Push::icon(icons::X, "Close the comparison")).clicked() {
                    commands.send(Command::Logs(LogsCommand::CloseComparison));
                }
            });
        });
        let Some(comparison) = state.logs.work.comparison.value() else {
            Busy::new("Comparing…").show(ui);
            return;
        };
        legend(ui);
        ScrollArea::vertical().id_salt("comparison").auto_shrink([false, false]).show(ui, |ui| {
            self.facts(ui, state, comparison);
            for text in &comparison.texts {
                ui.add_space(size::GAP);
                words(ui, text, self.all);
            }
        });
    }

    fn facts(&mut self, ui: &mut Ui, state: &State, comparison: &Comparison) {
        let same = comparison.facts.iter().filter(|fact| fact.is_same()).count();
        let words = format!("Also show what is the same ({same})");
        checkbox(ui, &mut self.all, &words);
        let widths = widths(ui.available_width());
        ui.spacing_mut().item_spacing = egui::vec2(GAP, 2.0);
        ui.horizontal(|ui| {
            for (title, width) in ["", "Older", "Newer", ""].into_iter().zip(widths) {
                cell(ui, width, RichText::new(title).small().color(Theme::of(ui).text3), "");
            }
        });
        for fact in comparison.facts.iter().filter(|fact| self.all || !fact.is_same()) {
            fact_row(ui, state, fact, widths);
        }
    }
}

/// Widths of name, both values and difference, points: together as wide as the place.
fn widths(place: f32) -> [f32; 4] {
    let (name, more) = (place * 0.22, place * 0.16);
    let value = ((place - name - more - 3.0 * GAP) / 2.0).max(40.0).floor();
    [name, value, value, more]
}

/// A value cut to its width, whole when the pointer rests on it.
fn cell(ui: &mut Ui, width: f32, text: RichText, whole: &str) {
    ui.allocate_ui_with_layout(egui::vec2(width, 20.0), Layout::left_to_right(Align::Center), |ui| {
        ui.set_width(width);
        let response = ui.add(Label::new(text).truncate());
        if !whole.is_empty() {
            response.on_hover_text(whole);
        }
    });
}

/// Colour never carries meaning alone: words of the older are struck, those of the newer underlined.
fn legend(ui: &mut Ui) {
    let theme = Theme::of(ui);
    let mut job = LayoutJob::default();
    let font = TextStyle::Small.resolve(ui.style());
    for (kind, words) in [(Kind::Left, "only in the older"), (Kind::Same, "   "), (Kind::Right, "only in the newer")] {
        job.append(words, 0.0, look(theme, kind, TextFormat::simple(font.clone(), theme.text)));
    }
    ui.add(Label::new(job));
    ui.add_space(size::GAP_SMALL);
}

fn fact_row(ui: &mut Ui, state: &State, fact: &Fact, widths: [f32; 4]) {
    let theme = Theme::of(ui);
    let color = if fact.is_same() { theme.text2 } else { theme.text };
    ui.horizontal(|ui| {
        cell(ui, widths[0], RichText::new(&fact.name).small().color(theme.text3), &fact.name);
        for (value, width) in [&fact.left, &fact.right].into_iter().zip([widths[1], widths[2]]) {
            let value = format::masked(&state.settings, value.as_deref().unwrap_or("–"));
            cell(ui, width, RichText::new(shortened(fact, &value)).monospace().color(color), &value);
        }
        let more = fact.more.filter(|more| *more != 0.0).map(difference).unwrap_or_default();
        cell(ui, widths[3], RichText::new(more).monospace().color(theme.text3), "");
    });
}

/// A value as it fits a narrow column: models by their short name, times of one day without it.
fn shortened(fact: &Fact, value: &str) -> String {
    match fact.name.as_str() {
        "Model" => models::short_name(value),
        "Time" => value.split_once(' ').filter(|_| fact.is_same_day()).map_or(value, |(_, time)| time).to_owned(),
        _ => one_line(value, 80),
    }
}

/// `+12`, `−0.0031`.
fn difference(more: f64) -> String {
    let sign = if more > 0.0 { '+' } else { '−' };
    let text = format!("{:.6}", more.abs());
    format!("{sign}{}", text.trim_end_matches('0').trim_end_matches('.'))
}

fn words(ui: &mut Ui, text: &TextDiff, all: bool) {
    let theme = Theme::of(ui);
    let (gone, new) = text.changed();
    ui.horizontal(|ui| {
        section(ui, text.name);
        let words = if text.is_same() {
            "the same".to_owned()
        } else {
            format!("{} only in the older, {new} only in the newer", count(gone as u64, "word"))
        };
        hint(ui, words);
        copy_button(ui, "Comparison as text", || marked(text));
    });
    if text.is_same() && !all {
        return;
    }
    let font = TextStyle::Body.resolve(ui.style());
    let mut job = LayoutJob::default();
    let mut left = SHOWN;
    for run in &text.runs {
        if run.kind == Kind::Same && !all && run.text.chars().nth(2 * AROUND + 80).is_some() {
            append_ends(&mut job, &run.text, &TextFormat::simple(font.clone(), theme.text), theme);
            continue;
        }
        let end = run.text.char_indices().nth(left).map_or(run.text.len(), |(end, _)| end);
        job.append(&run.text[..end], 0.0, look(theme, run.kind, TextFormat::simple(font.clone(), theme.text)));
        left -= run.text[..end].chars().count();
        if left == 0 {
            break;
        }
    }
    ui.add(Label::new(job).wrap());
    if left == 0 {
        hint(ui, "The rest is left out here; Copy takes all of it");
    }
}

/// The ends of a long stretch that is the same, and how much is left out between them.
fn append_ends(job: &mut LayoutJob, text: &str, plain: &TextFormat, theme: &Theme) {
    let len = text.chars().count();
    let place = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(at, _)| at);
    let (head, tail) = (&text[..place(AROUND)], &text[place(len - AROUND)..]);
    job.append(head, 0.0, plain.clone());
    let words = format!(" … {} the same … ", count((len - 2 * AROUND) as u64, "character"));
    job.append(&words, 0.0, TextFormat { color: theme.text3, ..plain.clone() });
    job.append(tail, 0.0, plain.clone());
}

fn look(theme: &Theme, kind: Kind, plain: TextFormat) -> TextFormat {
    match kind {
        Kind::Same => plain,
        Kind::Left => {
            TextFormat { background: theme.error.tint, strikethrough: Stroke::new(1.0, theme.error.ink), color: theme.error.ink, ..plain }
        }
        Kind::Right => TextFormat { background: theme.ok.tint, underline: Stroke::new(1.0, theme.ok.ink), color: theme.ok.ink, ..plain },
    }
}

/// The comparison as git writes words that differ.
fn marked(text: &TextDiff) -> String {
    let run = |run: &crate::logs::compare::Run| match run.kind {
        Kind::Same => run.text.clone(),
        Kind::Left => format!("[-{}-]", run.text),
        Kind::Right => format!("{{+{}+}}", run.text),
    };
    text.runs.iter().map(run).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_read_well_and_texts_are_marked() {
        assert_eq!([difference(12.0), difference(-0.0031), difference(1e-9)], ["+12", "−0.0031", "+0"]);
        assert_eq!(marked(&TextDiff::of("Prompt", "a b c", "a x c")), "a [-b-]{+x+} c");
    }
}
