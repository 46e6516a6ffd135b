//! The bodies inside a record: requests and replies in the shapes of the four operations and of the model families.
//!
//! Owns where a text, a reason or a time stands in a body. Not here: turning a whole body into a conversation (`conversation`).

use serde_json::Value;

/// The key of the measurements that Bedrock adds to the last chunk of a raw stream.
const METRICS: &str = "amazon-bedrock-invocationMetrics";

/// Times of a call, milliseconds, where the body tells them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timing {
    /// Until the last token.
    pub latency_ms: Option<u64>,
    /// Until the first token.
    pub first_token_ms: Option<u64>,
}

/// The times in an output body: `metrics.latencyMs` of Converse, the last chunk's measurements of a raw stream; `InvokeModel` has none.
pub fn timing(output: &Value) -> Timing {
    if let Some(chunks) = output.as_array() {
        let metrics = chunks.iter().rev().map(|chunk| &chunk[METRICS]).find(|metrics| metrics.is_object());
        let read = |key: &str| metrics.and_then(|metrics| metrics[key].as_u64());
        return Timing { latency_ms: read("invocationLatency"), first_token_ms: read("firstByteLatency") };
    }
    Timing { latency_ms: output["metrics"]["latencyMs"].as_u64(), first_token_ms: None }
}

/// Why the model stopped, under any of the names that bodies use for it.
pub fn stop_reason(output: &Value) -> Option<&str> {
    match output.as_array() {
        Some(chunks) => chunks.iter().rev().find_map(reason_of),
        None => reason_of(output),
    }
}

fn reason_of(body: &Value) -> Option<&str> {
    ["stopReason", "stop_reason", "completionReason"]
        .iter()
        .map(|key| &body[*key])
        .chain([&body["delta"]["stop_reason"], &body["messageStop"]["stopReason"], &body["results"][0]["completionReason"]])
        .find_map(Value::as_str)
}

/// The last thing the user said, in an input body of any shape.
pub fn last_prompt(input: &Value) -> Option<String> {
    if let Some(messages) = input["messages"].as_array() {
        let user = messages.iter().rev().find(|message| message["role"] == "user")?;
        return Some(plain_text(&user["content"])).filter(|text| !text.is_empty());
    }
    let text = ["prompt", "inputText", "texts"].iter().find_map(|key| first_text(&input[*key]))?;
    Some(last_human_turn(text)).filter(|text| !text.is_empty())
}

fn first_text(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value[0].as_str())
}

/// The texts of a message's content, joined; tool results and attachments in a word.
fn plain_text(content: &Value) -> String {
    if let Some(text) = content.as_str() {
        return text.to_owned();
    }
    let blocks = content.as_array().map(Vec::as_slice).unwrap_or_default();
    let texts = blocks.iter().filter_map(|block| block["text"].as_str()).collect::<Vec<_>>();
    if texts.is_empty() { blocks.iter().filter_map(block_word).collect::<Vec<_>>().join(" ") } else { texts.join("\n") }
}

fn block_word(block: &Value) -> Option<&'static str> {
    let kind = block["type"].as_str();
    let is = |key: &str, name: &str| block.get(key).is_some_and(Value::is_object) || kind == Some(name);
    [("toolResult", "tool_result", "[tool result]"), ("image", "image", "[image]"), ("document", "document", "[document]")]
        .into_iter()
        .find_map(|(converse, native, word)| is(converse, native).then_some(word))
}

/// The last user turn of a completion prompt: after the last `Human:` or `User:` and before the mark that asks the model to speak; special tokens
/// of Llama prompts (`<|…|>`) are left out.
pub fn last_human_turn(prompt: &str) -> String {
    let plain = without_special_tokens(prompt);
    let text = plain.trim_end();
    let text = ["Assistant:", "Bot:"].iter().find_map(|mark| text.strip_suffix(mark)).unwrap_or(text);
    let start = ["\n\nHuman:", "User:"].iter().filter_map(|mark| text.rfind(mark).map(|at| at + mark.len())).max();
    text[start.unwrap_or(0)..].trim().to_owned()
}

fn without_special_tokens(prompt: &str) -> String {
    const ROLE: &str = "start_header_id|>";
    let mut out = String::with_capacity(prompt.len());
    let mut rest = prompt;
    while let Some(start) = rest.find("<|") {
        out.push_str(&rest[..start]);
        let after = &rest[start + 2..];
        let Some(end) = after.find("|>") else { return out + &rest[start..] };
        // A header holds a role's name, not text.
        let header = after.starts_with(ROLE).then(|| after.find("<|end_header_id|>").map(|at| at + "<|end_header_id|>".len())).flatten();
        rest = &after[header.unwrap_or(end + 2)..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_last_user_turn_is_found_in_every_request_shape() {
        let converse = json!({"messages": [{"role": "user", "content": [{"text": "old"}]}, {"role": "assistant", "content": [{"text": "x"}]},
            {"role": "user", "content": [{"text": "new"}, {"document": {"format": "pdf"}}]}]});
        let native = json!({"messages": [{"role": "user", "content": "plain"}]});
        let titan = json!({"inputText": "User: Hello\n\nBot:"});
        let claude2 = json!({"prompt": "\n\nHuman: a\n\nAssistant: b\n\nHuman: c\n\nAssistant:"});
        let llama = json!({"prompt": "<|begin_of_text|><|start_header_id|>user<|end_header_id|>What?<|eot_id|><|start_header_id|>assistant<|end_header_id|>"});
        let prompts = [converse, native, titan, claude2, llama].map(|body| last_prompt(&body).unwrap());
        assert_eq!(prompts, ["new", "plain", "Hello", "c", "What?"]);
    }

    #[test]
    fn tool_results_and_pictures_are_told_when_there_is_no_text() {
        let body = json!({"messages": [{"role": "user", "content": [{"toolResult": {"toolUseId": "t"}}, {"type": "image"}]}]});
        assert_eq!(last_prompt(&body).unwrap(), "[tool result] [image]");
    }

    #[test]
    fn bodies_without_a_prompt_have_none() {
        for body in [json!({}), json!(null), json!({"messages": "[...truncated...]"}), json!({"messages": []})] {
            assert_eq!(last_prompt(&body), None, "{body}");
        }
    }

    #[test]
    fn times_and_reasons_are_read_by_shape() {
        let stream = json!([{"delta": {"stop_reason": "max_tokens"}}, {"amazon-bedrock-invocationMetrics": {"invocationLatency": 765, "firstByteLatency": 690}}]);
        assert_eq!(timing(&stream), Timing { latency_ms: Some(765), first_token_ms: Some(690) });
        assert_eq!(stop_reason(&stream), Some("max_tokens"));
        let converse = json!({"metrics": {"latencyMs": 3114}, "stopReason": "end_turn"});
        assert_eq!(timing(&converse).latency_ms, Some(3114));
        assert_eq!(timing(&json!({"metrics": {"latencyMs": "<ms>"}})), Timing::default());
    }
}
