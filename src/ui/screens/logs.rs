//! The Logs screen: facets at the left, search, time and list in the middle, the opened record at the right.

mod cells;
mod columns;
mod comparison;
mod context;
pub(super) mod conversation;
pub(super) mod detail;
mod empty;
mod facets;
mod files;
mod header;
pub(super) mod highlight;
mod histogram;
mod names;
mod record_menu;
mod replay;
mod search;
mod selected;
mod table;
pub(super) mod toolbar;

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use crate::app::{Commands, Remote, State};
use crate::base::text::grouped;
use crate::logs::filter::Filter;
use crate::logs::query::Query;
use crate::ui::theme::Theme;

pub use files::drop_target;
pub(super) use names::ModelNames;
pub(super) use toolbar::failure;

/// Below this width in points facets are folded away and the opened record takes the whole place.
const NARROW: f32 = 860.0;

/// What the screen keeps between frames.
#[derive(Debug, Default)]
pub struct LogsScreen {
    facets: facets::Facets,
    histogram: histogram::Brush,
    table: table::TableMemory,
    detail: detail::DetailView,
    comparison: comparison::ComparisonView,
    columns: columns::Chooser,
    files: files::Opener,
    asked: Asked,
}

/// The filter and what is made of it once, not each time it is drawn.
#[derive(Debug, Default)]
struct Asked {
    filter: Option<Filter>,
    query: Query,
    insights: String,
    /// The same with a line for each command.
    lines: String,
    /// What Logs Insights judges otherwise.
    only_here: Vec<String>,
}

impl Asked {
    fn keep_up(&mut self, filter: &Filter) {
        if self.filter.as_ref() != Some(filter) {
            let (query, insights) = (Query::new(&filter.text), filter.insights());
            let time = if filter.range.is_some() { "\n(the chosen time is given beside the text)" } else { "" };
            let (lines, only_here) = (format!("{}{time}", insights.replace(" | ", "\n| ")), query.only_here());
            *self = Self { filter: Some(filter.clone()), query, insights, lines, only_here };
        }
    }
}

impl LogsScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        self.asked.keep_up(&state.logs.filter);
        let narrow = ui.available_width() < NARROW;
        let side_open = state.logs.detail.is_some() || is_comparing(state);
        if narrow && side_open {
            side(ui, 14).show(ui, |ui| self.side_ui(ui, state, commands));
            return;
        }
        if self.facets.shown(narrow) {
            let frame = side(ui, 12);
            Panel::left("log-facets").exact_size(208.0).resizable(false).frame(frame).show(ui, |ui| self.facets.ui(ui, state, commands));
        }
        if side_open {
            let width = (ui.available_width() * 0.4).clamp(300.0, 396.0);
            let frame = side(ui, 14);
            Panel::right("log-detail").resizable(true).default_size(width).size_range(280.0..=900.0).frame(frame).show(ui, |ui| {
                self.side_ui(ui, state, commands);
            });
        }
        let frame = Frame::new().inner_margin(Margin { left: 14, right: 14, top: 12, bottom: 0 });
        CentralPanel::default().frame(frame).show(ui, |ui| self.records(ui, state, commands, narrow));
    }

    /// The comparison while there is one, else the opened record.
    fn side_ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if is_comparing(state) {
            self.comparison.ui(ui, state, commands);
        } else {
            self.detail.ui(ui, state, &self.asked.query, commands);
        }
    }

    fn records(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands, narrow: bool) {
        toolbar::waiting_link(ui, state, commands);
        toolbar::awaited(ui, state, commands);
        toolbar::ui(ui, state, commands, (&mut self.facets, &mut self.files), narrow);
        search::remarks(ui, &self.asked.query);
        files::banner(ui, state, commands);
        toolbar::loading(ui, state, commands);
        toolbar::export(ui, state, commands);
        if empty::ui(ui, state, commands) {
            return;
        }
        let around = state.logs.context.is_some() && context::ui(ui, state, commands);
        if !around {
            self.histogram.ui(ui, state, commands);
        }
        let columns = &mut self.columns;
        toolbar::insights(ui, &self.asked, commands, |ui, commands| {
            columns.ui(ui, state, commands);
            selected::export_menu(ui, state, commands);
        });
        selected::ui(ui, state, commands);
        if state.logs.listed().is_empty() && !state.logs.is_searching() {
            empty::no_match(ui, commands);
            return;
        }
        self.table.ui(ui, state, &self.asked.query, commands);
    }
}

fn is_comparing(state: &State) -> bool {
    !matches!(state.logs.work.comparison, Remote::NotAsked)
}

fn side(ui: &Ui, margin: i8) -> Frame {
    Frame::new().fill(Theme::of(ui).panel).inner_margin(Margin::symmetric(margin, 12))
}

/// What the rail says beside the screen's name: how many records are loaded.
pub fn badge(state: &State) -> Option<String> {
    let count = state.logs.store.len() as u64;
    (count > 0).then(|| if count < 10_000 { grouped(count) } else { format!("{} k", grouped(count / 1_000)) })
}
