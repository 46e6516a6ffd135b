//! Shows by listing whether a resource of ours is still there.

use std::time::Duration;

use super::removal;
use crate::aws::bedrock::{GetModelInvocationLoggingConfiguration, LoggingConfig};
use crate::aws::cloudwatch::dashboards::ListDashboards;
use crate::aws::cloudwatch::{DescribeAlarms, DescribeAnomalyDetectors, Detector};
use crate::aws::error::{AwsError, ErrorKind};
use crate::aws::iam::{GetRole, ListRolePolicies, ListRoles};
use crate::aws::logs::DescribeLogGroups;
use crate::aws::operation::{Operation, PlannedCall};
use crate::aws::s3::{GetBucketPolicy, ListBuckets};
use crate::aws::sns::ListTopics;
use crate::base::text;
use crate::lab::action::Cx;
use crate::lab::actions::same_destinations;
use crate::lab::ledger::Standing;
use crate::lab::policy;
use crate::lab::receipt::{Found, Line};
use crate::lab::resource::Resource;

/// How often something that is still there is looked at again, and how long to wait in between.
const LOOKS: u32 = 4;
const PAUSE: Duration = Duration::from_secs(2);

/// What was found, in words, and by which call.
type Look = Result<(Found, String, String), AwsError>;

/// Looks at a resource, again for a while if something that was just removed is still listed.
pub async fn look_patiently(cx: &Cx<'_>, standing: &Standing) -> Line {
    let mut line = look(cx, standing).await;
    for _ in 1..LOOKS {
        if line.found != Found::Left || standing_is_unremoved(cx, standing) {
            break;
        }
        cx.clock.sleep(PAUSE).await;
        line = look(cx, standing).await;
    }
    line
}

/// Whether the ledger has it as ours still: then its removal failed, and waiting will not help.
fn standing_is_unremoved(cx: &Cx<'_>, standing: &Standing) -> bool {
    cx.standing(standing.resource()).ok().flatten().is_some_and(|s| s.is_outstanding())
}

async fn look(cx: &Cx<'_>, standing: &Standing) -> Line {
    let resource = standing.resource().clone();
    let outcome = match &resource {
        Resource::Place { .. } => Ok((Found::Gone, "nothing was made".to_owned(), String::new())),
        Resource::LoggingConfiguration { ours, previous } => logging(cx, ours, previous.as_deref()).await,
        Resource::Alarm { name } => alarm(cx, standing, name).await,
        Resource::AnomalyDetector { detector, .. } => anomaly_detector(cx, standing, detector).await,
        Resource::Topic { arn, .. } => topic(cx, standing, arn).await,
        Resource::LogGroup { name } => log_group(cx, standing, name).await,
        Resource::Bucket { name } => bucket(cx, standing, name).await,
        Resource::BucketStatement { bucket } => statement(cx, bucket).await,
        Resource::RolePolicy { role, policy } => role_policy(cx, role, policy).await,
        Resource::Role { name } => role(cx, standing, name).await,
        Resource::Dashboard { name } => dashboard(cx, name).await,
    };
    match outcome {
        Ok((found, text, proof)) => Line { resource, found, text, proof },
        Err(error) => {
            Line { found: Found::Unknown, text: format!("could not be looked at: {}", error.message), proof: String::new(), resource }
        }
    }
}

fn cli<O: Operation>(operation: &O) -> String {
    PlannedCall::of(operation).cli
}

/// What is there under the name of something that was ours: ours still, or somebody else's by now.
fn there(standing: &Standing, ours: bool) -> (Found, String) {
    if ours || standing.is_certain() {
        (Found::Left, "still there".to_owned())
    } else {
        (Found::NotOurs, "there, but not from this lab".to_owned())
    }
}

async fn logging(cx: &Cx<'_>, ours: &LoggingConfig, previous: Option<&LoggingConfig>) -> Look {
    let operation = GetModelInvocationLoggingConfiguration {};
    let proof = cli(&operation);
    let (found, text) = match cx.run(operation).await? {
        None => (Found::Gone, "logging is off"),
        Some(now) if previous == Some(&now) => (Found::Gone, "the configuration from before is back"),
        Some(now) if same_destinations(&now, ours) || removal::is_our_config(cx, &now) => (Found::Left, "logging is still on"),
        Some(_) => (Found::Gone, "logging goes where somebody else has set it since"),
    };
    Ok((found, text.to_owned(), proof))
}

