//! Series as lines, areas and bars of a plot. Gaps stay gaps; the newest period, which still grows, is faded.

use egui::Color32;
use egui_plot::{Bar, BarChart, FilledArea, Line, LineStyle, PlotPoint, PlotPoints, PlotUi, Points};

use super::legend::key;
use crate::metrics::dashboard::Kind;
use crate::metrics::series::{Layer, Plotted, Point, Series, moments, stack};
use crate::ui::theme::{Mark, Theme};

/// How much of its colour a period keeps that is not over yet.
const UNFINISHED: f32 = 0.45;

/// Colour and pattern of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Its colour.
    pub color: Color32,
    mark: Mark,
}

impl Look {
    /// A model looks the same everywhere; errors look like what they mean.
    pub fn of(theme: &Theme, series: &Series) -> Self {
        match series.metric.as_str() {
            "InvocationClientErrors" if series.model.is_empty() => Self { color: theme.warn.ink, mark: Mark::Solid },
            "InvocationServerErrors" if series.model.is_empty() => Self { color: theme.error.ink, mark: Mark::Solid },
            _ => {
                let look = theme.series(key(series));
                Self { color: look.color, mark: look.mark }
            }
        }
    }

    /// Whether its line is solid.
    pub fn is_solid(self) -> bool {
        self.mark == Mark::Solid
    }

    fn style(self) -> LineStyle {
        match self.mark {
            Mark::Solid => LineStyle::Solid,
            Mark::Dashed => LineStyle::Dashed { length: 7.0 },
            Mark::Dotted => LineStyle::Dotted { spacing: 5.0 },
        }
    }
}

/// Draws all series that are not `hidden`.
pub fn series(plot: &mut PlotUi<'_>, theme: &Theme, data: &Plotted, kind: Kind, now_ms: i64, hidden: impl Fn(&Series) -> bool) {
    let unfinished = data.unfinished_from(now_ms);
    let shown: Vec<&Series> = data.series.iter().filter(|series| !hidden(series)).collect();
    match kind {
        Kind::Line => shown.iter().for_each(|series| line(plot, Look::of(theme, series), series, data.period_ms, unfinished)),
        Kind::Stacked => areas(plot, theme, &shown, data.period_ms, unfinished),
        Kind::Bar => bars(plot, theme, &shown, data.period_ms, unfinished),
    }
}

fn line(plot: &mut PlotUi<'_>, look: Look, series: &Series, period_ms: i64, unfinished: Option<i64>) {
    for run in series.runs(period_ms) {
        let (done, growing) = split(run, unfinished);
        stretch(plot, look, done);
        if let Some(last) = growing {
            // Dashed and faded from the last value that stands to the one that still grows.
            let from = done.last().copied();
            let faded = Look { color: look.color.gamma_multiply(UNFINISHED), mark: Mark::Dotted };
            stretch(plot, faded, &from.into_iter().chain([last]).collect::<Vec<_>>());
        }
    }
}

/// A line through `points`; a single one is a dot.
fn stretch(plot: &mut PlotUi<'_>, look: Look, points: &[Point]) {
    match points {
        [] => {}
        [one] => plot.points(Points::new("", vec![[one.at_ms as f64, one.value]]).radius(2.5).color(look.color).allow_hover(false)),
        many => {
            let points: PlotPoints<'_> = many.iter().map(|point| [point.at_ms as f64, point.value]).collect();
            plot.line(Line::new("", points).color(look.color).width(1.6).style(look.style()).allow_hover(false));
        }
    }
}

/// The points that stand, and the newest one if it still grows.
fn split(run: &[Point], unfinished: Option<i64>) -> (&[Point], Option<Point>) {
    match run.split_last() {
        Some((last, before)) if unfinished.is_some_and(|from| last.at_ms >= from) => (before, Some(*last)),
        _ => (run, None),
    }
}

