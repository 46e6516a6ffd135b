//! Buttons: one primary action a place, secondary ones beside it, quiet ones for the rest.

use egui::{Atoms, Button, Color32, Response, RichText, Stroke, Ui, Visuals, Widget, vec2};

use crate::ui::icons::Icon;
use crate::ui::theme::{Theme, size, text};

/// A primary button with words alone; for more, see [`Push`].
pub fn primary(ui: &mut Ui, words: &str) -> Response {
    ui.add(Push::primary(words))
}

/// A secondary button with words alone; for more, see [`Push`].
pub fn secondary(ui: &mut Ui, words: &str) -> Response {
    ui.add(Push::secondary(words))
}

/// A button without edge until it is pointed at; for more, see [`Push`].
pub fn quiet(ui: &mut Ui, words: &str) -> Response {
    ui.add(Push::quiet(words))
}

/// A button that is an icon; `name` is its tooltip and what a screen reader says.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    ui.add(Push::icon(icon, name))
}

/// A button with all that it may have. Add with `ui.add(…)`.
#[derive(Debug, Clone, Copy)]
#[must_use = "add it with `ui.add(…)`"]
pub struct Push<'a> {
    look: Look,
    words: &'a str,
    words_shown: bool,
    icon: Option<Icon>,
    shortcut: Option<&'a str>,
    tooltip: Option<&'a str>,
    why_disabled: Option<&'a str>,
    enabled: bool,
    selected: Option<bool>,
    min_width: f32,
    small: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Primary,
    Secondary,
    Danger,
    Quiet,
}

impl<'a> Push<'a> {
    /// The one action that a place is for.
    pub fn primary(words: &'a str) -> Self {
        Self::new(Look::Primary, words)
    }

    /// Any other action.
    pub fn secondary(words: &'a str) -> Self {
        Self::new(Look::Secondary, words)
    }

    /// An action that deletes something.
    pub fn danger(words: &'a str) -> Self {
        Self::new(Look::Danger, words)
    }

    /// An action in passing, without edge until it is pointed at.
    pub fn quiet(words: &'a str) -> Self {
        Self::new(Look::Quiet, words)
    }

    /// An icon alone, with a name for tooltip and screen readers.
    pub fn icon(icon: Icon, name: &'a str) -> Self {
        Self { icon: Some(icon), words_shown: false, ..Self::new(Look::Quiet, name) }
    }

    fn new(look: Look, words: &'a str) -> Self {
        Self {
            look,
            words,
            words_shown: true,
            icon: None,
            shortcut: None,
            tooltip: None,
            why_disabled: None,
            enabled: true,
            selected: None,
            min_width: 0.0,
            small: false,
        }
    }

    /// An icon before the words.
    pub fn with_icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// As low as a line of text, for rows of tables and heads of cards.
    pub fn small(mut self) -> Self {
        self.small = true;
        self
    }

    /// The keys that do the same, shown after the words: `Ctrl Enter`.
    pub fn shortcut(mut self, keys: &'a str) -> Self {
        self.shortcut = Some(keys);
        self
    }

    /// What happens, told when the pointer rests on it.
    pub fn tooltip(mut self, words: &'a str) -> Self {
        self.tooltip = Some(words);
        self
    }

    /// Whether it can be pushed.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Why it cannot be pushed: disables the button and is told when the pointer rests on it. `None` leaves it as it is.
    pub fn blocked_by(mut self, reason: Option<&'a str>) -> Self {
        self.enabled &= reason.is_none();
        self.why_disabled = reason;
        self
    }

    /// Whether what it switches is on: shown, and said to screen readers.
    pub fn selected(mut self, selected: bool) -> Self {
        self.selected = Some(selected);
        self
    }

    /// Least width in points.
    pub fn min_width(mut self, width: f32) -> Self {
        self.min_width = width;
        self
    }

