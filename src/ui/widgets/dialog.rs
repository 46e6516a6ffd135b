//! Dialogs, and scrolling inside of what takes the size of its content.

use egui::{Frame, Id, Modal, ScrollArea, Ui};

/// Room around the content of dialogs, points.
const MARGIN: f32 = 16.0;

/// A dialog over everything else.
pub fn modal(ui: &Ui, name: &str) -> Modal {
    Modal::new(Id::unique(name)).frame(Frame::popup(ui.style()).inner_margin(MARGIN))
}

/// An area that is as high as its content, and scrolls from `height` points on.
///
/// In windows and menus, which take their size from what is in them, an area that is only given its largest height starts small and grows a little with
/// every frame that happens to be drawn.
pub fn scroll_up_to(height: f32) -> ScrollArea {
    ScrollArea::vertical().max_height(height).min_scrolled_height(height)
}
