//! Bedrock (control plane and runtime): REST paths, JSON bodies, event streams.
//!
//! An invocation goes through `runtime`: the model is found (`catalogue`), the request read (`shape`), answered (`model`), sent at the model's
//! pace (`stream`), then told to the world (`delivery`: log records and metrics). Other services of the account are reached through
//! `neighbours` alone.

mod at_once;
mod cache;
mod catalogue;
mod count;
mod delivery;
mod logging;
pub mod meters;
mod model;
mod neighbours;
mod pace;
mod profiles;
mod prompt;
mod record;
mod reply;
mod routes;
mod runtime;
mod shape;
mod state;
mod stream;
mod tokens;

pub use at_once::{Order, make};
pub use delivery::flush;
pub use model::NOTICE;
pub use pace::Pace;
pub use routes::Invocation;
pub use state::{CloudWatchConfig, Faults, LoggingConfig, S3Config, State};

use routes::{Parameters, Route};

use super::Sandbox;
use super::api::{ApiError, ApiResult, CallContext, Request, Response};
use super::wire::{self, Protocol};

/// Names of the operations that [`handle`] answers.
pub const OPERATIONS: &[&str] = &[
    "PutModelInvocationLoggingConfiguration",
    "GetModelInvocationLoggingConfiguration",
    "DeleteModelInvocationLoggingConfiguration",
    "ListFoundationModels",
    "GetFoundationModel",
    "GetFoundationModelAvailability",
    "ListInferenceProfiles",
    "GetInferenceProfile",
    "CreateInferenceProfile",
    "DeleteInferenceProfile",
    "TagResource",
    "UntagResource",
    "ListTagsForResource",
    "CountTokens",
    "Converse",
    "ConverseStream",
    "InvokeModel",
    "InvokeModelWithResponseStream",
];

/// Answers a request to the control plane or the runtime.
pub async fn handle(sandbox: &Sandbox, cx: &CallContext, request: Request) -> Response {
    delivery::schedule(sandbox, &cx.region);
    match routes::route(&request) {
        Route::Invoke(invocation, model_id) => runtime::invoke(sandbox, cx, invocation, &model_id, &request).await,
        Route::Control(operation, id) => respond(cx, control(sandbox, cx, operation, &id, &request)),
        Route::Unknown(name) => respond(cx, Err(ApiError::not_implemented("bedrock", &name))),
    }
}

fn respond(cx: &CallContext, result: ApiResult) -> Response {
    match result {
        Ok(value) => wire::json_response(200, &value),
        Err(error) => wire::error_response(Protocol::RestJson, &error, &cx.request_id),
    }
}

fn control(sandbox: &Sandbox, cx: &CallContext, operation: &'static str, id: &str, request: &Request) -> ApiResult {
    sandbox.authorize(cx, &format!("bedrock:{operation}"), &resource(cx, operation, id))?;
    let parameters = Parameters::new(request, id);
    match operation {
        "PutModelInvocationLoggingConfiguration" => logging::put(sandbox, cx, request),
        "GetModelInvocationLoggingConfiguration" => Ok(logging::get(sandbox, cx)),
        "DeleteModelInvocationLoggingConfiguration" => Ok(logging::delete(sandbox, cx)),
        "ListFoundationModels" => Ok(catalogue::list_foundation_models(cx, &parameters)),
        "GetFoundationModel" => catalogue::get_foundation_model(cx, &parameters),
        "GetFoundationModelAvailability" => catalogue::get_foundation_model_availability(sandbox, cx, &parameters),
        "ListInferenceProfiles" => catalogue::list_inference_profiles(sandbox, cx, &parameters),
        "GetInferenceProfile" => catalogue::get_inference_profile(sandbox, cx, &parameters),
        "CreateInferenceProfile" => profiles::create(sandbox, cx, request),
        "DeleteInferenceProfile" => profiles::delete(sandbox, cx, id),
        "TagResource" => profiles::tag(sandbox, cx, request),
        "UntagResource" => profiles::untag(sandbox, cx, request),
        "ListTagsForResource" => profiles::list_tags(sandbox, cx, request),
        "CountTokens" => count::tokens(sandbox, cx, id, request),
        other => Err(ApiError::not_implemented("bedrock", other)),
    }
}

/// The resource that a refusal names.
fn resource(cx: &CallContext, operation: &str, id: &str) -> String {
    match operation {
        "GetFoundationModel" => format!("arn:aws:bedrock:{}::foundation-model/{id}", cx.region),
        "GetInferenceProfile" => format!("arn:aws:bedrock:{}:{}:inference-profile/{id}", cx.region, cx.account),
        _ => "*".to_owned(),
    }
}
