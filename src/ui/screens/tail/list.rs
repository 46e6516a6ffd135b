//! The lines, newest at the bottom: only those in sight are laid out, whatever the buffer holds.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Align2, Color32, FontId, Rect, RichText, Role, ScrollArea, Stroke, TextStyle, Ui, WidgetInfo, pos2, vec2};

use super::send;
use crate::app::settings::Settings;
use crate::app::tail::{Following, TailCommand, TailState};
use crate::app::{Commands, State};
use crate::base::clock::timestamp_ms;
use crate::base::text::{count, grouped, one_line};
use crate::logs::InvocationRecord;
use crate::logs::tail::{Lens, Line, TERMS, Tailed};
use crate::models;
use crate::ui::screens::logs::highlight;
use crate::ui::theme::{Theme, size, text};
use crate::ui::widgets::{Push, Selection, list_focus, row_sense};
use crate::ui::{format, icons};

/// Height of a line in points.
const LINE_HEIGHT: f32 = 22.0;
/// Bytes of a line that are looked at for the place that the search found.
const LOOKED_AT: usize = 16 << 10;
/// Characters of a line that are laid out.
const SHOWN: usize = 400;
/// Scrolled further than this from the end, the list stands still.
const SLACK: f32 = 2.0;

/// What the list keeps between frames.
#[derive(Debug, Default)]
pub struct ListMemory {
    offset: f32,
    rows_gone: u64,
    page: usize,
}

impl ListMemory {
    /// Draws the list and takes clicks and keys.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let tail = &state.tail;
        footer_room(ui, |ui| {
            let list = list_focus(ui, "tail", Role::List, "Log events as they arrive");
            let wish = if list.has_focus() { self.keys(ui, tail, commands) } else { None };
            if self.scrolled(ui, state, wish, commands) {
                list.request_focus();
            }
        });
        footer(ui, tail, commands);
    }

    /// Draws the lines in sight; tells whether one was clicked.
    fn scrolled(&mut self, ui: &mut Ui, state: &State, wish: Option<usize>, commands: &mut Commands) -> bool {
        let (tail, rows) = (&state.tail, state.tail.rows());
        ui.spacing_mut().item_spacing.y = 0.0;
        // The end that the list is put to lies beyond the one of the frame before: a rubber band would pull it back, and go on after it stands still.
        ui.spacing_mut().scroll.kinetic.rubber_band = false;
        let height = ui.available_height();
        let end = (rows as f32 * LINE_HEIGHT - height).max(0.0);
        let mut area = ScrollArea::vertical().id_salt("tail-lines").auto_shrink([false, false]);
        if let Some(offset) = self.wanted_offset(tail, wish, height, end) {
            area = area.vertical_scroll_offset(offset);
        }
        let by_hand = is_scrolled_by_hand(ui);
        let lines = Lines::new(ui, state);
        let mut clicked = None;
        let output = area.show_rows(ui, LINE_HEIGHT, rows, |ui, range| {
            for row in range {
                if let Some(number) = tail.number_at(row)
                    && lines.ui(ui, number)
                {
                    clicked = Some(number);
                }
            }
        });
        self.page = (height / LINE_HEIGHT) as usize;
        // Where it is drawn: the clamped one is of the frame before, when there were fewer lines.
        self.offset = output.state.unclamped_offset().y.max(0.0);
        self.rows_gone = tail.rows_gone();
        follow(tail, end - self.offset, by_hand, commands);
        if let Some(number) = clicked {
            let is_open = tail.selected == Some(number);
            send(commands, TailCommand::Open(Some(number).filter(|_| !is_open)));
        }
        clicked.is_some()
    }

    /// Where the list must be: at its end while it follows, at a row that the keyboard went to, or where it was while rows at its top went.
    fn wanted_offset(&self, tail: &TailState, wish: Option<usize>, height: f32, end: f32) -> Option<f32> {
        if let Some(row) = wish {
            let top = row as f32 * LINE_HEIGHT;
            return Some(self.offset.clamp((top + LINE_HEIGHT - height).max(0.0), top.max(0.0)));
        }
        if tail.view == Following::Newest {
            return Some(end);
        }
        let gone = tail.rows_gone().saturating_sub(self.rows_gone);
        (gone > 0).then(|| (self.offset - gone as f32 * LINE_HEIGHT).max(0.0))
    }

    /// Takes the keys of lists; gives the row to bring into sight.
    fn keys(&self, ui: &Ui, tail: &TailState, commands: &mut Commands) -> Option<usize> {
        let mut selection = Selection::default();
        if let Some(row) = tail.selected.and_then(|number| tail.row_of(number)) {
            selection.select(row);
        }
        let before = selection.cursor();
        let keys = selection.keys(ui, tail.rows(), self.page.saturating_sub(1));
        if keys.copy
            && let Some(Line::Event(tailed)) = tail.selected.and_then(|number| tail.shown.get(number)).map(AsRef::as_ref)
        {
            ui.copy_text(tailed.entry.line.to_string());
        }
        if selection.cursor() != before {
            send(commands, TailCommand::Follow(false));
            send(commands, TailCommand::Open(selection.cursor().and_then(|row| tail.number_at(row))));
        }
        keys.moved_to
    }
}

