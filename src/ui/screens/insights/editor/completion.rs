//! Suggestions below the cursor, while a word is written or when they are asked for. The field keeps the keyboard the whole time.

use crate::ui::widgets::scroll_up_to;
use std::ops::Range;

use egui::text_edit::TextEditOutput;
use egui::{Event, Id, Key, LayerId, Modifiers, Order, Popup, Rect, Response, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::colours::color;
use super::{char_of, id};
use crate::app::insights::FoundField;
use crate::app::insights::complete::{Kind, Suggestion, suggestions};
use crate::app::insights::language::words;
use crate::insights::Highlight;
use crate::ui::theme::{Theme, size, text};

/// Width and height of the list, and height of a row, points.
const WIDTH: f32 = 620.0;
const HEIGHT: f32 = 222.0;
const ROW: f32 = 22.0;

/// The list and the place in it.
#[derive(Debug, Default)]
pub struct Completion {
    is_open: bool,
    /// Whether it was asked for: then it also stands where no word is begun.
    was_asked: bool,
    selected: usize,
    items: Vec<Suggestion>,
    word: Range<usize>,
    /// Where the cursor was, to see it move.
    place: Option<usize>,
}

/// Keys that the list took.
#[derive(Debug, Default, Clone, Copy)]
pub struct Keys {
    accept: bool,
    dismiss: bool,
    moved: bool,
}

/// A suggestion that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub range: Range<usize>,
    pub insert: String,
    pub back: usize,
}

impl Completion {
    pub fn is_open(&self) -> bool {
        self.is_open && !self.items.is_empty()
    }

    pub fn close(&mut self) {
        (self.is_open, self.was_asked) = (false, false);
    }

    /// Opens the list also where no word is begun.
    pub fn ask(&mut self) {
        (self.is_open, self.was_asked, self.selected) = (true, true, 0);
    }

    /// Takes the keys of the list before the field sees them.
    pub fn keys(&mut self, ui: &Ui) -> Keys {
        let mut keys = Keys::default();
        if !self.is_open() || !ui.memory(|memory| memory.has_focus(id())) {
            return keys;
        }
        let last = self.items.len() - 1;
        // What is written in the same frame makes another list: Enter is not for the one that was seen.
        let writes = ui.input(|input| input.events.iter().any(|event| matches!(event, Event::Text(_))));
        ui.input_mut(|input| {
            input.events.retain(|event| {
                let Event::Key { key, pressed: true, modifiers, .. } = event else { return true };
                if !modifiers.is_none() {
                    return true;
                }
                match key {
                    Key::ArrowDown => self.selected = if self.selected == last { 0 } else { self.selected + 1 },
                    Key::ArrowUp => self.selected = self.selected.checked_sub(1).unwrap_or(last),
                    Key::PageDown => self.selected = (self.selected + 8).min(last),
                    Key::PageUp => self.selected = self.selected.saturating_sub(8),
                    Key::Enter | Key::Tab if !writes => keys.accept = true,
                    Key::Escape => keys.dismiss = true,
                    _ => return true,
                }
                keys.moved = true;
                false
            });
        });
        keys
    }

    /// Keeps up with the text and the cursor: opens when a word is written, closes when the cursor goes elsewhere.
    pub fn follow(&mut self, ui: &Ui, text: &str, (place, changed): (Option<usize>, bool), keys: Keys, fields: &[FoundField]) {
        let Some(at) = place.filter(|_| ui.memory(|memory| memory.has_focus(id()))) else { return };
        if changed {
            self.was_asked &= self.is_open;
            self.is_open = self.was_asked || wrote_a_word(ui, text, at);
            self.selected = 0;
        } else if self.place.is_some_and(|before| before != at) {
            self.close();
        }
        self.place = Some(at);
        if keys.dismiss {
            self.close();
        }
        if self.is_open {
            (self.word, self.items) = suggestions(text, at, words(), fields);
            let written = &text[self.word.clone()];
            let is_whole = self.items.len() == 1 || self.selected == 0;
            // A word that is written out needs no suggestion, and Enter shall make a new line.
            if is_whole && !self.was_asked && self.items.first().is_some_and(|first| first.name.eq_ignore_ascii_case(written)) {
                self.close();
            }
            self.selected = self.selected.min(self.items.len().saturating_sub(1));
        }
    }

    /// Draws the list and gives what was taken.
    pub fn show(&mut self, ui: &Ui, output: &TextEditOutput, keys: Keys) -> Option<Written> {
        if !self.is_open() {
            return None;
        }
        let galley_text = output.galley.text();
        let start = char_of(galley_text, self.word.start.min(galley_text.len()));
        let word = output.galley.pos_from_cursor(egui::text::CCursor::new(start)).translate(output.galley_pos.to_vec2());
        let mut taken = keys.accept.then_some(self.selected);
        if taken.is_none() {
            taken = self.popup(ui, word, keys.moved);
        }
        let item = self.items.get(taken?)?;
        let written = Written { range: self.word.clone(), insert: item.insert.clone(), back: item.back };
        self.close();
        Some(written)
    }

