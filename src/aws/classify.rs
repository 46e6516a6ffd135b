//! From the SDK's errors to ours: which class a failure belongs to.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::event_stream::RawMessage;

use super::convert::local_error;
use super::error::{AwsError, ErrorKind};
use super::operation::Operation;
use crate::base::error::chain;

/// Headers in which AWS's services give the id of a request.
const REQUEST_ID_HEADERS: [&str; 3] = ["x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id"];

/// The failure of an operation, as ours.
#[expect(clippy::needless_pass_by_value, reason = "made to be handed to `map_err`")]
pub(super) fn failed<O: Operation, E>(error: SdkError<E, HttpResponse>) -> AwsError
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let status = error.raw_response().map(|response| response.status().as_u16());
    let request_id = error.raw_response().and_then(request_id);
    let error = match &error {
        SdkError::ServiceError(service) => refused::<O>(service.err(), status),
        SdkError::TimeoutError(_) => local_error::<O>(ErrorKind::Timeout, "Timeout", chain(&error)),
        SdkError::DispatchFailure(dispatch) if dispatch.is_timeout() => local_error::<O>(ErrorKind::Timeout, "Timeout", chain(&error)),
        SdkError::DispatchFailure(_) => not_sent::<O>(&error),
        SdkError::ConstructionFailure(_) => unsendable::<O>(&error),
        _ => local_error::<O>(unreadable_kind(status), "UnreadableReply", chain(&error)),
    };
    AwsError { status, request_id, ..error }
}

/// The id that the service gave the request.
pub(super) fn request_id(response: &HttpResponse) -> Option<String> {
    let headers = response.headers();
    REQUEST_ID_HEADERS.iter().find_map(|name| headers.get(*name)).map(str::to_owned)
}

