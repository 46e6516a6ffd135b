//! The row of numbers over the whole time, each with its course as a small line.

use std::collections::BTreeMap;

use egui::{Frame, Label, Margin, Rect, RichText, Shape, Stroke, TextStyle, Ui, pos2, vec2};

use super::{Scene, values};
use crate::app::dashboard::accounts;
use crate::metrics::dashboard::{Number, Unit};
use crate::metrics::series::Plotted;
use crate::ui::theme::{Theme, size, text};

/// Least width of a number's card in points, and its height.
const LEAST: f32 = 132.0;
const HEIGHT: f32 = 58.0;

/// Draws all numbers, as many in a row as have place.
pub fn ui(ui: &mut Ui, scene: Scene<'_>) {
    let dashboard = &scene.state.dashboard;
    let numbers: Vec<_> = dashboard.board.numbers.iter().enumerate().collect();
    let columns = ((ui.available_width() / LEAST) as usize).clamp(1, numbers.len().max(1));
    let width = ((ui.available_width() - size::PAD * (columns - 1) as f32) / columns as f32).floor();
    for row in numbers.chunks(columns) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = size::PAD;
            for (index, number) in row {
                ui.allocate_ui(vec2(width, HEIGHT), |ui| card(ui, scene, number, dashboard.numbers.get(*index).map(AsRef::as_ref), width));
            }
        });
    }
}

fn card(ui: &mut Ui, scene: Scene<'_>, number: &Number, data: Option<&Plotted>, width: f32) {
    let theme = Theme::of(ui);
    let (value, remark) = value(number, data, scene);
    let is_bad = is_bad(number, data);
    let frame = Frame::new().fill(theme.panel).stroke(Stroke::new(size::LINE, theme.line)).corner_radius(size::RADIUS_CARD);
    let shown = frame.inner_margin(Margin::symmetric(12, 8)).show(ui, |ui| {
        ui.set_width(width - 26.0);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.add(Label::new(RichText::new(&number.title).text_style(TextStyle::Small).color(theme.text2)).truncate());
            let color = if is_bad { theme.error.ink } else { theme.text };
            let label = ui.add(Label::new(RichText::new(value).text_style(text::section()).size(18.0).color(color)).truncate());
            let course = Rect::from_min_max(
                pos2(label.rect.right() + 12.0, label.rect.top() + 2.0),
                pos2(ui.max_rect().right(), label.rect.bottom() - 1.0),
            );
            if let Some(data) = data.filter(|_| course.width() > 24.0) {
                line(ui, data, course, if is_bad { theme.error.ink } else { theme.series_at(0) });
            }
        });
    });
    let words = if remark.is_empty() { number.help.clone() } else { format!("{}\n{remark}", number.help) };
    if !words.is_empty() {
        shown.response.on_hover_text(words);
    }
}

/// The number as written, and what is to be said about it.
fn value(number: &Number, data: Option<&Plotted>, scene: Scene<'_>) -> (String, String) {
    let Some(data) = data else { return ("–".to_owned(), String::new()) };
    if number.unit != Unit::Dollars {
        let total = data.series.iter().map(crate::metrics::series::Series::sum).sum::<f64>() + 0.0;
        return (values::short(total, number.unit), String::new());
    }
    let spent = accounts::by_model(data);
    let cost = spent.iter().map(|one| one.cost).sum::<f64>() + 0.0;
    let unpriced: Vec<String> = spent.iter().filter(|one| one.is_unpriced).map(|one| scene.names.name(&one.name)).collect();
    let prices = format!("List prices of {}, and your own", crate::models::catalogue().prices_as_of);
    match (unpriced.is_empty(), spent.len() == unpriced.len()) {
        (true, _) => (values::short(cost, Unit::Dollars), prices),
        (false, true) => ("no price".to_owned(), format!("No price for {}. {prices}", unpriced.join(", "))),
        (false, false) => (format!("{} +", values::short(cost, Unit::Dollars)), format!("No price for {}. {prices}", unpriced.join(", "))),
    }
}

/// The course of the sum over all series.
fn line(ui: &Ui, data: &Plotted, rect: Rect, color: egui::Color32) {
    let mut sums: BTreeMap<i64, f64> = BTreeMap::new();
    // A period a point at most: the line is small.
    let bucket = data.period_ms.max((data.to_ms - data.from_ms) / (rect.width() / 2.0).max(1.0) as i64).max(1);
    for point in data.series.iter().flat_map(|series| &series.points) {
        *sums.entry((point.at_ms - data.from_ms).div_euclid(bucket)).or_default() += point.value;
    }
    let peak = sums.values().copied().fold(0.0, f64::max);
    let last = (data.to_ms - data.from_ms).div_euclid(bucket).max(1);
    if peak <= 0.0 || sums.len() < 2 {
        return;
    }
    let place = |at: i64| {
        let part = sums.get(&at).copied().unwrap_or(0.0) / peak;
        pos2(rect.left() + rect.width() * at as f32 / last as f32, rect.bottom() - rect.height() * part as f32)
    };
    // The newest period is not over: it would end every line with a fall.
    let points: Vec<_> = (0..last).map(place).collect();
    ui.painter().add(Shape::line(points, Stroke::new(1.2, color.gamma_multiply(0.8))));
}

/// Errors, throttles and failures are shown as what they are once there is one.
fn is_bad(number: &Number, data: Option<&Plotted>) -> bool {
    let counts_failures = number.metrics.iter().any(|metric| ["Error", "Throttle", "Failure"].iter().any(|word| metric.contains(word)));
    counts_failures && data.is_some_and(|data| data.series.iter().any(|series| series.sum() > 0.0))
}