    fn popup(&mut self, ui: &Ui, word: Rect, moved: bool) -> Option<usize> {
        let popup_id = Id::unique("insights-completion");
        let width = WIDTH.min(ui.ctx().content_rect().width() - 24.0);
        let popup = Popup::new(popup_id, ui.ctx().clone(), word.expand2(vec2(0.0, 3.0)), ui.layer_id())
            .close_behavior(egui::PopupCloseBehavior::IgnoreClicks)
            .accessible_name("Suggestions")
            .width(width);
        let shown = popup.show(|ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing.y = 0.0;
            let height = (self.items.len() as f32 * ROW).min(HEIGHT);
            let list = scroll_up_to(height).auto_shrink([false, true]);
            let clicked = list.show(ui, |ui| self.rows(ui, moved)).inner;
            self.foot(ui);
            clicked
        });
        let pressed_outside = ui.input(|input| input.pointer.any_pressed())
            && ui.ctx().pointer_interact_pos().and_then(|at| ui.ctx().layer_id_at(at)) != Some(LayerId::new(Order::Foreground, popup_id));
        if pressed_outside {
            self.close();
        }
        shown.and_then(|shown| shown.inner)
    }

    fn rows(&self, ui: &mut Ui, moved: bool) -> Option<usize> {
        let mut clicked = None;
        for (index, item) in self.items.iter().enumerate() {
            let is_selected = index == self.selected;
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::CLICK);
            let name = format!("{} {}", item.kind.name(), item.name);
            response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, is_selected, &name));
            row(ui, rect, item, is_selected, &response);
            if is_selected && moved {
                response.scroll_to_me(None);
            }
            if response.clicked() {
                clicked = Some(index);
            }
        }
        clicked
    }

    /// What the selected one means, and the keys.
    fn foot(&self, ui: &mut Ui) {
        let theme = Theme::of(ui);
        let Some(item) = self.items.get(self.selected) else { return };
        ui.separator();
        ui.add_space(2.0);
        let what = if item.signature.is_empty() || item.kind == Kind::Field { item.name.clone() } else { item.signature.clone() };
        ui.add(egui::Label::new(RichText::new(what).text_style(text::mono_small()).color(theme.text)).truncate());
        let meaning = if item.kind == Kind::Field && !item.signature.is_empty() {
            format!("{}, for example {}", item.meaning, item.signature)
        } else {
            item.meaning.clone()
        };
        ui.add(egui::Label::new(RichText::new(meaning).small().color(theme.text2)).truncate());
        ui.label(
            RichText::new("Enter or Tab writes it · Esc closes · F1 explains the word at the cursor")
                .text_style(text::axis())
                .color(theme.text3),
        );
    }
}

/// Whether a letter was just written, or a begun word was cut, at the cursor.
fn wrote_a_word(ui: &Ui, text: &str, at: usize) -> bool {
    let begun = text[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '@' | '.'));
    let typed = ui.input(|input| input.events.iter().any(|event| matches!(event, Event::Text(_))));
    let cut = ui.input(|input| input.key_pressed(Key::Backspace) && input.modifiers == Modifiers::NONE);
    begun && (typed || cut)
}

fn row(ui: &Ui, rect: Rect, item: &Suggestion, is_selected: bool, response: &Response) {
    let (theme, painter) = (Theme::of(ui), ui.painter());
    if is_selected || response.hovered() {
        painter.rect_filled(rect, 4.0, if is_selected { theme.raised } else { theme.panel });
    }
    let kind_width = 70.0;
    let small = egui::TextStyle::Small.resolve(ui.style());
    let kind = painter.layout_no_wrap(item.kind.name().to_owned(), small.clone(), theme.text3);
    painter.galley(pos2(rect.left() + 6.0, rect.center().y - kind.size().y / 2.0), kind, theme.text3);
    let cut = |words: &str, font: egui::FontId, color, width: f32| {
        let mut job = egui::text::LayoutJob::simple_singleline(words.to_owned(), font, color);
        job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(10.0));
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    };
    let mono = egui::TextStyle::Monospace.resolve(ui.style());
    let name = cut(&item.name, mono, color(theme, ink(item.kind)), rect.width() * 0.52);
    let left = rect.left() + 6.0 + kind_width;
    let used = name.size().x;
    painter.galley(pos2(left, rect.center().y - name.size().y / 2.0), name, theme.text);
    let room = rect.right() - left - used - 18.0;
    let words = match item.kind {
        Kind::Field if !item.signature.is_empty() => format!("{} · {}", item.signature, item.meaning),
        _ => item.meaning.clone(),
    };
    let words = cut(&words, small, theme.text3, room - size::GAP);
    let at = pos2(rect.right() - words.size().x - 8.0, rect.center().y - words.size().y / 2.0);
    painter.galley(at, words, theme.text3);
}

/// The colour of a suggestion is that of the word in the query.
fn ink(kind: Kind) -> Highlight {
    match kind {
        Kind::Field => Highlight::Field,
        Kind::Command => Highlight::Command,
        Kind::Function | Kind::Aggregate => Highlight::Function,
        Kind::Keyword => Highlight::Keyword,
    }
}