/// Whether a person scrolls with the wheel or the bar right now. Lines that come move the list too.
fn is_scrolled_by_hand(ui: &Ui) -> bool {
    let place = ui.available_rect_before_wrap();
    ui.input(|input| {
        let is_here = input.pointer.latest_pos().is_some_and(|at| place.contains(at));
        is_here && (input.smooth_scroll_delta().y != 0.0 || input.pointer.any_down())
    })
}

/// A person who scrolls up reads; one who comes back to the end follows again.
fn follow(tail: &TailState, from_end: f32, by_hand: bool, commands: &mut Commands) {
    match tail.view {
        Following::Newest if by_hand && from_end > SLACK => send(commands, TailCommand::Follow(false)),
        Following::Still { .. } if by_hand && from_end <= 0.5 && tail.selected.is_none() => send(commands, TailCommand::Follow(true)),
        _ => {}
    }
}

/// Leaves room for the footer below what `list` draws.
fn footer_room(ui: &mut Ui, list: impl FnOnce(&mut Ui)) {
    let room = vec2(ui.available_width(), (ui.available_height() - FOOTER).max(60.0));
    ui.allocate_ui(room, |ui| {
        ui.set_min_size(room);
        list(ui);
    });
}

/// Height of the row below the list.
const FOOTER: f32 = 34.0;

/// What waits, and the way to the newest line.
fn footer(ui: &mut Ui, tail: &TailState, commands: &mut Commands) {
    ui.horizontal(|ui| {
        ui.set_min_height(FOOTER - 6.0);
        if tail.paused {
            let dropped =
                if tail.waiting.dropped() > 0 { format!(", {} did not fit", grouped(tail.waiting.dropped())) } else { String::new() };
            let words = format!("Paused: {} wait{dropped}", count(tail.waiting.len() as u64, "event"));
            icons::icon(ui, icons::PAUSE, Theme::of(ui).warn.ink);
            ui.label(RichText::new(words).color(Theme::of(ui).warn.ink));
        } else {
            let theme = Theme::of(ui);
            let words = count(tail.shown.len() as u64, "line");
            ui.label(RichText::new(words).text_style(TextStyle::Small).color(theme.text3));
        }
        if tail.view != Following::Newest {
            let new = tail.new_rows();
            let words = if new > 0 { format!("Jump to latest ({} new)", grouped(new as u64)) } else { "Jump to latest".to_owned() };
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if ui.add(Push::secondary(&words).with_icon(icons::ARROW_DOWN)).clicked() {
                    send(commands, TailCommand::Follow(true));
                }
            });
        }
    });
}

/// What is the same for all lines of a frame.
struct Lines<'a> {
    tail: &'a TailState,
    settings: &'a Settings,
    lens: &'a Lens,
    theme: &'static Theme,
    mono: FontId,
    body: FontId,
    /// Whether lines say which group they are of.
    with_group: bool,
    narrow: bool,
}

