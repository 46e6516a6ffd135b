//! Series over time: lines, areas upon each other, or bars upon each other.

use std::collections::BTreeSet;

use egui::{Align, Layout, RichText, Sense, Ui, vec2};
use egui_plot::{AxisHints, Bar, BarChart, FilledArea, GridMark, Line, LineStyle, Plot, PlotBounds, PlotPoints, PlotUi, Points, VLine};

use super::{look, value};
use crate::app::State;
use crate::app::insights::chart::{Series, Timeline, View};
use crate::base::clock::timestamp_ms;
use crate::metrics::series::nice_axis;
use crate::ui::format;
use crate::ui::screens::dashboard::axis;
use crate::ui::theme::{Mark, Series as Look, Theme, text};
use crate::ui::widgets::still_plot;

/// Draws the series that are not hidden in the place that is left.
pub fn ui(ui: &mut Ui, state: &State, timeline: &Timeline, view: View, hidden: &BTreeSet<String>) {
    let theme = Theme::of(ui);
    let shown: Vec<(usize, &Series)> = timeline.series.iter().enumerate().filter(|(_, series)| !hidden.contains(&series.name)).collect();
    let (Some(first), Some(last)) = (timeline.moments.first().copied(), timeline.moments.last().copied()) else { return };
    let period = timeline.period_ms;
    let (from, to) = if view == View::Bar { (first - period / 2, last + period / 2) } else { (first, last.max(first + period)) };
    // A little more than the periods themselves, so that the points at the ends are whole.
    let to = to + (to - from) / 100;
    let (low, high) = extent(timeline, &shown, view);
    let (top, step) = nice_axis(high.max(-low), 4, 0.0);
    let bottom = if low < 0.0 { (low / step).floor() * step } else { 0.0 };
    let marks = axis::marks(&state.settings, from + (to - from) / 40, to, (ui.available_width() / 80.0) as usize);
    let x_grid: Vec<GridMark> = marks.iter().map(|mark| GridMark { value: mark.at_ms as f64, step_size: (to - from) as f64 }).collect();
    let steps = ((bottom / step).round() as i32, (top / step).round() as i32);
    let y_grid = move |_| (steps.0..=steps.1).map(|n| GridMark { value: f64::from(n) * step, step_size: step }).collect();
    let bounds = PlotBounds::from_min_max([from as f64, bottom], [to as f64, top * 1.04]);
    let size = vec2(ui.available_width(), ui.available_height().max(90.0));
    let response = plot(ui, size)
        .custom_x_axes(vec![time_axis(theme, ui, marks)])
        .custom_y_axes(vec![value_axis(theme, ui)])
        .x_grid_spacer(move |_| x_grid.clone())
        .y_grid_spacer(y_grid)
        .show(ui, |plot| {
            plot.set_plot_bounds(bounds);
            draw(plot, theme, timeline, &shown, view);
            let at = plot.pointer_coordinate().map(|point| nearest(&timeline.moments, point.x as i64));
            if let Some(at) = at {
                plot.vline(VLine::new("", at as f64).color(theme.text3).width(1.0).allow_hover(false));
            }
            at
        });
    let response_ui = response.response.accessible_name("Chart");
    if let Some(at) = response.inner.filter(|_| response_ui.hovered()) {
        response_ui.on_hover_ui_at_pointer(|ui| told(ui, state, &shown, at));
    }
}

/// The smallest and largest height that is drawn.
fn extent(timeline: &Timeline, shown: &[(usize, &Series)], view: View) -> (f64, f64) {
    let heights: Vec<f64> = if view == View::Line {
        shown.iter().flat_map(|(_, series)| series.points.iter().map(|(_, value)| *value)).collect()
    } else {
        timeline.moments.iter().map(|at| shown.iter().filter_map(|(_, series)| series.at(*at)).sum()).collect()
    };
    (heights.iter().copied().fold(0.0, f64::min), heights.iter().copied().fold(0.0, f64::max))
}

fn plot<'a>(ui: &Ui, size: egui::Vec2) -> Plot<'a> {
    still_plot(ui, "insights-chart", size).sense(Sense::hover())
}

fn time_axis<'a>(theme: &Theme, ui: &Ui, marks: Vec<axis::TimeMark>) -> AxisHints<'a> {
    let words =
        move |mark: GridMark, _: &_| marks.iter().find(|m| m.at_ms == mark.value as i64).map(|mark| mark.words.clone()).unwrap_or_default();
    AxisHints::new_x().formatter(words).tick_label_color(theme.text3).tick_label_font(text::axis().resolve(ui.style())).min_thickness(18.0)
}

fn value_axis<'a>(theme: &Theme, ui: &Ui) -> AxisHints<'a> {
    let words = |mark: GridMark, _: &_| short(mark.value);
    AxisHints::new_y().formatter(words).tick_label_color(theme.text3).tick_label_font(text::axis().resolve(ui.style())).min_thickness(46.0)
}

