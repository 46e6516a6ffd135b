//! A plot in its card: head with legend, axes with units, cursor, values under the pointer.

use egui::{Align, FontId, Frame, Layout, Margin, Rect, RichText, Sense, Stroke, Ui, vec2};
use egui_plot::{AxisHints, GridMark, Plot, PlotBounds, PlotUi, Span, VLine};

use super::cursor::Cursor;
use super::{ModelNames, axis, draw, legend, values};
use crate::app::dashboard::DashboardCommand;
use crate::app::{Command, Commands, Remote, State};
use crate::base::clock::timestamp_ms;
use crate::metrics::dashboard::{Choice, Kind, Unit, Widget};
use crate::metrics::series::{Plotted, Series, nice_axis};
use crate::ui::format;
use crate::ui::icons;
use crate::ui::theme::{Theme, size, text};
use crate::ui::widgets::{ErrorAction, ErrorPanel, section};

/// Height of a card in points.
pub const CARD_HEIGHT: f32 = 232.0;

/// Height of the plot inside its card, axis included.
const PLOT_HEIGHT: f32 = 182.0;

/// Draws the plot with number `index` of the dashboard.
pub fn card(ui: &mut Ui, state: &State, index: usize, names: &ModelNames, cursor: &mut Cursor, commands: &mut Commands) {
    let widget = &state.dashboard.board.widgets[index];
    let remote = &state.dashboard.plots[index];
    let data = remote.value().map(AsRef::as_ref);
    let theme = Theme::of(ui);
    let frame = Frame::new().fill(theme.panel).stroke(Stroke::new(size::LINE, theme.line)).corner_radius(size::RADIUS_CARD);
    frame.inner_margin(Margin { left: 14, right: 14, top: 10, bottom: 6 }).show(ui, |ui| {
        ui.set_min_size(vec2(ui.available_width(), CARD_HEIGHT - 18.0));
        head(ui, state, widget, data, names, cursor, commands);
        match (remote, data) {
            (Remote::Failed { problem, .. }, _) => failure(ui, problem, commands),
            (_, Some(data)) if !data.series.is_empty() => self::plot(ui, state, widget, data, names, cursor),
            (_, Some(_)) => no_data(ui, "No data in this time"),
            (_, None) => no_data(ui, "Fetching…"),
        }
    });
}

fn head(ui: &mut Ui, state: &State, widget: &Widget, data: Option<&Plotted>, names: &ModelNames, cursor: &Cursor, commands: &mut Commands) {
    ui.horizontal(|ui| {
        ui.set_min_height(20.0);
        section(ui, &widget.title).on_hover_text(&widget.help);
        let subtitle = RichText::new(subtitle(state, widget, data)).small().color(Theme::of(ui).text3);
        match data {
            Some(data) => legend::ui(ui, state, widget, data, names, cursor.at_ms(), subtitle, commands),
            None => {
                ui.label(subtitle);
            }
        }
    });
}

/// The statistic and the period: `Sum per minute`, `p90 per 5 min`.
fn subtitle(state: &State, widget: &Widget, data: Option<&Plotted>) -> String {
    let period = data.map_or_else(|| state.dashboard.period_at(state.now.as_millisecond()), |data| data.period_ms);
    let statistic = if widget.statistic == Choice::Sum { "Sum" } else { state.dashboard.latency };
    let period = crate::metrics::range::PERIODS.into_iter().find(|(_, ms)| *ms == period).map_or("period", |(name, _)| name);
    format!("{statistic} per {}", period.strip_prefix("1 ").unwrap_or(period))
}

fn failure(ui: &mut Ui, problem: &crate::base::problem::Problem, commands: &mut Commands) {
    egui::ScrollArea::vertical().max_height(PLOT_HEIGHT).show(ui, |ui| {
        let panel = ErrorPanel::new(&problem.what).why(&problem.why).remedy(&problem.remedy).retry("Try again");
        let panel = if let Some(details) = &problem.details { panel.details(details) } else { panel };
        if panel.show(ui) == ErrorAction::Retry {
            commands.send(Command::Refresh);
        }
    });
}

fn no_data(ui: &mut Ui, words: &str) {
    let theme = Theme::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), PLOT_HEIGHT), Sense::hover());
    icons::CIRCLE_DASHED.paint(ui.painter(), rect.center() - vec2(0.0, 14.0), size::ICON, theme.text3);
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect.translate(vec2(0.0, rect.height() / 2.0))), |ui| {
        ui.vertical_centered(|ui| ui.label(RichText::new(words).small().color(theme.text3)));
    });
}

