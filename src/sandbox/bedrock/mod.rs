//! Bedrock (control plane and runtime): REST paths, JSON bodies, event streams.

mod state;

pub use state::State;

use super::Sandbox;
use super::api::{ApiError, CallContext, Request, Response};
use super::wire::{self, Protocol};

/// Names of the operations that [`handle`] answers.
pub const OPERATIONS: &[&str] = &[];

/// Answers a request to the control plane or the runtime.
#[expect(clippy::unused_async, reason = "operations of this service wait and stream")]
pub async fn handle(_sandbox: &Sandbox, cx: &CallContext, request: Request) -> Response {
    let error = ApiError::not_implemented("bedrock", &format!("{} {}", request.method, request.path));
    wire::error_response(Protocol::RestJson, &error, &cx.request_id)
}
