//! What Logs Insights finds in events: the fields of one (`GetLogRecord`) and of a group (`GetLogGroupFields`).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::checks::{self, INVALID, invalid};
use super::events::{Event, EventKey};
use super::state::State;
use super::view;
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::input::Input;

/// Fields that are found in an event, as the service does for JSON.
const MAX_FIELDS: usize = 200;
/// Deepest nesting that is looked into.
const MAX_DEPTH: usize = 32;
/// Events that are looked at for the fields of a group, and the longest time in milliseconds around a given moment, and before now.
const MAX_EVENTS: usize = 10_000;
const AROUND_MS: i64 = 8 * 60_000;
const BEFORE_MS: i64 = 15 * 60_000;
/// The fields that every event has.
const SYSTEM_FIELDS: [&str; 5] = ["@timestamp", "@message", "@logStream", "@ingestionTime", "@log"];

/// Where an event is: what a pointer says.
pub(super) struct Pointer {
    pub(super) group: String,
    pub(super) stream: String,
    pub(super) key: EventKey,
}

impl Pointer {
    /// Opaque text for `@ptr`.
    pub(super) fn seal(&self) -> String {
        URL_SAFE_NO_PAD.encode(json!([self.group, self.stream, self.key.event_id()]).to_string())
    }

    fn open(text: &str) -> Option<Self> {
        let text = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (group, stream, id) = serde_json::from_slice::<(String, String, String)>(&text).ok()?;
        Some(Self { group, stream, key: EventKey::from_digits(&id)? })
    }

    fn find<'a>(&self, state: &'a State) -> Option<&'a Event> {
        let log = &state.group(&self.group)?.existing_stream(&self.stream).ok()?.log;
        // Both ends of a range are places beside events.
        let place = |sequence| EventKey { sequence, ..self.key };
        log.between(place(self.key.sequence.checked_sub(1)?), place(self.key.sequence.checked_add(1)?)).next().map(|(_, event)| event)
    }
}

/// `GetLogRecord`.
pub(super) fn get(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let pointer =
        Pointer::open(input.required_str("logRecordPointer")?).ok_or_else(|| invalid("The specified log record pointer is invalid."))?;
    view(sandbox, cx, |state| {
        let missing = || ApiError::new(400, "ResourceNotFoundException", "The specified log record does not exist.");
        let event = pointer.find(state).ok_or_else(missing)?;
        let mut record = fields(&event.message);
        record.insert("@message".to_owned(), event.message.to_string());
        record.insert("@timestamp".to_owned(), pointer.key.at_ms.to_string());
        record.insert("@ingestionTime".to_owned(), event.ingested_ms.to_string());
        record.insert("@logStream".to_owned(), pointer.stream.clone());
        record.insert("@log".to_owned(), format!("{}:{}", cx.account, pointer.group));
        Ok(json!({ "logRecord": record }))
    })
}

/// `GetLogGroupFields`: the fields of the last 15 minutes, or of the 8 minutes before and after a moment, and how many events have each.
pub(super) fn of_group(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let group = checks::group_or_identifier(&input, cx)?;
    let now = cx.now.as_millisecond();
    let (from, to) = match checks::time_ms(&input, "time")? {
        // Seconds in the API, milliseconds in many programs.
        Some(time) => around(if time < 100_000_000_000 { time * 1_000 } else { time }),
        None => (now - BEFORE_MS, now + 1),
    };
    view(sandbox, cx, |state| {
        let group = state.existing(group)?;
        let from = from.max(group.oldest_visible_ms(now));
        let events = group.streams.values().flat_map(|stream| stream.log.between(EventKey::before(from), EventKey::before(to)));
        let messages: Vec<&str> = events.take(MAX_EVENTS).map(|(_, event)| &*event.message).collect();
        Ok(json!({ "logGroupFields": counted(&messages) }))
    })
}

fn around(time: i64) -> (i64, i64) {
    (time.saturating_sub(AROUND_MS), time.saturating_add(AROUND_MS))
}

fn counted(messages: &[&str]) -> Vec<Value> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for message in messages {
        for name in fields(message).into_keys() {
            *counts.entry(name).or_default() += 1;
        }
    }
    counts.extend(SYSTEM_FIELDS.iter().filter(|_| !messages.is_empty()).map(|name| ((*name).to_owned(), messages.len())));
    let mut found: Vec<(String, usize)> = counts.into_iter().collect();
    found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    found.into_iter().map(|(name, count)| json!({ "name": name, "percent": count * 100 / messages.len().max(1) })).collect()
}

/// The discovered fields of a JSON event with dotted names; none of other events.
fn fields(message: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    if message.trim_start().starts_with('{')
        && let Ok(event) = serde_json::from_str::<Value>(message)
    {
        walk(&event, String::new(), MAX_DEPTH, &mut found);
    }
    found
}

fn walk(value: &Value, name: String, depth: usize, found: &mut BTreeMap<String, String>) {
    let inner = |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name}.{part}") };
    match value {
        _ if found.len() >= MAX_FIELDS || depth == 0 => {}
        Value::Object(members) => members.iter().for_each(|(part, member)| walk(member, inner(part), depth - 1, found)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| walk(item, inner(&index.to_string()), depth - 1, found)),
        Value::Null => {}
        Value::String(text) => drop(found.insert(name, text.clone())),
        other => drop(found.insert(name, other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_dotted_names_and_a_limit() {
        let found = fields(r#"{"a":{"b":[1,{"c":"x"}]},"n":null,"t":true}"#);
        let listed: Vec<(&str, &str)> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(listed, [("a.b.0", "1"), ("a.b.1.c", "x"), ("t", "true")]);
        assert!(fields("plain text").is_empty() && fields("{broken").is_empty());
        let many: serde_json::Map<String, Value> = (0..500).map(|n| (format!("f{n}"), json!(n))).collect();
        assert_eq!(fields(&Value::Object(many).to_string()).len(), MAX_FIELDS);
    }

    #[test]
    fn a_pointer_opens_as_it_was_sealed() {
        let pointer = Pointer { group: "g".into(), stream: "s/1".into(), key: EventKey { at_ms: 5, sequence: 9 } };
        let opened = Pointer::open(&pointer.seal()).unwrap();
        assert_eq!((opened.group, opened.stream, opened.key), (pointer.group.clone(), pointer.stream.clone(), pointer.key));
        assert!(Pointer::open("nonsense").is_none());
    }
}
