//! The events of one stream, in the order in which the service returns them.

use std::collections::{BTreeMap, btree_map};
use std::ops::Bound;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes that the service adds to each message when it counts sizes.
pub(super) const EVENT_OVERHEAD: u64 = 26;

/// An event's place: by time, then by arrival. Unique in a Region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EventKey {
    /// When it happened, milliseconds since the epoch.
    pub at_ms: i64,
    /// Which event of the Region it was to arrive, from 1. 0 names the place before all events of its millisecond.
    pub sequence: u64,
}

/// An event as it was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When it arrived, milliseconds since the epoch.
    pub ingested_ms: i64,
    /// What it says.
    pub message: Arc<str>,
}

/// Events by place. Adding anywhere, dropping from the front and reading from any place are cheap at any length.
#[derive(Debug, Clone, Default)]
pub(super) struct EventLog {
    events: BTreeMap<EventKey, Event>,
    bytes: u64,
}

impl EventKey {
    /// The place before every event of millisecond `at_ms`.
    pub(super) fn before(at_ms: i64) -> Self {
        Self { at_ms, sequence: 0 }
    }

    /// The id of the event here, 56 digits as the service's.
    pub(super) fn event_id(self) -> String {
        format!("{:020}{:036}", self.at_ms, self.sequence)
    }

    /// The place behind [`Self::event_id`].
    pub(super) fn from_digits(digits: &str) -> Option<Self> {
        if digits.len() != 56 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Some(Self { at_ms: digits[..20].parse().ok()?, sequence: digits[20..].parse().ok()? })
    }
}

impl Event {
    /// Its size as the service counts it, in bytes.
    pub fn size(&self) -> u64 {
        self.message.len() as u64 + EVENT_OVERHEAD
    }
}

impl EventLog {
    pub(super) fn add(&mut self, key: EventKey, event: Event) {
        self.bytes += event.size();
        self.events.insert(key, event);
    }

    /// Size of all events, in bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Drops the events before millisecond `cutoff_ms` and returns their size.
    pub(super) fn drop_before(&mut self, cutoff_ms: i64) -> u64 {
        if self.events.first_key_value().is_none_or(|(key, _)| key.at_ms >= cutoff_ms) {
            return 0;
        }
        let kept = self.events.split_off(&EventKey::before(cutoff_ms));
        let dropped: u64 = std::mem::replace(&mut self.events, kept).values().map(Event::size).sum();
        self.bytes -= dropped;
        dropped
    }

    /// Drops the oldest events until at least `bytes` are free, or all are gone; returns the size of what was dropped.
    pub(super) fn drop_oldest(&mut self, bytes: u64) -> u64 {
        let mut dropped = 0;
        while dropped < bytes {
            let Some((_, event)) = self.events.pop_first() else { break };
            dropped += event.size();
        }
        self.bytes -= dropped;
        dropped
    }

    /// The events after place `after` and before place `before`, oldest first.
    pub(super) fn between(&self, after: EventKey, before: EventKey) -> btree_map::Range<'_, EventKey, Event> {
        if after >= before {
            return self.events.range(after..after);
        }
        self.events.range((Bound::Excluded(after), Bound::Excluded(before)))
    }
}

/// In a snapshot: place and content of each event as one flat tuple.
impl Serialize for EventLog {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.events.iter().map(|(key, event)| (key.at_ms, key.sequence, event.ingested_ms, &*event.message)))
    }
}

impl<'de> Deserialize<'de> for EventLog {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let flat = Vec::<(i64, u64, i64, Arc<str>)>::deserialize(deserializer)?;
        let mut log = Self::default();
        for (at_ms, sequence, ingested_ms, message) in flat {
            log.add(EventKey { at_ms, sequence }, Event { ingested_ms, message });
        }
        Ok(log)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_give_way_first_and_sizes_stay_true() {
        let mut log = EventLog::default();
        for at_ms in 0..10 {
            log.add(EventKey { at_ms, sequence: 1 }, Event { ingested_ms: at_ms, message: "x".repeat(74).into() });
        }
        assert_eq!((log.bytes(), log.drop_oldest(250), log.bytes()), (1_000, 300, 700));
        assert_eq!(log.events.first_key_value().map(|(key, _)| key.at_ms), Some(3));
        assert_eq!((log.drop_oldest(5_000), log.bytes()), (700, 0));
    }
}
