//! The graph of an alarm: values with gaps, the threshold or the band, and the times in alarm. The threshold can be dragged where that is wanted.

use egui::{Align2, CursorIcon, FontId, RichText, Sense, Ui, vec2};
use egui_plot::{AxisHints, FilledArea, GridMark, HLine, Line, LineStyle, Plot, PlotBounds, PlotPoints, Points, Span, Text, VLine};

use crate::app::State;
use crate::app::alarms::graph::Graph;
use crate::aws::cloudwatch::PutMetricAlarm;
use crate::base::clock::timestamp_ms;
use crate::lab::alarms::{model, words};
use crate::metrics::alarm::replay::Stretch;
use crate::metrics::series::nice_axis;
use crate::ui::format;
use crate::ui::screens::dashboard::axis;
use crate::ui::theme::{Theme, text};
use crate::ui::widgets::still_plot;

/// Points around the threshold within which it can be taken.
const REACH: f32 = 10.0;

/// What is drawn.
pub struct Drawing<'a> {
    /// Tells graphs apart.
    pub salt: &'static str,
    /// The values.
    pub graph: &'a Graph,
    /// The alarm.
    pub settings: &'a PutMetricAlarm,
    /// Times in alarm, to be shaded.
    pub alarms: Vec<Stretch>,
    /// Height in points.
    pub height: f32,
    /// Whether the threshold can be moved.
    pub movable: bool,
}

/// What came of drawing.
pub struct Drawn {
    /// Left and right end of the plot, points.
    pub range: egui::Rangef,
    /// Where the threshold was moved to.
    pub moved: Option<f64>,
}

/// Draws it.
pub fn show(ui: &mut Ui, state: &State, what: &Drawing<'_>) -> Drawn {
    let theme = Theme::of(ui);
    let graph = what.graph;
    let threshold = what.settings.threshold;
    let (top, step) = nice_axis(graph.peak(threshold), 4, 0.0);
    // A little more than the time itself, so that the newest value is whole.
    let (from, to) = (graph.from_ms, graph.to_ms + (graph.to_ms - graph.from_ms) / 80);
    let columns = ui.available_width().max(100.0) as usize;
    let measure = words::Measure::of(what.settings);
    let response = still(ui, state, what, (from, to), (top, step)).show(ui, |plot| {
        plot.set_plot_bounds(PlotBounds::from_min_max([from as f64, 0.0], [to as f64, top * 1.04]));
        for stretch in &what.alarms {
            shade(plot, theme, stretch);
        }
        band(plot, theme, graph);
        values(plot, theme, what, columns);
        line_of_threshold(plot, theme, threshold, measure, (to as f64, top));
    });
    let moved = if what.movable { drag(ui, &response.response, &response.transform, threshold, top) } else { None };
    let range = response.transform.frame().x_range();
    let label = format!("Graph of {}", words::subject(what.settings));
    let inner = response.response.accessible_name(label);
    let pointer = ui.input(|input| input.pointer.hover_pos()).filter(|_| inner.hovered() && !inner.dragged());
    if let Some(pointer) = pointer {
        let at = response.transform.value_from_position(pointer).x as i64;
        inner.on_hover_ui_at_pointer(|ui| told(ui, state, what, at));
    }
    Drawn { range, moved }
}

/// A plot with its axes that neither moves nor zooms by itself.
fn still<'a>(ui: &Ui, state: &State, what: &Drawing<'_>, (from, to): (i64, i64), (top, step): (f64, f64)) -> Plot<'a> {
    let (x_axis, x_grid) = time_axis(ui, state, from, to);
    let y_grid = move |_| (0..=(top / step).round() as i32).map(|n| GridMark { value: f64::from(n) * step, step_size: step }).collect();
    still_plot(ui, ("alarm", what.salt), vec2(ui.available_width(), what.height))
        .sense(Sense::click_and_drag())
        .custom_x_axes(vec![x_axis])
        .custom_y_axes(vec![value_axis(ui, words::Measure::of(what.settings))])
        .x_grid_spacer(move |_| x_grid.clone())
        .y_grid_spacer(y_grid)
}

fn axis_font(ui: &Ui) -> FontId {
    FontId { size: text::AXIS, ..text::axis().resolve(ui.style()) }
}

fn time_axis<'a>(ui: &Ui, state: &State, from: i64, to: i64) -> (AxisHints<'a>, Vec<GridMark>) {
    let marks = axis::marks(&state.settings, from + (to - from) / 30, to, (ui.available_width() / 80.0) as usize);
    let grid = marks.iter().map(|mark| GridMark { value: mark.at_ms as f64, step_size: (to - from) as f64 }).collect();
    let words =
        move |mark: GridMark, _: &_| marks.iter().find(|m| m.at_ms == mark.value as i64).map(|mark| mark.words.clone()).unwrap_or_default();
    let color = Theme::of(ui).text3;
    (AxisHints::new_x().formatter(words).tick_label_color(color).tick_label_font(axis_font(ui)).min_thickness(18.0), grid)
}

