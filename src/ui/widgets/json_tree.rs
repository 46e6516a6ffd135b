//! A JSON value as a tree: folded and unfolded, searched, copied by path or by part; only visible rows are drawn.

mod rows;

use std::collections::HashSet;

use egui::{Align2, Key, Modifiers, Rect, Response, Role, ScrollArea, TextStyle, Ui, WidgetInfo, pos2, vec2};
use serde_json::Value;

use self::rows::{Kind, Row, build};
use super::button::Push;
use super::field::Field;
use super::label::hint;
use super::list_focus::{list_focus, row_sense};
use crate::base::text::grouped;
use crate::ui::icons;
use crate::ui::theme::Theme;

const ROW: f32 = 20.0;
const INDENT: f32 = 16.0;
/// Longer values are cut in their row and shown whole when the pointer rests on them, up to this many characters.
const TOOLTIP: usize = 4_000;

/// What a tree keeps between frames.
#[derive(Debug, Default)]
pub struct JsonTree {
    /// Whose value the rows are of.
    key: Option<u64>,
    open: HashSet<String>,
    query: String,
    rows: Vec<Row>,
    /// The rows that the search found.
    found: Vec<usize>,
    cursor: Option<usize>,
    /// A row to bring into sight with the next frame.
    reveal: Option<usize>,
    /// Whether there are no columns beside the tree.
    is_alone: bool,
}

/// What a person wants of a single value beyond the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonWish {
    /// Only records with this value.
    Only {
        /// Path of the value.
        path: String,
        /// The value as text.
        value: String,
    },
    /// No records with this value.
    Without {
        /// Path of the value.
        path: String,
        /// The value as text.
        value: String,
    },
    /// A column for this path.
    Column(String),
}

/// What a person did to a row.
enum Act {
    Choose,
    Switch,
    CopyPath,
    CopyValue,
    Only,
    Without,
    Column,
}

impl JsonTree {
    /// Shows a value; `key` tells it from other values, so that folds are kept while it is shown and rows are built only once.
    ///
    /// Tells what a person wants of a value that is not the tree's to do.
    pub fn show(&mut self, ui: &mut Ui, key: u64, value: &Value) -> Option<JsonWish> {
        if self.key != Some(key) {
            self.key = Some(key);
            self.open = rows::first_open(value);
            self.cursor = None;
            self.rebuild(value);
        }
        self.tools(ui, value);
        let (row, act) = self.list(ui)?;
        self.act(ui, value, row, &act)
    }

    /// Offers no columns: there is no list beside the tree that could show them.
    pub fn alone(&mut self) -> &mut Self {
        self.is_alone = true;
        self
    }

    fn tools(&mut self, ui: &mut Ui, value: &Value) {
        ui.horizontal_wrapped(|ui| {
            let field = Field::new("Search in the record", &mut self.query).hint("Search names and values").width(180.0).label_hidden();
            let response = field.show(ui);
            let entered =
                response.lost_focus().then(|| ui.input(|input| input.key_pressed(Key::Enter).then_some(input.modifiers.shift))).flatten();
            if response.changed() {
                self.rebuild(value);
                self.cursor = None;
                self.go(false);
            }
            if !self.query.trim().is_empty() {
                self.matches(ui);
            }
            if let Some(back) = entered {
                self.go(back);
                response.request_focus();
            }
            self.folds(ui, value);
        });
    }

    /// Which match is looked at, and the way to the others.
    fn matches(&mut self, ui: &mut Ui) {
        let place = self.cursor.and_then(|cursor| self.found.binary_search(&cursor).ok());
        let words = match (place, self.found.len()) {
            (_, 0) => "No match".to_owned(),
            (Some(place), len) => format!("{} of {}", grouped(place as u64 + 1), grouped(len as u64)),
            (None, 1) => "1 match".to_owned(),
            (None, len) => format!("{} matches", grouped(len as u64)),
        };
        hint(ui, words);
        let any = !self.found.is_empty();
        if ui.add(Push::icon(icons::CHEVRON_UP, "Previous match").small().enabled(any)).clicked() {
            self.go(true);
        }
        if ui.add(Push::icon(icons::CHEVRON_DOWN, "Next match").small().enabled(any)).clicked() {
            self.go(false);
        }
    }

