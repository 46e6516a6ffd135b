//! `FilterLogEvents`: the events of a group's streams, merged by time and filtered by a pattern.
//!
//! Events are copied out in batches and matched outside the lock, so that a search through a large group holds nobody up. As the
//! service's, a page may come back short or empty with a token when much was searched and little found.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::btree_map::Range;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::checks::{self, INVALID, invalid};
use super::events::{Event, EventKey};
use super::read::{MAX_EVENTS, MAX_PAGE_BYTES, check_readable};
use super::state::{LogGroup, LogStream, State};
use super::view;
use crate::logs::filter_pattern::FilterPattern;
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::input::Input;

/// Events copied out at a time.
const BATCH: usize = 2_048;
/// Events searched for one page.
const MAX_SEARCHED: usize = 100_000;
/// 2024-01-01, before which newest-first reading is not offered.
const NEWEST_FIRST_SINCE_MS: i64 = 1_704_067_200_000;

/// What a call asks for.
struct Search<'a> {
    group: &'a str,
    streams: Streams<'a>,
    /// Milliseconds, both inclusive.
    first_ms: i64,
    last_ms: i64,
    pattern: FilterPattern,
    limit: usize,
    start: Start,
}

/// Which streams of the group.
enum Streams<'a> {
    Named(Vec<&'a str>),
    Prefixed(&'a str),
}

/// Where a page starts: after the last event searched, if any, in an order that a token keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Start {
    newest_first: bool,
    after: Option<EventKey>,
}

/// An event copied out of the state.
struct Candidate {
    key: EventKey,
    stream: Arc<str>,
    event: Event,
}

pub(super) fn filter(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let search = Search::of(&Input::new(value, INVALID), cx)?;
    let mut page = Page::default();
    let mut start = search.start;
    loop {
        let batch = view(sandbox, cx, |state| search.batch(state, start.after, cx.now.as_millisecond()))?;
        let last_batch = batch.len() < BATCH;
        let full = page.fill(&search, &batch, &mut start);
        if !full && last_batch {
            return Ok(page.answer(None));
        }
        if full || page.searched >= MAX_SEARCHED {
            return Ok(page.answer(Some(start)));
        }
    }
}

/// A page being filled.
#[derive(Default)]
struct Page {
    events: Vec<Value>,
    bytes: u64,
    searched: usize,
}

impl Page {
    /// Takes the matching events of `batch`, moving `start` along; true when the page is full.
    fn fill(&mut self, search: &Search<'_>, batch: &[Candidate], start: &mut Start) -> bool {
        for candidate in batch {
            if search.pattern.matches(&candidate.event.message) {
                self.bytes += candidate.event.size();
                if self.bytes > MAX_PAGE_BYTES && !self.events.is_empty() {
                    return true;
                }
                self.events.push(candidate.describe());
            }
            start.after = Some(candidate.key);
            self.searched += 1;
            if self.events.len() == search.limit {
                return true;
            }
        }
        false
    }

    /// The service has long stopped telling which streams it searched.
    fn answer(self, next: Option<Start>) -> Value {
        json!({ "events": self.events, "searchedLogStreams": [], "nextToken": next.map(Start::seal) })
    }
}

impl<'a> Search<'a> {
    fn of(input: &Input<'a>, cx: &CallContext) -> Result<Self, ApiError> {
        let first_ms = checks::time_ms(input, "startTime")?;
        Ok(Self {
            group: checks::group_or_identifier(input, cx)?,
            streams: Streams::of(input)?,
            first_ms: first_ms.unwrap_or(0),
            last_ms: checks::time_ms(input, "endTime")?.unwrap_or(i64::MAX),
            pattern: pattern_at(input, "filterPattern")?,
            limit: checks::limit(input, "limit", MAX_EVENTS)?,
            start: Start::of(input, first_ms)?,
        })
    }

    /// The next events after the place `after`, in reading order.
    fn batch(&self, state: &State, after: Option<EventKey>, now_ms: i64) -> Result<Vec<Candidate>, ApiError> {
        let group = state.existing(self.group)?;
        let streams = self.streams.of_group(group)?;
        check_readable(group, "FilterLogEvents")?;
        let mut first = EventKey::before(self.first_ms.max(group.oldest_visible_ms(now_ms)));
        let mut end = EventKey::before(self.last_ms.saturating_add(1));
        match after {
            Some(after) if self.start.newest_first => end = end.min(after),
            Some(after) => first = first.max(after),
            None => {}
        }
        let ranges = streams.into_iter().map(|(name, stream)| (name, stream.log.between(first, end))).collect();
        Ok(Merge::new(ranges, self.start.newest_first).take(BATCH).collect())
    }
}

/// The filter pattern at member `name`; one that matches everything when it was not sent.
pub(super) fn pattern_at(input: &Input<'_>, name: &str) -> Result<FilterPattern, ApiError> {
    let text = input.opt_str(name)?.unwrap_or_default();
    input.check_length(name, text, 0..=crate::logs::filter_pattern::MAX_PATTERN_CHARS)?;
    FilterPattern::parse(text).map_err(|error| {
        let (at, expected) = (text[..error.span.start].chars().count() + 1, error.expected);
        invalid(format!("Invalid filter pattern: {} (at character {at}: expected {expected})", error.message))
    })
}

