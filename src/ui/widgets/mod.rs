//! House widgets: the few controls of which every screen is made.
//!
//! Each takes `ui` first and its content next, returns a [`egui::Response`] or a small value that says what was done, has an accessible name and keeps to the
//! tokens of [`super::theme`].

pub mod button;
pub mod card;
pub mod chip;
pub mod choice;
pub mod code;
pub mod copyable;
mod dialog;
pub mod empty;
pub mod error_panel;
pub mod field;
pub mod json_tree;
pub mod key_values;
pub mod label;
pub mod list_focus;
pub mod markdown;
mod page_head;
pub mod progress;
pub mod selection;
pub mod status;
mod still_plot;
pub mod toggle;

/// Runs `add` with a changed style. Unlike `Ui::scope` it makes no child, so that what is added still wraps in a row that wraps.
pub fn with_style<R>(ui: &mut egui::Ui, change: impl FnOnce(&mut egui::Style), add: impl FnOnce(&mut egui::Ui) -> R) -> R {
    let before = std::sync::Arc::clone(ui.style());
    change(ui.style_mut());
    let result = add(ui);
    ui.set_style(before);
    result
}

/// A row as low as a line of text; egui's own rows are as high as a control.
pub fn low_row<R>(ui: &mut egui::Ui, add: impl FnOnce(&mut egui::Ui) -> R) -> R {
    let height = |style: &mut egui::Style| style.spacing.interact_size.y = super::theme::text::BODY_LINE;
    with_style(ui, height, |ui| ui.horizontal_top(add).inner)
}

pub use button::{Push, icon_button, primary, quiet, secondary};
pub use card::Card;
pub use chip::{Chip, chip};
pub use choice::{choice, choice_of};
pub use code::{CodeBlock, Language};
pub use copyable::{copy_button, copyable};
pub use dialog::{modal, scroll_up_to};
pub use empty::Empty;
pub use error_panel::{ErrorAction, ErrorPanel};
pub use field::{Field, Verdict};
pub use json_tree::{JsonTree, JsonWish};
pub use key_values::KeyValues;
pub use label::{body, caption, hint, mono, section, strong, title};
pub use list_focus::{list_focus, row_sense};
pub use markdown::markdown;
pub use page_head::page_head;
pub use progress::{Busy, fraction_bar};
pub use selection::Selection;
pub use status::{banner, note, status};
pub use still_plot::still_plot;
pub use toggle::{checkbox, toggle};
