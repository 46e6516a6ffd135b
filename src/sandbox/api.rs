//! What every operation of every service takes and gives, whatever its wire protocol.

use bytes::Bytes;
use http::{HeaderMap, Method};
use http_body_util::combinators::UnsyncBoxBody;
use serde_json::Value;

use super::Sandbox;
use crate::base::clock::Timestamp;

pub use super::input::Input;
pub use super::wire::full_body;

/// A request whose body has been read whole (bounded by the doors).
#[derive(Debug, Clone)]
pub struct Request {
    /// HTTP method.
    pub method: Method,
    /// Path as sent, percent-encoded, without query.
    pub path: String,
    /// Query string as sent, without `?`; empty when there is none.
    pub query: String,
    /// Headers as sent.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

/// A response body: whole or a stream of frames.
pub type Body = UnsyncBoxBody<Bytes, std::convert::Infallible>;

/// A response to a client.
pub type Response = http::Response<Body>;

/// Who calls, where and when: the facts of a call outside its parameters.
#[derive(Debug, Clone)]
pub struct CallContext {
    /// Region from the signature's credential scope, `us-east-1` when unsigned.
    pub region: String,
    /// Account id, twelve digits.
    pub account: String,
    /// Access key id of the signature, if signed.
    pub access_key: Option<String>,
    /// ARN of the calling principal.
    pub principal_arn: String,
    /// Id given to this request.
    pub request_id: String,
    /// Moment of arrival on the sandbox's clock.
    pub now: Timestamp,
}

/// An AWS error: what a client sees instead of a result. The doors give it the form of the protocol.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// HTTP status.
    pub status: u16,
    /// Error code such as `ResourceNotFoundException`.
    pub code: String,
    /// Text as AWS words it.
    pub message: String,
    /// Further members of the error shape (JSON object) or [`Value::Null`].
    pub details: Box<Value>,
}

impl ApiError {
    /// An error without further members.
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), details: Box::new(Value::Null) }
    }

    /// The same error with further members of its shape.
    #[must_use]
    pub fn with_details(mut self, details: Value) -> Self {
        self.details = Box::new(details);
        self
    }

    /// An operation that the sandbox does not have.
    pub fn not_implemented(service: &str, operation: &str) -> Self {
        Self::new(501, "NotImplemented", format!("The sandbox does not implement {service}:{operation}"))
    }
}

/// What an operation returns: the members of its output shape, or an AWS error.
pub type ApiResult = Result<Value, ApiError>;

/// An operation of a service with a value-in, value-out protocol (AWS JSON, CBOR, query).
pub type Handler = fn(&Sandbox, &CallContext, &Value) -> ApiResult;

/// An operation that answers with a stream of events.
pub type StreamHandler = fn(&Sandbox, &CallContext, &Value) -> Result<Response, ApiError>;

/// The operations of one service that answer with streams, by name.
pub type Streams = &'static [(&'static str, StreamHandler)];

/// The operations of one service by name: the router's table, and the source of the published list of operations.
pub type Operations = &'static [(&'static str, Handler)];
