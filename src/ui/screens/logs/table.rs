//! The list of records: only visible rows are drawn, selection is by row, copying reads the store.

use std::sync::Arc;

use egui::{RichText, Role, Sense, Stroke, TextStyle, TextWrapMode, Ui, WidgetInfo, WidgetText, pos2, vec2};
use egui_table::{AutoSizeMode, CellInfo, Column, HeaderCellInfo, HeaderRow, Table, TableDelegate};

use super::highlight;
use crate::app::logs::LogsCommand;
use crate::app::settings::Settings;
use crate::app::{Command, Commands, State};
use crate::base::clock::timestamp_ms;
use crate::base::text::{duration, grouped};
use crate::logs::query::Query;
use crate::logs::view::View;
use crate::logs::{Entry, InvocationRecord};
use crate::metrics::range::DAY_MS;
use crate::models;
use crate::ui::format;
use crate::ui::theme::{Theme, size, text};
use crate::ui::widgets::Selection;

/// The columns: name, width in points (`None` takes what is left), and whether numbers stand at the right.
const COLUMNS: [(&str, Option<f32>, bool); 8] = [
    ("Time", Some(112.0), false),
    ("Model", Some(104.0), false),
    ("Operation", Some(122.0), false),
    ("Status", Some(84.0), false),
    ("Prompt", None, false),
    ("In", Some(60.0), true),
    ("Out", Some(56.0), true),
    ("Latency", Some(68.0), true),
];

/// Columns that give way first where the place is narrow: In, Out, Operation, Status.
const GIVE_WAY: [usize; 4] = [2, 5, 6, 3];

/// Least width of the prompt before other columns give way.
const PROMPT_MIN: f32 = 200.0;

/// What the list keeps between frames.
#[derive(Debug, Default)]
pub struct TableMemory {
    revealed: u64,
    visible_rows: usize,
}

impl TableMemory {
    /// Draws the list and takes clicks and keys.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, query: &Query, commands: &mut Commands) {
        let id = ui.scope_id().with("records");
        let focus = ui.interact(ui.available_rect_before_wrap(), id, Sense::click());
        focus.widget_info(|| WidgetInfo::labeled(Role::Table, true, "Records"));
        let scroll_to = self.keys(ui, id, state, commands).or_else(|| self.wish(state));
        let columns = columns(ui.available_width());
        let mut table = Table::new().id_salt(("records", columns.len())).num_rows(state.logs.view.rows.len() as u64);
        table = table.headers([HeaderRow::new(24.0)]).auto_size_mode(AutoSizeMode::Always);
        table = table.columns(columns.iter().map(|column| sized(*column, ui.available_width(), &columns)).collect::<Vec<_>>());
        if let Some(row) = scroll_to {
            table = table.scroll_to_row(row as u64, None);
        }
        let mut rows = Rows::new(state, query, &columns);
        table.show(ui, &mut rows);
        self.visible_rows = rows.visible;
        if let Some((row, modifiers)) = rows.clicked {
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
        let view = &state.logs.view;
        let mut selection = state.logs.selection.clone();
        let keys = selection.keys(ui, view.rows.len(), self.visible_rows.saturating_sub(1));
        if keys.copy {
            ui.copy_text(lines(&selection, view));
        }
        if selection != state.logs.selection {
            commands.send(Command::Logs(LogsCommand::Select(selection)));
        }
        keys.moved_to
    }
}

/// The selected records as JSON lines.
fn lines(selection: &Selection, view: &View) -> String {
    selection.text(|row| view.entry(row).map(|entry| entry.line.to_string()).unwrap_or_default())
}

/// The columns that have place in `width` points.
fn columns(width: f32) -> Vec<usize> {
    let mut shown: Vec<usize> = (0..COLUMNS.len()).collect();
    for column in GIVE_WAY {
        let fixed: f32 = shown.iter().filter_map(|index| COLUMNS[*index].1).sum();
        if fixed + PROMPT_MIN <= width {
            break;
        }
        shown.retain(|index| *index != column);
    }
    shown
}

fn sized(index: usize, width: f32, columns: &[usize]) -> Column {
    let fixed: f32 = columns.iter().filter_map(|index| COLUMNS[*index].1).sum();
    let own = COLUMNS[index].1.unwrap_or_else(|| (width - fixed).max(120.0).floor());
    Column::new(own).range(own..=own).resizable(false)
}

/// Draws cells for the table.
struct Rows<'a> {
    view: &'a Arc<View>,
    selection: &'a Selection,
    settings: &'a Settings,
    query: &'a Query,
    columns: &'a [usize],
    with_date: bool,
    clicked: Option<(usize, egui::Modifiers)>,
    visible: usize,
}

impl<'a> Rows<'a> {
    fn new(state: &'a State, query: &'a Query, columns: &'a [usize]) -> Self {
        let logs = &state.logs;
        let with_date = logs.view.histogram.to_ms() - logs.view.histogram.from_ms > DAY_MS / 2;
        Self {
            view: &logs.view,
            selection: &logs.selection,
            settings: &state.settings,
            query,
            columns,
            with_date,
            clicked: None,
            visible: 0,
        }
    }

