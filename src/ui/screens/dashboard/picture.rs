//! Plots as they were drawn last: their triangles are made anew only when what they show has changed, and moved when the screen scrolls. Those of many
//! points are made beside the frames, and the picture of before stays until then.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{Mesh, Rect, Shape, Ui};

use super::draw::{self, Area};
use super::legend::key;
use crate::base::aside::{Aside, Progress};
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
    peak: f64,
    area: Area,
    step: f64,
    mesh: Arc<Mesh>,
}

/// All plots as they were drawn last, by their place in the dashboard.
#[derive(Debug, Default)]
pub struct Pictures {
    drawn: HashMap<usize, Drawn>,
    /// The one that is being made beside the frames.
    making: Option<(usize, Aside<Drawn>)>,
}

impl Key {
    /// Whether a picture made for one can stand in the place of the other.
    fn has_place_of(&self, other: &Self) -> bool {
        (self.size, self.scale, self.dark, &self.widget) == (other.size, other.scale, other.dark, &other.widget)
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
    /// The largest value that `data` has, or that the picture has which still stands in its place; whatever is hidden, so that the axis does not jump
    /// when something is.
    pub fn peak(&self, index: usize, widget: &Widget, data: &Arc<Plotted>) -> f64 {
        let stands = |drawn: &&Drawn| drawn.key.widget == *widget && (Arc::ptr_eq(&drawn.data, data) || is_heavy(data));
        self.drawn.get(&index).filter(stands).map_or_else(|| peak(widget, data), |drawn| drawn.peak)
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
        self.take_made();
        let is_new = |drawn: &Drawn| drawn.key == key && Arc::ptr_eq(&drawn.data, data);
        let (is_there, is_same_place) =
            self.drawn.get(&index).map_or((false, false), |drawn| (is_new(drawn), drawn.key.has_place_of(&key)));
        let stays = is_there
            || is_same_place && is_heavy(data) && self.is_made_aside(ui, index, || (theme, key.clone(), data.clone(), rect, scale));
        let drawn = match self.drawn.get_mut(&index) {
            Some(drawn) if stays => drawn,
            _ => self.drawn.entry(index).insert_entry(make(theme, key, data.clone(), rect, scale)).into_mut(),
        };
        drawn.move_to(rect);
        Ready { area: drawn.area, step: drawn.step, shape: Shape::mesh(drawn.mesh.clone()) }
    }

    /// Puts the picture in its place that was made beside the frames, if it is done.
    fn take_made(&mut self) {
        let Some((index, making)) = &self.making else { return };
        match making.take() {
            Progress::Running => return,
            Progress::Done(drawn) => {
                self.drawn.insert(*index, drawn);
            }
            Progress::Lost => {}
        }
        self.making = None;
    }

    /// Begins to make a picture beside the frames unless another is being made, whose end brings the next frame. Not where no thread can be had.
    fn is_made_aside(&mut self, ui: &Ui, index: usize, of: impl FnOnce() -> (&'static Theme, Key, Arc<Plotted>, Rect, f32)) -> bool {
        if self.making.is_some() {
            return true;
        }
        let (theme, key, data, rect, scale) = of();
        let ctx = ui.ctx().clone();
        #[expect(clippy::disallowed_methods, reason = "once for each picture, and then it is still")]
        let show = move || ctx.request_repaint();
        let making = Aside::start("plot", move || make(theme, key, data, rect, scale), show);
        self.making = making.ok().map(|making| (index, making));
        self.making.is_some()
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

fn make(theme: &Theme, key: Key, data: Arc<Plotted>, rect: Rect, scale: f32) -> Drawn {
    let shown: Vec<&Series> = data.series.iter().zip(&key.hidden).filter(|(_, hidden)| !**hidden).map(|(series, _)| series).collect();
    let (bottom, top, step) = value_axis(&key.widget, &data, &shown, rect.height());
    // A little more than the time itself, so that the newest point is whole.
    let span = (data.from_ms, data.to_ms + (data.to_ms - data.from_ms) / 80);
    let area = Area { rect, span, top, bottom, scale };
    let mesh = Arc::new(draw::mesh(theme, &key.widget, &data, &shown, area, key.unfinished));
    Drawn { peak: peak(&key.widget, &data), key, data, area, step, mesh }
}

/// The largest value with nothing hidden.
fn peak(widget: &Widget, data: &Plotted) -> f64 {
    data.peak(widget.kind != Kind::Line, |_| false)
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
