//! What a word of the query means: asked for with F1, or told when the pointer rests on it.

use egui::text::CCursor;
use egui::text_edit::TextEditOutput;
use egui::{Id, Popup, RichText, Ui, vec2};

use super::{byte_of, char_of};
use crate::app::insights::complete::word_at;
use crate::app::insights::{FoundField, InsightsState};
use crate::insights::QueryError;
use crate::insights::reference::{Entry, FIELDS, find};
use crate::ui::theme::{Theme, size, text};
use crate::ui::widgets::{caption, hint, strong};

/// What is known of a place.
enum Known<'a> {
    Wrong(&'a QueryError),
    Word(&'static Entry),
    Own(&'static str, &'static str),
    Field(&'a FoundField),
}

fn known<'a>(insights: &'a InsightsState, text: &str, at: usize) -> Option<Known<'a>> {
    if let Some(error) = insights.errors.iter().find(|error| error.span.contains(&at) && *text == insights.text) {
        return Some(Known::Wrong(error));
    }
    let word = &text[word_at(text, at)?];
    if let Some(entry) = find(word) {
        return Some(Known::Word(entry));
    }
    if let Some((name, meaning)) = FIELDS.into_iter().find(|(name, _)| *name == word) {
        return Some(Known::Own(name, meaning));
    }
    insights.fields.iter().find(|field| field.name == word).map(Known::Field)
}

/// Whether there is something to say about the word at a byte.
pub fn knows(insights: &InsightsState, at: usize) -> bool {
    known(insights, &insights.text, at).is_some()
}

/// The help in a popup below its word; false when there is nothing to say.
pub fn popup(ui: &Ui, output: &TextEditOutput, text: &str, at: usize, insights: &InsightsState) -> bool {
    let Some(known) = known(insights, text, at.min(text.len())) else { return false };
    let cursor = CCursor::new(char_of(text, word_at(text, at).map_or(at, |word| word.start)));
    let place = output.galley.pos_from_cursor(cursor).translate(output.galley_pos.to_vec2());
    Popup::new(Id::unique("insights-help"), ui.ctx().clone(), place.expand2(vec2(0.0, 4.0)), ui.layer_id())
        .close_behavior(egui::PopupCloseBehavior::IgnoreClicks)
        .accessible_name("Help")
        .width(440.0)
        .show(|ui| {
            ui.set_max_width(440.0);
            content(ui, &known);
            hint(ui, "Esc closes");
        });
    true
}

/// The help where the pointer rests on a word.
pub fn hover(output: &TextEditOutput, text: &str, insights: &InsightsState) {
    let response = &output.response.response;
    let Some(at) = response.hover_pos().filter(|at| output.text_clip_rect.contains(*at)) else { return };
    let inside = at - output.galley_pos;
    if inside.x > output.galley.size().x || inside.y > output.galley.size().y {
        return;
    }
    let byte = byte_of(text, output.galley.cursor_from_pos(inside).index);
    if let Some(known) = known(insights, text, byte) {
        response.clone().on_hover_ui_at_pointer(|ui| {
            ui.set_max_width(440.0);
            content(ui, &known);
        });
    }
}

fn content(ui: &mut Ui, known: &Known<'_>) {
    ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
    match known {
        Known::Wrong(error) => {
            ui.label(RichText::new(&error.message).color(Theme::of(ui).error.ink));
        }
        Known::Word(entry) => {
            code(ui, entry.signature);
            caption(ui, entry.meaning);
            if !entry.example.is_empty() {
                code(ui, entry.example);
            }
            if !entry.gives.is_empty() {
                hint(ui, format!("gives {}", entry.gives));
            }
        }
        Known::Own(name, meaning) => {
            strong(ui, *name);
            caption(ui, *meaning);
        }
        Known::Field(field) => {
            strong(ui, &field.name);
            caption(ui, format!("A field of {} % of the records, for example", field.percent));
            code(ui, &field.example);
        }
    }
}

fn code(ui: &mut Ui, words: &str) {
    let job = super::colours::job(ui, words);
    ui.scope(|ui| {
        ui.style_mut().override_text_style = Some(text::mono_small());
        ui.add(egui::Label::new(job).wrap());
    });
}
