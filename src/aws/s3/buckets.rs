//! Buckets: making, finding, deleting, and the policy and tags on them.

use aws_sdk_s3::operation::get_bucket_location::GetBucketLocationOutput;
use aws_sdk_s3::operation::get_bucket_policy::GetBucketPolicyOutput;
use aws_sdk_s3::operation::get_bucket_tagging::GetBucketTaggingOutput;
use aws_sdk_s3::operation::head_bucket::HeadBucketOutput;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, Tagging};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{bucket_operation, on_bucket};
use crate::aws::convert::{Tag, moment, unbuildable};
use crate::aws::error::{AwsError, failed};
use crate::aws::operation::{Operation, Permission, Service};
use crate::aws::session::Clients;
use crate::base::clock::Timestamp;

/// The Region that S3 names by leaving the location constraint out.
const DEFAULT_REGION: &str = "us-east-1";

/// Creates a bucket. New buckets are private and have access lists off unless told otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Value")]
pub struct CreateBucket {
    /// Name, unique among all buckets of the partition.
    pub bucket: String,
    /// Region to create it in; sent as location constraint except for `us-east-1`.
    pub region: String,
}

impl CreateBucket {
    /// The location constraint to send; `us-east-1` is spelled by its absence.
    fn constraint(&self) -> Option<&str> {
        Some(self.region.as_str()).filter(|region| *region != DEFAULT_REGION)
    }
}

impl From<CreateBucket> for Value {
    fn from(op: CreateBucket) -> Self {
        let mut params = json!({"Bucket": op.bucket});
        if let Some(region) = op.constraint() {
            params["CreateBucketConfiguration"] = json!({"LocationConstraint": region});
        }
        params
    }
}

impl Operation for CreateBucket {
    type Output = ();
    const SERVICE: Service = Service::S3;
    const NAME: &'static str = "CreateBucket";

    fn permissions(&self) -> Vec<Permission> {
        on_bucket("s3:CreateBucket", &self.bucket)
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let constraint = self.constraint().map(BucketLocationConstraint::from);
        let configuration = constraint.map(|at| CreateBucketConfiguration::builder().location_constraint(at).build());
        let call = clients.s3.create_bucket().bucket(self.bucket).set_create_bucket_configuration(configuration);
        call.send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// What is known of a bucket from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketHead {
    /// Region of the bucket, when the service says it.
    pub region: Option<String>,
}

bucket_operation! {
    /// Asks whether a bucket exists and may be read.
    HeadBucket by head_bucket needs "s3:ListBucket" gives BucketHead: |reply: HeadBucketOutput| BucketHead { region: reply.bucket_region }
}

bucket_operation! {
    /// Asks for the Region of a bucket.
    GetBucketLocation by get_bucket_location needs "s3:GetBucketLocation" gives String: region_of
}

fn region_of(reply: GetBucketLocationOutput) -> String {
    let constraint = reply.location_constraint.map(|at| at.as_str().to_owned()).filter(|at| !at.is_empty());
    match constraint.as_deref() {
        None => DEFAULT_REGION.to_owned(),
        Some("EU") => "eu-west-1".to_owned(), // the name that buckets of before 2010 carry
        Some(region) => region.to_owned(),
    }
}

bucket_operation! {
    /// Deletes an empty bucket.
    DeleteBucket by delete_bucket needs "s3:DeleteBucket" gives (): |_| ()
}

bucket_operation! {
    /// Reads the bucket policy, JSON.
    GetBucketPolicy by get_bucket_policy needs "s3:GetBucketPolicy" gives String: |reply: GetBucketPolicyOutput| reply.policy.unwrap_or_default()
}

bucket_operation! {
    /// Deletes the bucket policy.
    DeleteBucketPolicy by delete_bucket_policy needs "s3:DeleteBucketPolicy" gives (): |_| ()
}

bucket_operation! {
    /// Reads the tags of a bucket.
    GetBucketTagging by get_bucket_tagging needs "s3:GetBucketTagging" gives Vec<Tag>: bucket_tags
}

fn bucket_tags(reply: GetBucketTaggingOutput) -> Vec<Tag> {
    reply.tag_set.into_iter().map(|tag| Tag::new(tag.key, tag.value)).collect()
}

/// Lists the buckets of the account, all pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListBuckets {}

/// A bucket of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Name.
    pub name: String,
    /// When it was created, or when its policy was last changed.
    pub created: Option<Timestamp>,
}

impl Operation for ListBuckets {
    type Output = Vec<Bucket>;
    const SERVICE: Service = Service::S3;
    const NAME: &'static str = "ListBuckets";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("s3:ListAllMyBuckets", "*")]
    }

    async fn send(self, clients: &Clients) -> Result<Vec<Bucket>, AwsError> {
        let pages = clients.s3.list_buckets().into_paginator().items().send();
        let buckets = pages.collect::<Result<Vec<_>, _>>().await.map_err(failed::<Self, _>)?;
        let named = |bucket: aws_sdk_s3::types::Bucket| Bucket {
            created: bucket.creation_date().map(moment),
            name: bucket.name.unwrap_or_default(),
        };
        Ok(buckets.into_iter().map(named).collect())
    }
}

/// Writes the bucket policy, replacing the one that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutBucketPolicy {
    /// Name of the bucket.
    pub bucket: String,
    /// Policy as JSON.
    pub policy: String,
}

impl Operation for PutBucketPolicy {
    type Output = ();
    const SERVICE: Service = Service::S3;
    const NAME: &'static str = "PutBucketPolicy";

    fn permissions(&self) -> Vec<Permission> {
        on_bucket("s3:PutBucketPolicy", &self.bucket)
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        clients.s3.put_bucket_policy().bucket(self.bucket).policy(self.policy).send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// Writes the tags of a bucket, replacing all that are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Value")]
pub struct PutBucketTagging {
    /// Name of the bucket.
    pub bucket: String,
    /// The tags.
    pub tags: Vec<Tag>,
}

impl From<PutBucketTagging> for Value {
    fn from(op: PutBucketTagging) -> Self {
        json!({"Bucket": op.bucket, "Tagging": {"TagSet": op.tags}})
    }
}

impl Operation for PutBucketTagging {
    type Output = ();
    const SERVICE: Service = Service::S3;
    const NAME: &'static str = "PutBucketTagging";

    fn permissions(&self) -> Vec<Permission> {
        on_bucket("s3:PutBucketTagging", &self.bucket)
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let tag = |tag: Tag| aws_sdk_s3::types::Tag::builder().key(tag.key).value(tag.value).build();
        let tags = self.tags.into_iter().map(tag).collect::<Result<Vec<_>, _>>().map_err(unbuildable::<Self>)?;
        let tagging = Tagging::builder().set_tag_set(Some(tags)).build().map_err(unbuildable::<Self>)?;
        clients.s3.put_bucket_tagging().bucket(self.bucket).tagging(tagging).send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}
