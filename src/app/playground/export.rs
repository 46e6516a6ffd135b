//! A conversation as JSON, to keep or to hand on.

use serde_json::{Value, json};

use super::chat::{Chat, Outcome, Reply, Side, Turn};
use super::draft::Draft;
use crate::base::clock::Timestamp;

/// The conversation with its settings, requests' ids and numbers, indented.
pub fn json(draft: &Draft, chat: &Chat, region: &str, now: Timestamp) -> String {
    let turns: Vec<Value> = chat.turns.iter().map(turn).collect();
    let page = json!({
        "format": "outcrop-chat",
        "version": 1,
        "exportedAt": now.to_string(),
        "region": region,
        "modelId": draft.model_id,
        "system": Some(draft.system.trim()).filter(|system| !system.is_empty()),
        "parameters": draft.parameters,
        "turns": turns,
    });
    serde_json::to_string_pretty(&page).unwrap_or_default()
}

/// A file name that sorts by time.
pub fn file_name(now: Timestamp) -> String {
    format!("chat-{}.json", now.strftime("%Y%m%d-%H%M%S"))
}

fn turn(turn: &Turn) -> Value {
    let role = if turn.side == Side::Person { "user" } else { "assistant" };
    let mut value = json!({"role": role, "text": turn.message()});
    if let Some(reply) = &turn.reply {
        value["reply"] = reply_facts(reply);
    }
    value
}

fn reply_facts(reply: &Reply) -> Value {
    let metrics = &reply.metrics;
    json!({
        "modelId": reply.request.model_id,
        "requestId": reply.request_id,
        "askedAt": reply.asked_at.to_string(),
        "streamed": reply.streaming,
        "outcome": outcome(&reply.outcome),
        "stopReason": reply.stop_reason,
        "usage": metrics.usage,
        "latencyMs": metrics.latency_ms,
        "firstTokenMs": metrics.first_token_ms,
        "totalMs": metrics.total_ms,
        "costUsd": metrics.cost(&reply.request.model_id),
    })
}

fn outcome(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Waiting | Outcome::Writing => json!("unfinished"),
        Outcome::Done => json!("done"),
        Outcome::Stopped => json!("stopped"),
        Outcome::Failed(problem) => json!({"failed": problem.what, "details": problem.details}),
    }
}
