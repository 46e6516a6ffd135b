//! The `ModelInvocationLog` record of an invocation, as each destination gets it.
//!
//! Key order and shapes follow real records. A body that is larger than [`INLINE_LIMIT`] or holds binary data is put into the
//! destination's bucket under `data/` and the record names its path; without such a bucket the record goes without the body.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};

use super::neighbours::Place;
use super::state::{LoggingConfig, S3Config};
use crate::base::clock::Timestamp;
use crate::models::Tokens;

/// Largest body, in bytes of JSON, that stays inside a record.
pub(super) const INLINE_LIMIT: usize = 100 * 1024;

/// Everything that log and metrics tell about one invocation.
#[derive(Debug, Clone)]
pub(super) struct Invocation {
    /// Region, account, and the moment of its end.
    pub place: Place,
    /// Moment of its beginning.
    pub started: Timestamp,
    /// Request id.
    pub request_id: String,
    /// Name of the operation.
    pub operation: &'static str,
    /// Model id as the caller sent it.
    pub model_id: String,
    /// ARN of the caller.
    pub principal_arn: String,
    /// Region that served, for profiles.
    pub inference_region: Option<String>,
    /// The caller's own labels.
    pub metadata: Option<Value>,
    /// The request body.
    pub input: Value,
    /// The response body.
    pub output: Value,
    /// Tokens of the call.
    pub tokens: Tokens,
    /// Whether cache counts are told: models without prompt caching have none.
    pub counts_cache: bool,
    /// Input modalities of the model, which decide whether bodies are delivered.
    pub modalities: Vec<String>,
    /// Error code of a failed call.
    pub error: Option<String>,
    /// Whether the bodies of a call with an error are told all the same: a stream that broke midway.
    pub partial: bool,
    /// Milliseconds to the last token.
    pub latency_ms: u64,
    /// Milliseconds to the first token, for streams.
    pub first_token_ms: Option<u64>,
    /// Whether the model is a legacy one.
    pub legacy: bool,
    /// Tokens of quota that one output token uses.
    pub burndown: u64,
}

/// A record for one destination.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rendered {
    /// The record as one line of JSON.
    pub line: String,
    /// Bodies to write first: key and gzip bytes.
    pub bodies: Vec<(String, Vec<u8>)>,
}

impl Invocation {
    /// The record for a destination whose large bodies go to `bucket`.
    pub(super) fn render(&self, config: &LoggingConfig, bucket: Option<&S3Config>) -> Rendered {
        let mut bodies = Vec::new();
        let (input, output) = if self.error.is_some() && !self.partial {
            (json!({}), json!({}))
        } else {
            let input = self.side(config, bucket, Side::Input, &mut bodies);
            (input, self.side(config, bucket, Side::Output, &mut bodies))
        };
        let mut record = Map::new();
        let mut put = |key: &str, value: Value| record.insert(key.to_owned(), value);
        put("timestamp", self.started.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into());
        put("accountId", self.place.account.as_str().into());
        put("region", self.place.region.as_str().into());
        put("requestId", self.request_id.as_str().into());
        put("operation", self.operation.into());
        put("modelId", self.model_id.as_str().into());
        if let Some(code) = &self.error {
            put("errorCode", code.as_str().into());
        }
        put("input", input);
        put("output", output);
        put("identity", json!({ "arn": self.principal_arn }));
        if let Some(metadata) = &self.metadata {
            put("requestMetadata", metadata.clone());
        }
        if let Some(region) = &self.inference_region {
            put("inferenceRegion", region.as_str().into());
        }
        put("schemaType", "ModelInvocationLog".into());
        put("schemaVersion", "1.0".into());
        Rendered { line: Value::Object(record).to_string(), bodies }
    }

    /// `input` or `output` of the record: content type, body or its path if bodies are delivered, token counts.
    fn side(&self, config: &LoggingConfig, bucket: Option<&S3Config>, side: Side, bodies: &mut Vec<(String, Vec<u8>)>) -> Value {
        let name = side.name();
        let mut value = Map::new();
        value.insert(format!("{name}ContentType"), "application/json".into());
        if config.delivers_bodies_of(&self.modalities) {
            let body = self.delivered_body(config, side);
            match self.place_body(body, bucket, side, bodies) {
                Some(Placed::Inline(body)) => value.insert(format!("{name}BodyJson"), body),
                Some(Placed::At(path)) => value.insert(format!("{name}BodyS3Path"), path.into()),
                None => None,
            };
        }
        let count = if side == Side::Input { self.tokens.input } else { self.tokens.output };
        value.insert(format!("{name}TokenCount"), count.into());
        if side == Side::Input && self.counts_cache {
            value.insert("cacheReadInputTokenCount".to_owned(), self.tokens.cache_read.into());
            value.insert("cacheWriteInputTokenCount".to_owned(), self.tokens.cache_write.into());
        }
        Value::Object(value)
    }

