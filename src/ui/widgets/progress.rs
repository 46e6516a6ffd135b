//! Work under way. Nothing here moves by itself: the window is woken by events, not by a wheel that turns.

use egui::{ProgressBar, Ui};

use super::button::Push;
use super::label;
use crate::ui::icons;
use crate::ui::theme::Theme;

/// Work under way: a mark, what is done, how far it is, and a way to stop it.
#[derive(Debug, Clone, Copy)]
#[must_use = "show it with `show`"]
pub struct Busy<'a> {
    words: &'a str,
    detail: Option<&'a str>,
    cancel: Option<&'a str>,
}

impl<'a> Busy<'a> {
    /// What is being done: `Creating the role…`.
    pub fn new(words: &'a str) -> Self {
        Self { words, detail: None, cancel: None }
    }

    /// How far it is: `2 of 4`, `waiting for IAM, 8 s`.
    pub fn detail(mut self, words: &'a str) -> Self {
        self.detail = Some(words);
        self
    }

    /// The words of a button that stops it.
    pub fn cancel(mut self, words: &'a str) -> Self {
        self.cancel = Some(words);
        self
    }

    /// Shows it in one row; true when the person asked to stop.
    pub fn show(self, ui: &mut Ui) -> bool {
        let theme = Theme::of(ui);
        ui.horizontal(|ui| {
            icons::icon(ui, icons::HOURGLASS, theme.accent.ink);
            ui.label(self.words);
            if let Some(detail) = self.detail {
                label::hint(ui, detail);
            }
            self.cancel.is_some_and(|words| ui.add(Push::secondary(words).with_icon(icons::X)).clicked())
        })
        .inner
    }
}

/// A thin bar that is `fraction` (0 to 1) full; `name` says what for.
pub fn fraction_bar(ui: &mut Ui, fraction: f32, name: &str) -> egui::Response {
    let color = Theme::of(ui).accent.ink;
    ui.add(ProgressBar::new(fraction.clamp(0.0, 1.0)).desired_height(6.0).fill(color)).accessible_name(name)
}
