//! A record's bodies as a conversation: who said what, in the shapes of all operations and model families.
//!
//! Owns the reading of request messages and whole replies. Reassembly of raw streams is in [`chunks`], attachments in [`attachment`].

pub mod attachment;
mod chunks;

use serde_json::Value;

use self::attachment::Attachment;
use super::body;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Instructions of the application.
    System,
    /// The person or application that asks.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// The role's name as bodies write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// A piece of a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Words.
    Text(String),
    /// The model's reasoning.
    Reasoning(String),
    /// The model calls a tool: its name and its input as JSON.
    ToolUse {
        /// Name of the tool.
        name: String,
        /// Input as indented JSON.
        input: String,
    },
    /// What a tool gave back, as text.
    ToolResult(String),
    /// Something that is not text: an image, a document.
    Attachment(Attachment),
    /// A text that a guardrail is told to judge.
    Guarded(String),
    /// What stands before is kept in the prompt cache.
    CachePoint,
}

impl Part {
    /// The words of the part, where it has any.
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Reasoning(text) | Self::ToolResult(text) | Self::Guarded(text) => Some(text),
            Self::ToolUse { input, .. } => Some(input),
            Self::Attachment(_) | Self::CachePoint => None,
        }
    }
}

/// What one side said at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Who speaks.
    pub role: Role,
    /// What was said, in order.
    pub parts: Vec<Part>,
    /// Why the model stopped; on the reply only.
    pub stop_reason: Option<String>,
}

impl Turn {
    fn new(role: Role, parts: Vec<Part>) -> Self {
        Self { role, parts, stop_reason: None }
    }

    /// Whether the turn has words.
    pub fn has_text(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Text(text) if !text.is_empty()))
    }

    /// The words of the turn.
    pub fn text(&self) -> String {
        let texts = self.parts.iter().filter_map(|part| if let Part::Text(text) = part { Some(text.as_str()) } else { None });
        texts.collect::<Vec<_>>().join("\n")
    }
}

/// A whole conversation, the reply included.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conversation {
    /// The turns in order.
    pub turns: Vec<Turn>,
    /// Names of the tools that the model was offered.
    pub tools: Vec<String>,
    /// What a guardrail found, as indented JSON.
    pub guardrail: Option<String>,
}

impl Conversation {
    /// Reads an input body and an output body; a null body gives no turns.
    pub fn read(input: &Value, output: &Value) -> Self {
        let mut turns = request(input);
        turns.extend(reply(output));
        turns.retain(|turn| !turn.parts.is_empty());
        let guardrail = Some(&output["trace"]["guardrail"]).filter(|trace| !trace.is_null()).map(indented);
        Self { turns, tools: tools(input), guardrail }
    }

    /// The system instructions, if any.
    pub fn system(&self) -> Option<String> {
        self.turns.iter().find(|turn| turn.role == Role::System).map(Turn::text)
    }

    /// The model's answer: the last turn if it is the assistant's.
    pub fn reply(&self) -> Option<&Turn> {
        self.turns.last().filter(|turn| turn.role == Role::Assistant)
    }
}

/// Names of the tools on offer, in Converse's or the messages API's shape.
fn tools(input: &Value) -> Vec<String> {
    let tools = input["toolConfig"]["tools"].as_array().or_else(|| input["tools"].as_array());
    let name = |tool: &Value| tool["toolSpec"]["name"].as_str().or_else(|| tool["name"].as_str()).map(str::to_owned);
    tools.into_iter().flatten().filter_map(name).collect()
}

fn request(input: &Value) -> Vec<Turn> {
    let mut turns = vec![Turn::new(Role::System, parts(&input["system"]))];
    if let Some(messages) = input["messages"].as_array() {
        turns.extend(messages.iter().map(message));
        return turns;
    }
    let prompt = input["prompt"].as_str().or_else(|| input["inputText"].as_str()).or_else(|| input["inputText"][0].as_str());
    turns.extend(prompt.map(|text| Turn::new(Role::User, vec![Part::Text(body::last_human_turn(text))])));
    turns
}

fn message(message: &Value) -> Turn {
    let role = match message["role"].as_str() {
        Some("assistant") => Role::Assistant,
        Some("system") => Role::System,
        _ => Role::User,
    };
    Turn::new(role, parts(&message["content"]))
}

fn reply(output: &Value) -> Option<Turn> {
    let parts = match output {
        Value::Array(chunks) => chunks::join(chunks),
        whole => whole_reply(whole),
    };
    let stop_reason = body::stop_reason(output).map(str::to_owned);
    (!parts.is_empty()).then_some(Turn { role: Role::Assistant, parts, stop_reason })
}

fn whole_reply(output: &Value) -> Vec<Part> {
    let content = [&output["output"]["message"]["content"], &output["content"]].into_iter().find(|content| !content.is_null());
    if let Some(content) = content {
        return parts(content);
    }
    let text = ["completion", "generation", "outputText"].iter().map(|key| &output[*key]).chain([&output["results"][0]["outputText"]]);
    text.filter_map(Value::as_str).take(1).map(|text| Part::Text(text.trim_start().to_owned())).collect()
}

/// The parts of a content: a text, or blocks in Converse's or the messages API's shape.
fn parts(content: &Value) -> Vec<Part> {
    match content {
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => vec![Part::Text(text.clone())],
        Value::Array(blocks) => blocks.iter().filter_map(part).collect(),
        _ => Vec::new(),
    }
}

