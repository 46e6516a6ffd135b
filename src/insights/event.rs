//! What a query runs over: log events, newest first.

use std::fmt;
use std::sync::Arc;

use super::line::Line;

/// A log event as a query sees it. A copy costs a few counts.
#[derive(Debug, Clone)]
pub struct Event {
    /// When it happened, milliseconds since the epoch.
    pub at_ms: i64,
    /// When it arrived, milliseconds since the epoch.
    pub ingested_ms: i64,
    /// Name of its log stream.
    pub stream: Line,
    /// `ACCOUNT:GROUP`.
    pub log: Line,
    /// What it says.
    pub message: Line,
    /// What finds it again.
    pub pointer: Pointer,
}

/// What finds an event again (`@ptr`); written out only for rows that are shown.
#[derive(Debug, Clone, Default)]
pub enum Pointer {
    /// Nothing does.
    #[default]
    None,
    /// A number, such as a place in a file.
    Number(u64),
    /// A text.
    Text(Line),
    /// What the holder of the event makes of its time and this number.
    Sealed(Arc<dyn Seal>, u64),
}

/// Writes pointers to the events of one place, such as a log stream.
pub trait Seal: fmt::Debug + Send + Sync {
    /// The pointer to the event of this millisecond and sequence number.
    fn seal(&self, at_ms: i64, sequence: u64) -> String;
}

impl Event {
    /// The pointer as results have it.
    pub fn pointer_text(&self) -> Option<String> {
        match &self.pointer {
            Pointer::None => None,
            Pointer::Number(number) => Some(number.to_string()),
            Pointer::Text(text) => Some(text.to_string()).filter(|text| !text.is_empty()),
            Pointer::Sealed(place, sequence) => Some(place.seal(self.at_ms, *sequence)),
        }
    }
}
