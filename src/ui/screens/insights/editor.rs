//! Where the query is written: coloured, with suggestions, errors underlined, and help for the word under cursor or pointer.

mod change;
mod colours;
mod completion;
mod errors;
mod help;

use crate::ui::widgets::scroll_up_to;
use std::sync::Arc;

use egui::text::{CCursor, CCursorRange, CharIndex};
use egui::text_edit::{TextEditOutput, TextEditState};
use egui::{Galley, Id, Key, Modifiers, RichText, TextBuffer, TextEdit, TextStyle, Ui};

use self::change::Changed;
use self::completion::Completion;
use super::send;
use crate::app::insights::InsightsCommand;
use crate::app::{Commands, State};
use crate::ui::theme::{Theme, size};

/// What the editor keeps between frames.
#[derive(Debug, Default)]
pub struct Editor {
    completion: Completion,
    /// The byte whose word is explained.
    help_at: Option<usize>,
}

/// The field's own id: other rooms of the window ask whether it has the keyboard.
fn id() -> Id {
    Id::unique("insights-query")
}

/// Whether F1 explains a word of the query now, rather than listing shortcuts.
pub fn holds_the_key_for_help(ui: &Ui, state: &State) -> bool {
    let cursor = || TextEditState::load(ui.ctx(), id())?.cursor.char_range();
    ui.memory(|memory| memory.has_focus(id()))
        && cursor().is_some_and(|range| help::knows(&state.insights, byte_of(&state.insights.text, range.primary.index)))
}

/// The byte of a character.
fn byte_of(text: &str, index: CharIndex) -> usize {
    text.char_indices().nth(index.0).map_or(text.len(), |(at, _)| at)
}

/// The character of a byte.
fn char_of(text: &str, byte: usize) -> CharIndex {
    CharIndex(text[..byte.min(text.len())].chars().count())
}

impl Editor {
    /// Draws the field and what is said about it.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let text = self.keys(ui, state, commands).unwrap_or_else(|| state.insights.text.clone());
        self.field(ui, state, text, commands);
        if let Some(place) = errors::list(ui, &state.insights) {
            move_to(ui, &state.insights.text, place);
        }
    }

    /// Keys that the field must not see; gives the text if one of them has changed it.
    fn keys(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) -> Option<String> {
        if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter)) {
            self.completion.close();
            send(commands, InsightsCommand::Run);
        }
        if !ui.memory(|memory| memory.has_focus(id())) {
            return None;
        }
        let remarks = ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Slash));
        let changed = if remarks { remark(ui, &state.insights.text, commands) } else { None };
        if ui.input_mut(|input| input.consume_key(Modifiers::CTRL, Key::Space)) {
            self.completion.ask();
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::F1)) {
            self.help_at = cursor(ui, &state.insights.text).filter(|_| self.help_at.is_none()).map(|range| range.1);
        }
        let closes = self.help_at.is_some() && ui.input(|input| input.key_pressed(Key::Escape) || input.events.iter().any(writes));
        if closes {
            self.help_at = None;
        }
        changed
    }

    fn field(&mut self, ui: &mut Ui, state: &State, mut text: String, commands: &mut Commands) {
        let keys = self.completion.keys(ui);
        let low = size::is_low(ui);
        let height = if low { 64.0 } else { (ui.ctx().content_rect().height() * 0.24).clamp(96.0, 260.0) };
        let scroll = scroll_up_to(height).id_salt("query");
        let (output, changed) = scroll.show(ui, |ui| self.edit(ui, state, &mut text, low)).inner;
        let place = output.cursor_range.map(|range| byte_of(&text, range.primary.index));
        self.completion.follow(ui, &text, (place, changed), keys, &state.insights.fields);
        if let Some(written) = self.completion.show(ui, &output, keys) {
            let changed = change::write(&text, written.range, &written.insert, written.back);
            keep_undo(ui, &text, &changed);
            ui.memory_mut(|memory| memory.request_focus(id()));
            send(commands, InsightsCommand::SetText(changed.text));
        } else if changed {
            send(commands, InsightsCommand::SetText(text.clone()));
        }
        self.helps(ui, state, &output, &text);
    }

    fn edit(&mut self, ui: &mut Ui, state: &State, text: &mut String, low: bool) -> (TextEditOutput, bool) {
        let theme = Theme::of(ui);
        let mut layouter = |ui: &Ui, buffer: &dyn TextBuffer, width: f32| -> Arc<Galley> {
            let mut job = colours::job(ui, buffer.as_str());
            job.wrap.max_width = width;
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        let filter = egui::EventFilter { tab: self.completion.is_open(), escape: true, horizontal_arrows: true, vertical_arrows: true };
        let edit = TextEdit::multiline(text)
            .id(id())
            .font(TextStyle::Monospace)
            .desired_rows(if low { 2 } else { 5 })
            .desired_width(f32::INFINITY)
            .margin(egui::vec2(10.0, 8.0))
            .event_filter(filter)
            .hint_text(RichText::new("fields @timestamp, @message | limit 20").monospace().color(theme.text3))
            .layouter(&mut layouter);
        let output = edit.show(ui);
        let response = output.response.response.clone().accessible_name("Query");
        errors::underline(ui, &output, &state.insights, theme);
        // Escape leaves the field, unless it closed something.
        if response.has_focus() && self.help_at.is_none() && !self.completion.is_open() && ui.input(|input| input.key_pressed(Key::Escape))
        {
            response.surrender_focus();
        }
        let changed = response.changed();
        (output, changed)
    }

    /// Explains the word that was asked about, or the one under the pointer.
    fn helps(&mut self, ui: &Ui, state: &State, output: &TextEditOutput, text: &str) {
        if let Some(at) = self.help_at {
            let shown = help::popup(ui, output, text, at, &state.insights);
            self.help_at = shown.then_some(at);
            return;
        }
        if !self.completion.is_open() {
            help::hover(output, text, &state.insights);
        }
    }
}

