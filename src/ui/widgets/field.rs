//! Text fields with a label above and, below, what is to be said about their content.

use egui::{Response, RichText, Stroke, TextEdit, Ui};

use super::{label, status};
use crate::ui::theme::{Theme, Tone, size};

/// What is to be said about the content of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Ok, warn, error, or neutral for a hint.
    pub tone: Tone,
    /// The sentence, without full stop.
    pub words: String,
}

impl Verdict {
    /// The content is good: `free in this account, 23 of 64 characters`.
    pub fn ok(words: impl Into<String>) -> Self {
        Self { tone: Tone::Ok, words: words.into() }
    }

    /// The content works, but.
    pub fn warn(words: impl Into<String>) -> Self {
        Self { tone: Tone::Warn, words: words.into() }
    }

    /// The content does not work, and why.
    pub fn error(words: impl Into<String>) -> Self {
        Self { tone: Tone::Error, words: words.into() }
    }

    /// What goes here.
    pub fn hint(words: impl Into<String>) -> Self {
        Self { tone: Tone::Neutral, words: words.into() }
    }
}

/// A labelled text field.
#[derive(Debug)]
#[must_use = "show it with `show`"]
pub struct Field<'a> {
    label: &'a str,
    text: &'a mut String,
    hint: &'a str,
    verdict: Option<&'a Verdict>,
    rows: usize,
    mono: bool,
    width: Option<f32>,
    label_shown: bool,
    char_limit: usize,
}

impl<'a> Field<'a> {
    /// A field of one line over a text.
    pub fn new(label: &'a str, text: &'a mut String) -> Self {
        Self { label, text, hint: "", verdict: None, rows: 1, mono: false, width: None, label_shown: true, char_limit: usize::MAX }
    }

    /// Shown while the field is empty.
    pub fn hint(mut self, words: &'a str) -> Self {
        self.hint = words;
        self
    }

    /// What is to be said about its content.
    pub fn verdict(mut self, verdict: Option<&'a Verdict>) -> Self {
        self.verdict = verdict;
        self
    }

    /// Several lines.
    pub fn rows(mut self, rows: usize) -> Self {
        self.rows = rows;
        self
    }

    /// In the face of what a machine said: names of resources, ids.
    pub fn mono(mut self) -> Self {
        self.mono = true;
        self
    }

    /// Width in points; the default is that of text fields, `f32::INFINITY` the whole place.
    pub fn width(mut self, points: f32) -> Self {
        self.width = Some(points);
        self
    }

    /// The label is said to screen readers but not shown.
    pub fn label_hidden(mut self) -> Self {
        self.label_shown = false;
        self
    }

    /// At most this many characters can be entered.
    pub fn char_limit(mut self, characters: usize) -> Self {
        self.char_limit = characters;
        self
    }

    /// Shows the field; the response is that of the text.
    pub fn show(self, ui: &mut Ui) -> Response {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
            if self.label_shown {
                label::caption(ui, self.label);
            }
            let (name, verdict) = (self.label, self.verdict);
            let response = self.edit(ui).accessible_name(name);
            if let Some(verdict) = verdict {
                status::note(ui, verdict.tone, &verdict.words);
            }
            response
        })
        .inner
    }

    fn edit(self, ui: &mut Ui) -> Response {
        let theme = Theme::of(ui);
        let width = self.width.unwrap_or(ui.spacing().text_edit_width);
        let style = if self.mono { egui::TextStyle::Monospace } else { egui::TextStyle::Body };
        let edit = if self.rows == 1 { TextEdit::singleline(self.text) } else { TextEdit::multiline(self.text).desired_rows(self.rows) };
        let hint = RichText::new(self.hint).color(theme.text3);
        let edit = edit.font(style).hint_text(hint).desired_width(width).char_limit(self.char_limit);
        let tone = self.verdict.map_or(Tone::Neutral, |verdict| verdict.tone);
        ui.scope(|ui| {
            ui.spacing_mut().button_padding = egui::vec2(8.0, 5.0);
            mark_edge(ui, theme, tone);
            ui.add(edit)
        })
        .inner
    }
}

fn mark_edge(ui: &mut Ui, theme: &Theme, tone: Tone) {
    if matches!(tone, Tone::Warn | Tone::Error) {
        let stroke = Stroke::new(size::LINE, theme.tone(tone).ink);
        let widgets = &mut ui.visuals_mut().widgets;
        widgets.inactive.bg_stroke = stroke;
        widgets.hovered.bg_stroke = stroke;
    }
}
