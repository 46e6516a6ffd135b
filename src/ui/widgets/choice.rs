//! One of a few: a row of buttons of which one is chosen.

use egui::{Button, Response, RichText, Stroke, Ui, vec2};

use crate::ui::theme::{Theme, size};

/// A row of choices with their words; sets `value` to the clicked one and says whether it changed.
pub fn choice<T: PartialEq + Clone>(ui: &mut Ui, value: &mut T, options: &[(T, &str)]) -> bool {
    let picked = choice_of(ui, &*value, options);
    let changed = picked.is_some();
    if let Some(picked) = picked {
        *value = picked;
    }
    changed
}

/// A row of choices over a value that is not ours to change; returns the clicked one if it differs.
pub fn choice_of<T: PartialEq + Clone>(ui: &mut Ui, value: &T, options: &[(T, &str)]) -> Option<T> {
    let mut picked = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(size::GAP_SMALL, size::GAP_SMALL);
        for (option, words) in options {
            if option_button(ui, option == value, words).clicked() && option != value {
                picked = Some(option.clone());
            }
        }
    });
    picked
}

fn option_button(ui: &mut Ui, chosen: bool, words: &str) -> Response {
    let theme = Theme::of(ui);
    let color = if chosen { theme.accent.ink } else { theme.text2 };
    let edge = if chosen { theme.accent.ink } else { theme.line };
    let button = Button::new(RichText::new(words).color(color)).selected(chosen).fill(theme.panel);
    let change = |style: &mut egui::Style| {
        style.spacing.button_padding = vec2(10.0, 4.0);
        style.visuals.widgets.inactive.bg_stroke = Stroke::new(size::LINE, edge);
        if chosen {
            style.visuals.widgets.hovered.bg_stroke = Stroke::new(size::LINE, edge);
        }
    };
    super::with_style(ui, change, |ui| ui.add(button))
}
