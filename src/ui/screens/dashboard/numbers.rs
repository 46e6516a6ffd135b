//! The row of numbers over the whole time.

use egui::{Frame, Label, Margin, RichText, Stroke, TextStyle, Ui, vec2};

use super::{ModelNames, values};
use crate::app::State;
use crate::metrics::dashboard::{Number, Unit};
use crate::ui::theme::{Theme, size, text};

/// Least width of a number's card in points.
const LEAST: f32 = 132.0;

/// Draws all numbers, as many in a row as have place.
pub fn ui(ui: &mut Ui, state: &State, names: &ModelNames) {
    let numbers = &state.dashboard.board.numbers;
    let columns = ((ui.available_width() / LEAST) as usize).clamp(1, numbers.len().max(1));
    let width = ((ui.available_width() - size::GAP * (columns - 1) as f32) / columns as f32).floor();
    for row in numbers.chunks(columns) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = size::GAP;
            for number in row {
                ui.allocate_ui(vec2(width, 58.0), |ui| card(ui, state, number, names, width));
            }
        });
    }
}

fn card(ui: &mut Ui, state: &State, number: &Number, names: &ModelNames, width: f32) {
    let theme = Theme::of(ui);
    let (value, remark) = value(state, number, names);
    let frame = Frame::new().fill(theme.panel).stroke(Stroke::new(size::LINE, theme.line)).corner_radius(size::RADIUS_CARD);
    let shown = frame.inner_margin(Margin::symmetric(12, 8)).show(ui, |ui| {
        ui.set_width(width - 26.0);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.add(Label::new(RichText::new(&number.title).text_style(TextStyle::Small).color(theme.text2)).truncate());
            let style = text::section();
            let color = if is_bad(state, number) { theme.error.ink } else { theme.text };
            ui.add(Label::new(RichText::new(value).text_style(style).color(color)).truncate());
        });
    });
    let words = if remark.is_empty() { number.help.clone() } else { format!("{}\n{remark}", number.help) };
    shown.response.on_hover_text(words);
}

/// The number as written, and what is to be said about it.
fn value(state: &State, number: &Number, names: &ModelNames) -> (String, String) {
    if number.unit == Unit::Dollars {
        return match state.dashboard.cost() {
            None => ("–".to_owned(), String::new()),
            Some((cost, unpriced)) if unpriced.is_empty() => (values::short(cost, Unit::Dollars), prices()),
            Some((cost, unpriced)) => {
                let names: Vec<_> = unpriced.iter().map(|model| names.name(model)).collect();
                (format!("{} +", values::short(cost, Unit::Dollars)), format!("No price for {}. {}", names.join(", "), prices()))
            }
        };
    }
    let total = state.dashboard.total(&number.metrics);
    (total.map_or("–".to_owned(), |total| values::short(total, number.unit)), String::new())
}

fn prices() -> String {
    format!("Prices of {}", crate::models::catalogue().prices_as_of)
}

/// Errors and throttles are shown as what they are once there is one.
fn is_bad(state: &State, number: &Number) -> bool {
    let counts_failures = number.metrics.iter().any(|metric| metric.contains("Error") || metric.contains("Throttle"));
    counts_failures && state.dashboard.total(&number.metrics).is_some_and(|total| total > 0.0)
}
