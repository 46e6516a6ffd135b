//! Every example prompt, sent as the playground sends it.

use aws_sdk_bedrockruntime::types::{
    ContentBlock, ConversationRole, InferenceConfiguration, Message, StopReason, SystemContentBlock, Tool, ToolConfiguration,
    ToolInputSchema, ToolResultBlock, ToolResultContentBlock, ToolSpecification,
};
use aws_smithy_types::Document;
use outcrop::prompts::{self, ExamplePrompt};
use outcrop::sandbox::bedrock::NOTICE;

use super::account::{Account, SONNET, user};

fn messages(example: &ExamplePrompt) -> Vec<Message> {
    let said = |role: &str, text: &str| {
        let role = if role == "user" { ConversationRole::User } else { ConversationRole::Assistant };
        Message::builder().role(role).content(ContentBlock::Text(text.to_owned())).build().unwrap()
    };
    let history = example.history.iter().map(|turn| said(&turn.role, &turn.text));
    history.chain([said("user", &example.user_text())]).collect()
}

fn parameters(example: &ExamplePrompt) -> InferenceConfiguration {
    InferenceConfiguration::builder()
        .set_max_tokens(example.parameters.max_tokens.map(|max| max as i32))
        .set_temperature(example.parameters.temperature.map(|t| t as f32))
        .set_stop_sequences(Some(example.parameters.stop_sequences.clone()).filter(|s| !s.is_empty()))
        .build()
}

#[tokio::test]
async fn every_example_prompt_is_answered_and_says_that_it_is_the_sandbox() {
    let account = Account::logging().await;
    for example in prompts::all() {
        let system = example.system.clone().map(|text| vec![SystemContentBlock::Text(text)]);
        let call = account.runtime().converse().model_id(SONNET).set_messages(Some(messages(example))).set_system(system);
        let output = call.inference_config(parameters(example)).send().await.unwrap();
        let text = output.output().unwrap().as_message().unwrap().content()[0].as_text().unwrap().clone();
        assert!(text.starts_with(NOTICE), "{}: {text}", example.id);
        let said = text[NOTICE.len()..].trim();
        let expected = match example.id.as_str() {
            "cut-short" => StopReason::MaxTokens,
            "stop-sequence" => StopReason::StopSequence,
            _ => StopReason::EndTurn,
        };
        assert_eq!(output.stop_reason(), &expected, "{}", example.id);
        assert!(example.reply.starts_with(said), "{}: the prepared reply or its beginning", example.id);
        assert!(said.len() > 60, "{}", example.id);
        let usage = output.usage().unwrap();
        if expected == StopReason::MaxTokens {
            assert_eq!(usage.output_tokens(), example.parameters.max_tokens.unwrap() as i32);
        }
    }
    let records = account.records().await;
    assert_eq!(records.len(), prompts::all().len());
    let long =
        records.iter().find(|record| record["input"].get("inputBodyS3Path").is_some()).expect("the long document goes to the bucket");
    assert!(long["input"]["inputTokenCount"].as_u64().unwrap() > 20_000);
}

#[tokio::test]
async fn the_tool_example_asks_for_its_tool_and_uses_the_result() {
    let account = Account::new();
    let example = prompts::find("tool-use").unwrap();
    let tool = &example.tools[0];
    let schema = ToolInputSchema::Json(document(&serde_json::from_str(&tool.schema).unwrap()));
    let spec = ToolSpecification::builder().name(&tool.name).description(&tool.description).input_schema(schema).build().unwrap();
    let tools = ToolConfiguration::builder().tools(Tool::ToolSpec(spec)).build().unwrap();
    let asked = user(&example.user_text());
    let first = account.runtime().converse().model_id(SONNET).messages(asked.clone()).tool_config(tools.clone()).send().await.unwrap();
    assert_eq!(first.stop_reason(), &StopReason::ToolUse);
    let reply = first.output().unwrap().as_message().unwrap().clone();
    let [ContentBlock::Text(intro), ContentBlock::ToolUse(call)] = reply.content() else { panic!("{reply:?}") };
    assert!(intro.starts_with(NOTICE));
    assert_eq!((call.name(), call.input().as_object().unwrap()["parcel_id"].as_string()), ("get_parcel_status", Some("NX-40718")));

    let found = ToolResultContentBlock::Text("in Hamburg, due Friday".to_owned());
    let result = ToolResultBlock::builder().tool_use_id(call.tool_use_id()).content(found).build().unwrap();
    let answer = Message::builder().role(ConversationRole::User).content(ContentBlock::ToolResult(result)).build().unwrap();
    let second = account
        .runtime()
        .converse()
        .model_id(SONNET)
        .set_messages(Some(vec![asked, reply, answer]))
        .tool_config(tools)
        .send()
        .await
        .unwrap();
    let text = second.output().unwrap().as_message().unwrap().content()[0].as_text().unwrap().clone();
    assert!(text.starts_with(NOTICE) && text.contains("due Friday"), "{text}");
    assert_eq!(second.stop_reason(), &StopReason::EndTurn);
}

/// JSON as the SDK's own kind of value.
pub fn document(value: &serde_json::Value) -> Document {
    use serde_json::Value;
    match value {
        Value::Null => Document::Null,
        Value::Bool(b) => Document::Bool(*b),
        Value::Number(n) => Document::Number(aws_smithy_types::Number::Float(n.as_f64().unwrap())),
        Value::String(s) => Document::String(s.clone()),
        Value::Array(items) => Document::Array(items.iter().map(document).collect()),
        Value::Object(map) => Document::Object(map.iter().map(|(key, value)| (key.clone(), document(value))).collect()),
    }
}
