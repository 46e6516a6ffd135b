//! The text API of Claude 2: one prompt with `Human:` and `Assistant:` turns.

use serde_json::{Value, json};

use super::{Answer, Event, invalid, invocation_metrics, piece_text};
use crate::sandbox::api::ApiError;
use crate::sandbox::bedrock::prompt::{Limits, Part, Prompt, Role, Turn};
use crate::sandbox::bedrock::reply::{Piece, Stop};

const HUMAN: &str = "\n\nHuman:";
const ASSISTANT: &str = "\n\nAssistant:";

/// The prompt in a request body.
pub(super) fn parse(body: &Value) -> Result<Prompt, ApiError> {
    let text = body.get("prompt").and_then(Value::as_str).unwrap_or_default();
    if body.get("max_tokens_to_sample").is_none() {
        return Err(invalid(
            "Malformed input request: #: required key [max_tokens_to_sample] not found, please reformat your input and try again.",
        ));
    }
    let (system, turns) = turns(text)?;
    Ok(Prompt { system, turns, limits: limits(body), ..Prompt::default() })
}

/// What stands before the first `Human:` is the system prompt of this API.
fn turns(text: &str) -> Result<(Vec<Part>, Vec<Turn>), ApiError> {
    let Some(first) = text.find(HUMAN) else {
        return Err(invalid("Invalid prompt: prompt must start with \"\\n\\nHuman:\" turn"));
    };
    if !text.contains(ASSISTANT) {
        return Err(invalid("Invalid prompt: prompt must end with \"\\n\\nAssistant:\" turn"));
    }
    let system = Some(text[..first].trim()).filter(|system| !system.is_empty()).map(|system| Part::Text(system.to_owned()));
    let mut turns = Vec::new();
    let mut rest = &text[first..];
    while let Some((role, after)) = marker(rest) {
        let end = [after.find(HUMAN), after.find(ASSISTANT)].into_iter().flatten().min().unwrap_or(after.len());
        push(&mut turns, role, after[..end].trim());
        rest = &after[end..];
    }
    Ok((system.into_iter().collect(), turns))
}

fn marker(rest: &str) -> Option<(Role, &str)> {
    let human = rest.strip_prefix(HUMAN).map(|after| (Role::User, after));
    human.or_else(|| rest.strip_prefix(ASSISTANT).map(|after| (Role::Assistant, after)))
}

/// The empty turn at the end is where the model begins to write.
fn push(turns: &mut Vec<Turn>, role: Role, said: &str) {
    if !said.is_empty() {
        turns.push(Turn { role, parts: vec![Part::Text(said.to_owned())] });
    }
}

fn limits(body: &Value) -> Limits {
    let number = |name: &str| body.get(name).and_then(Value::as_f64);
    let sequences = body.get("stop_sequences").and_then(Value::as_array).map_or(&[] as &[_], Vec::as_slice);
    Limits {
        max_tokens: body.get("max_tokens_to_sample").and_then(Value::as_u64),
        temperature: number("temperature"),
        top_p: number("top_p"),
        top_k: number("top_k"),
        stop_sequences: sequences.iter().filter_map(|s| s.as_str().map(str::to_owned)).collect(),
        ..Limits::default()
    }
}

/// The end of a turn is itself a stop sequence in this API.
fn stop(answer: &Answer<'_>) -> (&'static str, Value) {
    match &answer.reply.stop {
        Some(Stop::MaxTokens) => ("max_tokens", Value::Null),
        Some(Stop::Sequence(sequence)) => ("stop_sequence", json!(sequence)),
        _ => ("stop_sequence", json!(HUMAN)),
    }
}

/// The completion as `InvokeModel` returns it.
pub(super) fn response(answer: &Answer<'_>) -> Value {
    let (reason, stop) = stop(answer);
    json!({ "type": "completion", "completion": format!(" {}", answer.reply.text()), "stop_reason": reason, "stop": stop })
}

/// Completions of this API begin with a space, because the prompt ends with a colon.
pub(super) fn step(piece: &Piece, first: bool) -> Event {
    let text = format!("{}{}", if first { " " } else { "" }, piece_text(piece));
    Event { name: "chunk", payload: json!({ "type": "completion", "completion": text, "stop_reason": null, "stop": null }) }
}

pub(super) fn closing(answer: &Answer<'_>) -> Vec<Event> {
    let (reason, stop) = stop(answer);
    let payload = json!({
        "type": "completion",
        "completion": "",
        "stop_reason": reason,
        "stop": stop,
        "amazon-bedrock-invocationMetrics": invocation_metrics(answer),
    });
    vec![Event { name: "chunk", payload }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_split_at_their_markers() {
        let (system, turns) = turns("Be brief.\n\nHuman: Hi\n\nAssistant: Hello!\n\nHuman: And now?\n\nAssistant:").unwrap();
        assert_eq!(system, [Part::Text("Be brief.".to_owned())]);
        let said: Vec<_> = turns.iter().map(|turn| (turn.role, turn.parts[0].as_text().unwrap())).collect();
        assert_eq!(said, [(Role::User, "Hi"), (Role::Assistant, "Hello!"), (Role::User, "And now?")]);
    }

    #[test]
    fn a_prompt_without_its_markers_is_refused() {
        let refused = |prompt: &str| parse(&json!({ "prompt": prompt, "max_tokens_to_sample": 10 })).unwrap_err().message;
        assert!(refused("Hello").contains("must start with"));
        assert!(refused("\n\nHuman: Hello").contains("must end with"));
        assert!(parse(&json!({ "prompt": "\n\nHuman: Hello\n\nAssistant:" })).unwrap_err().message.contains("[max_tokens_to_sample]"));
    }
}
