//! Cards: a thing with a head, on a panel with a one-pixel edge.

use egui::{Align, Frame, InnerResponse, Layout, Margin, Stroke, Ui};

use super::label;
use crate::ui::theme::{Theme, size};

/// A card. Give it a head with [`Card::new`] or none with [`Card::bare`], then [`Card::show`].
#[derive(Debug, Clone, Copy)]
#[must_use = "show it with `show`"]
pub struct Card<'a> {
    title: Option<&'a str>,
    subtitle: Option<&'a str>,
    fill_width: bool,
    selected: bool,
    rule: bool,
}

impl<'a> Card<'a> {
    /// A card with a title.
    pub fn new(title: &'a str) -> Self {
        Self { title: Some(title), ..Self::bare() }
    }

    /// A card without head.
    pub fn bare() -> Self {
        Self { title: None, subtitle: None, fill_width: true, selected: false, rule: false }
    }

    /// Secondary text beside the title.
    pub fn subtitle(mut self, words: &'a str) -> Self {
        self.subtitle = Some(words);
        self
    }

    /// As narrow as its content instead of as wide as the place.
    pub fn fit(mut self) -> Self {
        self.fill_width = false;
        self
    }

    /// With the edge of the chosen one among several.
    pub fn selected(mut self, selected: bool) -> Self {
        self.selected = selected;
        self
    }

    /// A line below the head.
    pub fn rule(mut self) -> Self {
        self.rule = true;
        self
    }

    /// Shows the card.
    pub fn show<R>(self, ui: &mut Ui, body: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
        self.show_with(ui, |_| {}, body)
    }

    /// Shows the card with something at the right end of its head (laid out from right to left).
    pub fn show_with<R>(self, ui: &mut Ui, right: impl FnOnce(&mut Ui), body: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
        let theme = Theme::of(ui);
        let edge = if self.selected { theme.accent.ink } else { theme.line };
        let frame = Frame::new()
            .fill(theme.panel)
            .stroke(Stroke::new(size::LINE, edge))
            .corner_radius(size::RADIUS_CARD)
            .inner_margin(Margin::symmetric(14, 12));
        frame.show(ui, |ui| {
            if self.fill_width {
                ui.set_min_width(ui.available_width());
            }
            ui.vertical(|ui| {
                self.head(ui, right);
                body(ui)
            })
            .inner
        })
    }

    fn head(&self, ui: &mut Ui, right: impl FnOnce(&mut Ui)) {
        let Some(title) = self.title else { return };
        ui.horizontal(|ui| {
            ui.set_min_height(20.0);
            label::section(ui, title);
            if let Some(subtitle) = self.subtitle {
                label::hint(ui, subtitle);
            }
            ui.with_layout(Layout::right_to_left(Align::Center), right);
        });
        if self.rule {
            let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 1.0), egui::Sense::hover());
            ui.painter().hline(rect.x_range().expand(14.0), rect.center().y, Stroke::new(size::LINE, Theme::of(ui).line));
        }
    }
}