    /// The body without images where images are not delivered.
    fn delivered_body(&self, config: &LoggingConfig, side: Side) -> Value {
        let body = if side == Side::Input { &self.input } else { &self.output };
        let with_images = config.image_data_delivery_enabled.unwrap_or(true);
        if with_images { body.clone() } else { without_images(body) }
    }

    fn place_body(&self, body: Value, bucket: Option<&S3Config>, side: Side, bodies: &mut Vec<(String, Vec<u8>)>) -> Option<Placed> {
        let text = body.to_string();
        if text.len() <= INLINE_LIMIT && !has_binary(&body) {
            return Some(Placed::Inline(body));
        }
        let bucket = bucket?;
        let key = format!("{}/data/{}_{}.json.gz", s3_folder(&self.started_place(), bucket), self.request_id, side.name());
        let path = format!("s3://{}/{key}", bucket.bucket_name);
        bodies.push((key, gzip(text.as_bytes())));
        Some(Placed::At(path))
    }

    /// The hour in which objects of this invocation are filed is that of its beginning.
    pub(super) fn started_place(&self) -> Place {
        Place { now: self.started, ..self.place.clone() }
    }
}

enum Placed {
    Inline(Value),
    At(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Input,
    Output,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
        }
    }
}

/// `[PREFIX/]AWSLogs/ACCOUNT/BedrockModelInvocationLogs/REGION/YYYY/MM/DD/HH`.
pub(super) fn s3_folder(place: &Place, bucket: &S3Config) -> String {
    let prefix = bucket.key_prefix.as_deref().unwrap_or_default().trim_end_matches('/');
    let slash = if prefix.is_empty() { "" } else { "/" };
    let hour = place.now.strftime("%Y/%m/%d/%H");
    format!("{prefix}{slash}AWSLogs/{}/BedrockModelInvocationLogs/{}/{hour}", place.account, place.region)
}

/// `bytes` as a gzip file.
pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing into memory cannot fail.
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

/// Whether a body holds images or documents as bytes.
fn has_binary(body: &Value) -> bool {
    match body {
        Value::Array(items) => items.iter().any(has_binary),
        Value::Object(map) => map.get("source").is_some_and(is_binary_source) || map.values().any(has_binary),
        _ => false,
    }
}

fn is_binary_source(source: &Value) -> bool {
    source.get("bytes").is_some() || source.get("type").is_some_and(|kind| kind == "base64")
}

/// The body with the bytes of its images left out.
fn without_images(body: &Value) -> Value {
    match body {
        Value::Array(items) => items.iter().map(without_images).collect(),
        Value::Object(map) if is_image(map) => {
            Value::Object(map.iter().filter(|(key, _)| *key != "source").map(|(key, value)| (key.clone(), value.clone())).collect())
        }
        Value::Object(map) => Value::Object(map.iter().map(|(key, value)| (key.clone(), without_images(value))).collect()),
        other => other.clone(),
    }
}

