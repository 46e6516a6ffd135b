//! Errors: what happened, why, what to do; details for whoever wants to report them.

use egui::{Frame, Label, Margin, RichText, Stroke, Ui};

use super::button::Push;
use super::code::{CodeBlock, Language};
use crate::ui::icons;
use crate::ui::theme::{Theme, size, text};

/// What a person did with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "the person may have asked to try again"]
pub enum ErrorAction {
    /// Nothing.
    None,
    /// Pushed the button that tries again.
    Retry,
    /// Pushed the other button, see [`ErrorPanel::other`].
    Other,
}

/// An error to show.
#[derive(Debug, Clone, Copy)]
#[must_use = "show it with `show`"]
pub struct ErrorPanel<'a> {
    what: &'a str,
    why: &'a str,
    remedy: &'a str,
    details: Option<&'a str>,
    retry: Option<&'a str>,
    other: Option<&'a str>,
}

impl<'a> ErrorPanel<'a> {
    /// What happened, one sentence.
    pub fn new(what: &'a str) -> Self {
        Self { what, why: "", remedy: "", details: None, retry: None, other: None }
    }

    /// The likely cause.
    pub fn why(mut self, words: &'a str) -> Self {
        self.why = words;
        self
    }

    /// What to do.
    pub fn remedy(mut self, words: &'a str) -> Self {
        self.remedy = words;
        self
    }

    /// The service's own words, ids, the chain of causes; folded until asked for.
    pub fn details(mut self, words: &'a str) -> Self {
        self.details = Some(words);
        self
    }

    /// The words of a button that tries again.
    pub fn retry(mut self, words: &'a str) -> Self {
        self.retry = Some(words);
        self
    }

    /// The words of a second button: go where the remedy is.
    pub fn other(mut self, words: &'a str) -> Self {
        self.other = Some(words);
        self
    }

    /// Shows it across the place.
    pub fn show(self, ui: &mut Ui) -> ErrorAction {
        let theme = Theme::of(ui);
        let frame = Frame::new()
            .fill(theme.panel)
            .stroke(Stroke::new(size::LINE, theme.error.ink))
            .corner_radius(size::RADIUS_CARD)
            .inner_margin(Margin::symmetric(14, 12));
        frame.show(ui, |ui| self.content(ui, theme)).inner
    }

    fn content(&self, ui: &mut Ui, theme: &Theme) -> ErrorAction {
        ui.set_min_width(ui.available_width());
        ui.horizontal_top(|ui| {
            icons::icon(ui, icons::CIRCLE_ALERT, theme.error.ink);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
                self.words(ui, theme);
                ui.add_space(size::GAP_SMALL);
                let action = self.buttons(ui);
                self.folded_details(ui);
                action
            })
            .inner
        })
        .inner
    }

    fn words(&self, ui: &mut Ui, theme: &Theme) {
        ui.add(Label::new(RichText::new(self.what).text_style(text::strong()).color(theme.text)).wrap());
        for (words, color) in [(self.why, theme.text2), (self.remedy, theme.text)] {
            if !words.is_empty() {
                ui.add(Label::new(RichText::new(words).color(color)).wrap());
            }
        }
    }

    fn buttons(&self, ui: &mut Ui) -> ErrorAction {
        let mut action = ErrorAction::None;
        ui.horizontal_wrapped(|ui| {
            if self.retry.is_some_and(|words| ui.add(Push::secondary(words).with_icon(icons::REFRESH_CW)).clicked()) {
                action = ErrorAction::Retry;
            }
            if self.other.is_some_and(|words| ui.add(Push::secondary(words)).clicked()) {
                action = ErrorAction::Other;
            }
            if ui.add(Push::quiet("Copy").with_icon(icons::COPY).tooltip("Copy the error with its details")).clicked() {
                ui.copy_text(self.as_text());
            }
        });
        action
    }

    fn folded_details(&self, ui: &mut Ui) {
        if let Some(details) = self.details.filter(|details| !details.is_empty()) {
            egui::CollapsingHeader::new(RichText::new("Details").text_style(egui::TextStyle::Small)).id_salt(("error", self.what)).show(
                ui,
                |ui| {
                    CodeBlock::new(details).language(Language::Plain).show(ui);
                },
            );
        }
    }

    /// The whole error as text, for the clipboard.
    pub fn as_text(&self) -> String {
        let parts = [self.what, self.why, self.remedy, self.details.unwrap_or_default()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }
}
