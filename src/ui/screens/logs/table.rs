//! The list of records: only visible rows are drawn, selection is by row, copying reads the store.

use egui::{Role, Sense, Stroke, Ui, WidgetInfo};
use egui_table::{AutoSizeMode, CellInfo, Column, HeaderCellInfo, HeaderRow, Table, TableDelegate};

use super::cells::Cells;
use super::header::{Header, Shown};
use super::selected;
use crate::app::logs::work::MOST_COPIED;
use crate::app::logs::{Columns, Listed, LogsCommand};
use crate::app::{Command, Commands, State};
use crate::logs::Entry;
use crate::logs::query::Query;
use crate::logs::table_text::Shape;
use crate::metrics::range::DAY_MS;
use crate::models;
use crate::ui::theme::{Theme, size};
use crate::ui::widgets::Selection;

/// Columns of the usual set that give way first where the place is narrow.
const GIVE_WAY: [&str; 4] = ["operation", "in", "out", "result"];

/// Least width of the prompt before other columns give way.
const PROMPT_MIN: f32 = 200.0;

/// What the list keeps between frames.
#[derive(Debug, Default)]
pub struct TableMemory {
    revealed: u64,
    visible_rows: usize,
    header: Header,
}

impl TableMemory {
    /// Draws the list and takes clicks and keys.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, query: &Query, commands: &mut Commands) {
        let id = ui.scope_id().with("records");
        let focus = ui.interact(ui.available_rect_before_wrap(), id, Sense::click());
        focus.widget_info(|| WidgetInfo::labeled(Role::Table, true, "Records"));
        let walked_to = self.keys(ui, id, state, commands).map(|row| (row, None));
        // A row that was asked for comes with its neighbours.
        let scroll_to = walked_to.or_else(|| Some((self.wish(state)?, Some(egui::Align::Center))));
        let mut columns = shown(&state.settings.log_columns, ui.available_width());
        self.header.live_width(&mut columns);
        let listed = state.logs.listed();
        let mut table = Table::new().id_salt(("records", columns.len())).num_rows(listed.len() as u64);
        table = table.headers([HeaderRow::new(24.0)]).auto_size_mode(AutoSizeMode::Always);
        table = table.columns(columns.iter().map(sized).collect::<Vec<_>>());
        if let Some((row, align)) = scroll_to {
            table = table.scroll_to_row(row as u64, align);
        }
        let mut rows = Rows::new(state, query, &columns, &mut self.header);
        table.show(ui, &mut rows);
        let clicked = rows.clicked.take();
        self.visible_rows = rows.visible;
        if let Some(columns) = self.header.finish(ui, &state.settings.log_columns) {
            commands.send(Command::Logs(LogsCommand::SetColumns(columns)));
        }
        if let Some((row, modifiers)) = clicked {
            ui.memory_mut(|memory| memory.request_focus(id));
            let mut selection = state.logs.selection.clone();
            selection.click(row, modifiers);
            commands.send(Command::Logs(LogsCommand::Select(selection)));
        }
    }

    /// The row to bring into sight when the state asks for one anew.
    fn wish(&mut self, state: &State) -> Option<usize> {
        let reveal = state.logs.reveal;
        let is_new = reveal.number != self.revealed;
        self.revealed = reveal.number;
        is_new.then_some(reveal.row)
    }

    /// Takes the keys of lists while the list has the keyboard; gives the row to scroll to.
    fn keys(&self, ui: &Ui, id: egui::Id, state: &State, commands: &mut Commands) -> Option<usize> {
        if !ui.memory(|memory| memory.has_focus(id)) {
            return None;
        }
        let arrows = egui::EventFilter { vertical_arrows: true, ..egui::EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, arrows));
        let mut selection = state.logs.selection.clone();
        let keys = selection.keys(ui, state.logs.listed().len(), self.visible_rows.saturating_sub(1));
        if keys.copy {
            copy(ui, state, commands);
        }
        if selection != state.logs.selection {
            commands.send(Command::Logs(LogsCommand::Select(selection)));
        }
        keys.moved_to
    }
}

/// The selected records as JSON lines into the clipboard; what is too much for it goes to a file.
fn copy(ui: &Ui, state: &State, commands: &mut Commands) {
    if state.logs.selection.count() > MOST_COPIED {
        commands.send(Command::Logs(LogsCommand::Export { shape: Shape::Lines, selected: true }));
    } else {
        ui.copy_text(selected::text(&state.logs, &[], Shape::Lines));
    }
}

/// The columns that have place in `width` points: of the usual ones some give way, chosen ones all stay and the list scrolls.
fn shown(columns: &Columns, width: f32) -> Vec<Shown> {
    let mut shown: Vec<_> = columns.iter().enumerate().map(|(place, column)| Shown::of(place, column)).collect();
    let fixed = |shown: &[Shown]| shown.iter().filter(|column| !column.flexible).map(|column| column.width).sum::<f32>();
    if *columns == Columns::default() {
        for name in GIVE_WAY {
            if fixed(&shown) + PROMPT_MIN <= width {
                break;
            }
            shown.retain(|column| column.field.name() != name);
        }
    }
    let rest = (width - fixed(&shown)).max(PROMPT_MIN * 0.6).floor();
    shown.iter_mut().filter(|column| column.flexible).for_each(|column| column.width = rest);
    shown
}

