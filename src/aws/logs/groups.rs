//! Log groups: making, listing, retention, tags.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::group_arn;
use crate::aws::convert::{Tag, tag_map};
use crate::aws::error::{AwsError, failed};
use crate::aws::operation::{Operation, Permission, Service};
use crate::aws::session::Clients;
use crate::base::clock::{Timestamp, timestamp_ms};

/// Creates a log group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateLogGroup {
    /// Name, 1 to 512 characters of `[.\-_/#A-Za-z0-9]`, not beginning with `aws/`.
    pub log_group_name: String,
    /// ARN of a KMS key to encrypt with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// Tags.
    #[serde(serialize_with = "as_map", skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

/// This service takes tags as a map.
fn as_map<S: serde::Serializer>(tags: &[Tag], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(tag_map(tags))
}

impl Operation for CreateLogGroup {
    type Output = ();
    const SERVICE: Service = Service::Logs;
    const NAME: &'static str = "CreateLogGroup";

    fn permissions(&self) -> Vec<Permission> {
        let mut needed = vec![Permission::new("logs:CreateLogGroup", group_arn(&self.log_group_name))];
        if !self.tags.is_empty() {
            needed.push(Permission::new("logs:TagResource", group_arn(&self.log_group_name)));
        }
        needed
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let tags = Some(tag_map(&self.tags).into_iter().collect()).filter(|_| !self.tags.is_empty());
        let call = clients.logs.create_log_group().log_group_name(self.log_group_name).set_kms_key_id(self.kms_key_id).set_tags(tags);
        call.send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// Lists log groups, all pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DescribeLogGroups {
    /// Only names that begin so.
    #[serde(rename = "logGroupNamePrefix", skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
}

/// A log group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogGroup {
    /// Name.
    pub name: String,
    /// ARN without the trailing `:*` that some fields of AWS carry.
    pub arn: String,
    /// Days that events are kept; `None` is forever.
    pub retention_days: Option<u32>,
    /// Bytes stored, as of some hours ago.
    pub stored_bytes: u64,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// ARN of the KMS key, if encrypted with one.
    pub kms_key_id: Option<String>,
    /// `STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`.
    pub class: String,
    /// Whether it is protected against deletion.
    pub deletion_protected: bool,
}

impl From<aws_sdk_cloudwatchlogs::types::LogGroup> for LogGroup {
    fn from(group: aws_sdk_cloudwatchlogs::types::LogGroup) -> Self {
        let arn = group.log_group_arn.or(group.arn).unwrap_or_default();
        Self {
            name: group.log_group_name.unwrap_or_default(),
            arn: arn.trim_end_matches(":*").to_owned(),
            retention_days: group.retention_in_days.and_then(|days| u32::try_from(days).ok()),
            stored_bytes: group.stored_bytes.unwrap_or_default().max(0) as u64,
            created: group.creation_time.map(timestamp_ms),
            kms_key_id: group.kms_key_id,
            class: group.log_group_class.map_or_else(|| "STANDARD".to_owned(), |class| class.as_str().to_owned()),
            deletion_protected: group.deletion_protection_enabled.unwrap_or_default(),
        }
    }
}

impl Operation for DescribeLogGroups {
    type Output = Vec<LogGroup>;
    const SERVICE: Service = Service::Logs;
    const NAME: &'static str = "DescribeLogGroups";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("logs:DescribeLogGroups", group_arn("*"))]
    }

    async fn send(self, clients: &Clients) -> Result<Vec<LogGroup>, AwsError> {
        let pages = clients.logs.describe_log_groups().set_log_group_name_prefix(self.prefix).into_paginator().items().send();
        let groups = pages.collect::<Result<Vec<_>, _>>().await.map_err(failed::<Self, _>)?;
        Ok(groups.into_iter().map(LogGroup::from).collect())
    }
}

/// An operation whose only parameter is a log group.
macro_rules! group_operation {
    ($(#[$doc:meta])* $name:ident by $method:ident needs $action:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            /// Name of the log group.
            pub log_group_name: String,
        }

        impl Operation for $name {
            type Output = ();
            const SERVICE: Service = Service::Logs;
            const NAME: &'static str = stringify!($name);

            fn permissions(&self) -> Vec<Permission> {
                vec![Permission::new($action, group_arn(&self.log_group_name))]
            }

            async fn send(self, clients: &Clients) -> Result<(), AwsError> {
                clients.logs.$method().log_group_name(self.log_group_name).send().await.map_err(failed::<Self, _>)?;
                Ok(())
            }
        }
    };
}

group_operation! {
    /// Deletes a log group with all its streams and events.
    DeleteLogGroup by delete_log_group needs "logs:DeleteLogGroup"
}

group_operation! {
    /// Lets events of a log group never expire.
    DeleteRetentionPolicy by delete_retention_policy needs "logs:DeleteRetentionPolicy"
}

/// Sets how long events of a log group are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PutRetentionPolicy {
    /// Name of the log group.
    pub log_group_name: String,
    /// Days, one of the values that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, ….
    pub retention_in_days: u32,
}

impl Operation for PutRetentionPolicy {
    type Output = ();
    const SERVICE: Service = Service::Logs;
    const NAME: &'static str = "PutRetentionPolicy";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("logs:PutRetentionPolicy", group_arn(&self.log_group_name))]
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let call = clients.logs.put_retention_policy().log_group_name(self.log_group_name);
        call.retention_in_days(self.retention_in_days as i32).send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// Adds tags to a log group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TagResource {
    /// ARN of the log group, without `:*`.
    pub resource_arn: String,
    /// Tags to add or to replace.
    #[serde(serialize_with = "as_map")]
    pub tags: Vec<Tag>,
}

impl Operation for TagResource {
    type Output = ();
    const SERVICE: Service = Service::Logs;
    const NAME: &'static str = "TagResource";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("logs:TagResource", self.resource_arn.clone())]
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let tags = tag_map(&self.tags).into_iter().collect();
        clients.logs.tag_resource().resource_arn(self.resource_arn).set_tags(Some(tags)).send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// Reads the tags of a log group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListTagsForResource {
    /// ARN of the log group, without `:*`.
    pub resource_arn: String,
}

impl Operation for ListTagsForResource {
    type Output = Vec<Tag>;
    const SERVICE: Service = Service::Logs;
    const NAME: &'static str = "ListTagsForResource";

    fn permissions(&self) -> Vec<Permission> {
        vec![Permission::new("logs:ListTagsForResource", self.resource_arn.clone())]
    }

    async fn send(self, clients: &Clients) -> Result<Vec<Tag>, AwsError> {
        let reply = clients.logs.list_tags_for_resource().resource_arn(self.resource_arn).send().await.map_err(failed::<Self, _>)?;
        let sorted: BTreeMap<String, String> = reply.tags.unwrap_or_default().into_iter().collect();
        Ok(sorted.into_iter().map(|(key, value)| Tag::new(key, value)).collect())
    }
}
