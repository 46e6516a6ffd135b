//! Rows of a query as a table, for the screens that run queries: sorted by a click on a heading, columns as wide as one likes, cells copied, rows opened.

use std::fmt::Debug;
use std::hash::Hash;

use egui::{Event, Key, Modifiers, RichText, Role, Sense, Stroke, TextStyle, TextWrapMode, Ui, WidgetInfo, WidgetText, pos2, vec2};
use egui_table::{AutoSizeMode, CellInfo, Column, HeaderCellInfo, HeaderRow, Table, TableDelegate};

use crate::app::insights::export::{is_numeric, object};
use crate::app::settings::Settings;
use crate::base::text::one_line;
use crate::insights::Results;
use crate::ui::theme::{Theme, size, text};
use crate::ui::{format, icons};

/// Characters of a cell, and of its tooltip.
const SHOWN: usize = 240;
const TOOLTIP: usize = 2_000;
/// Width of a character in a cell, near enough to guess a column's width, and the narrowest and widest column.
const CHARACTER: f32 = 7.2;
const NARROWEST: f32 = 64.0;
const WIDEST: f32 = 460.0;
/// Rows that a column's width is guessed from.
const LOOKED_AT: usize = 50;

/// What the table keeps between frames, all of it about one run.
#[derive(Debug, Default)]
pub struct RowsView {
    /// The column by which rows are sorted, and whether the largest come first.
    sort: Option<(usize, bool)>,
    /// The rows in the order in which they are shown; empty is the answer's own.
    order: Vec<u32>,
    /// The cell of the keyboard: place among the shown rows, and column.
    cell: Option<(usize, usize)>,
    /// Whether its row is opened.
    is_open: bool,
    visible: usize,
}

impl RowsView {
    /// The row that is opened.
    pub fn opened(&self) -> Option<usize> {
        let (place, _) = self.cell.filter(|_| self.is_open)?;
        Some(self.order.get(place).map_or(place, |row| *row as usize))
    }

    /// Closes it.
    pub fn close(&mut self) {
        self.is_open = false;
    }