async fn alarm(cx: &Cx<'_>, standing: &Standing, name: &str) -> Look {
    let operation = DescribeAlarms::named(name);
    let proof = cli(&operation);
    match cx.run(operation).await?.into_iter().find(|alarm| alarm.settings.name == name) {
        Some(found) => {
            let (found, text) = there(standing, removal::alarm_is_tagged(cx, &found.arn).await?);
            Ok((found, text, proof))
        }
        None => Ok((Found::Gone, format!("not listed in {}", cx.facts.region), proof)),
    }
}

async fn anomaly_detector(cx: &Cx<'_>, standing: &Standing, detector: &Detector) -> Look {
    let operation = DescribeAnomalyDetectors::like(detector);
    let proof = cli(&operation);
    let known = cx.run(operation).await?;
    if known.iter().any(|known| known.detector.is_same(detector)) {
        let (found, text) = there(standing, standing_is_unremoved(cx, standing));
        return Ok((found, text, proof));
    }
    Ok((Found::Gone, format!("not listed in {}", cx.facts.region), proof))
}

async fn topic(cx: &Cx<'_>, standing: &Standing, arn: &str) -> Look {
    let operation = ListTopics {};
    let proof = cli(&operation);
    let topics = cx.run(operation).await?;
    if topics.iter().any(|topic| topic == arn) {
        let (found, text) = there(standing, removal::topic_is_tagged(cx, arn).await?);
        return Ok((found, text, proof));
    }
    Ok((Found::Gone, format!("not among the {} of the Region", text::count(topics.len() as u64, "topic")), proof))
}

async fn dashboard(cx: &Cx<'_>, name: &str) -> Look {
    let operation = ListDashboards { dashboard_name_prefix: Some(name.to_owned()) };
    let proof = cli(&operation);
    let is_there = cx.run(operation).await?.iter().any(|one| one == name);
    let (found, text) = if is_there { (Found::Left, "still there") } else { (Found::Gone, "not listed in the account") };
    Ok((found, text.to_owned(), proof))
}

async fn log_group(cx: &Cx<'_>, standing: &Standing, name: &str) -> Look {
    let operation = DescribeLogGroups { prefix: Some(name.to_owned()) };
    let proof = cli(&operation);
    let groups = cx.run(operation).await?;
    if groups.iter().any(|group| group.name == name) {
        let (found, text) = there(standing, removal::log_group_is_tagged(cx, name).await?);
        return Ok((found, text, proof));
    }
    Ok((Found::Gone, format!("not listed in {}", cx.facts.region), proof))
}

async fn bucket(cx: &Cx<'_>, standing: &Standing, name: &str) -> Look {
    let operation = ListBuckets {};
    let proof = cli(&operation);
    let buckets = cx.run(operation).await?;
    if buckets.iter().any(|bucket| bucket.name == name) {
        let (found, text) = there(standing, standing_is_unremoved(cx, standing));
        return Ok((found, text, proof));
    }
    Ok((Found::Gone, format!("not among the {} of the account", text::count(buckets.len() as u64, "bucket")), proof))
}

async fn statement(cx: &Cx<'_>, bucket: &str) -> Look {
    let operation = GetBucketPolicy { bucket: bucket.to_owned() };
    let proof = cli(&operation);
    let text = match cx.run(operation).await {
        Ok(text) => text,
        Err(error) if error.kind == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    let found = if text.contains(policy::WRITE_SID) { Found::Left } else { Found::Gone };
    let words = if found == Found::Left { "still in the policy" } else { "not in the policy" };
    Ok((found, words.to_owned(), proof))
}

async fn role_policy(cx: &Cx<'_>, role: &str, policy: &str) -> Look {
    let operation = ListRolePolicies { role_name: role.to_owned() };
    let proof = cli(&operation);
    match cx.run(operation).await {
        Ok(policies) if policies.iter().any(|name| name == policy) => Ok((Found::Left, "still there".to_owned(), proof)),
        Ok(_) => Ok((Found::Gone, "not listed".to_owned(), proof)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok((Found::Gone, "gone with its role".to_owned(), proof)),
        Err(error) => Err(error),
    }
}

async fn role(cx: &Cx<'_>, standing: &Standing, name: &str) -> Look {
    let operation = ListRoles { path_prefix: None };
    let proof = cli(&operation);
    let roles = cx.run(operation).await?;
    if roles.iter().any(|role| role.name == name) {
        let tags = cx.run(GetRole { role_name: name.to_owned() }).await?.tags;
        let tagged = tags.iter().any(|tag| tag.key == crate::lab::actions::TAG.0 && tag.value == crate::lab::actions::TAG.1);
        let (found, text) = there(standing, tagged);
        return Ok((found, text, proof));
    }
    Ok((Found::Gone, format!("not among the {} of the account", text::count(roles.len() as u64, "role")), proof))
}
