//! The messages API of Claude, as `InvokeModel` carries it.

use serde_json::{Value, json};

use super::{Answer, Event, decode_base64, document, id_letters, invalid, invocation_metrics, piece_text, signature};
use crate::models::Model;
use crate::sandbox::api::ApiError;
use crate::sandbox::bedrock::prompt::{Limits, Part, Prompt, Role, Thinking, Tool, ToolChoice, Turn};
use crate::sandbox::bedrock::reply::{Block, Piece, Stop};
use crate::sandbox::bedrock::tokens;

/// Members of a request; any other is refused by name.
const MEMBERS: [&str; 17] = [
    "anthropic_version",
    "anthropic_beta",
    "max_tokens",
    "messages",
    "system",
    "temperature",
    "top_p",
    "top_k",
    "stop_sequences",
    "tools",
    "tool_choice",
    "metadata",
    "thinking",
    "output_config",
    "context_management",
    "mcp_servers",
    "output_format",
];

/// The prompt in a request body.
pub(super) fn parse(body: &Value) -> Result<Prompt, ApiError> {
    check_members(body)?;
    let messages = list(body, "messages");
    if messages.is_empty() {
        return Err(invalid("messages: at least one message is required"));
    }
    let turns = messages.iter().enumerate().map(|(i, message)| turn(message, i)).collect::<Result<Vec<_>, _>>()?;
    if turns[0].role != Role::User {
        return Err(invalid("messages: first message must use the \"user\" role"));
    }
    let mut prompt = Prompt { turns, system: system(body)?, limits: limits(body), ..Prompt::default() };
    read_tools(&mut prompt, body);
    Ok(prompt)
}

/// What the model calls itself in replies: `claude-sonnet-4-5-20250929`.
pub(super) fn model_name(model: &Model) -> &str {
    let name = model.id.strip_prefix("anthropic.").unwrap_or(&model.id);
    if name == "claude-v2:1" {
        return "claude-2.1";
    }
    name.split_once("-v1").map_or(name, |(name, _)| name)
}

fn check_members(body: &Value) -> Result<(), ApiError> {
    for required in ["anthropic_version", "max_tokens", "messages"] {
        if body.get(required).is_none_or(Value::is_null) {
            return Err(invalid(format!("{required}: Field required")));
        }
    }
    let unknown = body.as_object().and_then(|map| map.keys().find(|key| !MEMBERS.contains(&key.as_str())));
    match unknown {
        Some(key) => Err(invalid(format!("{key}: Extra inputs are not permitted"))),
        None => Ok(()),
    }
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn turn(message: &Value, index: usize) -> Result<Turn, ApiError> {
    let role = match text(message, "role") {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        _ => return Err(invalid(format!("messages.{index}.role: Input should be 'user' or 'assistant'"))),
    };
    let parts = match message.get("content") {
        Some(Value::String(text)) if !text.trim().is_empty() => vec![Part::Text(text.clone())],
        Some(Value::Array(blocks)) if !blocks.is_empty() => blocks_of(blocks, &format!("messages.{index}.content"))?,
        _ => {
            return Err(invalid(format!(
                "messages.{index}: all messages must have non-empty content except for the optional final assistant message"
            )));
        }
    };
    Ok(Turn { role, parts })
}

/// Parts of a list of blocks; `cache_control` on a block is a cache point behind it.
fn blocks_of(blocks: &[Value], at: &str) -> Result<Vec<Part>, ApiError> {
    let mut parts = Vec::with_capacity(blocks.len());
    for (i, block) in blocks.iter().enumerate() {
        parts.push(part(block, &format!("{at}.{i}"))?);
        parts.extend(cache_point(block));
    }
    Ok(parts)
}

fn part(block: &Value, at: &str) -> Result<Part, ApiError> {
    match text(block, "type") {
        "text" if text(block, "text").trim().is_empty() => Err(invalid("messages: text content blocks must be non-empty")),
        "text" => Ok(Part::Text(text(block, "text").to_owned())),
        "image" => Ok(Part::Image { tokens: tokens::of_image(&source_bytes(block)) }),
        "document" => Ok(read_document(block)),
        "tool_use" => Ok(Part::ToolUse { name: text(block, "name").to_owned(), input: block.get("input").cloned().unwrap_or(Value::Null) }),
        "tool_result" => Ok(Part::ToolResult { text: tool_result(block) }),
        "thinking" | "redacted_thinking" => Ok(Part::Reasoning),
        other => Err(invalid(format!("{at}: Input tag '{other}' found using 'type' does not match any of the expected tags"))),
    }
}

fn source_bytes(block: &Value) -> Vec<u8> {
    block.pointer("/source/data").and_then(Value::as_str).and_then(decode_base64).unwrap_or_default()
}

fn read_document(block: &Value) -> Part {
    let name = block.get("title").and_then(Value::as_str).unwrap_or("document");
    let media_type = block.pointer("/source/media_type").and_then(Value::as_str).unwrap_or("text/plain");
    match block.pointer("/source/type").and_then(Value::as_str) {
        Some("text") => {
            document::read(name, media_type, block.pointer("/source/data").and_then(Value::as_str).unwrap_or_default().as_bytes())
        }
        _ => document::read(name, media_type, &source_bytes(block)),
    }
}

fn tool_result(block: &Value) -> String {
    match block.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(blocks)) => blocks.iter().map(|block| text(block, "text")).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}

fn cache_point(block: &Value) -> Option<Part> {
    let control = block.get("cache_control").filter(|control| !control.is_null())?;
    Some(Part::CachePoint { ttl_seconds: if text(control, "ttl") == "1h" { 3_600 } else { 300 } })
}

