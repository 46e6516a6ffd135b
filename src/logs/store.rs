//! The loaded log events: sorted by time, each once, bounded in number. Cheap to share; changed by making a new one off the window's thread.

use std::fmt;
use std::sync::Arc;

use super::record::Interner;
use super::{InvocationRecord, Parsed};

/// One log event: its raw line and what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// CloudWatch's id of the event.
    pub id: Box<str>,
    /// The event's time, milliseconds since the epoch.
    pub at_ms: i64,
    /// The line as it came, untouched.
    pub line: Arc<str>,
    /// What the line is.
    pub parsed: Parsed,
}

impl Entry {
    /// Reads an event.
    pub fn new(id: &str, at_ms: i64, line: &str) -> Self {
        Self::sharing(id, at_ms, line, &mut Interner::default())
    }

    /// Reads an event, sharing repeated texts with others.
    pub fn sharing(id: &str, at_ms: i64, line: &str, texts: &mut Interner) -> Self {
        Self { id: id.into(), at_ms, line: line.into(), parsed: InvocationRecord::parse_sharing(line, texts) }
    }

    /// The invocation, if the event is one.
    pub fn record(&self) -> Option<&InvocationRecord> {
        match &self.parsed {
            Parsed::Invocation(record) => Some(record),
            Parsed::Raw => None,
        }
    }
}

/// Loaded events, oldest first.
#[derive(Clone, Default, PartialEq)]
pub struct Store {
    rows: Vec<Row>,
    forgotten: u64,
}

/// An event with its time beside the pointer, so that sorting and searching by time touch one array.
#[derive(Clone, PartialEq)]
struct Row {
    at_ms: i64,
    entry: Arc<Entry>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("len", &self.rows.len()).field("forgotten", &self.forgotten).finish()
    }
}

impl Store {
    /// Events kept; the oldest above it are forgotten.
    pub const MAX: usize = 200_000;

    /// The same events with `entries` added: sorted by time, each id once, the newest [`Self::MAX`] kept.
    #[must_use]
    pub fn with(&self, entries: Vec<Entry>) -> Self {
        self.with_at_most(entries, Self::MAX)
    }

    fn with_at_most(&self, entries: Vec<Entry>, max: usize) -> Self {
        let mut rows = Vec::with_capacity(self.rows.len() + entries.len());
        rows.extend(self.rows.iter().cloned());
        rows.extend(entries.into_iter().map(|entry| Row { at_ms: entry.at_ms, entry: Arc::new(entry) }));
        // A stable sort of few sorted runs is a merge. Equal ids have equal times, so copies become neighbours.
        rows.sort_by(|a, b| a.at_ms.cmp(&b.at_ms).then_with(|| a.entry.id.cmp(&b.entry.id)));
        rows.dedup_by(|a, b| a.at_ms == b.at_ms && a.entry.id == b.entry.id);
        let excess = rows.len().saturating_sub(max);
        rows.drain(..excess);
        Self { rows, forgotten: self.forgotten + excess as u64 }
    }

    /// How many events are loaded.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nothing is loaded.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many older events were left out to stay below [`Self::MAX`].
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// The event at `index`, oldest first.
    pub fn get(&self, index: usize) -> Option<&Arc<Entry>> {
        self.rows.get(index).map(|row| &row.entry)
    }

    /// The time of the oldest and of the newest event, milliseconds since the epoch.
    pub fn extent(&self) -> Option<(i64, i64)> {
        Some((self.rows.first()?.at_ms, self.rows.last()?.at_ms))
    }

    /// The newest events first.
    pub fn newest(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.rows.iter().rev().map(|row| &row.entry)
    }

    /// The place of the event that is the record of `request_id`, newest first searched.
    pub fn find_request(&self, request_id: &str) -> Option<usize> {
        self.rows.iter().rposition(|row| row.entry.record().is_some_and(|record| &*record.request_id == request_id))
    }

    /// The place of the event with this time and id.
    pub fn find(&self, at_ms: i64, id: &str) -> Option<usize> {
        let key = |row: &Row| (row.at_ms, row.entry.id.clone());
        self.rows.binary_search_by(|row| key(row).cmp(&(at_ms, id.into()))).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(id: &str, at_ms: i64) -> Entry {
        Entry::new(id, at_ms, "line")
    }

    #[test]
    fn events_are_sorted_and_each_is_there_once() {
        let store = Store::default().with(vec![raw("b", 20), raw("a", 10)]);
        let store = store.with(vec![raw("c", 15), raw("a", 10), raw("d", 20)]);
        let ids: Vec<_> = store.newest().map(|entry| &*entry.id).collect();
        assert_eq!(ids, ["d", "b", "c", "a"]);
        assert_eq!((store.extent(), store.find(15, "c"), store.find(15, "x")), (Some((10, 20)), Some(1), None));
    }

    #[test]
    fn the_oldest_events_above_the_bound_are_forgotten_and_counted() {
        let store = Store::default().with_at_most((0..10).map(|n| raw(&n.to_string(), n)).collect(), 4);
        assert_eq!((store.len(), store.forgotten(), store.extent()), (4, 6, Some((6, 9))));
    }
}
