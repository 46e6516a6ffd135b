//! Terms to highlight, each with its number, colour and count, and the search.

use egui::{RichText, Stroke, TextEdit, Ui};

use super::send;
use crate::app::tail::{TailCommand, TailState};
use crate::app::{Commands, State};
use crate::base::text::grouped;
use crate::logs::tail::TERMS;
use crate::ui::icons;
use crate::ui::theme::{Theme, size, text};
use crate::ui::widgets::Push;

/// Draws the row.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let tail = &state.tail;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(size::GAP, size::GAP_SMALL);
        search(ui, tail, commands);
        let used = tail.look.lens.terms.iter().filter(|term| !term.is_empty()).count();
        // On low screens one empty field more than are used.
        let shown = if size::is_low(ui) || ui.available_width() < 500.0 { (used + 1).min(TERMS) } else { TERMS };
        for term in 0..TERMS {
            if term < shown || !tail.look.lens.terms[term].is_empty() {
                highlight(ui, tail, term, commands);
            }
        }
        let ask = Push::quiet("Query these").with_icon(icons::SQUARE_TERMINAL).selected(tail.ask.open);
        if ui.add(ask.tooltip("Run a Logs Insights query over the lines, here and free of charge")).clicked() {
            send(commands, TailCommand::ToggleAsk);
        }
    });
}

fn search(ui: &mut Ui, tail: &TailState, commands: &mut Commands) {
    let theme = Theme::of(ui);
    let mut text = tail.look.lens.search.clone();
    let edit = TextEdit::singleline(&mut text)
        .hint_text(RichText::new("Search in what came").color(theme.text3))
        .desired_width(190.0)
        .margin(egui::Margin::symmetric(8, 5));
    let response = ui.add(edit).accessible_name("Search in what came");
    if response.changed() {
        send(commands, TailCommand::SetSearch(text));
    }
    if response.has_focus() && ui.input(|input| input.key_pressed(egui::Key::Escape)) {
        send(commands, TailCommand::SetSearch(String::new()));
    }
    if !response.has_focus() && ui.input_mut(|input| input.consume_key(egui::Modifiers::COMMAND, egui::Key::F)) {
        response.request_focus();
    }
    if !tail.look.lens.shows_all() {
        let words = format!("{} of {}", grouped(tail.look.found.len() as u64), grouped(tail.shown.len() as u64));
        ui.label(RichText::new(words).text_style(egui::TextStyle::Small).color(theme.text2));
    }
}

/// A term: its number in its colour, underlined as its hits are, and how many events contain it.
fn highlight(ui: &mut Ui, tail: &TailState, term: usize, commands: &mut Commands) {
    let theme = Theme::of(ui);
    let color = theme.series[term];
    let mut text = tail.look.lens.terms[term].clone();
    let is_used = !text.trim().is_empty();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = size::GAP_SMALL;
        let number = RichText::new((term + 1).to_string()).text_style(text::mono_small()).color(if is_used { color } else { theme.text3 });
        ui.label(if is_used { number.underline() } else { number });
        let name = format!("Highlight {}", term + 1);
        let response = ui
            .scope(|ui| {
                if is_used {
                    ui.visuals_mut().widgets.inactive.bg_stroke = Stroke::new(size::LINE, color);
                }
                let edit = TextEdit::singleline(&mut text).desired_width(74.0).margin(egui::Margin::symmetric(6, 5)).char_limit(200);
                ui.add(edit.hint_text(RichText::new("highlight").color(theme.text3))).accessible_name(&name)
            })
            .inner;
        if response.changed() {
            send(commands, TailCommand::SetTerm(term, text));
        }
        if is_used {
            let count = RichText::new(grouped(tail.look.hits[term])).text_style(text::mono_small()).color(theme.text2);
            ui.label(count).on_hover_text("Events that contain it; letters match in either case");
        }
    });
}
