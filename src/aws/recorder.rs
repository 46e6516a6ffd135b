//! A record of every AWS call, for the Calls drawer.

use std::sync::Arc;

use serde_json::Value;

use super::operation::{Permission, Service};
use crate::base::clock::Timestamp;

/// One finished AWS call.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRecord {
    /// When the call was sent.
    pub at: Timestamp,
    /// The service.
    pub service: Service,
    /// The operation's name.
    pub operation: String,
    /// Parameters under AWS's names, secrets redacted and bodies shortened.
    pub params: Value,
    /// The call as an AWS CLI line.
    pub cli: String,
    /// Permissions that it needed.
    pub permissions: Vec<Permission>,
    /// HTTP status of the last attempt, if there was a response.
    pub status: Option<u16>,
    /// Attempts made, retries included.
    pub attempts: u32,
    /// Time until the answer, in milliseconds, retries included.
    pub duration_ms: u64,
    /// AWS's request id.
    pub request_id: Option<String>,
    /// Code and text of the failure, if it failed.
    pub error: Option<(String, String)>,
}

/// Takes call records; must be quick and never block.
pub type Recorder = Arc<dyn Fn(CallRecord) + Send + Sync>;

/// A recorder that forgets.
pub fn no_recorder() -> Recorder {
    Arc::new(|_| {})
}
