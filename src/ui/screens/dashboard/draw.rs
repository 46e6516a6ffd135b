//! Series as triangles: lines, areas and bars of a plot, made once and painted in every frame. Gaps stay gaps, lonely points are dots, and the newest
//! period, which still grows, is faded.

use egui::epaint::{Tessellator, Vertex, WHITE_UV};
use egui::{Color32, Mesh, Pos2, Rect, Shape, Stroke, pos2};

use super::legend::key;
use crate::metrics::dashboard::{Kind, Widget};
use crate::metrics::series::{Layer, Plotted, Point, Series, moments, piles, stack};
use crate::metrics::thin::{columns, thinned};
use crate::ui::theme::{Mark, Theme};

/// How much of its colour a period keeps that is not over yet.
const UNFINISHED: f32 = 0.45;

/// Points of a plot above which lines are bands of columns: smooth edges cannot be seen there and cost most.
const MANY: usize = 8_000;

/// Columns of all series together in such a plot.
const MOST_COLUMNS: usize = 14_000;

/// Width of a line in points.
const LINE: f32 = 1.6;

/// Points further apart than this are dots as well.
const SPARSE: f32 = 13.0;

/// Colour and pattern of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Its colour.
    pub color: Color32,
    mark: Mark,
}

impl Look {
    /// A model looks the same everywhere, errors look like what they mean, and groups by size grow stronger with the size.
    pub fn of(theme: &Theme, widget: &Widget, series: &Series) -> Self {
        let solid = |color| Self { color, mark: Mark::Solid };
        if !series.model.is_empty() {
            let look = theme.series(key(series));
            let mark = if series.part == 0 { look.mark } else { [Mark::Dashed, Mark::Dotted, Mark::Solid][(series.part - 1) % 3] };
            let color = if widget.kind != Kind::Line && series.part % 2 == 1 { look.color.gamma_multiply(0.55) } else { look.color };
            return Self { color, mark };
        }
        let name = series.metric.as_str();
        match name {
            _ if !widget.bins.is_empty() => solid(shade(theme, series.part, widget.bins.len() + 1)),
            _ if name.contains("Server") || name.to_lowercase().contains("fail") => solid(failure(theme, series.part)),
            _ if name.contains("Client") => solid(theme.warn.ink),
            _ => solid(theme.series_at(series.part)),
        }
    }

    /// Whether its line is solid.
    pub fn is_solid(self) -> bool {
        self.mark == Mark::Solid
    }

    fn line(self, points: &[Pos2], width: f32) -> Vec<Shape> {
        let stroke = Stroke::new(width, self.color);
        match self.mark {
            Mark::Solid => vec![Shape::line(points.to_vec(), stroke)],
            Mark::Dashed => Shape::dashed_line(points, stroke, 6.0, 3.5),
            Mark::Dotted => Shape::dashed_line(points, stroke, 1.8, 2.6),
        }
    }
}

/// Steps of a ramp that grows warmer and stronger.
fn shade(theme: &Theme, part: usize, of: usize) -> Color32 {
    let faint = egui::lerp(egui::Rgba::from(theme.panel)..=egui::Rgba::from(theme.series_at(0)), 0.45);
    let ramp = [faint, theme.series_at(0).into(), theme.series_at(3).into(), theme.series_at(4).into()];
    let at = part as f32 / (of.max(2) - 1) as f32 * (ramp.len() - 1) as f32;
    let below = (at as usize).min(ramp.len() - 2);
    egui::lerp(ramp[below]..=ramp[below + 1], at - below as f32).into()
}

/// Failures of several kinds in shades of the colour of failure.
fn failure(theme: &Theme, part: usize) -> Color32 {
    theme.error.ink.gamma_multiply([1.0, 1.0, 0.75, 0.75, 0.55, 0.55][part.min(5)])
}

/// Where time and values lie on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// The rectangle of the plot without its axes.
    pub rect: Rect,
    /// Start and end of the time, milliseconds since the epoch.
    pub span: (i64, i64),
    /// The value at the top.
    pub top: f64,
    /// The value at the bottom.
    pub bottom: f64,
    /// Pixels of a point.
    pub scale: f32,
}

impl Area {
    /// The place of a moment.
    pub fn x(&self, at_ms: i64) -> f32 {
        let part = (at_ms - self.span.0) as f64 / (self.span.1 - self.span.0).max(1) as f64;
        self.rect.left() + (part * f64::from(self.rect.width())) as f32
    }

    /// The place of a value.
    pub fn y(&self, value: f64) -> f32 {
        let part = (value - self.bottom) / (self.top - self.bottom).max(f64::MIN_POSITIVE);
        self.rect.bottom() - (part * f64::from(self.rect.height())) as f32
    }

