//! Where a message is written and sent, with the files that go along.

use std::path::PathBuf;

use egui::{Align, Key, Layout, TextEdit, Ui};

use super::picker::Target;
use super::{Wish, metrics};
use crate::app::playground::attachment::Kind;
use crate::app::playground::{Attachment, Draft, Edit, PlaygroundCommand, PlaygroundState};
use crate::app::{Command, Commands, State};
use crate::base::text::bytes;
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size};
use crate::ui::widgets::{Busy, Chip, Field, Push, hint, note, scroll_up_to};

/// What the composer keeps between frames.
#[derive(Debug, Default)]
pub struct Composer {
    /// Whether the row with which files are attached is shown.
    attaching: bool,
    /// The path that is being typed.
    path: String,
}

fn send(commands: &mut Commands, command: PlaygroundCommand) {
    commands.send(Command::Playground(command));
}

impl Composer {
    /// Draws the field with what goes along with the message, and the buttons.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands, wishes: &mut Vec<Wish>, short: bool) {
        ui.spacing_mut().item_spacing.y = size::GAP_SMALL + 2.0;
        let draft = &state.playground.draft;
        companions(ui, draft, commands);
        refused(ui, &state.playground, commands);
        if self.attaching {
            self.attach(ui, state, commands);
        }
        field(ui, draft, commands, short);
        notes(ui, &state.playground);
        ui.horizontal(|ui| self.buttons(ui, state, commands, wishes));
    }

    /// Three ways to attach: the system's dialog, a path, and dropping on the window.
    fn attach(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if state.playground.attaching {
            Busy::new("Choosing and reading files").show(ui);
        }
        ui.horizontal_wrapped(|ui| {
            if ui.add(Push::secondary("Choose files…").with_icon(icons::FOLDER_OPEN)).clicked() {
                send(commands, PlaygroundCommand::PickFiles);
            }
            let field = Field::new("Path of a file", &mut self.path).label_hidden().mono().hint("or write the path of a file").width(260.0);
            let entered = field.show(ui).lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let empty = self.path.trim().is_empty().then_some("Write a path first");
            if (ui.add(Push::secondary("Attach it").blocked_by(empty)).clicked() || entered) && empty.is_none() {
                let path = PathBuf::from(std::mem::take(&mut self.path).trim());
                send(commands, PlaygroundCommand::AttachFiles(vec![path]));
            }
            hint(ui, "or drop files on the window");
            if ui.add(Push::icon(icons::X, "Close the row for files").small()).clicked() {
                self.attaching = false;
            }
        });
        hint(ui, "At most 5 documents of 4.5 MB and 20 images of 3.75 MB and 8,000 pixels a side in a request");
    }

    fn buttons(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands, wishes: &mut Vec<Wish>) {
        let playground = &state.playground;
        if playground.is_running() {
            let words = if playground.lanes() > 1 { "Stop all" } else { "Stop" };
            if ui.add(Push::secondary(words).with_icon(icons::SQUARE).shortcut("Esc")).clicked() {
                send(commands, PlaygroundCommand::Stop);
            }
            hint(ui, "What was written stays");
        } else {
            let blocked = blocked(playground);
            let words = if playground.lanes() > 1 { format!("Send to {}", playground.lanes()) } else { "Send".to_owned() };
            if ui.add(Push::primary(&words).with_icon(icons::SEND).shortcut("Ctrl Enter").blocked_by(blocked.as_deref())).clicked() {
                send(commands, PlaygroundCommand::Send);
            }
            let attach = Push::quiet("Attach").with_icon(icons::PAPERCLIP).selected(self.attaching);
            if ui.add(attach.tooltip("Documents and images that go with the message")).clicked() {
                self.attaching = !self.attaching;
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| right(ui, state, wishes));
    }
}

/// What stands beside the buttons: what is in the way, or what the conversation has taken so far.
fn right(ui: &mut Ui, state: &State, wishes: &mut Vec<Wish>) {
    let playground = &state.playground;
    let obstacle = playground.chosen().and_then(|choice| choice.obstacle.as_deref());
    if let Some(obstacle) = obstacle.filter(|_| !playground.is_running()) {
        if ui.add(Push::quiet("Choose another model").small()).clicked() {
            wishes.push(Wish::PickModel(Target::Lane(0)));
        }
        note(ui, Tone::Warn, obstacle);
    } else if playground.chat.totals.replies > 0 {
        metrics::conversation(ui, state);
    } else {
        hint(ui, if playground.draft.streaming { "Streams as it is written" } else { "Comes whole" });
    }
}