    fn folds(&mut self, ui: &mut Ui, value: &Value) {
        if ui.add(Push::icon(icons::CHEVRONS_UP_DOWN, "Unfold everything").small()).clicked() {
            self.open = rows::all_open(value);
            self.rebuild(value);
        }
        if ui.add(Push::icon(icons::CHEVRONS_DOWN_UP, "Fold everything").small()).clicked() {
            self.open.clear();
            self.rebuild(value);
        }
    }

    /// To the next match, or the one before; from the last one on to the first.
    fn go(&mut self, back: bool) {
        let at = self.cursor;
        let next = if back {
            self.found.iter().rev().find(|row| at.is_some_and(|at| **row < at)).or(self.found.last())
        } else {
            self.found.iter().find(|row| at.is_none_or(|at| **row > at)).or(self.found.first())
        };
        if let Some(row) = next.copied() {
            self.cursor = Some(row);
            self.reveal = Some(row);
        }
    }

    fn rebuild(&mut self, value: &Value) {
        self.rows = build(value, &self.open, self.query.trim()).0;
        self.found = (0..self.rows.len()).filter(|row| self.rows[*row].matches).collect();
        self.cursor = self.cursor.filter(|row| *row < self.rows.len());
    }

    fn list(&mut self, ui: &mut Ui) -> Option<(usize, Act)> {
        let mut done = None;
        ui.spacing_mut().item_spacing.y = 0.0;
        let height = ui.available_height();
        let (moved, keys) = self.keyboard(ui);
        let scroll = moved.or(self.reveal.take()).map(|row| (row as f32 * ROW - height / 2.0).max(0.0));
        let area = ScrollArea::vertical().id_salt("json-tree").auto_shrink([false, false]);
        let area = if let Some(offset) = scroll { area.vertical_scroll_offset(offset) } else { area };
        area.show_rows(ui, ROW, self.rows.len(), |ui, range| {
            for index in range {
                let row = &self.rows[index];
                if let Some(act) = row_ui(ui, row, self.cursor == Some(index), self.query.trim(), self.is_alone) {
                    done = Some((index, act));
                }
            }
        });
        done.or(keys)
    }

    /// The tree is one stop of the Tab key; arrows walk in it. Returns the row walked to and what was asked.
    fn keyboard(&mut self, ui: &mut Ui) -> (Option<usize>, Option<(usize, Act)>) {
        let response = list_focus(ui, "json-tree", Role::Tree, "Record as a tree");
        if !response.has_focus() || self.rows.is_empty() {
            return (None, None);
        }
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let last = self.rows.len() - 1;
        let moved = match self.cursor {
            _ if pressed(Key::ArrowDown) => Some(self.cursor.map_or(0, |row| (row + 1).min(last))),
            _ if pressed(Key::ArrowUp) => Some(self.cursor.map_or(last, |row| row.saturating_sub(1))),
            _ => None,
        };
        self.cursor = moved.or(self.cursor);
        let switch = [Key::Enter, Key::Space, Key::ArrowLeft, Key::ArrowRight].into_iter().any(pressed);
        let act = self.cursor.filter(|_| switch).map(|row| (row, Act::Switch));
        let copied = ui.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Copy)));
        let copy = self.cursor.filter(|_| copied).map(|row| (row, Act::CopyValue));
        (moved, act.or(copy))
    }

    fn act(&mut self, ui: &Ui, value: &Value, index: usize, act: &Act) -> Option<JsonWish> {
        self.cursor = Some(index);
        let path = self.rows.get(index).map(|row| row.path.clone())?;
        match act {
            Act::Choose => {}
            Act::Switch => self.switch(value, path),
            Act::CopyPath => ui.copy_text(crate::logs::path::quoted(&path).into_owned()),
            Act::CopyValue => ui.copy_text(rows::text_at(value, &path)),
            Act::Only => return Some(JsonWish::Only { value: rows::text_at(value, &path), path }),
            Act::Without => return Some(JsonWish::Without { value: rows::text_at(value, &path), path }),
            Act::Column => return Some(JsonWish::Column(path)),
        }
        None
    }

    fn switch(&mut self, value: &Value, path: String) {
        if !self.open.remove(&path) {
            self.open.insert(path);
        }
        self.rebuild(value);
    }
}

