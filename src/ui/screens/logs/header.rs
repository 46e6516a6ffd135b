//! The headings of the columns: dragged to move a column, dragged at the edge to widen it, with a menu for both.

use egui::{CursorIcon, Id, Rect, Response, RichText, Sense, Stroke, Ui};

use super::cells::paint;
use crate::app::logs::{Column, Columns};
use crate::app::settings::Settings;
use crate::base::clock::timestamp_ms;
use crate::logs::field::Field;
use crate::ui::format;
use crate::ui::theme::{Theme, size, text};

/// Width of the place at a column's edge that takes drags, points.
const EDGE: f32 = 8.0;

/// Least width while an edge is dragged.
const MIN: f32 = 36.0;

/// A column as it is shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its place among the chosen columns.
    pub place: usize,
    /// What it shows.
    pub field: Field,
    /// Its width, points.
    pub width: f32,
    /// Whether it takes what is left.
    pub flexible: bool,
}

impl Shown {
    /// The column at `place`.
    pub fn of(place: usize, column: &Column) -> Self {
        let field = column.field();
        let flexible = column.width.is_none() && field.name() == "prompt";
        Self { place, width: column.width.unwrap_or_else(|| field.width()), flexible, field }
    }
}

/// What a person does to a column.
#[derive(Debug, Clone, PartialEq)]
enum Deed {
    Resize(usize, Option<f32>),
    Move(usize, usize),
    Remove(usize),
    Reset,
}

/// Drags under way.
#[derive(Debug, Default)]
pub struct Header {
    /// The column whose edge is dragged, and its width.
    resizing: Option<(usize, f32)>,
    /// The column that is dragged.
    moving: Option<usize>,
    /// The headings of this frame so far.
    rects: Vec<(usize, Rect)>,
    /// The headings of the frame before.
    seen: Vec<(usize, Rect)>,
    deed: Option<Deed>,
}

impl Header {
    /// The dragged edge is shown where it is.
    pub fn live_width(&self, columns: &mut [Shown]) {
        if let Some((place, width)) = self.resizing {
            columns.iter_mut().filter(|column| column.place == place).for_each(|column| column.width = width);
        }
    }

    /// Draws a heading and takes its drags.
    pub fn cell(&mut self, ui: &mut Ui, column: &Shown, settings: &Settings, first_ms: i64) {
        let (theme, rect) = (Theme::of(ui), ui.max_rect());
        self.rects.push((column.place, rect));
        let id = Id::unique(("log-heading", column.field.name()));
        let response = ui.interact(rect, id, Sense::CLICK | Sense::DRAG);
        if response.hovered() || self.moving == Some(column.place) {
            ui.painter().rect_filled(rect, 0.0, theme.raised);
        }
        let title = title(&column.field, settings, first_ms);
        paint(ui, RichText::new(&title).text_style(text::axis()).color(theme.text3), column.field.is_number());
        ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(size::LINE, theme.line));
        self.drag(&response, column.place);
        self.menu(&response, column);
        response.on_hover_text(format!("{title}\nDrag to move, drag the right edge for another width, right click for more"));
        self.edge(ui, column, rect);
    }

    fn drag(&mut self, response: &Response, place: usize) {
        if response.drag_started() {
            self.moving = Some(place);
        }
        if response.drag_stopped()
            && let (Some(from), Some(pos)) = (self.moving.take(), response.interact_pointer_pos())
        {
            self.deed = Some(Deed::Move(from, self.target(pos.x).unwrap_or(from)));
        }
    }

    /// The place of the column under `x`; beyond the last it is the last.
    fn target(&self, x: f32) -> Option<usize> {
        let under = self.seen.iter().find(|(_, rect)| rect.x_range().contains(x));
        let distance = |rect: &Rect| (rect.center().x - x).abs();
        let nearest = || self.seen.iter().min_by(|a, b| distance(&a.1).total_cmp(&distance(&b.1)));
        under.or_else(nearest).map(|(place, _)| *place)
    }

    fn edge(&mut self, ui: &Ui, column: &Shown, rect: Rect) {
        let theme = Theme::of(ui);
        let place = Rect::from_x_y_ranges(rect.right() - EDGE..=rect.right(), rect.y_range());
        let response = ui.interact(place, Id::unique(("log-heading-edge", column.field.name())), Sense::CLICK | Sense::DRAG);
        let response = response.on_hover_cursor(CursorIcon::ResizeHorizontal);
        let color = if response.hovered() || response.dragged() { theme.accent.ink } else { theme.line };
        ui.painter().vline(rect.right() - 1.0, rect.y_range().shrink(5.0), Stroke::new(size::LINE, color));
        if response.dragged()
            && let Some(pos) = response.interact_pointer_pos()
        {
            self.resizing = Some((column.place, (pos.x - rect.left()).max(MIN)));
        }
        if response.double_clicked() {
            self.deed = Some(Deed::Resize(column.place, None));
        }
        if response.drag_stopped()
            && let Some((place, width)) = self.resizing.take()
        {
            self.deed = Some(Deed::Resize(place, Some(width)));
        }
    }

    fn menu(&mut self, response: &Response, column: &Shown) {
        let place = column.place;
        let deeds = [
            ("Move left", Deed::Move(place, place.saturating_sub(1))),
            ("Move right", Deed::Move(place, place + 1)),
            ("Usual width", Deed::Resize(place, None)),
            ("Remove the column", Deed::Remove(place)),
            ("Reset all columns", Deed::Reset),
        ];
        response.context_menu(|ui| {
            for (words, deed) in deeds {
                if ui.button(words).clicked() {
                    self.deed = Some(deed);
                    ui.close();
                }
            }
        });
    }

    /// Shows where a dragged column would go; gives the columns as they shall be when something was done.
    pub fn finish(&mut self, ui: &Ui, columns: &Columns) -> Option<Columns> {
        self.seen = std::mem::take(&mut self.rects);
        if let (Some(from), Some(pos)) = (self.moving, ui.input(|input| input.pointer.interact_pos())) {
            mark_target(ui, &self.seen, from, pos.x);
        }
        let columns = columns.clone();
        Some(match self.deed.take()? {
            Deed::Resize(place, width) => columns.resized(place, width),
            Deed::Move(from, to) => columns.moved(from, to),
            Deed::Remove(place) => {
                let field = columns.iter().nth(place)?.field.clone();
                columns.toggled(&field)
            }
            Deed::Reset => Columns::default(),
        })
    }
}

/// A line at the edge where the dragged column would be.
fn mark_target(ui: &Ui, rects: &[(usize, Rect)], from: usize, x: f32) {
    let Some((place, rect)) = rects.iter().find(|(_, rect)| rect.x_range().contains(x)) else { return };
    let edge = if *place > from { rect.right() } else { rect.left() };
    ui.painter().vline(edge, rect.y_range(), Stroke::new(2.0, Theme::of(ui).accent.ink));
    ui.set_cursor_icon(CursorIcon::Grabbing);
}

fn title(field: &Field, settings: &Settings, first_ms: i64) -> String {
    match field.name() {
        "time" => format!("Time ({})", format::zone_name(settings, timestamp_ms(first_ms))),
        _ => field.title().to_owned(),
    }
}
