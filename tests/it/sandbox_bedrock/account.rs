//! A sandbox account with everything that invocation logging needs, and the SDK clients to it.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_bedrock::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrock::types::{CloudWatchConfig, LoggingConfig, S3Config};
use aws_sdk_bedrockruntime::types::{ContentBlock, ConversationRole, Message};
use bytes::Bytes;
use http::{HeaderMap, Method};
use http_body_util::BodyExt as _;
use outcrop::base::clock::{Clock as _, ManualClock};
use outcrop::sandbox::Sandbox;
use outcrop::sandbox::api::Request;
use outcrop::sandbox::bedrock::{Faults, flush};
use outcrop::sandbox::world::World;
use serde_json::{Value, json};

pub const REGION: &str = "us-east-1";
pub const ACCOUNT: &str = "123456789012";
pub const GROUP: &str = "/bedrock/invocations";
pub const BUCKET: &str = "bedrock-logs-of-a-test";
pub const ROLE: &str = "BedrockLogging";
pub const STREAM: &str = "aws/bedrock/modelinvocations";
pub const SONNET: &str = "us.anthropic.claude-sonnet-4-6";
pub const CLAUDE_2: &str = "anthropic.claude-v2:1";

/// The account under test.
pub struct Account {
    pub sandbox: Sandbox,
    pub clock: Arc<ManualClock>,
}

macro_rules! client {
    ($account:expr, $sdk:ident, $region:expr) => {{
        let credentials = aws_credential_types::Credentials::new("OUTCROPSANDBOX00", "secret", None, None, "test");
        let config = $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::latest())
            .region($sdk::config::Region::new($region))
            .credentials_provider(credentials)
            .retry_config($sdk::config::retry::RetryConfig::disabled())
            .http_client(outcrop::sandbox::door::Door::http_client($account.sandbox.clone()))
            .endpoint_url("http://localhost");
        $sdk::Client::from_conf(config.build())
    }};
}
pub(super) use client;

impl Account {
    /// An empty account at noon of 6 October 2026.
    pub fn new() -> Self {
        let clock = ManualClock::starting_at("2026-10-06T12:00:00Z".parse().unwrap());
        Self { sandbox: Sandbox::new(World::default(), clock.clone(), 11), clock }
    }

    /// An account with log group, bucket and role; logging is not yet on.
    pub async fn prepared() -> Self {
        let account = Self::new();
        account.create_group().await;
        account.create_bucket().await;
        account.create_role(&trust(REGION), &permissions(GROUP)).await;
        account.pass(10);
        account
    }

    /// An account that logs to log group and bucket, with a prefix in the bucket.
    pub async fn logging() -> Self {
        let account = Self::prepared().await;
        account.put(both()).await.unwrap();
        account
    }

    pub fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub fn bedrock(&self) -> aws_sdk_bedrock::Client {
        client!(self, aws_sdk_bedrock, REGION)
    }

    pub fn runtime(&self) -> aws_sdk_bedrockruntime::Client {
        client!(self, aws_sdk_bedrockruntime, REGION)
    }

    pub async fn create_group(&self) {
        client!(self, aws_sdk_cloudwatchlogs, REGION).create_log_group().log_group_name(GROUP).send().await.unwrap();
    }

    pub async fn create_bucket(&self) {
        let s3 = client!(self, aws_sdk_s3, REGION);
        s3.create_bucket().bucket(BUCKET).send().await.unwrap();
        s3.put_bucket_policy().bucket(BUCKET).policy(bucket_policy(REGION).to_string()).send().await.unwrap();
    }

    pub async fn create_role(&self, trust: &Value, permissions: &Value) {
        let iam = client!(self, aws_sdk_iam, REGION);
        iam.create_role().role_name(ROLE).assume_role_policy_document(trust.to_string()).send().await.unwrap();
        iam.put_role_policy().role_name(ROLE).policy_name("logs").policy_document(permissions.to_string()).send().await.unwrap();
    }

    /// Puts a logging configuration; the error is (status, code, message).
    pub async fn put(&self, config: LoggingConfig) -> Result<(), (u16, String, String)> {
        let sent = self.bedrock().put_model_invocation_logging_configuration().logging_config(config).send().await;
        sent.map(|_| ()).map_err(|error| told(&error))
    }

    /// What an error of Put says, for configurations that must fail.
    pub async fn refused(&self, config: LoggingConfig) -> String {
        let (status, code, message) = self.put(config).await.unwrap_err();
        assert_eq!((status, code.as_str()), (400, "ValidationException"));
        message
    }

