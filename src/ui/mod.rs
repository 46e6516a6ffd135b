//! Everything that draws. Nothing here decides, waits or remembers what a person would miss.
//!
//! The rules of the room:
//! - A screen is a function of `&State`; what a person does is pushed as a `Command` into `&mut Commands`. Drawing never does I/O,
//!   never asks the time of the machine and never changes the state of the program. What only the screen cares for (an open fold, a half-typed
//!   text, a scroll position) lives in the screen's own struct or in egui's memory.
//! - Colours, sizes and text styles come from [`theme`]; icons from [`icons`]; both faces and icons are embedded by [`fonts`]. Raw colours are refused
//!   by clippy.
//! - A control has a name that a screen reader can say and a focus mark that an eye can see; a state is a mark or a word before it is a
//!   colour.
//! - Nothing animates while idle and nothing asks for the next frame: events wake the window, and a view that must follow a clock asks for one
//!   repaint with `request_repaint_after`, a quarter of a second or more ahead.
//! - Long lists are drawn by row index; selection and copying work on indices ([`widgets::selection`]), never on labels.

pub mod fonts;
pub mod format;
pub mod icons;
pub mod overlays;
pub mod screens;
pub mod shell;
pub mod theme;
pub mod widgets;

pub use shell::Shell;

#[cfg(test)]
mod tests;

use crate::app::settings::Settings;

/// Once, before the first frame: faces, styles, and what egui would do by itself but is a command here.
pub fn prepare(context: &egui::Context) {
    theme::install(context);
    context.options_mut(|options| {
        options.zoom_with_keyboard = false;
        options.quit_shortcuts.clear();
    });
}

/// Shows what a person chose: theme and size. Costs nothing when nothing changed.
pub fn apply_settings(context: &egui::Context, settings: &Settings) {
    theme::apply(context, settings.theme);
    context.set_zoom_factor(settings.effective_zoom());
}
