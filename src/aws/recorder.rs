//! A record of every AWS call, for the Calls drawer.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::classify::kind_of;
use super::error::AwsError;
use super::operation::{Operation, Permission, Service, cli_line};
use super::redact::redacted;
use super::trace::Trace;
use crate::base::clock::{Stopwatch, Timestamp};

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
    /// Attempts made for one request, retries included: 1 when all went well at once.
    pub attempts: u32,
    /// Requests sent besides retries: more than 1 when a list was read page by page.
    pub pages: u32,
    /// Time until the answer, in milliseconds, retries included; for streams until their end.
    pub duration_ms: u64,
    /// For streams: time until the first token, in milliseconds.
    pub first_token_ms: Option<u64>,
    /// AWS's request id.
    pub request_id: Option<String>,
    /// Code and text of the failure, if it failed.
    pub error: Option<(String, String)>,
}

impl CallRecord {
    /// The failure of the call as an error that can be explained; its class is read off the recorded code and status.
    pub fn failure(&self) -> Option<AwsError> {
        let (code, message) = self.error.as_ref()?;
        Some(AwsError {
            service: self.service,
            operation: self.operation.clone(),
            kind: kind_of(code, self.status),
            code: code.clone(),
            message: message.clone(),
            status: self.status,
            request_id: self.request_id.clone(),
            needed: self.permissions.clone().into(),
        })
    }
}

/// Takes call records; must be quick and never block.
pub type Recorder = Arc<dyn Fn(CallRecord) + Send + Sync>;

/// A recorder that forgets.
pub fn no_recorder() -> Recorder {
    Arc::new(|_| {})
}

/// A call under way. It is recorded exactly once: when it is finished, or as cancelled when it is dropped before.
pub(super) struct Recording {
    recorder: Recorder,
    trace: Arc<Trace>,
    stopwatch: Stopwatch,
    draft: Option<CallRecord>,
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").field("draft", &self.draft).finish_non_exhaustive()
    }
}

impl Recording {
    /// Begins the record of `operation`, sent at `at`.
    pub fn begin<O: Operation>(operation: &O, at: Timestamp, recorder: Recorder) -> Self {
        let params = redacted(serde_json::to_value(operation).unwrap_or(Value::Null));
        let draft = CallRecord {
            at,
            service: O::SERVICE,
            operation: O::NAME.to_owned(),
            cli: cli_line(O::SERVICE, O::NAME, &params),
            params,
            permissions: operation.permissions(),
            status: None,
            attempts: 0,
            pages: 0,
            duration_ms: 0,
            first_token_ms: None,
            request_id: None,
            error: None,
        };
        Self { recorder, trace: Arc::new(Trace::default()), stopwatch: Stopwatch::start(), draft: Some(draft) }
    }

    /// Where the call's wire traffic is counted.
    pub fn trace(&self) -> Arc<Trace> {
        Arc::clone(&self.trace)
    }

    /// The permissions that the call needs.
    pub fn permissions(&self) -> &[Permission] {
        self.draft.as_ref().map(|draft| draft.permissions.as_slice()).unwrap_or_default()
    }

    /// Notes the first token of a stream; later ones change nothing.
    pub fn first_token(&mut self) {
        let now = self.stopwatch.elapsed_ms();
        if let Some(draft) = &mut self.draft {
            draft.first_token_ms.get_or_insert(now);
        }
    }

    /// Ends the record.
    pub fn finish(mut self, error: Option<&AwsError>) {
        self.write(error.map(|error| (error.code.clone(), error.message.clone())));
    }

    fn write(&mut self, error: Option<(String, String)>) {
        let Some(mut record) = self.draft.take() else { return };
        let answer = self.trace.answer();
        record.status = answer.status;
        record.request_id = answer.request_id;
        record.attempts = self.trace.attempts();
        record.pages = self.trace.requests();
        record.duration_ms = self.stopwatch.elapsed_ms();
        record.error = error;
        (self.recorder)(record);
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.write(Some(("Cancelled".to_owned(), "The call was stopped before its answer was complete".to_owned())));
    }
}
