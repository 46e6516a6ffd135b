//! Bucket settings: public access block, object ownership, encryption, lifecycle.

use aws_sdk_s3::operation::get_bucket_encryption::GetBucketEncryptionOutput;
use aws_sdk_s3::operation::get_bucket_lifecycle_configuration::GetBucketLifecycleConfigurationOutput;
use aws_sdk_s3::operation::get_bucket_ownership_controls::GetBucketOwnershipControlsOutput;
use aws_sdk_s3::operation::get_public_access_block::GetPublicAccessBlockOutput;
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration, LifecycleRule as SdkLifecycleRule, LifecycleRuleFilter,
    NoncurrentVersionExpiration, ObjectOwnership, OwnershipControls, OwnershipControlsRule, PublicAccessBlockConfiguration,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{bucket_operation, on_bucket};
use crate::aws::convert::unbuildable;
use crate::aws::error::{AwsError, failed};
use crate::aws::operation::{Operation, Permission, Service};
use crate::aws::session::Clients;

/// Name of the lifecycle rule that the program writes.
const EXPIRY_RULE: &str = "expire-logs";

/// Switches all four blocks of public access on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Value")]
pub struct PutPublicAccessBlock {
    /// Name of the bucket.
    pub bucket: String,
}

impl From<PutPublicAccessBlock> for Value {
    fn from(op: PutPublicAccessBlock) -> Self {
        let all_on = json!({"BlockPublicAcls": true, "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true});
        json!({"Bucket": op.bucket, "PublicAccessBlockConfiguration": all_on})
    }
}

impl Operation for PutPublicAccessBlock {
    type Output = ();
    const SERVICE: Service = Service::S3;
    const NAME: &'static str = "PutPublicAccessBlock";

    fn permissions(&self) -> Vec<Permission> {
        on_bucket("s3:PutBucketPublicAccessBlock", &self.bucket)
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let all_on = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        let call = clients.s3.put_public_access_block().bucket(self.bucket).public_access_block_configuration(all_on);
        call.send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// The four blocks of public access.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PublicAccessBlock {
    /// New public access lists are refused.
    pub block_public_acls: bool,
    /// Public access lists have no effect.
    pub ignore_public_acls: bool,
    /// New public bucket policies are refused.
    pub block_public_policy: bool,
    /// A bucket with a public policy is closed to other accounts.
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// Whether nothing can be public.
    pub fn is_complete(self) -> bool {
        self.block_public_acls && self.ignore_public_acls && self.block_public_policy && self.restrict_public_buckets
    }
}

bucket_operation! {
    /// Reads the blocks of public access.
    GetPublicAccessBlock by get_public_access_block needs "s3:GetBucketPublicAccessBlock" gives PublicAccessBlock: blocks
}

fn blocks(reply: GetPublicAccessBlockOutput) -> PublicAccessBlock {
    reply.public_access_block_configuration.map_or_else(PublicAccessBlock::default, |set| PublicAccessBlock {
        block_public_acls: set.block_public_acls.unwrap_or_default(),
        ignore_public_acls: set.ignore_public_acls.unwrap_or_default(),
        block_public_policy: set.block_public_policy.unwrap_or_default(),
        restrict_public_buckets: set.restrict_public_buckets.unwrap_or_default(),
    })
}

/// Says who owns uploaded objects; `BucketOwnerEnforced` switches access lists off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Value")]
pub struct PutBucketOwnershipControls {
    /// Name of the bucket.
    pub bucket: String,
    /// `BucketOwnerEnforced`, `BucketOwnerPreferred` or `ObjectWriter`.
    pub ownership: String,
}

impl From<PutBucketOwnershipControls> for Value {
    fn from(op: PutBucketOwnershipControls) -> Self {
        json!({"Bucket": op.bucket, "OwnershipControls": {"Rules": [{"ObjectOwnership": op.ownership}]}})
    }
}

impl Operation for PutBucketOwnershipControls {
    type Output = ();
    const SERVICE: Service = Service::S3;
    const NAME: &'static str = "PutBucketOwnershipControls";

    fn permissions(&self) -> Vec<Permission> {
        on_bucket("s3:PutBucketOwnershipControls", &self.bucket)
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let ownership = ObjectOwnership::from(self.ownership.as_str());
        let rule = OwnershipControlsRule::builder().object_ownership(ownership).build().map_err(unbuildable::<Self>)?;
        let controls = OwnershipControls::builder().rules(rule).build().map_err(unbuildable::<Self>)?;
        let call = clients.s3.put_bucket_ownership_controls().bucket(self.bucket).ownership_controls(controls);
        call.send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

bucket_operation! {
    /// Reads who owns uploaded objects, such as `BucketOwnerEnforced`.
    GetBucketOwnershipControls by get_bucket_ownership_controls needs "s3:GetBucketOwnershipControls" gives String: owner
}

fn owner(reply: GetBucketOwnershipControlsOutput) -> String {
    let rules = reply.ownership_controls.map(|controls| controls.rules).unwrap_or_default();
    rules.first().map(|rule| rule.object_ownership.as_str().to_owned()).unwrap_or_default()
}

/// Sets how new objects are encrypted: with S3's own keys (SSE-S3), or with a KMS key (SSE-KMS).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Value")]
pub struct PutBucketEncryption {
    /// Name of the bucket.
    pub bucket: String,
    /// Id or ARN of a KMS key; `None` is SSE-S3.
    pub kms_key_id: Option<String>,
}

impl PutBucketEncryption {
    fn algorithm(&self) -> ServerSideEncryption {
        if self.kms_key_id.is_some() { ServerSideEncryption::AwsKms } else { ServerSideEncryption::Aes256 }
    }
}

impl From<PutBucketEncryption> for Value {
    fn from(op: PutBucketEncryption) -> Self {
        let mut by_default = json!({"SSEAlgorithm": op.algorithm().as_str()});
        let with_kms = op.kms_key_id.is_some();
        if let Some(key) = op.kms_key_id {
            by_default["KMSMasterKeyID"] = Self::String(key);
        }
        let rule = json!({"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": with_kms});
        json!({"Bucket": op.bucket, "ServerSideEncryptionConfiguration": {"Rules": [rule]}})
    }
}

impl Operation for PutBucketEncryption {
    type Output = ();
    const SERVICE: Service = Service::S3;
    const NAME: &'static str = "PutBucketEncryption";

    fn permissions(&self) -> Vec<Permission> {
        on_bucket("s3:PutEncryptionConfiguration", &self.bucket)
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let with_kms = self.kms_key_id.is_some();
        let by_default = ServerSideEncryptionByDefault::builder().sse_algorithm(self.algorithm()).set_kms_master_key_id(self.kms_key_id);
        let by_default = by_default.build().map_err(unbuildable::<Self>)?;
        let rule = ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(by_default).bucket_key_enabled(with_kms);
        let configuration = ServerSideEncryptionConfiguration::builder().rules(rule.build()).build().map_err(unbuildable::<Self>)?;
        let call = clients.s3.put_bucket_encryption().bucket(self.bucket).server_side_encryption_configuration(configuration);
        call.send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// How new objects of a bucket are encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encryption {
    /// `AES256` (SSE-S3), `aws:kms` or `aws:kms:dsse`.
    pub algorithm: String,
    /// Id or ARN of the KMS key, if one is named.
    pub kms_key_id: Option<String>,
}

bucket_operation! {
    /// Reads how new objects are encrypted.
    GetBucketEncryption by get_bucket_encryption needs "s3:GetEncryptionConfiguration" gives Encryption: encryption
}

fn encryption(reply: GetBucketEncryptionOutput) -> Encryption {
    let rules = reply.server_side_encryption_configuration.map(|set| set.rules).unwrap_or_default();
    let by_default = rules.into_iter().find_map(|rule| rule.apply_server_side_encryption_by_default);
    by_default.map_or_else(
        || Encryption { algorithm: String::new(), kms_key_id: None },
        |set| Encryption { algorithm: set.sse_algorithm.as_str().to_owned(), kms_key_id: set.kms_master_key_id },
    )
}

/// Lets all objects of a bucket, old versions included, expire after some days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Value")]
pub struct PutBucketLifecycleConfiguration {
    /// Name of the bucket.
    pub bucket: String,
    /// Days until an object expires, at least 1.
    pub expire_after_days: u32,
}

impl PutBucketLifecycleConfiguration {
    fn rule(&self) -> Result<SdkLifecycleRule, AwsError> {
        let days = self.expire_after_days as i32;
        SdkLifecycleRule::builder()
            .id(EXPIRY_RULE)
            .status(ExpirationStatus::Enabled)
            .filter(LifecycleRuleFilter::builder().prefix("").build())
            .expiration(LifecycleExpiration::builder().days(days).build())
            .noncurrent_version_expiration(NoncurrentVersionExpiration::builder().noncurrent_days(days).build())
            .build()
            .map_err(unbuildable::<Self>)
    }
}

impl From<PutBucketLifecycleConfiguration> for Value {
    fn from(op: PutBucketLifecycleConfiguration) -> Self {
        let days = op.expire_after_days;
        let rule = json!({"ID": EXPIRY_RULE, "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": days},
            "NoncurrentVersionExpiration": {"NoncurrentDays": days}});
        json!({"Bucket": op.bucket, "LifecycleConfiguration": {"Rules": [rule]}})
    }
}

impl Operation for PutBucketLifecycleConfiguration {
    type Output = ();
    const SERVICE: Service = Service::S3;
    const NAME: &'static str = "PutBucketLifecycleConfiguration";

    fn permissions(&self) -> Vec<Permission> {
        on_bucket("s3:PutLifecycleConfiguration", &self.bucket)
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let rules = BucketLifecycleConfiguration::builder().rules(self.rule()?).build().map_err(unbuildable::<Self>)?;
        let call = clients.s3.put_bucket_lifecycle_configuration().bucket(self.bucket).lifecycle_configuration(rules);
        call.send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// A lifecycle rule, as far as expiry goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifecycleRule {
    /// Name of the rule.
    pub id: String,
    /// Whether it is in force.
    pub enabled: bool,
    /// Key prefix that it covers; empty is the whole bucket.
    pub prefix: String,
    /// Days until an object expires, if it does.
    pub expire_after_days: Option<u32>,
}

bucket_operation! {
    /// Reads the lifecycle rules.
    GetBucketLifecycleConfiguration by get_bucket_lifecycle_configuration needs "s3:GetLifecycleConfiguration"
        gives Vec<LifecycleRule>: lifecycle_rules
}

fn lifecycle_rules(reply: GetBucketLifecycleConfigurationOutput) -> Vec<LifecycleRule> {
    let rule = |rule: SdkLifecycleRule| LifecycleRule {
        enabled: rule.status == ExpirationStatus::Enabled,
        prefix: rule.filter.and_then(|filter| filter.prefix).unwrap_or_default(),
        expire_after_days: rule.expiration.and_then(|at| at.days).and_then(|days| u32::try_from(days).ok()),
        id: rule.id.unwrap_or_default(),
    };
    reply.rules.unwrap_or_default().into_iter().map(rule).collect()
}
