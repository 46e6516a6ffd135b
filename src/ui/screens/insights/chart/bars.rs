//! A bar for each group, lying, so that long names can be read; several columns of numbers are bars below each other.

use std::collections::BTreeSet;

use egui::{Align2, Rect, Role, ScrollArea, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2};

use super::{filled, look, value};
use crate::app::insights::chart::Groups;
use crate::base::text::one_line;
use crate::ui::theme::{Theme, text};
use crate::ui::widgets::hint;

/// Height of a bar, and between groups, points.
const BAR: f32 = 14.0;
const GAP: f32 = 8.0;

/// Draws the columns that are not hidden.
pub fn ui(ui: &mut Ui, groups: &Groups, hidden: &BTreeSet<String>) {
    let shown: Vec<usize> = (0..groups.columns.len()).filter(|column| !hidden.contains(&groups.columns[*column])).collect();
    let all = || groups.groups.iter().flat_map(|(_, values)| shown.iter().filter_map(|column| values[*column]));
    let (low, high) = (all().fold(0.0, f64::min), all().fold(0.0, f64::max));
    if shown.is_empty() || high <= low {
        hint(ui, "Nothing to draw: all values are hidden or nothing");
        return;
    }
    let height = shown.len() as f32 * BAR + GAP;
    ScrollArea::vertical().id_salt("insights-bars").auto_shrink([false, false]).show_rows(ui, height, groups.groups.len(), |ui, rows| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let names = name_width(ui, groups);
        for row in rows {
            group(ui, groups, row, &shown, (low, high), names, height);
        }
    });
}

/// As wide as the longest name, and at most a third of the place.
fn name_width(ui: &Ui, groups: &Groups) -> f32 {
    let longest = groups.groups.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    (longest as f32 * 7.0 + 8.0).clamp(60.0, (ui.available_width() / 3.0).max(80.0))
}

fn group(ui: &mut Ui, groups: &Groups, row: usize, shown: &[usize], (low, high): (f64, f64), names: f32, height: f32) {
    let theme = Theme::of(ui);
    let (name, values) = &groups.groups[row];
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let told: Vec<String> = shown
        .iter()
        .map(|column| format!("{}: {}", groups.columns[*column], values[*column].map_or("nothing".to_owned(), value)))
        .collect();
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name}, {}", told.join(", "))));
    if response.hovered() {
        ui.painter().rect_filled(rect, 4.0, theme.raised);
    }
    let cut = ((names - 8.0) / 6.6) as usize;
    ui.painter().text(
        pos2(rect.left() + 4.0, rect.center().y),
        Align2::LEFT_CENTER,
        one_line(name, cut),
        TextStyle::Small.resolve(ui.style()),
        theme.text,
    );
    // Room for the value at the end of the longest bar.
    let place = Rect::from_min_max(pos2(rect.left() + names + 8.0, rect.top()), pos2(rect.right() - 92.0, rect.bottom()));
    let x = |value: f64| place.left() + ((value - low) / (high - low)) as f32 * place.width();
    for (line, column) in shown.iter().enumerate() {
        let Some(number) = values[*column] else { continue };
        let top = rect.top() + GAP / 2.0 + line as f32 * BAR;
        let ink = if shown.len() == 1 { look(theme, name, *column) } else { look(theme, &groups.columns[*column], *column) };
        let (from, to) = (x(number.min(0.0)), x(number.max(0.0)));
        let bar = Rect::from_min_max(pos2(from, top + 1.5), pos2(to.max(from + 1.0), top + BAR - 1.5));
        ui.painter().rect_filled(bar, 2.0, filled(ink));
        let words = value(number);
        ui.painter().text(
            pos2(bar.right() + 6.0, bar.center().y),
            Align2::LEFT_CENTER,
            words,
            text::mono_small().resolve(ui.style()),
            theme.text2,
        );
    }
    response.on_hover_text(format!("{name}\n{}", told.join("\n")));
}
