//! Plots that stand still: the range is chosen elsewhere.

use egui::{AsIdSalt, Ui, Vec2};
use egui_plot::Plot;

use crate::ui::theme::Theme;

/// A plot with horizontal lines of its own grid, without zoom, drag and decoration.
pub fn still_plot<'a>(ui: &Ui, id: impl AsIdSalt, size: Vec2) -> Plot<'a> {
    Plot::new(id)
        .height(size.y)
        .width(size.x)
        .allow_zoom(false)
        .allow_drag(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
        .show_background(false)
        .show_crosshair(false)
        .show_x(false)
        .show_y(false)
        .show_grid([false, true])
        .grid_color(Theme::of(ui).line)
        .grid_fade(0.0)
}
