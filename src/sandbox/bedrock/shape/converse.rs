//! Converse and `ConverseStream`.

use serde_json::{Map, Value, json};

use super::{Answer, Event, attachments, decode_base64, document, invalid, piece_text, signature};
use crate::sandbox::api::ApiError;
use crate::sandbox::bedrock::prompt::{Limits, Part, Prompt, Role, Thinking, Tool, ToolChoice, Turn};
use crate::sandbox::bedrock::reply::{Block, Piece};
use crate::sandbox::bedrock::tokens;

/// Seconds for which a cache point without a time to live is kept.
const DEFAULT_TTL: u64 = 300;

/// The prompt in a request body.
pub(super) fn parse(body: &Value) -> Result<Prompt, ApiError> {
    attachments::check(list(body, "messages"))?;
    let turns = list(body, "messages").iter().enumerate().map(|(i, message)| turn(message, i)).collect::<Result<Vec<_>, _>>()?;
    check_roles(&turns)?;
    let mut prompt = Prompt { turns, system: system(body)?, limits: limits(body), ..Prompt::default() };
    if let Some(config) = body.get("toolConfig").filter(|config| !config.is_null()) {
        read_tools(&mut prompt, config);
    }
    check_tools(body, &prompt)?;
    Ok(prompt)
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
        other => {
            let at = format!("messages.{}.member.role", index + 1);
            let constraint = "Member must satisfy enum value set: [user, assistant]";
            return Err(invalid(format!(
                "1 validation error detected: Value '{other}' at '{at}' failed to satisfy constraint: {constraint}"
            )));
        }
    };
    let content = list(message, "content");
    if content.is_empty() {
        let problem = format!("The content field in the Message object at messages.{index} is empty.");
        return Err(invalid(format!("{problem} Add a ContentBlock object to the content field and try again.")));
    }
    let parts = content.iter().enumerate().map(|(i, block)| part(block, &format!("messages.{index}.content.{i}")));
    Ok(Turn { role, parts: parts.collect::<Result<_, _>>()? })
}

fn part(block: &Value, at: &str) -> Result<Part, ApiError> {
    let Some((kind, value)) = block.as_object().and_then(|map| map.iter().find(|(_, value)| !value.is_null())) else {
        return Err(unknown_block(at));
    };
    match kind.as_str() {
        "text" => written(value.as_str().unwrap_or_default(), at),
        "image" => Ok(Part::Image { tokens: tokens::of_image(&source_bytes(value)) }),
        "video" => Ok(Part::Image { tokens: tokens::of_image(&[]) }),
        "document" => Ok(read_document(value)),
        "toolUse" => Ok(Part::ToolUse { name: text(value, "name").to_owned(), input: value.get("input").cloned().unwrap_or(Value::Null) }),
        "toolResult" => Ok(Part::ToolResult { text: tool_result(value) }),
        "cachePoint" => Ok(cache_point(value)),
        "reasoningContent" => Ok(Part::Reasoning),
        "guardContent" => Ok(Part::Text(value.pointer("/text/text").and_then(Value::as_str).unwrap_or_default().to_owned())),
        _ => Err(unknown_block(at)),
    }
}

fn unknown_block(at: &str) -> ApiError {
    let keys = "text, image, toolUse, toolResult, document, video, cachePoint, reasoningContent";
    invalid(format!("The ContentBlock object at {at} must set one of the following keys: {keys}."))
}

fn written(text: &str, at: &str) -> Result<Part, ApiError> {
    if text.trim().is_empty() {
        let problem = format!("The text field in the ContentBlock object at {at} is blank.");
        return Err(invalid(format!("{problem} Add text to the text field, and try again.")));
    }
    Ok(Part::Text(text.to_owned()))
}

fn source_bytes(block: &Value) -> Vec<u8> {
    block.pointer("/source/bytes").and_then(Value::as_str).and_then(decode_base64).unwrap_or_default()
}

fn read_document(block: &Value) -> Part {
    let bytes = match block.pointer("/source/text").and_then(Value::as_str) {
        Some(text) => text.as_bytes().to_vec(),
        None => source_bytes(block),
    };
    let format = block.get("format").and_then(Value::as_str).unwrap_or("txt");
    document::read(text(block, "name"), format, &bytes)
}

fn tool_result(block: &Value) -> String {
    let piece = |content: &Value| match content.get("text").and_then(Value::as_str) {
        Some(text) => text.to_owned(),
        None => content.get("json").unwrap_or(content).to_string(),
    };
    list(block, "content").iter().map(piece).collect::<Vec<_>>().join("\n")
}

fn cache_point(block: &Value) -> Part {
    Part::CachePoint { ttl_seconds: if text(block, "ttl") == "1h" { 3_600 } else { DEFAULT_TTL } }
}

fn system(body: &Value) -> Result<Vec<Part>, ApiError> {
    let block = |(i, block): (usize, &Value)| match block.get("cachePoint") {
        Some(point) if !point.is_null() => Ok(cache_point(point)),
        _ => written(text(block, "text"), &format!("system.{i}")).map_err(|_| blank_system(i)),
    };
    list(body, "system").iter().enumerate().map(block).collect()
}

fn blank_system(index: usize) -> ApiError {
    let problem = format!("The text field in the SystemContentBlock object at system.{index} is blank.");
    invalid(format!("{problem} Add text to the text field, and try again."))
}

fn limits(body: &Value) -> Limits {
    let config = body.get("inferenceConfig").unwrap_or(&Value::Null);
    let extra = body.get("additionalModelRequestFields").unwrap_or(&Value::Null);
    let number = |name: &str| config.get(name).and_then(Value::as_f64);
    Limits {
        max_tokens: config.get("maxTokens").and_then(Value::as_u64),
        temperature: number("temperature"),
        top_p: number("topP"),
        top_k: extra.get("top_k").and_then(Value::as_f64),
        thinking: Thinking::read(extra.get("thinking")),
        stop_sequences: list(config, "stopSequences").iter().filter_map(|s| s.as_str().map(str::to_owned)).collect(),
    }
}

