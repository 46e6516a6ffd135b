//! The Live Tail screen: what is followed above, lines as they arrive below, the opened one at the right, queries over them at the bottom.

mod ask;
mod controls;
mod detail;
mod empty;
mod help;
mod list;
mod look;
mod status;

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use crate::app::tail::{Phase, TailCommand};
use crate::app::{Command, Commands, State};
use crate::base::text::grouped;
use crate::ui::theme::{Theme, size};

/// Below this width in points the opened line takes the whole place.
const NARROW: f32 = 860.0;

/// What the screen keeps between frames.
#[derive(Debug, Default)]
pub struct TailScreen {
    list: list::ListMemory,
    detail: detail::DetailView,
    ask: ask::AskView,
}

fn send(commands: &mut Commands, command: TailCommand) {
    commands.send(Command::Tail(command));
}

impl TailScreen {
    /// Draws the screen.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        let (narrow, open) = (ui.available_width() < NARROW, state.tail.detail.is_some());
        let panel = Frame::new().fill(Theme::of(ui).panel).inner_margin(Margin::symmetric(14, 12));
        if narrow && open {
            panel.show(ui, |ui| self.detail.ui(ui, state, commands));
            return;
        }
        if open {
            let width = (ui.available_width() * 0.4).clamp(300.0, 400.0);
            Panel::right("tail-detail").resizable(true).default_size(width).size_range(280.0..=900.0).frame(panel).show(ui, |ui| {
                self.detail.ui(ui, state, commands);
            });
        }
        if state.tail.ask.open {
            let height = (ui.available_height() * 0.4).clamp(140.0, 320.0);
            let frame = Frame::new().fill(Theme::of(ui).panel).inner_margin(Margin::symmetric(14, 8));
            Panel::bottom("tail-ask").resizable(true).default_size(height).size_range(120.0..=700.0).frame(frame).show(ui, |ui| {
                // The rows take the height that is left: a panel as high as what stands above them would leave none.
                ui.set_min_height(ui.available_height());
                self.ask.ui(ui, state, commands);
            });
        }
        let frame = Frame::new().inner_margin(Margin { left: 14, right: 14, top: 10, bottom: 0 });
        CentralPanel::default().frame(frame).show(ui, |ui| self.lines(ui, state, commands));
    }

    fn lines(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        ui.spacing_mut().item_spacing.y = if size::is_low(ui) { size::GAP_SMALL } else { 6.0 };
        controls::ui(ui, state, commands);
        look::ui(ui, state, commands);
        status::ui(ui, state, commands);
        if empty::ui(ui, state, commands) {
            return;
        }
        self.list.ui(ui, state, commands);
    }
}

/// What the rail says beside the screen's name: that a tail runs, and what waits.
pub fn badge(state: &State) -> Option<String> {
    let tail = &state.tail;
    match tail.phase {
        Phase::Live if tail.paused => Some(format!("{} wait", grouped(tail.waiting.len() as u64))),
        Phase::Live => Some("live".to_owned()),
        Phase::Starting | Phase::Waiting { .. } => Some("…".to_owned()),
        Phase::Idle | Phase::Ended(_) => None,
    }
}
