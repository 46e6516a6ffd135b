//! The frame around the screens: top bar, rail, the strip of the last AWS call, and what lies above them; also the shortcuts that work
//! everywhere.

mod keys;
mod rail;
mod strip;
mod top_bar;

use egui::{CentralPanel, Frame, Margin, Panel, Rect, Ui};

use super::overlays::{help, notices, palette::Palette, toasts};
use super::screens::{Screens, calls::CallsDrawer, logs};
use super::theme::{Theme, size};
use crate::app::{Commands, Screen, State};

/// Everything that is drawn, with what only drawing cares for.
#[derive(Debug, Default)]
pub struct Shell {
    screens: Screens,
    palette: Palette,
    calls: CallsDrawer,
}

impl Shell {
    /// Draws the whole window and collects what the person did.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, commands: &mut Commands) {
        keys::shortcuts(ui, state, commands);
        bar(ui, "top-bar", size::TOP_BAR, |ui| top_bar::ui(ui, state, commands));
        rail_panel(ui, state, commands);
        strip_panel(ui, state, commands);
        self.calls.panel(ui, state, commands);
        let (ground, room) = (Theme::of(ui).ground, ui.available_rect_before_wrap());
        CentralPanel::default().frame(Frame::new().fill(ground)).show(ui, |ui| self.screens.ui(ui, state, commands));
        // The playground takes files as attachments.
        if state.screen != Screen::Playground {
            logs::drop_target(ui, commands);
        }
        self.above(ui, state, room, commands);
    }

    fn above(&mut self, ui: &mut Ui, state: &State, room: Rect, commands: &mut Commands) {
        notices::ui(ui, state, commands);
        toasts::ui(ui, state, room, commands);
        help::ui(ui, state, commands);
        self.palette.ui(ui, state, commands);
    }
}

fn bar(ui: &mut Ui, id: &'static str, height: f32, content: impl FnOnce(&mut Ui)) {
    let frame = Frame::new().fill(Theme::of(ui).panel).inner_margin(Margin::symmetric(12, 0));
    Panel::top(id).exact_size(height).resizable(false).frame(frame).show(ui, |ui| {
        ui.horizontal_centered(content);
    });
}

fn rail_panel(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let wide = ui.available_width() >= size::RAIL_COLLAPSE_BELOW;
    let frame = Frame::new().fill(Theme::of(ui).panel).inner_margin(Margin::symmetric(8, 8));
    let width = if wide { size::RAIL } else { size::RAIL_ICONS };
    let id = if wide { "rail" } else { "rail-icons" };
    Panel::left(id).exact_size(width).resizable(false).frame(frame).show(ui, |ui| rail::ui(ui, state, commands, wide));
}

fn strip_panel(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let frame = Frame::new().fill(Theme::of(ui).panel).inner_margin(Margin::symmetric(8, 0));
    Panel::bottom("call-strip").exact_size(size::CALL_STRIP).resizable(false).frame(frame).show(ui, |ui| {
        ui.horizontal_centered(|ui| strip::ui(ui, state, commands));
    });
}