/// The table remembers widths itself; a range of one width makes it keep to ours.
fn sized(column: &Shown) -> Column {
    Column::new(column.width).range(column.width..=column.width).id(egui::Id::unique(("log-column", column.field.name()))).resizable(false)
}

/// Draws cells for the table.
struct Rows<'a> {
    listed: Listed<'a>,
    anchor: Option<usize>,
    selection: &'a Selection,
    cells: Cells<'a>,
    columns: &'a [Shown],
    header: &'a mut Header,
    first_ms: i64,
    clicked: Option<(usize, egui::Modifiers)>,
    visible: usize,
}

impl<'a> Rows<'a> {
    fn new(state: &'a State, query: &'a Query, columns: &'a [Shown], header: &'a mut Header) -> Self {
        let logs = &state.logs;
        let with_date = logs.view.histogram.to_ms() - logs.view.histogram.from_ms > DAY_MS / 2;
        Self {
            listed: logs.listed(),
            anchor: logs.listed().anchor_row(),
            selection: &logs.selection,
            cells: Cells { settings: &state.settings, query, with_date },
            columns,
            header,
            first_ms: logs.view.histogram.from_ms,
            clicked: None,
            visible: 0,
        }
    }
}

impl TableDelegate for Rows<'_> {
    fn prepare(&mut self, info: &egui_table::PrefetchInfo) {
        self.visible = (info.visible_rows.end - info.visible_rows.start) as usize;
    }

    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        let column = &self.columns[cell.col_range.start];
        self.header.cell(ui, column, self.cells.settings, self.first_ms);
    }

    fn row_ui(&mut self, ui: &mut Ui, row: u64) {
        let (theme, rect, row) = (Theme::of(ui), ui.max_rect(), row as usize);
        if !ui.clip_rect().intersects(rect) || ui.clip_rect().width() < 1.0 {
            // The table also asks for the part of the row that lies in its frozen columns: there are none.
            return;
        }
        let selected = self.selection.contains(row);
        // Clickable, but no stop of the Tab key: the list is one.
        let response = ui.interact(rect, ui.scope_id().with("click"), Sense::CLICK);
        if selected {
            ui.painter().rect_filled(rect, 0.0, theme.raised);
        } else if self.anchor == Some(row) {
            ui.painter().rect_filled(rect, 0.0, theme.accent.tint);
        } else if response.hovered() {
            ui.painter().rect_filled(rect, 0.0, theme.panel);
        }
        if self.selection.cursor() == Some(row) {
            ui.painter().vline(rect.left() + 1.0, rect.y_range(), Stroke::new(2.0, theme.accent.ink));
        }
        if let Some(entry) = self.listed.entry(row) {
            response.widget_info(|| WidgetInfo::selected(Role::Row, true, selected, row_name(&entry)));
        }
        if response.clicked() {
            self.clicked = Some((row, ui.input(click_modifiers)));
        }
    }

    fn cell_ui(&mut self, ui: &mut Ui, cell: &CellInfo) {
        let column = &self.columns[cell.col_nr];
        if let Some(entry) = self.listed.entry(cell.row_nr as usize) {
            self.cells.paint(ui, &entry, &column.field);
        }
    }

    fn default_row_height(&self) -> f32 {
        size::ROW
    }
}

/// The keys that were held when the button went up: they may be released before the frame is drawn.
fn click_modifiers(input: &egui::InputState) -> egui::Modifiers {
    let released = input.events.iter().rev().find_map(|event| match event {
        egui::Event::PointerButton { pressed: false, modifiers, .. } => Some(*modifiers),
        _ => None,
    });
    released.unwrap_or(input.modifiers)
}

/// What a screen reader says of a row.
fn row_name(entry: &Entry) -> String {
    match entry.record() {
        None => format!("Line: {}", entry.line.chars().take(80).collect::<String>()),
        Some(record) => {
            let outcome = record.error_code.as_deref().unwrap_or("ok");
            let prompt: String = record.prompt.as_deref().unwrap_or("no text").chars().take(80).collect();
            format!("{} {outcome}: {prompt}", models::short_name(&record.model_id))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_columns_give_way_to_the_prompt_where_it_is_narrow() {
        let usual = Columns::default();
        let names = |width: f32| shown(&usual, width).iter().map(|column| column.field.name().to_owned()).collect::<Vec<_>>();
        assert_eq!(names(1_000.0).len(), usual.iter().len());
        let narrow = names(500.0);
        assert!(narrow.contains(&"prompt".to_owned()) && narrow.contains(&"time".to_owned()) && narrow.len() < usual.iter().len());
        let columns = shown(&usual, 640.0);
        assert!(columns.iter().map(|column| column.width).sum::<f32>() <= 640.0);
    }

    #[test]
    fn chosen_columns_all_stay() {
        let chosen = Columns::default().toggled("cost").resized(4, Some(300.0));
        assert_eq!(shown(&chosen, 300.0).len(), 9);
        assert_eq!(shown(&chosen, 300.0)[4].width, 300.0);
    }
}
