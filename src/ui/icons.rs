//! Icons: named glyphs of the embedded icon face, and ways to draw them.
//!
//! An icon is never part of a text that a screen reader says: it is painted beside it, or the control has a name of its own.

mod table;

use egui::{Align2, Atom, Color32, FontId, Painter, Pos2, Response, RichText, Sense, Ui, vec2};

pub use table::*;

use super::{fonts, theme::size};

/// One icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Icon(char);

impl Icon {
    pub(super) const fn new(glyph: char) -> Self {
        Self(glyph)
    }

    /// The character, for a [`egui::text::LayoutJob`] in the family [`fonts::icons`].
    pub fn glyph(self) -> char {
        self.0
    }

    /// The icon as text, to be coloured and sized; prefer [`Icon::atom`] inside controls so that their name stays words.
    pub fn text(self, side: f32) -> RichText {
        RichText::new(self.0.to_string()).font(FontId::new(side, fonts::icons()))
    }

    /// The icon for a button or another control built from atoms, in the colour of its text.
    pub fn atom(self) -> Atom<'static> {
        self.atom_sized(size::ICON, None)
    }

    /// The icon for a control built from atoms; `color` in place of the text's.
    pub fn atom_sized(self, side: f32, color: Option<Color32>) -> Atom<'static> {
        Atom::paint(vec2(side, side), move |ui, args| {
            self.paint(ui.painter(), args.rect.center(), side, color.unwrap_or(args.fallback_text_color));
        })
    }

    /// Paints the icon centred on a point; `side` in points.
    pub fn paint(self, painter: &Painter, center: Pos2, side: f32, color: Color32) {
        painter.text(center, Align2::CENTER_CENTER, self.0, FontId::new(side, fonts::icons()), color);
    }
}

/// Draws an icon of the size of text, which says nothing to a screen reader.
pub fn icon(ui: &mut Ui, icon: Icon, color: Color32) -> Response {
    icon_sized(ui, icon, size::ICON, color)
}

/// Draws an icon of the given side.
pub fn icon_sized(ui: &mut Ui, icon: Icon, side: f32, color: Color32) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
    if ui.is_rect_visible(rect) {
        icon.paint(ui.painter(), rect.center(), side, color);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_and_every_sign_of_the_interface_has_a_glyph() {
        let ctx = egui::Context::default();
        super::super::theme::install(&ctx);
        ctx.begin_pass(egui::RawInput::default());
        let signs = "… — – • × ÷ ≥ ≤ ≈ ≠ ∞ µ Ω ° € £ § © → ← ↑ ↓ ↵ ⌘ ⇧ ⌃ ⌥ · “ ” ‘ ’ « » ▶ ● ▲ ▼ ✓ ✗ ⚠ ★ │ ─ ├ └";
        ctx.fonts_mut(|fonts| {
            for icon in ALL {
                assert!(fonts.definitions().families.contains_key(&fonts::icons()));
                assert!(fonts.has_glyph(&FontId::new(16.0, fonts::icons()), icon.glyph()), "no glyph for {icon:?}");
            }
            for family in [egui::FontFamily::Proportional, egui::FontFamily::Monospace, fonts::semibold()] {
                for sign in signs.chars().filter(|sign| !sign.is_whitespace()) {
                    assert!(fonts.has_glyph(&FontId::new(13.0, family.clone()), sign), "{family:?} has no {sign}");
                }
            }
        });
        ctx.end_pass().drop_without_applying_deltas();
    }

    #[test]
    fn no_two_icons_share_a_glyph() {
        for (i, icon) in ALL.iter().enumerate() {
            assert!(!ALL[..i].contains(icon), "{icon:?} twice");
        }
    }
}
