//! Plots as they were drawn last: their triangles are made anew only when what they show has changed, and moved when the screen scrolls.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{Mesh, Rect, Shape, Ui};

use super::draw::{self, Area};
use super::legend::key;
use crate::metrics::dashboard::{Kind, Widget};
use crate::metrics::series::{Plotted, Series, nice_axis};
use crate::ui::theme::Theme;

/// What a picture depends on, but for its place.
#[derive(Debug, Clone, PartialEq)]
struct Key {
    widget: Widget,
    size: [u32; 2],
    scale: u32,
    dark: bool,
    hidden: Vec<bool>,
    unfinished: Option<i64>,
}

/// A plot as it was drawn last.
#[derive(Debug)]
struct Drawn {
    key: Key,
    data: Arc<Plotted>,
    area: Area,
    step: f64,
    mesh: Arc<Mesh>,
}

/// All plots as they were drawn last, by their place in the dashboard.
#[derive(Debug, Default)]
pub struct Pictures {
    drawn: HashMap<usize, Drawn>,
    turn: Turn,
    peaks: HashMap<usize, Peak>,
}

/// The largest value of a plot with nothing hidden.
#[derive(Debug)]
struct Peak {
    data: Arc<Plotted>,
    kind: Kind,
    value: f64,
}

/// Whether a picture may be made anew in this frame: one is, the others wait for the next frames.
#[derive(Debug, Default)]
struct Turn(u64);

impl Turn {
    #[expect(clippy::disallowed_methods, reason = "pictures that wait for their turn get it in the next frame, and then it is still")]
    fn take(&mut self, ui: &Ui) -> bool {
        let frame = ui.ctx().cumulative_frame_nr() + 1;
        let is_free = self.0 != frame;
        self.0 = frame;
        if !is_free {
            ui.ctx().request_repaint();
        }
        is_free
    }
}

impl Key {
    /// Whether a picture made for one can stand in the place of the other.
    fn has_place_of(&self, other: &Self) -> bool {
        (self.size, self.scale, self.dark, self.widget.kind) == (other.size, other.scale, other.dark, other.widget.kind)
    }
}

/// What a plot needs to be painted: where values lie, the step of the axis, and the triangles.
pub struct Ready {
    /// Where time and values lie.
    pub area: Area,
    /// Step of the marks of the value axis.
    pub step: f64,
    /// The series.
    pub shape: Shape,
}

impl Pictures {
    /// The largest value of `data`, whatever is hidden, so that the axis does not jump when something is.
    pub fn peak(&mut self, index: usize, widget: &Widget, data: &Arc<Plotted>) -> f64 {
        if let Some(known) = self.peaks.get(&index).filter(|known| Arc::ptr_eq(&known.data, data) && known.kind == widget.kind) {
            return known.value;
        }
        let value = data.peak(widget.kind != Kind::Line, |_| false);
        self.peaks.insert(index, Peak { data: Arc::clone(data), kind: widget.kind, value });
        value
    }

    /// The picture of `data` in `rect`.
    #[expect(clippy::too_many_arguments, reason = "what the picture depends on")]
    pub fn get(
        &mut self,
        ui: &Ui,
        index: usize,
        widget: &Widget,
        data: &Arc<Plotted>,
        rect: Rect,
        now_ms: i64,
        hides: impl Fn(&Series) -> bool,
    ) -> Ready {
        let theme = Theme::of(ui);
        let scale = ui.ctx().pixels_per_point();
        let key = Key {
            widget: widget.clone(),
            size: [rect.width().to_bits(), rect.height().to_bits()],
            scale: scale.to_bits(),
            dark: theme.dark,
            hidden: data.series.iter().map(hides).collect(),
            unfinished: data.unfinished_from(now_ms),
        };
        let is_new = |drawn: &Drawn| drawn.key == key && Arc::ptr_eq(&drawn.data, data);
        let (is_there, is_same_place) =
            self.drawn.get(&index).map_or((false, false), |drawn| (is_new(drawn), drawn.key.has_place_of(&key)));
        let drawn = match self.drawn.get_mut(&index) {
            Some(drawn) if is_there => drawn,
            // The picture of before stays for a moment: a refresh makes all of them new, which would take longer than a frame may.
            Some(drawn) if is_same_place && is_heavy(data) && !self.turn.take(ui) => drawn,
            _ => self.drawn.entry(index).insert_entry(make(theme, key, data, rect, scale)).into_mut(),
        };
        drawn.move_to(rect);
        Ready { area: drawn.area, step: drawn.step, shape: Shape::mesh(drawn.mesh.clone()) }
    }
}

/// Points of a plot from which on making its picture is felt.
const HEAVY: usize = 10_000;

fn is_heavy(data: &Plotted) -> bool {
    data.series.iter().map(|series| series.points.len()).sum::<usize>() > HEAVY
}

impl Drawn {
    fn move_to(&mut self, rect: Rect) {
        let by = rect.min - self.area.rect.min;
        if by != egui::Vec2::ZERO {
            Arc::make_mut(&mut self.mesh).translate(by);
            self.area.rect = rect;
        }
    }
}

fn make(theme: &Theme, key: Key, data: &Arc<Plotted>, rect: Rect, scale: f32) -> Drawn {
    let shown: Vec<&Series> = data.series.iter().zip(&key.hidden).filter(|(_, hidden)| !**hidden).map(|(series, _)| series).collect();
    let (bottom, top, step) = value_axis(&key.widget, data, &shown, rect.height());
    // A little more than the time itself, so that the newest point is whole.
    let span = (data.from_ms, data.to_ms + (data.to_ms - data.from_ms) / 80);
    let area = Area { rect, span, top, bottom, scale };
    let mesh = Arc::new(draw::mesh(theme, &key.widget, data, &shown, area, key.unfinished));
    Drawn { key, data: data.clone(), area, step, mesh }
}

/// Bottom, top and step of the value axis: round numbers around everything that is drawn.
fn value_axis(widget: &Widget, data: &Plotted, shown: &[&Series], height: f32) -> (f64, f64, f64) {
    let is_shown = |series: &Series| shown.iter().any(|one| std::ptr::eq(*one, series));
    let peak = data.peak(widget.kind != Kind::Line, |series| !is_shown(series));
    let limits = data.limits.iter().filter(|limit| limit.model.is_empty() || shown.iter().any(|series| series.model == limit.model));
    // A limit far above everything would flatten the lines: it is told in words instead.
    let peak = limits.map(|limit| limit.value).filter(|limit| *limit <= peak * 4.0).fold(peak, f64::max);
    let marks = (height / 36.0).clamp(2.0, 5.0) as usize;
    let (top, step) = nice_axis(peak, marks, if widget.unit.is_whole() { 1.0 } else { 0.0 });
    let lowest = shown.iter().flat_map(|series| &series.points).map(|point| point.value).fold(0.0, f64::min);
    let bottom = (lowest / step).floor() * step;
    (bottom, top + (top - bottom) * 0.03, step)
}

/// Whether the legend has switched `series` off.
pub fn is_hidden(state: &crate::app::State, series: &Series) -> bool {
    state.dashboard.hidden.contains(key(series))
}
