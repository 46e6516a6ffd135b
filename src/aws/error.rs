//! AWS errors as values of ours, and their explanation to people.

pub(super) use super::classify::failed;
use super::operation::{Permission, Service};

/// Why a call failed, in classes that the program reacts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// No credentials were found by the SDK's chain.
    NoCredentials,
    /// Credentials were found and refused as expired or invalid.
    ExpiredCredentials,
    /// The service could not be reached (DNS, connection, TLS).
    Unreachable,
    /// The call took longer than allowed.
    Timeout,
    /// The principal lacks a permission.
    AccessDenied,
    /// The thing named does not exist.
    NotFound,
    /// The thing to be made exists already.
    AlreadyExists,
    /// The service asks to slow down; the SDK's retries are used up.
    Throttled,
    /// The parameters were refused.
    Invalid,
    /// The endpoint does not know the operation (an emulator's gap).
    NotImplemented,
    /// The service failed.
    Server,
    /// A stream of events ended before its last event.
    BrokenStream,
    /// Anything else.
    Other,
}

/// A failed AWS call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {operation}: {code}: {message}", service.short_name())]
pub struct AwsError {
    /// The service that was called.
    pub service: Service,
    /// The operation's name.
    pub operation: String,
    /// The class of the failure.
    pub kind: ErrorKind,
    /// AWS's error code, such as `ResourceNotFoundException`, or a short name of a local failure.
    pub code: String,
    /// AWS's text, or the chain of local causes.
    pub message: String,
    /// HTTP status, when there was a response.
    pub status: Option<u16>,
    /// Request id, when there was a response that carried one.
    pub request_id: Option<String>,
    /// For [`ErrorKind::AccessDenied`]: the permissions that the call needs; AWS does not always name the one that is missing.
    pub needed: Box<[Permission]>,
}

/// An error as a person reads it: what happened, why, what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What happened, one sentence.
    pub what: String,
    /// The likely cause.
    pub why: String,
    /// The remedy.
    pub remedy: String,
}
