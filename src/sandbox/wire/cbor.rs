//! Smithy RPC v2 CBOR, CloudWatch's protocol: the operation in the path, parameters and results as CBOR maps.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ciborium::Value as Cbor;
use serde_json::{Map, Number, Value, json};

use super::{Call, marker, response, set_header};
use crate::sandbox::api::{ApiError, Request, Response};

const CONTENT_TYPE: &str = "application/cbor";

/// Nesting that a request may have.
const MAX_DEPTH: usize = 64;

/// Tag of epoch seconds.
const EPOCH: u64 = 1;

/// The call in a request.
pub(super) fn decode(request: &Request) -> Result<Call, ApiError> {
    let operation = request.path.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(Call { operation, input: parse_object(&request.body)? })
}

fn malformed(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "SerializationException", message)
}

/// The map in `body`; an empty body is an empty map.
fn parse_object(body: &[u8]) -> Result<Value, ApiError> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    let mut rest = body;
    let value = ciborium::de::from_reader_with_recursion_limit(&mut rest, MAX_DEPTH);
    let value: Cbor = value.map_err(|error| malformed(format!("The request body is not valid CBOR: {error}")))?;
    if !rest.is_empty() {
        return Err(malformed("The request body goes on after its CBOR value"));
    }
    match from_cbor(value)? {
        Value::Object(map) => Ok(Value::Object(map)),
        _ => Err(malformed("The request body is not a CBOR map")),
    }
}

fn from_cbor(value: Cbor) -> Result<Value, ApiError> {
    Ok(match value {
        Cbor::Null => Value::Null,
        Cbor::Bool(truth) => truth.into(),
        Cbor::Integer(number) => integer(i128::from(number))?,
        Cbor::Float(number) => float(number),
        Cbor::Text(text) => text.into(),
        Cbor::Bytes(bytes) => STANDARD.encode(bytes).into(),
        Cbor::Array(items) => Value::Array(items.into_iter().map(from_cbor).collect::<Result<_, _>>()?),
        Cbor::Map(pairs) => Value::Object(pairs.into_iter().map(member).collect::<Result<_, _>>()?),
        Cbor::Tag(EPOCH, seconds) => epoch(&seconds)?,
        other => return Err(malformed(format!("The request body holds an unsupported CBOR item: {other:?}"))),
    })
}

fn integer(number: i128) -> Result<Value, ApiError> {
    let small = i64::try_from(number).map(Value::from).or_else(|_| u64::try_from(number).map(Value::from));
    small.map_err(|_| malformed("A number is out of range"))
}

/// NaN and the infinities have no JSON number and become text, so that no operation takes them for a measurement.
fn float(number: f64) -> Value {
    Number::from_f64(number).map_or_else(|| Value::String(number.to_string()), Value::Number)
}

fn member((key, value): (Cbor, Cbor)) -> Result<(String, Value), ApiError> {
    let key = key.into_text().map_err(|_| malformed("A map has a key that is no text"))?;
    Ok((key, from_cbor(value)?))
}

fn epoch(seconds: &Cbor) -> Result<Value, ApiError> {
    let number = match seconds {
        Cbor::Integer(number) => Some(i128::from(*number) as f64),
        Cbor::Float(number) => Some(*number).filter(|number| number.is_finite()),
        _ => None,
    };
    number.map(marker::timestamp_seconds).ok_or_else(|| malformed("A timestamp is no number of seconds"))
}

fn to_cbor(value: &Value) -> Cbor {
    if let Some(seconds) = marker::as_timestamp(value) {
        return Cbor::Tag(EPOCH, Box::new(Cbor::Float(seconds)));
    }
    if let Some(bytes) = marker::as_blob(value).and_then(|text| STANDARD.decode(text).ok()) {
        return Cbor::Bytes(bytes);
    }
    if let Some(map) = marker::as_map(value) {
        return object_to_cbor(map);
    }
    match value {
        Value::Null => Cbor::Null,
        Value::Bool(truth) => Cbor::Bool(*truth),
        Value::Number(number) => number_to_cbor(number),
        Value::String(text) => Cbor::Text(text.clone()),
        Value::Array(items) => Cbor::Array(items.iter().map(to_cbor).collect()),
        Value::Object(map) => object_to_cbor(map),
    }
}

fn object_to_cbor(map: &Map<String, Value>) -> Cbor {
    Cbor::Map(marker::present(map).map(|(key, value)| (Cbor::Text(key.clone()), to_cbor(value))).collect())
}

/// Whole numbers stay integers and others floats: clients tell the two apart by the shape of the member.
fn number_to_cbor(number: &Number) -> Cbor {
    match (number.as_i64(), number.as_u64()) {
        (Some(number), _) => Cbor::Integer(number.into()),
        (None, Some(number)) => Cbor::Integer(number.into()),
        (None, None) => Cbor::Float(number.as_f64().unwrap_or_default()),
    }
}

fn written(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    if let Err(error) = ciborium::into_writer(&to_cbor(value), &mut out) {
        tracing::error!(%error, "a response does not fit CBOR");
    }
    out
}

fn cbor_response(status: u16, value: &Value) -> Response {
    let mut response = response(status, CONTENT_TYPE, written(value));
    set_header(&mut response, "smithy-protocol", "rpc-v2-cbor");
    response
}

/// The response with `output`.
pub(super) fn encode(output: &Value) -> Response {
    if output.is_null() { cbor_response(200, &Value::Object(Map::new())) } else { cbor_response(200, output) }
}

/// The error, and its code again in the header that clients of the older query protocol look at.
pub(super) fn error(error: &ApiError) -> Response {
    let mut body = Map::new();
    body.insert("__type".to_owned(), format!("com.amazonaws.cloudwatch#{}", error.code).into());
    body.insert("message".to_owned(), error.message.clone().into());
    body.extend(error.details.as_object().cloned().unwrap_or_default());
    let mut response = cbor_response(error.status, &Value::Object(body));
    let fault = if error.status < 500 { "Sender" } else { "Receiver" };
    set_header(&mut response, "x-amzn-query-error", &format!("{};{fault}", error.code));
    response
}