    /// The rows in the order in which they are shown.
    pub fn order(&self, results: &Results) -> Box<dyn Iterator<Item = usize> + '_> {
        if self.order.is_empty() { Box::new(0..results.rows.len()) } else { Box::new(self.order.iter().map(|row| *row as usize)) }
    }

    fn row(&self, place: usize) -> usize {
        self.order.get(place).map_or(place, |row| *row as usize)
    }

    /// By this column: smallest first, then largest, then as the query says.
    fn sort_by(&mut self, results: &Results, column: usize) {
        self.sort = match self.sort {
            Some((by, false)) if by == column => Some((column, true)),
            Some((by, true)) if by == column => None,
            _ => Some((column, false)),
        };
        self.cell = None;
        self.is_open = false;
        self.order = self.sort.map(|(column, descends)| sorted(results, column, descends)).unwrap_or_default();
    }

    /// Draws the rows of the run `of`; gives the row that the person opens.
    pub fn ui(&mut self, ui: &mut Ui, settings: &Settings, of: impl Hash + Debug, results: &Results) -> Option<usize> {
        let id = ui.scope_id().with("result-rows");
        let focus = ui.interact(ui.available_rect_before_wrap(), id, Sense::click());
        focus.widget_info(|| WidgetInfo::labeled(Role::Table, true, "Rows"));
        let before = self.cell;
        let entered = self.keys(ui, id, results);
        let moved = self.cell.filter(|_| self.cell != before);
        let mut table = Table::new().id_salt(("result-rows", of)).num_rows(results.rows.len() as u64);
        table = table.headers([HeaderRow::new(24.0)]).auto_size_mode(AutoSizeMode::Never);
        let widths = widths(results, ui.available_width());
        table = table.columns(widths.iter().map(|width| Column::new(*width).range(40.0..=2_000.0).resizable(true)).collect::<Vec<_>>());
        if let Some((place, column)) = moved {
            table = table.scroll_to_row(place as u64, None).scroll_to_column(column, None);
        }
        let mut cells = Cells::new(self, results, &widths, settings);
        table.show(ui, &mut cells);
        let (visible, clicked, heading, copied) = (cells.visible, cells.clicked, cells.heading, cells.copied);
        self.visible = visible;
        if let Some(column) = heading {
            self.sort_by(results, column);
        }
        if let Some(text) = copied {
            ui.copy_text(text);
        }
        if let Some(cell) = clicked {
            ui.memory_mut(|memory| memory.request_focus(id));
            self.cell = Some(cell);
            self.is_open = true;
        }
        let opens = clicked.is_some() || entered || (self.is_open && self.cell != before);
        self.cell.filter(|_| opens && self.is_open).map(|(place, _)| self.row(place))
    }

    /// Takes the keys while the table has the keyboard; tells whether the row of the keyboard is to be opened.
    fn keys(&mut self, ui: &Ui, id: egui::Id, results: &Results) -> bool {
        if !ui.memory(|memory| memory.has_focus(id)) {
            return false;
        }
        let arrows = egui::EventFilter { vertical_arrows: true, horizontal_arrows: true, ..egui::EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, arrows));
        let mut opens = false;
        for event in ui.input(|input| input.events.clone()) {
            match event {
                Event::Key { key: Key::Enter, pressed: true, modifiers: Modifiers::NONE, .. } => opens = self.cell.is_some(),
                Event::Key { key: Key::Escape, pressed: true, .. } => self.close(),
                Event::Key { key, pressed: true, modifiers: Modifiers::NONE, .. } => self.step(key, results),
                Event::Copy => ui.copy_text(self.copied(results)),
                _ => {}
            }
        }
        self.is_open |= opens;
        opens
    }

    fn step(&mut self, key: Key, results: &Results) {
        let (Some(last), Some(last_column)) = (results.rows.len().checked_sub(1), results.columns.len().checked_sub(1)) else { return };
        let (place, column) = self.cell.unwrap_or_default();
        let page = self.visible.saturating_sub(1).max(1);
        self.cell = Some(match key {
            _ if self.cell.is_none() && matches!(key, Key::ArrowDown | Key::ArrowUp | Key::ArrowLeft | Key::ArrowRight) => (0, 0),
            Key::ArrowDown => ((place + 1).min(last), column),
            Key::ArrowUp => (place.saturating_sub(1), column),
            Key::PageDown => ((place + page).min(last), column),
            Key::PageUp => (place.saturating_sub(page), column),
            Key::Home => (0, column),
            Key::End => (last, column),
            Key::ArrowLeft => (place, column.saturating_sub(1)),
            Key::ArrowRight => (place, (column + 1).min(last_column)),
            _ => return,
        });
    }

    /// The text of the cell of the keyboard.
    fn copied(&self, results: &Results) -> String {
        self.cell.and_then(|(place, column)| results.rows[self.row(place)].0[column].shown()).unwrap_or_default()
    }
}

/// The rows in the order of a column: numbers by size, else by their text; what is not there last.
fn sorted(results: &Results, column: usize, descends: bool) -> Vec<u32> {
    let numeric = is_numeric(results, column);
    let mut keyed: Vec<(u32, Option<String>, f64)> = results
        .rows
        .iter()
        .zip(0u32..)
        .map(|((values, _), row)| {
            let value = &values[column];
            let text = if value.is_null() || numeric { value.number().map(|_| String::new()) } else { value.shown() };
            (row, text, value.number().unwrap_or_default())
        })
        .collect();
    keyed.sort_by(|(_, a, x), (_, b, y)| match (a, b) {
        (Some(a), Some(b)) => {
            let order = if numeric { x.total_cmp(y) } else { a.cmp(b) };
            if descends { order.reverse() } else { order }
        }
        (a, b) => b.is_some().cmp(&a.is_some()),
    });
    keyed.into_iter().map(|(row, ..)| row).collect()
}

