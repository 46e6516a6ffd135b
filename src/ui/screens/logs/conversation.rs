//! A conversation as cards: one a turn, with tools, reasoning and attachments told apart from words; hits of the search are marked and walked through.

use std::collections::HashSet;

use egui::text::CCursor;
use egui::{Align, Frame, Key, Label, Margin, Modifiers, RichText, Stroke, TextStyle, Ui};

use super::highlight;
use crate::base::text::{count, grouped};
use crate::logs::conversation::attachment::Attachment;
use crate::logs::conversation::{Conversation, Part, Role, Turn};
use crate::logs::query::Query;
use crate::ui::icons;
use crate::ui::theme::{Theme, size};
use crate::ui::widgets::{CodeBlock, Push, hint};

/// Characters of a part that are shown before the rest is folded.
const FOLDED: usize = 3_000;

/// Characters of a part that are shown at most; laying out more would hold up the window.
const MOST: usize = 60_000;

/// What the conversation keeps between frames.
#[derive(Debug, Default)]
pub struct ConversationView {
    /// Whose conversation it is.
    key: u64,
    /// Parts that are shown whole: turn and part.
    whole: HashSet<(usize, usize)>,
    /// The hit that is looked at, counted through the conversation.
    hit: Option<usize>,
    /// Bring it into sight.
    reveal: bool,
}

impl ConversationView {
    /// Another conversation starts folded.
    pub fn keep_to(&mut self, key: u64) {
        if self.key != key {
            *self = Self { key, ..Self::default() };
        }
    }

    /// How many hits there are, and the way to the next and the previous one.
    pub fn hits(&mut self, ui: &mut Ui, conversation: &Conversation, query: &Query) {
        let hits = Hits::of(conversation, query);
        if hits.total == 0 {
            return;
        }
        ui.horizontal(|ui| {
            let words = match self.hit {
                Some(hit) => format!("Hit {} of {}", grouped(hit as u64 + 1), grouped(hits.total as u64)),
                None => count(hits.total as u64, "hit"),
            };
            hint(ui, words);
            let key = |modifiers| ui.input_mut(|input| input.consume_key(modifiers, Key::F3));
            let (back, on) = (key(Modifiers::SHIFT), key(Modifiers::NONE));
            if ui.add(Push::icon(icons::CHEVRON_UP, "Previous hit").small().tooltip("Previous hit (Shift F3)")).clicked() || back {
                self.go(self.hit.map_or(hits.total - 1, |hit| (hit + hits.total - 1) % hits.total), &hits);
            }
            if ui.add(Push::icon(icons::CHEVRON_DOWN, "Next hit").small().tooltip("Next hit (F3)")).clicked() || on {
                self.go(self.hit.map_or(0, |hit| (hit + 1) % hits.total), &hits);
            }
        });
    }

    fn go(&mut self, hit: usize, hits: &Hits) {
        self.hit = Some(hit);
        self.reveal = true;
        self.whole.extend(hits.part_of(hit));
    }

    /// Draws all turns.
    pub fn ui(&mut self, ui: &mut Ui, conversation: &Conversation, query: &Query) {
        if !conversation.tools.is_empty() {
            hint(ui, format!("Tools on offer: {}", conversation.tools.join(", ")));
            ui.add_space(size::GAP_SMALL);
        }
        let mut first_hit = 0;
        for (place, turn) in conversation.turns.iter().enumerate() {
            self.card(ui, place, turn, query, &mut first_hit);
            ui.add_space(size::GAP_SMALL);
        }
        if let Some(trace) = &conversation.guardrail {
            folded(ui, "What a guardrail found", false, |ui| CodeBlock::json(cut(trace, MOST)).show(ui));
        }
        self.reveal = false;
    }

