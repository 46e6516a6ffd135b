//! The four operations: replies, streams, pace, cache, headers.

use aws_sdk_bedrockruntime::operation::RequestId as _;
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::{
    CachePointBlock, CachePointType, ContentBlock, ContentBlockDelta, ConversationRole, ConverseStreamOutput, DocumentBlock,
    DocumentFormat, DocumentSource, ImageBlock, ImageFormat, ImageSource, InferenceConfiguration, Message, ResponseStream, StopReason,
    SystemContentBlock,
};
use http::Method;
use outcrop::base::clock::Clock as _;
use outcrop::sandbox::server::Server;
use serde_json::{Value, json};

use super::account::{Account, CLAUDE_2, REGION, SONNET, told, user};

/// What a Converse stream said.
#[derive(Debug, Default)]
struct Heard {
    events: Vec<&'static str>,
    text: String,
    stop: Option<StopReason>,
    output_tokens: i32,
    latency_ms: i64,
}

async fn hear(stream: &mut aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamOutput) -> Heard {
    let mut heard = Heard::default();
    while let Some(event) = stream.stream.recv().await.unwrap() {
        match event {
            ConverseStreamOutput::MessageStart(_) => heard.events.push("messageStart"),
            ConverseStreamOutput::ContentBlockStart(_) => heard.events.push("contentBlockStart"),
            ConverseStreamOutput::ContentBlockDelta(delta) => {
                if let Some(ContentBlockDelta::Text(text)) = delta.delta() {
                    heard.text.push_str(text);
                }
                if heard.events.last() != Some(&"contentBlockDelta") {
                    heard.events.push("contentBlockDelta");
                }
            }
            ConverseStreamOutput::ContentBlockStop(_) => heard.events.push("contentBlockStop"),
            ConverseStreamOutput::MessageStop(stop) => {
                heard.events.push("messageStop");
                heard.stop = Some(stop.stop_reason().clone());
            }
            ConverseStreamOutput::Metadata(metadata) => {
                heard.events.push("metadata");
                heard.output_tokens = metadata.usage().unwrap().output_tokens();
                heard.latency_ms = metadata.metrics().unwrap().latency_ms();
            }
            other => panic!("unexpected event {other:?}"),
        }
    }
    heard
}

#[tokio::test]
async fn converse_takes_the_time_it_reports() {
    let account = Account::new();
    let before = account.clock.now_ms();
    let output = account.ask(SONNET, "Hello").await;
    assert_eq!(account.clock.now_ms() - before, output.metrics().unwrap().latency_ms());
    assert!(output.metrics().unwrap().latency_ms() > 300);
    let usage = output.usage().unwrap();
    assert_eq!(usage.total_tokens(), usage.input_tokens() + usage.output_tokens());
    assert!(output.request_id().is_some());
}

#[tokio::test]
async fn the_same_account_gives_the_same_numbers() {
    let (one, two) = (Account::new().ask(SONNET, "Hello").await, Account::new().ask(SONNET, "Hello").await);
    assert_eq!(one.metrics(), two.metrics());
    assert_eq!(one.output(), two.output());
}

#[tokio::test]
async fn a_stream_says_what_converse_says_event_by_event() {
    let account = Account::new();
    let whole = account.ask(SONNET, "What is a lighthouse?").await;
    let mut stream = account.runtime().converse_stream().model_id(SONNET).messages(user("What is a lighthouse?")).send().await.unwrap();
    let heard = hear(&mut stream).await;
    assert_eq!(heard.events, ["messageStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata"]);
    assert_eq!(Some(&heard.text), whole.output().unwrap().as_message().unwrap().content()[0].as_text().ok());
    assert_eq!(heard.stop, Some(StopReason::EndTurn));
    assert_eq!(heard.output_tokens, whole.usage().unwrap().output_tokens());
}

