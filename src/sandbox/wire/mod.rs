//! The services' wire protocols: requests into values, values and errors into responses.
//!
//! A handler of a value service never sees a protocol: it takes and gives [`serde_json::Value`]. Three kinds of value that JSON lacks travel
//! as marker objects, see [`timestamp`], [`blob`] and [`map`]; each codec gives them its own form.

mod cbor;
pub mod eventstream;
mod gzip;
pub mod json;
mod marker;
mod query;

pub use marker::{blob, map, read_timestamp, timestamp};

use bytes::Bytes;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt as _, Full};
use serde_json::{Map, Value};

use super::api::{ApiError, Body, Request, Response};

const JSON_1_0: &str = "application/x-amz-json-1.0";
const JSON_1_1: &str = "application/x-amz-json-1.1";

/// How a service's requests and responses are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// `application/x-amz-json-1.0`, operation in `X-Amz-Target`.
    AwsJson10,
    /// `application/x-amz-json-1.1`, operation in `X-Amz-Target`.
    AwsJson11,
    /// REST paths with JSON bodies.
    RestJson,
    /// REST paths with XML bodies (S3).
    RestXml,
    /// Form bodies with `Action=`, XML replies; carries the XML namespace of the API.
    Query(&'static str),
    /// CBOR bodies under `/service/…/operation/…`.
    Cbor,
}

/// A whole body.
pub fn full_body(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).boxed_unsync()
}

/// A response with a whole body of `content_type`. An impossible `status` becomes 500.
pub fn response(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(full_body(body));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// A restJson1 response with `value` as its body, as it is: no markers, so that documents of any content pass through.
///
/// The router adds the request id.
pub fn json_response(status: u16, value: &Value) -> Response {
    response(status, "application/json", value.to_string())
}

/// Sets a response header; text that no header can carry is left out.
pub fn set_header(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Adds the request id in the header that `protocol` uses, unless it is there.
pub fn with_request_id(mut response: Response, protocol: Protocol, request_id: &str) -> Response {
    let name = if protocol == Protocol::RestXml { "x-amz-request-id" } else { "x-amzn-requestid" };
    if !response.headers().contains_key(name) {
        set_header(&mut response, name, request_id);
    }
    response
}

/// A call of a value service, whatever protocol it came in.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Name of the operation.
    pub operation: String,
    /// Its parameters, a JSON object.
    pub input: Value,
}

/// The request with its body unpacked, if it was compressed.
pub fn unpacked(request: &Request) -> Result<std::borrow::Cow<'_, Request>, ApiError> {
    gzip::unpacked(request, gzip::MAX_INFLATED)
}

/// The call in a request that speaks `protocol`. A malformed request is AWS's `SerializationException` or its like.
pub fn decode(protocol: Protocol, request: &Request) -> Result<Call, ApiError> {
    let request = &*unpacked(request)?;
    match protocol {
        Protocol::AwsJson10 | Protocol::AwsJson11 => json::decode(request),
        Protocol::Query(_) => query::decode(request),
        Protocol::Cbor => cbor::decode(request),
        Protocol::RestJson | Protocol::RestXml => Err(ApiError::not_implemented(request.method.as_str(), &request.path)),
    }
}

/// The response of `operation` with `output`.
pub fn encode(protocol: Protocol, operation: &str, output: &Value, request_id: &str) -> Response {
    let response = match protocol {
        Protocol::AwsJson10 => json::encode(output, JSON_1_0),
        Protocol::AwsJson11 => json::encode(output, JSON_1_1),
        Protocol::Query(namespace) => query::encode(namespace, operation, output, request_id),
        Protocol::Cbor => cbor::encode(output),
        Protocol::RestJson | Protocol::RestXml => json_response(200, output),
    };
    with_request_id(response, protocol, request_id)
}

/// `error` in the form of `protocol`, with its request id.
pub fn error_response(protocol: Protocol, error: &ApiError, request_id: &str) -> Response {
    let response = match protocol {
        Protocol::AwsJson10 => json::error(error, JSON_1_0),
        Protocol::AwsJson11 => json::error(error, JSON_1_1),
        Protocol::RestJson => rest_json_error(error),
        Protocol::RestXml => query::rest_error(error, request_id),
        Protocol::Query(namespace) => query::error(namespace, error, request_id),
        Protocol::Cbor => cbor::error(error),
    };
    with_request_id(response, protocol, request_id)
}

/// `{"message": …, …details}` with the code in `x-amzn-ErrorType`.
fn rest_json_error(error: &ApiError) -> Response {
    let mut body = Map::new();
    body.insert("message".to_owned(), error.message.clone().into());
    body.extend(error.details.as_object().cloned().unwrap_or_default());
    let mut response = json_response(error.status, &Value::Object(body));
    set_header(&mut response, "x-amzn-errortype", &format!("{}:http://internal.amazon.com/coral/com.amazon.bedrock/", error.code));
    response
}

#[cfg(test)]
mod tests;
