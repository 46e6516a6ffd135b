//! S3's errors with the codes, statuses and texts of the service, and their way into the wire crate.
//!
//! Headers that belong to an error (`x-amz-bucket-region` of a redirect) travel in [`ApiError::details`] under `headers`.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use s3s::{S3Error, S3ErrorCode};
use serde_json::{Value, json};

use crate::sandbox::api::ApiError;

/// Outcome of an S3 operation inside the sandbox.
pub(super) type Result<T> = std::result::Result<T, ApiError>;

/// 404 for a bucket that does not exist.
pub(super) fn no_such_bucket() -> ApiError {
    ApiError::new(404, "NoSuchBucket", "The specified bucket does not exist")
}

/// 404 for a key without a current object.
pub(super) fn no_such_key() -> ApiError {
    ApiError::new(404, "NoSuchKey", "The specified key does not exist.")
}

/// 404 for a version id that the key does not have.
pub(super) fn no_such_version() -> ApiError {
    ApiError::new(404, "NoSuchVersion", "The specified version does not exist.")
}

/// 403 without a reason, as S3 answers strangers.
pub(super) fn access_denied() -> ApiError {
    ApiError::new(403, "AccessDenied", "Access Denied")
}

/// 301 for a bucket of another Region; the answer names that Region in `x-amz-bucket-region`.
pub(super) fn permanent_redirect(region: &str) -> ApiError {
    let text = "The bucket you are attempting to access must be addressed using the specified endpoint. \
                Please send all future requests to this endpoint.";
    with_headers(ApiError::new(301, "PermanentRedirect", text), &[("x-amz-bucket-region", region)])
}

/// 412 for a condition that did not hold.
pub(super) fn precondition_failed() -> ApiError {
    ApiError::new(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
}

/// 304: the caller's copy is current.
pub(super) fn not_modified(etag: &str) -> ApiError {
    with_headers(ApiError::new(304, "NotModified", "Not Modified"), &[("etag", &format!("\"{etag}\""))])
}

/// 416 for a range outside the object.
pub(super) fn invalid_range() -> ApiError {
    ApiError::new(416, "InvalidRange", "The requested range is not satisfiable")
}

/// 400 for a value that an operation does not take.
pub(super) fn invalid_argument(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "InvalidArgument", message)
}

/// 400 for a request that asks for contradictory things.
pub(super) fn invalid_request(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "InvalidRequest", message)
}

/// 400 for a document whose form is right but whose content breaks the schema.
pub(super) fn malformed_xml() -> ApiError {
    let text = "The XML you provided was not well-formed or did not validate against our published schema";
    ApiError::new(400, "MalformedXML", text)
}

/// 501 for a request header or member that the sandbox does not act on.
pub(super) fn not_implemented(what: &str) -> ApiError {
    ApiError::new(501, "NotImplemented", format!("The sandbox does not implement {what}"))
}

/// 400 once the sandbox holds as many bytes as it may.
pub(super) fn storage_full(limit: u64) -> ApiError {
    let limit = crate::base::text::bytes(limit);
    let text = format!(
        "The sandbox keeps at most {limit} of objects, to protect this computer's memory. Delete objects or shorten their expiration"
    );
    ApiError::new(400, "EntityTooLarge", text)
}

/// `error` with response headers to send along.
pub(super) fn with_headers(mut error: ApiError, headers: &[(&str, &str)]) -> ApiError {
    let headers: Value = headers.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
    *error.details = json!({ "headers": headers });
    error
}

/// The form in which the wire crate sends `error`.
pub(super) fn to_wire(error: &ApiError, request_id: &str) -> S3Error {
    let Ok(code) = error.code.parse::<S3ErrorCode>();
    let mut out = S3Error::with_message(code, error.message.clone());
    out.set_status_code(StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    out.set_request_id(request_id);
    if let Some(headers) = error.details.get("headers").and_then(Value::as_object) {
        out.set_headers(headers.iter().filter_map(|(name, value)| header(name, value)).collect::<HeaderMap>());
    }
    out
}

fn header(name: &str, value: &Value) -> Option<(HeaderName, HeaderValue)> {
    Some((name.parse().ok()?, value.as_str()?.parse().ok()?))
}
