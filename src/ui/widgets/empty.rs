//! What a place says while it has nothing to show.

use egui::{RichText, Ui};

use super::button::Push;
use crate::ui::icons::{self, Icon};
use crate::ui::theme::{Theme, size, text};

/// Below this height in points the words and the button stand alone.
const ROOM_FOR_ICON: f32 = 190.0;

/// An icon, a sentence, what to do about it, and a button that does it.
#[derive(Debug, Clone, Copy)]
#[must_use = "show it with `show`"]
pub struct Empty<'a> {
    icon: Icon,
    sentence: &'a str,
    detail: Option<&'a str>,
    action: Option<&'a str>,
}

impl<'a> Empty<'a> {
    /// An icon and what is not there: `No invocation yet`.
    pub fn new(icon: Icon, sentence: &'a str) -> Self {
        Self { icon, sentence, detail: None, action: None }
    }

    /// Why, or what would fill the place.
    pub fn detail(mut self, words: &'a str) -> Self {
        self.detail = Some(words);
        self
    }

    /// The words of the button that fills the place.
    pub fn action(mut self, words: &'a str) -> Self {
        self.action = Some(words);
        self
    }

    /// Shows it in the middle of the place; true when the button was pushed.
    pub fn show(self, ui: &mut Ui) -> bool {
        let theme = Theme::of(ui);
        let room = ui.available_height();
        ui.vertical_centered(|ui| {
            if room >= ROOM_FOR_ICON {
                ui.add_space(((room - 160.0) / 3.0).clamp(16.0, 160.0));
                icons::icon_sized(ui, self.icon, size::ICON_LARGE, theme.text3);
                ui.add_space(size::GAP_SMALL);
            }
            ui.label(RichText::new(self.sentence).text_style(text::section()).color(theme.text));
            if let Some(detail) = self.detail {
                ui.scope(|ui| {
                    ui.set_max_width(ui.available_width().min(460.0));
                    ui.add(egui::Label::new(RichText::new(detail).color(theme.text2)).wrap());
                });
            }
            ui.add_space(size::GAP_SMALL);
            let clicked = self.action.is_some_and(|words| ui.add(Push::primary(words)).clicked());
            ui.add_space(size::GAP_LARGE);
            clicked
        })
        .inner
    }
}
