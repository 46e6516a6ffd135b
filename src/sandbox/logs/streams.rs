//! Operations on log streams.

use serde_json::{Value, json};

use super::checks::{self, INVALID, invalid};
use super::events::EventKey;
use super::page::Page;
use super::state::{LogGroup, LogStream};
use super::{change, view};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::input::Input;

pub(super) fn create(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let group = checks::group_name(&input, "logGroupName")?;
    let stream = checks::stream_name(&input, "logStreamName")?;
    change(sandbox, cx, |state| state.create_stream(group, stream, cx.now.as_millisecond()))?;
    Ok(Value::Null)
}

pub(super) fn delete(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let group = checks::group_name(&input, "logGroupName")?;
    let stream = checks::stream_name(&input, "logStreamName")?;
    change(sandbox, cx, |state| {
        if state.existing(group)?.deletion_protection {
            let message = "The log stream cannot be deleted because deletion protection is enabled on its log group.";
            return Err(ApiError::new(400, "ValidationException", message));
        }
        state.delete_stream(group, stream)
    })?;
    Ok(Value::Null)
}

pub(super) fn describe(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let group = checks::group_or_identifier(&input, cx)?;
    let page = Page::of(&input)?;
    let order = Order::of(&input)?;
    view(sandbox, cx, |state| {
        let found = state.existing(group)?;
        let cutoff_ms = found.oldest_visible_ms(cx.now.as_millisecond());
        let (streams, next) = page.cut(order.sorted(found, cutoff_ms).into_iter())?;
        let arn = checks::group_arn(cx, group);
        let streams: Vec<Value> = streams.into_iter().map(|(name, stream)| described(&arn, name, stream, cutoff_ms)).collect();
        Ok(json!({ "logStreams": streams, "nextToken": next }))
    })
}

/// Which streams a describe call asks for, and how they are sorted.
struct Order<'a> {
    prefix: &'a str,
    by_time: bool,
    descending: bool,
}

impl<'a> Order<'a> {
    fn of(input: &Input<'a>) -> Result<Self, ApiError> {
        let prefix = input.opt_str("logStreamNamePrefix")?;
        prefix.map_or(Ok(()), |prefix| checks::check_stream_name(input, "logStreamNamePrefix", prefix))?;
        let by_time = match input.opt_str("orderBy")? {
            None | Some("LogStreamName") => false,
            Some("LastEventTime") => true,
            Some(other) => {
                return Err(input.invalid("orderBy", other, "Member must satisfy enum value set: [LogStreamName, LastEventTime]"));
            }
        };
        if by_time && prefix.is_some() {
            return Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
        }
        Ok(Self { prefix: prefix.unwrap_or_default(), by_time, descending: input.opt_bool("descending")?.unwrap_or(false) })
    }

    fn sorted<'g>(&self, group: &'g LogGroup, cutoff_ms: i64) -> Vec<(&'g str, &'g LogStream)> {
        let matching = group.streams.iter().filter(|(name, _)| name.starts_with(self.prefix));
        let mut streams: Vec<_> = matching.map(|(name, stream)| (&**name, stream)).collect();
        if self.by_time {
            streams.sort_by_key(|(_, stream)| first_and_last(stream, cutoff_ms).map(|(_, last)| last));
        }
        if self.descending {
            streams.reverse();
        }
        streams
    }
}

/// Times of the first and the last visible event.
fn first_and_last(stream: &LogStream, cutoff_ms: i64) -> Option<(i64, i64)> {
    let mut visible = stream.log.between(EventKey::before(cutoff_ms), EventKey::before(i64::MAX));
    let (first, _) = visible.next()?;
    let last = visible.next_back().map_or(first, |(last, _)| last);
    Some((first.at_ms, last.at_ms))
}

fn described(group_arn: &str, name: &str, stream: &LogStream, cutoff_ms: i64) -> Value {
    let times = first_and_last(stream, cutoff_ms);
    json!({
        "logStreamName": name,
        "creationTime": stream.created_ms,
        "firstEventTimestamp": times.map(|(first, _)| first),
        "lastEventTimestamp": times.map(|(_, last)| last),
        "lastIngestionTime": stream.last_ingestion_ms,
        "uploadSequenceToken": EventKey::before(stream.last_ingestion_ms.unwrap_or(stream.created_ms)).event_id(),
        "arn": format!("{group_arn}:log-stream:{name}"),
        "storedBytes": 0,
    })
}