fn system(body: &Value) -> Result<Vec<Part>, ApiError> {
    match body.get("system") {
        Some(Value::String(text)) if !text.is_empty() => Ok(vec![Part::Text(text.clone())]),
        Some(Value::Array(blocks)) => blocks_of(blocks, "system"),
        _ => Ok(Vec::new()),
    }
}

fn limits(body: &Value) -> Limits {
    let number = |name: &str| body.get(name).and_then(Value::as_f64);
    Limits {
        max_tokens: body.get("max_tokens").and_then(Value::as_u64),
        temperature: number("temperature"),
        top_p: number("top_p"),
        top_k: number("top_k"),
        thinking: Thinking::read(body.get("thinking")),
        stop_sequences: list(body, "stop_sequences").iter().filter_map(|s| s.as_str().map(str::to_owned)).collect(),
    }
}

fn read_tools(prompt: &mut Prompt, body: &Value) {
    for tool in list(body, "tools") {
        prompt.tools.push(Tool {
            name: text(tool, "name").to_owned(),
            description: text(tool, "description").to_owned(),
            schema: tool.get("input_schema").cloned().unwrap_or(Value::Null),
        });
    }
    if let Some(point) = list(body, "tools").last().and_then(cache_point) {
        prompt.system.insert(0, point);
    }
    let choice = body.get("tool_choice").unwrap_or(&Value::Null);
    prompt.tool_choice = match text(choice, "type") {
        "any" => ToolChoice::Any,
        "none" => ToolChoice::Never,
        "tool" => ToolChoice::Named(text(choice, "name").to_owned()),
        _ => ToolChoice::Auto,
    };
}

/// The message as `InvokeModel` returns it.
pub(super) fn response(answer: &Answer<'_>) -> Value {
    let content: Vec<Value> = answer.reply.blocks.iter().map(content_block).collect();
    json!({
        "model": model_name(answer.model),
        "id": message_id(answer),
        "type": "message",
        "role": "assistant",
        "content": content,
        "stop_reason": answer.reply.stop.as_ref().map(Stop::name),
        "stop_sequence": stop_sequence(answer),
        "usage": usage(answer, answer.tokens.output),
    })
}

fn message_id(answer: &Answer<'_>) -> String {
    format!("msg_bdrk_01{}", id_letters(answer.request_id))
}

fn content_block(block: &Block) -> Value {
    match block {
        Block::Reasoning(text) => json!({ "type": "thinking", "thinking": text, "signature": signature(text) }),
        Block::Text(text) => json!({ "type": "text", "text": text }),
        Block::ToolUse { id, name, input } => {
            json!({ "type": "tool_use", "id": id.replace("tooluse_", "toolu_bdrk_01"), "name": name, "input": input })
        }
    }
}

fn stop_sequence<'a>(answer: &Answer<'a>) -> Option<&'a str> {
    match &answer.reply.stop {
        Some(Stop::Sequence(sequence)) => Some(sequence),
        _ => None,
    }
}

fn usage(answer: &Answer<'_>, output: u64) -> Value {
    let tokens = answer.tokens;
    if answer.model.cache_min.is_none() {
        return json!({ "input_tokens": tokens.input, "output_tokens": output });
    }
    json!({
        "input_tokens": tokens.input,
        "cache_creation_input_tokens": tokens.cache_write,
        "cache_read_input_tokens": tokens.cache_read,
        "output_tokens": output,
    })
}

fn chunk(payload: Value) -> Event {
    Event { name: "chunk", payload }
}

pub(super) fn opening(answer: &Answer<'_>) -> Vec<Event> {
    let message = json!({
        "model": model_name(answer.model),
        "id": message_id(answer),
        "type": "message",
        "role": "assistant",
        "content": [],
        "stop_reason": null,
        "stop_sequence": null,
        "usage": usage(answer, 1),
    });
    vec![chunk(json!({ "type": "message_start", "message": message }))]
}

pub(super) fn step(block: &Block, piece: &Piece, begins: bool, ends: bool) -> Vec<Event> {
    let index = piece.block;
    let mut events = Vec::new();
    if begins {
        events.push(chunk(json!({ "type": "content_block_start", "index": index, "content_block": empty_block(block) })));
    }
    let delta = |delta: Value| chunk(json!({ "type": "content_block_delta", "index": index, "delta": delta }));
    events.push(delta(match block {
        Block::Reasoning(_) => json!({ "type": "thinking_delta", "thinking": piece_text(piece) }),
        Block::Text(_) => json!({ "type": "text_delta", "text": piece_text(piece) }),
        Block::ToolUse { .. } => json!({ "type": "input_json_delta", "partial_json": piece_text(piece) }),
    }));
    if let (true, Block::Reasoning(text)) = (ends, block) {
        events.push(delta(json!({ "type": "signature_delta", "signature": signature(text) })));
    }
    if ends {
        events.push(chunk(json!({ "type": "content_block_stop", "index": index })));
    }
    events
}

/// The block as it is before its first delta.
fn empty_block(block: &Block) -> Value {
    let mut empty = content_block(block);
    match block {
        Block::Reasoning(_) => (empty["thinking"], empty["signature"]) = (json!(""), json!("")),
        Block::Text(_) => empty["text"] = json!(""),
        Block::ToolUse { .. } => empty["input"] = json!({}),
    }
    empty
}

pub(super) fn closing(answer: &Answer<'_>) -> Vec<Event> {
    let delta = json!({ "stop_reason": answer.reply.stop.as_ref().map(Stop::name), "stop_sequence": stop_sequence(answer) });
    vec![
        chunk(json!({ "type": "message_delta", "delta": delta, "usage": { "output_tokens": answer.tokens.output } })),
        chunk(json!({ "type": "message_stop", "amazon-bedrock-invocationMetrics": invocation_metrics(answer) })),
    ]
}
