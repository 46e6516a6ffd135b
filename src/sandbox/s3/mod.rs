//! S3: buckets, their settings, and objects with their versions.
//!
//! The `s3s` crate owns routing, XML and headers; [`front`] makes requests fit for it, [`service`] implements its trait over [`State`].
//! Buckets are private to the account: every call must be signed (with any key), and bucket policies are kept and checked for form but
//! are evaluated only where a service of the sandbox delivers into a bucket. Not here: what such a delivery contains (`bedrock`), what
//! a policy allows (`iam::policy`). Operations that are missing answer `NotImplemented` with their name: access control lists, locks,
//! notifications, replication and the rest.

mod base64_bytes;
mod bucket;
mod checksum;
mod condition;
mod convert;
mod copy;
mod error;
mod front;
mod lifecycle;
mod listing;
mod multipart;
mod names;
mod object;
mod policy;
mod service;
mod settings;
mod state;
mod tags;

pub use checksum::{Algorithm, Checksum};
pub use service::OPERATIONS;
pub use state::{Bucket, Encryption, Headers, MAX_STORED_BYTES, NULL_VERSION, Object, PublicAccessBlock, State, Version, Versioning};

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, StatusCode};
use http_body_util::BodyExt;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::validation::NameValidation;
use s3s::{HttpError, HttpRequest, HttpResponse};

use super::Sandbox;
use super::api::{ApiError, CallContext, Request, Response, full_body};
use super::wire::{self, Protocol};

/// Answers a request to S3.
pub async fn handle(sandbox: &Sandbox, cx: &CallContext, request: Request) -> Response {
    let is_head = request.method == Method::HEAD;
    let answered = match front::admit(cx, request) {
        Ok(request) => answer(sandbox, cx, request).await,
        Err(error) => Ok(wire::error_response(Protocol::RestXml, &error, &cx.request_id)),
    };
    let mut response = answered.unwrap_or_else(|error| internal_error(&error, &cx.request_id));
    if is_head || response.status() == StatusCode::NOT_MODIFIED {
        *response.body_mut() = full_body(Bytes::new());
    }
    wire::set_header(&mut response, "server", "AmazonS3");
    wire::set_header(&mut response, "x-amz-id-2", &checksum::opaque_id(&cx.request_id));
    response
}

async fn answer(sandbox: &Sandbox, cx: &CallContext, request: HttpRequest) -> Result<Response, String> {
    let call = service::Call { sandbox: sandbox.clone(), cx: cx.clone() };
    let response: HttpResponse = wire_service(call).call(request).await.map_err(|error: HttpError| format!("{error:?}"))?;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
    Ok(Response::from_parts(parts, full_body(body)))
}

fn wire_service(call: service::Call) -> S3Service {
    let mut builder = S3ServiceBuilder::new(call);
    builder.set_validation(AnyName);
    builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(S3Config::default()))));
    builder.build()
}

fn internal_error(error: &str, request_id: &str) -> Response {
    tracing::warn!(error, "the S3 service could not answer");
    let error = ApiError::new(500, "InternalError", "We encountered an internal error. Please try again.");
    wire::error_response(Protocol::RestXml, &error, request_id)
}

/// Leaves names to the operations: only creating a bucket judges its name, any other finds it or does not.
struct AnyName;

impl NameValidation for AnyName {
    fn validate_bucket_name(&self, _name: &str) -> bool {
        true
    }
}
