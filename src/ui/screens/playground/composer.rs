//! Where a message is written and sent.

use egui::{Align, Layout, ScrollArea, TextEdit, Ui};

use super::Wish;
use crate::app::playground::{Draft, Edit, PlaygroundCommand};
use crate::app::{Command, Commands, State};
use crate::base::text::bytes;
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size};
use crate::ui::widgets::{Chip, Push, hint, note};

/// Draws the field with what goes along with the message, and the buttons.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands, wishes: &mut Vec<Wish>, short: bool) {
    ui.spacing_mut().item_spacing.y = size::GAP_SMALL + 2.0;
    let draft = &state.playground.draft;
    companions(ui, draft, commands);
    field(ui, draft, commands, short);
    for left_out in draft.model_id.as_deref().map(|id| draft.parameters.left_out(id)).unwrap_or_default() {
        note(ui, Tone::Warn, &left_out);
    }
    ui.horizontal(|ui| buttons(ui, state, commands, wishes));
}

/// The document and the origin of the prompt.
fn companions(ui: &mut Ui, draft: &Draft, commands: &mut Commands) {
    if draft.document.is_none() && draft.source.is_none() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        if let Some(source) = &draft.source {
            ui.add(Chip::new(Tone::Accent, source).with_icon(icons::BOOK_OPEN));
        }
        if let Some(document) = &draft.document {
            let words = format!("{} · {}", document.name, bytes(document.text.len() as u64));
            ui.add(Chip::new(Tone::Neutral, &words).with_icon(icons::FILE_TEXT)).on_hover_ui(|ui| preview(ui, &document.text));
            if ui.add(Push::icon(icons::X, "Send without the document").small()).clicked() {
                commands.send(Command::Playground(PlaygroundCommand::Edit(Box::new(Edit::DropDocument))));
            }
        }
    });
}

/// The beginning of a document.
pub fn preview(ui: &mut Ui, text: &str) {
    let end = text.char_indices().nth(1_200).map_or(text.len(), |(at, _)| at);
    ui.set_max_width(460.0);
    ui.label(format!("{}{}", &text[..end], if end < text.len() { "…" } else { "" }));
}

fn field(ui: &mut Ui, draft: &Draft, commands: &mut Commands, short: bool) {
    let theme = Theme::of(ui);
    let mut text = draft.text.clone();
    let height = (ui.ctx().content_rect().height() * 0.28).clamp(54.0, 220.0);
    let height = if short { 40.0 } else { height };
    let changed = ScrollArea::vertical().id_salt("message").max_height(height).min_scrolled_height(height).show(ui, |ui| {
        let edit = TextEdit::multiline(&mut text)
            .desired_rows(if short { 1 } else { 3 })
            .desired_width(f32::INFINITY)
            .margin(egui::vec2(10.0, 8.0))
            .hint_text(egui::RichText::new("Write a message").color(theme.text3));
        ui.add(edit).accessible_name("Message").changed()
    });
    if changed.inner {
        commands.send(Command::Playground(PlaygroundCommand::Edit(Box::new(Edit::Text(text)))));
    }
}

fn buttons(ui: &mut Ui, state: &State, commands: &mut Commands, wishes: &mut Vec<Wish>) {
    if state.playground.chat.is_running() {
        if ui.add(Push::secondary("Stop").with_icon(icons::SQUARE).shortcut("Esc")).clicked() {
            commands.send(Command::Playground(PlaygroundCommand::Stop));
        }
        hint(ui, "What was written stays");
        return;
    }
    let blocked = blocked(state);
    if ui.add(Push::primary("Send").with_icon(icons::SEND).shortcut("Ctrl Enter").blocked_by(blocked)).clicked() {
        commands.send(Command::Playground(PlaygroundCommand::Send));
    }
    let obstacle = state.playground.chosen().and_then(|choice| choice.obstacle.as_deref());
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if let Some(obstacle) = obstacle {
            if ui.add(Push::quiet("Choose another model").small()).clicked() {
                wishes.push(Wish::PickModel);
            }
            note(ui, Tone::Warn, obstacle);
        } else if state.playground.draft.streaming {
            hint(ui, "Streams as it is written");
        } else {
            hint(ui, "Comes whole");
        }
    });
}

/// Why nothing can be sent. Looks at the draft alone: building the request would copy the whole conversation each frame.
fn blocked(state: &State) -> Option<&'static str> {
    let draft = &state.playground.draft;
    match () {
        () if draft.model_id.is_none() && state.playground.models.is_loading() => Some("The models are being listed"),
        () if draft.model_id.is_none() => Some("Choose a model first"),
        () if draft.text.trim().is_empty() => Some("Write a message first"),
        () => None,
    }
}
