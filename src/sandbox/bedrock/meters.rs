//! The AWS/Bedrock metrics of an invocation.

use super::neighbours;
use super::record::Invocation;
use crate::sandbox::cloudwatch::Unit;
use crate::sandbox::world::World;

/// The error code of a throttled call, which counts neither as an invocation nor as an error.
const THROTTLED: &str = "ThrottlingException";

/// Records the data points of one invocation under the model id as the caller sent it.
pub(super) fn record(world: &mut World, invocation: &Invocation) {
    match invocation.error.as_deref() {
        None => record_success(world, invocation),
        Some(THROTTLED) => count(world, invocation, "InvocationThrottles", 1),
        Some(code) if is_server_error(code) => count(world, invocation, "InvocationServerErrors", 1),
        Some(_) => count(world, invocation, "InvocationClientErrors", 1),
    }
}

fn is_server_error(code: &str) -> bool {
    ["InternalServerException", "ModelStreamErrorException", "ServiceUnavailableException", "ModelTimeoutException"].contains(&code)
}

fn record_success(world: &mut World, invocation: &Invocation) {
    let tokens = invocation.tokens;
    count(world, invocation, "Invocations", 1);
    count(world, invocation, "InputTokenCount", tokens.input);
    count(world, invocation, "OutputTokenCount", tokens.output);
    time(world, invocation, "InvocationLatency", invocation.latency_ms);
    if let Some(first_token_ms) = invocation.first_token_ms {
        time(world, invocation, "TimeToFirstToken", first_token_ms);
    }
    if invocation.legacy {
        count(world, invocation, "LegacyModelInvocations", 1);
    }
    if tokens.cache_read > 0 {
        count(world, invocation, "CacheReadInputTokens", tokens.cache_read);
    }
    if tokens.cache_write > 0 {
        count(world, invocation, "CacheWriteInputTokens", tokens.cache_write);
    }
    let quota = tokens.input + tokens.cache_write + tokens.output * invocation.burndown;
    count(world, invocation, "EstimatedTPMQuotaUsage", quota);
}

fn count(world: &mut World, invocation: &Invocation, metric: &str, value: u64) {
    neighbours::record(world, &invocation.place, metric, Some(&invocation.model_id), value as f64, Unit::COUNT);
}

fn time(world: &mut World, invocation: &Invocation, metric: &str, value: u64) {
    neighbours::record(world, &invocation.place, metric, Some(&invocation.model_id), value as f64, Unit::MILLISECONDS);
}
