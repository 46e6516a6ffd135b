//! A record's conversation as a draft for the playground: the same system prompt, turns, model and parameters.

use serde_json::Value;

use crate::app::playground::{Parameters, PromptDraft, Side};
use crate::aws::bedrock_runtime::{Effort, Thinking};
use crate::logs::conversation::{Conversation, Role, Turn};
use crate::logs::detail::Detail;

/// The draft that asks the same again; `None` when the record holds no question.
pub fn draft(detail: &Detail) -> Option<PromptDraft> {
    let record = detail.record()?;
    let question = question(&detail.conversation)?;
    let turns = &detail.conversation.turns;
    let earlier = turns[..question].iter().filter(|turn| turn.role != Role::System);
    Some(PromptDraft {
        model_id: Some(record.model_id.to_string()),
        system: detail.conversation.system(),
        history: earlier.filter_map(said).collect(),
        text: turns[question].text(),
        document: None,
        parameters: parameters(&detail.json["input"]["inputBodyJson"]),
        source: Some(format!("Record {}", record.request_id)),
    })
}

/// The place of the last turn in which the user said something.
pub fn question(conversation: &Conversation) -> Option<usize> {
    conversation.turns.iter().rposition(|turn| turn.role == Role::User && turn.has_text())
}

fn said(turn: &Turn) -> Option<(Side, String)> {
    let side = if turn.role == Role::Assistant { Side::Model } else { Side::Person };
    Some((side, turn.text())).filter(|(_, text)| !text.is_empty())
}

/// The parameters of a request, under the names of Converse, of the messages API or of Claude 2.
fn parameters(input: &Value) -> Parameters {
    let config = &input["inferenceConfig"];
    let first = |names: [&Value; 3]| names.into_iter().find(|value| !value.is_null()).cloned().unwrap_or_default();
    let own = &input["additionalModelRequestFields"];
    let stops = first([&config["stopSequences"], &input["stop_sequences"], &Value::Null]);
    Parameters {
        max_tokens: first([&config["maxTokens"], &input["max_tokens"], &input["max_tokens_to_sample"]]).as_u64().map(|n| n as u32),
        temperature: first([&config["temperature"], &input["temperature"], &Value::Null]).as_f64().map(|n| n as f32),
        top_p: first([&config["topP"], &input["top_p"], &Value::Null]).as_f64().map(|n| n as f32),
        top_k: first([&own["top_k"], &input["top_k"], &Value::Null]).as_u64().map(|n| n as u32),
        thinking: thinking(&first([&own["thinking"], &input["thinking"], &Value::Null])),
        stop_sequences: stops.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}

/// A request's `thinking` field; the effort of an adaptive one is the models' own.
fn thinking(field: &Value) -> Option<Thinking> {
    match field["type"].as_str()? {
        "enabled" => field["budget_tokens"].as_u64().map(|tokens| Thinking::Budget(tokens as u32)),
        "adaptive" => Some(Thinking::Adaptive(Effort::default())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::Entry;
    use serde_json::json;

    #[test]
    fn the_draft_asks_what_the_record_asked() {
        let line = json!({"operation": "Converse", "modelId": "m", "requestId": "r", "input": {"inputBodyJson": {
            "system": [{"text": "Be brief"}], "inferenceConfig": {"maxTokens": 300, "temperature": 0.5, "stopSequences": ["END"]},
            "messages": [{"role": "user", "content": [{"text": "one"}]}, {"role": "assistant", "content": [{"text": "1"}]}, {"role": "user", "content": [{"text": "two"}]}]}},
            "output": {"outputBodyJson": {"output": {"message": {"content": [{"text": "2"}]}}}}});
        let draft = draft(&Detail::of(Entry::new("1", 0, &line.to_string()).into())).unwrap();
        assert_eq!((draft.text.as_str(), draft.system.as_deref(), draft.model_id.as_deref()), ("two", Some("Be brief"), Some("m")));
        assert_eq!(draft.history, [(Side::Person, "one".to_owned()), (Side::Model, "1".to_owned())]);
        assert_eq!((draft.parameters.max_tokens, draft.parameters.temperature, draft.parameters.top_p), (Some(300), Some(0.5), None));
        assert_eq!(draft.parameters.stop_sequences, ["END"]);
    }

    #[test]
    fn a_record_without_a_question_cannot_be_replayed() {
        assert!(draft(&Detail::of(Entry::new("1", 0, "Permissions are correctly set").into())).is_none());
        assert!(draft(&Detail::of(Entry::new("1", 0, r#"{"operation":"Converse","modelId":"m"}"#).into())).is_none());
    }
}
