//! The receipt of a clean-up: what was looked at, how, and what was found.

use egui::{Label, RichText, Ui};

use crate::app::State;
use crate::lab::receipt::{Found, Line, Receipt};
use crate::ui::format::{masked, moment};
use crate::ui::theme::{Theme, Tone, size, text};
use crate::ui::widgets::copyable::copy_button;
use crate::ui::widgets::{Card, hint, status};

/// Draws the receipt in a card.
pub fn ui(ui: &mut Ui, state: &State, receipt: &Receipt) {
    let subtitle = moment(&state.settings, receipt.at);
    let right = |ui: &mut Ui| {
        copy_button(ui, "receipt", || receipt.text());
    };
    Card::new("Receipt").subtitle(&subtitle).rule().show_with(ui, right, |ui| {
        ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
        let (tone, words) =
            if receipt.is_clean() { (Tone::Ok, "Nothing is left") } else { (Tone::Error, "Not everything could be removed") };
        status(ui, tone, words);
        for line in &receipt.lines {
            one(ui, state, line);
        }
        for kept in &receipt.kept {
            hint(ui, format!("{kept}: yours, left as it is"));
        }
        for elsewhere in &receipt.elsewhere {
            hint(ui, masked(&state.settings, &format!("{elsewhere}: not reachable from here")));
        }
    });
}

fn one(ui: &mut Ui, state: &State, line: &Line) {
    let theme = Theme::of(ui);
    let tone = match line.found {
        Found::Gone => Tone::Ok,
        Found::NotOurs => Tone::Neutral,
        Found::Left => Tone::Error,
        Found::Unknown => Tone::Warn,
    };
    status(ui, tone, &masked(&state.settings, &format!("{}: {}", line.resource.label(), line.text)));
    if !line.proof.is_empty() {
        let proof = RichText::new(masked(&state.settings, &line.proof)).text_style(text::mono_small()).color(theme.text3);
        ui.add(Label::new(proof).wrap());
    }
}
