//! The three request shapes for Claude: Converse, the messages API, and the text API of Claude 2. Each file reads one and writes its replies.

mod attachments;
mod converse;
mod document;
mod messages;
mod text;
pub mod validate;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::prompt::Prompt;
use super::reply::{Piece, Reply};
use crate::models::{Model, NativeApi, Tokens};
use crate::sandbox::api::ApiError;

/// How a request and its replies are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Converse and `ConverseStream`.
    Converse,
    /// `InvokeModel` with the messages API.
    Messages,
    /// `InvokeModel` with the text API of Claude 2.
    Text,
}

/// An event of a streamed reply.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Event type; `chunk` in the invoke operations.
    pub name: &'static str,
    /// What it carries, decoded.
    pub payload: Value,
}

/// A reply with everything that its wire forms tell about it.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// What is said.
    pub reply: &'a Reply,
    /// Tokens of the call.
    pub tokens: Tokens,
    /// Milliseconds from request to last token.
    pub latency_ms: u64,
    /// Milliseconds from request to first token.
    pub first_token_ms: u64,
    /// The model.
    pub model: &'a Model,
    /// Request id, the source of message ids.
    pub request_id: &'a str,
}

/// An AWS validation error.
pub fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "ValidationException", message)
}

impl Shape {
    /// The shape of an `InvokeModel` body for `model`.
    pub fn of_invoke(body: &Value, model: &Model) -> Result<Self, ApiError> {
        let is_text = body.get("prompt").is_some() && body.get("messages").is_none();
        if !is_text {
            return Ok(Self::Messages);
        }
        if model.apis.contains(&NativeApi::Text) {
            return Ok(Self::Text);
        }
        let name = messages::model_name(model);
        Err(invalid(format!("\"{name}\" is not supported on this API. Please use the Messages API instead.")))
    }

    /// The prompt in `body`.
    pub fn parse(self, body: &Value) -> Result<Prompt, ApiError> {
        match self {
            Self::Converse => converse::parse(body),
            Self::Messages => messages::parse(body),
            Self::Text => text::parse(body),
        }
    }

    /// The whole reply as the caller gets it.
    pub fn response(self, answer: &Answer<'_>) -> Value {
        match self {
            Self::Converse => converse::response(answer),
            Self::Messages => messages::response(answer),
            Self::Text => text::response(answer),
        }
    }

    /// Events before the first token.
    pub fn opening(self, answer: &Answer<'_>) -> Vec<Event> {
        match self {
            Self::Converse => converse::opening(),
            Self::Messages => messages::opening(answer),
            Self::Text => Vec::new(),
        }
    }

    /// Events of piece `index` of the reply: the beginning of its block, the piece, the end of its block.
    pub fn step(self, reply: &Reply, index: usize) -> Vec<Event> {
        let piece = &reply.pieces[index];
        let block = &reply.blocks[piece.block];
        let same_block = |at: Option<usize>| at.and_then(|at| reply.pieces.get(at)).is_some_and(|other| other.block == piece.block);
        let (begins, ends) = (!same_block(index.checked_sub(1)), !same_block(Some(index + 1)));
        match self {
            Self::Converse => converse::step(block, piece, begins, ends),
            Self::Messages => messages::step(block, piece, begins, ends),
            Self::Text => vec![text::step(piece, index == 0)],
        }
    }

    /// Events after the last token.
    pub fn closing(self, answer: &Answer<'_>) -> Vec<Event> {
        match self {
            Self::Converse => converse::closing(answer),
            Self::Messages => messages::closing(answer),
            Self::Text => text::closing(answer),
        }
    }

    /// What the log holds of a streamed reply: one Converse response, or the list of chunks that were sent.
    pub fn logged_stream(self, answer: &Answer<'_>, sent: &[Event]) -> Value {
        match self {
            Self::Converse => converse::response(answer),
            Self::Messages | Self::Text => sent.iter().map(|event| event.payload.clone()).collect(),
        }
    }

    /// The payload of `event` on the wire: chunks travel as base64.
    pub fn wire_payload(self, event: &Event) -> Value {
        match self {
            Self::Converse => event.payload.clone(),
            Self::Messages | Self::Text => json!({ "bytes": STANDARD.encode(event.payload.to_string()) }),
        }
    }
}

/// The metrics that end a stream of chunks.
fn invocation_metrics(answer: &Answer<'_>) -> Value {
    let tokens = answer.tokens;
    let mut metrics = json!({
        "inputTokenCount": tokens.input,
        "outputTokenCount": tokens.output,
        "invocationLatency": answer.latency_ms,
        "firstByteLatency": answer.first_token_ms,
    });
    if answer.model.cache_min.is_some() {
        metrics["cacheReadInputTokenCount"] = tokens.cache_read.into();
        metrics["cacheWriteInputTokenCount"] = tokens.cache_write.into();
    }
    metrics
}

/// Letters and digits of a request id, for ids derived from it.
fn id_letters(request_id: &str) -> String {
    request_id.chars().filter(char::is_ascii_alphanumeric).take(22).collect()
}

/// Bytes in base64, as both APIs send them in JSON.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A signature for what the sandbox's model thought, as long as AWS's shortest ones.
fn signature(text: &str) -> String {
    STANDARD.encode(text.bytes().rev().take(48).collect::<Vec<u8>>())
}

fn piece_text(piece: &Piece) -> &str {
    &piece.text
}
