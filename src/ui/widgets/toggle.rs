//! On or off.

use egui::{Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::ui::theme::{Theme, size};

/// A switch with its words to the right; takes effect at once.
pub fn toggle(ui: &mut Ui, on: &mut bool, words: &str) -> Response {
    ui.horizontal(|ui| {
        let mut response = switch(ui, *on, words);
        let label = ui.add(egui::Label::new(words).sense(Sense::click()).selectable(false));
        if response.clicked() || label.clicked() {
            *on = !*on;
            response.mark_changed();
        }
        response
    })
    .inner
}

/// A box to tick with its words to the right; part of a form.
pub fn checkbox(ui: &mut Ui, on: &mut bool, words: &str) -> Response {
    let theme = Theme::of(ui);
    let change = |style: &mut egui::Style| {
        style.visuals.widgets.inactive.bg_stroke = Stroke::new(size::LINE, theme.text3);
        style.visuals.widgets.inactive.bg_fill = theme.field;
    };
    super::with_style(ui, change, |ui| ui.checkbox(on, words))
}

fn switch(ui: &mut Ui, on: bool, name: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(32.0, 18.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Switch, ui.is_enabled(), on, name));
    if ui.is_rect_visible(rect) {
        paint_switch(ui, rect, on, &response);
    }
    response
}

fn paint_switch(ui: &Ui, rect: egui::Rect, on: bool, response: &Response) {
    let theme = Theme::of(ui);
    let radius = rect.height() / 2.0;
    let (fill, knob) = if on { (theme.accent.ink, theme.on_accent) } else { (theme.raised, theme.text2) };
    ui.painter().rect_filled(rect, radius, fill);
    let edge = if response.has_focus() {
        Stroke::new(size::FOCUS, theme.text)
    } else {
        Stroke::new(size::LINE, if on { theme.accent.ink } else { theme.line_strong })
    };
    ui.painter().rect_stroke(rect, radius, edge, StrokeKind::Outside);
    let x = if on { rect.right() - radius } else { rect.left() + radius };
    ui.painter().circle_filled(pos2(x, rect.center().y), radius - 4.0, knob);
}
