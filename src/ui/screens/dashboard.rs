//! The Dashboard screen: numbers over the whole time, plots with one cursor and one choice of time, and tables, as the shown dashboard says.

pub mod axis;
mod calendar;
mod card;
mod controls;
mod cursor;
mod draw;
mod editor;
mod empty;
mod legend;
mod manage;
mod menu;
mod numbers;
mod picture;
mod plot;
mod prices;
mod request;
mod shot;
mod tables;
mod values;

use egui::{Align, Frame, Layout, Margin, Rect, ScrollArea, Ui, UiBuilder, pos2, vec2};

use super::logs::ModelNames;
use crate::app::dashboard::DashboardCommand;
use crate::app::{Command, Commands, State};
use crate::metrics::dashboard::edit::{Cell, layout};
use crate::metrics::dashboard::{COLUMNS, Widget};
use crate::ui::theme::size;

/// Below this width in points, widgets stand below each other.
const ONE_COLUMN: f32 = 620.0;

/// Height of a row of the grid, and the distance between widgets.
const ROW: f32 = 40.0;
const GAP: f32 = size::PAD;

/// What the screen keeps between frames.
#[derive(Debug, Default)]
pub struct DashboardScreen {
    cursor: cursor::Cursor,
    controls: controls::Controls,
    pictures: picture::Pictures,
    editor: editor::Editor,
    manage: manage::Manage,
    prices: prices::Prices,
    shot: shot::Shot,
}

/// What every part of the screen is drawn from.
#[derive(Clone, Copy)]
struct Scene<'a> {
    state: &'a State,
    names: &'a ModelNames,
}

impl DashboardScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if state.dashboard.due {
            commands.send(Command::Dashboard(DashboardCommand::RefreshDue));
        }
        let frame = Frame::new().inner_margin(Margin { left: 20, right: 12, top: 12, bottom: 0 });
        frame.show(ui, |ui| {
            let all = ScrollArea::vertical().auto_shrink([false, false]);
            // In a low window the controls scroll with the widgets: they would leave no room for a plot.
            if size::is_low(ui) {
                all.show(ui, |ui| {
                    self.head(ui, state, commands);
                    self.content(ui, state, commands);
                });
            } else {
                self.head(ui, state, commands);
                all.show(ui, |ui| self.content(ui, state, commands));
            }
        });
        self.overlays(ui, state, commands);
    }

    fn head(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        self.controls.ui(ui, state, &mut self.manage, commands);
        ui.add_space(size::GAP_SMALL);
    }

    fn overlays(&mut self, ui: &Ui, state: &State, commands: &mut Commands) {
        self.editor.ui(ui, state, commands);
        self.manage.ui(ui, state, commands);
        self.prices.ui(ui, state, commands);
        request::ui(ui, state, commands);
        self.shot.take(commands);
    }

    fn content(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        if empty::ui(ui, state, commands) {
            return;
        }
        ui.set_max_width(ui.available_width() - 8.0);
        let names = ModelNames::of(state.dashboard.models().into_iter());
        let scene = Scene { state, names: &names };
        empty::nothing_yet(ui, state, commands);
        if !state.dashboard.board.numbers.is_empty() {
            numbers::ui(ui, scene);
            ui.add_space(size::GAP);
        }
        self.widgets(ui, scene, commands);
        if state.dashboard.editing {
            self.editor.add_button(ui);
        }
        ui.add_space(size::GAP_LARGE);
    }

    fn widgets(&mut self, ui: &mut Ui, scene: Scene<'_>, commands: &mut Commands) {
        self.cursor.begin(ui);
        let board = &scene.state.dashboard.board;
        let narrow = ui.available_width() < ONE_COLUMN;
        let sizes = board.widgets.iter().map(|widget| (if narrow { COLUMNS } else { widget.width }, widget.height));
        let cells = layout(sizes);
        let rows = cells.iter().map(|cell| cell.y + u32::from(cell.height)).max().unwrap_or(0);
        let (whole, _) = ui.allocate_exact_size(vec2(ui.available_width(), rows as f32 * ROW), egui::Sense::hover());
        for cell in cells {
            let rect = place(whole, cell);
            // What is scrolled out of sight costs nothing.
            if ui.is_rect_visible(rect) {
                self.widget(ui, scene, rect, cell.index, &board.widgets[cell.index], commands);
            }
        }
        self.cursor.end(ui, commands);
    }

    fn widget(&mut self, ui: &mut Ui, scene: Scene<'_>, rect: Rect, index: usize, widget: &Widget, commands: &mut Commands) {
        let builder = UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Min)).id_salt(("widget", index));
        let mut ui = ui.new_child(builder);
        let mut tools = card::Tools {
            cursor: &mut self.cursor,
            pictures: &mut self.pictures,
            editor: &mut self.editor,
            shot: &mut self.shot,
            commands,
        };
        card::ui(&mut ui, scene, index, widget, rect, &mut tools);
    }
}

/// The rectangle of a cell in `whole`, in whole points.
fn place(whole: Rect, cell: Cell) -> Rect {
    let column = (whole.width() + GAP) / f32::from(COLUMNS);
    let min = pos2(whole.left() + f32::from(cell.x) * column, whole.top() + cell.y as f32 * ROW).round();
    let max = pos2(whole.left() + f32::from(cell.x + cell.width) * column - GAP, min.y + f32::from(cell.height) * ROW - GAP).round();
    Rect::from_min_max(min, max)
}

/// What the rail says beside the screen's name.
pub fn badge(_state: &State) -> Option<String> {
    None
}
