//! One cursor and one choice of time for all plots: where the pointer is in one, a line stands in each.

use egui::{Key, Rangef, Rect, Response, Ui};

use crate::app::dashboard::DashboardCommand;
use crate::app::{Command, Commands};

/// Drags shorter than this many points are clicks.
const LEAST_DRAG: f32 = 6.0;

/// The span of time that a plot shows, milliseconds since the epoch.
pub type Span = (i64, i64);

/// The cursor and the drag, kept between frames.
#[derive(Debug, Default)]
pub struct Cursor {
    /// Inner rectangles of the plots in the last frame with the time that each shows and its period.
    plots: Vec<(Rect, Span, i64)>,
    /// Those of this frame.
    drawn: Vec<(Rect, Span, i64)>,
    /// Where the pointer is, milliseconds since the epoch.
    at_ms: Option<i64>,
    /// Where the keyboard has put the cursor, milliseconds since the epoch.
    keyed_ms: Option<i64>,
    /// The period that was under the pointer last.
    period: Option<Span>,
    /// Where a drag began, milliseconds since the epoch.
    begun_ms: Option<i64>,
    /// A drag that ended in this frame.
    chosen: Option<Span>,
}

impl Cursor {
    /// Before any plot is drawn: finds the moment under the pointer from where the plots were, so that every plot of this frame shows the same.
    pub fn begin(&mut self, ui: &Ui) {
        let pointer = ui.input(|input| input.pointer.hover_pos()).filter(|pos| ui.clip_rect().contains(*pos));
        let over = |pos: egui::Pos2| ui.ctx().layer_id_at(pos).is_none_or(|layer| layer == ui.layer_id());
        let pointer = pointer.filter(|pos| over(*pos));
        let under = pointer.and_then(|pos| self.plots.iter().find(|(rect, ..)| rect.contains(pos)).map(|plot| (pos, *plot)));
        self.at_ms = under.map(|(pos, (rect, span, _))| time(pos.x, rect.x_range(), span)).or(self.keyed_ms);
        if let Some((at, (_, _, period))) = self.at_ms.zip(under.map(|(_, plot)| plot)) {
            let begin = at.div_euclid(period) * period;
            (self.period, self.keyed_ms) = (Some((begin, begin + period)), None);
        }
    }

    /// The moment under the pointer, in any plot.
    pub fn at_ms(&self) -> Option<i64> {
        self.at_ms
    }

    /// The period that was under the pointer last.
    pub fn pinned(&self) -> Option<Span> {
        self.period
    }

    /// The time that is being dragged over.
    pub fn dragged(&self) -> Option<Span> {
        let (begun, here) = (self.begun_ms?, self.at_ms?);
        Some((begun.min(here), begun.max(here)))
    }

    /// A plot was drawn in `rect` over `span`: takes drags over it, and arrow keys while it has the keyboard.
    pub fn plot(&mut self, rect: Rect, span: Span, period_ms: i64, response: &Response) {
        self.drawn.push((rect, span, period_ms.max(1)));
        if response.has_focus() {
            self.keys(response, span, period_ms.max(1));
        }
        let here = response.interact_pointer_pos().map(|pos| time(pos.x, rect.x_range(), span));
        if response.drag_started() {
            // A drag is known as one only after some points: it began where the button went down.
            let pressed = response.ctx.input(|input| input.pointer.press_origin());
            self.begun_ms = pressed.map(|pos| time(pos.x, rect.x_range(), span));
        }
        if response.drag_stopped() {
            let begun = self.begun_ms.take();
            let least = ((span.1 - span.0) as f64 * f64::from(LEAST_DRAG / rect.width().max(1.0))) as i64;
            self.chosen = begun.zip(here).map(|(a, b)| (a.min(b), a.max(b))).filter(|(a, b)| b - a >= least);
        }
    }

    /// Left and right move the cursor by a period, Enter marks one end of a time and, pressed again, shows it.
    fn keys(&mut self, response: &Response, (from, to): Span, period_ms: i64) {
        let pressed = |key| response.ctx.input(|input| input.key_pressed(key));
        let step = i64::from(pressed(Key::ArrowRight)) - i64::from(pressed(Key::ArrowLeft));
        if step != 0 {
            let at = self.at_ms.unwrap_or(to - period_ms) + step * period_ms;
            self.keyed_ms = Some(at.clamp(from, to - 1));
            let begin = at.clamp(from, to - 1).div_euclid(period_ms) * period_ms;
            self.period = Some((begin, begin + period_ms));
        }
        if pressed(Key::Enter) {
            let here = self.keyed_ms;
            match (self.begun_ms.take(), here) {
                (Some(begun), Some(here)) if begun != here => self.chosen = Some((begun.min(here), begun.max(here))),
                (_, here) => self.begun_ms = here,
            }
        }
    }

    /// After all plots: zooms to a time that was chosen.
    pub fn end(&mut self, ui: &Ui, commands: &mut Commands) {
        self.plots = std::mem::take(&mut self.drawn);
        if ui.input(|input| input.key_pressed(Key::Escape)) {
            (self.begun_ms, self.keyed_ms) = (None, None);
        }
        if let Some((from, to)) = self.chosen.take() {
            self.keyed_ms = None;
            commands.send(Command::Dashboard(DashboardCommand::Zoom(from, to)));
        }
    }
}

fn time(x: f32, range: Rangef, (from, to): Span) -> i64 {
    let part = f64::from((x - range.min) / range.span().max(1.0)).clamp(0.0, 1.0);
    from + (part * (to - from) as f64) as i64
}
