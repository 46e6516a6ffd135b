//! Looks for invocation records of the caller where logging sends them.

use std::io::Read as _;

use serde_json::Value;

use crate::aws::bedrock::{LoggingConfig, S3Destination};
use crate::aws::error::AwsError;
use crate::aws::logs::FilterLogEvents;
use crate::aws::s3::{GetObject, ListObjectsV2, Object};
use crate::lab::action::Cx;
use crate::lab::ledger::Happened;
use crate::lab::policy;
use crate::lab::resource::Resource;

/// Pages of log events that one check reads.
const MAX_PAGES: usize = 20;
/// Files of records that one check opens, newest first.
const MAX_FILES: usize = 20;
/// Bytes of unpacked records that one file may hold.
const MAX_UNPACKED_BYTES: u64 = 16 << 20;

/// One record, as far as a check needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Moment of the invocation as the record tells it.
    pub timestamp: String,
    /// Model as called.
    pub model: String,
    /// Request id.
    pub request_id: String,
    /// ARN of the caller; older records may lack it.
    pub caller: Option<String>,
    /// Tokens in.
    pub input_tokens: u64,
    /// Tokens out.
    pub output_tokens: u64,
}

impl Seen {
    /// Reads a record; the line by which Bedrock tries its permissions is none.
    pub fn parse(line: &str) -> Option<Self> {
        let record: Value = serde_json::from_str(line).ok()?;
        (record["schemaType"] == "ModelInvocationLog").then(|| Self {
            timestamp: text(&record["timestamp"]),
            model: text(&record["modelId"]),
            request_id: text(&record["requestId"]),
            caller: record["identity"]["arn"].as_str().map(str::to_owned),
            input_tokens: record["input"]["inputTokenCount"].as_u64().unwrap_or_default(),
            output_tokens: record["output"]["outputTokenCount"].as_u64().unwrap_or_default(),
        })
    }

    /// Whether `caller` made the call, not before `not_before` (seconds since the epoch).
    pub fn is_from(&self, caller: &str, not_before: i64) -> bool {
        let at = self.timestamp.parse::<jiff::Timestamp>().map_or(i64::MAX, jiff::Timestamp::as_second);
        self.caller.as_deref() == Some(caller) && at >= not_before
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// When logging was switched on by the lab, seconds since the epoch; a day ago when the ledger does not know.
pub fn logging_since(cx: &Cx<'_>) -> i64 {
    let any = Resource::any_logging();
    let known = cx.ledger.standing().ok().and_then(|all| all.into_iter().find(|s| s.resource().is_same(&any)));
    let usable = known.filter(|s| s.last.event != Happened::Refused);
    usable.and_then(|s| s.intended_at).map_or_else(|| cx.clock.now().as_second() - 86_400, jiff::Timestamp::as_second)
}

/// Records of the caller since `since` (seconds since the epoch), and where they were looked for.
pub async fn mine(cx: &Cx<'_>, config: &LoggingConfig, since: i64) -> Result<(Vec<Seen>, String), AwsError> {
    let (records, place) = match (&config.cloud_watch, &config.s3) {
        (Some(cloud_watch), _) => (in_log_group(cx, &cloud_watch.log_group, since).await?, format!("log group {}", cloud_watch.log_group)),
        (None, Some(s3)) => (in_bucket(cx, s3, since).await?, format!("bucket {}", s3.bucket)),
        (None, None) => (Vec::new(), "nowhere".to_owned()),
    };
    Ok((records.into_iter().filter(|record| record.is_from(&cx.facts.caller, since)).collect(), place))
}

async fn in_log_group(cx: &Cx<'_>, group: &str, since: i64) -> Result<Vec<Seen>, AwsError> {
    let mut records = Vec::new();
    let mut next_token = None;
    for _ in 0..MAX_PAGES {
        let page = cx
            .run(FilterLogEvents {
                log_group_name: group.to_owned(),
                log_stream_names: vec![policy::LOG_STREAM.to_owned()],
                filter_pattern: Some("{ $.schemaType = \"ModelInvocationLog\" }".to_owned()),
                start_ms: Some(since * 1_000),
                end_ms: None,
                limit: None,
                next_token,
            })
            .await;
        let Some(page) = super::found(page)? else { break };
        records.extend(page.events.iter().filter_map(|event| Seen::parse(&event.message)));
        next_token = page.next_token;
        if next_token.is_none() {
            break;
        }
    }
    Ok(records)
}

async fn in_bucket(cx: &Cx<'_>, destination: &S3Destination, since: i64) -> Result<Vec<Seen>, AwsError> {
    let prefix = policy::records_prefix(cx.facts, &destination.prefix);
    let page = cx.run(ListObjectsV2 { bucket: destination.bucket.clone(), prefix, max: None }).await?;
    let mut files: Vec<Object> = page.objects.into_iter().filter(|object| is_record_file(object, since)).collect();
    files.sort_by_key(|object| std::cmp::Reverse(object.modified));
    let mut records = Vec::new();
    for file in files.into_iter().take(MAX_FILES) {
        let packed = cx.run(GetObject::new(&destination.bucket, file.key)).await?;
        records.extend(unpack(&packed).lines().filter_map(Seen::parse));
    }
    Ok(records)
}

/// Whether an object holds records: neither a body below `data/` nor a permission check.
fn is_record_file(object: &Object, since: i64) -> bool {
    let is_new = object.modified.is_none_or(|at| at.as_second() >= since);
    is_new && object.key.ends_with(".json.gz") && !object.key.contains("/data/")
}

fn unpack(packed: &[u8]) -> String {
    let mut bytes = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(packed).take(MAX_UNPACKED_BYTES).read_to_end(&mut bytes);
    if let Err(error) = read {
        tracing::debug!(%error, "a file of records ends early");
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"timestamp":"2026-09-08T12:10:33Z","modelId":"m","requestId":"r","schemaType":"ModelInvocationLog","identity":{"arn":"arn:me"},
        "input":{"inputTokenCount":7},"output":{"outputTokenCount":3}}"#;

    #[test]
    fn only_my_records_of_this_time_count() {
        let seen = Seen::parse(RECORD).unwrap();
        assert_eq!((seen.input_tokens, seen.output_tokens), (7, 3));
        assert!(seen.is_from("arn:me", 1_788_869_433));
        assert!(!seen.is_from("arn:me", 1_788_869_434), "older than logging");
        assert!(!seen.is_from("arn:you", 0));
        assert_eq!(Seen::parse("Permissions are correctly set for Amazon Bedrock logs."), None);
    }

    #[test]
    fn bodies_and_permission_checks_are_not_records() {
        let object = |key: &str| Object { key: key.to_owned(), size: 1, modified: None };
        assert!(is_record_file(&object("AWSLogs/1/BedrockModelInvocationLogs/us-east-1/2026/01/01/00/20260101T000000000Z_ab.json.gz"), 0));
        assert!(!is_record_file(&object("AWSLogs/1/BedrockModelInvocationLogs/us-east-1/2026/01/01/00/data/x_input.json.gz"), 0));
        assert!(!is_record_file(&object("AWSLogs/1/amazon-bedrock-logs-permission-check"), 0));
    }
}
