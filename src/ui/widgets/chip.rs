//! Chips: one fact in a pill.

use egui::{Atoms, Frame, Margin, Response, RichText, Role, Sense, Ui, Widget, WidgetAtom, WidgetInfo, vec2};

use crate::ui::icons::Icon;
use crate::ui::theme::{Theme, Tone, text};

/// A chip with words alone; for more, see [`Chip`].
pub fn chip(ui: &mut Ui, tone: Tone, words: &str) -> Response {
    ui.add(Chip::new(tone, words))
}

/// A chip with all that it may have.
#[derive(Debug, Clone, Copy)]
#[must_use = "add it with `ui.add(…)`"]
pub struct Chip<'a> {
    tone: Tone,
    words: &'a str,
    icon: Option<Icon>,
    dot: Option<Tone>,
    mono: bool,
    clickable: bool,
}

impl<'a> Chip<'a> {
    /// A chip of a tone with words.
    pub fn new(tone: Tone, words: &'a str) -> Self {
        Self { tone, words, icon: None, dot: None, mono: false, clickable: false }
    }

    /// An icon before the words.
    pub fn with_icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// A small dot of a tone before the words; the words must say the same.
    pub fn dot(mut self, tone: Tone) -> Self {
        self.dot = Some(tone);
        self
    }

    /// In the face of what a machine said.
    pub fn mono(mut self) -> Self {
        self.mono = true;
        self
    }

    /// It can be clicked and reached with Tab.
    pub fn clickable(mut self) -> Self {
        self.clickable = true;
        self
    }

    fn atoms(&self, theme: &'static Theme) -> Atoms<'static> {
        let ink = theme.tone(self.tone).ink;
        let mut atoms = Atoms::default();
        if let Some(tone) = self.dot {
            let color = theme.tone(tone).ink;
            atoms.push_right(egui::Atom::paint(vec2(8.0, 8.0), move |ui, args| {
                ui.painter().circle_filled(args.rect.center(), 4.0, color);
            }));
        }
        if let Some(icon) = self.icon {
            atoms.push_right(icon.atom_sized(14.0, Some(ink)));
        }
        let style = if self.mono { text::mono_small() } else { egui::TextStyle::Small };
        atoms.push_right(RichText::new(self.words).text_style(style).color(ink));
        atoms
    }

    fn frame(&self, theme: &Theme) -> Frame {
        Frame::new().fill(theme.tone(self.tone).tint).corner_radius(13).inner_margin(Margin::symmetric(10, 4))
    }
}

impl Widget for Chip<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let theme = Theme::of(ui);
        let sense = if self.clickable { Sense::click() } else { Sense::hover() };
        let atom = WidgetAtom::new(self.atoms(theme)).frame(self.frame(theme)).sense(sense).min_size(vec2(0.0, 24.0));
        let response = atom.wrap_mode(egui::TextWrapMode::Extend).show(ui).response;
        let role = if self.clickable { Role::Button } else { Role::Label };
        response.widget_info(|| WidgetInfo::labeled(role, ui.is_enabled(), self.words));
        if self.clickable && (response.hovered() || response.has_focus()) {
            let color = if response.has_focus() { theme.accent.ink } else { theme.line_strong };
            ui.painter().rect_stroke(response.rect, 13, egui::Stroke::new(1.0, color), egui::StrokeKind::Inside);
        }
        response
    }
}
