//! Confirms the place: who calls, where, what may be done there, and whether models are offered. Changes nothing.

use async_trait::async_trait;

use crate::aws::bedrock::ListInferenceProfiles;
use crate::aws::error::AwsError;
use crate::aws::iam::{Decision, GetRole, SimulatePrincipalPolicy};
use crate::aws::operation::PlannedCall;
use crate::aws::sts::GetCallerIdentity;
use crate::base::text;
use crate::lab::action::{Action, ApplyError, Cx};
use crate::lab::facts::Facts;
use crate::lab::form::Values;
use crate::lab::ledger::Happened;
use crate::lab::resource::Resource;
use crate::lab::status::Verdict;

/// See the module.
pub struct WhereToWork;

/// What the lab will want to do.
const ACTIONS: [&str; 28] = [
    "logs:CreateLogGroup",
    "logs:PutRetentionPolicy",
    "logs:DescribeLogGroups",
    "logs:FilterLogEvents",
    "logs:DeleteLogGroup",
    "s3:CreateBucket",
    "s3:PutBucketPolicy",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketTagging",
    "s3:DeleteBucket",
    "iam:CreateRole",
    "iam:PutRolePolicy",
    "iam:PassRole",
    "iam:DeleteRole",
    "bedrock:PutModelInvocationLoggingConfiguration",
    "bedrock:GetModelInvocationLoggingConfiguration",
    "bedrock:InvokeModel",
    "cloudwatch:ListMetrics",
    "cloudwatch:GetMetricData",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:PutMetricAlarm",
    "cloudwatch:SetAlarmState",
    "cloudwatch:DeleteAlarms",
    "cloudwatch:PutAnomalyDetector",
    "cloudwatch:DeleteAnomalyDetector",
];

fn simulation(principal: &str) -> SimulatePrincipalPolicy {
    SimulatePrincipalPolicy {
        policy_source_arn: principal.to_owned(),
        action_names: ACTIONS.iter().map(ToString::to_string).collect(),
        resource_arns: Vec::new(),
    }
}

#[async_trait]
impl Action for WhereToWork {
    fn name(&self) -> &'static str {
        "where-to-work"
    }

    fn plan(&self, _values: &Values, facts: &Facts) -> Vec<PlannedCall> {
        let principal = role_name(&facts.caller).map_or_else(|| facts.caller.clone(), |role| crate::lab::policy::role_arn(facts, role));
        vec![
            PlannedCall::of(&GetCallerIdentity {}),
            PlannedCall::of(&simulation(&principal)),
            PlannedCall::of(&ListInferenceProfiles::default()),
        ]
    }

    fn run_label(&self, _values: &Values) -> &'static str {
        "Work here"
    }

    async fn apply(&self, cx: &Cx<'_>) -> Result<(), ApplyError> {
        cx.say("Asking who we are");
        Ok(cx.note(Happened::Borrowed, Resource::Place { caller: cx.facts.caller.clone() })?)
    }

    async fn verify(&self, cx: &Cx<'_>) -> Result<Verdict, AwsError> {
        let identity = cx.run(GetCallerIdentity {}).await?;
        let Some(place) = confirmed(cx) else {
            let why = format!("You are {} in {}; nothing is confirmed yet", identity.arn, cx.facts.region);
            return Ok(Verdict::not_yet(why, "Press the button if this is where you want to work"));
        };
        if place.0 != identity.account || place.1 != cx.facts.region {
            let why = format!(
                "You confirmed account {} in {}, but this is account {} in {}",
                place.0, place.1, identity.account, cx.facts.region
            );
            return Ok(Verdict::not_yet(why, "Go back to that account, or confirm this one: earlier steps are checked again here"));
        }
        let mut outlook = Outlook::default();
        outlook.evidence.push(format!("Account {} in {}", identity.account, cx.facts.region));
        outlook.evidence.push(format!("Calls are made by {}", identity.arn));
        cx.say("Asking what this identity may do");
        permissions(cx, &identity.arn, &mut outlook).await;
        cx.say("Asking which models are offered here");
        models(cx, &mut outlook).await;
        Ok(outlook.verdict())
    }
}

/// Account and Region that were confirmed last.
fn confirmed(cx: &Cx<'_>) -> Option<(String, String)> {
    let entries = cx.ledger.entries().ok()?;
    let newest = entries.into_iter().rev().find(|entry| matches!(entry.resource, Resource::Place { .. }))?;
    Some((newest.account, newest.region))
}

/// What the preflight found. Nothing here stops the lab: a forecast may be wrong in both directions.
#[derive(Default)]
struct Outlook {
    evidence: Vec<String>,
    worries: Vec<String>,
    remedies: Vec<String>,
}

impl Outlook {
    fn worry(&mut self, why: impl Into<String>, remedy: impl Into<String>) {
        self.worries.push(why.into());
        self.remedies.push(remedy.into());
    }

    fn verdict(self) -> Verdict {
        if self.worries.is_empty() {
            return Verdict::Passed { evidence: self.evidence };
        }
        Verdict::Warned { evidence: self.evidence, why: self.worries.join("; "), remedy: self.remedies.join("; ") }
    }
}

async fn permissions(cx: &Cx<'_>, caller: &str, outlook: &mut Outlook) {
    let principal = principal(cx, caller).await;
    match cx.run(simulation(&principal)).await {
        Ok(results) => {
            let denied: Vec<&str> = results.iter().filter(|r| r.decision != Decision::Allowed).map(|r| r.action.as_str()).collect();
            if denied.is_empty() {
                outlook.evidence.push(format!("{} of the lab are allowed", text::count(results.len() as u64, "action")));
            } else {
                outlook.worry(
                    format!("IAM expects to refuse {}", denied.join(", ")),
                    "Ask whoever manages the account for these, or skip what needs them",
                );
            }
        }
        Err(error) => {
            outlook.worry(format!("The permissions could not be forecast: {}", error.code), "Go on: each step names what it misses");
        }
    }
}

/// The IAM identity behind a session: the simulator takes roles and users, not sessions. A role's path is missing in a session's ARN.
async fn principal(cx: &Cx<'_>, caller: &str) -> String {
    let Some(role) = role_name(caller) else { return caller.to_owned() };
    match cx.run(GetRole { role_name: role.to_owned() }).await {
        Ok(role) => role.arn,
        Err(_) => crate::lab::policy::role_arn(cx.facts, role),
    }
}

/// The role of `arn:aws:sts::…:assumed-role/Role/Session`.
fn role_name(caller: &str) -> Option<&str> {
    let (_, after) = caller.split_once(":assumed-role/")?;
    after.split('/').next()
}

async fn models(cx: &Cx<'_>, outlook: &mut Outlook) {
    match cx.run(ListInferenceProfiles::default()).await {
        Ok(profiles) => {
            let claude = profiles.iter().filter(|profile| profile.id.contains("anthropic.")).count() as u64;
            if claude == 0 {
                outlook.worry(
                    format!("No Claude model is offered in {}", cx.facts.region),
                    "Choose another Region, such as us-east-1 or eu-west-1",
                );
            } else {
                outlook.evidence.push(format!("{} for Claude models are offered here", text::count(claude, "inference profile")));
            }
        }
        Err(error) => outlook.worry(format!("The models could not be listed: {}", error.code), "Go on: a model id can be typed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_role_of_a_session_is_found() {
        assert_eq!(role_name("arn:aws:sts::123456789012:assumed-role/WSParticipantRole/Participant"), Some("WSParticipantRole"));
        assert_eq!(role_name("arn:aws:iam::123456789012:user/me"), None);
    }
}