fn plot(ui: &mut Ui, state: &State, widget: &Widget, data: &Plotted, names: &ModelNames, cursor: &mut Cursor) {
    let theme = Theme::of(ui);
    let hidden = |series: &Series| state.dashboard.hidden.contains(legend::key(series));
    let (from, to) = cursor.bounds();
    let least = if widget.unit == Unit::Milliseconds { 0.0 } else { 1.0 };
    let (top, step) = nice_axis(data.peak(widget.kind != Kind::Line, hidden), 4, least);
    // A mark at the very left would lie on the zero of the other axis.
    let marks = axis::marks(&state.settings, from + (to - from) / 30, to, (ui.available_width() / 80.0) as usize);
    let y_marks = move |_| (0..=(top / step).round() as i32).map(|n| GridMark { value: f64::from(n) * step, step_size: step }).collect();
    let x_grid: Vec<GridMark> = marks.iter().map(|mark| GridMark { value: mark.at_ms as f64, step_size: (to - from) as f64 }).collect();
    let (at, dragged, now_ms) = (cursor.at_ms(), cursor.dragged(), state.now.as_millisecond());
    let bounds = PlotBounds::from_min_max([from as f64, 0.0], [to as f64, top * 1.04]);
    let response = still(ui, widget)
        .custom_x_axes(vec![time_axis(theme, ui, marks)])
        .custom_y_axes(vec![value_axis(theme, ui, widget, top)])
        .x_grid_spacer(move |_| x_grid.clone())
        .y_grid_spacer(y_marks)
        .show(ui, |plot| {
            plot.set_plot_bounds(bounds);
            draw::series(plot, theme, data, widget.kind, now_ms, hidden);
            overlays(plot, theme, at, dragged);
            if let Some(at) = at {
                draw::marks_at(plot, theme, data, widget.kind, at, hidden);
            }
        });
    let rect = *response.transform.frame();
    cursor.plot(rect, &response.response);
    let response = response.response.accessible_name(format!("{} plot", widget.title));
    if response.hovered()
        && let Some(at) = at
    {
        response.on_hover_ui_at_pointer(|ui| told(ui, state, widget, data, names, at));
    }
}

/// A plot that neither moves nor zooms by itself: the time belongs to the dashboard.
fn still<'a>(ui: &Ui, widget: &Widget) -> Plot<'a> {
    let theme = Theme::of(ui);
    Plot::new(("plot", &widget.title))
        .height(PLOT_HEIGHT)
        .width(ui.available_width())
        .allow_zoom(false)
        .allow_drag(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
        .show_background(false)
        .show_crosshair(false)
        .show_x(false)
        .show_y(false)
        .show_grid([false, true])
        .grid_color(theme.line)
        .grid_fade(0.0)
        .sense(Sense::click_and_drag())
}

fn axis_font(ui: &Ui) -> FontId {
    text::axis().resolve(ui.style())
}

fn time_axis<'a>(theme: &Theme, ui: &Ui, marks: Vec<axis::TimeMark>) -> AxisHints<'a> {
    let words =
        move |mark: GridMark, _: &_| marks.iter().find(|m| m.at_ms == mark.value as i64).map(|mark| mark.words.clone()).unwrap_or_default();
    AxisHints::new_x().formatter(words).tick_label_color(theme.text3).tick_label_font(axis_font(ui)).min_thickness(18.0)
}

fn value_axis<'a>(theme: &Theme, ui: &Ui, widget: &Widget, top: f64) -> AxisHints<'a> {
    let unit = widget.unit;
    let words = move |mark: GridMark, _: &_| values::on_axis(mark.value, unit, top);
    AxisHints::new_y().formatter(words).tick_label_color(theme.text3).tick_label_font(axis_font(ui)).min_thickness(46.0)
}

/// The cursor's line and the time that is dragged over.
fn overlays(plot: &mut PlotUi<'_>, theme: &Theme, at: Option<i64>, dragged: Option<(i64, i64)>) {
    if let Some((from, to)) = dragged {
        let tint = theme.accent.ink.gamma_multiply(0.16);
        plot.span(Span::new("", from as f64..=to as f64).fill(tint).border_color(theme.accent.ink));
    }
    if let Some(at) = at {
        let style = egui_plot::LineStyle::Dashed { length: 4.0 };
        plot.vline(VLine::new("", at as f64).color(theme.text3).width(1.0).style(style).allow_hover(false));
    }
}

/// The values of the period under the pointer.
fn told(ui: &mut Ui, state: &State, widget: &Widget, data: &Plotted, names: &ModelNames, at_ms: i64) {
    let theme = Theme::of(ui);
    ui.set_max_width(210.0);
    ui.spacing_mut().interact_size.y = 14.0;
    ui.spacing_mut().item_spacing.y = 3.0;
    let begin = at_ms.div_euclid(data.period_ms) * data.period_ms;
    let growing = data.unfinished_from(state.now.as_millisecond()).is_some_and(|from| begin >= from);
    ui.label(RichText::new(format::moment(&state.settings, timestamp_ms(begin))).text_style(text::mono_small()).color(theme.text2));
    if growing {
        ui.label(RichText::new("This period is not over yet").small().color(theme.text3));
    }
    for series in data.series.iter().filter(|series| !state.dashboard.hidden.contains(legend::key(series))) {
        let value = series.value_at(at_ms, data.period_ms).map_or("no data".to_owned(), |value| values::full(value, widget.unit));
        ui.horizontal(|ui| {
            dot(ui, draw::Look::of(theme, series).color);
            ui.label(RichText::new(legend::name(series, names)).small().color(theme.text));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.label(RichText::new(value).text_style(text::mono_small()).color(theme.text));
            });
        });
    }
}

fn dot(ui: &mut Ui, color: egui::Color32) {
    let (rect, _): (Rect, _) = ui.allocate_exact_size(vec2(8.0, 8.0), Sense::hover());
    ui.painter().rect_filled(rect, 2.0, color);
}

/// Back to the time before the first zoom.
pub fn reset_zoom(commands: &mut Commands) {
    commands.send(Command::Dashboard(DashboardCommand::ResetZoom));
}
