//! `PutLogEvents`: the rules of a batch, and which of its events are too old or too new.

use serde_json::{Value, json};

use super::change;
use super::checks::{self, INVALID, invalid};
use super::events::{EVENT_OVERHEAD, EventKey};
use super::metric_filters;
use super::state::{DAY_MS, State};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::input::Input;

/// Most events in a batch.
const MAX_EVENTS: usize = 10_000;
/// Largest batch, and largest event with its overhead, in bytes.
const MAX_BYTES: u64 = 1_048_576;
/// Oldest event that is taken, and how far ahead one may be, in milliseconds.
const MAX_AGE_MS: i64 = 14 * DAY_MS;
const MAX_AHEAD_MS: i64 = 2 * 3_600_000;

pub(super) fn put(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let group = checks::group_name(&input, "logGroupName")?;
    let stream = checks::stream_name(&input, "logStreamName")?;
    let events = batch(&input)?;
    let now_ms = cx.now.as_millisecond();
    let answer = change(sandbox, cx, |state| {
        let rejected = Rejected::of(state, group, stream, &events, now_ms)?;
        let accepted = rejected.accepted(&events);
        check_span(accepted)?;
        let last = state.append(group, stream, accepted, now_ms)?;
        let token = EventKey { at_ms: now_ms, sequence: last }.event_id();
        Ok(json!({ "nextSequenceToken": token, "rejectedLogEventsInfo": rejected.describe() }))
    })?;
    publish(sandbox, cx);
    Ok(answer)
}

/// What metric filters drew is there as soon as the call has been answered; on AWS it takes a minute or two.
fn publish(sandbox: &Sandbox, cx: &CallContext) {
    let mut world = sandbox.world();
    if world.region_view(&cx.region).logs.has_samples() {
        metric_filters::publish(world.region(&cx.region), cx.now);
    }
}

/// The events of a call, as (time, message), checked as a batch.
fn batch<'a>(input: &Input<'a>) -> Result<Vec<(i64, &'a str)>, ApiError> {
    let structures = input.structures("logEvents")?;
    let count = structures.len();
    if input.get("logEvents").is_none() {
        return Err(input.missing("logEvents"));
    }
    if count == 0 {
        return Err(input.invalid("logEvents", "[]", "Member must have length greater than or equal to 1"));
    }
    if count > MAX_EVENTS {
        return Err(input.invalid("logEvents", &format!("{count} events"), "Member must have length less than or equal to 10000"));
    }
    let events = structures.iter().map(event).collect::<Result<Vec<_>, _>>()?;
    check_sizes(&events)?;
    if !events.is_sorted_by_key(|(at_ms, _)| *at_ms) {
        return Err(invalid("Log events in a single PutLogEvents request must be in chronological order."));
    }
    Ok(events)
}

fn event<'a>(input: &Input<'a>) -> Result<(i64, &'a str), ApiError> {
    let at_ms = input.required_i64("timestamp")?;
    input.check_range("timestamp", at_ms, 0..=i64::MAX)?;
    let message = input.required_str("message")?;
    input.check_length("message", message, 1..=usize::MAX)?;
    Ok((at_ms, message))
}

fn check_sizes(events: &[(i64, &str)]) -> Result<(), ApiError> {
    let sizes = || events.iter().map(|(_, message)| message.len() as u64 + EVENT_OVERHEAD);
    if let Some(size) = sizes().find(|size| *size > MAX_BYTES) {
        return Err(invalid(format!("Log event too large: {size} bytes exceeds limit of {MAX_BYTES}")));
    }
    let total: u64 = sizes().sum();
    if total > MAX_BYTES {
        return Err(invalid(format!("Upload too large: {total} bytes exceeds limit of {MAX_BYTES}")));
    }
    Ok(())
}

fn check_span(events: &[(i64, &str)]) -> Result<(), ApiError> {
    let span = events.last().zip(events.first()).map_or(0, |((last, _), (first, _))| last - first);
    if span > DAY_MS {
        return Err(invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours."));
    }
    Ok(())
}

/// How many events at the start of a batch are refused for their age, and from which index on for being ahead of time.
#[derive(Debug, Default, PartialEq, Eq)]
struct Rejected {
    expired: usize,
    too_old: usize,
    too_new: Option<usize>,
}

impl Rejected {
    /// Looks at a batch for an existing stream.
    fn of(state: &State, group: &str, stream: &str, events: &[(i64, &str)], now_ms: i64) -> Result<Self, ApiError> {
        let group = state.existing(group)?;
        group.existing_stream(stream)?;
        let before = |cutoff_ms: i64| events.partition_point(|(at_ms, _)| *at_ms < cutoff_ms);
        let too_new = before(now_ms + MAX_AHEAD_MS + 1);
        Ok(Self {
            expired: before(group.oldest_visible_ms(now_ms)),
            too_old: before(now_ms - MAX_AGE_MS),
            too_new: Some(too_new).filter(|index| *index < events.len()),
        })
    }

    fn accepted<'e, 'a>(&self, events: &'e [(i64, &'a str)]) -> &'e [(i64, &'a str)] {
        &events[self.expired.max(self.too_old)..self.too_new.unwrap_or(events.len())]
    }

    /// `rejectedLogEventsInfo`: the ends are exclusive, the start is inclusive; null when nothing is rejected.
    fn describe(&self) -> Value {
        if *self == Self::default() {
            return Value::Null;
        }
        let end = |count: usize| Some(count).filter(|count| *count > 0);
        json!({
            "tooNewLogEventStartIndex": self.too_new,
            "tooOldLogEventEndIndex": end(self.too_old),
            "expiredLogEventEndIndex": end(self.expired),
        })
    }
}
