//! Managed policies: the account's own with their versions, and some of AWS's.
//!
//! AWS's own policies are here by name with what they broadly allow; their real texts are longer and change.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::documents::{checked_document, policy_name};
use super::holders::Kind;
use super::roles::{page, path, tags, untagged, url_encoded};
use super::state::{Document, State, Tag};
use super::{INVALID, stable_id};
use crate::base::clock::{Timestamp, timestamp_ms};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext, Input};
use crate::sandbox::wire::timestamp;

/// Most characters of a policy, spaces not counted.
const MAX_SIZE: usize = 6_144;
/// Most versions of a policy, and most policies of the account.
const MAX_VERSIONS: usize = 5;
const MAX_POLICIES: usize = 1_500;

/// A managed policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ManagedPolicy {
    name: String,
    path: String,
    id: String,
    arn: String,
    description: Option<String>,
    created: Timestamp,
    updated: Timestamp,
    /// Oldest first.
    versions: Vec<PolicyVersion>,
    /// Number of the version in force.
    default: u32,
    /// Number of the newest version that there ever was.
    newest: u32,
    tags: Vec<Tag>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct PolicyVersion {
    number: u32,
    created: Timestamp,
    document: Document,
}

impl ManagedPolicy {
    /// The document in force.
    pub(super) fn document(&self) -> Option<&Document> {
        self.versions.iter().find(|version| version.number == self.default).map(|version| &version.document)
    }

    fn version(&self, id: &str) -> Result<&PolicyVersion, ApiError> {
        let missing =
            || ApiError::new(404, "NoSuchEntity", format!("Policy {} version {id} does not exist or is not attachable.", self.arn));
        self.versions.iter().find(|version| format!("v{}", version.number) == id).ok_or_else(missing)
    }
}

/// Name, path and allowed actions of AWS's policies that are here.
const OF_AWS: [(&str, &str, &[&str]); 10] = [
    ("AdministratorAccess", "/", &["*"]),
    ("AmazonBedrockFullAccess", "/", &["bedrock:*"]),
    ("AmazonBedrockReadOnly", "/", &["bedrock:Get*", "bedrock:List*"]),
    ("AmazonS3FullAccess", "/", &["s3:*"]),
    ("AmazonS3ReadOnlyAccess", "/", &["s3:Get*", "s3:List*"]),
    ("AmazonSNSFullAccess", "/", &["sns:*"]),
    ("CloudWatchFullAccessV2", "/", &["cloudwatch:*", "logs:*", "sns:CreateTopic", "sns:ListTopics", "sns:Subscribe"]),
    ("CloudWatchLogsFullAccess", "/", &["logs:*", "cloudwatch:GenerateQuery"]),
    (
        "CloudWatchReadOnlyAccess",
        "/",
        &[
            "cloudwatch:Describe*",
            "cloudwatch:Get*",
            "cloudwatch:List*",
            "logs:Describe*",
            "logs:Get*",
            "logs:List*",
            "logs:FilterLogEvents",
            "logs:StartQuery",
            "logs:StopQuery",
            "logs:StartLiveTail",
        ],
    ),
    ("IAMReadOnlyAccess", "/", &["iam:Get*", "iam:List*", "iam:Simulate*"]),
];

static AWS_POLICIES: LazyLock<Vec<ManagedPolicy>> = LazyLock::new(|| {
    let made = timestamp_ms(1_423_000_000_000);
    let policy = |(name, path, actions): &(&str, &str, &[&str])| {
        let statement = json!({ "Effect": "Allow", "Action": actions, "Resource": "*" });
        let text = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
        ManagedPolicy {
            name: (*name).to_owned(),
            path: (*path).to_owned(),
            id: stable_id("ANPA", name),
            arn: format!("arn:aws:iam::aws:policy{path}{name}"),
            description: None,
            created: made,
            updated: made,
            versions: vec![PolicyVersion { number: 1, created: made, document: Document::new(text, made) }],
            default: 1,
            newest: 1,
            tags: Vec::new(),
        }
    };
    OF_AWS.iter().map(policy).collect()
});

/// The policy with `arn`, the account's or AWS's.
pub(super) fn policy<'a>(state: &'a State, arn: &str) -> Option<&'a ManagedPolicy> {
    state.managed.get(arn).or_else(|| AWS_POLICIES.iter().find(|policy| policy.arn == arn))
}

/// The same, or `NoSuchEntity`.
pub(super) fn existing<'a>(state: &'a State, arn: &str) -> Result<&'a ManagedPolicy, ApiError> {
    policy(state, arn).ok_or_else(|| missing(arn))
}

fn missing(arn: &str) -> ApiError {
    ApiError::new(404, "NoSuchEntity", format!("Policy {arn} was not found."))
}