#[tokio::test]
async fn streams_work_through_loopback_http_too() {
    let account = Account::new();
    let server = Server::start(account.sandbox.clone(), None).await.unwrap();
    let credentials = aws_credential_types::Credentials::new("OUTCROPSANDBOX00", "secret", None, None, "test");
    let config = aws_sdk_bedrockruntime::Config::builder()
        .behavior_version(aws_sdk_bedrockruntime::config::BehaviorVersion::latest())
        .region(aws_sdk_bedrockruntime::config::Region::new(REGION))
        .credentials_provider(credentials)
        .endpoint_url(server.url());
    let client = aws_sdk_bedrockruntime::Client::from_conf(config.build());
    let mut stream = client.converse_stream().model_id(SONNET).messages(user("Hello")).send().await.unwrap();
    let heard = hear(&mut stream).await;
    assert_eq!(heard.events.last(), Some(&"metadata"));
    assert!(heard.text.len() > 100);
    server.stop().await;
}

#[tokio::test]
async fn limits_and_stop_sequences_end_the_reply() {
    let account = Account::new();
    let ask = async |config: InferenceConfiguration| {
        account.runtime().converse().model_id(SONNET).messages(user("Hello")).inference_config(config).send().await.unwrap()
    };
    let short = ask(InferenceConfiguration::builder().max_tokens(9).build()).await;
    assert_eq!((short.stop_reason(), short.usage().unwrap().output_tokens()), (&StopReason::MaxTokens, 9));
    let stopped = ask(InferenceConfiguration::builder().stop_sequences("real account").build()).await;
    assert_eq!(stopped.stop_reason(), &StopReason::StopSequence);
    assert!(!format!("{stopped:?}").contains("real account"));
}

#[tokio::test]
async fn attached_documents_are_quoted_and_images_counted() {
    let account = Account::new();
    let text = "The harbour was dredged in 1931. The crane lifts forty tons. Boats under nine metres moor at the east pier. ".repeat(2);
    let source = DocumentSource::Bytes(Blob::new(text));
    let document = DocumentBlock::builder().name("harbour rules").format(DocumentFormat::Txt).source(source).build().unwrap();
    let message = |blocks: Vec<ContentBlock>| Message::builder().role(ConversationRole::User).set_content(Some(blocks)).build().unwrap();
    let question = ContentBlock::Text("How many tons does the crane lift?".to_owned());
    let ask = async |blocks| account.runtime().converse().model_id(SONNET).messages(message(blocks)).send().await.unwrap();
    let with = ask(vec![ContentBlock::Document(document), question.clone()]).await;
    let said = with.output().unwrap().as_message().unwrap().content()[0].as_text().unwrap().clone();
    assert!(said.contains("> The crane lifts forty tons. [1]"), "{said}");

    let without = ask(vec![question.clone()]).await;
    let image = ImageBlock::builder().format(ImageFormat::Png).source(ImageSource::Bytes(Blob::new([1, 2, 3]))).build().unwrap();
    let pictured = ask(vec![ContentBlock::Image(image), question]).await;
    assert_eq!(pictured.usage().unwrap().input_tokens() - without.usage().unwrap().input_tokens(), 1_568);
    assert!(format!("{pictured:?}").contains("cannot look at images, but 1 came"));
}

