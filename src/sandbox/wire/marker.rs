//! Values that JSON has no type for, as marker objects inside [`serde_json::Value`].

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Number, Value, json};

use crate::base::clock::{Timestamp, timestamp_ms};

const TIMESTAMP: &str = "$timestamp";
const BLOB: &str = "$blob";
const MAP: &str = "$map";

/// A moment in an output shape: epoch seconds in JSON, tag 1 in CBOR, ISO 8601 in XML.
///
/// Only for members of type *timestamp*; CloudWatch Logs' times are plain integers of milliseconds.
pub fn timestamp(moment: Timestamp) -> Value {
    timestamp_seconds(moment.as_millisecond() as f64 / 1e3)
}

/// A timestamp marker of finite epoch seconds.
pub(super) fn timestamp_seconds(seconds: f64) -> Value {
    json!({ TIMESTAMP: seconds })
}

/// Epoch seconds as `2026-10-01T12:00:00Z`.
pub(super) fn iso_8601(seconds: f64) -> String {
    timestamp_ms((seconds * 1e3).round() as i64).to_string()
}

/// Bytes in an output shape: base64 in JSON and XML, a byte string in CBOR.
pub fn blob(bytes: &[u8]) -> Value {
    json!({ BLOB: STANDARD.encode(bytes) })
}

/// A map of texts in an output shape: an object in JSON and CBOR, `<entry>` elements in XML, where an object would be a structure.
pub fn map(entries: impl IntoIterator<Item = (String, String)>) -> Value {
    let entries: Map<String, Value> = entries.into_iter().map(|(key, text)| (key, text.into())).collect();
    json!({ MAP: entries })
}

/// The moment of a value as any protocol sends it: a timestamp marker, epoch seconds, or ISO 8601 text.
pub fn read_timestamp(value: &Value) -> Option<Timestamp> {
    match as_timestamp(value).or_else(|| value.as_f64()) {
        Some(seconds) => Some(timestamp_ms((seconds * 1e3).round() as i64)),
        None => value.as_str()?.parse().ok(),
    }
}

/// The seconds of a timestamp marker.
pub(super) fn as_timestamp(value: &Value) -> Option<f64> {
    single(value, TIMESTAMP)?.as_f64()
}

/// The base64 text of a blob marker.
pub(super) fn as_blob(value: &Value) -> Option<&str> {
    single(value, BLOB)?.as_str()
}

/// The entries of a map marker.
pub(super) fn as_map(value: &Value) -> Option<&Map<String, Value>> {
    single(value, MAP)?.as_object()
}

fn single<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    value.as_object().filter(|map| map.len() == 1)?.get(key)
}

/// `value` as plain JSON: markers become epoch seconds and base64, `null` members are left out.
pub(super) fn to_json(value: &Value) -> Value {
    if let Some(seconds) = as_timestamp(value) {
        return seconds_as_json(seconds);
    }
    if let Some(text) = as_blob(value) {
        return text.into();
    }
    if let Some(map) = as_map(value) {
        return Value::Object(map.clone());
    }
    match value {
        Value::Object(map) => Value::Object(present(map).map(|(key, member)| (key.clone(), to_json(member))).collect()),
        Value::Array(items) => Value::Array(items.iter().map(to_json).collect()),
        other => other.clone(),
    }
}

/// The members that are not `null`: an absent optional member is not written.
pub(super) fn present(map: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    map.iter().filter(|(_, member)| !member.is_null())
}

fn seconds_as_json(seconds: f64) -> Value {
    if seconds.fract() == 0.0 { Value::from(seconds as i64) } else { Number::from_f64(seconds).map_or(Value::Null, Value::Number) }
}
