//! What is known of the place before a step runs: who calls, where, what exists already and what is ours.

use super::form::ExistingKind;
use super::ledger::Standing;
use super::resource::Resource;
use crate::aws::bedrock::{ListFoundationModels, ListInferenceProfiles};
use crate::aws::error::AwsError;
use crate::aws::iam::ListRoles;
use crate::aws::logs::DescribeLogGroups;
use crate::aws::s3::ListBuckets;
use crate::aws::session::Session;
use crate::aws::sts::{CallerIdentity, GetCallerIdentity};

/// Something that exists and can be chosen in a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Existing {
    /// Its name: the value of the field when chosen.
    pub name: String,
    /// Its ARN where the list tells it.
    pub arn: Option<String>,
    /// More to show beside the name; may be empty.
    pub note: String,
}

impl Existing {
    fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), arn: None, note: String::new() }
    }
}

/// What is known of the place. Lists that were not asked for, or could not be read, are `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// Twelve-digit account id.
    pub account: String,
    /// ARN of the caller.
    pub caller: String,
    /// Partition of ARNs: `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
    /// Region of the session.
    pub region: String,
    /// Four hexadecimal digits for unique names.
    pub suffix: String,
    /// Log groups of the Region.
    pub log_groups: Option<Vec<Existing>>,
    /// Buckets of the account.
    pub buckets: Option<Vec<Existing>>,
    /// Roles of the account.
    pub roles: Option<Vec<Existing>>,
    /// Models and profiles of the Region that take text, best suited first.
    pub models: Option<Vec<Existing>>,
    /// What the ledger says of this account and Region.
    pub standing: Vec<Standing>,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            account: String::new(),
            caller: String::new(),
            partition: "aws".to_owned(),
            region: String::new(),
            suffix: "0000".to_owned(),
            log_groups: None,
            buckets: None,
            roles: None,
            models: None,
            standing: Vec::new(),
        }
    }
}

impl Facts {
    /// Asks who we are; nothing else is known yet.
    pub async fn identify(session: &Session, suffix: &str) -> Result<Self, AwsError> {
        let identity = session.run(GetCallerIdentity {}).await?;
        Ok(Self::of(identity, session.environment().region.clone(), suffix))
    }

    fn of(identity: CallerIdentity, region: String, suffix: &str) -> Self {
        let partition = identity.arn.split(':').nth(1).unwrap_or("aws").to_owned();
        Self { account: identity.account, caller: identity.arn, partition, region, suffix: suffix.to_owned(), ..Self::default() }
    }

    /// The list for fields of `kind`.
    pub fn existing(&self, kind: ExistingKind) -> Option<&[Existing]> {
        match kind {
            ExistingKind::LogGroup => self.log_groups.as_deref(),
            ExistingKind::Bucket => self.buckets.as_deref(),
            ExistingKind::Role => self.roles.as_deref(),
            ExistingKind::Model => self.models.as_deref(),
        }
    }

    /// Whether something of `kind` has this name; `None` when the list is not known.
    pub fn has(&self, kind: ExistingKind, name: &str) -> Option<bool> {
        self.existing(kind).map(|list| list.iter().any(|existing| existing.name == name))
    }

    /// Whether the ledger has `resource` as ours.
    pub fn is_ours(&self, resource: &Resource) -> bool {
        self.standing.iter().any(|s| s.is_outstanding() && s.resource().is_same(resource))
    }

    /// The resources of ours that may exist.
    pub fn outstanding(&self) -> impl Iterator<Item = &Standing> {
        self.standing.iter().filter(|s| s.is_outstanding())
    }

    /// Reads the list for fields of `kind`. A list that may not be read stays unknown: its name can still be typed.
    pub async fn read_list(&mut self, session: &Session, kind: ExistingKind) -> Result<(), AwsError> {
        match kind {
            ExistingKind::LogGroup => self.log_groups = Some(log_groups(session).await?),
            ExistingKind::Bucket => self.buckets = Some(buckets(session).await?),
            ExistingKind::Role => self.roles = Some(roles(session).await?),
            ExistingKind::Model => self.models = Some(models(session, &self.region).await?),
        }
        Ok(())
    }
}

async fn log_groups(session: &Session) -> Result<Vec<Existing>, AwsError> {
    let groups = session.run(DescribeLogGroups { prefix: None }).await?;
    Ok(groups.into_iter().map(|group| Existing::new(group.name)).collect())
}

async fn buckets(session: &Session) -> Result<Vec<Existing>, AwsError> {
    Ok(session.run(ListBuckets {}).await?.into_iter().map(|bucket| Existing::new(bucket.name)).collect())
}

async fn roles(session: &Session) -> Result<Vec<Existing>, AwsError> {
    let roles = session.run(ListRoles { path_prefix: None }).await?;
    Ok(roles.into_iter().map(|role| Existing { name: role.name, arn: Some(role.arn), note: String::new() }).collect())
}

/// Anthropic's models that can be called here: profiles (the only way to most of them), then models that are offered on demand.
async fn models(session: &Session, region: &str) -> Result<Vec<Existing>, AwsError> {
    let profiles = session.run(ListInferenceProfiles::default()).await?;
    let models = session.run(ListFoundationModels { by_provider: Some("Anthropic".to_owned()), ..ListFoundationModels::default() }).await?;
    let direct = models.into_iter().filter(|model| model.inference_types.iter().any(|kind| kind == "ON_DEMAND"));
    let profiles = profiles.into_iter().filter(|profile| profile.id.contains("anthropic."));
    let mut list: Vec<Existing> = profiles.map(|p| Existing { name: p.id, arn: Some(p.arn), note: p.name }).collect();
    list.extend(direct.map(|m| Existing { name: m.id, arn: Some(m.arn), note: m.name }));
    list.sort_by_key(|model| suitability(&model.name, region));
    Ok(list)
}

/// Lower is better for the lab: a mid-sized model through the profile of the Region's own part of the world.
fn suitability(id: &str, region: &str) -> (u8, u8, std::cmp::Reverse<String>) {
    let home = region.split('-').next().unwrap_or("us");
    let place = match id.split('.').next().unwrap_or_default() {
        near if near == home => 0,
        "global" => 1,
        "anthropic" => 2,
        _ => 3,
    };
    let size = ["sonnet-4", "sonnet", "haiku", "opus"].iter().position(|family| id.contains(family)).unwrap_or(9);
    (place, size as u8, std::cmp::Reverse(id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_partition_comes_from_the_caller() {
        let identity = CallerIdentity {
            account: "123456789012".to_owned(),
            arn: "arn:aws-cn:iam::123456789012:user/a".to_owned(),
            user_id: "AIDA".to_owned(),
        };
        assert_eq!(Facts::of(identity, "cn-north-1".to_owned(), "7f3a").partition, "aws-cn");
    }

    #[test]
    fn a_mid_sized_model_of_this_part_of_the_world_comes_first() {
        let mut ids = [
            "anthropic.claude-v2:1",
            "global.anthropic.claude-sonnet-4-6",
            "us.anthropic.claude-opus-4-7",
            "us.anthropic.claude-sonnet-4-6",
        ];
        ids.sort_by_key(|id| suitability(id, "us-east-1"));
        assert_eq!(ids[0], "us.anthropic.claude-sonnet-4-6");
        assert_eq!(ids[3], "anthropic.claude-v2:1");
    }
}