    fn card(&mut self, ui: &mut Ui, place: usize, turn: &Turn, query: &Query, first_hit: &mut usize) {
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
            for (number, part) in turn.parts.iter().enumerate() {
                self.part(ui, (place, number), part, query, *first_hit);
                *first_hit += marked_words(part).map_or(0, |words| query.hits(cut(words, MOST)).len());
            }
        });
    }

    fn part(&mut self, ui: &mut Ui, id: (usize, usize), part: &Part, query: &Query, first_hit: usize) {
        let theme = Theme::of(ui);
        match part {
            Part::Text(text) => self.words(ui, id, text, query, first_hit),
            Part::Reasoning(text) => folded(ui, "Reasoning", true, |ui| self.words(ui, id, text, query, first_hit)),
            Part::ToolUse { name, input } => {
                folded(ui, &format!("Calls the tool {name}"), true, |ui| CodeBlock::json(cut(input, FOLDED * 4)).show(ui));
            }
            Part::ToolResult(text) => folded(ui, "Result of a tool", true, |ui| self.words(ui, id, text, query, first_hit)),
            Part::Guarded(text) => folded(ui, "For the guardrail to judge", true, |ui| self.words(ui, id, text, query, first_hit)),
            Part::Attachment(thing) => attachment(ui, thing),
            Part::CachePoint => drop(ui.label(RichText::new("Kept in the prompt cache up to here").small().color(theme.text3))),
        }
    }

    fn words(&mut self, ui: &mut Ui, id: (usize, usize), text: &str, query: &Query, first_hit: usize) {
        let theme = Theme::of(ui);
        let whole = self.whole.contains(&id);
        let shown = cut(text, if whole { MOST } else { FOLDED });
        let font = TextStyle::Body.resolve(ui.style());
        let mut job = highlight::marked(theme, shown, query, &font, theme.text);
        job.wrap.max_width = ui.available_width();
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
        let response = ui.add(Label::new(galley.clone()));
        if let Some(hit) = self.hit.and_then(|hit| hit.checked_sub(first_hit)).and_then(|hit| query.hits(shown).get(hit).cloned()) {
            let cursor = |byte: usize| galley.pos_from_cursor(CCursor::new(shown[..byte].chars().count()));
            let rect = cursor(hit.start).union(cursor(hit.end)).translate(response.rect.min.to_vec2());
            ui.painter().rect_stroke(rect.expand(1.0), 2, Stroke::new(1.5, theme.accent.ink), egui::StrokeKind::Outside);
            if self.reveal {
                ui.scroll_to_rect(rect, Some(Align::Center));
            }
        }
        self.fold(ui, id, text, shown);
    }

    fn fold(&mut self, ui: &mut Ui, id: (usize, usize), text: &str, shown: &str) {
        let hidden = text[shown.len()..].chars().count() as u64;
        let whole = self.whole.contains(&id);
        if whole && hidden > 0 {
            hint(ui, format!("{} more: see Raw, or copy the conversation", count(hidden, "character")));
        }
        let words = if whole { "Show less".to_owned() } else { format!("Show {} more", count(hidden, "character")) };
        let can_fold = hidden > 0 || shown.chars().nth(FOLDED).is_some();
        if can_fold && ui.push_id(id, |ui| ui.add(Push::quiet(&words).small()).clicked()).inner && !self.whole.remove(&id) {
            self.whole.insert(id);
        }
    }
}

/// Where the hits are: for each part its turn, its place and how many it has.
struct Hits {
    parts: Vec<((usize, usize), usize)>,
    total: usize,
}

impl Hits {
    fn of(conversation: &Conversation, query: &Query) -> Self {
        let parts = conversation.turns.iter().enumerate().flat_map(|(turn, said)| {
            said.parts.iter().enumerate().filter_map(move |(part, what)| Some(((turn, part), marked_words(what)?)))
        });
        let parts: Vec<_> = parts.map(|(id, words)| (id, query.hits(cut(words, MOST)).len())).filter(|(_, hits)| *hits > 0).collect();
        let total = parts.iter().map(|(_, hits)| hits).sum();
        Self { parts, total }
    }

    /// The part that has this hit.
    fn part_of(&self, hit: usize) -> Option<(usize, usize)> {
        let mut before = 0;
        self.parts
            .iter()
            .find(|(_, hits)| {
                before += hits;
                hit < before
            })
            .map(|(id, _)| *id)
    }
}

/// The words in which hits are marked.
fn marked_words(part: &Part) -> Option<&str> {
    if matches!(part, Part::ToolUse { .. }) { None } else { part.words() }
}

/// The beginning of `text`, cut between characters.
fn cut(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

fn folded(ui: &mut Ui, name: &str, open: bool, content: impl FnOnce(&mut Ui)) {
    let header = egui::CollapsingHeader::new(RichText::new(name).text_style(TextStyle::Small)).id_salt((name, ui.next_auto_id()));
    header.default_open(open).show(ui, content);
}

/// A placeholder: what it is, in which format, how large, and where it lies.
fn attachment(ui: &mut Ui, thing: &Attachment) {
    let theme = Theme::of(ui);
    let icon = if thing.kind == "image" { icons::IMAGE } else { icons::PAPERCLIP };
    let frame = Frame::new().stroke(Stroke::new(size::LINE, theme.line)).corner_radius(size::RADIUS).inner_margin(Margin::symmetric(8, 4));
    frame.show(ui, |ui| {
        ui.horizontal(|ui| {
            icons::icon(ui, icon, theme.text2);
            ui.add(Label::new(RichText::new(thing.words()).color(theme.text2)).wrap());
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn hits_are_counted_through_the_conversation() {
        let input = json!({"system": "refund desk", "messages": [{"role": "user", "content": "no"}, {"role": "user", "content": "a refund, a Refund"}]});
        let conversation = Conversation::read(&input, &json!(null));
        let hits = Hits::of(&conversation, &Query::new("refund"));
        assert_eq!((hits.total, hits.part_of(0), hits.part_of(2), hits.part_of(3)), (3, Some((0, 0)), Some((2, 0)), None));
    }
}