impl<'a> Streams<'a> {
    fn of(input: &Input<'a>) -> Result<Self, ApiError> {
        let (names, prefix) = (input.strings("logStreamNames")?, input.opt_str("logStreamNamePrefix")?);
        match (input.get("logStreamNames"), prefix) {
            (Some(_), Some(_)) => Err(invalid("logStreamNames and logStreamNamePrefix are mutually exclusive parameters.")),
            (Some(_), None) => Self::named(input, names),
            (None, prefix) => {
                prefix.map_or(Ok(()), |prefix| checks::check_stream_name(input, "logStreamNamePrefix", prefix))?;
                Ok(Self::Prefixed(prefix.unwrap_or_default()))
            }
        }
    }

    fn named(input: &Input<'a>, mut names: Vec<&'a str>) -> Result<Self, ApiError> {
        names.iter().try_for_each(|name| checks::check_stream_name(input, "logStreamNames", name))?;
        if names.is_empty() || names.len() > 100 {
            let side = if names.is_empty() { "greater than or equal to 1" } else { "less than or equal to 100" };
            return Err(input.invalid("logStreamNames", &format!("[{}]", names.join(", ")), &format!("Member must have length {side}")));
        }
        names.sort_unstable();
        names.dedup();
        Ok(Self::Named(names))
    }

    fn of_group<'g>(&self, group: &'g LogGroup) -> Result<Vec<(&'g Arc<str>, &'g LogStream)>, ApiError> {
        match self {
            Self::Named(names) => names.iter().map(|name| group.streams.get_key_value(*name).ok_or_else(checks::no_such_stream)).collect(),
            Self::Prefixed(prefix) => Ok(group.streams.iter().filter(|(name, _)| name.starts_with(prefix)).collect()),
        }
    }
}

impl Start {
    fn of(input: &Input<'_>, first_ms: Option<i64>) -> Result<Self, ApiError> {
        if let Some(token) = input.opt_str("nextToken")? {
            return Self::open(token).ok_or_else(checks::bad_token);
        }
        let newest_first = !input.opt_bool("startFromHead")?.unwrap_or(true);
        if newest_first && first_ms.is_some_and(|first| first < NEWEST_FIRST_SINCE_MS) {
            return Err(invalid("startFromHead can be false only when startTime is on or after January 1, 2024 00:00:00 UTC."));
        }
        Ok(Self { newest_first, after: None })
    }

    fn seal(self) -> String {
        let place = self.after.map_or_else(String::new, EventKey::event_id);
        URL_SAFE_NO_PAD.encode(format!("{}{place}", if self.newest_first { 'd' } else { 'a' }))
    }

    fn open(token: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let newest_first = match text.get(..1)? {
            "a" => false,
            "d" => true,
            _ => return None,
        };
        Some(Self { newest_first, after: Some(EventKey::from_digits(&text[1..])?) })
    }
}

impl Candidate {
    fn describe(&self) -> Value {
        json!({
            "logStreamName": &*self.stream,
            "timestamp": self.key.at_ms,
            "message": &*self.event.message,
            "ingestionTime": self.event.ingested_ms,
            "eventId": self.key.event_id(),
        })
    }
}

/// The events of several streams in one order, without sorting more than is read.
struct Merge<'s> {
    streams: Vec<(&'s Arc<str>, Range<'s, EventKey, Event>)>,
    heads: BinaryHeap<Head<'s>>,
    newest_first: bool,
}

/// The next event of a stream; the heap's largest is read first. Keys are unique, so nothing else decides.
struct Head<'s> {
    rank: Result<EventKey, Reverse<EventKey>>,
    key: EventKey,
    event: &'s Event,
    stream: usize,
}

impl<'s> Merge<'s> {
    fn new(streams: Vec<(&'s Arc<str>, Range<'s, EventKey, Event>)>, newest_first: bool) -> Self {
        let mut merge = Self { heads: BinaryHeap::with_capacity(streams.len()), streams, newest_first };
        (0..merge.streams.len()).for_each(|stream| merge.advance(stream));
        merge
    }

    fn advance(&mut self, stream: usize) {
        let range = &mut self.streams[stream].1;
        let next = if self.newest_first { range.next_back() } else { range.next() };
        if let Some((&key, event)) = next {
            let rank = if self.newest_first { Ok(key) } else { Err(Reverse(key)) };
            self.heads.push(Head { rank, key, event, stream });
        }
    }
}

impl Iterator for Merge<'_> {
    type Item = Candidate;

    fn next(&mut self) -> Option<Candidate> {
        let Head { key, event, stream, .. } = self.heads.pop()?;
        self.advance(stream);
        Some(Candidate { key, stream: Arc::clone(self.streams[stream].0), event: event.clone() })
    }
}

impl Ord for Head<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank.cmp(&other.rank)
    }
}

impl PartialOrd for Head<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Head<'_> {}
