//! How each kind of resource is removed.

use super::emptying;
use crate::aws::bedrock::{
    DeleteModelInvocationLoggingConfiguration, GetModelInvocationLoggingConfiguration, LoggingConfig,
    PutModelInvocationLoggingConfiguration,
};
use crate::aws::cloudwatch::dashboards::DeleteDashboards;
use crate::aws::cloudwatch::{self, DeleteAlarms, DeleteAnomalyDetector, DescribeAlarms};
use crate::aws::error::{AwsError, ErrorKind};
use crate::aws::iam::{DeleteRole, DeleteRolePolicy, GetRole, ListRolePolicies};
use crate::aws::logs::{DeleteLogGroup, ListTagsForResource};
use crate::aws::operation::PlannedCall;
use crate::aws::s3::{
    DeleteBucket, DeleteBucketPolicy, GetBucketPolicy, GetBucketTagging, ListBuckets, ListObjectVersions, PutBucketPolicy,
};
use crate::aws::sns::{DeleteTopic, ListTopicTags};
use crate::lab::action::Cx;
use crate::lab::actions::{TAG, same_destinations};
use crate::lab::ledger::Standing;
use crate::lab::policy;
use crate::lab::resource::Resource;

/// How a removal ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// It is removed, or was gone before.
    Done,
    /// What is there under this name is not ours.
    NotOurs(String),
    /// It is ours and stays for this reason.
    Stays(String),
}

/// The calls that removing `resource` makes.
pub fn plan(resource: &Resource) -> Vec<PlannedCall> {
    match resource {
        Resource::Place { .. } => Vec::new(),
        Resource::LoggingConfiguration { previous, .. } => vec![plan_logging(previous.as_deref())],
        Resource::Alarm { name } => vec![PlannedCall::of(&DeleteAlarms { alarm_names: vec![name.clone()] })],
        Resource::AnomalyDetector { detector, .. } => vec![PlannedCall::of(&DeleteAnomalyDetector { detector: (**detector).clone() })],
        Resource::Topic { arn, .. } => vec![PlannedCall::of(&DeleteTopic { topic_arn: arn.clone() })],
        Resource::LogGroup { name } => vec![PlannedCall::of(&DeleteLogGroup { log_group_name: name.clone() })],
        Resource::Bucket { name } => plan_bucket(name),
        Resource::BucketStatement { bucket } => vec![PlannedCall::of(&GetBucketPolicy { bucket: bucket.clone() })],
        Resource::RolePolicy { role, policy } => {
            vec![PlannedCall::of(&DeleteRolePolicy { role_name: role.clone(), policy_name: policy.clone() })]
        }
        Resource::Role { name } => vec![PlannedCall::of(&DeleteRole { role_name: name.clone() })],
        Resource::Dashboard { name } => vec![PlannedCall::of(&DeleteDashboards { dashboard_names: vec![name.clone()] })],
    }
}

fn plan_logging(previous: Option<&LoggingConfig>) -> PlannedCall {
    match previous {
        Some(config) => PlannedCall::of(&PutModelInvocationLoggingConfiguration { config: config.clone() }),
        None => PlannedCall::of(&DeleteModelInvocationLoggingConfiguration {}),
    }
}

fn plan_bucket(name: &str) -> Vec<PlannedCall> {
    vec![
        PlannedCall::of(&ListObjectVersions { bucket: name.to_owned(), prefix: String::new() }),
        PlannedCall::of(&DeleteBucket { bucket: name.to_owned() }),
    ]
}

