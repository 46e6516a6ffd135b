//! What really went over the wire during one call: an interceptor in every client counts requests and attempts and keeps the last answer.
//!
//! The counters travel with the task that runs the call, so clients stay shared.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use super::classify::request_id;

tokio::task_local! {
    static CURRENT: Arc<Trace>;
}

/// Counters of one call.
#[derive(Debug, Default)]
pub(super) struct Trace {
    requests: AtomicU32,
    attempts: AtomicU32,
    answer: Mutex<Answer>,
}

/// The last answer of the service.
#[derive(Debug, Default, Clone)]
pub(super) struct Answer {
    /// HTTP status.
    pub status: Option<u16>,
    /// Request id.
    pub request_id: Option<String>,
}

impl Trace {
    /// Runs `call` with its wire traffic counted here.
    pub async fn follow<F: Future>(self: &Arc<Self>, call: F) -> F::Output {
        CURRENT.scope(Arc::clone(self), call).await
    }

    /// Requests sent, not counting retries.
    pub fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Attempts for one request: more than 1 means that something was retried.
    pub fn attempts(&self) -> u32 {
        let retries = self.attempts.load(Ordering::Relaxed).saturating_sub(self.requests());
        retries + 1
    }

    /// The last answer, empty when none came.
    pub fn answer(&self) -> Answer {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, answer: Answer) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = answer;
    }
}

/// Does `note` to the current call's trace; calls outside of a session have none.
fn with_current(note: impl FnOnce(&Trace)) {
    // An error only says that nobody follows this call.
    CURRENT.try_with(|trace| note(trace)).unwrap_or_default();
}

/// Sits in every client and reports to the trace of the current task.
#[derive(Debug, Clone, Copy)]
pub(super) struct WireTap;

impl Intercept for WireTap {
    fn name(&self) -> &'static str {
        "WireTap"
    }

    fn read_before_execution(&self, _: &BeforeSerializationInterceptorContextRef<'_>, _: &mut ConfigBag) -> Result<(), BoxError> {
        with_current(|trace| {
            trace.requests.fetch_add(1, Ordering::Relaxed);
        });
        Ok(())
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        with_current(|trace| {
            trace.attempts.fetch_add(1, Ordering::Relaxed);
            trace.note(Answer::default());
        });
        Ok(())
    }

    fn read_after_transmit(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let answer = Answer { status: Some(response.status().as_u16()), request_id: request_id(response) };
        with_current(|trace| trace.note(answer));
        Ok(())
    }
}
