//! Text in the styles of the house.

use egui::{Label, Response, RichText, Ui};

use crate::ui::theme::{Theme, text};

/// Running text, wrapped.
pub fn body(ui: &mut Ui, words: impl Into<String>) -> Response {
    let color = Theme::of(ui).text2;
    ui.add(Label::new(RichText::new(words).color(color)).wrap())
}

/// Secondary text of 12 points: labels of fields, subtitles.
pub fn caption(ui: &mut Ui, words: impl Into<String>) -> Response {
    let color = Theme::of(ui).text2;
    ui.label(RichText::new(words).text_style(egui::TextStyle::Small).color(color))
}

/// A hint that one can do without: units, counts, "nothing has run yet".
pub fn hint(ui: &mut Ui, words: impl Into<String>) -> Response {
    let color = Theme::of(ui).text3;
    ui.label(RichText::new(words).text_style(egui::TextStyle::Small).color(color))
}

/// What a machine said: ids, times, ARNs.
pub fn mono(ui: &mut Ui, words: impl Into<String>) -> Response {
    let color = Theme::of(ui).text;
    ui.label(RichText::new(words).monospace().color(color))
}

/// A name that matters, in running text's size.
pub fn strong(ui: &mut Ui, words: impl Into<String>) -> Response {
    let color = Theme::of(ui).text;
    ui.label(RichText::new(words).text_style(text::strong()).color(color))
}

/// Head of a section.
pub fn section(ui: &mut Ui, words: impl Into<String>) -> Response {
    let color = Theme::of(ui).text;
    ui.label(RichText::new(words).text_style(text::section()).color(color))
}

/// Head of a screen.
pub fn title(ui: &mut Ui, words: impl Into<String>) -> Response {
    let color = Theme::of(ui).text;
    ui.label(RichText::new(words).heading().color(color))
}