/// Columns as wide as their first values; what is left of the place goes to the widest.
fn widths(results: &Results, place: f32) -> Vec<f32> {
    let mut widths: Vec<f32> = (0..results.columns.len()).map(|column| width(results, column)).collect();
    let used: f32 = widths.iter().sum();
    if used < place
        && let Some(widest) = widths.iter_mut().max_by(|a, b| a.total_cmp(b))
    {
        *widest = (*widest + (place - used - 2.0)).min(900.0);
    }
    widths.into_iter().map(f32::round).collect()
}

/// Wide enough for the longest of the first values.
fn width(results: &Results, column: usize) -> f32 {
    let first = results.rows.iter().take(LOOKED_AT).filter_map(|(values, _)| values[column].shown());
    let longest = first.map(|shown| shown.chars().take(SHOWN).count()).max().unwrap_or(0).max(results.columns[column].chars().count() + 2);
    (longest as f32 * CHARACTER + 18.0).clamp(NARROWEST, WIDEST)
}

/// Draws cells for the table.
struct Cells<'a> {
    view: &'a RowsView,
    results: &'a Results,
    settings: &'a Settings,
    numeric: Vec<bool>,
    /// What columns begin with; the table measures them once.
    widths: &'a [f32],
    clicked: Option<(usize, usize)>,
    heading: Option<usize>,
    copied: Option<String>,
    visible: usize,
}

impl<'a> Cells<'a> {
    fn new(view: &'a RowsView, results: &'a Results, widths: &'a [f32], settings: &'a Settings) -> Self {
        let numeric = (0..results.columns.len()).map(|column| is_numeric(results, column)).collect();
        Self { view, results, settings, numeric, widths, clicked: None, heading: None, copied: None, visible: 0 }
    }

    /// What a right click offers.
    fn menu(&mut self, response: &egui::Response, row: usize, column: usize) {
        let results = self.results;
        response.context_menu(|ui| {
            if ui.button("Copy cell").clicked() {
                self.copied = results.rows[row].0[column].shown();
            }
            if ui.button("Copy row as JSON").clicked() {
                self.copied = serde_json::to_string(&object(results, row)).ok();
            }
            if ui.button("Copy column").clicked() {
                let values = (0..results.rows.len()).map(|place| results.rows[self.view.row(place)].0[column].shown().unwrap_or_default());
                self.copied = Some(values.collect::<Vec<_>>().join("\n"));
            }
        });
    }
}

