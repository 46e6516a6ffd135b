//! The query protocol: parameters as form pairs with dotted names (`Tags.member.1.Key`), results as XML.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::{Call, marker, response};
use crate::sandbox::api::{ApiError, Request, Response};

/// Pairs that one form may have.
const MAX_PAIRS: usize = 10_000;

/// Segments that one dotted name may have.
const MAX_DEPTH: usize = 16;

/// The call in a request: pairs of the body and of the address together.
pub(super) fn decode(request: &Request) -> Result<Call, ApiError> {
    let mut input = Map::new();
    let pairs = form_urlencoded::parse(request.query.as_bytes()).chain(form_urlencoded::parse(&request.body));
    for (count, (name, value)) in pairs.enumerate() {
        if count >= MAX_PAIRS {
            return Err(malformed(format!("The request has more than {MAX_PAIRS} parameters")));
        }
        insert(&mut input, &name, value.into_owned())?;
    }
    let operation = input.remove("Action").and_then(|action| action.as_str().map(str::to_owned));
    let operation = operation.ok_or_else(|| ApiError::new(400, "MissingAction", "The request must contain the parameter Action."))?;
    input.remove("Version");
    input.retain(|name, _| !name.starts_with("X-Amz-"));
    Ok(Call { operation, input: lists_and_maps(Value::Object(input)) })
}

fn malformed(message: String) -> ApiError {
    ApiError::new(400, "MalformedInput", message)
}

/// Puts `value` at the dotted `name`, making the structures on the way.
fn insert(root: &mut Map<String, Value>, name: &str, value: String) -> Result<(), ApiError> {
    if name.split('.').count() > MAX_DEPTH {
        return Err(malformed(format!("The parameter name {name} is nested too deeply")));
    }
    let conflict = || malformed(format!("The parameter {name} is given both as a value and as a structure"));
    let (parents, last) = name.rsplit_once('.').map_or((None, name), |(parents, last)| (Some(parents), last));
    let mut at = root;
    for segment in parents.into_iter().flat_map(|parents| parents.split('.')) {
        let child = at.entry(segment).or_insert_with(|| Value::Object(Map::new()));
        at = child.as_object_mut().ok_or_else(conflict)?;
    }
    match at.insert(last.to_owned(), Value::String(value)) {
        Some(Value::Object(_)) => Err(conflict()),
        _ => Ok(()),
    }
}

/// Turns `{"member": {"1": …}}` into a list and `{"entry": {"1": {"key": …, "value": …}}}` into a map, at every depth.
fn lists_and_maps(value: Value) -> Value {
    let Value::Object(map) = value else { return value };
    if let Some(items) = numbered(&map, "member") {
        return Value::Array(items.into_iter().map(lists_and_maps).collect());
    }
    if let Some(entries) = numbered(&map, "entry") {
        return Value::Object(entries.into_iter().filter_map(entry).collect());
    }
    Value::Object(map.into_iter().map(|(name, member)| (name, lists_and_maps(member))).collect())
}

/// The values under `container` by rising number, if that is all there is and all its names are numbers.
fn numbered(map: &Map<String, Value>, container: &str) -> Option<Vec<Value>> {
    let items = map.get(container).filter(|_| map.len() == 1)?.as_object()?;
    let mut items: Vec<(u32, &Value)> = items.iter().map(|(n, item)| Some((n.parse().ok()?, item))).collect::<Option<_>>()?;
    items.sort_by_key(|(n, _)| *n);
    Some(items.into_iter().map(|(_, item)| item.clone()).collect())
}

fn entry(value: Value) -> Option<(String, Value)> {
    let Value::Object(mut pair) = value else { return None };
    let mut part = |usual, of_sns| pair.remove(usual).or_else(|| pair.remove(of_sns));
    let (key, value) = (part("key", "Name")?, part("value", "Value")?);
    Some((key.as_str()?.to_owned(), lists_and_maps(value)))
}

