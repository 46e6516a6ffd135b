//! Marks of state: an icon, a colour and a word, never a colour alone.

use egui::{Response, RichText, Ui};

use crate::ui::icons::{self, Icon};
use crate::ui::theme::{Theme, Tone, size};

/// The icon of a tone.
pub fn icon_of(tone: Tone) -> Icon {
    match tone {
        Tone::Neutral => icons::INFO,
        Tone::Accent => icons::CIRCLE_DOT,
        Tone::Ok => icons::CIRCLE_CHECK,
        Tone::Warn => icons::TRIANGLE_ALERT,
        Tone::Error => icons::CIRCLE_X,
    }
}

/// A state in a word or two with its mark: `Done`, `Throttled`.
pub fn status(ui: &mut Ui, tone: Tone, words: &str) -> Response {
    marked(ui, tone, icon_of(tone), words, egui::TextStyle::Body)
}

/// A small remark with its mark, wrapped: below fields, in forms.
pub fn note(ui: &mut Ui, tone: Tone, words: &str) -> Response {
    marked(ui, tone, icon_of(tone), words, egui::TextStyle::Small)
}

fn marked(ui: &mut Ui, tone: Tone, icon: Icon, words: &str, style: egui::TextStyle) -> Response {
    let theme = Theme::of(ui);
    let ink = theme.tone(tone).ink;
    super::low_row(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let height = ui.text_style_height(&style);
        let (rect, _) = ui.allocate_exact_size(egui::vec2(14.0, height), egui::Sense::hover());
        icon.paint(ui.painter(), rect.center(), 14.0, ink);
        let color = if matches!(tone, Tone::Neutral) { theme.text3 } else { ink };
        ui.add(egui::Label::new(RichText::new(words).text_style(style).color(color)).wrap())
    })
}

/// A band across the place with a mark and running text: a warning before an action, a hint of a step.
pub fn banner(ui: &mut Ui, tone: Tone, words: &str) -> Response {
    let theme = Theme::of(ui);
    let colors = theme.tone(tone);
    let frame = egui::Frame::new().fill(colors.tint).corner_radius(size::RADIUS).inner_margin(egui::Margin::symmetric(12, 8));
    frame
        .show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.horizontal_top(|ui| {
                icons::icon(ui, icon_of(tone), colors.ink);
                ui.add(egui::Label::new(RichText::new(words).color(theme.text)).wrap())
            })
            .inner
        })
        .inner
}