impl TableDelegate for Cells<'_> {
    fn prepare(&mut self, info: &egui_table::PrefetchInfo) {
        self.visible = (info.visible_rows.end - info.visible_rows.start) as usize;
    }

    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        let (theme, column) = (Theme::of(ui), cell.col_range.start);
        if ui.is_sizing_pass() {
            ui.allocate_space(vec2(self.widths[column], 1.0));
            return;
        }
        let (rect, name) = (ui.max_rect(), &self.results.columns[column]);
        let response = ui.interact(rect.shrink2(vec2(4.0, 0.0)), ui.scope_id().with(("heading", column)), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, format!("Sort by {name}")));
        let color = if response.hovered() || response.has_focus() { theme.text } else { theme.text3 };
        let sort = self.view.sort.filter(|(by, _)| *by == column);
        let mut place = rect.shrink2(vec2(8.0, 0.0));
        if let Some((_, descends)) = sort {
            let icon = if descends { icons::ARROW_DOWN } else { icons::ARROW_UP };
            icon.paint(ui.painter(), pos2(place.right() - 6.0, rect.center().y), 12.0, theme.accent.ink);
            place.max.x -= 16.0;
        }
        paint(ui, place, RichText::new(name).text_style(text::axis()).color(color), self.numeric[column]);
        ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(size::LINE, theme.line));
        if response.clicked() {
            self.heading = Some(column);
        }
        response.on_hover_text(name);
    }

    fn row_ui(&mut self, ui: &mut Ui, row: u64) {
        let (theme, rect, place) = (Theme::of(ui), ui.max_rect(), row as usize);
        if self.view.cell.is_some_and(|(own, _)| own == place) {
            ui.painter().rect_filled(rect, 0.0, theme.raised);
        } else if ui.rect_contains_pointer(rect) {
            ui.painter().rect_filled(rect, 0.0, theme.panel);
        }
    }

    fn cell_ui(&mut self, ui: &mut Ui, cell: &CellInfo) {
        let (theme, place, column) = (Theme::of(ui), cell.row_nr as usize, cell.col_nr);
        if ui.is_sizing_pass() {
            return;
        }
        let row = self.view.row(place);
        let (rect, value) = (ui.max_rect(), &self.results.rows[row].0[column]);
        let shown = value.shown().map(|shown| format::masked(self.settings, &shown));
        let response = ui.interact(rect, ui.scope_id().with(("cell", place, column)), Sense::CLICK);
        let name = format!("{}: {}", self.results.columns[column], one_line(shown.as_deref().unwrap_or("nothing"), 80));
        response.widget_info(|| WidgetInfo::labeled(Role::Cell, true, &name));
        match &shown {
            Some(shown) => paint(
                ui,
                rect.shrink2(vec2(8.0, 0.0)),
                RichText::new(one_line(shown, SHOWN)).monospace().color(theme.text),
                self.numeric[column],
            ),
            None => paint(ui, rect.shrink2(vec2(8.0, 0.0)), RichText::new("–").monospace().color(theme.text3), self.numeric[column]),
        }
        if self.view.cell == Some((place, column)) {
            ui.painter().rect_stroke(rect.shrink(1.0), 2.0, Stroke::new(size::LINE, theme.accent.ink), egui::StrokeKind::Inside);
        }
        if response.clicked() {
            self.clicked = Some((place, column));
        }
        self.menu(&response, row, column);
        if let Some(shown) = shown.filter(|shown| shown.chars().count() as f32 * CHARACTER > rect.width() - 16.0) {
            response.on_hover_ui(|ui| {
                ui.set_max_width(560.0);
                let end = shown.char_indices().nth(TOOLTIP).map_or(shown.len(), |(at, _)| at);
                ui.label(RichText::new(&shown[..end]).text_style(text::mono_small()));
            });
        }
    }

    fn default_row_height(&self) -> f32 {
        size::ROW
    }
}

/// Paints a cell's text, cut with an ellipsis.
fn paint(ui: &Ui, rect: egui::Rect, text: RichText, right: bool) {
    let galley = WidgetText::from(text).into_galley(ui, Some(TextWrapMode::Truncate), rect.width(), TextStyle::Body);
    let left = if right { rect.right() - galley.size().x } else { rect.left() };
    ui.painter().galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, Theme::of(ui).text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insights::Value;

    fn results() -> Results {
        let row = |name: &str, n: Option<f64>| (vec![Value::Text(name.into()), n.map_or(Value::Null, Value::Number)], None);
        Results {
            columns: ["name", "n"].map(str::to_owned).to_vec(),
            rows: vec![row("b", Some(10.0)), row("a", Some(9.0)), row("c", None)],
            ..Results::default()
        }
    }

    #[test]
    fn a_heading_sorts_up_then_down_then_not() {
        let (mut view, results) = (RowsView::default(), results());
        view.sort_by(&results, 1);
        assert_eq!(view.order, [1, 0, 2]);
        view.sort_by(&results, 1);
        assert_eq!(view.order, [0, 1, 2], "what is not there stays last");
        view.sort_by(&results, 1);
        assert!(view.order.is_empty() && view.sort.is_none());
        view.sort_by(&results, 0);
        assert_eq!(view.order, [1, 0, 2]);
    }

    #[test]
    fn the_keyboard_walks_over_cells_and_copies_one() {
        let (mut view, results) = (RowsView::default(), results());
        view.step(Key::ArrowDown, &results);
        assert_eq!(view.cell, Some((0, 0)));
        view.step(Key::ArrowRight, &results);
        view.step(Key::End, &results);
        view.step(Key::ArrowUp, &results);
        assert_eq!((view.cell, view.copied(&results).as_str()), (Some((1, 1)), "9"));
    }

    #[test]
    fn columns_fill_the_place() {
        let all: f32 = widths(&results(), 600.0).iter().sum();
        assert!((590.0..=600.0).contains(&all), "{all}");
    }
}
