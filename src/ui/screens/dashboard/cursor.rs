//! One cursor and one choice of time for all plots: where the pointer is in one, a line stands in each.

use egui::{Rangef, Rect, Response, Ui};

use crate::app::dashboard::DashboardCommand;
use crate::app::{Command, Commands, State};

/// Drags shorter than this many points are clicks.
const LEAST_DRAG: f32 = 6.0;

/// The cursor and the drag, kept between frames.
#[derive(Debug, Default)]
pub struct Cursor {
    /// Inner rectangles of the plots in the last frame, all over the same time.
    plots: Vec<Rect>,
    /// Those of this frame.
    drawn: Vec<Rect>,
    /// The time of all plots, milliseconds since the epoch.
    from_ms: i64,
    to_ms: i64,
    /// Where the pointer is, milliseconds since the epoch.
    at_ms: Option<i64>,
    /// Where a drag began, milliseconds since the epoch.
    begun_ms: Option<i64>,
    /// A drag that ended in this frame.
    chosen: Option<(i64, i64)>,
}

impl Cursor {
    /// Before any plot is drawn: finds the moment under the pointer from where the plots were, so that every plot of this frame shows the same.
    pub fn begin(&mut self, ui: &Ui, state: &State) {
        (self.from_ms, self.to_ms) = state.dashboard.range.at(state.now.as_millisecond());
        if let Some(data) = state.dashboard.plots.iter().find_map(|plot| plot.value()) {
            (self.from_ms, self.to_ms) = (data.from_ms, data.to_ms);
        }
        // A little more than the time itself, so that the newest point is whole.
        self.to_ms += (self.to_ms - self.from_ms) / 80;
        let pointer = ui.input(|input| input.pointer.hover_pos()).filter(|pos| ui.clip_rect().contains(*pos));
        let under = pointer.and_then(|pos| self.plots.iter().find(|rect| rect.contains(pos)).map(|rect| (pos, *rect)));
        self.at_ms = under.map(|(pos, rect)| self.time(pos.x, rect.x_range()));
    }

    /// The time that all plots show, milliseconds since the epoch.
    pub fn bounds(&self) -> (i64, i64) {
        (self.from_ms, self.to_ms)
    }

    /// The moment under the pointer, in any plot.
    pub fn at_ms(&self) -> Option<i64> {
        self.at_ms
    }

    /// The time that is being dragged over.
    pub fn dragged(&self) -> Option<(i64, i64)> {
        let (begun, here) = (self.begun_ms?, self.at_ms?);
        Some((begun.min(here), begun.max(here)))
    }

    /// A plot was drawn in `rect`: takes drags over it.
    pub fn plot(&mut self, rect: Rect, response: &Response) {
        self.drawn.push(rect);
        let here = response.interact_pointer_pos().map(|pos| self.time(pos.x, rect.x_range()));
        if response.drag_started() {
            // A drag is known as one only after some points: it began where the button went down.
            let pressed = response.ctx.input(|input| input.pointer.press_origin());
            self.begun_ms = pressed.map(|pos| self.time(pos.x, rect.x_range()));
        }
        if response.drag_stopped() {
            let begun = self.begun_ms.take();
            let least = ((self.to_ms - self.from_ms) as f64 * f64::from(LEAST_DRAG / rect.width().max(1.0))) as i64;
            self.chosen = begun.zip(here).map(|(a, b)| (a.min(b), a.max(b))).filter(|(a, b)| b - a >= least);
        }
    }

    /// After all plots: zooms to a drag that has ended.
    pub fn end(&mut self, ui: &Ui, commands: &mut Commands) {
        self.plots = std::mem::take(&mut self.drawn);
        if ui.input(|input| input.key_pressed(egui::Key::Escape)) {
            self.begun_ms = None;
        }
        if let Some((from, to)) = self.chosen.take() {
            commands.send(Command::Dashboard(DashboardCommand::Zoom(from, to)));
        }
    }

    fn time(&self, x: f32, range: Rangef) -> i64 {
        let part = f64::from((x - range.min) / range.span().max(1.0)).clamp(0.0, 1.0);
        self.from_ms + (part * (self.to_ms - self.from_ms) as f64) as i64
    }
}
