//! Scrolling inside of what takes the size of its content.

use egui::ScrollArea;

/// An area that is as high as its content, and scrolls from `height` points on.
///
/// In windows and menus, which take their size from what is in them, an area that is only given its largest height starts small and grows a little with
/// every frame that happens to be drawn.
pub fn scroll_up_to(height: f32) -> ScrollArea {
    ScrollArea::vertical().max_height(height).min_scrolled_height(height)
}