fn value_axis<'a>(ui: &Ui, measure: words::Measure) -> AxisHints<'a> {
    let words = move |mark: GridMark, _: &_| on_axis(measure, mark.value);
    AxisHints::new_y().formatter(words).tick_label_color(Theme::of(ui).text3).tick_label_font(axis_font(ui)).min_thickness(56.0)
}

fn on_axis(measure: words::Measure, value: f64) -> String {
    use words::Measure::{Dollars, Milliseconds, Percent};
    match measure {
        _ if value == 0.0 => "0".to_owned(),
        Milliseconds | Percent => measure.words(value),
        Dollars => format!("${}", words::number(value)),
        _ if value >= 1e6 => format!("{} M", words::number(value / 1e6)),
        _ if value >= 1e4 => format!("{} k", words::number(value / 1e3)),
        _ => words::number(value),
    }
}

/// A time in alarm: a tint, and a line where it began.
fn shade(plot: &mut egui_plot::PlotUi<'_>, theme: &Theme, stretch: &Stretch) {
    let (from, to) = (stretch.from_ms as f64, stretch.to_ms as f64);
    plot.span(Span::new("", from..=to).fill(theme.error.ink.gamma_multiply(0.12)).border_color(egui::Color32::TRANSPARENT));
    plot.vline(VLine::new("", from).color(theme.error.ink).width(1.0).style(LineStyle::Dashed { length: 4.0 }).allow_hover(false));
}

fn band(plot: &mut egui_plot::PlotUi<'_>, theme: &Theme, graph: &Graph) {
    let Some(band) = &graph.band else { return };
    for run in band.edges.chunk_by(|a, b| b.at_ms - a.at_ms <= graph.period_ms * 2) {
        // Far more edges than pixels cost time and show nothing.
        let step = (run.len() / 1_200).max(1);
        let thin: Vec<_> = run.iter().step_by(step).chain(run.last()).collect();
        let xs: Vec<f64> = thin.iter().map(|edges| edges.at_ms as f64).collect();
        let lower: Vec<f64> = thin.iter().map(|edges| edges.lower).collect();
        let upper: Vec<f64> = thin.iter().map(|edges| edges.upper).collect();
        plot.add(FilledArea::new("", &xs, &lower, &upper).fill_color(theme.text3.gamma_multiply(0.28)).allow_hover(false));
        for edge in [&lower, &upper] {
            let points: PlotPoints<'_> = xs.iter().zip(edge).map(|(x, y)| [*x, *y]).collect();
            plot.line(Line::new("", points).color(theme.text3).width(0.8).allow_hover(false));
        }
    }
}

fn values(plot: &mut egui_plot::PlotUi<'_>, theme: &Theme, what: &Drawing<'_>, columns: usize) {
    let color = theme.series(model(what.settings).unwrap_or(&what.settings.name)).color;
    let graph = what.graph;
    for run in graph.points.chunk_by(|a, b| b.0 - a.0 <= graph.period_ms) {
        let thin = thinned(run, columns);
        if let [(at, value)] = run {
            plot.points(Points::new("", vec![[*at as f64, *value]]).radius(2.0).color(color).allow_hover(false));
            continue;
        }
        let [x, y] = plot.transform().dvalue_dpos();
        for piece in without_sharp_joints(&thin, (x.abs(), y.abs())) {
            let points: PlotPoints<'_> = piece.iter().map(|(at, value)| [*at as f64, *value]).collect();
            plot.line(Line::new("", points).color(color).width(1.4).allow_hover(false));
        }
    }
}

/// Pieces of a line that share their ends, cut at sharp peaks: a joint there would be drawn far beyond the value. `per_point` is how much time
/// and value a point of the screen stands for.
fn without_sharp_joints(points: &[(i64, f64)], per_point: (f64, f64)) -> Vec<&[(i64, f64)]> {
    const STEEP: f64 = 3.0;
    let slope = |a: &(i64, f64), b: &(i64, f64)| {
        let width = (b.0 - a.0) as f64 / per_point.0.max(f64::MIN_POSITIVE);
        (b.1 - a.1) / per_point.1.max(f64::MIN_POSITIVE) / width.max(0.1)
    };
    let mut pieces = Vec::new();
    let mut begun = 0;
    for place in 1..points.len().saturating_sub(1) {
        let (before, after) = (slope(&points[place - 1], &points[place]), slope(&points[place], &points[place + 1]));
        if before.signum() != after.signum() && before.abs().min(after.abs()) > STEEP {
            pieces.push(&points[begun..=place]);
            begun = place;
        }
    }
    pieces.push(&points[begun..]);
    pieces
}

/// Of many points the smallest and the largest of each column, so that no peak is lost.
pub fn thinned(points: &[(i64, f64)], columns: usize) -> Vec<(i64, f64)> {
    let size = points.len().div_ceil(columns.max(1));
    if size <= 2 {
        return points.to_vec();
    }
    let of_column = |column: &[(i64, f64)]| {
        let by = |a: &&(i64, f64), b: &&(i64, f64)| a.1.total_cmp(&b.1);
        let (low, high) = (column.iter().min_by(by).copied(), column.iter().max_by(by).copied());
        let mut both: Vec<(i64, f64)> = low.into_iter().chain(high).collect();
        both.sort_by_key(|point| point.0);
        both.dedup();
        both
    };
    points.chunks(size).flat_map(of_column).collect()
}