/// The service answered with an error, or with a success that the SDK cannot read.
fn refused<O: Operation>(error: &(impl Error + ProvideErrorMetadata + 'static), status: Option<u16>) -> AwsError {
    if error.code().is_none() && matches!(status, Some(200..300)) {
        return local_error::<O>(ErrorKind::Other, "UnreadableReply", chain(error));
    }
    let code = error.code().map_or_else(|| status.map_or_else(|| "Unknown".to_owned(), |status| format!("HTTP{status}")), str::to_owned);
    let message = error.message().filter(|text| !text.is_empty()).map_or_else(|| silent_refusal(error, status), str::to_owned);
    local_error::<O>(kind_of(&code, status), &code, message)
}

/// HEAD requests have no body, so their errors have no text.
fn silent_refusal(error: &(dyn Error + 'static), status: Option<u16>) -> String {
    status.map_or_else(|| chain(error), |status| format!("The service answered HTTP {status} without a text"))
}

/// The request never left: no credentials, or no way to the service.
fn not_sent<O: Operation>(error: &(dyn Error + 'static)) -> AwsError {
    credentials_error::<O>(error).unwrap_or_else(|| local_error::<O>(ErrorKind::Unreachable, "Unreachable", chain(error)))
}

/// The SDK refused to build the request.
fn unsendable<O: Operation>(error: &(dyn Error + 'static)) -> AwsError {
    credentials_error::<O>(error).unwrap_or_else(|| local_error::<O>(ErrorKind::Invalid, "InvalidRequest", chain(error)))
}

/// The failure of the credential chain behind `error`, if that is what failed.
fn credentials_error<O: Operation>(error: &(dyn Error + 'static)) -> Option<AwsError> {
    let mut cause = Some(error);
    while let Some(inner) = cause {
        if let Some(credentials) = inner.downcast_ref::<CredentialsError>() {
            return Some(of_credentials::<O>(credentials));
        }
        if inner.to_string().contains("no identity resolver") || inner.to_string().contains("no valid identity") {
            return Some(local_error::<O>(ErrorKind::NoCredentials, "NoCredentials", chain(error)));
        }
        cause = inner.source();
    }
    None
}

fn of_credentials<O: Operation>(error: &CredentialsError) -> AwsError {
    let message = chain(error);
    match error {
        CredentialsError::CredentialsNotLoaded(_) => local_error::<O>(ErrorKind::NoCredentials, "NoCredentials", message),
        CredentialsError::ProviderTimedOut(_) => local_error::<O>(ErrorKind::Timeout, "CredentialsTimeout", message),
        CredentialsError::InvalidConfiguration(_) => local_error::<O>(ErrorKind::NoCredentials, "InvalidConfiguration", message),
        _ if says_expired(&message) => local_error::<O>(ErrorKind::ExpiredCredentials, "ExpiredCredentials", message),
        _ => local_error::<O>(ErrorKind::NoCredentials, "CredentialsProvider", message),
    }
}

/// SSO and process providers tell expiry only in words.
fn says_expired(message: &str) -> bool {
    let message = message.to_lowercase();
    ["expired", "session has ended", "invalid_grant", "unauthorizedexception"].iter().any(|word| message.contains(word))
}

/// A reply came that the SDK cannot read.
fn unreadable_kind(status: Option<u16>) -> ErrorKind {
    match status {
        Some(501) => ErrorKind::NotImplemented,
        Some(500..) => ErrorKind::Server,
        _ => ErrorKind::Other,
    }
}

/// The class of an error code, AWS's or ours; where the code says nothing, of the HTTP status.
pub(super) fn kind_of(code: &str, status: Option<u16>) -> ErrorKind {
    local(code).or_else(|| by_code(code)).unwrap_or_else(|| by_status(status))
}

/// The codes of failures on this side of the wire.
fn local(code: &str) -> Option<ErrorKind> {
    match code {
        "NoCredentials" | "CredentialsProvider" | "InvalidConfiguration" => Some(ErrorKind::NoCredentials),
        "ExpiredCredentials" => Some(ErrorKind::ExpiredCredentials),
        "Unreachable" => Some(ErrorKind::Unreachable),
        "Timeout" | "CredentialsTimeout" => Some(ErrorKind::Timeout),
        "BrokenStream" | "BodyCut" => Some(ErrorKind::BrokenStream),
        "RejectedLogEvents" => Some(ErrorKind::Invalid),
        _ => None,
    }
}

fn by_code(code: &str) -> Option<ErrorKind> {
    let kind = match code {
        "MissingAuthenticationToken" | "MissingAuthenticationTokenException" => ErrorKind::NoCredentials,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "RequestExpired"
        | "TokenRefreshRequired"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "InvalidToken"
        | "IncompleteSignature"
        | "IncompleteSignatureException" => ErrorKind::ExpiredCredentials,
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "NotAuthorized"
        | "OptInRequired"
        | "SubscriptionRequiredException"
        | "AllAccessDisabled" => ErrorKind::AccessDenied,
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "RequestThrottled"
        | "SlowDown"
        | "ModelNotReadyException" => ErrorKind::Throttled,
        "ResourceAlreadyExistsException" | "EntityAlreadyExists" | "BucketAlreadyExists" | "BucketAlreadyOwnedByYou" => {
            ErrorKind::AlreadyExists
        }
        "NotImplemented" | "NotImplementedException" | "UnknownOperationException" | "InvalidAction" => ErrorKind::NotImplemented,
        "RequestTimeout" | "RequestTimeoutException" | "ModelTimeoutException" => ErrorKind::Timeout,
        "RequestTimeTooSkewed" => ErrorKind::Other,
        "InternalServerException"
        | "InternalServerError"
        | "InternalFailure"
        | "InternalError"
        | "InternalServiceFault"
        | "ServiceUnavailable"
        | "ServiceUnavailableException"
        | "ServiceFailure"
        | "ModelErrorException"
        | "ModelStreamErrorException" => ErrorKind::Server,
        _ if is_missing(code) => ErrorKind::NotFound,
        _ if code.starts_with("Validation") || code.starts_with("Invalid") || code.starts_with("Malformed") => ErrorKind::Invalid,
        _ => return None,
    };
    Some(kind)
}

/// `NoSuchBucket`, `ResourceNotFoundException`, `ServerSideEncryptionConfigurationNotFoundError`, ….
fn is_missing(code: &str) -> bool {
    code.starts_with("NoSuch") || code.contains("NotFound")
}

fn by_status(status: Option<u16>) -> ErrorKind {
    match status {
        Some(400) => ErrorKind::Invalid,
        Some(401 | 403) => ErrorKind::AccessDenied,
        Some(404) => ErrorKind::NotFound,
        Some(408) => ErrorKind::Timeout,
        Some(429) => ErrorKind::Throttled,
        Some(501) => ErrorKind::NotImplemented,
        Some(500..) => ErrorKind::Server,
        _ => ErrorKind::Other,
    }
}

/// The failure of an open stream: an error that the service sent as an event, or a broken connection.
///
/// The SDK drops the code of an error event and keeps only its type; `code` gives it back.
pub(super) fn stream_failed<O: Operation, E>(error: &SdkError<E, RawMessage>, code: impl Fn(&E) -> &'static str) -> AwsError
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    match error {
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or_else(|| code(service.err()));
            let message = service.err().message().map_or_else(|| chain(error), str::to_owned);
            local_error::<O>(kind_of(code, None), code, message)
        }
        SdkError::TimeoutError(_) => local_error::<O>(ErrorKind::Timeout, "Timeout", chain(error)),
        _ => local_error::<O>(ErrorKind::BrokenStream, "BrokenStream", chain(error)),
    }
}

/// The stream ended as if all were well, but its last event is missing.
pub(super) fn stream_ended_early<O: Operation>() -> AwsError {
    local_error::<O>(ErrorKind::BrokenStream, "BrokenStream", "The stream ended before its last event".to_owned())
}