/// Tools come first in the cached prefix, so that a cache point behind them becomes the first piece of the system prompt.
fn read_tools(prompt: &mut Prompt, config: &Value) {
    for entry in list(config, "tools") {
        if let Some(spec) = entry.get("toolSpec") {
            prompt.tools.push(Tool {
                name: text(spec, "name").to_owned(),
                description: text(spec, "description").to_owned(),
                schema: spec.pointer("/inputSchema/json").cloned().unwrap_or(Value::Null),
            });
        } else if let Some(point) = entry.get("cachePoint") {
            prompt.system.insert(0, cache_point(point));
        }
    }
    prompt.tool_choice = tool_choice(config.get("toolChoice").unwrap_or(&Value::Null));
}

fn tool_choice(choice: &Value) -> ToolChoice {
    if let Some(tool) = choice.get("tool") {
        return ToolChoice::Named(text(tool, "name").to_owned());
    }
    if choice.get("any").is_some() { ToolChoice::Any } else { ToolChoice::Auto }
}

fn check_roles(turns: &[Turn]) -> Result<(), ApiError> {
    if turns.first().is_none_or(|turn| turn.role != Role::User) {
        return Err(invalid(
            "A conversation must start with a user message. Try again with a conversation that starts with a user message.",
        ));
    }
    if turns.windows(2).any(|pair| pair[0].role == pair[1].role) {
        return Err(invalid(
            "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.",
        ));
    }
    Ok(())
}

fn check_tools(body: &Value, prompt: &Prompt) -> Result<(), ApiError> {
    let uses = |part: &Part| matches!(part, Part::ToolUse { .. } | Part::ToolResult { .. });
    let needed = prompt.turns.iter().flat_map(|turn| &turn.parts).any(uses);
    if needed && body.get("toolConfig").is_none_or(Value::is_null) {
        return Err(invalid("The toolConfig field must be defined when using toolUse and toolResult content blocks."));
    }
    Ok(())
}

/// The Converse response, which is also what the log holds of a `ConverseStream`.
pub(super) fn response(answer: &Answer<'_>) -> Value {
    let content: Vec<Value> = answer.reply.blocks.iter().map(content_block).collect();
    let mut response = Map::new();
    response.insert("output".to_owned(), json!({ "message": { "role": "assistant", "content": content } }));
    if let Some(stop) = &answer.reply.stop {
        response.insert("stopReason".to_owned(), stop.name().into());
    }
    response.insert("metrics".to_owned(), json!({ "latencyMs": answer.latency_ms }));
    response.insert("usage".to_owned(), usage(answer));
    Value::Object(response)
}

fn content_block(block: &Block) -> Value {
    match block {
        Block::Reasoning(text) => json!({ "reasoningContent": { "reasoningText": { "text": text, "signature": signature(text) } } }),
        Block::Text(text) => json!({ "text": text }),
        Block::ToolUse { id, name, input } => json!({ "toolUse": { "toolUseId": id, "name": name, "input": input } }),
    }
}

fn usage(answer: &Answer<'_>) -> Value {
    let tokens = answer.tokens;
    let total = tokens.input + tokens.output + tokens.cache_read + tokens.cache_write;
    if answer.model.cache_min.is_none() {
        return json!({ "inputTokens": tokens.input, "outputTokens": tokens.output, "totalTokens": total });
    }
    json!({
        "inputTokens": tokens.input,
        "cacheReadInputTokens": tokens.cache_read,
        "cacheWriteInputTokens": tokens.cache_write,
        "outputTokens": tokens.output,
        "totalTokens": total,
    })
}

pub(super) fn opening() -> Vec<Event> {
    vec![Event { name: "messageStart", payload: json!({ "role": "assistant" }) }]
}

/// Text blocks begin with their first delta; only tool calls have an event that opens them.
pub(super) fn step(block: &Block, piece: &Piece, begins: bool, ends: bool) -> Vec<Event> {
    let index = piece.block;
    let mut events = Vec::new();
    if let (true, Block::ToolUse { id, name, .. }) = (begins, block) {
        let start = json!({ "start": { "toolUse": { "toolUseId": id, "name": name } }, "contentBlockIndex": index });
        events.push(Event { name: "contentBlockStart", payload: start });
    }
    let delta = |delta: Value| Event { name: "contentBlockDelta", payload: json!({ "contentBlockIndex": index, "delta": delta }) };
    events.push(delta(match block {
        Block::Reasoning(_) => json!({ "reasoningContent": { "text": piece_text(piece) } }),
        Block::Text(_) => json!({ "text": piece_text(piece) }),
        Block::ToolUse { .. } => json!({ "toolUse": { "input": piece_text(piece) } }),
    }));
    if let (true, Block::Reasoning(text)) = (ends, block) {
        events.push(delta(json!({ "reasoningContent": { "signature": signature(text) } })));
    }
    if ends {
        events.push(Event { name: "contentBlockStop", payload: json!({ "contentBlockIndex": index }) });
    }
    events
}

pub(super) fn closing(answer: &Answer<'_>) -> Vec<Event> {
    let stop = answer.reply.stop.as_ref().map_or("end_turn", |stop| stop.name());
    vec![
        Event { name: "messageStop", payload: json!({ "stopReason": stop }) },
        Event { name: "metadata", payload: json!({ "usage": usage(answer), "metrics": { "latencyMs": answer.latency_ms } }) },
    ]
}
