//! Where the query is written: the field, what is wrong with it, run, samples.

use egui::{Align, Key, Layout, Modifiers, RichText, ScrollArea, TextEdit, TextStyle, Ui};

use super::{is_low, send};
use crate::app::insights::{InsightsCommand, samples};
use crate::app::{Commands, State};
use crate::insights::QueryError;
use crate::ui::icons;
use crate::ui::theme::{Theme, Tone, size};
use crate::ui::widgets::{Push, copy_button, mono, note};

/// Draws the field and its buttons.
pub fn ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    // Before the field takes the key for a new line.
    if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter)) {
        send(commands, InsightsCommand::Run);
    }
    field(ui, state, commands);
    if let Some(error) = &state.insights.error {
        wrong(ui, &state.insights.text, error);
    }
    ui.horizontal_wrapped(|ui| {
        run(ui, state, commands);
        choose(ui, commands);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            copy_button(ui, "query", || state.insights.text.clone());
        });
    });
}

fn field(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let theme = Theme::of(ui);
    let mut text = state.insights.text.clone();
    let height = if is_low(ui) { 64.0 } else { (ui.ctx().content_rect().height() * 0.25).clamp(70.0, 260.0) };
    let changed = ScrollArea::vertical().id_salt("query").max_height(height).show(ui, |ui| {
        let edit = TextEdit::multiline(&mut text)
            .font(TextStyle::Monospace)
            .desired_rows(if is_low(ui) { 2 } else { 4 })
            .desired_width(f32::INFINITY)
            .margin(egui::vec2(10.0, 8.0))
            .hint_text(RichText::new("fields @timestamp, @message | limit 20").color(theme.text3));
        ui.add(edit).accessible_name("Query").changed()
    });
    if changed.inner {
        send(commands, InsightsCommand::SetText(text));
    }
}

/// What is wrong, and the line with a mark under the place.
fn wrong(ui: &mut Ui, text: &str, error: &QueryError) {
    note(ui, Tone::Error, &error.message);
    mono(ui, error.shown_in(text));
}

fn run(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if state.insights.is_running {
        if ui.add(Push::secondary("Stop").with_icon(icons::SQUARE)).clicked() {
            send(commands, InsightsCommand::Stop);
        }
        return;
    }
    let blocked = match () {
        () if state.insights.error.is_some() => Some("The query cannot be read yet"),
        () if state.logs.store.is_empty() => Some("No records are loaded"),
        () => None,
    };
    if ui.add(Push::primary("Run").with_icon(icons::PLAY).shortcut("Ctrl Enter").blocked_by(blocked)).clicked() {
        send(commands, InsightsCommand::Run);
    }
}

/// The samples, each with what it teaches.
fn choose(ui: &mut Ui, commands: &mut Commands) {
    let button = ui.add(Push::secondary("Samples").with_icon(icons::BOOK_OPEN));
    egui::Popup::menu(&button).close_behavior(egui::PopupCloseBehavior::CloseOnClick).show(|ui| {
        ui.set_width(380.0);
        ui.spacing_mut().item_spacing.y = size::GAP_SMALL;
        ScrollArea::vertical().max_height(420.0).show(ui, |ui| list(ui, commands));
    });
}

/// The samples; a click runs one.
pub fn list(ui: &mut Ui, commands: &mut Commands) {
    let theme = Theme::of(ui);
    for sample in samples() {
        let mut words = egui::text::LayoutJob::default();
        let style = |style: TextStyle, color| egui::TextFormat { font_id: style.resolve(ui.style()), color, ..Default::default() };
        words.append(&sample.title, 0.0, style(TextStyle::Body, theme.text));
        words.append("\n", 0.0, style(TextStyle::Body, theme.text));
        words.append(&sample.teaches, 0.0, style(TextStyle::Small, theme.text2));
        if ui.selectable_label(false, words).accessible_name(&sample.title).clicked() {
            send(commands, InsightsCommand::Ask(sample.query.clone()));
        }
    }
}
