//! The log groups of a Region.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::checks;
use super::definitions::Definition;
use super::events::{Event, EventKey, EventLog};
use super::export::Tasks;
use super::metric_filters::{self, MetricFilter, Sample};
use super::queries::Queries;
use crate::base::clock::Timestamp;
use crate::sandbox::api::ApiError;

/// Event bytes that a Region keeps; a put beyond is refused, so that a forgotten program cannot fill the machine's memory.
pub(super) const MAX_STORED_BYTES: u64 = 1 << 30;

/// Groups that a Region keeps, for the same reason; the service allows a million.
const MAX_GROUPS: usize = 10_000;

/// Streams that a group keeps; the service has no limit.
const MAX_STREAMS: usize = 100_000;

/// Arrivals that are remembered for those who follow along.
const MAX_ARRIVALS: usize = 10_000;

pub(super) const DAY_MS: i64 = 86_400_000;

/// How often expired events are dropped while others arrive.
const DROP_EVERY_MS: i64 = 60_000;

/// Bytes that services of the account may keep in one stream. Above, the oldest events give way to new ones, so that a class that works for
/// weeks neither fills the machine nor makes deliveries fail; on AWS nothing gives way.
const DELIVERED_BYTES: u64 = 192 << 20;

/// How much room is made at once, as a part of [`DELIVERED_BYTES`].
const ROOM_PART: u64 = 16;

/// The log groups of a Region with their events.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Saved")]
pub struct State {
    groups: BTreeMap<String, LogGroup>,
    last_sequence: u64,
    /// Saved queries by id.
    pub(super) definitions: BTreeMap<String, Definition>,
    pub(super) exports: Tasks,
    #[serde(skip_serializing)]
    pub(super) queries: Queries,
    /// What arrived last, oldest first, for those who follow along.
    #[serde(skip_serializing)]
    arrivals: VecDeque<Arrival>,
    /// What metric filters drew and nobody has published yet.
    #[serde(skip_serializing)]
    samples: Vec<Sample>,
    /// Live Tail sessions that are open.
    #[serde(skip_serializing)]
    sessions: usize,
    /// Size of all events; counted anew from a snapshot.
    #[serde(skip_serializing)]
    pub(super) stored_bytes: u64,
}

/// An event that has just arrived.
#[derive(Debug, Clone)]
pub(super) struct Arrival {
    /// Which event of the Region it was to arrive.
    pub(super) sequence: u64,
    pub(super) group: Arc<str>,
    pub(super) stream: Arc<str>,
    pub(super) at_ms: i64,
    pub(super) ingested_ms: i64,
    pub(super) message: Arc<str>,
}

/// What a snapshot says.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Saved {
    groups: BTreeMap<String, LogGroup>,
    last_sequence: u64,
    definitions: BTreeMap<String, Definition>,
    exports: Tasks,
}

impl From<Saved> for State {
    fn from(Saved { groups, last_sequence, definitions, exports }: Saved) -> Self {
        let stored_bytes = groups.values().map(LogGroup::stored_bytes).sum();
        Self { groups, last_sequence, definitions, exports, stored_bytes, ..Self::default() }
    }
}

/// A log group.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LogGroup {
    /// When it was created, milliseconds since the epoch.
    pub created_ms: i64,
    /// Days after which events expire; never when absent.
    pub retention_days: Option<u16>,
    /// ARN of the encrypting key.
    pub kms_key_id: Option<String>,
    /// `STANDARD`, `INFREQUENT_ACCESS`, …
    pub class: String,
    /// Tags by key.
    pub tags: BTreeMap<String, String>,
    /// Whether deletion is blocked.
    pub deletion_protection: bool,
    pub(super) streams: BTreeMap<Arc<str>, LogStream>,
    pub(super) metric_filters: BTreeMap<String, MetricFilter>,
    /// Events before this moment have been dropped, milliseconds since the epoch.
    pub(super) dropped_before_ms: i64,
}

/// A log stream.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LogStream {
    /// When it was created, milliseconds since the epoch.
    pub created_ms: i64,
    /// When an event last arrived, milliseconds since the epoch.
    pub last_ingestion_ms: Option<i64>,
    pub(super) log: EventLog,
}