    fn atoms(&self, theme: &Theme) -> Atoms<'static> {
        let mut atoms = Atoms::default();
        if let Some(icon) = self.icon {
            atoms.push_right(icon.atom());
        }
        if self.words_shown {
            let style = if self.look == Look::Quiet { egui::TextStyle::Button } else { text::strong() };
            atoms.push_right(RichText::new(self.words).text_style(style));
        }
        if let Some(keys) = self.shortcut {
            let color = if self.look == Look::Primary { theme.on_accent.gamma_multiply(0.75) } else { theme.text3 };
            atoms.push_right(RichText::new(keys).text_style(text::axis()).color(color));
        }
        atoms
    }

    fn height(&self) -> f32 {
        match self.look {
            _ if self.small => 20.0,
            Look::Primary => size::CONTROL_LARGE - 2.0,
            _ => size::CONTROL,
        }
    }

    fn padding(&self) -> egui::Vec2 {
        match (self.small, self.words_shown) {
            (true, false) => vec2(2.0, 2.0),
            (true, true) => vec2(6.0, 1.0),
            (false, false) => vec2(5.0, 5.0),
            (false, true) => vec2(12.0, 5.0),
        }
    }

    fn button(&self, theme: &Theme) -> Button<'static> {
        let width = if self.words_shown { self.min_width } else { self.height() };
        let button = Button::new(self.atoms(theme)).min_size(vec2(width, self.height())).wrap_mode(egui::TextWrapMode::Extend);
        match self.selected {
            Some(selected) if self.look == Look::Quiet => button.selected(selected).frame_when_inactive(selected),
            Some(selected) => button.selected(selected),
            None if self.look == Look::Quiet => button.frame_when_inactive(false),
            None => button,
        }
    }

    fn explain(&self, response: Response) -> Response {
        let response = match self.tooltip {
            Some(tooltip) => response.on_hover_text(tooltip),
            None if !self.words_shown => response.on_hover_text(self.words),
            None => response,
        };
        match self.why_disabled {
            Some(reason) => response.on_disabled_hover_text(reason),
            None => response,
        }
    }
}

impl Widget for Push<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let theme = Theme::of(ui);
        let change = |style: &mut egui::Style| {
            dress(self.look, &mut style.visuals, theme);
            style.spacing.button_padding = self.padding();
            style.spacing.interact_size.y = self.height();
        };
        let response = super::with_style(ui, change, |ui| ui.add_enabled(self.enabled, self.button(theme)));
        if self.look == Look::Primary {
            ring(ui, &response, theme.text);
        }
        self.explain(response.accessible_name(self.words))
    }
}

/// A second edge around a control whose own edge is the accent, so that the keyboard's place is seen.
fn ring(ui: &Ui, response: &Response, color: Color32) {
    if response.has_focus() {
        let stroke = Stroke::new(size::FOCUS, color);
        ui.painter().rect_stroke(response.rect.expand(2.0), size::RADIUS + 2, stroke, egui::StrokeKind::Outside);
    }
}

fn dress(look: Look, visuals: &mut Visuals, theme: &Theme) {
    match look {
        Look::Primary => dress_primary(visuals, theme),
        Look::Secondary => {}
        Look::Danger => dress_danger(visuals, theme),
        Look::Quiet => dress_quiet(visuals, theme),
    }
}

fn dress_primary(visuals: &mut Visuals, theme: &Theme) {
    let widgets = &mut visuals.widgets;
    for state in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
        state.weak_bg_fill = theme.accent.ink;
        state.bg_stroke = Stroke::new(size::LINE, theme.accent.ink);
        state.fg_stroke.color = theme.on_accent;
    }
    widgets.hovered.weak_bg_fill = theme.accent_hover;
    widgets.active.weak_bg_fill = theme.accent_hover;
}

fn dress_danger(visuals: &mut Visuals, theme: &Theme) {
    let widgets = &mut visuals.widgets;
    for state in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
        state.fg_stroke.color = theme.error.ink;
    }
    widgets.hovered.weak_bg_fill = theme.error.tint;
    widgets.hovered.bg_stroke.color = theme.error.ink;
    widgets.active.bg_stroke.color = theme.error.ink;
}

fn dress_quiet(visuals: &mut Visuals, theme: &Theme) {
    visuals.widgets.inactive.fg_stroke.color = theme.text2;
    visuals.widgets.hovered.bg_stroke = Stroke::NONE;
}