fn part(block: &Value) -> Option<Part> {
    if let Some(text) = block.as_str() {
        return Some(Part::Text(text.to_owned()));
    }
    let kind = block["type"].as_str().or_else(|| block.as_object()?.keys().next().map(String::as_str))?;
    // Converse nests a block's fields below its kind; the messages API has them beside `type`.
    let fields = if block["type"].is_string() { block } else { &block[kind] };
    match kind {
        "text" => block["text"].as_str().map(|text| Part::Text(text.to_owned())),
        "toolUse" | "tool_use" => Some(Part::ToolUse { name: text(&fields["name"]), input: indented(&fields["input"]) }),
        "toolResult" | "tool_result" => Some(Part::ToolResult(tool_result(fields))),
        "reasoningContent" if !fields["redactedContent"].is_null() => Some(redacted()),
        "reasoningContent" => Some(Part::Reasoning(text(&fields["reasoningText"]["text"]))),
        "thinking" => Some(Part::Reasoning(text(&fields["thinking"]))),
        "redacted_thinking" => Some(redacted()),
        "guardContent" => Some(Part::Guarded(text(&fields["text"]["text"]))),
        "citationsContent" => Some(Part::Text(tool_text(&fields["content"]))),
        "json" => Some(Part::Text(indented(fields))),
        "cachePoint" => Some(Part::CachePoint),
        other => Some(Part::Attachment(Attachment::read(other, fields))),
    }
}

fn redacted() -> Part {
    Part::Reasoning("The provider keeps this reasoning encrypted".to_owned())
}

/// What a tool gave back; that it failed is said first.
fn tool_result(fields: &Value) -> String {
    let failed = fields["status"] == "error" || fields["is_error"] == true;
    let text = tool_text(&fields["content"]);
    if failed { format!("The tool failed\n{text}") } else { text }
}

fn tool_text(content: &Value) -> String {
    let lines = parts(content).into_iter().map(|part| match part {
        Part::Attachment(attachment) => attachment.words(),
        other => other.words().unwrap_or_default().to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn indented(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn converse_turns_with_tools_and_attachments_are_read() {
        let input = json!({"system": [{"text": "Be brief"}], "messages": [
            {"role": "user", "content": [{"text": "Look"}, {"image": {"format": "png"}}, {"document": {"name": "report", "format": "pdf"}}, {"cachePoint": {"type": "default"}}]},
            {"role": "assistant", "content": [{"toolUse": {"name": "search", "input": {"q": 1}}}]},
            {"role": "user", "content": [{"toolResult": {"content": [{"json": {"hits": 2}}]}}]}]});
        let output = json!({"output": {"message": {"content": [{"text": "Done"}]}}, "stopReason": "end_turn"});
        let conversation = Conversation::read(&input, &output);
        assert_eq!(conversation.system().as_deref(), Some("Be brief"));
        assert_eq!(
            conversation.turns[1].parts,
            [
                Part::Text("Look".into()),
                Part::Attachment(Attachment { kind: "image".into(), format: Some("png".into()), ..Attachment::default() }),
                Part::Attachment(Attachment {
                    kind: "document".into(),
                    name: Some("report".into()),
                    format: Some("pdf".into()),
                    ..Attachment::default()
                }),
                Part::CachePoint
            ]
        );
        assert_eq!(conversation.turns[2].parts, [Part::ToolUse { name: "search".into(), input: "{\n  \"q\": 1\n}".into() }]);
        assert_eq!(conversation.turns[3].parts, [Part::ToolResult("{\n  \"hits\": 2\n}".into())]);
        let reply = conversation.reply().unwrap();
        assert_eq!((reply.text().as_str(), reply.stop_reason.as_deref()), ("Done", Some("end_turn")));
    }

    #[test]
    fn the_messages_api_is_read() {
        let input = json!({"system": "Be kind", "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "image", "source": {"media_type": "image/png"}}]}]});
        let output =
            json!({"content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Hello"}], "stop_reason": "end_turn"});
        let conversation = Conversation::read(&input, &output);
        assert!(matches!(&conversation.turns[1].parts[1], Part::Attachment(image) if image.words() == "image (image/png)"));
        assert_eq!(conversation.reply().unwrap().parts, [Part::Reasoning("hm".into()), Part::Text("Hello".into())]);
    }

    #[test]
    fn tools_on_offer_guardrails_and_failures_are_told() {
        let input = json!({"toolConfig": {"tools": [{"toolSpec": {"name": "search"}}, {"cachePoint": {}}]}, "messages": [
            {"role": "user", "content": [{"guardContent": {"text": {"text": "judge me"}}}, {"toolResult": {"status": "error", "content": [{"text": "no"}]}}]}]});
        let output =
            json!({"trace": {"guardrail": {"inputAssessment": {"g": {}}}}, "content": [{"type": "redacted_thinking", "data": "x"}]});
        let conversation = Conversation::read(&input, &output);
        assert_eq!(conversation.tools, ["search"]);
        assert!(conversation.guardrail.unwrap().contains("inputAssessment"));
        assert_eq!(conversation.turns[0].parts, [Part::Guarded("judge me".into()), Part::ToolResult("The tool failed\nno".into())]);
        assert!(matches!(&conversation.turns[1].parts[0], Part::Reasoning(text) if text.contains("encrypted")));
    }

    #[test]
    fn absent_bodies_give_no_turns() {
        assert_eq!(Conversation::read(&Value::Null, &Value::Null), Conversation::default());
        assert_eq!(Conversation::read(&json!({"messages": "[...truncated...]"}), &json!({"output": "[...]"})), Conversation::default());
    }
}
