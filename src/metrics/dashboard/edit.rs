//! Changes to a dashboard: each makes a new one and says where every widget came from, so that data already fetched stays with its widget.

use super::{COLUMNS, Dashboard, HEIGHTS, Widget};

/// A change to a dashboard.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Another name.
    Rename(String),
    /// The widget at `from` stands at `to` afterwards.
    Move {
        /// Its place before.
        from: usize,
        /// Its place after.
        to: usize,
    },
    /// Another size, in columns and rows of the grid.
    Resize {
        /// The widget's place.
        index: usize,
        /// Columns.
        width: u8,
        /// Rows.
        height: u8,
    },
    /// Without the widget at this place.
    Remove(usize),
    /// A new widget at the end.
    Add(Box<Widget>),
    /// Another widget in a place.
    Replace(usize, Box<Widget>),
}

/// Where a widget was before a change; `None` for one that needs its data anew.
pub type Origins = Vec<Option<usize>>;

impl Edit {
    /// The changed dashboard and where its widgets come from; a place that does not exist changes nothing.
    pub fn apply(self, board: &Dashboard) -> (Dashboard, Origins) {
        let mut board = board.clone();
        let count = board.widgets.len();
        let mut origins: Origins = (0..count).map(Some).collect();
        match self {
            Self::Rename(title) => board.title = title,
            Self::Move { from, to } if from < count && to < count => {
                let widget = board.widgets.remove(from);
                board.widgets.insert(to, widget);
                let origin = origins.remove(from);
                origins.insert(to, origin);
            }
            Self::Resize { index, width, height } if index < count => {
                board.widgets[index].width = width.clamp(4, COLUMNS);
                board.widgets[index].height = height.clamp(HEIGHTS.0, HEIGHTS.1);
            }
            Self::Remove(index) if index < count => {
                board.widgets.remove(index);
                origins.remove(index);
            }
            Self::Add(widget) => {
                board.widgets.push(*widget);
                origins.push(None);
            }
            Self::Replace(index, widget) if index < count => {
                board.widgets[index] = *widget;
                origins[index] = None;
            }
            Self::Move { .. } | Self::Resize { .. } | Self::Remove(_) | Self::Replace(..) => {}
        }
        (board, origins)
    }
}

/// A widget's place on the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The widget.
    pub index: usize,
    /// First column.
    pub x: u8,
    /// First row.
    pub y: u32,
    /// Columns.
    pub width: u8,
    /// Rows.
    pub height: u8,
}

/// Lays widgets out from left to right; a row is as high as its highest widget.
pub fn layout(sizes: impl Iterator<Item = (u8, u8)>) -> Vec<Cell> {
    let (mut x, mut y, mut row_height) = (0, 0, 0);
    let mut cells: Vec<Cell> = Vec::new();
    for (index, (width, height)) in sizes.enumerate() {
        if x + width > COLUMNS {
            y += u32::from(row_height);
            (x, row_height) = (0, 0);
        }
        cells.push(Cell { index, x, y, width, height });
        x += width;
        row_height = row_height.max(height);
    }
    cells
}