/// The account's own policy with `arn` for changes.
fn own<'a>(state: &'a mut State, arn: &str) -> Result<&'a mut ManagedPolicy, ApiError> {
    if arn.starts_with("arn:aws:iam::aws:") {
        return Err(ApiError::new(400, "InvalidInput", format!("ARN {arn} is not valid: policies of AWS cannot be changed.")));
    }
    state.managed.get_mut(arn).ok_or_else(|| missing(arn))
}

fn check_size(text: &str) -> Result<(), ApiError> {
    if text.chars().filter(|c| !c.is_whitespace()).count() <= MAX_SIZE {
        return Ok(());
    }
    Err(ApiError::new(409, "LimitExceeded", format!("Cannot exceed quota for PolicySize: {MAX_SIZE}")))
}

/// `CreatePolicy`.
pub(super) fn create(sandbox: &Sandbox, cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let (name, path) = (policy_name(&input)?, path(&input, "Path")?.unwrap_or("/"));
    let text = checked_document(&input, "PolicyDocument")?;
    check_size(text)?;
    let description = input.opt_str("Description")?;
    input.check_length("Description", description.unwrap_or_default(), 0..=1_000)?;
    let policy = ManagedPolicy {
        name: name.to_owned(),
        path: path.to_owned(),
        id: stable_id("ANPA", name),
        arn: format!("arn:aws:iam::{}:policy{path}{name}", cx.account),
        description: description.map(str::to_owned),
        created: cx.now,
        updated: cx.now,
        versions: vec![PolicyVersion { number: 1, created: cx.now, document: Document::new(text.to_owned(), cx.now) }],
        default: 1,
        newest: 1,
        tags: tags(&input, &[])?,
    };
    let mut world = sandbox.world();
    if world.iam.managed.values().any(|held| held.name.eq_ignore_ascii_case(name)) {
        return Err(ApiError::new(
            409,
            "EntityAlreadyExists",
            format!("A policy called {name} already exists. Duplicate names are not allowed."),
        ));
    }
    if world.iam.managed.len() >= MAX_POLICIES {
        return Err(ApiError::new(409, "LimitExceeded", format!("Cannot exceed quota for PoliciesPerAccount: {MAX_POLICIES}")));
    }
    let output = json!({ "Policy": described(&world.iam, &policy) });
    world.iam.managed.insert(policy.arn.clone(), policy);
    Ok(output)
}

fn described(state: &State, policy: &ManagedPolicy) -> Value {
    json!({
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": format!("v{}", policy.default),
        "AttachmentCount": state.holders_of(&policy.arn).count(),
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": true,
        "CreateDate": timestamp(policy.created),
        "UpdateDate": timestamp(policy.updated),
        "Tags": if policy.tags.is_empty() { Value::Null } else { json!(policy.tags) },
    })
}

/// `GetPolicy`.
pub(super) fn get(sandbox: &Sandbox, _: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let world = sandbox.world();
    let policy = existing(&world.iam, input.required_str("PolicyArn")?)?;
    let mut shown = described(&world.iam, policy);
    shown["Description"] = policy.description.clone().into();
    Ok(json!({ "Policy": shown }))
}

/// `ListPolicies`.
pub(super) fn list(sandbox: &Sandbox, _: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let (is_own, is_aws) = match input.opt_str("Scope")? {
        None | Some("All") => (true, true),
        Some("Local") => (true, false),
        Some("AWS") => (false, true),
        Some(other) => return Err(input.invalid("Scope", other, "Member must satisfy enum value set: [All, AWS, Local]")),
    };
    let only_attached = input.opt_bool("OnlyAttached")?.unwrap_or(false);
    let prefix = path(&input, "PathPrefix")?.unwrap_or("/");
    let world = sandbox.world();
    let own = world.iam.managed.values().filter(|_| is_own);
    let of_aws = AWS_POLICIES.iter().filter(|_| is_aws);
    let is_wanted =
        |policy: &&ManagedPolicy| policy.path.starts_with(prefix) && (!only_attached || world.iam.holders_of(&policy.arn).next().is_some());
    let listed: Vec<Value> = own.chain(of_aws).filter(is_wanted).map(|policy| described(&world.iam, policy)).collect();
    page(&input, "Policies", &listed)
}

/// `DeletePolicy`.
pub(super) fn delete(sandbox: &Sandbox, _: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let arn = input.required_str("PolicyArn")?;
    let mut world = sandbox.world();
    if world.iam.holders_of(arn).next().is_some() {
        return Err(conflict("Cannot delete a policy attached to entities."));
    }
    if own(&mut world.iam, arn)?.versions.len() > 1 {
        return Err(conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        ));
    }
    world.iam.managed.remove(arn);
    Ok(Value::Null)
}