    fn pos(&self, point: &Point) -> Pos2 {
        pos2(self.x(point.at_ms), self.y(point.value))
    }

    /// Milliseconds of so many points.
    fn ms_of(&self, points: f32) -> f64 {
        (self.span.1 - self.span.0).max(1) as f64 * f64::from(points / self.rect.width().max(1.0))
    }
}

/// What is drawn, with what is hidden left out.
pub struct Picture<'a> {
    theme: &'a Theme,
    widget: &'a Widget,
    data: &'a Plotted,
    area: Area,
    unfinished: Option<i64>,
    mesh: Mesh,
    tessellator: Tessellator,
}

/// The triangles of all `shown` series.
pub fn mesh(theme: &Theme, widget: &Widget, data: &Plotted, shown: &[&Series], area: Area, unfinished: Option<i64>) -> Mesh {
    let tessellator = Tessellator::new(area.scale, egui::epaint::TessellationOptions::default(), [1, 1], Vec::new());
    let mut picture = Picture { theme, widget, data, area, unfinished, mesh: Mesh::default(), tessellator };
    match widget.kind {
        Kind::Stacked => picture.areas(shown),
        Kind::Bar => picture.bars(shown),
        _ => picture.lines(shown),
    }
    picture.mesh
}

impl Picture<'_> {
    fn look(&self, series: &Series) -> Look {
        Look::of(self.theme, self.widget, series)
    }

    fn shape(&mut self, shape: Shape) {
        self.tessellator.tessellate_shape(shape, &mut self.mesh);
    }

    fn lines(&mut self, shown: &[&Series]) {
        let across = self.area.rect.width().max(1.0) as usize;
        let count: usize = shown.iter().map(|series| series.points.len().min(2 * across)).sum();
        for series in shown {
            let look = self.look(series);
            for run in series.runs(self.data.period_ms) {
                if count > MANY { self.band(look.color, run, shown.len()) } else { self.line(look, run) }
            }
        }
    }

    fn line(&mut self, look: Look, run: &[Point]) {
        let (done, growing) = split(run, self.unfinished);
        self.stretch(look, done);
        if let Some(last) = growing {
            // Dotted and faded from the last value that stands to the one that still grows.
            let faded = Look { color: look.color.gamma_multiply(UNFINISHED), mark: Mark::Dotted };
            let points: Vec<Point> = done.last().copied().into_iter().chain([last]).collect();
            self.stretch(faded, &points);
        }
    }

    /// A line through `points`; lonely ones are dots.
    fn stretch(&mut self, look: Look, points: &[Point]) {
        let few = thinned(points, self.area.span.0, self.area.ms_of(1.0));
        let places: Vec<Pos2> = few.iter().map(|point| self.area.pos(point)).collect();
        if places.len() > 1 {
            for piece in look.line(&places, LINE) {
                self.shape(piece);
            }
        }
        let (dot, is_sparse) = (if places.len() == 1 { 2.6 } else { 2.0 }, places.windows(2).all(|two| two[1].x - two[0].x > SPARSE));
        if is_sparse {
            for place in places {
                self.shape(Shape::circle_filled(place, dot, look.color));
            }
        }
    }

    /// A line as a band of columns, each from its lowest to its highest value and joined to its neighbour.
    fn band(&mut self, color: Color32, run: &[Point], series: usize) {
        let most = (MOST_COLUMNS / series.max(1)).clamp(60, self.area.rect.width() as usize + 60) as f32;
        let width = (self.area.rect.width() / most).max(1.0);
        let mut before: Option<f64> = None;
        let columns = columns(run, self.area.span.0, self.area.ms_of(width));
        let edge = |column: &crate::metrics::thin::Column| self.area.rect.left() + column.at as f32 * width;
        let mut corners: Vec<(f32, f32, f32)> = Vec::with_capacity(columns.len());
        for column in &columns {
            let (low, high) = before.map_or((column.low, column.high), |last| (column.low.min(last), column.high.max(last)));
            corners.push((edge(column), self.area.y(low) + LINE / 2.0, self.area.y(high) - LINE / 2.0));
            before = Some(column.last);
        }
        if let Some((x, low, high)) = corners.last().copied() {
            corners.push((x + width, low, high));
        }
        strip(&mut self.mesh, color, &corners);
    }

    /// Areas upon each other, broken where no series has a value.
    fn areas(&mut self, shown: &[&Series]) {
        let moments = self.moments(shown, self.area.rect.width() as usize);
        let is_dense = moments.len() * shown.len() > MANY / 2;
        for (series, layers) in shown.iter().zip(stack(shown.iter().copied(), &moments)) {
            let color = self.look(series).color;
            let gap = self.data.period_ms.max(self.area.ms_of(2.0) as i64);
            for run in layers.chunk_by(|a, b| b.at_ms - a.at_ms <= gap) {
                self.layer(color, run, is_dense);
            }
        }
    }

    fn layer(&mut self, color: Color32, run: &[Layer], is_dense: bool) {
        let corner = |layer: &Layer| (self.area.x(layer.at_ms), self.area.y(layer.bottom), self.area.y(layer.top));
        let corners: Vec<(f32, f32, f32)> = run.iter().map(corner).collect();
        if let [(x, bottom, top)] = corners[..] {
            if bottom - top > 0.1 {
                self.shape(Shape::line_segment([pos2(x, bottom), pos2(x, top)], Stroke::new(2.0, color.gamma_multiply(0.6))));
                self.shape(Shape::circle_filled(pos2(x, top), 2.6, color));
            }
            return;
        }
        strip(&mut self.mesh, color.gamma_multiply(if is_dense { 0.6 } else { 0.3 }), &corners);
        if is_dense {
            return;
        }
        let finished = run.iter().take_while(|layer| self.unfinished.is_none_or(|from| layer.at_ms < from)).count();
        let edge: Vec<Pos2> = corners.iter().map(|&(x, _, top)| pos2(x, top)).collect();
        self.shape(Shape::line(edge[..finished].to_vec(), Stroke::new(1.4, color)));
        if finished < edge.len() {
            let stroke = Stroke::new(1.4, color.gamma_multiply(UNFINISHED));
            for dash in Shape::dashed_line(&edge[finished.saturating_sub(1)..], stroke, 2.0, 2.5) {
                self.shape(dash);
            }
        }
    }

    /// Bars upon each other, each as wide as its period but for a gap, and never thinner than can be seen.
    fn bars(&mut self, shown: &[&Series]) {
        let period = self.area.x(self.area.span.0 + self.data.period_ms) - self.area.rect.left();
        let width = (period - (period * 0.2).clamp(0.5, 6.0)).clamp(2.5, 64.0);
        let moments = self.moments(shown, (self.area.rect.width() / width.min(period.max(1.0)).max(2.5)) as usize);
        for (series, layers) in shown.iter().zip(stack(shown.iter().copied(), &moments)) {
            let color = self.look(series).color;
            for layer in layers.iter().filter(|layer| layer.top > layer.bottom) {
                let growing = self.unfinished.is_some_and(|from| layer.at_ms >= from);
                let middle = self.area.x(layer.at_ms) + period / 2.0;
                let left = middle - width / 2.0;
                let min = pos2(left, self.area.y(layer.top)).max(pos2(self.area.rect.left(), f32::NEG_INFINITY));
                let rect = Rect::from_min_max(min, pos2(left + width, self.area.y(layer.bottom)));
                self.mesh.add_colored_rect(rect, if growing { color.gamma_multiply(UNFINISHED) } else { color });
            }
        }
    }

    /// The moments of all series, at most about `most`: of those that share a column the one with the highest pile stays.
    fn moments(&self, shown: &[&Series], most: usize) -> Vec<i64> {
        let all = moments(shown.iter().copied());
        if all.len() <= most.max(16) {
            return all;
        }
        let tops = piles(shown.iter().copied(), &all);
        let column_ms = ((self.area.span.1 - self.area.span.0) / most.max(16) as i64).max(1);
        let column = |at_ms: i64| (at_ms - self.area.span.0).div_euclid(column_ms);
        let mut highest: Vec<(i64, f64)> = Vec::with_capacity(most);
        for (at_ms, top) in all.into_iter().zip(tops) {
            match highest.last_mut().filter(|last| column(last.0) == column(at_ms)) {
                Some(last) if last.1 > top => {}
                Some(last) => *last = (at_ms, top),
                None => highest.push((at_ms, top)),
            }
        }
        highest.into_iter().map(|(at_ms, _)| at_ms).collect()
    }
}

/// The points that stand, and the newest one if it still grows.
fn split(run: &[Point], unfinished: Option<i64>) -> (&[Point], Option<Point>) {
    match run.split_last() {
        Some((last, before)) if unfinished.is_some_and(|from| last.at_ms >= from) => (before, Some(*last)),
        _ => (run, None),
    }
}

/// Quadrangles side by side between corners: place, lower and upper edge.
fn strip(mesh: &mut Mesh, color: Color32, corners: &[(f32, f32, f32)]) {
    let first = mesh.vertices.len() as u32;
    let vertex = |x, y| Vertex { pos: pos2(x, y), uv: WHITE_UV, color };
    mesh.vertices.extend(corners.iter().flat_map(|&(x, low, high)| [vertex(x, low), vertex(x, high)]));
    for n in 0..corners.len().saturating_sub(1) as u32 {
        let at = first + 2 * n;
        mesh.indices.extend([at, at + 1, at + 2, at + 1, at + 2, at + 3]);
    }
}