/// Removes what `standing` tells of.
pub async fn remove(cx: &Cx<'_>, standing: &Standing) -> Result<Removal, AwsError> {
    match standing.resource() {
        Resource::Place { .. } => Ok(Removal::Done),
        Resource::LoggingConfiguration { previous, .. } => logging(cx, previous.as_deref()).await,
        Resource::Alarm { name } => alarm(cx, standing, name).await,
        // A detector carries no tags; the ledger has one as intended only when there was none before.
        Resource::AnomalyDetector { detector, .. } => done(cx.run(DeleteAnomalyDetector { detector: (**detector).clone() }).await),
        Resource::Topic { arn, .. } => topic(cx, standing, arn).await,
        Resource::LogGroup { name } => log_group(cx, standing, name).await,
        Resource::Bucket { name } => bucket(cx, standing, name).await,
        Resource::BucketStatement { bucket } => statement(cx, bucket).await,
        Resource::RolePolicy { role, policy } => role_policy(cx, role, policy).await,
        Resource::Role { name } => role(cx, standing, name).await,
        // One that was there before is never written down as ours.
        Resource::Dashboard { name } => done(cx.run(DeleteDashboards { dashboard_names: vec![name.clone()] }).await),
    }
}

/// "Not found" while removing means that it is done.
fn done(outcome: Result<(), AwsError>) -> Result<Removal, AwsError> {
    match outcome {
        Err(error) if error.kind != ErrorKind::NotFound => Err(error),
        _ => Ok(Removal::Done),
    }
}

/// Whether the lab has set this configuration, by its destinations: data types may have been changed in the console.
pub fn is_our_config(cx: &Cx<'_>, config: &LoggingConfig) -> bool {
    let ours = cx.ledger.logging_configs(&cx.facts.account, &cx.facts.region).unwrap_or_default();
    ours.iter().any(|known| same_destinations(known, config))
}

/// Puts the configuration from before back, or switches logging off; one that somebody has set since is left alone.
async fn logging(cx: &Cx<'_>, previous: Option<&LoggingConfig>) -> Result<Removal, AwsError> {
    let current = cx.run(GetModelInvocationLoggingConfiguration {}).await?;
    if !current.is_some_and(|now| is_our_config(cx, &now)) {
        return Ok(Removal::Done);
    }
    match previous {
        None => done(cx.run(DeleteModelInvocationLoggingConfiguration {}).await),
        Some(before) => match cx.run(PutModelInvocationLoggingConfiguration { config: before.clone() }).await {
            Ok(()) => Ok(Removal::Done),
            Err(error) => Ok(Removal::Stays(format!("the configuration from before could not be put back: {}", error.message))),
        },
    }
}

async fn log_group(cx: &Cx<'_>, standing: &Standing, name: &str) -> Result<Removal, AwsError> {
    if !standing.is_certain() && !log_group_is_tagged(cx, name).await? {
        return Ok(not_ours(name));
    }
    done(cx.run(DeleteLogGroup { log_group_name: name.to_owned() }).await)
}

async fn alarm(cx: &Cx<'_>, standing: &Standing, name: &str) -> Result<Removal, AwsError> {
    let Some(found) = cx.run(DescribeAlarms::named(name)).await?.into_iter().find(|alarm| alarm.settings.name == name) else {
        return Ok(Removal::Done);
    };
    if !standing.is_certain() && !alarm_is_tagged(cx, &found.arn).await? {
        return Ok(not_ours(name));
    }
    done(cx.run(DeleteAlarms { alarm_names: vec![name.to_owned()] }).await)
}

/// Whether an alarm carries our tag, which is set by the call that makes it.
pub async fn alarm_is_tagged(cx: &Cx<'_>, arn: &str) -> Result<bool, AwsError> {
    tags_have_ours(cx.run(cloudwatch::ListTagsForResource { resource_arn: arn.to_owned() }).await)
}

async fn topic(cx: &Cx<'_>, standing: &Standing, arn: &str) -> Result<Removal, AwsError> {
    if !standing.is_certain() && !topic_is_tagged(cx, arn).await? {
        return Ok(not_ours(standing.resource().name()));
    }
    done(cx.run(DeleteTopic { topic_arn: arn.to_owned() }).await)
}