fn line_of_threshold(
    plot: &mut egui_plot::PlotUi<'_>,
    theme: &Theme,
    threshold: Option<f64>,
    measure: words::Measure,
    (right, top): (f64, f64),
) {
    let Some(threshold) = threshold else { return };
    let style = LineStyle::Dashed { length: 8.0 };
    plot.hline(HLine::new("", threshold).color(theme.warn.ink).width(1.6).style(style).allow_hover(false));
    let words = RichText::new(format!("threshold {}", measure.words(threshold))).size(11.0).color(theme.warn.ink);
    let text = Text::new("", egui_plot::PlotPoint::new(right, threshold + top * 0.01), words).anchor(Align2::RIGHT_BOTTOM);
    plot.text(text.allow_hover(false));
}

/// Takes the threshold near the pointer along; a double click puts it there.
fn drag(ui: &Ui, response: &egui::Response, transform: &egui_plot::PlotTransform, threshold: Option<f64>, top: f64) -> Option<f64> {
    let id = response.id.with("threshold");
    let pointer = response.interact_pointer_pos().or(response.hover_pos())?;
    let line = threshold.map(|value| transform.position_from_point(&egui_plot::PlotPoint::new(0.0, value)).y);
    let origin = ui.input(|input| input.pointer.press_origin()).unwrap_or(pointer);
    if response.drag_started() && line.is_some_and(|y| (y - origin.y).abs() <= REACH) {
        ui.data_mut(|data| data.insert_temp(id, true));
    }
    let taken = ui.data(|data| data.get_temp::<bool>(id)).unwrap_or(false);
    if taken || line.is_some_and(|y| (y - pointer.y).abs() <= REACH) {
        ui.set_cursor_icon(CursorIcon::ResizeVertical);
    }
    if response.drag_stopped() {
        ui.data_mut(|data| data.remove::<bool>(id));
    }
    if (taken && response.dragged()) || response.double_clicked() {
        let value = transform.value_from_position(pointer).y.clamp(0.0, top * 1.04);
        return Some(rounded(value, top));
    }
    None
}

/// As exact as a pixel of the graph is.
fn rounded(value: f64, top: f64) -> f64 {
    let step = 10f64.powf((top.max(1e-9) / 100.0).log10().floor());
    (value / step).round() * step
}

/// The values of the period under the pointer.
fn told(ui: &mut Ui, state: &State, what: &Drawing<'_>, at_ms: i64) {
    let theme = Theme::of(ui);
    ui.set_max_width(230.0);
    let graph = what.graph;
    let begin = at_ms.div_euclid(graph.period_ms) * graph.period_ms;
    let measure = words::Measure::of(what.settings);
    let value = graph.points.binary_search_by_key(&begin, |point| point.0).ok().map(|place| graph.points[place].1);
    let moment = format::moment(&state.settings, timestamp_ms(begin));
    ui.label(RichText::new(moment).text_style(text::mono_small()).color(theme.text2));
    let words = value.map_or("no data".to_owned(), |value| measure.words(value));
    ui.label(RichText::new(format!("{}: {words}", words::subject(what.settings))).color(theme.text));
    if let Some(edges) = graph.band.as_ref().and_then(|band| band.edges.iter().find(|edges| edges.at_ms == begin)) {
        let band = format!("band {} to {}", measure.words(edges.lower), measure.words(edges.upper));
        ui.label(RichText::new(band).small().color(theme.text2));
    }
    if begin + graph.period_ms > graph.to_ms {
        ui.label(RichText::new("This period is not over yet").small().color(theme.text3));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_the_extremes() {
        let points: Vec<(i64, f64)> = (0..10_000).map(|n| (n, if n == 4_321 { 99.0 } else { 1.0 })).collect();
        let thin = thinned(&points, 500);
        assert!(thin.len() <= 1_000 && thin.contains(&(4_321, 99.0)), "{}", thin.len());
        assert_eq!(thinned(&points[..10], 500).len(), 10);
        assert!(thin.is_sorted_by_key(|point| point.0));
    }

    #[test]
    fn a_line_is_cut_at_sharp_peaks_only() {
        let spike = [(0, 0.0), (1, 1.0), (2, 100.0), (3, 1.0), (4, 2.0)];
        let pieces: Vec<usize> = without_sharp_joints(&spike, (1.0, 1.0)).iter().map(|piece| piece.len()).collect();
        assert_eq!(pieces, [3, 3], "the peak is the end of one piece and the begin of the next");
        let hills = [(0, 0.0), (10, 5.0), (20, 0.0)];
        assert_eq!(without_sharp_joints(&hills, (1.0, 1.0)).len(), 1);
    }

    #[test]
    fn a_dragged_threshold_has_no_needless_digits() {
        assert_eq!(rounded(5_123.456, 10_000.0), 5_100.0);
        assert!((rounded(0.123_456, 1.0) - 0.12).abs() < 1e-9);
    }
}
