//! The states of an alarm over time as a strip below its graph: colour, pattern and words.

use egui::{Align2, Rangef, Rect, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2, vec2};

use super::look;
use crate::app::State;
use crate::base::clock::timestamp_ms;
use crate::lab::alarms::words;
use crate::metrics::alarm::AlarmState;
use crate::metrics::alarm::replay::Stretch;
use crate::ui::format;
use crate::ui::theme::Theme;

/// Height, points.
const HEIGHT: f32 = 18.0;

/// Least width of a time in alarm, points.
const LEAST: f32 = 4.0;

/// Draws the strip below a graph that reaches over `range` and from `from_ms` to `to_ms`; `name` says what it is.
pub fn ui(ui: &mut Ui, state: &State, range: Rangef, (from_ms, to_ms): (i64, i64), stretches: &[Stretch], name: &str) {
    let theme = Theme::of(ui);
    let (row, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    // The graph leaves a little room at its end for the newest value.
    let end = to_ms + (to_ms - from_ms) / 80;
    let place = |at: i64| range.min + range.span() * ((at - from_ms) as f32 / (end - from_ms).max(1) as f32).clamp(0.0, 1.0);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name}: {}", said(stretches))));
    for stretch in stretches.iter().filter(|stretch| stretch.to_ms > stretch.from_ms) {
        let rect = Rect::from_x_y_ranges(Rangef::new(place(stretch.from_ms), place(stretch.to_ms)), row.y_range().shrink(2.0));
        if stretch.state != AlarmState::Alarm {
            paint(ui, rect, stretch.state);
        }
    }
    // Above the others and never too narrow to be seen.
    for stretch in stretches.iter().filter(|stretch| stretch.state == AlarmState::Alarm) {
        let (from, to) = (place(stretch.from_ms), place(stretch.to_ms));
        let rect = Rect::from_x_y_ranges(Rangef::new(from, to.max(from + LEAST)), row.y_range().shrink(2.0));
        paint(ui, rect, stretch.state);
    }
    let frame = Rect::from_x_y_ranges(Rangef::new(place(from_ms), place(to_ms)), row.y_range().shrink(2.0));
    ui.painter().rect_stroke(frame, 2.0, Stroke::new(1.0, theme.line), StrokeKind::Inside);
    let pointer = ui.input(|input| input.pointer.hover_pos()).filter(|pos| row.contains(*pos));
    let under = pointer.and_then(|pos| stretches.iter().find(|s| (place(s.from_ms)..=place(s.to_ms)).contains(&pos.x)));
    if let Some(stretch) = under {
        response.on_hover_text(told(state, stretch));
    }
}

fn told(state: &State, stretch: &Stretch) -> String {
    let moment = |ms| format::custom(&state.settings, timestamp_ms(ms), "%b %d %H:%M");
    let length = words::about(stretch.to_ms - stretch.from_ms);
    format!("{}, {} to {} ({length})", words::state(stretch.state), moment(stretch.from_ms), moment(stretch.to_ms))
}

/// The states in words, for screen readers.
fn said(stretches: &[Stretch]) -> String {
    let count = |state| stretches.iter().filter(|stretch| stretch.state == state).count();
    let parts = AlarmState::ALL.map(|state| (words::state(state), count(state)));
    let parts: Vec<String> =
        parts.into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{name} {count} times")).collect();
    if parts.is_empty() { "nothing is known".to_owned() } else { parts.join(", ") }
}

/// In alarm: solid with stripes. OK: a thin line in the middle. No data: an outline.
fn paint(ui: &Ui, rect: Rect, state: AlarmState) {
    let theme = Theme::of(ui);
    let (tone, _, words) = look(state.name());
    let ink = theme.tone(tone).ink;
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    match state {
        AlarmState::Alarm => {
            painter.rect_filled(rect, 0.0, ink.gamma_multiply(0.35));
            let mut x = rect.left() - rect.height();
            while x < rect.right() {
                painter.line_segment([pos2(x, rect.bottom()), pos2(x + rect.height(), rect.top())], Stroke::new(1.5, ink));
                x += 6.0;
            }
        }
        AlarmState::Ok => {
            painter.rect_filled(rect, 0.0, ink.gamma_multiply(0.12));
            painter.hline(rect.x_range(), rect.bottom() - 1.5, Stroke::new(2.0, ink));
        }
        AlarmState::InsufficientData => {
            let dots = egui::Shape::dotted_line(&[rect.left_center(), rect.right_center()], theme.text3, 5.0, 1.0);
            painter.extend(dots);
        }
    }
    let font = TextStyle::Small.resolve(ui.style());
    let galley = painter.layout_no_wrap(words.to_owned(), font, theme.text);
    if galley.size().x + 10.0 <= rect.width() {
        let at = Align2::CENTER_CENTER.anchor_size(rect.center(), galley.size());
        if state != AlarmState::Ok {
            painter.rect_filled(at.expand2(vec2(4.0, 0.0)), 2.0, theme.panel);
        }
        painter.galley(at.min, galley, theme.text);
    }
}