/// An image of Converse (`{format, source}`) or of the messages API (`{type: image, source}`).
fn is_image(map: &Map<String, Value>) -> bool {
    let format = map.get("format").and_then(Value::as_str).unwrap_or_default();
    let named = map.get("type").is_some_and(|kind| kind == "image");
    map.contains_key("source") && (named || ["png", "jpeg", "gif", "webp"].contains(&format))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn invocation() -> Invocation {
        let started: Timestamp = "2026-10-06T09:59:59.250Z".parse().unwrap();
        Invocation {
            place: Place {
                region: "us-east-1".to_owned(),
                account: "123456789012".to_owned(),
                now: "2026-10-06T10:00:02Z".parse().unwrap(),
                judged: "2026-10-06T10:00:02Z".parse().unwrap(),
            },
            started,
            request_id: "7487ab04-734e-470b-8dfc-46d8d8506381".to_owned(),
            operation: "Converse",
            model_id: "us.anthropic.claude-sonnet-4-6".to_owned(),
            principal_arn: "arn:aws:iam::123456789012:user/u".to_owned(),
            inference_region: Some("us-west-2".to_owned()),
            metadata: None,
            input: json!({ "messages": [] }),
            output: json!({ "stopReason": "end_turn" }),
            tokens: Tokens { input: 3, output: 5, cache_read: 7, cache_write: 9 },
            counts_cache: true,
            modalities: vec!["TEXT".to_owned(), "IMAGE".to_owned()],
            error: None,
            partial: false,
            latency_ms: 2_750,
            first_token_ms: None,
            legacy: false,
            burndown: 5,
        }
    }

    fn bucket() -> S3Config {
        S3Config { bucket_name: "logs".to_owned(), key_prefix: Some("a/b/".to_owned()) }
    }

    fn line(invocation: &Invocation, config: &LoggingConfig) -> Value {
        serde_json::from_str(&invocation.render(config, Some(&bucket())).line).unwrap()
    }

    #[test]
    fn keys_come_in_the_order_of_real_records() {
        let keys: Vec<String> = line(&invocation(), &LoggingConfig::default()).as_object().unwrap().keys().cloned().collect();
        let expected = [
            "timestamp",
            "accountId",
            "region",
            "requestId",
            "operation",
            "modelId",
            "input",
            "output",
            "identity",
            "inferenceRegion",
            "schemaType",
            "schemaVersion",
        ];
        assert_eq!(keys, expected);
        assert_eq!(line(&invocation(), &LoggingConfig::default())["timestamp"], "2026-10-06T09:59:59Z");
    }

    #[test]
    fn switched_off_bodies_leave_counts_behind() {
        let off = Some(false);
        let config = LoggingConfig { text_data_delivery_enabled: off, image_data_delivery_enabled: off, ..LoggingConfig::default() };
        let record = line(&invocation(), &config);
        assert_eq!(
            record["input"],
            json!({ "inputContentType": "application/json", "inputTokenCount": 3, "cacheReadInputTokenCount": 7, "cacheWriteInputTokenCount": 9 })
        );
        assert_eq!(record["output"], json!({ "outputContentType": "application/json", "outputTokenCount": 5 }));
        let images_only = LoggingConfig { text_data_delivery_enabled: off, ..LoggingConfig::default() };
        assert!(
            line(&invocation(), &images_only)["input"].get("inputBodyJson").is_some(),
            "one switch of the model's modalities is enough"
        );
    }

    #[test]
    fn a_body_beyond_the_limit_goes_to_the_bucket_of_the_hour_of_its_beginning() {
        let mut large = invocation();
        large.input = json!({ "messages": "x".repeat(INLINE_LIMIT) });
        let rendered = large.render(&LoggingConfig::default(), Some(&bucket()));
        let key = "a/b/AWSLogs/123456789012/BedrockModelInvocationLogs/us-east-1/2026/10/06/09/data/7487ab04-734e-470b-8dfc-46d8d8506381_input.json.gz";
        let record: Value = serde_json::from_str(&rendered.line).unwrap();
        assert_eq!(record["input"]["inputBodyS3Path"], format!("s3://logs/{key}"));
        assert!(record["input"].get("inputBodyJson").is_none() && record["output"].get("outputBodyJson").is_some());
        let [(written, bytes)] = &rendered.bodies[..] else { panic!("one body") };
        let mut text = String::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
        assert_eq!((written.as_str(), serde_json::from_str::<Value>(&text).unwrap()), (key, large.input.clone()));
        let nowhere = large.render(&LoggingConfig::default(), None);
        assert!(nowhere.bodies.is_empty() && !nowhere.line.contains("inputBody"));
    }

    #[test]
    fn binary_data_goes_to_the_bucket_whatever_its_size() {
        let mut image = invocation();
        image.input = json!({ "messages": [{ "content": [{ "image": { "format": "png", "source": { "bytes": "AAAA" } } }] }] });
        assert_eq!(image.render(&LoggingConfig::default(), Some(&bucket())).bodies.len(), 1);
        let without = LoggingConfig { image_data_delivery_enabled: Some(false), ..LoggingConfig::default() };
        let rendered = image.render(&without, Some(&bucket()));
        assert!(rendered.bodies.is_empty() && !rendered.line.contains("AAAA"));
    }

    #[test]
    fn a_failed_call_has_empty_sides_and_its_code() {
        let mut failed = invocation();
        failed.error = Some("ThrottlingException".to_owned());
        let record = line(&failed, &LoggingConfig::default());
        assert_eq!((&record["input"], &record["output"], &record["errorCode"]), (&json!({}), &json!({}), &json!("ThrottlingException")));
    }
}