/// Areas upon each other, broken where no series has a value.
fn areas(plot: &mut PlotUi<'_>, theme: &Theme, shown: &[&Series], period_ms: i64, unfinished: Option<i64>) {
    let moments = moments(shown.iter().copied());
    for (series, layers) in shown.iter().zip(stack(shown.iter().copied(), &moments)) {
        let color = Look::of(theme, series).color;
        for run in layers.chunk_by(|a, b| b.at_ms - a.at_ms <= period_ms) {
            area(plot, color, run, unfinished);
        }
    }
}

fn area(plot: &mut PlotUi<'_>, color: Color32, run: &[Layer], unfinished: Option<i64>) {
    if let [one] = run {
        let bar = Bar::new(one.at_ms as f64, one.top - one.bottom).base_offset(one.bottom);
        plot.bar_chart(BarChart::new("", vec![bar.width(1.0)]).color(color).allow_hover(false));
        let dot = Points::new("", vec![[one.at_ms as f64, one.top]]).radius(2.5).color(color);
        plot.points(dot.allow_hover(false));
        return;
    }
    let xs: Vec<f64> = run.iter().map(|layer| layer.at_ms as f64).collect();
    let (bottoms, tops): (Vec<f64>, Vec<f64>) = run.iter().map(|layer| (layer.bottom, layer.top)).unzip();
    plot.add(FilledArea::new("", &xs, &bottoms, &tops).fill_color(color.gamma_multiply(0.22)).allow_hover(false));
    let finished = run.iter().take_while(|layer| unfinished.is_none_or(|from| layer.at_ms < from)).count();
    let edge = |layers: &[Layer]| layers.iter().map(|layer| [layer.at_ms as f64, layer.top]).collect::<PlotPoints<'_>>();
    plot.line(Line::new("", edge(&run[..finished])).color(color).width(1.4).allow_hover(false));
    if finished < run.len() {
        let growing = edge(&run[finished.saturating_sub(1)..]);
        let faded = Line::new("", growing).color(color.gamma_multiply(UNFINISHED)).width(1.4);
        plot.line(faded.style(LineStyle::Dotted { spacing: 5.0 }).allow_hover(false));
    }
}

/// Bars upon each other, each as wide as its period.
fn bars(plot: &mut PlotUi<'_>, theme: &Theme, shown: &[&Series], period_ms: i64, unfinished: Option<i64>) {
    let moments = moments(shown.iter().copied());
    // At least a few points wide, or single failures could not be seen.
    let width = (period_ms as f64 * 0.8).max(plot.transform().dvalue_dpos()[0].abs() * 3.0);
    for (series, layers) in shown.iter().zip(stack(shown.iter().copied(), &moments)) {
        let color = Look::of(theme, series).color;
        let bar = |layer: &Layer| {
            let growing = unfinished.is_some_and(|from| layer.at_ms >= from);
            let middle = layer.at_ms as f64 + period_ms as f64 / 2.0;
            let bar = Bar::new(middle, layer.top - layer.bottom).base_offset(layer.bottom).width(width);
            bar.fill(if growing { color.gamma_multiply(UNFINISHED) } else { color }).stroke(egui::Stroke::NONE)
        };
        let bars = layers.iter().filter(|layer| layer.top > layer.bottom).map(bar).collect();
        plot.bar_chart(BarChart::new("", bars).color(color).allow_hover(false));
    }
}

/// Dots on the values of the period under the cursor.
pub fn marks_at(plot: &mut PlotUi<'_>, theme: &Theme, data: &Plotted, kind: Kind, at_ms: i64, hidden: impl Fn(&Series) -> bool) {
    if kind == Kind::Bar {
        return;
    }
    let mut pile = 0.0;
    for series in data.series.iter().filter(|series| !hidden(series)) {
        let Some(value) = series.value_at(at_ms, data.period_ms) else { continue };
        pile += value;
        let height = if kind == Kind::Stacked { pile } else { value };
        let at = at_ms.div_euclid(data.period_ms) * data.period_ms;
        let point = PlotPoint::new(at as f64, height);
        plot.points(Points::new("", PlotPoints::Owned(vec![point])).radius(3.0).color(Look::of(theme, series).color).allow_hover(false));
    }
}
