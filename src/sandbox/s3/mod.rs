//! S3: buckets, their settings, and objects.

mod state;

pub use state::State;

use super::Sandbox;
use super::api::{ApiError, CallContext, Request, Response};
use super::wire::{self, Protocol};

/// Names of the operations that [`handle`] answers.
pub const OPERATIONS: &[&str] = &[];

/// Answers a request to S3.
#[expect(clippy::unused_async, reason = "operations of this service wait and stream")]
pub async fn handle(_sandbox: &Sandbox, cx: &CallContext, request: Request) -> Response {
    let error = ApiError::not_implemented("s3", &format!("{} {}", request.method, request.path));
    wire::error_response(Protocol::RestXml, &error, &cx.request_id)
}
