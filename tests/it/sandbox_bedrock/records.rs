//! Records against real ones, their deliveries, and the metrics that must agree with them.

use aws_sdk_bedrock::types::LoggingConfig;
use aws_sdk_bedrockruntime::primitives::Blob;
use serde_json::{Value, json};

use super::account::{Account, BUCKET, CLAUDE_2, GROUP, REGION, SONNET, both, bucket, client, folder, to_group, user};

fn sample(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Same keys in the same order, at the top and inside input, output and identity.
fn assert_same_shape(record: &Value, sample: &Value) {
    assert_eq!(keys(record), keys(sample));
    for part in ["input", "output", "identity"] {
        assert_eq!(keys(&record[part]), keys(&sample[part]), "{part}");
    }
}

fn sorted(mut keys: Vec<&str>) -> Vec<&str> {
    keys.sort_unstable();
    keys
}

async fn drain(account: &Account, model: &str, body: &Value) {
    let call = account.runtime().invoke_model_with_response_stream().model_id(model).body(Blob::new(body.to_string()));
    let mut output = call.send().await.unwrap();
    while output.body.recv().await.unwrap().is_some() {}
}

async fn converse_stream(account: &Account, text: &str) {
    let mut output = account.runtime().converse_stream().model_id(SONNET).messages(user(text)).send().await.unwrap();
    while output.stream.recv().await.unwrap().is_some() {}
}

#[tokio::test]
async fn converse_and_its_stream_have_the_shape_of_real_records() {
    let account = Account::logging().await;
    account.ask(SONNET, "Hello").await;
    let converse = account.record().await;
    let real = sample(include_str!("../../fixtures/records/01_converse_opus45_2026-04.json"));
    assert_same_shape(&converse, &real);
    assert_eq!(keys(&converse["output"]["outputBodyJson"]), keys(&real["output"]["outputBodyJson"]));
    assert_eq!(keys(&converse["output"]["outputBodyJson"]["usage"]), keys(&real["output"]["outputBodyJson"]["usage"]));
    assert_eq!(converse["input"]["inputBodyJson"], json!({ "messages": [{ "role": "user", "content": [{ "text": "Hello" }] }] }));

    converse_stream(&account, "Hello").await;
    let stream = account.record().await;
    let real = sample(include_str!("../../fixtures/records/02_conversestream_opus46_cachewrite_2026-04.json"));
    assert_same_shape(&stream, &real);
    assert_eq!(stream["operation"], "ConverseStream");
    assert_eq!(
        stream["output"]["outputBodyJson"]["output"], converse["output"]["outputBodyJson"]["output"],
        "aggregated to the same message"
    );
    for record in [&converse, &stream] {
        assert_eq!(record["modelId"], SONNET);
        assert!(["us-east-1", "us-east-2", "us-west-2"].contains(&record["inferenceRegion"].as_str().unwrap()));
        assert_eq!(record["identity"]["arn"], "arn:aws:sts::123456789012:assumed-role/WSParticipantRole/Participant");
    }
}

#[tokio::test]
async fn the_record_has_the_request_id_and_numbers_of_the_reply() {
    use aws_sdk_bedrockruntime::operation::RequestId as _;
    let account = Account::logging().await;
    let output = account.ask(SONNET, "Hello").await;
    let record = account.record().await;
    let usage = output.usage().unwrap();
    assert_eq!(record["requestId"], output.request_id().unwrap());
    assert_eq!(record["input"]["inputTokenCount"], usage.input_tokens());
    assert_eq!(record["output"]["outputTokenCount"], usage.output_tokens());
    assert_eq!(record["output"]["outputBodyJson"]["metrics"]["latencyMs"], output.metrics().unwrap().latency_ms());
}

#[tokio::test]
async fn the_stream_of_claude_2_is_a_list_of_completions() {
    let account = Account::logging().await;
    let real = sample(include_str!("../../fixtures/records/04_invokestream_claude21.json"));
    drain(&account, CLAUDE_2, &real["input"]["inputBodyJson"]).await;
    let record = account.record().await;
    assert_eq!(sorted(keys(&record)), sorted(keys(&real)), "the sample's keys are in another order");
    assert_same_shape(
        &json!({ "input": record["input"], "output": record["output"], "identity": record["identity"] }),
        &json!({ "input": real["input"], "output": real["output"], "identity": real["identity"] }),
    );
    assert_eq!(record["input"]["inputBodyJson"], real["input"]["inputBodyJson"]);
    let (chunks, real_chunks) =
        (record["output"]["outputBodyJson"].as_array().unwrap(), real["output"]["outputBodyJson"].as_array().unwrap());
    let end = chunks.last().unwrap()["amazon-bedrock-invocationMetrics"].clone();
    assert_eq!(keys(&end), keys(&real_chunks[2]["amazon-bedrock-invocationMetrics"]));
    assert_eq!(end["outputTokenCount"], record["output"]["outputTokenCount"]);
    for key in keys(&real_chunks[0]) {
        assert!(chunks[0].get(key).is_some(), "{key}");
    }
    assert_eq!(account.sum("LegacyModelInvocations", Some(CLAUDE_2)).await, 1.0);
}

#[tokio::test]
async fn a_large_input_goes_to_the_bucket_as_in_real_records() {
    let account = Account::logging().await;
    let body = json!({ "anthropic_version": "bedrock-2023-05-31", "max_tokens": 50, "messages": [{ "role": "user", "content": "words ".repeat(20_000) }] });
    drain(&account, SONNET, &body).await;
    let record = account.record().await;
    assert_same_shape(&record, &sample(include_str!("../../fixtures/records/03_invokestream_opus47_s3path_2026-04.json")));
    let key = format!("{}/data/{}_input.json.gz", folder(), record["requestId"].as_str().unwrap());
    assert_eq!(record["input"]["inputBodyS3Path"], format!("s3://{BUCKET}/{key}"));
    assert_eq!(serde_json::from_str::<Value>(&account.unpacked(&key).await).unwrap(), body);
    assert!(record["output"]["outputBodyJson"].is_array());
    assert_eq!(account.sum("ModelInvocationLargeDataS3DeliverySuccess", None).await, 2.0, "one for each destination");
}

#[tokio::test]
async fn without_a_bucket_for_large_data_the_record_goes_without_the_body() {
    let account = Account::prepared().await;
    let group =
        aws_sdk_bedrock::types::CloudWatchConfig::builder().log_group_name(GROUP).role_arn(super::account::role_arn()).build().unwrap();
    account.put(LoggingConfig::builder().cloud_watch_config(group).build()).await.unwrap();
    account.ask(SONNET, &"words ".repeat(20_000)).await;
    let record = account.record().await;
    assert_eq!(keys(&record["input"]), ["inputContentType", "inputTokenCount", "cacheReadInputTokenCount", "cacheWriteInputTokenCount"]);
    assert!(account.keys().await.is_empty());
}

#[tokio::test]
async fn with_all_data_types_off_only_counts_are_left() {
    let account = Account::prepared().await;
    let off = LoggingConfig::builder().cloud_watch_config(to_group()).text_data_delivery_enabled(false).image_data_delivery_enabled(false);
    account.put(off.embedding_data_delivery_enabled(false).build()).await.unwrap();
    account.ask(CLAUDE_2, "Hello").await;
    let record = account.record().await;
    assert_same_shape(&record, &sample(include_str!("../../fixtures/records/06_converse_metadata_only_2026-09.json")));
    assert!(!record.to_string().contains("Hello"));
}

#[tokio::test]
async fn labels_of_the_caller_are_in_the_record_and_not_in_the_body() {
    let account = Account::logging().await;
    let call = account.runtime().converse().model_id(SONNET).messages(user("Hello"));
    call.request_metadata("team", "orchestrator").request_metadata("environment", "production").send().await.unwrap();
    let record = account.record().await;
    let documented = sample(include_str!("../../fixtures/records/08_aws_docs_entry_format.json"));
    assert_eq!(record["requestMetadata"], documented["requestMetadata"]);
    assert_eq!(keys(&record["input"]["inputBodyJson"]), ["messages"]);
    for key in keys(&documented) {
        assert!(record.get(key).is_some(), "{key}");
    }

    let body = json!({ "anthropic_version": "bedrock-2023-05-31", "max_tokens": 50, "messages": [{ "role": "user", "content": "Hello" }] });
    let call = account.runtime().invoke_model().model_id(SONNET).body(Blob::new(body.to_string()));
    call.request_metadata(json!({ "team": "header" }).to_string()).send().await.unwrap();
    assert_eq!(account.record().await["requestMetadata"], json!({ "team": "header" }));
}

#[tokio::test]
async fn the_bucket_gets_the_same_records_in_files_of_the_hour() {
    let account = Account::logging().await;
    for text in ["One", "Two", "Three"] {
        account.ask(SONNET, text).await;
    }
    let (group, bucket) = (account.records().await, account.records_in_bucket().await);
    assert_eq!(group.len(), 3);
    assert_eq!(group, bucket);
    let files: Vec<String> = account.keys().await.into_iter().filter(|key| key.ends_with(".json.gz")).collect();
    for file in &files {
        let name = file.strip_prefix(&format!("{}/", folder())).unwrap();
        let (time, hex) = name.trim_end_matches(".json.gz").split_once('_').unwrap();
        assert!(time.len() == 19 && time.starts_with("20261006T12") && time.ends_with('Z'), "{name}");
        assert!(hex.len() == 16 && hex.bytes().all(|b| b.is_ascii_hexdigit()), "{name}");
    }
    assert_eq!(account.sum("ModelInvocationLogsS3DeliverySuccess", None).await, files.len() as f64);
    assert_eq!(account.sum("ModelInvocationLogsCloudWatchDeliverySuccess", None).await, 3.0);
}

#[tokio::test]
async fn records_reach_the_bucket_by_themselves() {
    let account = Account::logging().await;
    account.ask(SONNET, "Hello").await;
    let written = async || account.keys().await.iter().any(|key| key.ends_with(".json.gz"));
    for _ in 0..100 {
        if written().await {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("no object after the batch time");
}

#[tokio::test]
async fn records_that_waited_while_the_sandbox_was_closed_are_written_later() {
    let account = Account::logging().await;
    account.ask(SONNET, "Hello").await;
    let kept = serde_json::to_string(&*account.sandbox.world()).unwrap();
    let sandbox = outcrop::sandbox::Sandbox::new(serde_json::from_str(&kept).unwrap(), account.clock.clone(), 12);
    let reopened = Account { sandbox, clock: account.clock.clone() };
    let files = async || reopened.keys().await.iter().filter(|key| key.ends_with(".json.gz")).count();
    assert_eq!(files().await, 0);
    reopened.bedrock().list_foundation_models().send().await.unwrap();
    for _ in 0..100 {
        if files().await == 1 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the record still waits");
}

#[tokio::test]
async fn deliveries_that_fail_are_counted_and_the_caller_does_not_notice() {
    let account = Account::logging().await;
    client!(account, aws_sdk_cloudwatchlogs, REGION).delete_log_group().log_group_name(GROUP).send().await.unwrap();
    client!(account, aws_sdk_s3, REGION).delete_bucket_policy().bucket(BUCKET).send().await.unwrap();
    account.ask(SONNET, "Hello").await;
    outcrop::sandbox::bedrock::flush(&account.sandbox);
    assert_eq!(account.sum("ModelInvocationLogsCloudWatchDeliveryFailure", None).await, 1.0);
    assert_eq!(account.sum("ModelInvocationLogsS3DeliveryFailure", None).await, 1.0);
    assert_eq!(account.sum("Invocations", Some(SONNET)).await, 1.0);
}

#[tokio::test]
async fn metrics_agree_with_the_records() {
    let account = Account::logging().await;
    for text in ["One", "Two words", "And three more words"] {
        account.ask(SONNET, text).await;
    }
    converse_stream(&account, "Streamed").await;
    account.ask(CLAUDE_2, "Other model").await;
    let records = account.records().await;
    for model in [SONNET, CLAUDE_2] {
        let of_model: Vec<&Value> = records.iter().filter(|record| record["modelId"] == model).collect();
        let total = |path: &str| of_model.iter().map(|record| record.pointer(path).unwrap().as_f64().unwrap()).sum::<f64>();
        assert_eq!(account.sum("Invocations", Some(model)).await, of_model.len() as f64);
        assert_eq!(account.sum("InputTokenCount", Some(model)).await, total("/input/inputTokenCount"));
        assert_eq!(account.sum("OutputTokenCount", Some(model)).await, total("/output/outputTokenCount"));
        assert_eq!(account.sum("InvocationLatency", Some(model)).await, total("/output/outputBodyJson/metrics/latencyMs"));
    }
    let tokens = async |metric: &str| account.sum(metric, Some(SONNET)).await;
    assert_eq!(tokens("EstimatedTPMQuotaUsage").await, tokens("InputTokenCount").await + 5.0 * tokens("OutputTokenCount").await);
    assert!(tokens("TimeToFirstToken").await > 0.0, "one call was streamed");
    assert_eq!(account.sum("TimeToFirstToken", Some(CLAUDE_2)).await, 0.0);
}

#[tokio::test]
async fn only_the_configured_destination_gets_records() {
    let account = Account::prepared().await;
    account.put(LoggingConfig::builder().s3_config(bucket()).build()).await.unwrap();
    account.ask(SONNET, "Hello").await;
    assert!(account.events().await.is_empty());
    assert_eq!(account.records_in_bucket().await.len(), 1);
    account.put(both()).await.unwrap();
    account.ask(SONNET, "Hello").await;
    assert_eq!((account.records().await.len(), account.records_in_bucket().await.len()), (1, 2));
}
