//! What a Live Tail has brought: lines in a bounded ring, what is looked for in them, and how many come a second. Knows nothing of sessions.

mod lens;
mod meter;
mod ring;

use std::sync::Arc;

pub use lens::{Found, Lens, TERMS};
pub use meter::Meter;
pub use ring::Ring;

use super::store::Entry;

/// A line of a tail.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// An event that came.
    Event(Tailed),
    /// Something that a reader must know at this place: events may be missing here.
    Break(String),
}

/// A log event that came through a Live Tail.
#[derive(Debug, Clone, PartialEq)]
pub struct Tailed {
    /// The event; its id is ours, as Live Tail gives none.
    pub entry: Arc<Entry>,
    /// Name of its log group.
    pub group: Arc<str>,
    /// Name of its stream.
    pub stream: Arc<str>,
    /// When it arrived at CloudWatch, milliseconds since the epoch.
    pub ingested_ms: i64,
}

impl Line {
    /// The event, if it is one.
    pub fn event(&self) -> Option<&Tailed> {
        match self {
            Self::Event(tailed) => Some(tailed),
            Self::Break(_) => None,
        }
    }

    /// Bytes of its text.
    fn bytes(&self) -> usize {
        match self {
            Self::Event(tailed) => tailed.entry.line.len(),
            Self::Break(words) => words.len(),
        }
    }
}

#[cfg(test)]
pub(super) fn line(text: &str) -> Arc<Line> {
    let entry = Arc::new(Entry::new("1", 0, text));
    Arc::new(Line::Event(Tailed { entry, group: "lab".into(), stream: "s".into(), ingested_ms: 0 }))
}
