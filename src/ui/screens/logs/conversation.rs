//! A conversation as cards: one a turn, with tools, reasoning and attachments told apart from words.

use egui::{Frame, Label, Margin, RichText, Stroke, TextStyle, Ui};

use super::highlight;
use crate::base::text::count;
use crate::logs::conversation::{Conversation, Part, Role, Turn};
use crate::logs::query::Query;
use crate::ui::icons;
use crate::ui::theme::{Theme, size};
use crate::ui::widgets::{CodeBlock, hint};

/// Characters of one part that are shown; laying out more at once would hold up the window.
const SHOWN: usize = 12_000;

/// Draws all turns.
pub fn ui(ui: &mut Ui, conversation: &Conversation, query: &Query) {
    for turn in &conversation.turns {
        card(ui, turn, query);
        ui.add_space(size::GAP_SMALL);
    }
}

fn card(ui: &mut Ui, turn: &Turn, query: &Query) {
    let theme = Theme::of(ui);
    let fill = if turn.role == Role::System { theme.field } else { theme.raised };
    let frame = Frame::new()
        .fill(fill)
        .stroke(Stroke::new(size::LINE, theme.line))
        .corner_radius(size::RADIUS_CARD)
        .inner_margin(Margin::symmetric(12, 8));
    frame.show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        let reason = turn.stop_reason.as_deref().map(|reason| format!(" · {reason}")).unwrap_or_default();
        hint(ui, format!("{}{reason}", turn.role.name()));
        for part in &turn.parts {
            self::part(ui, part, query);
        }
    });
}

fn part(ui: &mut Ui, part: &Part, query: &Query) {
    let theme = Theme::of(ui);
    match part {
        Part::Text(text) => words(ui, text, query, theme.text),
        Part::Reasoning(text) => folded(ui, "Reasoning", |ui| words(ui, text, query, theme.text2)),
        Part::ToolUse { name, input } => folded(ui, &format!("Calls the tool {name}"), |ui| CodeBlock::json(cut(input)).show(ui)),
        Part::ToolResult(text) => folded(ui, "Result of a tool", |ui| words(ui, text, query, theme.text2)),
        Part::Attachment(words) => attachment(ui, words),
    }
}

fn words(ui: &mut Ui, text: &str, query: &Query, color: egui::Color32) {
    let theme = Theme::of(ui);
    let shown = cut(text);
    let font = TextStyle::Body.resolve(ui.style());
    ui.add(Label::new(highlight::marked(theme, shown, query, &font, color)).wrap());
    let hidden = text[shown.len()..].chars().count() as u64;
    if hidden > 0 {
        hint(ui, format!("{} more: see JSON", count(hidden, "character")));
    }
}

/// The beginning of `text`, cut between characters.
fn cut(text: &str) -> &str {
    text.char_indices().nth(SHOWN).map_or(text, |(end, _)| &text[..end])
}

fn folded(ui: &mut Ui, name: &str, content: impl FnOnce(&mut Ui)) {
    let open = egui::CollapsingHeader::new(RichText::new(name).text_style(TextStyle::Small)).id_salt((name, ui.next_auto_id()));
    open.default_open(true).show(ui, content);
}

fn attachment(ui: &mut Ui, words: &str) {
    let theme = Theme::of(ui);
    ui.horizontal(|ui| {
        icons::icon(ui, icons::PAPERCLIP, theme.text2);
        ui.add(Label::new(RichText::new(words).color(theme.text2)).wrap());
    });
}