/// Whether a topic is there and carries our tag.
pub async fn topic_is_tagged(cx: &Cx<'_>, arn: &str) -> Result<bool, AwsError> {
    tags_have_ours(cx.run(ListTopicTags { resource_arn: arn.to_owned() }).await)
}

fn not_ours(name: &str) -> Removal {
    Removal::NotOurs(format!("{name} was never made by the lab"))
}

/// Whether the log group carries our tag; it is set by the call that makes the group, so it shows whose it is.
pub async fn log_group_is_tagged(cx: &Cx<'_>, name: &str) -> Result<bool, AwsError> {
    let tags = cx.run(ListTagsForResource { resource_arn: policy::log_group_arn(cx.facts, name) }).await;
    tags_have_ours(tags)
}

fn tags_have_ours(tags: Result<Vec<crate::aws::Tag>, AwsError>) -> Result<bool, AwsError> {
    match tags {
        Ok(tags) => Ok(tags.iter().any(|tag| tag.key == TAG.0 && tag.value == TAG.1)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

async fn bucket(cx: &Cx<'_>, standing: &Standing, name: &str) -> Result<Removal, AwsError> {
    if !standing.is_certain() && !bucket_is_ours(cx, standing, name).await? {
        return Ok(not_ours(name));
    }
    match emptying::empty_and_delete(cx, name).await? {
        None => Ok(Removal::Done),
        Some(why) => Ok(Removal::Stays(why)),
    }
}

/// A bucket of an intent without outcome: ours when tagged, or when it is in this account and younger than the intent.
async fn bucket_is_ours(cx: &Cx<'_>, standing: &Standing, name: &str) -> Result<bool, AwsError> {
    let Some(found) = cx.run(ListBuckets {}).await?.into_iter().find(|bucket| bucket.name == name) else { return Ok(false) };
    let tagged = tags_have_ours(cx.run(GetBucketTagging { bucket: name.to_owned() }).await)?;
    let is_young = found.created.zip(standing.intended_at).is_some_and(|(made, meant)| crate::lab::actions::not_before(made, meant));
    Ok(tagged || is_young)
}

/// Takes our statement out of the policy of a bucket that is not ours.
async fn statement(cx: &Cx<'_>, bucket: &str) -> Result<Removal, AwsError> {
    let text = match cx.run(GetBucketPolicy { bucket: bucket.to_owned() }).await {
        Ok(text) => text,
        Err(error) if error.kind == ErrorKind::NotFound => return Ok(Removal::Done),
        Err(error) => return Err(error),
    };
    match policy::without_write_statement(&text) {
        Err(why) => Ok(Removal::Stays(why)),
        Ok(None) => done(cx.run(DeleteBucketPolicy { bucket: bucket.to_owned() }).await),
        Ok(Some(rest)) => done(cx.run(PutBucketPolicy { bucket: bucket.to_owned(), policy: policy::pretty(&rest) }).await),
    }
}

async fn role_policy(cx: &Cx<'_>, role: &str, policy: &str) -> Result<Removal, AwsError> {
    done(cx.run(DeleteRolePolicy { role_name: role.to_owned(), policy_name: policy.to_owned() }).await)
}

/// A role with inline policies cannot be deleted: they go first, whoever wrote them, because the role is ours.
async fn role(cx: &Cx<'_>, standing: &Standing, name: &str) -> Result<Removal, AwsError> {
    let found = match cx.run(GetRole { role_name: name.to_owned() }).await {
        Ok(role) => role,
        Err(error) if error.kind == ErrorKind::NotFound => return Ok(Removal::Done),
        Err(error) => return Err(error),
    };
    if !standing.is_certain() && !tags_have_ours(Ok(found.tags))? {
        return Ok(not_ours(name));
    }
    for policy in cx.run(ListRolePolicies { role_name: name.to_owned() }).await? {
        role_policy(cx, name, &policy).await?;
    }
    done(cx.run(DeleteRole { role_name: name.to_owned() }).await)
}
