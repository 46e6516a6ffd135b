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

/// Which log groups a query names itself (`SOURCE`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    /// Names of log groups; none when they are chosen by the rest.
    pub names: Vec<String>,
    /// Beginnings of names; none means all.
    pub prefixes: Vec<String>,
    /// Accounts; none means all.
    pub accounts: Vec<String>,
    /// Classes of log groups; none means the standard one.
    pub classes: Vec<String>,
}

impl Source {
    /// Whether the group of this name is meant.
    pub fn includes(&self, group: &str) -> bool {
        if !self.names.is_empty() {
            return self.names.iter().any(|name| name == group);
        }
        self.prefixes.is_empty() || self.prefixes.iter().any(|prefix| group.starts_with(prefix.as_str()))
    }
}

/// Where a query gets events from that are not pushed: for subqueries, `join` and `diff`.
pub trait Elsewhere {
    /// The events of a time (milliseconds since the epoch, both inclusive), in any order. Without a source those of the log groups that
    /// the query itself is for. The error says why there are none, a sentence.
    fn events(&self, source: Option<&Source>, window: (i64, i64)) -> Result<Vec<Event>, String>;
}

/// For queries whose events are all pushed.
#[derive(Debug, Clone, Copy)]
pub struct Nowhere;

impl Elsewhere for Nowhere {
    fn events(&self, _: Option<&Source>, _: (i64, i64)) -> Result<Vec<Event>, String> {
        Err("Queries that need other events than those they are for (join, diff, subqueries) cannot be run here".to_owned())
    }
}

/// Events that are all at hand, told apart by log group and time: what a place without other log groups can offer.
#[derive(Debug, Clone, Copy)]
pub struct AtHand<'a>(pub &'a [Event]);

impl Elsewhere for AtHand<'_> {
    fn events(&self, source: Option<&Source>, (from, to): (i64, i64)) -> Result<Vec<Event>, String> {
        let group = |event: &Event| event.log.split_once(':').map_or_else(|| event.log.to_string(), |(_, group)| group.to_owned());
        // Files have no log group: there the stream is the name of the file.
        let is_in =
            |event: &Event, source: &Source| source.includes(&group(event)) || source.names.iter().any(|name| *name == *event.stream);
        let is_meant = |event: &&Event| source.is_none_or(|source| is_in(event, source));
        let found: Vec<Event> = self.0.iter().filter(|event| (from..=to).contains(&event.at_ms)).filter(is_meant).cloned().collect();
        match source {
            Some(source) if !source.names.is_empty() && !self.0.iter().any(|event| is_in(event, source)) => {
                Err(format!("No event of the log group {} is at hand", source.names.join(", ")))
            }
            _ => Ok(found),
        }
    }
}