/// The document, the files, and the origin of the prompt.
fn companions(ui: &mut Ui, draft: &Draft, commands: &mut Commands) {
    if draft.document.is_none() && draft.source.is_none() && draft.attachments.is_empty() {
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
                send(commands, PlaygroundCommand::Edit(Box::new(Edit::DropDocument)));
            }
        }
        for (at, file) in draft.attachments.iter().enumerate() {
            attachment(ui, file);
            if ui.add(Push::icon(icons::X, &format!("Send without {}", file.name)).small()).clicked() {
                send(commands, PlaygroundCommand::Edit(Box::new(Edit::DropAttachment(at))));
            }
        }
    });
}

/// A file as a chip.
pub fn attachment(ui: &mut Ui, file: &Attachment) {
    let icon = if file.kind == Kind::Document { icons::FILE_TEXT } else { icons::IMAGE };
    let words = format!("{} · {}", file.name, file.facts());
    let told = if file.kind == Kind::Document {
        "The model sees this name; names can carry instructions, so it was made neutral"
    } else {
        "Images travel without a name"
    };
    ui.add(Chip::new(Tone::Neutral, &words).with_icon(icon)).on_hover_text(told);
}

/// The beginning of a document.
pub fn preview(ui: &mut Ui, text: &str) {
    let end = text.char_indices().nth(1_200).map_or(text.len(), |(at, _)| at);
    ui.set_max_width(460.0);
    ui.label(format!("{}{}", &text[..end], if end < text.len() { "…" } else { "" }));
}

/// Files that were refused, and why.
fn refused(ui: &mut Ui, playground: &PlaygroundState, commands: &mut Commands) {
    if playground.refused.is_empty() {
        return;
    }
    for why in playground.refused.iter().take(4) {
        note(ui, Tone::Warn, why);
    }
    let more = playground.refused.len().saturating_sub(4);
    ui.horizontal(|ui| {
        if more > 0 {
            hint(ui, format!("and {more} more"));
        }
        if ui.add(Push::quiet("Dismiss").small()).clicked() {
            send(commands, PlaygroundCommand::DismissRefused);
        }
    });
}

fn field(ui: &mut Ui, draft: &Draft, commands: &mut Commands, short: bool) {
    let theme = Theme::of(ui);
    let mut text = draft.text.clone();
    let height = (ui.ctx().content_rect().height() * 0.28).clamp(54.0, 220.0);
    let height = if short { 40.0 } else { height };
    let changed = scroll_up_to(height).id_salt("message").show(ui, |ui| {
        // A name of its own: chips and notes above come and go without taking the keyboard away.
        let edit = TextEdit::multiline(&mut text)
            .id(egui::Id::unique("playground-message"))
            .desired_rows(if short { 1 } else { 3 })
            .desired_width(f32::INFINITY)
            .margin(egui::vec2(10.0, 8.0))
            .hint_text(egui::RichText::new("Write a message").color(theme.text3));
        ui.add(edit).accessible_name("Message").changed()
    });
    if changed.inner {
        send(commands, PlaygroundCommand::Edit(Box::new(Edit::Text(text))));
    }
}

/// What is set and not sent to one of the models, and what is in the way of files.
fn notes(ui: &mut Ui, playground: &PlaygroundState) {
    for model in (0..playground.lanes()).filter_map(|lane| playground.model_of(lane)) {
        for left_out in playground.draft.parameters.left_out(model) {
            note(ui, Tone::Warn, &left_out);
        }
    }
    let written = !playground.draft.text.trim().is_empty();
    if let Some(why) = playground.obstacle().filter(|_| written && playground.draft.model_id.is_some() && !playground.is_running()) {
        note(ui, Tone::Warn, &why);
    }
}

/// Why nothing can be sent. Looks at the draft alone: building the request would copy the whole conversation each frame.
fn blocked(playground: &PlaygroundState) -> Option<String> {
    if playground.draft.model_id.is_none() && playground.models.is_loading() {
        return Some("The models are being listed".to_owned());
    }
    playground.obstacle()
}
