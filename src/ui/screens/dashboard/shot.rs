//! Pictures of widgets for files: a screenshot of the next frame, cut to the widget.

use std::sync::{Arc, Mutex, PoisonError};

use egui::{ColorImage, Rect, Ui};

use crate::app::dashboard::{DashboardCommand, Picture};
use crate::app::{Command, Commands};

/// A picture that came back from the graphics card: its title and pixels.
type Done = Arc<Mutex<Option<(String, Picture)>>>;

/// What is asked for and what has come.
#[derive(Debug, Default)]
pub struct Shot {
    done: Done,
}

impl Shot {
    /// Asks for a picture of `rect`, points of the window.
    pub fn ask(&self, ui: &Ui, title: &str, rect: Rect) {
        let (done, title, scale) = (self.done.clone(), title.to_owned(), ui.ctx().pixels_per_point());
        ui.ctx().request_screenshot(move |image| {
            let picture = cut(&image, rect, scale);
            *done.lock().unwrap_or_else(PoisonError::into_inner) = picture.map(|picture| (title, picture));
        });
    }

    /// Hands on a picture that has come.
    pub fn take(&self, commands: &mut Commands) {
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((title, picture)) = done {
            commands.send(Command::Dashboard(DashboardCommand::ExportPng { title, picture }));
        }
    }
}

/// The part of `image` that shows `rect`; nothing when that lies outside.
fn cut(image: &ColorImage, rect: Rect, scale: f32) -> Option<Picture> {
    let edge = |at: f32, most: usize| (at * scale).round().clamp(0.0, most as f32) as usize;
    let (left, right) = (edge(rect.left(), image.width()), edge(rect.right(), image.width()));
    let (top, bottom) = (edge(rect.top(), image.height()), edge(rect.bottom(), image.height()));
    if left >= right || top >= bottom {
        return None;
    }
    let row = |y: usize| &image.pixels[y * image.width() + left..y * image.width() + right];
    let rgba = (top..bottom).flat_map(row).flat_map(egui::Color32::to_srgba_unmultiplied).collect();
    Some(Picture { width: (right - left) as u32, height: (bottom - top) as u32, rgba })
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Color32, pos2};

    #[test]
    fn a_picture_is_the_part_of_the_window_that_shows_the_widget() {
        let mut image = ColorImage::filled([4, 4], Color32::BLACK);
        image.pixels[4 + 2] = Color32::RED;
        // Two pixels a point: the second column and first row of points.
        let picture = cut(&image, Rect::from_min_max(pos2(1.0, 0.0), pos2(2.0, 1.0)), 2.0).unwrap();
        assert_eq!((picture.width, picture.height), (2, 2));
        assert_eq!(picture.rgba[8..12], [255, 0, 0, 255]);
        assert_eq!(cut(&image, Rect::from_min_max(pos2(9.0, 0.0), pos2(12.0, 1.0)), 2.0), None);
    }
}
