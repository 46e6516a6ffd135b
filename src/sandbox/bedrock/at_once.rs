//! Calls that people of the account make without HTTP and without waiting: everything happens as in a call through a door, but the reply is
//! complete at once and is told to the world at the moment at which it would have been.

use serde_json::Value;

use super::delivery;
use super::routes::Invocation;
use super::runtime::{self, Asked, Call};
use crate::base::clock::{Timestamp, timestamp_ms};
use crate::sandbox::Sandbox;
use crate::sandbox::api::CallContext;

/// A call that is made at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Region.
    pub region: String,
    /// Who calls.
    pub principal_arn: String,
    /// When.
    pub at: Timestamp,
    /// Request id.
    pub request_id: String,
    /// Which operation.
    pub invocation: Invocation,
    /// Model id as the caller names it.
    pub model_id: String,
    /// Request body.
    pub body: Value,
    /// The caller's labels.
    pub metadata: Option<Value>,
}

/// Makes the call: log record and metrics follow, also of a refusal, whose error code is returned.
pub fn make(sandbox: &Sandbox, order: Order) -> Result<(), String> {
    let cx = context(sandbox, &order);
    let asked = Asked::new(&cx, order.invocation, &order.model_id).with(order.body, order.metadata);
    match runtime::prepare(sandbox, &cx, &asked) {
        Ok(call) => {
            tell(sandbox, call, order.at);
            Ok(())
        }
        Err(error) => {
            delivery::complete(sandbox, &asked.told_at(order.at).failed(sandbox, &error.code));
            Err(error.code)
        }
    }
}

fn context(sandbox: &Sandbox, order: &Order) -> CallContext {
    CallContext {
        region: order.region.clone(),
        account: sandbox.world().account_id.clone(),
        access_key: None,
        principal_arn: order.principal_arn.clone(),
        request_id: order.request_id.clone(),
        now: order.at,
    }
}

fn tell(sandbox: &Sandbox, mut call: Call, at: Timestamp) {
    let latency_ms = call.answer(&call.reply).latency_ms;
    call.asked = call.asked.told_at(timestamp_ms(at.as_millisecond() + latency_ms as i64));
    let answer = call.answer(&call.reply);
    let output = if call.asked.invocation.streams() { streamed(&call) } else { call.shape.response(&answer) };
    delivery::complete(sandbox, &call.record(sandbox, &answer, output));
}

/// What the log holds of a reply that was streamed to its end.
fn streamed(call: &Call) -> Value {
    let answer = call.answer(&call.reply);
    let pieces = (0..call.reply.pieces.len()).flat_map(|index| call.shape.step(&call.reply, index));
    let events: Vec<_> = call.shape.opening(&answer).into_iter().chain(pieces).chain(call.shape.closing(&answer)).collect();
    call.shape.logged_stream(&answer, &events)
}