/// A value of the axis: `1.5 k`, `2 M`.
fn short(number: f64) -> String {
    let (scaled, unit) = match number.abs() {
        large if large >= 1e9 => (number / 1e9, " G"),
        large if large >= 1e6 => (number / 1e6, " M"),
        large if large >= 1e4 => (number / 1e3, " k"),
        _ => (number, ""),
    };
    format!("{}{unit}", value((scaled * 1e4).round() / 1e4))
}

/// The moment that is nearest to `at`.
fn nearest(moments: &[i64], at: i64) -> i64 {
    let after = moments.partition_point(|moment| *moment < at);
    let around = [after.checked_sub(1), Some(after)];
    around.into_iter().flatten().filter_map(|place| moments.get(place).copied()).min_by_key(|moment| moment.abs_diff(at)).unwrap_or(at)
}

fn draw(plot: &mut PlotUi<'_>, theme: &Theme, timeline: &Timeline, shown: &[(usize, &Series)], view: View) {
    let mut pile = vec![0.0; timeline.moments.len()];
    for (place, series) in shown {
        let look = look(theme, &series.name, *place);
        match view {
            View::Area => area(plot, timeline, series, &mut pile, look.color),
            View::Bar => bars(plot, timeline, series, &mut pile, look.color),
            _ => line(plot, series, timeline.period_ms, look),
        }
    }
}

/// A line that is broken where periods are missing; a single period is a dot.
fn line(plot: &mut PlotUi<'_>, series: &Series, period_ms: i64, look: Look) {
    let style = match look.mark {
        Mark::Solid => LineStyle::Solid,
        Mark::Dashed => LineStyle::Dashed { length: 7.0 },
        Mark::Dotted => LineStyle::Dotted { spacing: 5.0 },
    };
    for run in series.points.chunk_by(|a, b| b.0 - a.0 <= period_ms * 3 / 2) {
        let points: Vec<[f64; 2]> = run.iter().map(|(at, value)| [*at as f64, *value]).collect();
        if points.len() == 1 {
            plot.points(Points::new("", points).radius(2.5).color(look.color).allow_hover(false));
        } else {
            plot.line(Line::new("", points).color(look.color).width(1.6).style(style).allow_hover(false));
        }
    }
}

fn area(plot: &mut PlotUi<'_>, timeline: &Timeline, series: &Series, pile: &mut [f64], color: egui::Color32) {
    let xs: Vec<f64> = timeline.moments.iter().map(|at| *at as f64).collect();
    let bottoms = pile.to_vec();
    for (height, at) in pile.iter_mut().zip(&timeline.moments) {
        *height += series.at(*at).unwrap_or_default();
    }
    plot.add(FilledArea::new("", &xs, &bottoms, pile).fill_color(color.gamma_multiply(0.25)).allow_hover(false));
    let edge: PlotPoints<'_> = xs.iter().zip(pile.iter()).map(|(x, y)| [*x, *y]).collect();
    plot.line(Line::new("", edge).color(color).width(1.4).allow_hover(false));
}

fn bars(plot: &mut PlotUi<'_>, timeline: &Timeline, series: &Series, pile: &mut [f64], color: egui::Color32) {
    let width = (timeline.period_ms as f64 * 0.8).max(plot.transform().dvalue_dpos()[0].abs() * 2.0);
    let mut bars = Vec::new();
    for (height, at) in pile.iter_mut().zip(&timeline.moments) {
        if let Some(value) = series.at(*at) {
            bars.push(Bar::new(*at as f64, value).base_offset(*height).width(width).fill(color).stroke(egui::Stroke::NONE));
            *height += value;
        }
    }
    plot.bar_chart(BarChart::new("", bars).color(color).allow_hover(false));
}

/// The values at a moment.
fn told(ui: &mut Ui, state: &State, shown: &[(usize, &Series)], at: i64) {
    let theme = Theme::of(ui);
    ui.set_max_width(300.0);
    ui.spacing_mut().item_spacing.y = 3.0;
    ui.spacing_mut().interact_size.y = 14.0;
    ui.label(RichText::new(format::moment(&state.settings, timestamp_ms(at))).text_style(text::mono_small()).color(theme.text2));
    for (place, series) in shown {
        let number = series.at(at).map_or("nothing".to_owned(), value);
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(8.0, 8.0), Sense::hover());
            ui.painter().rect_filled(rect, 2.0, look(theme, &series.name, *place).color);
            ui.label(RichText::new(crate::base::text::one_line(&series.name, 36)).small().color(theme.text));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.label(RichText::new(number).text_style(text::mono_small()).color(theme.text));
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_moment_is_told_and_large_values_are_short() {
        assert_eq!([nearest(&[0, 10, 20], 14), nearest(&[0, 10, 20], 16), nearest(&[0, 10], 99), nearest(&[5], -5)], [10, 20, 10, 5]);
        assert_eq!([short(950.0), short(15_000.0), short(2_500_000.0), short(0.25)], ["950", "15 k", "2.5 M", "0.25"].map(str::to_owned));
    }
}
