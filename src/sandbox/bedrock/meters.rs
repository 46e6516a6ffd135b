//! The AWS/Bedrock metrics of an invocation.

use super::neighbours;
use super::record::Invocation;
use crate::models::Tokens;
use crate::sandbox::cloudwatch::Unit;
use crate::sandbox::world::World;

/// The namespace of the metrics.
pub const NAMESPACE: &str = "AWS/Bedrock";

/// The error code of a throttled call, which counts neither as an invocation nor as an error.
const THROTTLED: &str = "ThrottlingException";

/// What the metrics tell of one invocation.
#[derive(Debug, Clone, Copy)]
pub struct Measured<'a> {
    /// Error code of a failed call.
    pub error: Option<&'a str>,
    /// Tokens of the call.
    pub tokens: Tokens,
    /// Milliseconds to the last token.
    pub latency_ms: u64,
    /// Milliseconds to the first token, for streams.
    pub first_token_ms: Option<u64>,
    /// Whether the model is a legacy one.
    pub legacy: bool,
    /// Tokens of quota that one output token uses.
    pub burndown: u64,
}

/// A sample: metric, value, unit.
pub type Sample = (&'static str, f64, Unit);

impl Measured<'_> {
    /// The samples that the service publishes under the model id as the caller sent it.
    pub fn samples(&self) -> Vec<Sample> {
        match self.error {
            None => self.success(),
            Some(THROTTLED) => vec![count("InvocationThrottles", 1)],
            Some(code) if is_server_error(code) => vec![count("InvocationServerErrors", 1)],
            Some(_) => vec![count("InvocationClientErrors", 1)],
        }
    }

    fn success(&self) -> Vec<Sample> {
        let tokens = self.tokens;
        let quota = tokens.input + tokens.cache_write + tokens.output * self.burndown;
        let always = [
            count("Invocations", 1),
            count("InputTokenCount", tokens.input),
            count("OutputTokenCount", tokens.output),
            time("InvocationLatency", self.latency_ms),
            count("EstimatedTPMQuotaUsage", quota),
        ];
        let sometimes = [
            self.first_token_ms.map(|ms| time("TimeToFirstToken", ms)),
            self.legacy.then(|| count("LegacyModelInvocations", 1)),
            (tokens.cache_read > 0).then(|| count("CacheReadInputTokens", tokens.cache_read)),
            (tokens.cache_write > 0).then(|| count("CacheWriteInputTokens", tokens.cache_write)),
        ];
        always.into_iter().chain(sometimes.into_iter().flatten()).collect()
    }
}

fn is_server_error(code: &str) -> bool {
    ["InternalServerException", "ModelStreamErrorException", "ServiceUnavailableException", "ModelTimeoutException"].contains(&code)
}

fn count(metric: &'static str, value: u64) -> Sample {
    (metric, value as f64, Unit::COUNT)
}

fn time(metric: &'static str, ms: u64) -> Sample {
    (metric, ms as f64, Unit::MILLISECONDS)
}

/// Records the samples of one invocation.
pub(super) fn record(world: &mut World, invocation: &Invocation) {
    let measured = Measured {
        error: invocation.error.as_deref(),
        tokens: invocation.tokens,
        latency_ms: invocation.latency_ms,
        first_token_ms: invocation.first_token_ms,
        legacy: invocation.legacy,
        burndown: invocation.burndown,
    };
    for (metric, value, unit) in measured.samples() {
        neighbours::record(world, &invocation.place, metric, Some(&invocation.model_id), value, unit);
    }
}
