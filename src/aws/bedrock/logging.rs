//! The model invocation logging configuration: one per account and Region.

use aws_sdk_bedrock::types::{self as sdk, CloudWatchConfig, S3Config};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::aws::convert::unbuildable;
use crate::aws::error::{AwsError, failed};
use crate::aws::operation::{Operation, Permission, Service};
use crate::aws::session::Clients;

/// Where invocations are logged, and what of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggingConfig {
    /// Records go to a log group.
    pub cloud_watch: Option<CloudWatchDestination>,
    /// Records go to a bucket.
    pub s3: Option<S3Destination>,
    /// Texts are in the records.
    pub text: bool,
    /// Images are delivered.
    pub image: bool,
    /// Embeddings are in the records.
    pub embedding: bool,
    /// Videos are delivered.
    pub video: bool,
    /// Audio is delivered.
    pub audio: bool,
}

/// The log group of invocation records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudWatchDestination {
    /// Name of the log group.
    pub log_group: String,
    /// ARN of the role that Bedrock assumes to write there.
    pub role_arn: String,
    /// Where bodies above 100 KB and binary bodies go.
    pub large_data: Option<S3Destination>,
}

/// A place in a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct S3Destination {
    /// Name of the bucket.
    pub bucket: String,
    /// Key prefix, without slashes at its ends; empty is none.
    pub prefix: String,
}

impl S3Destination {
    fn params(&self) -> Value {
        let mut params = json!({"bucketName": self.bucket});
        if !self.prefix.is_empty() {
            params["keyPrefix"] = Value::String(self.prefix.clone());
        }
        params
    }

    fn build<O: Operation>(self) -> Result<S3Config, AwsError> {
        let prefix = Some(self.prefix).filter(|prefix| !prefix.is_empty());
        S3Config::builder().bucket_name(self.bucket).set_key_prefix(prefix).build().map_err(unbuildable::<O>)
    }
}

impl From<S3Config> for S3Destination {
    fn from(config: S3Config) -> Self {
        Self { bucket: config.bucket_name, prefix: config.key_prefix.unwrap_or_default() }
    }
}

impl CloudWatchDestination {
    fn params(&self) -> Value {
        let mut params = json!({"logGroupName": self.log_group, "roleArn": self.role_arn});
        if let Some(large) = &self.large_data {
            params["largeDataDeliveryS3Config"] = large.params();
        }
        params
    }

    fn build<O: Operation>(self) -> Result<CloudWatchConfig, AwsError> {
        let large = self.large_data.map(S3Destination::build::<O>).transpose()?;
        let config = CloudWatchConfig::builder().log_group_name(self.log_group).role_arn(self.role_arn);
        config.set_large_data_delivery_s3_config(large).build().map_err(unbuildable::<O>)
    }
}

impl From<CloudWatchConfig> for CloudWatchDestination {
    fn from(config: CloudWatchConfig) -> Self {
        Self {
            log_group: config.log_group_name,
            role_arn: config.role_arn,
            large_data: config.large_data_delivery_s3_config.map(S3Destination::from),
        }
    }
}

impl LoggingConfig {
    /// The configuration under AWS's names.
    pub fn params(&self) -> Value {
        let mut params = Map::new();
        if let Some(cloud_watch) = &self.cloud_watch {
            params.insert("cloudWatchConfig".to_owned(), cloud_watch.params());
        }
        if let Some(s3) = &self.s3 {
            params.insert("s3Config".to_owned(), s3.params());
        }
        let flags =
            [("text", self.text), ("image", self.image), ("embedding", self.embedding), ("video", self.video), ("audio", self.audio)];
        params.extend(flags.map(|(kind, on)| (format!("{kind}DataDeliveryEnabled"), Value::Bool(on))));
        Value::Object(params)
    }

    fn build<O: Operation>(self) -> Result<sdk::LoggingConfig, AwsError> {
        Ok(sdk::LoggingConfig::builder()
            .set_cloud_watch_config(self.cloud_watch.map(CloudWatchDestination::build::<O>).transpose()?)
            .set_s3_config(self.s3.map(S3Destination::build::<O>).transpose()?)
            .text_data_delivery_enabled(self.text)
            .image_data_delivery_enabled(self.image)
            .embedding_data_delivery_enabled(self.embedding)
            .video_data_delivery_enabled(self.video)
            .audio_data_delivery_enabled(self.audio)
            .build())
    }
}

impl From<sdk::LoggingConfig> for LoggingConfig {
    /// A flag that the service leaves out counts as on, the console's default.
    fn from(config: sdk::LoggingConfig) -> Self {
        Self {
            cloud_watch: config.cloud_watch_config.map(CloudWatchDestination::from),
            s3: config.s3_config.map(S3Destination::from),
            text: config.text_data_delivery_enabled.unwrap_or(true),
            image: config.image_data_delivery_enabled.unwrap_or(true),
            embedding: config.embedding_data_delivery_enabled.unwrap_or(true),
            video: config.video_data_delivery_enabled.unwrap_or(true),
            audio: config.audio_data_delivery_enabled.unwrap_or(true),
        }
    }
}

/// Switches invocation logging on, replacing the configuration that is there. Bedrock checks at once that it may write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Value")]
pub struct PutModelInvocationLoggingConfiguration {
    /// The configuration.
    pub config: LoggingConfig,
}

impl From<PutModelInvocationLoggingConfiguration> for Value {
    fn from(op: PutModelInvocationLoggingConfiguration) -> Self {
        json!({"loggingConfig": op.config.params()})
    }
}

impl Operation for PutModelInvocationLoggingConfiguration {
    type Output = ();
    const SERVICE: Service = Service::Bedrock;
    const NAME: &'static str = "PutModelInvocationLoggingConfiguration";

    fn permissions(&self) -> Vec<Permission> {
        let mut needed = vec![Permission::new("bedrock:PutModelInvocationLoggingConfiguration", "*")];
        needed.extend(self.config.cloud_watch.as_ref().map(|to| Permission::new("iam:PassRole", to.role_arn.clone())));
        needed
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let config = self.config.build::<Self>()?;
        let call = clients.bedrock.put_model_invocation_logging_configuration().logging_config(config);
        call.send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// Reads the configuration; `None` when logging is off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GetModelInvocationLoggingConfiguration {}

impl Operation for GetModelInvocationLoggingConfiguration {
    type Output = Option<LoggingConfig>;
    const SERVICE: Service = Service::Bedrock;
    const NAME: &'static str = "GetModelInvocationLoggingConfiguration";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("bedrock:GetModelInvocationLoggingConfiguration", "*")]
    }

    async fn send(self, clients: &Clients) -> Result<Option<LoggingConfig>, AwsError> {
        let reply = clients.bedrock.get_model_invocation_logging_configuration().send().await.map_err(failed::<Self, _>)?;
        Ok(reply.logging_config.map(LoggingConfig::from))
    }
}

/// Switches invocation logging off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DeleteModelInvocationLoggingConfiguration {}

impl Operation for DeleteModelInvocationLoggingConfiguration {
    type Output = ();
    const SERVICE: Service = Service::Bedrock;
    const NAME: &'static str = "DeleteModelInvocationLoggingConfiguration";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("bedrock:DeleteModelInvocationLoggingConfiguration", "*")]
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        clients.bedrock.delete_model_invocation_logging_configuration().send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}