impl State {
    /// Whether the group exists.
    pub fn group_exists(&self, group: &str) -> bool {
        self.groups.contains_key(group)
    }

    /// The group, if it exists.
    pub fn group(&self, group: &str) -> Option<&LogGroup> {
        self.groups.get(group)
    }

    /// Delivers one event as an AWS service does: now, into a stream that is created when it is missing.
    pub fn put_event(&mut self, group: &str, stream: &str, message: &str, now: Timestamp) -> Result<(), ApiError> {
        self.put_event_at(group, stream, message, now, now)
    }

    /// Delivers one event that happened at `at` and arrives `now`. An event past the group's retention is taken and forgotten.
    pub fn put_event_at(&mut self, group: &str, stream: &str, message: &str, at: Timestamp, now: Timestamp) -> Result<(), ApiError> {
        let now_ms = now.as_millisecond();
        if self.groups.get(group).is_some_and(|found| !found.streams.contains_key(stream)) {
            self.create_stream(group, stream, now_ms)?;
        }
        self.make_room(group, stream);
        self.append(group, stream, &[(at.as_millisecond(), message)], now_ms).map(|_| ())
    }

    fn make_room(&mut self, group: &str, stream: &str) {
        let Some(log) = self.groups.get_mut(group).and_then(|group| group.streams.get_mut(stream)).map(|stream| &mut stream.log) else {
            return;
        };
        if log.bytes() > DELIVERED_BYTES {
            self.stored_bytes -= log.drop_oldest(DELIVERED_BYTES / ROOM_PART);
        }
    }

    pub(super) fn groups(&self) -> &BTreeMap<String, LogGroup> {
        &self.groups
    }

    pub(super) fn existing(&self, group: &str) -> Result<&LogGroup, ApiError> {
        self.groups.get(group).ok_or_else(checks::no_such_group)
    }

    pub(super) fn existing_mut(&mut self, group: &str) -> Result<&mut LogGroup, ApiError> {
        self.groups.get_mut(group).ok_or_else(checks::no_such_group)
    }

    pub(super) fn create_group(&mut self, name: &str, group: LogGroup) -> Result<(), ApiError> {
        if self.group_exists(name) {
            return Err(checks::already_exists("The specified log group already exists"));
        }
        if self.groups.len() >= MAX_GROUPS {
            return Err(ApiError::new(400, "LimitExceededException", "Resource limit exceeded."));
        }
        self.groups.insert(name.to_owned(), group);
        Ok(())
    }

    pub(super) fn delete_group(&mut self, name: &str) -> Result<(), ApiError> {
        self.existing(name)?;
        if let Some(group) = self.groups.remove(name) {
            self.stored_bytes -= group.stored_bytes();
        }
        Ok(())
    }

    pub(super) fn create_stream(&mut self, group: &str, stream: &str, now_ms: i64) -> Result<(), ApiError> {
        let group = self.existing_mut(group)?;
        if group.streams.contains_key(stream) {
            return Err(checks::already_exists("The specified log stream already exists"));
        }
        if group.streams.len() >= MAX_STREAMS {
            return Err(ApiError::new(400, "LimitExceededException", "Resource limit exceeded."));
        }
        group.streams.insert(stream.into(), LogStream { created_ms: now_ms, ..LogStream::default() });
        Ok(())
    }

    pub(super) fn delete_stream(&mut self, group: &str, stream: &str) -> Result<(), ApiError> {
        let removed = self.existing_mut(group)?.streams.remove(stream).ok_or_else(checks::no_such_stream)?;
        self.stored_bytes -= removed.log.bytes();
        Ok(())
    }

