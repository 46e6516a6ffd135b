//! The series with their colours; a click hides or shows one, a double click shows it alone.

use std::collections::BTreeSet;

use egui::{Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::look;
use crate::base::text::one_line;
use crate::ui::theme::{Mark, Theme, size};

/// Longest name, in characters.
const LONGEST: usize = 40;

/// Draws the legend.
pub fn ui(ui: &mut Ui, names: &[&str], hidden: &mut BTreeSet<String>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(12.0, 2.0);
        for (place, name) in names.iter().enumerate() {
            entry(ui, names, place, name, hidden);
        }
    });
}

fn entry(ui: &mut Ui, names: &[&str], place: usize, name: &str, hidden: &mut BTreeSet<String>) {
    let theme = Theme::of(ui);
    let is_hidden = hidden.contains(name);
    let font = egui::TextStyle::Small.resolve(ui.style());
    let ink = if is_hidden { theme.text3 } else { theme.text2 };
    let words = ui.painter().layout_no_wrap(one_line(name, LONGEST), font, ink);
    let (rect, response) = ui.allocate_exact_size(vec2(words.size().x + 16.0, 18.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, !is_hidden, name));
    let mark = egui::Rect::from_center_size(pos2(rect.left() + 5.0, rect.center().y), vec2(10.0, 10.0));
    let look = look(theme, name, place);
    if is_hidden {
        ui.painter().rect_stroke(mark.shrink(1.0), 2.0, Stroke::new(1.0, look.color), StrokeKind::Inside);
    } else if look.mark == Mark::Solid {
        ui.painter().rect_filled(mark, 2.0, look.color);
    } else {
        ui.painter().extend(egui::Shape::dashed_line(&[mark.left_center(), mark.right_center()], Stroke::new(4.0, look.color), 4.0, 2.0));
    }
    let at = pos2(rect.left() + 16.0, rect.center().y - words.size().y / 2.0);
    ui.painter().galley(at, words, ink);
    if response.has_focus() {
        ui.painter().rect_stroke(rect.expand(2.0), 3.0, Stroke::new(size::FOCUS, theme.accent.ink), StrokeKind::Outside);
    }
    if response.double_clicked() {
        *hidden = names.iter().filter(|other| **other != name).map(|other| (*other).to_owned()).collect();
    } else if response.clicked() && !hidden.remove(name) {
        hidden.insert(name.to_owned());
    }
    response.on_hover_text(format!("{name}\nClick to show or hide it, double click to show it alone"));
}
