//! AWS JSON 1.0 and 1.1: the operation in `X-Amz-Target`, parameters and results as JSON objects.

use serde_json::{Map, Value};

use super::{Call, marker, response};
use crate::sandbox::api::{ApiError, Request, Response};

/// The call in a request.
pub(super) fn decode(request: &Request) -> Result<Call, ApiError> {
    let target = request.headers.get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    Ok(Call { operation, input: parse_object(&request.body)? })
}

/// The JSON object in `body`; an empty body is an empty object. Deep nesting is refused by the parser's own limit.
pub fn parse_object(body: &[u8]) -> Result<Value, ApiError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(Map::new()));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(map)) => Ok(Value::Object(map)),
        Ok(_) => Err(ApiError::new(400, "SerializationException", "Start of structure or map found where not expected.")),
        Err(error) => Err(ApiError::new(400, "SerializationException", format!("The request body is not valid JSON: {error}"))),
    }
}

/// The response with `output`.
pub(super) fn encode(output: &Value, content_type: &'static str) -> Response {
    let body = if output.is_null() { "{}".to_owned() } else { marker::to_json(output).to_string() };
    response(200, content_type, body)
}

/// `{"__type": code, "message": …, …details}`.
pub(super) fn error(error: &ApiError, content_type: &'static str) -> Response {
    let mut body = Map::new();
    body.insert("__type".to_owned(), error.code.clone().into());
    body.insert("message".to_owned(), error.message.clone().into());
    body.extend(error.details.as_object().cloned().unwrap_or_default());
    response(error.status, content_type, marker::to_json(&Value::Object(body)).to_string())
}