/// `<OpResponse><OpResult>…</OpResult><ResponseMetadata>…`; an operation without output has no result element.
pub(super) fn encode(namespace: &str, operation: &str, output: &Value, request_id: &str) -> Response {
    let mut xml = format!("<{operation}Response xmlns=\"{namespace}\">");
    if !output.is_null() {
        element(&mut xml, &format!("{operation}Result"), output);
    }
    xml.push_str("<ResponseMetadata>");
    text_element(&mut xml, "RequestId", request_id);
    let _infallible = write!(xml, "</ResponseMetadata></{operation}Response>");
    response(200, "text/xml", xml)
}

/// `<ErrorResponse><Error>…`.
pub(super) fn error(namespace: &str, error: &ApiError, request_id: &str) -> Response {
    let mut xml = format!("<ErrorResponse xmlns=\"{namespace}\"><Error>");
    text_element(&mut xml, "Type", if error.status < 500 { "Sender" } else { "Receiver" });
    text_element(&mut xml, "Code", if error.code == "SerializationException" { "MalformedInput" } else { &error.code });
    text_element(&mut xml, "Message", &error.message);
    xml.push_str("</Error>");
    text_element(&mut xml, "RequestId", request_id);
    xml.push_str("</ErrorResponse>");
    response(error.status, "text/xml", xml)
}

/// S3's bare `<Error>`.
pub(super) fn rest_error(error: &ApiError, request_id: &str) -> Response {
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>".to_owned();
    text_element(&mut xml, "Code", &error.code);
    text_element(&mut xml, "Message", &error.message);
    for (name, member) in error.details.as_object().into_iter().flatten() {
        element(&mut xml, name, member);
    }
    text_element(&mut xml, "RequestId", request_id);
    xml.push_str("</Error>");
    response(error.status, "application/xml", xml)
}

/// `value` as element `name`; an absent (null) value is not written, items of lists are `<member>`.
fn element(xml: &mut String, name: &str, value: &Value) {
    if let Some(text) = scalar(value) {
        return text_element(xml, name, &text);
    }
    let _infallible = write!(xml, "<{name}>");
    match value {
        Value::Object(_) if marker::as_map(value).is_some() => {
            marker::as_map(value).into_iter().flatten().for_each(|(key, value)| entry_element(xml, key, value));
        }
        Value::Object(map) => marker::present(map).for_each(|(member, value)| element(xml, member, value)),
        Value::Array(items) => items.iter().for_each(|item| element(xml, "member", item)),
        _ => {}
    }
    let _infallible = write!(xml, "</{name}>");
}

fn entry_element(xml: &mut String, key: &str, value: &Value) {
    xml.push_str("<entry>");
    text_element(xml, "key", key);
    element(xml, "value", value);
    xml.push_str("</entry>");
}

fn scalar(value: &Value) -> Option<String> {
    if let Some(seconds) = marker::as_timestamp(value) {
        return Some(marker::iso_8601(seconds));
    }
    if let Some(base64) = marker::as_blob(value) {
        return Some(base64.to_owned());
    }
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null => Some(String::new()),
        Value::Object(_) | Value::Array(_) => None,
    }
}

fn text_element(xml: &mut String, name: &str, text: &str) {
    let _infallible = write!(xml, "<{name}>");
    text.chars().for_each(|c| push_escaped(xml, c));
    let _infallible = write!(xml, "</{name}>");
}

/// XML has no form at all for most control characters: they become the replacement character.
fn push_escaped(xml: &mut String, c: char) {
    match c {
        '&' => xml.push_str("&amp;"),
        '<' => xml.push_str("&lt;"),
        '>' => xml.push_str("&gt;"),
        '"' => xml.push_str("&quot;"),
        '\r' => xml.push_str("&#xD;"),
        '\n' | '\t' => xml.push(c),
        '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => xml.push('\u{fffd}'),
        _ => xml.push(c),
    }
}
