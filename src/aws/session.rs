//! A connection to an environment: the clients and the one way to run an operation.

use super::clients;
use super::environment::Environment;
use super::error::{AwsError, ErrorKind};
use super::operation::Operation;
use super::recorder::{Recorder, Recording};
use crate::base::clock::{SharedClock, SystemClock};

pub use super::clients::{Clients, Timeouts};
pub use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// An open environment. Cheap to clone; clones share clients and recorder.
#[derive(Clone)]
pub struct Session {
    environment: Environment,
    clients: Clients,
    recorder: Recorder,
    clock: SharedClock,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("environment", &self.environment).finish_non_exhaustive()
    }
}

impl Session {
    /// Opens `environment`. No call is made yet, credentials are looked for by the first one; only a Region or an endpoint that cannot
    /// be one is refused.
    pub async fn connect(environment: &Environment, recorder: Recorder) -> Result<Self, AwsError> {
        Self::open(environment, recorder, None, Timeouts::default()).await
    }

    /// Opens `environment` with requests handed to `http`, such as the sandbox's in-process door.
    pub async fn connect_with_http(environment: &Environment, recorder: Recorder, http: SharedHttpClient) -> Result<Self, AwsError> {
        Self::open(environment, recorder, Some(http), Timeouts::default()).await
    }

    /// Opens `environment` with everything said: where requests go (`None` is the network) and how long to wait.
    pub async fn open(
        environment: &Environment,
        recorder: Recorder,
        http: Option<SharedHttpClient>,
        timeouts: Timeouts,
    ) -> Result<Self, AwsError> {
        environment.check()?;
        let clients = clients::build(environment, http, timeouts).await;
        Ok(Self { environment: environment.clone(), clients, recorder, clock: SystemClock::shared() })
    }

    /// The same session with the moments of its records taken from `clock`.
    #[must_use]
    pub fn on_clock(self, clock: SharedClock) -> Self {
        Self { clock, ..self }
    }

    /// The same session that tries each call of a model once: for callers who wait and try again themselves, where a person sees it.
    #[must_use]
    pub fn trying_models_once(&self) -> Self {
        Self { clients: self.clients.trying_models_once(), ..self.clone() }
    }

    /// Where this session works.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Runs `operation` and records it. Dropping the future cancels the call, which is recorded too.
    pub async fn run<O: Operation>(&self, operation: O) -> Result<O::Output, AwsError> {
        let (outcome, recording) = self.begin(operation).await;
        recording.finish(outcome.as_ref().err());
        outcome
    }

    /// Runs `operation` and leaves its record open, for calls that go on after their answer has begun.
    pub(super) async fn begin<O: Operation>(&self, operation: O) -> (Result<O::Output, AwsError>, Recording) {
        let recording = Recording::begin(&operation, self.clock.now(), self.recorder.clone());
        // Boxed: the SDK's futures are tens of kilobytes, which every caller's future would otherwise contain.
        let outcome = recording.trace().follow(Box::pin(operation.send(&self.clients))).await;
        (outcome.map_err(|error| naming_needs(error, &recording)), recording)
    }
}

/// A denial with the permissions that the call needs.
fn naming_needs(error: AwsError, recording: &Recording) -> AwsError {
    match error.kind {
        ErrorKind::AccessDenied => AwsError { needed: recording.permissions().into(), ..error },
        _ => error,
    }
}
