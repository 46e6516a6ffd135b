//! A log record's conversation as a prompt to go on with.

use serde_json::Value;

use super::{Parameters, PromptDraft, Side};
use crate::base::text::one_line;
use crate::logs::InvocationRecord;
use crate::logs::conversation::{Conversation, Role, Turn};

impl PromptDraft {
    /// The prompt of an opened record: its last question is the message to send, what came before is history. `None` when the record holds no
    /// question in words.
    pub fn of_record(record: &InvocationRecord, json: &Value, conversation: &Conversation) -> Option<Self> {
        let last = conversation.turns.iter().rposition(|turn| turn.role == Role::User && !turn.text().trim().is_empty())?;
        let earlier = conversation.turns[..last].iter().filter_map(said).collect();
        Some(Self {
            model_id: Some(record.model_id.to_string()),
            system: conversation.system(),
            history: earlier,
            text: conversation.turns[last].text(),
            document: None,
            parameters: parameters(&json["input"]["inputBodyJson"]),
            source: Some(format!("Record {}", one_line(&record.request_id, 13))),
        })
    }
}

fn said(turn: &Turn) -> Option<(Side, String)> {
    let side = match turn.role {
        Role::System => return None,
        Role::User => Side::Person,
        Role::Assistant => Side::Model,
    };
    Some((side, turn.text()))
}

/// Parameters under the names of Converse or of the messages API.
fn parameters(body: &Value) -> Parameters {
    let config = if body["inferenceConfig"].is_object() { &body["inferenceConfig"] } else { body };
    let first = |names: [&str; 2]| names.iter().map(|name| &config[*name]).find(|value| !value.is_null());
    let number = |names| first(names).and_then(Value::as_f64);
    let stops = first(["stopSequences", "stop_sequences"]).and_then(Value::as_array);
    Parameters {
        max_tokens: number(["maxTokens", "max_tokens"]).map(|max| max as u32),
        temperature: number(["temperature", "temperature"]).map(|t| t as f32),
        top_p: number(["topP", "top_p"]).map(|p| p as f32),
        stop_sequences: stops.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_record_becomes_its_question_with_what_came_before() {
        let input = json!({
            "system": [{"text": "Be brief"}],
            "messages": [
                {"role": "user", "content": [{"text": "one"}]},
                {"role": "assistant", "content": [{"text": "answer"}]},
                {"role": "user", "content": [{"text": "two"}]},
            ],
            "inferenceConfig": {"maxTokens": 50, "temperature": 0.5, "stopSequences": ["END"]},
        });
        let output = json!({"output": {"message": {"role": "assistant", "content": [{"text": "last"}]}}, "stopReason": "end_turn"});
        let conversation = Conversation::read(&input, &output);
        let page = json!({"input": {"inputBodyJson": input}});
        let draft = PromptDraft::of_record(&InvocationRecord::default(), &page, &conversation).unwrap();
        assert_eq!((draft.text.as_str(), draft.system.as_deref()), ("two", Some("Be brief")));
        assert_eq!(draft.history, [(Side::Person, "one".to_owned()), (Side::Model, "answer".to_owned())]);
        assert_eq!((draft.parameters.max_tokens, draft.parameters.stop_sequences.len()), (Some(50), 1));
    }

    #[test]
    fn the_messages_api_has_other_names_and_an_empty_record_no_prompt() {
        assert_eq!(parameters(&json!({"max_tokens": 7, "top_p": 0.5})).max_tokens, Some(7));
        assert_eq!(PromptDraft::of_record(&InvocationRecord::default(), &Value::Null, &Conversation::default()), None);
    }
}
