//! Rows: an event with what commands have computed.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value as Json;

use super::value::Value;

/// A log event as a query sees it.
#[derive(Debug, Clone)]
pub struct Event {
    /// When it happened, milliseconds since the epoch.
    pub at_ms: i64,
    /// When it arrived, milliseconds since the epoch.
    pub ingested_ms: i64,
    /// Name of its log stream.
    pub stream: Arc<str>,
    /// `ACCOUNT:GROUP`.
    pub log: Arc<str>,
    /// What it says.
    pub message: Arc<str>,
    /// What finds it again; empty where nothing does.
    pub pointer: String,
}

/// One row of the pipeline.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    event: Option<Rc<Held>>,
    /// Computed fields; a later one of the same name counts.
    fields: Vec<(Arc<str>, Value)>,
}

/// An event, and its JSON once somebody has asked for a field of it.
#[derive(Debug)]
struct Held {
    event: Event,
    json: OnceCell<Option<Json>>,
}

impl Row {
    pub(super) fn of(event: Event) -> Self {
        Self { event: Some(Rc::new(Held { event, json: OnceCell::new() })), fields: Vec::new() }
    }

    /// A row without an event, as `stats` makes them.
    pub(super) fn computed(fields: Vec<(Arc<str>, Value)>) -> Self {
        Self { event: None, fields }
    }

    pub(super) fn set(&mut self, name: &Arc<str>, value: Value) {
        self.fields.push((Arc::clone(name), value));
    }

    /// The value of the field `name`.
    pub(super) fn get(&self, name: &str) -> Value {
        let computed = self.fields.iter().rev().find(|(held, _)| &**held == name);
        match (computed, &self.event) {
            (Some((_, value)), _) => value.clone(),
            (None, Some(held)) => held.get(name),
            (None, None) => Value::Null,
        }
    }

    pub(super) fn at_ms(&self) -> i64 {
        self.event.as_ref().map_or(0, |held| held.event.at_ms)
    }

    /// What finds the event again, for rows that still are events.
    pub(super) fn pointer(&self) -> Option<&str> {
        self.event.as_ref().map(|held| held.event.pointer.as_str()).filter(|pointer| !pointer.is_empty())
    }
}

impl Held {
    fn get(&self, name: &str) -> Value {
        let event = &self.event;
        match name {
            "@timestamp" => Value::Time(event.at_ms),
            "@ingestionTime" => Value::Time(event.ingested_ms),
            "@message" => Value::Text(Arc::clone(&event.message)),
            "@logStream" => Value::Text(Arc::clone(&event.stream)),
            "@log" => Value::Text(Arc::clone(&event.log)),
            "@ptr" => Value::text(event.pointer.as_str()),
            // Fields of the event that begin with @ get another one.
            _ => self.discovered(name.strip_prefix("@@").map_or(name, |rest| &name[name.len() - rest.len() - 1..])),
        }
    }

    fn discovered(&self, name: &str) -> Value {
        let json = self.json.get_or_init(|| {
            let message = self.event.message.trim_start();
            if message.starts_with('{') { serde_json::from_str(message).ok() } else { None }
        });
        json.as_ref().and_then(|json| walk(json, name)).map_or(Value::Null, value)
    }
}

/// The value at a dotted path; a key may itself have dots.
fn walk<'a>(json: &'a Json, path: &str) -> Option<&'a Json> {
    if path.is_empty() {
        return Some(json);
    }
    match json {
        Json::Object(members) => {
            let ends = path.match_indices('.').map(|(at, _)| at).chain([path.len()]);
            ends.filter_map(|end| Some((members.get(&path[..end])?, path[end..].trim_start_matches('.'))))
                .find_map(|(inner, rest)| walk(inner, rest))
        }
        Json::Array(items) => {
            let (index, rest) = path.split_once('.').unwrap_or((path, ""));
            walk(items.get(index.parse::<usize>().ok()?)?, rest)
        }
        _ => None,
    }
}

/// Structures are their JSON text.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => number.as_f64().into(),
        Json::String(text) => Value::text(text.as_str()),
        other => Value::text(other.to_string()),
    }
}