    /// Adds events (time in milliseconds, message) to an existing stream and returns the number of the last one.
    pub(super) fn append(&mut self, group: &str, stream: &str, events: &[(i64, &str)], now_ms: i64) -> Result<u64, ApiError> {
        self.drop_expired_now_and_then(group, now_ms)?;
        let event = |message: &str| Event { ingested_ms: now_ms, message: message.into() };
        let bytes: u64 = events.iter().map(|(_, message)| message.len() as u64 + super::events::EVENT_OVERHEAD).sum();
        if self.stored_bytes + bytes > MAX_STORED_BYTES {
            return Err(full());
        }
        let first = self.last_sequence + 1;
        let found = self.groups.get_mut(group).ok_or_else(checks::no_such_group)?;
        self.samples.extend(metric_filters::samples(found.metric_filters.values(), events));
        let name: Arc<str> = stream.into();
        let stream = found.streams.get_mut(stream).ok_or_else(checks::no_such_stream)?;
        for (sequence, &(at_ms, message)) in (first..).zip(events) {
            let event = event(message);
            self.arrivals.push_back(Arrival::new(group, &name, at_ms, now_ms, &event.message, sequence));
            stream.log.add(EventKey { at_ms, sequence }, event);
        }
        stream.last_ingestion_ms = Some(now_ms);
        self.arrivals.drain(..self.arrivals.len().saturating_sub(MAX_ARRIVALS));
        self.stored_bytes += bytes;
        self.last_sequence += events.len() as u64;
        Ok(self.last_sequence)
    }

    /// What arrived after the event of this number, as far as it is still remembered.
    pub(super) fn arrivals_after(&self, sequence: u64) -> impl Iterator<Item = &Arrival> {
        let start = self.arrivals.partition_point(|arrival| arrival.sequence <= sequence);
        self.arrivals.range(start..)
    }

    /// The number of the last event that arrived.
    pub(super) fn last_arrival(&self) -> u64 {
        self.last_sequence
    }

    /// Counts a Live Tail session in, unless there are `most` already.
    pub(super) fn open_session(&mut self, most: usize) -> Result<(), ApiError> {
        if self.sessions >= most {
            return Err(ApiError::new(400, "LimitExceededException", format!("At most {most} Live Tail sessions can be open at a time.")));
        }
        self.sessions += 1;
        Ok(())
    }

    /// Counts a Live Tail session out.
    pub(super) fn close_session(&mut self) {
        self.sessions = self.sessions.saturating_sub(1);
    }

    /// Whether metric filters drew something that is not published yet.
    pub(super) fn has_samples(&self) -> bool {
        !self.samples.is_empty()
    }

    /// What metric filters drew since the last time.
    pub(super) fn take_samples(&mut self) -> Vec<Sample> {
        std::mem::take(&mut self.samples)
    }

    /// Drops what is past its retention, at most once a minute: until then it is merely invisible.
    fn drop_expired_now_and_then(&mut self, group: &str, now_ms: i64) -> Result<(), ApiError> {
        let found = self.existing(group)?;
        let due = found.oldest_visible_ms(now_ms) >= found.dropped_before_ms + DROP_EVERY_MS;
        if due { self.drop_expired(group, now_ms) } else { Ok(()) }
    }

    /// Drops what is past its retention.
    pub(super) fn drop_expired(&mut self, group: &str, now_ms: i64) -> Result<(), ApiError> {
        let group = self.existing_mut(group)?;
        let cutoff_ms = group.oldest_visible_ms(now_ms);
        group.dropped_before_ms = cutoff_ms;
        let dropped: u64 = group.streams.values_mut().map(|stream| stream.log.drop_before(cutoff_ms)).sum();
        self.stored_bytes -= dropped;
        Ok(())
    }
}

impl LogGroup {
    /// Size of the group's events, in bytes.
    pub fn stored_bytes(&self) -> u64 {
        self.streams.values().map(|stream| stream.log.bytes()).sum()
    }

    /// What the events of all streams say from `at_ms` on, stream by stream, oldest first.
    pub fn messages_since(&self, at_ms: i64) -> impl Iterator<Item = &str> {
        let end = EventKey::before(i64::MAX);
        self.streams.values().flat_map(move |stream| stream.log.between(EventKey::before(at_ms), end)).map(|(_, event)| &*event.message)
    }

    /// The first millisecond whose events have not expired.
    pub(super) fn oldest_visible_ms(&self, now_ms: i64) -> i64 {
        self.retention_days.map_or(0, |days| now_ms - i64::from(days) * DAY_MS)
    }

    pub(super) fn existing_stream(&self, stream: &str) -> Result<&LogStream, ApiError> {
        self.streams.get(stream).ok_or_else(checks::no_such_stream)
    }
}

fn full() -> ApiError {
    let message = "The sandbox keeps at most 1 GiB of log events in a Region. Delete a log group or set a shorter retention";
    ApiError::new(400, "LimitExceededException", message)
}
