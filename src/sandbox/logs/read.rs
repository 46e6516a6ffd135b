//! `GetLogEvents`: one stream, page by page, in both directions.

use serde_json::{Value, json};

use super::checks::{self, INVALID, invalid};
use super::events::{Event, EventKey};
use super::state::{LogGroup, State};
use super::view;
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::input::Input;

/// Most events on a page.
pub(super) const MAX_EVENTS: i64 = 10_000;
/// Most bytes on a page; a single larger event makes a page of its own.
pub(super) const MAX_PAGE_BYTES: u64 = 1 << 20;

/// A place in a stream between two events, and which way to read from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cursor {
    /// Towards newer events: those after the place.
    Forward(EventKey),
    /// Towards older events: the one at the place and those before it.
    Backward(EventKey),
}

/// What a call asks for.
struct Query<'a> {
    group: &'a str,
    stream: &'a str,
    /// Milliseconds, start inclusive and end exclusive.
    times: std::ops::Range<i64>,
    cursor: Option<Cursor>,
    from_head: bool,
    limit: usize,
}

pub(super) fn get(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let query = Query::of(&Input::new(value, INVALID), cx)?;
    view(sandbox, cx, |state| query.run(state, cx.now.as_millisecond()))
}

/// Reading is not offered for every class of log group.
pub(super) fn check_readable(group: &LogGroup, operation: &str) -> Result<(), ApiError> {
    if group.class == "STANDARD" {
        return Ok(());
    }
    Err(invalid(format!("{operation} is not supported for log groups of class {}. Query them with Logs Insights.", group.class)))
}

impl<'a> Query<'a> {
    fn of(input: &Input<'a>, cx: &CallContext) -> Result<Self, ApiError> {
        let start = checks::time_ms(input, "startTime")?.unwrap_or(0);
        let end = checks::time_ms(input, "endTime")?.unwrap_or(i64::MAX);
        Ok(Self {
            group: checks::group_or_identifier(input, cx)?,
            stream: checks::stream_name(input, "logStreamName")?,
            times: start..end,
            cursor: input.opt_str("nextToken")?.map(|token| Cursor::open(token).ok_or_else(checks::bad_token)).transpose()?,
            from_head: input.opt_bool("startFromHead")?.unwrap_or(false),
            limit: checks::limit(input, "limit", MAX_EVENTS)?,
        })
    }

    fn run(&self, state: &State, now_ms: i64) -> ApiResult {
        let group = state.existing(self.group)?;
        let stream = group.existing_stream(self.stream)?;
        check_readable(group, "GetLogEvents")?;
        let first = EventKey::before(self.times.start.max(group.oldest_visible_ms(now_ms)));
        let end = EventKey::before(self.times.end);
        let cursor = self.cursor.unwrap_or(if self.from_head { Cursor::Forward(first) } else { Cursor::Backward(end) });
        let page = match cursor {
            Cursor::Forward(place) => full_page(stream.log.between(place.max(first), end), self.limit),
            Cursor::Backward(place) => {
                let mut page = full_page(stream.log.between(first, place.next().min(end)).rev(), self.limit);
                page.reverse();
                page
            }
        };
        let rest = self.cursor.map_or(first, Cursor::place);
        Ok(answer(&page, rest))
    }
}

/// As many events as fit on a page.
fn full_page<'s>(events: impl Iterator<Item = (&'s EventKey, &'s Event)>, limit: usize) -> Vec<(&'s EventKey, &'s Event)> {
    let mut bytes = 0;
    let fits = |(_, event): &(&EventKey, &Event)| {
        let first = bytes == 0;
        bytes += event.size();
        first || bytes <= MAX_PAGE_BYTES
    };
    events.take(limit).take_while(fits).collect()
}

/// A page and the tokens around it. An empty page stays at the place `rest`.
fn answer(page: &[(&EventKey, &Event)], rest: EventKey) -> Value {
    let after = page.last().map_or(rest, |(key, _)| **key);
    let before = page.first().map_or(rest, |(key, _)| key.previous());
    let events: Vec<Value> = page
        .iter()
        .map(|(key, event)| json!({ "timestamp": key.at_ms, "message": &*event.message, "ingestionTime": event.ingested_ms }))
        .collect();
    json!({ "events": events, "nextForwardToken": Cursor::Forward(after).seal(), "nextBackwardToken": Cursor::Backward(before).seal() })
}

impl EventKey {
    /// The place just before this event.
    fn previous(self) -> Self {
        Self { sequence: self.sequence.saturating_sub(1), ..self }
    }

    /// The first place after this one.
    fn next(self) -> Self {
        Self { sequence: self.sequence.saturating_add(1), ..self }
    }
}

impl Cursor {
    fn place(self) -> EventKey {
        match self {
            Self::Forward(place) | Self::Backward(place) => place,
        }
    }

    fn seal(self) -> String {
        match self {
            Self::Forward(place) => format!("f/{}/s", place.event_id()),
            Self::Backward(place) => format!("b/{}/s", place.event_id()),
        }
    }

    fn open(token: &str) -> Option<Self> {
        let (direction, digits) = token.strip_suffix("/s")?.split_once('/')?;
        let place = EventKey::from_digits(digits)?;
        match direction {
            "f" => Some(Self::Forward(place)),
            "b" => Some(Self::Backward(place)),
            _ => None,
        }
    }
}