#[tokio::test]
async fn a_cache_point_is_written_then_read_and_input_tokens_leave_it_out() {
    let account = Account::logging().await;
    let point = || SystemContentBlock::CachePoint(CachePointBlock::builder().r#type(CachePointType::Default).build().unwrap());
    let rules = SystemContentBlock::Text("Answer in the style of a lighthouse keeper. ".repeat(300));
    let ask = async || {
        let call = account.runtime().converse().model_id(SONNET).system(rules.clone()).system(point()).messages(user("Hello"));
        call.send().await.unwrap().usage().unwrap().clone()
    };
    let (first, second) = (ask().await, ask().await);
    assert!(first.cache_write_input_tokens().unwrap() > 1_024);
    assert_eq!(first.cache_read_input_tokens(), Some(0));
    assert_eq!(second.cache_read_input_tokens(), first.cache_write_input_tokens());
    assert_eq!(second.input_tokens(), first.input_tokens());
    assert_eq!(second.total_tokens(), second.input_tokens() + second.output_tokens() + second.cache_read_input_tokens().unwrap());
    let record = account.record().await;
    assert_eq!(record["input"]["cacheReadInputTokenCount"], second.cache_read_input_tokens().unwrap());
    assert_eq!(account.sum("CacheReadInputTokens", Some(SONNET)).await, f64::from(second.cache_read_input_tokens().unwrap()));
    assert_eq!(account.sum("CacheWriteInputTokens", Some(SONNET)).await, f64::from(first.cache_write_input_tokens().unwrap()));
}

fn messages_body(text: &str) -> Value {
    json!({ "anthropic_version": "bedrock-2023-05-31", "max_tokens": 200, "messages": [{ "role": "user", "content": text }] })
}

#[tokio::test]
async fn invoke_model_speaks_the_messages_api_and_counts_in_headers() {
    let account = Account::new();
    let call = account
        .runtime()
        .invoke_model()
        .model_id(SONNET)
        .content_type("application/json")
        .body(Blob::new(messages_body("Hello").to_string()));
    let output = call.send().await.unwrap();
    let body: Value = serde_json::from_slice(output.body().as_ref()).unwrap();
    assert_eq!((&body["type"], &body["role"], &body["stop_reason"]), (&json!("message"), &json!("assistant"), &json!("end_turn")));
    assert_eq!(body["model"], "claude-sonnet-4-6");
    assert!(body["content"][0]["text"].as_str().unwrap().starts_with(outcrop::sandbox::bedrock::NOTICE));
    assert!(body["usage"]["input_tokens"].as_u64().unwrap() > 0);

    let path = format!("/model/{SONNET}/invoke");
    let request = messages_body("Hello").to_string();
    let raw = outcrop::sandbox::api::Request {
        method: Method::POST,
        path,
        query: String::new(),
        headers: http::HeaderMap::new(),
        body: request.into(),
    };
    let response = account.sandbox.handle(raw).await;
    let header = |name: &str| response.headers()[name].to_str().unwrap().parse::<u64>().unwrap();
    assert_eq!(Some(header("x-amzn-bedrock-input-token-count")), body["usage"]["input_tokens"].as_u64());
    assert_eq!(Some(header("x-amzn-bedrock-output-token-count")), body["usage"]["output_tokens"].as_u64());
    assert!(header("x-amzn-bedrock-invocation-latency") > 300);
}

async fn chunks(account: &Account, model: &str, body: &Value) -> Vec<Value> {
    let call = account.runtime().invoke_model_with_response_stream().model_id(model).body(Blob::new(body.to_string()));
    let mut output = call.send().await.unwrap();
    let mut chunks = Vec::new();
    while let Some(event) = output.body.recv().await.unwrap() {
        let ResponseStream::Chunk(chunk) = event else { panic!("{event:?}") };
        chunks.push(serde_json::from_slice(chunk.bytes().unwrap().as_ref()).unwrap());
    }
    chunks
}

#[tokio::test]
async fn invoke_streams_send_the_events_of_the_messages_api() {
    let account = Account::new();
    let chunks = chunks(&account, SONNET, &messages_body("Hello")).await;
    let mut kinds: Vec<&str> = chunks.iter().map(|chunk| chunk["type"].as_str().unwrap()).collect();
    kinds.dedup();
    assert_eq!(
        kinds,
        ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "message_stop"]
    );
    let metrics = &chunks.last().unwrap()["amazon-bedrock-invocationMetrics"];
    assert!(metrics["firstByteLatency"].as_u64().unwrap() < metrics["invocationLatency"].as_u64().unwrap());
    assert_eq!(metrics["outputTokenCount"], chunks[chunks.len() - 2]["usage"]["output_tokens"]);
}