impl<'a> Lines<'a> {
    fn new(ui: &Ui, state: &'a State) -> Self {
        let mono = text::mono_small().resolve(ui.style());
        Self {
            tail: &state.tail,
            settings: &state.settings,
            lens: &state.tail.look.lens,
            theme: Theme::of(ui),
            mono,
            body: TextStyle::Body.resolve(ui.style()),
            with_group: state.tail.followed.groups.len() > 1 && ui.available_width() > 900.0,
            narrow: ui.available_width() < 620.0,
        }
    }

    /// Draws one line; tells whether it was clicked.
    fn ui(&self, ui: &mut Ui, number: u64) -> bool {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE_HEIGHT), row_sense());
        let Some(line) = self.tail.shown.get(number) else { return false };
        let selected = self.tail.selected == Some(number);
        if selected || response.hovered() {
            ui.painter().rect_filled(rect, 0.0, if selected { self.theme.raised } else { self.theme.panel });
        }
        if selected {
            ui.painter().vline(rect.left() + 1.0, rect.y_range(), Stroke::new(2.0, self.theme.accent.ink));
        }
        match line.as_ref() {
            Line::Event(tailed) => {
                response.widget_info(|| WidgetInfo::selected(Role::Row, true, selected, name(tailed)));
                self.event(ui, rect, number, tailed);
            }
            Line::Break(words) => {
                response.widget_info(|| WidgetInfo::labeled(Role::Row, true, words.as_str()));
                self.gap(ui, rect, words);
            }
        }
        response.clicked() && line.event().is_some()
    }

    fn gap(&self, ui: &Ui, rect: Rect, words: &str) {
        let painter = ui.painter();
        let galley = painter.layout_no_wrap(words.to_owned(), FontId::proportional(text::AXIS), self.theme.text3);
        let x = rect.left() + 12.0;
        painter.hline(x + galley.size().x + 8.0..=rect.right() - 8.0, rect.center().y, Stroke::new(size::LINE, self.theme.line));
        painter.galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, self.theme.text3);
    }

    fn event(&self, ui: &Ui, rect: Rect, number: u64, tailed: &Tailed) {
        let mut x = rect.left() + 8.0;
        let at = format::time_ms(self.settings, timestamp_ms(tailed.entry.at_ms));
        x = self.cell(ui, rect, x, 88.0, &at, &self.mono, self.theme.text2);
        self.terms(ui, rect, x, number);
        x += if self.lens.terms.iter().all(String::is_empty) { 4.0 } else { TERMS as f32 * 8.0 + 6.0 };
        if self.with_group {
            x = self.cell(ui, rect, x, 130.0, &one_line(&tailed.group, 60), &self.body, self.theme.text3);
        }
        match tailed.entry.record() {
            Some(record) => self.invocation(ui, rect, x, tailed, record),
            None => self.words(ui, rect, x, &one_line(&tailed.entry.line, SHOWN), tailed, self.theme.text2),
        }
    }

    fn invocation(&self, ui: &Ui, rect: Rect, mut x: f32, tailed: &Tailed, record: &InvocationRecord) {
        let model = models::short_name(&record.model_id);
        x = self.cell(ui, rect, x, 96.0, &model, &self.body, self.theme.series(&record.model_id).color);
        if !self.narrow {
            self.tokens(ui, rect, x + 92.0, record);
            x += 104.0;
        }
        let (words, color) = match (&record.error_code, &record.prompt) {
            (Some(code), _) => (format!("{code}: the call failed"), self.theme.error.ink),
            (None, Some(prompt)) => (one_line(prompt, SHOWN), self.theme.text),
            (None, None) if record.input_path.is_some() => ("Body in S3".to_owned(), self.theme.text3),
            (None, None) => ("Text is not in the log".to_owned(), self.theme.text3),
        };
        self.words(ui, rect, x, &words, tailed, color);
    }

    /// Tokens in and out, at the right of their column.
    fn tokens(&self, ui: &Ui, rect: Rect, right: f32, record: &InvocationRecord) {
        let count = |tokens: Option<u64>| tokens.map_or("–".to_owned(), grouped);
        let words = format!("{} → {}", count(record.input_tokens), count(record.output_tokens));
        ui.painter().text(pos2(right, rect.center().y), Align2::RIGHT_CENTER, words, self.mono.clone(), self.theme.text2);
    }

    /// The numbers of the terms that occur anywhere in the event, each in its colour and at its place.
    fn terms(&self, ui: &Ui, rect: Rect, x: f32, number: u64) {
        for term in self.tail.look.terms_in(number) {
            let place = pos2(x + term as f32 * 8.0, rect.center().y);
            ui.painter().text(place, Align2::LEFT_CENTER, term + 1, self.mono.clone(), self.theme.series[term]);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a painter's call: where, what, how")]
    fn cell(&self, ui: &Ui, rect: Rect, x: f32, width: f32, words: &str, font: &FontId, color: Color32) -> f32 {
        let job = LayoutJob::simple_singleline(words.to_owned(), font.clone(), color);
        self.paint(ui, rect, x, width - 8.0, job);
        x + width
    }

    /// The rest of the line, with what is looked for marked.
    fn words(&self, ui: &Ui, rect: Rect, x: f32, preview: &str, tailed: &Tailed, color: Color32) {
        let line = beginning(&tailed.entry.line, LOOKED_AT);
        let shown = highlight::snippet(preview, line, self.lens.query());
        let job = self.marked(&shown, color);
        self.paint(ui, rect, x, rect.right() - x - 8.0, job);
    }

    fn marked(&self, words: &str, color: Color32) -> LayoutJob {
        let plain = TextFormat::simple(self.body.clone(), color);
        let mut job = LayoutJob::default();
        let mut end = 0;
        for (hit, term) in self.marks(words) {
            job.append(&words[end..hit.start], 0.0, plain.clone());
            job.append(&words[hit.clone()], 0.0, self.mark(&plain, term));
            end = hit.end;
        }
        job.append(&words[end..], 0.0, plain);
        job
    }

    /// Terms, and where there are none the hits of the search.
    fn marks(&self, words: &str) -> Vec<(std::ops::Range<usize>, Option<usize>)> {
        let mut marks: Vec<_> = self.lens.marks(words).into_iter().map(|(hit, term)| (hit, Some(term))).collect();
        let hits = self.lens.query().hits(words);
        let free: Vec<_> =
            hits.into_iter().filter(|hit| marks.iter().all(|(mark, _)| mark.end <= hit.start || hit.end <= mark.start)).collect();
        marks.extend(free.into_iter().map(|hit| (hit, None)));
        marks.sort_by_key(|(hit, _)| hit.start);
        marks
    }

    /// A term is underlined in its colour; a hit of the search has a ground of its own.
    fn mark(&self, plain: &TextFormat, term: Option<usize>) -> TextFormat {
        match term {
            Some(term) => {
                let color = self.theme.series[term];
                TextFormat { color, underline: Stroke::new(1.5, color), background: self.theme.raised, ..plain.clone() }
            }
            None => TextFormat { background: self.theme.accent.tint, color: self.theme.text, ..plain.clone() },
        }
    }

    fn paint(&self, ui: &Ui, rect: Rect, x: f32, width: f32, mut job: LayoutJob) {
        job.wrap = TextWrapping { max_width: width.max(8.0), max_rows: 1, break_anywhere: true, overflow_character: Some('…') };
        let galley = ui.painter().layout_job(job);
        ui.painter().galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, self.theme.text);
    }
}

/// What a screen reader says of a line.
fn name(tailed: &Tailed) -> String {
    match tailed.entry.record() {
        None => one_line(&tailed.entry.line, 80),
        Some(record) => {
            let outcome = record.error_code.as_deref().unwrap_or("ok");
            format!("{} {outcome}: {}", models::short_name(&record.model_id), one_line(record.prompt.as_deref().unwrap_or("no text"), 80))
        }
    }
}

/// The beginning of `line`, cut between characters.
fn beginning(line: &str, bytes: usize) -> &str {
    let end = (0..=line.len().min(bytes)).rev().find(|end| line.is_char_boundary(*end)).unwrap_or(0);
    &line[..end]
}
