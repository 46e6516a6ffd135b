//! A plot: axes with units, the series, limits, the cursor that stands in all plots, and the values under the pointer.

use std::sync::Arc;

use egui::{
    Align, Align2, FontId, Label, Layout, Rect, Response, RichText, Role, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::card::Tools;
use super::cursor::Cursor;
use super::draw::{Area, Look};
use super::picture::{Ready, is_hidden};
use super::{Scene, axis, legend, values};
use crate::app::dashboard::DashboardCommand;
use crate::app::{Command, Commands};
use crate::base::clock::timestamp_ms;
use crate::metrics::dashboard::{Kind, Widget};
use crate::metrics::series::{Plotted, Series};
use crate::ui::format;
use crate::ui::theme::{Theme, size, text};

/// Height of the time axis, and least width of the value axis.
const TIME_AXIS: f32 = 18.0;
const VALUE_AXIS: f32 = 34.0;

/// Series that the values under the pointer tell one by one.
const TOLD: usize = 12;

/// Draws the plot in the place that is left.
pub fn ui(ui: &mut Ui, scene: Scene<'_>, index: usize, widget: &Widget, data: &Arc<Plotted>, tools: &mut Tools<'_>) {
    let (place, response) = ui.allocate_exact_size(ui.available_size().max(vec2(40.0, 40.0)), Sense::click_and_drag());
    let name = format!("{} plot", widget.title);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
    let inner = Rect::from_min_max(
        place.min + vec2(value_axis_width(ui, widget, tools.pictures.peak(index, widget, data)), 4.0),
        place.max - vec2(6.0, TIME_AXIS),
    );
    if inner.width() < 20.0 || inner.height() < 12.0 {
        return;
    }
    let now_ms = scene.state.now.as_millisecond();
    let ready = tools.pictures.get(ui, index, widget, data, inner, now_ms, |series| is_hidden(scene.state, series));
    let area = ready.area;
    axes(ui, scene, widget, &ready);
    ui.painter().with_clip_rect(inner.expand2(vec2(3.0, 3.0))).add(ready.shape);
    limits(ui, scene, widget, data, area);
    tools.cursor.plot(inner, area.span, data.period_ms, &response);
    cursor(ui, scene, widget, data, area, tools.cursor);
    if response.has_focus() {
        // The arrows to the side move the cursor, not the focus.
        let arrows = egui::EventFilter { horizontal_arrows: true, ..egui::EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
        ui.painter().rect_stroke(place, size::RADIUS, Stroke::new(size::FOCUS, Theme::of(ui).accent.ink), StrokeKind::Inside);
    }
    values_under_pointer(&response, scene, widget, data, tools.cursor, inner);
}

fn axis_font(ui: &Ui) -> FontId {
    text::axis().resolve(ui.style())
}

/// As wide as the widest label.
fn value_axis_width(ui: &Ui, widget: &Widget, peak: f64) -> f32 {
    let peak = peak * 1.25;
    let words = values::on_axis(peak - peak % 1.0, widget.unit, peak);
    let width = ui.painter().layout_no_wrap(words, axis_font(ui), Theme::of(ui).text3).size().x;
    (width + 14.0).max(VALUE_AXIS).round()
}

fn axes(ui: &Ui, scene: Scene<'_>, widget: &Widget, ready: &Ready) {
    let (theme, area, font) = (Theme::of(ui), ready.area, axis_font(ui));
    let painter = ui.painter();
    let whole = area.rect.x_range();
    let lines = ((area.top - area.bottom) / ready.step).floor() as i32;
    for line in 0..=lines.min(12) {
        let value = area.bottom + f64::from(line) * ready.step;
        let y = area.y(value).round() + 0.5;
        painter.hline(whole, y, Stroke::new(1.0, if value == 0.0 { theme.line_strong } else { theme.line }));
        let words = values::on_axis(value, widget.unit, area.top);
        painter.text(pos2(area.rect.left() - 7.0, y), Align2::RIGHT_CENTER, words, font.clone(), theme.text3);
    }
    let (from, to) = area.span;
    for mark in axis::marks(&scene.state.settings, from, to, (area.rect.width() / 74.0) as usize) {
        let x = area.x(mark.at_ms).round() + 0.5;
        painter.vline(x, egui::Rangef::new(area.rect.bottom(), area.rect.bottom() + 3.0), Stroke::new(1.0, theme.line_strong));
        let words = painter.layout_no_wrap(mark.words, font.clone(), theme.text3);
        let left = (x - words.size().x / 2.0).clamp(area.rect.left() - 20.0, area.rect.right() + 6.0 - words.size().x);
        painter.galley(pos2(left, area.rect.bottom() + 4.0), words, theme.text3);
    }
}

/// Limits as dashed lines across; those above the plot in words at its top.
fn limits(ui: &Ui, scene: Scene<'_>, widget: &Widget, data: &Plotted, area: Area) {
    let theme = Theme::of(ui);
    let mut above = Vec::new();
    let is_shown = |model: &str| data.series.iter().any(|series| series.model == model && !is_hidden(scene.state, series));
    for limit in data.limits.iter().filter(|limit| limit.model.is_empty() || is_shown(&limit.model)) {
        let color = if limit.model.is_empty() { theme.warn.ink } else { theme.series(&limit.model).color };
        let words = if limit.model.is_empty() { "limit".to_owned() } else { scene.names.name(&limit.model) };
        let told = format!("{words} {}", values::short(limit.value, widget.unit));
        if limit.value > area.top {
            above.push((told, limit.model.as_str(), limit.value));
            continue;
        }
        let y = area.y(limit.value);
        let line = [pos2(area.rect.left(), y), pos2(area.rect.right(), y)];
        ui.painter().extend(Shape::dashed_line(&line, Stroke::new(1.0, color), 7.0, 5.0));
        ui.painter().text(line[1] - vec2(2.0, 1.0), Align2::RIGHT_BOTTOM, told, axis_font(ui), color);
    }
    if let Some(words) = headroom(&above, data) {
        ui.painter().text(area.rect.right_top() - vec2(2.0, 1.0), Align2::RIGHT_TOP, words, axis_font(ui), theme.text2);
    }
}

/// How near the nearest limit above the plot is: `up to 12 % of the quota of sonnet-4-6 400 k/min`.
fn headroom(above: &[(String, &str, f64)], data: &Plotted) -> Option<String> {
    let peak = |model: &str| {
        data.series.iter().filter(|series| series.model == model).flat_map(|s| &s.points).map(|p| p.value).fold(0.0, f64::max)
    };
    let nearest = above.iter().map(|(words, model, limit)| (words, peak(model) / limit)).max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(format!("up to {} of the quota of {}", values::percent(nearest.1 * 100.0), nearest.0))
}

/// The cursor's line with the time, the marks on the series, and the time that is dragged over.
fn cursor(ui: &Ui, scene: Scene<'_>, widget: &Widget, data: &Plotted, area: Area, cursor: &Cursor) {
    let theme = Theme::of(ui);
    let painter = ui.painter();
    if let Some((from, to)) = cursor.dragged() {
        let x = |at: i64| area.x(at).clamp(area.rect.left(), area.rect.right());
        let rect = Rect::from_x_y_ranges(x(from)..=x(to), area.rect.y_range());
        painter.rect(rect, 0.0, theme.accent.ink.gamma_multiply(0.14), Stroke::new(1.0, theme.accent.ink), StrokeKind::Inside);
    }
    let Some(at) = cursor.at_ms().filter(|at| (area.span.0..area.span.1).contains(at)) else { return };
    let x = area.x(at);
    let line = [pos2(x, area.rect.top()), pos2(x, area.rect.bottom())];
    painter.extend(Shape::dashed_line(&line, Stroke::new(1.0, theme.text2), 4.0, 3.0));
    marks_at(ui, scene, widget, data, area, at);
    let words = painter.layout_no_wrap(axis::moment_words(&scene.state.settings, at, data.period_ms), axis_font(ui), theme.text);
    let left = (x - words.size().x / 2.0).clamp(area.rect.left() - 20.0, area.rect.right() + 4.0 - words.size().x);
    let place = Rect::from_min_size(pos2(left, area.rect.bottom() + 3.0), words.size());
    painter.rect(place.expand2(vec2(5.0, 1.0)), 3.0, theme.raised, Stroke::new(1.0, theme.line_strong), StrokeKind::Inside);
    painter.galley(place.min, words, theme.text);
}

/// Dots on the values of the period under the cursor.
fn marks_at(ui: &Ui, scene: Scene<'_>, widget: &Widget, data: &Plotted, area: Area, at_ms: i64) {
    let theme = Theme::of(ui);
    if widget.kind == Kind::Bar || data.series.len() > 40 {
        return;
    }
    let begin = at_ms.div_euclid(data.period_ms) * data.period_ms;
    let mut pile = 0.0;
    for series in data.series.iter().filter(|series| !is_hidden(scene.state, series)) {
        let Some(value) = series.value_at(at_ms, data.period_ms) else { continue };
        pile += value;
        let place = pos2(area.x(begin), area.y(if widget.kind == Kind::Stacked { pile } else { value }));
        if area.rect.expand(1.0).contains(place) {
            let look = Look::of(theme, widget, series);
            ui.painter().circle(place, 3.2, look.color, Stroke::new(1.2, theme.panel));
        }
    }
}

fn values_under_pointer(response: &Response, scene: Scene<'_>, widget: &Widget, data: &Plotted, cursor: &Cursor, inner: Rect) {
    let over = response.hover_pos().is_some_and(|pos| inner.contains(pos)) || response.has_focus();
    let Some(at) = cursor.at_ms().filter(|_| over && cursor.dragged().is_none()) else { return };
    let is_pointed_at = response.hover_pos().is_some();
    let anchor = if is_pointed_at { egui::PopupAnchor::Pointer } else { response.rect.into() };
    let tip = egui::Tooltip::always_open(response.ctx.clone(), response.layer_id, response.id, anchor);
    tip.gap(14.0).show(|ui| told(ui, scene, widget, data, at));
}

/// The values of the period under the pointer, the largest first.
fn told(ui: &mut Ui, scene: Scene<'_>, widget: &Widget, data: &Plotted, at_ms: i64) {
    let theme = Theme::of(ui);
    ui.set_max_width(250.0);
    ui.spacing_mut().interact_size.y = 14.0;
    ui.spacing_mut().item_spacing.y = 3.0;
    let begin = at_ms.div_euclid(data.period_ms) * data.period_ms;
    let growing = data.unfinished_from(scene.state.now.as_millisecond()).is_some_and(|from| begin >= from);
    let when = format!("{}, {}", format::moment(&scene.state.settings, timestamp_ms(begin)), super::card::period_words(data.period_ms));
    ui.label(RichText::new(when).text_style(text::mono_small()).color(theme.text2));
    if growing {
        ui.label(RichText::new("This period is not over yet").small().color(theme.text3));
    }
    let shown = data.series.iter().filter(|series| !is_hidden(scene.state, series));
    let mut all: Vec<(&Series, Option<f64>)> = shown.map(|series| (series, series.value_at(at_ms, data.period_ms))).collect();
    if all.len() > TOLD {
        all.sort_by(|a, b| b.1.unwrap_or(f64::MIN).total_cmp(&a.1.unwrap_or(f64::MIN)));
    }
    for (series, value) in all.iter().take(TOLD) {
        let value = value.map_or("no data".to_owned(), |value| values::full(value, widget.unit));
        line(ui, Some(Look::of(theme, widget, series).color), &legend::name(data, series, scene.names), &value);
    }
    if widget.kind != Kind::Line && all.len() > 1 {
        let total = all.iter().filter_map(|(_, value)| *value).sum::<f64>() + 0.0;
        line(ui, None, "Together", &values::full(total, widget.unit));
    }
    if all.len() > TOLD {
        ui.label(RichText::new(format!("and {} more", all.len() - TOLD)).small().color(theme.text3));
    }
}

fn line(ui: &mut Ui, color: Option<egui::Color32>, name: &str, value: &str) {
    let theme = Theme::of(ui);
    ui.horizontal(|ui| {
        let (rect, _): (Rect, _) = ui.allocate_exact_size(vec2(8.0, 8.0), Sense::hover());
        if let Some(color) = color {
            ui.painter().rect_filled(rect, 2.0, color);
        }
        ui.add(Label::new(RichText::new(name).small().color(theme.text)).extend());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add(Label::new(RichText::new(value).text_style(text::mono_small()).color(theme.text)).extend());
        });
    });
}

/// Back to the time before the first zoom.
pub fn reset_zoom(commands: &mut Commands) {
    commands.send(Command::Dashboard(DashboardCommand::ResetZoom));
}
