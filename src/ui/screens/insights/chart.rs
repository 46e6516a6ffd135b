//! Rows drawn: lines and areas over time, bars, shares. A legend hides series; the values stand at the pointer.

mod bars;
mod legend;
mod pie;
mod time;

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Color32, ComboBox, Frame, Margin, Stroke, Ui};

use crate::app::State;
use crate::app::insights::Answer;
use crate::app::insights::chart::{Groups, MOST_BARS, MOST_SERIES, Shape, Timeline, View, groups, slices, timeline};
use crate::base::text::grouped;
use crate::ui::theme::{Mark, Series, Theme, Tone, size};
use crate::ui::widgets::{hint, note};

/// What drawings keep between frames, all of it about one answer.
#[derive(Debug, Default)]
pub struct ChartView {
    /// What is drawn, made once.
    of: Option<(Arc<Answer>, Timeline, Groups)>,
    /// Series that are hidden, by name.
    hidden: BTreeSet<String>,
    /// Which column of numbers a pie shows: a place among them.
    column: usize,
}

impl ChartView {
    /// Draws `answer` in a card of this height.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, answer: &Arc<Answer>, shape: &Shape, view: View, height: f32) {
        if self.of.as_ref().is_none_or(|(of, ..)| !Arc::ptr_eq(of, answer)) {
            let drawn = (Arc::clone(answer), timeline(&answer.results, shape), groups(&answer.results, shape));
            *self = Self { of: Some(drawn), ..Self::default() };
        }
        let theme = Theme::of(ui);
        let frame = Frame::new().fill(theme.panel).stroke(Stroke::new(size::LINE, theme.line)).corner_radius(size::RADIUS_CARD);
        frame.inner_margin(Margin::symmetric(12, 8)).show(ui, |ui| {
            ui.set_min_size(egui::vec2(ui.available_width(), height - 18.0));
            ui.set_max_height(height - 18.0);
            ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
            match view {
                View::Line | View::Area => self.over_time(ui, state, view),
                View::Bar if shape.time.is_some() => self.over_time(ui, state, view),
                View::Bar => self.bars(ui),
                View::Pie => self.pie(ui, shape),
                View::Table => {}
            }
        });
    }

    fn over_time(&mut self, ui: &mut Ui, state: &State, view: View) {
        let Some((_, timeline, _)) = &self.of else { return };
        let names: Vec<&str> = timeline.series.iter().map(|series| series.name.as_str()).collect();
        legend::ui(ui, &names, &mut self.hidden);
        if timeline.left_out > 0 {
            hint(ui, format!("The largest {MOST_SERIES} series; {} are left out", timeline.left_out));
        }
        time::ui(ui, state, timeline, view, &self.hidden);
    }

    fn bars(&mut self, ui: &mut Ui) {
        let Some((_, _, groups)) = &self.of else { return };
        let names: Vec<&str> = groups.columns.iter().map(String::as_str).collect();
        legend::ui(ui, &names, &mut self.hidden);
        if groups.left_out > 0 {
            hint(ui, format!("The first {MOST_BARS} groups, as in CloudWatch; {} are left out", grouped(groups.left_out as u64)));
        }
        bars::ui(ui, groups, &self.hidden);
    }

    fn pie(&mut self, ui: &mut Ui, shape: &Shape) {
        let Some((answer, ..)) = &self.of else { return };
        let results = &answer.results;
        self.column = self.column.min(shape.numbers.len().saturating_sub(1));
        let Some(column) = shape.numbers.get(self.column).copied() else { return };
        if shape.numbers.len() > 1 {
            let name = |column: usize| results.columns[column].clone();
            let menu = ComboBox::from_id_salt("insights-share").selected_text(name(column)).show_ui(ui, |ui| {
                for (place, column) in shape.numbers.iter().enumerate() {
                    ui.selectable_value(&mut self.column, place, name(*column));
                }
            });
            menu.response.accessible_name("Shares of");
        }
        match slices(results, shape, column) {
            Ok(slices) if slices.is_empty() => drop(hint(ui, "All values are nothing: there is no whole to share")),
            Ok(slices) => pie::ui(ui, &slices),
            Err(why) => drop(note(ui, Tone::Warn, why)),
        }
    }
}

/// The look of a series by its place or, where it names a model, that of the model everywhere.
fn look(theme: &Theme, name: &str, place: usize) -> Series {
    let is_model = ["claude", "nova", "titan", "llama", "mistral"].iter().any(|family| name.contains(family));
    if is_model {
        return theme.series(name.split(" · ").next().unwrap_or(name));
    }
    let mark = [Mark::Solid, Mark::Dashed, Mark::Dotted][place / theme.series.len() % 3];
    Series { color: theme.series_at(place), mark }
}

/// The colour of a filled shape: where a line would be dashed, it is paler, so that colours that return can be told apart.
fn filled(look: Series) -> Color32 {
    match look.mark {
        Mark::Solid => look.color,
        Mark::Dashed => look.color.gamma_multiply(0.6),
        Mark::Dotted => look.color.gamma_multiply(0.35),
    }
}

/// A value as people read it: groups of three digits, at most four after the point.
fn value(number: f64) -> String {
    let whole = number.trunc();
    if number.abs() >= 1e15 {
        return format!("{number:e}");
    }
    let sign = if number < 0.0 { "-" } else { "" };
    let fraction = format!("{:.4}", number.abs() - whole.abs());
    let fraction = fraction.trim_start_matches('0').trim_end_matches('0').trim_end_matches('.');
    format!("{sign}{}{fraction}", grouped(whole.abs() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_at_a_glance() {
        assert_eq!([value(1_234_567.0), value(-12.5), value(0.125), value(0.0)], ["1,234,567", "-12.5", "0.125", "0"].map(str::to_owned));
    }

    #[test]
    fn a_model_has_its_own_look() {
        let theme = Theme::dark();
        assert_eq!(look(theme, "us.anthropic.claude-sonnet-4-6", 0), theme.series("anthropic.claude-sonnet-4-6"));
        assert_eq!(look(theme, "count", 1).color, theme.series_at(1));
        assert_ne!(look(theme, "a", 0), look(theme, "f", 5), "colours that return have another pattern");
    }
}
