//! What is wrong with the query: a wave below the place, and in words below the field.

use egui::text::CCursor;
use egui::text_edit::TextEditOutput;
use egui::{Label, Pos2, Rect, RichText, Sense, Shape, Stroke, Ui, pos2};

use super::char_of;
use crate::app::insights::{InsightsState, Place};
use crate::insights::QueryError;
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size};
use crate::ui::widgets::{hint, note};

/// Height and half the length of a wave, points.
const WAVE: (f32, f32) = (2.5, 2.0);
/// Errors that are told in words; the others are underlined only.
const TOLD: usize = 3;

/// Draws a wave below every place that is wrong.
pub fn underline(ui: &Ui, output: &TextEditOutput, insights: &InsightsState, theme: &Theme) {
    // The text may have changed in this frame: the errors are those of the text before.
    if output.galley.text() != insights.text {
        return;
    }
    let painter = ui.painter().with_clip_rect(output.text_clip_rect.expand2(egui::vec2(0.0, WAVE.0 + 1.0)));
    for error in &insights.errors {
        for rect in places(output, &insights.text, error) {
            painter.add(Shape::line(wave(rect), Stroke::new(1.2, theme.error.ink)));
        }
    }
}

/// The rectangles of an error, one a row; one character wide where something is missing.
fn places(output: &TextEditOutput, text: &str, error: &QueryError) -> Vec<Rect> {
    let (first, last) = (char_of(text, error.span.start).0, char_of(text, error.span.end).0);
    let offset = output.galley_pos.to_vec2();
    let at = |index: usize| output.galley.pos_from_cursor(CCursor::new(index)).translate(offset);
    let mut rects: Vec<Rect> = Vec::new();
    for index in first..last.max(first + 1) {
        let (from, to) = (at(index), at(index + 1));
        // The character before a new row ends where its row ends.
        let right = if to.top() > from.top() + 1.0 || to.left() <= from.left() { from.left() + 7.0 } else { to.left() };
        match rects.last_mut() {
            Some(row) if (row.top() - from.top()).abs() < 1.0 => row.max.x = right,
            _ => rects.push(Rect::from_min_max(from.min, pos2(right, from.bottom()))),
        }
    }
    rects
}

fn wave(rect: Rect) -> Vec<Pos2> {
    let y = rect.bottom() - 1.0;
    let steps = (rect.width() / WAVE.1).ceil() as usize;
    (0..=steps).map(|step| pos2(rect.left() + step as f32 * WAVE.1, if step % 2 == 0 { y } else { y + WAVE.0 })).collect()
}

/// The errors in words; gives the byte of the one that was clicked.
pub fn list(ui: &mut Ui, insights: &InsightsState) -> Option<usize> {
    let mut clicked = None;
    ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
    for error in insights.errors.iter().take(TOLD) {
        if told(ui, &insights.text, error) {
            clicked = Some(error.span.start);
        }
    }
    if insights.errors.len() > TOLD {
        hint(ui, format!("and {} more", insights.errors.len() - TOLD));
    }
    if !insights.errors.is_empty() && insights.place == Place::CloudWatch {
        note(ui, Tone::Warn, "CloudWatch decides for itself what it can read: the query can be run there all the same");
    }
    clicked
}

/// One error; true when it was clicked.
fn told(ui: &mut Ui, text: &str, error: &QueryError) -> bool {
    let theme = Theme::of(ui);
    ui.horizontal_top(|ui| {
        icons::icon(ui, icons::CIRCLE_X, theme.error.ink);
        let words = RichText::new(format!("{}: {}", place(text, error.span.start), error.message)).small().color(theme.error.ink);
        ui.add(Label::new(words).wrap().sense(Sense::click())).on_hover_text("Go there").clicked()
    })
    .inner
}

/// A place as a person counts: `Line 2, column 3`.
fn place(text: &str, byte: usize) -> String {
    let before = &text[..byte.min(text.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("Line {line}, column {column}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_people_do() {
        assert_eq!(place("ab\n| é x", 8), "Line 2, column 5");
        assert_eq!(place("", 0), "Line 1, column 1");
    }

    #[test]
    fn a_wave_is_as_wide_as_its_place() {
        let points = wave(Rect::from_min_max(pos2(10.0, 0.0), pos2(30.0, 12.0)));
        assert!(points.first().unwrap().x == 10.0 && points.last().unwrap().x >= 30.0);
        assert!(points.iter().any(|point| point.y > 12.0));
    }
}