#[tokio::test]
async fn claude_2_speaks_the_text_api() {
    let account = Account::new();
    let body = json!({ "prompt": "\n\nHuman: Hello\n\nAssistant:", "max_tokens_to_sample": 300, "stop_sequences": ["\n\nHuman:"] });
    let chunks = chunks(&account, CLAUDE_2, &body).await;
    let text: String = chunks.iter().map(|chunk| chunk["completion"].as_str().unwrap()).collect();
    assert!(text.starts_with(&format!(" {}", outcrop::sandbox::bedrock::NOTICE)), "{text}");
    let last = chunks.last().unwrap();
    assert_eq!((&last["completion"], &last["stop_reason"], &last["stop"]), (&json!(""), &json!("stop_sequence"), &json!("\n\nHuman:")));
    let output = account.runtime().invoke_model().model_id(CLAUDE_2).body(Blob::new(body.to_string())).send().await.unwrap();
    let whole: Value = serde_json::from_slice(output.body().as_ref()).unwrap();
    assert_eq!(whole["completion"], text);
}

#[tokio::test]
async fn a_caller_who_goes_away_leaves_a_record_of_what_was_said() {
    let account = Account::logging().await;
    let long = outcrop::prompts::find("cut-short").unwrap().user_text();
    let mut output = account.runtime().converse_stream().model_id(SONNET).messages(user(&long)).send().await.unwrap();
    let mut said = 0;
    while said < 3 {
        if let Some(ConverseStreamOutput::ContentBlockDelta(_)) = output.stream.recv().await.unwrap() {
            said += 1;
        }
    }
    drop(output);
    while account.records().await.is_empty() {
        tokio::task::yield_now().await;
    }
    let record = account.record().await;
    let tokens = record["output"]["outputTokenCount"].as_u64().unwrap();
    let whole = account.ask(SONNET, &long).await.usage().unwrap().output_tokens() as u64;
    assert!((12..whole).contains(&tokens), "{tokens} of {whole}");
    assert!(record["output"]["outputBodyJson"].get("stopReason").is_none());
    assert!(
        record["output"]["outputBodyJson"]["output"]["message"]["content"][0]["text"].as_str().unwrap().starts_with("_This is Outcrop")
    );
}

#[tokio::test]
async fn a_broken_stream_ends_early_and_is_told() {
    let account = Account::logging().await;
    account.faults(|faults| (faults.break_streams, faults.break_after_events) = (1, 5));
    let mut output = account.runtime().converse_stream().model_id(SONNET).messages(user("Hello")).send().await.unwrap();
    let heard = hear(&mut output).await;
    assert_eq!(heard.events, ["messageStart", "contentBlockDelta"], "no end and no metadata");
    let record = account.record().await;
    assert_eq!(record["errorCode"], "ModelStreamErrorException");
    assert_eq!(record["output"]["outputTokenCount"], 16, "four pieces of four tokens");
    assert_eq!(account.sum("InvocationServerErrors", Some(SONNET)).await, 1.0);
    let mut second = account.runtime().converse_stream().model_id(SONNET).messages(user("Hello")).send().await.unwrap();
    assert_eq!(hear(&mut second).await.events.last(), Some(&"metadata"), "only one was to break");
}

#[tokio::test]
async fn a_fault_can_make_a_model_slow() {
    let normal = Account::new().ask(SONNET, "Hello").await.metrics().unwrap().latency_ms();
    let account = Account::new();
    account.faults(|faults| faults.slower_percent = 400);
    let slow = account.ask(SONNET, "Hello").await.metrics().unwrap().latency_ms();
    assert!((slow - 5 * normal).abs() < 20, "{slow} against {normal}");
}

#[tokio::test]
async fn request_metadata_is_checked() {
    let account = Account::new();
    let mut call = account.runtime().converse().model_id(SONNET).messages(user("Hello"));
    for n in 0..17 {
        call = call.request_metadata(format!("key{n}"), "value");
    }
    let (status, code, message) = told(&call.send().await.unwrap_err());
    assert_eq!((status, code.as_str()), (400, "ValidationException"));
    assert!(message.contains("requestMetadata"));
}
