//! The cells of the list: each field as it reads best in a line.

use egui::{RichText, TextStyle, TextWrapMode, Ui, WidgetText, pos2, vec2};

use super::highlight;
use crate::app::settings::Settings;
use crate::base::clock::timestamp_ms;
use crate::base::text::{dollars, duration, grouped, one_line};
use crate::logs::field::{Field, Scalar, Source};
use crate::logs::query::Query;
use crate::logs::{Entry, InvocationRecord};
use crate::models;
use crate::ui::format;
use crate::ui::theme::Theme;

/// Characters of a value that are looked at.
const CUT: usize = 200;
/// Characters of a prompt in which the first hit is looked for.
const PREVIEW: usize = 400;
/// Width of narrow text, points a character.
const NARROWEST: f32 = 4.0;

/// What all cells need.
#[derive(Debug, Clone, Copy)]
pub struct Cells<'a> {
    /// How moments and accounts are written.
    pub settings: &'a Settings,
    /// What is marked.
    pub query: &'a Query,
    /// Whether times need their date.
    pub with_date: bool,
}

impl Cells<'_> {
    /// Paints the value of `field`.
    pub fn paint(&self, ui: &Ui, entry: &Entry, field: &Field) {
        let theme = Theme::of(ui);
        match (field.name(), entry.record()) {
            ("time", _) => paint(ui, RichText::new(self.time(entry.at_ms)).monospace().color(theme.text2), false),
            ("model", Some(record)) => words(ui, &models::short_name(&record.model_id), theme.series(&record.model_id).color),
            ("operation", Some(record)) => words(ui, short_operation(&record.operation), theme.text2),
            ("result", record) => status(ui, record),
            ("prompt", record) => self.prompt(ui, entry, record),
            ("latency" | "first", Some(_)) => {
                number(ui, measure(field, entry).map(|ms| duration(std::time::Duration::from_millis(ms as u64))));
            }
            ("cost", Some(_)) => number(ui, measure(field, entry).map(dollars)),
            _ if field.is_number() => number(ui, measure(field, entry).map(|count| grouped(count as u64))),
            _ => self.any(ui, entry, field),
        }
    }

    fn any(&self, ui: &Ui, entry: &Entry, field: &Field) {
        let theme = Theme::of(ui);
        let Some(value) = field.value(Source::of(entry)) else { return words(ui, "–", theme.text3) };
        let is_text = matches!(value, Scalar::Text(_));
        let value = fitting(ui, format::masked(self.settings, &one_line(&value.to_string(), CUT)));
        let font = if is_text { TextStyle::Body } else { TextStyle::Monospace }.resolve(ui.style());
        paint(ui, highlight::marked(theme, &value, self.query, &font, theme.text), false);
    }

    fn time(&self, at_ms: i64) -> String {
        let at = timestamp_ms(at_ms);
        if self.with_date { format::custom(self.settings, at, "%m-%d %H:%M:%S") } else { format::time_ms(self.settings, at) }
    }

    fn prompt(&self, ui: &Ui, entry: &Entry, record: Option<&InvocationRecord>) {
        let theme = Theme::of(ui);
        let (preview, color) = match record {
            None => (&*entry.line, theme.text2),
            Some(InvocationRecord { prompt: Some(prompt), .. }) => (&**prompt, theme.text),
            Some(record) if record.input_path.is_some() => ("Body in S3", theme.text3),
            Some(record) if record.is_error() => ("Not logged: the call failed", theme.text3),
            Some(_) => ("Text is not in the log", theme.text3),
        };
        let preview: String = preview.chars().take(PREVIEW).collect();
        let text = fitting(ui, highlight::snippet(&preview, &entry.line, self.query));
        let font = TextStyle::Body.resolve(ui.style());
        paint(ui, highlight::marked(theme, &text, self.query, &font, color), false);
    }
}

/// `text` without what surely lies beyond the cell: laying text out is what takes most of a frame's time.
fn fitting(ui: &Ui, text: String) -> String {
    let most = (ui.max_rect().width() / NARROWEST) as usize + 8;
    match text.char_indices().nth(most) {
        Some((end, _)) => text[..end].to_owned() + "…",
        None => text,
    }
}

/// Paints a cell's text, cut with an ellipsis. Painted, not added: the row has a name, and its cells are no widgets of their own.
pub fn paint(ui: &Ui, text: impl Into<WidgetText>, right: bool) {
    let rect = ui.max_rect().shrink2(vec2(8.0, 0.0));
    let galley = text.into().into_galley(ui, Some(TextWrapMode::Truncate), rect.width(), TextStyle::Body);
    let left = if right { rect.right() - galley.size().x } else { rect.left() };
    ui.painter().galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, Theme::of(ui).text);
}

fn words(ui: &Ui, words: &str, color: egui::Color32) {
    paint(ui, RichText::new(words).color(color), false);
}

fn measure(field: &Field, entry: &Entry) -> Option<f64> {
    match field.value(Source::of(entry)) {
        Some(Scalar::Number(number)) => Some(number),
        _ => None,
    }
}

#[expect(clippy::needless_pass_by_value, reason = "made for the cell")]
fn number(ui: &Ui, value: Option<String>) {
    let theme = Theme::of(ui);
    let color = if value.is_some() { theme.text } else { theme.text3 };
    paint(ui, RichText::new(value.as_deref().unwrap_or("–")).monospace().color(color), true);
}

fn status(ui: &Ui, record: Option<&InvocationRecord>) {
    let theme = Theme::of(ui);
    match record {
        None => words(ui, "raw line", theme.text3),
        Some(InvocationRecord { error_code: Some(code), .. }) => words(ui, code.trim_end_matches("Exception"), theme.error.ink),
        Some(_) => words(ui, "ok", theme.text3),
    }
}

/// Operations as they fit a column.
fn short_operation(operation: &str) -> &str {
    match operation {
        "InvokeModelWithResponseStream" => "InvokeStream",
        other => other,
    }
}