    pub fn faults(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.sandbox.world().region(REGION).bedrock.faults);
    }

    /// One question to `model`, streamed or not.
    pub async fn ask(&self, model: &str, text: &str) -> aws_sdk_bedrockruntime::operation::converse::ConverseOutput {
        self.runtime().converse().model_id(model).messages(user(text)).send().await.unwrap()
    }

    /// Every event of the log group, oldest first, as text.
    pub async fn events(&self) -> Vec<String> {
        let logs = client!(self, aws_sdk_cloudwatchlogs, REGION);
        let mut pages = logs.filter_log_events().log_group_name(GROUP).into_paginator().send();
        let mut events = Vec::new();
        while let Some(page) = pages.next().await {
            events.extend(page.unwrap().events().iter().map(|event| event.message().unwrap().to_owned()));
        }
        events
    }

    /// Every invocation record of the log group.
    pub async fn records(&self) -> Vec<Value> {
        self.events().await.iter().filter_map(|event| serde_json::from_str(event).ok()).collect()
    }

    /// The newest record.
    pub async fn record(&self) -> Value {
        self.records().await.pop().expect("a record")
    }

    /// Keys of all objects of the bucket.
    pub async fn keys(&self) -> Vec<String> {
        let page = client!(self, aws_sdk_s3, REGION).list_objects_v2().bucket(BUCKET).send().await.unwrap();
        page.contents().iter().map(|object| object.key().unwrap().to_owned()).collect()
    }

    /// The unpacked text of a gzip object.
    pub async fn unpacked(&self, key: &str) -> String {
        let object = client!(self, aws_sdk_s3, REGION).get_object().bucket(BUCKET).key(key).send().await.unwrap();
        let bytes = object.body.collect().await.unwrap().into_bytes();
        let mut text = String::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
        text
    }

    /// Every record in the bucket, after the waiting ones were written.
    pub async fn records_in_bucket(&self) -> Vec<Value> {
        flush(&self.sandbox);
        let mut records = Vec::new();
        for key in self.keys().await.iter().filter(|key| key.ends_with(".json.gz") && !key.contains("/data/")) {
            records.extend(self.unpacked(key).await.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
        }
        records
    }

    /// The sum of a metric over the last hours; of a model, or of the account.
    pub async fn sum(&self, metric: &str, model: Option<&str>) -> f64 {
        use aws_sdk_cloudwatch::types::{Dimension, Statistic};
        let now = aws_sdk_cloudwatch::primitives::DateTime::from_millis(self.clock.now_ms() + 60_000);
        let start = aws_sdk_cloudwatch::primitives::DateTime::from_millis(self.clock.now_ms() - 6 * 3_600_000);
        let mut call = client!(self, aws_sdk_cloudwatch, REGION).get_metric_statistics().namespace("AWS/Bedrock").metric_name(metric);
        if let Some(model) = model {
            call = call.dimensions(Dimension::builder().name("ModelId").value(model).build());
        }
        let output = call.start_time(start).end_time(now).period(60).statistics(Statistic::Sum).send().await.unwrap();
        output.datapoints().iter().filter_map(aws_sdk_cloudwatch::types::Datapoint::sum).sum()
    }

    /// A request that no SDK would send: (status, error code, body).
    pub async fn raw(&self, method: Method, path: &str, body: &Value) -> (u16, String, Value) {
        self.raw_from("us-east-1", method, path, body).await
    }

    /// A raw request to another Region.
    pub async fn raw_from(&self, region: &str, method: Method, path: &str, body: &Value) -> (u16, String, Value) {
        let mut headers = HeaderMap::new();
        let scope =
            format!("AWS4-HMAC-SHA256 Credential=OUTCROPSANDBOX00/20261006/{region}/bedrock/aws4_request, SignedHeaders=host, Signature=0");
        headers.insert("authorization", scope.parse().unwrap());
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let request = Request { method, path: path.to_owned(), query: query.to_owned(), headers, body };
        let response = self.sandbox.handle(request).await;
        let status = response.status().as_u16();
        let kind =
            response.headers().get("x-amzn-errortype").map_or("", |value| value.to_str().unwrap()).split(':').next().unwrap().to_owned();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, kind, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }
}

/// (status, code, message) of an SDK error.
pub fn told<E: ProvideErrorMetadata + std::fmt::Debug>(
    error: &SdkError<E, aws_smithy_runtime_api::client::orchestrator::HttpResponse>,
) -> (u16, String, String) {
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    (status, error.code().unwrap_or_default().to_owned(), error.message().unwrap_or_default().to_owned())
}

pub fn user(text: &str) -> Message {
    Message::builder().role(ConversationRole::User).content(ContentBlock::Text(text.to_owned())).build().unwrap()
}

pub fn role_arn() -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{ROLE}")
}

pub fn trust(region: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "bedrock.amazonaws.com"}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": format!("arn:aws:bedrock:{region}:{ACCOUNT}:*")}}}]})
}

pub fn permissions(group: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:log-stream:{STREAM}")}]})
}

pub fn bucket_policy(region: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Sid": "AmazonBedrockLogsWrite", "Effect": "Allow", "Principal": {"Service": "bedrock.amazonaws.com"},
        "Action": "s3:PutObject", "Resource": format!("arn:aws:s3:::{BUCKET}/lab/AWSLogs/{ACCOUNT}/BedrockModelInvocationLogs/*"),
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}, "ArnLike": {"aws:SourceArn": format!("arn:aws:bedrock:{region}:{ACCOUNT}:*")}}}]})
}

pub fn bucket() -> S3Config {
    S3Config::builder().bucket_name(BUCKET).key_prefix("lab").build().unwrap()
}

pub fn to_group() -> CloudWatchConfig {
    CloudWatchConfig::builder().log_group_name(GROUP).role_arn(role_arn()).large_data_delivery_s3_config(bucket()).build().unwrap()
}

/// Both destinations, all data types.
pub fn both() -> LoggingConfig {
    LoggingConfig::builder()
        .cloud_watch_config(to_group())
        .s3_config(bucket())
        .text_data_delivery_enabled(true)
        .image_data_delivery_enabled(true)
        .embedding_data_delivery_enabled(true)
        .build()
}

/// The folder of noon.
pub fn folder() -> String {
    format!("lab/AWSLogs/{ACCOUNT}/BedrockModelInvocationLogs/{REGION}/2026/10/06/12")
}
