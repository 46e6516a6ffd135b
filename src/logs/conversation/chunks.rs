//! Raw streams put together again: the chunks that `InvokeModelWithResponseStream` logs as an array.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Part;

/// A block of the reply while its chunks come in.
#[derive(Default)]
struct Block {
    tool: Option<String>,
    text: String,
    reasoning: String,
}

/// The parts that `chunks` stream, in the order of their blocks. Chunks of unknown shape say nothing.
pub fn join(chunks: &[Value]) -> Vec<Part> {
    let mut blocks: BTreeMap<u64, Block> = BTreeMap::new();
    for chunk in chunks {
        take(chunk, &mut blocks);
    }
    blocks.into_values().filter_map(part).collect()
}

fn take(chunk: &Value, blocks: &mut BTreeMap<u64, Block>) {
    let (start, delta) = (&chunk["content_block"], &chunk["delta"]);
    // Completion models stream one text without block numbers.
    let index = chunk["index"].as_u64().filter(|_| start.is_object() || delta.is_object()).unwrap_or(0);
    let text = [&delta["text"], &start["text"], &delta["partial_json"], &chunk["completion"], &chunk["generation"], &chunk["outputText"]];
    let text = text.into_iter().find_map(Value::as_str).unwrap_or_default();
    let reasoning = delta["thinking"].as_str().unwrap_or_default();
    let tool = start["name"].as_str();
    if text.is_empty() && reasoning.is_empty() && tool.is_none() {
        return;
    }
    let block = blocks.entry(index).or_default();
    block.text.push_str(text);
    block.reasoning.push_str(reasoning);
    block.tool = block.tool.take().or_else(|| tool.map(str::to_owned));
}

fn part(block: Block) -> Option<Part> {
    if let Some(name) = block.tool {
        let input = serde_json::from_str::<Value>(&block.text).ok();
        return Some(Part::ToolUse { name, input: input.map_or(block.text, |value| super::indented(&value)) });
    }
    if !block.reasoning.is_empty() {
        return Some(Part::Reasoning(block.reasoning));
    }
    let text = block.text.trim_start();
    (!text.is_empty()).then(|| Part::Text(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn messages_api_chunks_become_blocks() {
        let chunks = [
            json!({"type": "message_start", "message": {"id": "m"}}),
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Let me "}}),
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "look"}}),
            json!({"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "name": "search", "input": {}}}),
            json!({"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": "{\"q\":"}}),
            json!({"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": "1}"}}),
            json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}}),
        ];
        assert_eq!(
            join(&chunks),
            [Part::Text("Let me look".into()), Part::ToolUse { name: "search".into(), input: "{\n  \"q\": 1\n}".into() }]
        );
    }

    #[test]
    fn completion_chunks_become_one_text() {
        let claude2 = [json!({"completion": " Hello"}), json!({"completion": "!"}), json!({"completion": ""})];
        let titan = [json!({"outputText": " Hi", "index": 0})];
        assert_eq!(join(&claude2), [Part::Text("Hello!".into())]);
        assert_eq!(join(&titan), [Part::Text("Hi".into())]);
        assert_eq!(join(&[json!("[...truncated stream events...]")]), []);
    }
}
