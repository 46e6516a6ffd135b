//! Records in every shape that was seen in the wild (`tests/fixtures/records`), read as lists and conversations show them.

use std::path::Path;

use outcrop::logs::conversation::{Part, Role};
use outcrop::logs::detail::Detail;
use outcrop::logs::{Entry, InvocationRecord, Parsed};
use proptest::prelude::*;

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/records").join(name);
    let text = std::fs::read_to_string(path).unwrap();
    // Logs hold one record a line.
    serde_json::from_str::<serde_json::Value>(&text).unwrap().to_string()
}

fn record(name: &str) -> InvocationRecord {
    match InvocationRecord::parse(&fixture(name)) {
        Parsed::Invocation(record) => *record,
        Parsed::Raw => panic!("{name} is not read as a record"),
    }
}

fn detail(name: &str) -> Detail {
    Detail::of(Entry::new("1", 0, &fixture(name)).into())
}

#[test]
fn converse_has_counts_latency_reason_and_the_serving_region() {
    let record = record("01_converse_opus45_2026-04.json");
    assert_eq!((&*record.operation, &*record.model_id), ("Converse", "global.anthropic.claude-opus-4-5-20251101-v1:0"));
    assert_eq!((record.input_tokens, record.output_tokens, record.latency_ms), (Some(255), Some(113), Some(3_114)));
    assert_eq!((record.stop_reason.as_deref(), record.inference_region.as_deref()), (Some("end_turn"), Some("us-east-2")));
    assert_eq!(record.principal_name(), Some("user/your-iam-username"));
    assert_eq!(record.at.unwrap().to_string(), "2026-04-19T13:28:51Z");
    assert_eq!(record.prompt, None);
}

#[test]
fn cached_tokens_are_counted_apart() {
    let record = record("02_conversestream_opus46_cachewrite_2026-04.json");
    assert_eq!((record.input_tokens, record.cache_write_tokens, record.cache_read_tokens), (Some(3), Some(24_479), Some(0)));
    assert_eq!(record.tokens().cache_write, 24_479);
}

#[test]
fn a_body_in_s3_is_named_and_missed() {
    let detail = detail("03_invokestream_opus47_s3path_2026-04.json");
    let record = detail.record().unwrap();
    assert!(record.input_path.as_deref().unwrap().ends_with("f3ae32b1-ae22-48f1-ba9c-d8075737f52a_input.json.gz"));
    assert_eq!((detail.missing_bodies().len(), record.latency_ms), (1, None));
}

#[test]
fn raw_streams_are_joined_and_their_times_read() {
    for (name, question, answer, times) in [
        ("04_invokestream_claude21.json", "Hello", "Hello!", (Some(765), Some(690))),
        ("05_invokestream_titan.json", "Hello", "Hello! How can I assist you today?", (Some(864), Some(864))),
    ] {
        let detail = detail(name);
        let record = detail.record().unwrap();
        assert_eq!((record.latency_ms, record.first_token_ms), times, "{name}");
        assert_eq!(record.prompt.as_deref(), Some(question), "{name}");
        assert_eq!(detail.conversation.reply().unwrap().text(), answer, "{name}");
        assert_eq!(record.at, None, "the fixture's time is masked");
    }
}

#[test]
fn records_without_text_are_records() {
    for name in ["06_converse_metadata_only_2026-09.json", "10_conversestream_haiku45_2025-12.json"] {
        let detail = detail(name);
        assert!(detail.text_was_not_logged(), "{name}");
        assert!(detail.record().unwrap().input_tokens.is_some(), "{name}");
    }
}

#[test]
fn tools_are_told_apart_from_words() {
    let turns = detail("07_conversestream_tooluse_sonnet45_2026-09.json").conversation.turns;
    assert_eq!(
        turns.iter().map(|turn| turn.role).collect::<Vec<_>>(),
        [Role::System, Role::User, Role::Assistant, Role::User, Role::Assistant]
    );
    assert!(matches!(&turns[2].parts[0], Part::ToolUse { name, input } if name == "aria-kb___Retrieve" && input.contains("pricing")));
    assert!(matches!(&turns[3].parts[0], Part::ToolResult(text) if text.contains("retrievalResults")));
}