    fn cell(&self, ui: &Ui, entry: &Entry, column: usize) {
        match (column, entry.record()) {
            (0, _) => paint(ui, RichText::new(self.time(entry.at_ms)).monospace().color(Theme::of(ui).text2), false),
            (1, Some(record)) => words(ui, &models::short_name(&record.model_id), Theme::of(ui).series(&record.model_id).color),
            (2, Some(record)) => words(ui, short_operation(&record.operation), Theme::of(ui).text2),
            (3, record) => status(ui, record),
            (4, record) => self.prompt(ui, entry, record),
            (5, Some(record)) => number(ui, record.input_tokens.map(grouped).as_deref()),
            (6, Some(record)) => number(ui, record.output_tokens.map(grouped).as_deref()),
            (7, Some(record)) => number(ui, record.latency_ms.map(|ms| duration(std::time::Duration::from_millis(ms))).as_deref()),
            _ => {}
        }
    }

    fn time(&self, at_ms: i64) -> String {
        let at = timestamp_ms(at_ms);
        if self.with_date { format::custom(self.settings, at, "%m-%d %H:%M:%S") } else { format::time_ms(self.settings, at) }
    }

    fn prompt(&self, ui: &Ui, entry: &Entry, record: Option<&InvocationRecord>) {
        let theme = Theme::of(ui);
        let (preview, color) = match record {
            None => (&*entry.line, theme.text2),
            Some(InvocationRecord { prompt: Some(prompt), .. }) => (&**prompt, theme.text),
            Some(record) if record.input_path.is_some() => ("Body in S3", theme.text3),
            Some(record) if record.is_error() => ("Not logged: the call failed", theme.text3),
            Some(_) => ("Text is not in the log", theme.text3),
        };
        let preview: String = preview.chars().take(400).collect();
        let text = highlight::snippet(&preview, &entry.line, self.query);
        let font = TextStyle::Body.resolve(ui.style());
        paint(ui, highlight::marked(theme, &text, self.query, &font, color), false);
    }
}

impl TableDelegate for Rows<'_> {
    fn prepare(&mut self, info: &egui_table::PrefetchInfo) {
        self.visible = (info.visible_rows.end - info.visible_rows.start) as usize;
    }

    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        let (name, _, right) = COLUMNS[self.columns[cell.col_range.start]];
        let zone = if name == "Time" {
            format!(" ({})", format::zone_name(self.settings, timestamp_ms(self.view.histogram.from_ms)))
        } else {
            String::new()
        };
        let theme = Theme::of(ui);
        paint(ui, RichText::new(format!("{name}{zone}")).text_style(text::axis()).color(theme.text3), right);
        ui.painter().hline(ui.max_rect().x_range(), ui.max_rect().bottom(), Stroke::new(size::LINE, theme.line));
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
        } else if response.hovered() {
            ui.painter().rect_filled(rect, 0.0, theme.panel);
        }
        if self.selection.cursor() == Some(row) {
            ui.painter().vline(rect.left() + 1.0, rect.y_range(), Stroke::new(2.0, theme.accent.ink));
        }
        if let Some(entry) = self.view.entry(row) {
            response.widget_info(|| WidgetInfo::selected(Role::Row, true, selected, row_name(&entry)));
        }
        if response.clicked() {
            self.clicked = Some((row, ui.input(|input| input.modifiers)));
        }
    }

    fn cell_ui(&mut self, ui: &mut Ui, cell: &CellInfo) {
        let column = self.columns[cell.col_nr];
        if let Some(entry) = self.view.entry(cell.row_nr as usize) {
            self.cell(ui, &entry, column);
        }
    }

    fn default_row_height(&self) -> f32 {
        size::ROW
    }
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

/// Paints a cell's text, cut with an ellipsis. Painted, not added: the row has a name, and its cells are no widgets of their own.
fn paint(ui: &Ui, text: impl Into<WidgetText>, right: bool) {
    let rect = ui.max_rect().shrink2(vec2(8.0, 0.0));
    let galley = text.into().into_galley(ui, Some(TextWrapMode::Truncate), rect.width(), TextStyle::Body);
    let left = if right { rect.right() - galley.size().x } else { rect.left() };
    ui.painter().galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, Theme::of(ui).text);
}

fn words(ui: &Ui, words: &str, color: egui::Color32) {
    paint(ui, RichText::new(words).color(color), false);
}

fn number(ui: &Ui, value: Option<&str>) {
    let theme = Theme::of(ui);
    let color = if value.is_some() { theme.text } else { theme.text3 };
    paint(ui, RichText::new(value.unwrap_or("–")).monospace().color(color), true);
}

fn status(ui: &Ui, record: Option<&InvocationRecord>) {
    let theme = Theme::of(ui);
    match record {
        None => words(ui, "raw line", theme.text3),
        Some(InvocationRecord { error_code: Some(code), .. }) => words(ui, code.trim_end_matches("Exception"), theme.error.ink),
        Some(_) => words(ui, "ok", theme.text3),
    }
}

/// Operations as they fit a column.
fn short_operation(operation: &str) -> &str {
    match operation {
        "InvokeModelWithResponseStream" => "InvokeStream",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_give_way_to_the_prompt_where_it_is_narrow() {
        assert_eq!(columns(1_000.0).len(), COLUMNS.len());
        let narrow = columns(500.0);
        assert!(narrow.contains(&4) && narrow.contains(&0) && narrow.len() < COLUMNS.len());
        let fixed: f32 = columns(640.0).iter().filter_map(|index| COLUMNS[*index].1).sum();
        assert!(fixed + PROMPT_MIN <= 640.0);
    }
}