fn row_ui(ui: &mut Ui, row: &Row, current: bool, query: &str, is_alone: bool) -> Option<Act> {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), row_sense());
    response.widget_info(|| WidgetInfo::selected(Role::TreeItem, true, current, format!("{} {}", row.name, row.value)));
    paint_row(ui, rect, row, current || response.hovered(), query);
    let response = if row.cut { response.on_hover_text(crate::base::text::one_line(&row.whole, TOOLTIP)) } else { response };
    let clicked = response.clicked().then_some(if row.foldable { Act::Switch } else { Act::Choose });
    menu(&response, row, is_alone).or(clicked)
}

fn menu(response: &Response, row: &Row, is_alone: bool) -> Option<Act> {
    let copy = [("Copy path", Act::CopyPath), (if row.foldable { "Copy subtree" } else { "Copy value" }, Act::CopyValue)];
    let filter = [("Filter for this value", Act::Only), ("Leave out this value", Act::Without), ("Show as a column", Act::Column)];
    let is_single = row.kind != Kind::Container && row.value != "null";
    let mut act = None;
    response.context_menu(|ui| {
        for (words, choice) in
            copy.into_iter().chain(filter.into_iter().filter(|(_, act)| is_single && !(is_alone && matches!(act, Act::Column))))
        {
            let button = ui.button(words);
            let button = if let Some(text) = stands_for(row, &choice) { button.on_hover_text(text) } else { button };
            if button.clicked() {
                act = Some(choice);
                ui.close();
            }
        }
    });
    act
}

/// The text of Logs Insights that a choice stands for.
fn stands_for(row: &Row, choice: &Act) -> Option<String> {
    let value = if row.cut { &row.whole } else { &row.value };
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    let wanted = match choice {
        Act::Only => true,
        Act::Without => false,
        _ => return None,
    };
    let term = crate::logs::query::exactly(&row.path, value, wanted);
    Some(crate::logs::query::Query::new(&term).insights().trim_start_matches(" | ").to_owned())
}

fn paint_row(ui: &Ui, rect: Rect, row: &Row, lit: bool, query: &str) {
    let theme = Theme::of(ui);
    let painter = ui.painter_at(rect);
    if lit {
        painter.rect_filled(rect, 3, theme.raised);
    }
    let y = rect.center().y;
    let x = (row.depth as f32).mul_add(INDENT, rect.left() + 8.0);
    if row.foldable {
        let icon = if row.open { icons::CHEVRON_DOWN } else { icons::CHEVRON_RIGHT };
        icon.paint(&painter, pos2(x, y), 14.0, theme.text3);
    }
    let font = TextStyle::Monospace.resolve(ui.style());
    let name = painter.text(pos2(x + 12.0, y), Align2::LEFT_CENTER, &row.name, font.clone(), theme.series_at(0));
    let value = painter.layout_no_wrap(row.value.clone(), font, value_color(theme, row.kind));
    let place = Rect::from_min_size(pos2(name.right() + 10.0, y - value.size().y / 2.0), value.size());
    if !query.is_empty() && row.matches {
        painter.rect_filled(place.expand(2.0).intersect(rect), 3, theme.accent.tint);
    }
    painter.galley(place.min, value, theme.text);
}

fn value_color(theme: &Theme, kind: Kind) -> egui::Color32 {
    match kind {
        Kind::Text => theme.ok.ink,
        Kind::Number => theme.warn.ink,
        Kind::Word => theme.series_at(3),
        Kind::Container => theme.text3,
    }
}
