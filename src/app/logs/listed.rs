//! What the list shows: the found records, or all records around one of them. Rows are counted from the newest.

use std::sync::Arc;

use super::LogsState;
use crate::logs::store::{Entry, Store};
use crate::logs::view::View;
use crate::ui::widgets::Selection;

/// Records shown to each side of the one in question at first, and how many more each time.
pub const CONTEXT_STEP: usize = 25;

/// A record whose neighbours are shown, whatever the filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    /// Time of the record, milliseconds since the epoch.
    pub at_ms: i64,
    /// Id of its event.
    pub id: Box<str>,
    /// Older records shown.
    pub before: usize,
    /// Newer records shown.
    pub after: usize,
    /// The way back.
    pub back: Back,
}

/// What was selected among the found records.
#[derive(Debug, Clone, PartialEq)]
pub struct Back {
    /// The selected rows.
    pub rows: Selection,
    /// Number of the search that found them: rows of another one are others.
    pub search: u64,
    /// Time and id of the opened event.
    pub opened: (i64, Box<str>),
}

/// The rows of the list.
#[derive(Debug, Clone, Copy)]
pub enum Listed<'a> {
    /// What the filter found.
    Found(&'a Arc<View>),
    /// A stretch of the store.
    Around {
        /// The store.
        store: &'a Arc<Store>,
        /// Place of the oldest event that is shown.
        first: usize,
        /// Place of the newest event that is shown.
        last: usize,
        /// Place of the event in question.
        anchor: usize,
    },
}

impl<'a> Listed<'a> {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Found(view) => view.rows.len(),
            Self::Around { first, last, .. } => last - first + 1,
        }
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The store that the rows are of.
    pub fn store(&self) -> &'a Arc<Store> {
        match self {
            Self::Found(view) => &view.store,
            Self::Around { store, .. } => store,
        }
    }

    /// The place in the store of the event in `row`.
    pub fn index(&self, row: usize) -> Option<usize> {
        match self {
            Self::Found(view) => view.rows.get(row).map(|index| *index as usize),
            Self::Around { first, last, .. } => last.checked_sub(row).filter(|index| index >= first),
        }
    }

    /// The event in `row`.
    pub fn entry(&self, row: usize) -> Option<Arc<Entry>> {
        self.store().get(self.index(row)?)
    }

    /// The row of the event at `index` of the store.
    pub fn row_of(&self, index: usize) -> Option<usize> {
        match self {
            Self::Found(view) => view.row_of(index),
            Self::Around { first, last, .. } => (*first..=*last).contains(&index).then(|| last - index),
        }
    }

    /// The row of the event that the list is about, where there is one.
    pub fn anchor_row(&self) -> Option<usize> {
        match self {
            Self::Found(_) => None,
            Self::Around { anchor, .. } => self.row_of(*anchor),
        }
    }
}

impl LogsState {
    /// What the list shows.
    pub fn listed(&self) -> Listed<'_> {
        let found = Listed::Found(&self.view);
        let Some(context) = &self.context else { return found };
        let Some(anchor) = self.store.find(context.at_ms, &context.id) else { return found };
        let last = (anchor + context.after).min(self.store.len() - 1);
        Listed::Around { store: &self.store, first: anchor.saturating_sub(context.before), last, anchor }
    }
}