/// Makes the selected lines remarks, or commands again.
fn remark(ui: &Ui, text: &str, commands: &mut Commands) -> Option<String> {
    let changed = change::switch_comment(text, cursor(ui, text)?);
    keep_undo(ui, text, &changed);
    send(commands, InsightsCommand::SetText(changed.text.clone()));
    Some(changed.text)
}

fn writes(event: &egui::Event) -> bool {
    matches!(event, egui::Event::Text(_) | egui::Event::Paste(_))
}

/// The selected part of the field in bytes: first and last, the cursor last.
fn cursor(ui: &Ui, text: &str) -> Option<(usize, usize)> {
    let range = TextEditState::load(ui.ctx(), id())?.cursor.char_range()?;
    Some((byte_of(text, range.secondary.index), byte_of(text, range.primary.index)))
}

/// Puts the cursor where a change leaves it, and lets it be undone as one.
fn keep_undo(ui: &Ui, before: &str, changed: &Changed) {
    let mut state = TextEditState::load(ui.ctx(), id()).unwrap_or_default();
    let old = state.cursor.char_range().unwrap_or_default();
    let mut undoer = state.undoer();
    undoer.add_undo(&(old, before.to_owned()));
    let at = |byte| CCursor::new(char_of(&changed.text, byte));
    let new = CCursorRange::two(at(changed.selected.0), at(changed.selected.1));
    undoer.add_undo(&(new, changed.text.clone()));
    state.set_undoer(undoer);
    state.cursor.set_char_range(Some(new));
    state.store(ui.ctx(), id());
}

/// Gives the field the keyboard with the cursor at a byte.
fn move_to(ui: &Ui, text: &str, byte: usize) {
    let mut state = TextEditState::load(ui.ctx(), id()).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(char_of(text, byte)))));
    state.store(ui.ctx(), id());
    ui.memory_mut(|memory| memory.request_focus(id()));
}
