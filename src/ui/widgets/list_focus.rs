//! A list as one stop of the Tab key: arrows walk inside it, its rows are no stops of their own.

use egui::{EventFilter, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo};

use crate::ui::theme::{Theme, size};

/// What a row of such a list senses: clicks, without being a stop of the Tab key.
pub fn row_sense() -> Sense {
    Sense::CLICK - Sense::FOCUSABLE
}

/// Makes the place that is left in `ui` a list for the keyboard; call it before drawing the rows. While the response has the focus, ask
/// [`super::Selection::keys`]; when a row is clicked, call `request_focus` on it.
///
/// `role` says what it is to screen readers (a list, a table, a tree), `name` what it lists.
pub fn list_focus(ui: &Ui, salt: &str, role: Role, name: &str) -> Response {
    let rect = ui.available_rect_before_wrap();
    let response = ui.interact(rect, ui.scope_id().with((salt, "list")), Sense::focusable_noninteractive());
    response.widget_info(|| WidgetInfo::labeled(role, ui.is_enabled(), name));
    if response.has_focus() {
        let arrows = EventFilter { vertical_arrows: true, horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
        ui.painter().rect_stroke(rect.expand(4.0), size::RADIUS, Stroke::new(size::LINE, Theme::of(ui).accent.ink), StrokeKind::Inside);
    }
    response
}
