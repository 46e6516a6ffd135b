//! Functions of JSON: maps and lists.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::super::value::Value;
use super::{Arguments, Context, Function, function};

const GROUP: &str = "JSON";

pub(super) static TABLE: &[Function] = &[
    function(
        ("jsonParse", "jsonParse(text)"),
        (1, 1),
        "The map or list that a text of JSON says; its parts are j.name and j[0]",
        (r#"jsonParse('{"a":[1,2]}')"#, r#"{"a":[1,2]}"#),
        json_parse,
    )
    .also(&["json_parse"])
    .of(GROUP),
    function(
        ("jsonStringify", "jsonStringify(map)"),
        (1, 1),
        "A map or a list as text",
        ("jsonStringify(jsonParse('[1, 2]'))", "[1,2]"),
        |a, _| match &*a[0] {
            Value::Json(json) => Value::text(json.to_string()),
            _ => Value::Null,
        },
    )
    .also(&["json_stringify"])
    .of(GROUP),
    function(
        ("jsonArraySize", "jsonArraySize(list)"),
        (1, 1),
        "How many items a list has, or the text of one",
        ("jsonArraySize('[7, 8, 9]')", "3"),
        |a, _| list(&a[0]).map(|items| items.len() as f64).into(),
    )
    .also(&["json_array_size"])
    .of(GROUP),
    function(
        ("jsonArrayContains", "jsonArrayContains(list, value)"),
        (2, 2),
        "Whether a list has an item; case matters",
        (r#"jsonArrayContains('["admin","dev"]', 'admin')"#, "1"),
        |a, _| Value::Bool(list(&a[0]).is_some_and(|items| items.iter().any(|item| is_item(item, &a[1])))),
    )
    .also(&["json_array_contains"])
    .of(GROUP),
];

/// The map or list in a text; nothing for other JSON and for what is none.
pub(in super::super) fn parsed(value: &Value) -> Option<Json> {
    let text = value.as_text();
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    serde_json::from_str(&text).ok()
}

fn json_parse(arguments: &Arguments<'_>, _: &Context) -> Value {
    match &*arguments[0] {
        Value::Json(json) => Value::Json(json.clone()),
        other => parsed(other).map_or(Value::Null, |json| Value::Json(json.into())),
    }
}

/// The items of a list, or of the text of one.
pub(in super::super) fn list(value: &Value) -> Option<Cow<'_, [Json]>> {
    match value {
        Value::Json(json) => json.as_array().map(|items| Cow::Borrowed(items.as_slice())),
        other => match parsed(other)? {
            Json::Array(items) => Some(Cow::Owned(items)),
            _ => None,
        },
    }
}

fn is_item(item: &Json, value: &Value) -> bool {
    match item {
        Json::String(text) => *text == value.as_text(),
        Json::Null => false,
        Json::Bool(truth) => value.as_text() == truth.to_string() || *value == Value::Bool(*truth),
        other => other.as_f64().is_some_and(|number| value.number() == Some(number)),
    }
}
