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
    matches: usize,
    cursor: Option<usize>,
}

/// What a person did to a row.
enum Act {
    Choose,
    Switch,
    CopyPath,
    CopyValue,
}

impl JsonTree {
    /// Shows a value; `key` tells it from other values, so that folds are kept while it is shown and rows are built only once.
    pub fn show(&mut self, ui: &mut Ui, key: u64, value: &Value) {
        if self.key != Some(key) {
            self.key = Some(key);
            self.open = rows::first_open(value);
            self.cursor = None;
            self.rebuild(value);
        }
        self.tools(ui, value);
        if let Some((row, act)) = self.list(ui) {
            self.act(ui, value, row, &act);
        }
    }

    fn tools(&mut self, ui: &mut Ui, value: &Value) {
        ui.horizontal(|ui| {
            let field = Field::new("Search in the record", &mut self.query).hint("Search names and values").width(220.0).label_hidden();
            let searched = field.show(ui).changed();
            if !self.query.is_empty() {
                let words = if self.matches == 1 { "1 match".to_owned() } else { format!("{} matches", grouped(self.matches as u64)) };
                hint(ui, words);
            }
            if ui.add(Push::icon(icons::CHEVRONS_UP_DOWN, "Unfold everything").small()).clicked() {
                self.open = rows::all_open(value);
                self.rebuild(value);
            }
            if ui.add(Push::icon(icons::CHEVRONS_DOWN_UP, "Fold everything").small()).clicked() {
                self.open.clear();
                self.rebuild(value);
            }
            if searched {
                self.rebuild(value);
            }
        });
    }

    fn rebuild(&mut self, value: &Value) {
        (self.rows, self.matches) = build(value, &self.open, self.query.trim());
        self.cursor = self.cursor.filter(|row| *row < self.rows.len());
    }

    fn list(&mut self, ui: &mut Ui) -> Option<(usize, Act)> {
        let mut done = None;
        ui.spacing_mut().item_spacing.y = 0.0;
        let (scroll, keys) = self.keyboard(ui);
        let area = ScrollArea::vertical().id_salt("json-tree").auto_shrink([false, false]);
        let area = if let Some(offset) = scroll { area.vertical_scroll_offset(offset) } else { area };
        area.show_rows(ui, ROW, self.rows.len(), |ui, range| {
            for index in range {
                let row = &self.rows[index];
                if let Some(act) = row_ui(ui, row, self.cursor == Some(index), self.query.trim()) {
                    done = Some((index, act));
                }
            }
        });
        done.or(keys)
    }

    /// The tree is one stop of the Tab key; arrows walk in it. Returns where to scroll and what was asked.
    fn keyboard(&mut self, ui: &mut Ui) -> (Option<f32>, Option<(usize, Act)>) {
        let rect = ui.available_rect_before_wrap();
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
        (moved.map(|row| (row as f32 * ROW - rect.height() / 2.0).max(0.0)), act)
    }

    fn act(&mut self, ui: &Ui, value: &Value, index: usize, act: &Act) {
        self.cursor = Some(index);
        let Some(path) = self.rows.get(index).map(|row| row.path.clone()) else { return };
        match act {
            Act::Choose => {}
            Act::Switch => {
                if !self.open.remove(&path) {
                    self.open.insert(path);
                }
                self.rebuild(value);
            }
            Act::CopyPath => ui.copy_text(path),
            Act::CopyValue => ui.copy_text(rows::text_at(value, &path)),
        }
    }
}

fn row_ui(ui: &mut Ui, row: &Row, current: bool, query: &str) -> Option<Act> {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), row_sense());
    response.widget_info(|| WidgetInfo::selected(Role::TreeItem, true, current, format!("{} {}", row.name, row.value)));
    paint_row(ui, rect, row, current || response.hovered(), query);
    let response = if row.cut { response.on_hover_text(crate::base::text::one_line(&row.whole, TOOLTIP)) } else { response };
    let clicked = response.clicked().then_some(if row.foldable { Act::Switch } else { Act::Choose });
    menu(&response).or(clicked)
}

fn menu(response: &Response) -> Option<Act> {
    let mut act = None;
    response.context_menu(|ui| {
        if ui.button("Copy path").clicked() {
            act = Some(Act::CopyPath);
            ui.close();
        }
        if ui.button("Copy value").clicked() {
            act = Some(Act::CopyValue);
            ui.close();
        }
    });
    act
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