#[test]
fn the_callers_own_metadata_is_kept() {
    let record = record("08_aws_docs_entry_format.json");
    assert_eq!(record.metadata, [("team".to_owned(), "orchestrator".to_owned()), ("environment".to_owned(), "production".to_owned())]);
}

#[test]
fn records_without_a_schema_name_and_of_other_families_are_read() {
    assert_eq!(record("09_conversestream_sonnet45_agentcore_2025-11.json").prompt.as_deref(), Some("Hello, are you operational?"));
    let llama = detail("11_invokemodel_llama_distillation.json");
    assert_eq!(llama.record().unwrap().prompt.as_deref(), Some("What is the capital of Sudan?"));
    assert_eq!(llama.conversation.reply().unwrap().text(), "The capital of Sudan is Khartoum.");
    assert_eq!(llama.record().unwrap().latency_ms, None);
}

#[test]
fn failed_calls_have_a_code_and_no_text() {
    let line = r#"{"schemaType":"ModelInvocationLog","operation":"Converse","modelId":"m","input":{},"output":{},"errorCode":"ThrottlingException"}"#;
    let Parsed::Invocation(record) = InvocationRecord::parse(line) else { panic!("not read") };
    assert!(record.is_error() && record.cost().is_none());
    assert_eq!(record.error_code.as_deref(), Some("ThrottlingException"));
}

#[test]
fn other_lines_stay_raw() {
    for line in ["Permissions are correctly set for Amazon Bedrock logs.", "", "{", "[1]", "{\"a\":1}", "null"] {
        assert_eq!(InvocationRecord::parse(line), Parsed::Raw, "{line}");
    }
    let deep = format!("{{\"modelId\":\"m\",\"operation\":\"x\",\"input\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(InvocationRecord::parse(&deep), Parsed::Raw);
}

#[test]
fn costs_follow_the_price_table() {
    let line = r#"{"operation":"Converse","modelId":"us.anthropic.claude-haiku-4-5-20251001-v1:0","input":{"inputTokenCount":1000000},"output":{"outputTokenCount":0}}"#;
    let Parsed::Invocation(record) = InvocationRecord::parse(line) else { panic!("not read") };
    assert!((record.cost().unwrap() - 1.1).abs() < 1e-9);
}

/// Any JSON, with the names that records use, so that every reader is reached.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let names = prop::sample::select(vec![
        "modelId",
        "operation",
        "input",
        "output",
        "inputBodyJson",
        "outputBodyJson",
        "messages",
        "content",
        "text",
        "type",
        "toolUse",
        "toolResult",
        "system",
        "role",
        "delta",
        "index",
        "content_block",
        "metrics",
        "latencyMs",
        "prompt",
        "inputText",
        "results",
        "errorCode",
        "identity",
        "arn",
        "requestMetadata",
    ]);
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        "\\PC{0,12}".prop_map(Into::into),
        Just("user".into()),
    ];
    leaf.prop_recursive(6, 64, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::vec((names.clone(), inner), 0..6)
                .prop_map(|pairs| { serde_json::Value::Object(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()) }),
        ]
    })
}

proptest! {
    #[test]
    fn no_record_panics(mut value in json()) {
        if let Some(object) = value.as_object_mut() {
            object.insert("modelId".to_owned(), "m".into());
            object.insert("operation".to_owned(), "Converse".into());
        }
        let line = value.to_string();
        let entry = Entry::new("1", 0, &line);
        prop_assert_eq!(&*entry.line, line.as_str());
        let detail = Detail::of(entry.into());
        prop_assert_eq!(detail.record().is_some(), value.is_object());
    }

    #[test]
    fn no_line_panics(line in "\\PC{0,200}") {
        let is_record = InvocationRecord::parse(&line) != Parsed::Raw;
        let is_object = serde_json::from_str::<serde_json::Value>(&line).is_ok_and(|value| value.is_object());
        prop_assert!(is_object || !is_record);
    }
}