fn conflict(message: &str) -> ApiError {
    ApiError::new(409, "DeleteConflict", message)
}

/// `CreatePolicyVersion`.
pub(super) fn create_version(sandbox: &Sandbox, cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let arn = input.required_str("PolicyArn")?;
    let text = checked_document(&input, "PolicyDocument")?;
    check_size(text)?;
    let becomes_default = input.opt_bool("SetAsDefault")?.unwrap_or(false);
    let mut world = sandbox.world();
    let policy = own(&mut world.iam, arn)?;
    if policy.versions.len() >= MAX_VERSIONS {
        let message = format!(
            "A managed policy can have up to {MAX_VERSIONS} versions. Before you create a new version, you must delete an existing version."
        );
        return Err(ApiError::new(409, "LimitExceeded", message));
    }
    policy.newest += 1;
    let version = PolicyVersion { number: policy.newest, created: cx.now, document: Document::new(text.to_owned(), cx.now) };
    if becomes_default {
        policy.default = version.number;
    }
    policy.updated = cx.now;
    let output = json!({ "PolicyVersion": described_version(policy, &version, false) });
    policy.versions.push(version);
    Ok(output)
}

fn described_version(policy: &ManagedPolicy, version: &PolicyVersion, with_document: bool) -> Value {
    json!({
        "VersionId": format!("v{}", version.number),
        "IsDefaultVersion": version.number == policy.default,
        "CreateDate": timestamp(version.created),
        "Document": with_document.then(|| url_encoded(&version.document.text)),
    })
}

/// `GetPolicyVersion`.
pub(super) fn get_version(sandbox: &Sandbox, _: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let world = sandbox.world();
    let policy = existing(&world.iam, input.required_str("PolicyArn")?)?;
    let version = policy.version(input.required_str("VersionId")?)?;
    Ok(json!({ "PolicyVersion": described_version(policy, version, true) }))
}

/// `ListPolicyVersions`, newest first.
pub(super) fn list_versions(sandbox: &Sandbox, _: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let world = sandbox.world();
    let policy = existing(&world.iam, input.required_str("PolicyArn")?)?;
    let versions: Vec<Value> = policy.versions.iter().rev().map(|version| described_version(policy, version, false)).collect();
    page(&input, "Versions", &versions)
}

/// `DeletePolicyVersion`.
pub(super) fn delete_version(sandbox: &Sandbox, _: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let mut world = sandbox.world();
    let policy = own(&mut world.iam, input.required_str("PolicyArn")?)?;
    let number = policy.version(input.required_str("VersionId")?)?.number;
    if number == policy.default {
        return Err(conflict("Cannot delete the default version of a policy."));
    }
    policy.versions.retain(|version| version.number != number);
    Ok(Value::Null)
}

/// `SetDefaultPolicyVersion`.
pub(super) fn set_default(sandbox: &Sandbox, cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let mut world = sandbox.world();
    let policy = own(&mut world.iam, input.required_str("PolicyArn")?)?;
    policy.default = policy.version(input.required_str("VersionId")?)?.number;
    policy.updated = cx.now;
    Ok(Value::Null)
}

/// `ListEntitiesForPolicy`.
pub(super) fn list_entities(sandbox: &Sandbox, _: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let arn = input.required_str("PolicyArn")?;
    let world = sandbox.world();
    existing(&world.iam, arn)?;
    let of = |kind: Kind, id: &str| -> Value {
        let held = world.iam.holders_of(arn).filter(|(of, _, _)| *of == kind);
        held.map(|(_, name, unique)| json!({ (kind.member()): name, (id): unique })).collect()
    };
    Ok(
        json!({ "PolicyRoles": of(Kind::Role, "RoleId"), "PolicyUsers": of(Kind::User, "UserId"), "PolicyGroups": [], "IsTruncated": false }),
    )
}

/// `TagPolicy`.
pub(super) fn tag(sandbox: &Sandbox, _: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let mut world = sandbox.world();
    let policy = own(&mut world.iam, input.required_str("PolicyArn")?)?;
    policy.tags = tags(&input, &policy.tags)?;
    Ok(Value::Null)
}

/// `UntagPolicy`.
pub(super) fn untag(sandbox: &Sandbox, _: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let mut world = sandbox.world();
    let policy = own(&mut world.iam, input.required_str("PolicyArn")?)?;
    policy.tags = untagged(&input, &policy.tags)?;
    Ok(Value::Null)
}

/// `ListPolicyTags`.
pub(super) fn list_tags(sandbox: &Sandbox, _: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let world = sandbox.world();
    let policy = existing(&world.iam, input.required_str("PolicyArn")?)?;
    page(&input, "Tags", &policy.tags.iter().map(|tag| json!(tag)).collect::<Vec<_>>())
}
