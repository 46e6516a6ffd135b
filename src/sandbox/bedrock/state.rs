//! What one Region keeps for Bedrock: the logging configuration, the prompt cache, records on their way to S3, and injected faults.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::delivery::Pending;
use super::profiles::ApplicationProfile;

/// The service's resources in one Region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Model invocation logging, when it is on.
    pub logging: Option<LoggingConfig>,
    /// Faults to inject into the next calls.
    pub faults: Faults,
    /// Prompt prefixes in the cache, by their hash in hexadecimal.
    pub(super) cache: BTreeMap<String, super::cache::Entry>,
    /// Records that wait for the next S3 object.
    pub(super) pending: Vec<Pending>,
    /// Application inference profiles by id.
    pub(super) profiles: BTreeMap<String, ApplicationProfile>,
    /// Whether somebody is about to write [`Self::pending`]; not kept, because nobody is after a restart.
    #[serde(skip)]
    pub(super) flush_scheduled: bool,
}

/// Model invocation logging as the API words it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LoggingConfig {
    /// Delivery to a log group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_watch_config: Option<CloudWatchConfig>,
    /// Delivery to a bucket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub s3_config: Option<S3Config>,
    /// Whether bodies of text models are delivered. Absent counts as on, here and below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_data_delivery_enabled: Option<bool>,
    /// Whether images are delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_data_delivery_enabled: Option<bool>,
    /// Whether embeddings are delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedding_data_delivery_enabled: Option<bool>,
    /// Whether video is delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_data_delivery_enabled: Option<bool>,
    /// Whether audio is delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audio_data_delivery_enabled: Option<bool>,
}

/// Delivery to CloudWatch Logs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CloudWatchConfig {
    /// Name of the log group.
    pub log_group_name: String,
    /// ARN of the role that Bedrock assumes.
    pub role_arn: String,
    /// Where bodies above the inline limit go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub large_data_delivery_s3_config: Option<S3Config>,
}

/// A place in S3.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct S3Config {
    /// Name of the bucket.
    pub bucket_name: String,
    /// Prefix before `AWSLogs/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_prefix: Option<String>,
}

/// Faults that tests, incidents and instructors inject. Counters count down as calls use them up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Faults {
    /// So many of the next invocations are throttled.
    pub throttle_next: u32,
    /// So many of the next invocations fail inside the service (HTTP 500).
    pub fail_next: u32,
    /// So many of the next streams end early.
    pub break_streams: u32,
    /// Events that a broken stream still sends.
    pub break_after_events: u32,
    /// Bare ids of models to which the account has no access.
    pub denied_models: BTreeSet<String>,
    /// Multiplies every latency, in percent above normal: 0 is normal speed, 400 is five times as slow.
    pub slower_percent: u32,
    /// The same for single models, by bare id; the larger one counts.
    pub slower_models: BTreeMap<String, u32>,
    /// Bare ids of models that have reached the end of their life before their time.
    pub ended_models: BTreeSet<String>,
    /// Share of invocations that are throttled, 0 to 1.
    pub throttle_share: f64,
    /// Deliveries fail although the configuration is right.
    pub fail_deliveries: bool,
}

impl Faults {
    /// By how many percent `model` (bare id) is slower than normal.
    pub(super) fn slowness(&self, model: &str) -> u32 {
        self.slower_percent.max(self.slower_models.get(model).copied().unwrap_or_default())
    }
}

impl LoggingConfig {
    /// Whether bodies of a model with these input modalities are delivered: a switch covers every model that supports its modality.
    pub fn delivers_bodies_of(&self, modalities: &[String]) -> bool {
        let on = |flag: Option<bool>| flag.unwrap_or(true);
        modalities.iter().any(|modality| match modality.as_str() {
            "TEXT" => on(self.text_data_delivery_enabled),
            "IMAGE" => on(self.image_data_delivery_enabled),
            "EMBEDDING" => on(self.embedding_data_delivery_enabled),
            "VIDEO" => on(self.video_data_delivery_enabled),
            "AUDIO" | "SPEECH" => on(self.audio_data_delivery_enabled),
            _ => false,
        })
    }
}
