//! Text that a person takes along.

use egui::{Label, Response, RichText, Ui};

use super::button::Push;
use crate::ui::icons;
use crate::ui::theme::Theme;

/// What a machine said, with a button that copies it; `what` names it for the tooltip: `Copy request id`.
pub fn copyable(ui: &mut Ui, value: &str, what: &str) -> Response {
    let color = Theme::of(ui).text;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let width = (ui.available_width() - 24.0).max(40.0);
        ui.scope(|ui| {
            ui.set_max_width(width);
            ui.add(Label::new(RichText::new(value).monospace().color(color)).wrap());
        });
        copy_button(ui, what, || value.to_owned())
    })
    .inner
}

/// A small button that copies the text made by `text`; `what` names it.
pub fn copy_button(ui: &mut Ui, what: &str, text: impl FnOnce() -> String) -> Response {
    let name = format!("Copy {}", lower_first(what));
    let response = ui.add(Push::icon(icons::COPY, &name).small());
    if response.clicked() {
        ui.copy_text(text());
    }
    response
}

/// `Request id` becomes `request id`; `ARN` stays.
fn lower_first(words: &str) -> String {
    let mut chars = words.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => first.to_lowercase().chain(chars).collect(),
        _ => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_things_read_well_after_copy() {
        assert_eq!([lower_first("Request id"), lower_first("ARN"), lower_first("")], ["request id", "ARN", ""]);
    }
}
