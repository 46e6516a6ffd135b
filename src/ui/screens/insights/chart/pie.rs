//! Shares of a whole: a ring with its names, values and percents beside it.

use crate::ui::widgets::scroll_up_to;
use std::f32::consts::TAU;

use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::{Align2, Color32, Pos2, Rect, Role, Sense, Stroke, TextStyle, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::{filled, look, value};
use crate::app::insights::chart::Slice;
use crate::base::text::one_line;
use crate::ui::theme::{Theme, text};

/// Height of a line beside the ring, points.
const LINE: f32 = 20.0;
/// Length of the chords of which arcs are made, in parts of the whole.
const CHORD: f32 = 1.0 / 180.0;

/// Draws the slices.
pub fn ui(ui: &mut Ui, slices: &[Slice]) {
    let side = ui.available_height().min(ui.available_width() * 0.4).clamp(80.0, 300.0);
    ui.horizontal_top(|ui| {
        let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Figure, true, "Shares"));
        let pointed = response.hover_pos().and_then(|at| slice_at(rect, at, slices));
        ring(ui, rect, slices, pointed);
        let lines = scroll_up_to(side).id_salt("insights-shares").auto_shrink([false, true]);
        lines.show(ui, |ui| {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for (place, slice) in slices.iter().enumerate() {
                    line(ui, slice, place, pointed == Some(place));
                }
            });
        });
        if let Some(slice) = pointed.and_then(|place| slices.get(place)) {
            response.on_hover_text_at_pointer(format!("{}\n{} · {:.1} %", slice.name, value(slice.value), slice.share * 100.0));
        }
    });
}

/// Where the slices begin and end, in parts of the whole.
fn parts(slices: &[Slice]) -> impl Iterator<Item = (f32, f32)> + '_ {
    slices.iter().scan(0.0f32, |from, slice| {
        let part = (*from, *from + slice.share as f32);
        *from = part.1;
        Some(part)
    })
}

fn radii(rect: Rect) -> (f32, f32) {
    let outer = rect.width().min(rect.height()) / 2.0 - 4.0;
    (outer * 0.56, outer)
}

/// The direction of a part of the whole; it begins at the top and goes with the clock.
fn direction(part: f32) -> Vec2 {
    let angle = part * TAU - TAU / 4.0;
    vec2(angle.cos(), angle.sin())
}

/// The slice under the pointer.
fn slice_at(rect: Rect, at: Pos2, slices: &[Slice]) -> Option<usize> {
    let (inner, outer) = radii(rect);
    let from = at - rect.center();
    if !(inner..=outer).contains(&from.length()) {
        return None;
    }
    let part = ((from.angle() + TAU / 4.0) / TAU).rem_euclid(1.0);
    parts(slices).position(|(begin, end)| (begin..end).contains(&part))
}

fn ring(ui: &Ui, rect: Rect, slices: &[Slice], pointed: Option<usize>) {
    let theme = Theme::of(ui);
    let (inner, outer) = radii(rect);
    for (place, (slice, (from, to))) in slices.iter().zip(parts(slices)).enumerate() {
        let color = slice_color(theme, slice, place);
        let color = if pointed.is_some_and(|pointed| pointed != place) { color.gamma_multiply(0.5) } else { color };
        ui.painter().add(arc(rect.center(), (inner, outer), (from, to), color));
    }
    if slices.len() > 1 {
        for (from, _) in parts(slices) {
            let direction = direction(from);
            let ends = [rect.center() + direction * (inner - 1.0), rect.center() + direction * (outer + 1.0)];
            ui.painter().line_segment(ends, Stroke::new(1.5, theme.panel));
        }
    }
    // Smooth edges: a mesh has none.
    for radius in [inner, outer] {
        ui.painter().circle_stroke(rect.center(), radius, Stroke::new(1.5, theme.panel));
    }
    let whole: f64 = slices.iter().map(|slice| slice.value).sum();
    let font = TextStyle::Heading.resolve(ui.style());
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, value((whole * 100.0).round() / 100.0), font, theme.text);
}

/// A piece of the ring.
fn arc(center: Pos2, (inner, outer): (f32, f32), (from, to): (f32, f32), color: Color32) -> Mesh {
    let steps = ((to - from) / CHORD).ceil().max(1.0) as u32;
    let mut mesh = Mesh::default();
    for step in 0..=steps {
        let direction = direction(from + (to - from) * step as f32 / steps as f32);
        for radius in [inner, outer] {
            mesh.vertices.push(Vertex { pos: center + direction * radius, uv: WHITE_UV, color });
        }
        if step > 0 {
            let last = step * 2;
            mesh.add_triangle(last - 2, last - 1, last);
            mesh.add_triangle(last, last - 1, last + 1);
        }
    }
    mesh
}

/// The rest is grey: it is no series of its own.
fn slice_color(theme: &Theme, slice: &Slice, place: usize) -> Color32 {
    if slice.name.ends_with(" others") { theme.text3 } else { filled(look(theme, &slice.name, place)) }
}

fn line(ui: &mut Ui, slice: &Slice, place: usize, is_pointed: bool) {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
    let percent = format!("{:.1} %", slice.share * 100.0);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{}: {}, {percent}", slice.name, value(slice.value))));
    if is_pointed || response.hovered() {
        ui.painter().rect_filled(rect, 4.0, theme.raised);
    }
    let mark = Rect::from_center_size(pos2(rect.left() + 10.0, rect.center().y), vec2(10.0, 10.0));
    ui.painter().rect_filled(mark, 2.0, slice_color(theme, slice, place));
    let mono = text::mono_small().resolve(ui.style());
    ui.painter().text(pos2(rect.right() - 8.0, rect.center().y), Align2::RIGHT_CENTER, &percent, mono.clone(), theme.text);
    ui.painter().text(pos2(rect.right() - 70.0, rect.center().y), Align2::RIGHT_CENTER, value(slice.value), mono, theme.text2);
    let room = ((rect.width() - 190.0) / 6.6).max(8.0) as usize;
    let small = TextStyle::Small.resolve(ui.style());
    ui.painter().text(pos2(rect.left() + 22.0, rect.center().y), Align2::LEFT_CENTER, one_line(&slice.name, room), small, theme.text);
    response.on_hover_text(&slice.name);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slices() -> Vec<Slice> {
        [("a", 3.0), ("b", 1.0)].map(|(name, value)| Slice { name: name.to_owned(), value, share: value / 4.0 }).to_vec()
    }

    #[test]
    fn the_pointer_finds_its_slice_with_the_clock_from_the_top() {
        let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(100.0, 100.0));
        let (_, outer) = radii(rect);
        let at = |x: f32, y: f32| slice_at(rect, rect.center() + vec2(x, y) * outer * 0.8, &slices());
        assert_eq!([at(0.7, -0.7), at(0.0, 1.0), at(-0.7, -0.7)], [Some(0), Some(0), Some(1)]);
        assert_eq!([slice_at(rect, rect.center(), &slices()), slice_at(rect, pos2(0.0, 0.0), &slices())], [None, None]);
    }

    #[test]
    fn a_slice_is_made_of_whole_triangles() {
        let mesh = arc(pos2(0.0, 0.0), (5.0, 10.0), (0.0, 1.0), Theme::dark().text);
        assert!(mesh.is_valid() && mesh.indices.len() == 180 * 6);
    }
}
