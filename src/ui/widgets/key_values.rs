//! Names and values in two columns; values wrap.

use egui::{RichText, Ui, vec2};

use super::copyable;
use crate::ui::theme::Theme;

/// A list of names and values.
pub struct KeyValues<'u> {
    ui: &'u mut Ui,
    key_width: f32,
}

impl<'u> KeyValues<'u> {
    /// With names up to `key_width` points wide.
    pub fn new(ui: &'u mut Ui, key_width: f32) -> Self {
        Self { ui, key_width }
    }

    /// Words.
    pub fn row(&mut self, key: &str, value: &str) -> &mut Self {
        let color = Theme::of(self.ui).text;
        self.with(key, |ui| {
            ui.add(egui::Label::new(RichText::new(value).color(color)).wrap());
        })
    }

    /// What a machine said.
    pub fn mono(&mut self, key: &str, value: &str) -> &mut Self {
        let color = Theme::of(self.ui).text;
        self.with(key, |ui| {
            ui.add(egui::Label::new(RichText::new(value).monospace().color(color)).wrap());
        })
    }

    /// What a machine said, with a button that copies it.
    pub fn copy(&mut self, key: &str, value: &str) -> &mut Self {
        self.with(key, |ui| {
            copyable::copyable(ui, value, key);
        })
    }

    /// Anything.
    pub fn with(&mut self, key: &str, value: impl FnOnce(&mut Ui)) -> &mut Self {
        let theme = Theme::of(self.ui);
        let width = self.key_width;
        super::low_row(self.ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.allocate_ui(vec2(width, 18.0), |ui| {
                ui.set_min_size(vec2(width, 18.0));
                ui.label(RichText::new(key).text_style(egui::TextStyle::Small).color(theme.text3));
            });
            ui.vertical(value);
        });
        self
    }
}
