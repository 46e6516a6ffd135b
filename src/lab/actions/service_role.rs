//! Makes the role that Bedrock writes log records with, or takes one that exists.

use async_trait::async_trait;

use super::{TAG, chosen_name, found, in_the_way, judge_existing, judge_new_name, takes_existing};
use crate::aws::Tag;
use crate::aws::error::{AwsError, ErrorKind};
use crate::aws::iam::{CreateRole, GetRole, GetRolePolicy, ListRolePolicies, PutRolePolicy, Role, UpdateAssumeRolePolicy};
use crate::aws::operation::PlannedCall;
use crate::lab::action::{Action, ApplyError, Cx, Document};
use crate::lab::facts::Facts;
use crate::lab::form::{Choice, ExistingKind, Field, FieldKind, Note, Values, shape_notes};
use crate::lab::names;
use crate::lab::policy;
use crate::lab::resource::Resource;
use crate::lab::status::Verdict;

/// See the module.
pub struct ServiceRole;

const USE: FieldKind = FieldKind::Choice(&[
    Choice { value: "new", label: "New role", help: "Made by this step with the two policies shown" },
    Choice { value: "existing", label: "Existing role", help: "One that an administrator made for this purpose" },
]);

const FIELDS: [Field; 3] = [
    Field::new("use", "Authorise Bedrock with", USE, ""),
    Field::new("name", "Role name", FieldKind::Text, "").when("use", &["new"]),
    Field::new("existing", "Existing role", FieldKind::Existing(ExistingKind::Role), "It needs the two policies shown")
        .when("use", &["existing"]),
];

/// The two calls of the step.
fn calls(values: &Values, facts: &Facts) -> (CreateRole, PutRolePolicy) {
    let role = chosen_name(values);
    let create = CreateRole {
        role_name: role.clone(),
        assume_role_policy_document: policy::pretty(&policy::trust(facts)),
        description: Some("Lets Amazon Bedrock write invocation records to CloudWatch Logs".to_owned()),
        tags: vec![Tag::new(TAG.0, TAG.1)],
    };
    let permit = PutRolePolicy {
        role_name: role,
        policy_name: policy::ROLE_POLICY.to_owned(),
        policy_document: policy::pretty(&policy::write_logs(facts, values.text("log_group"))),
    };
    (create, permit)
}

#[async_trait]
impl Action for ServiceRole {
    fn name(&self) -> &'static str {
        "service-role"
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    fn hidden_keys(&self) -> &'static [&'static str] {
        &["log_group"]
    }

    fn suggest(&self, _facts: &Facts) -> Values {
        [("use", "new"), ("name", "outcrop-bedrock-logging"), ("existing", ""), ("log_group", "")].into_iter().collect()
    }

    fn judge(&self, values: &Values, facts: &Facts) -> Vec<Note> {
        let mut notes = shape_notes(&FIELDS, values);
        let name = chosen_name(values);
        if takes_existing(values) {
            notes.extend(judge_existing("existing", facts, ExistingKind::Role, &name));
            return notes;
        }
        let ours = facts.is_ours(&Resource::Role { name: name.clone() });
        notes.push(judge_new_name(names::role_problem(&name), facts, ExistingKind::Role, &name, ours, names::ROLE_MAX));
        if values.text("log_group").is_empty() {
            notes.push(Note::problem("use", "The policy names a log group: do the log group step first, or use an existing role"));
        }
        notes
    }

    fn documents(&self, values: &Values, facts: &Facts) -> Vec<Document> {
        vec![
            Document::new("Permission policy", &policy::write_logs(facts, values.text("log_group"))),
            Document::new("Trust policy", &policy::trust(facts)),
        ]
    }

    fn plan(&self, values: &Values, facts: &Facts) -> Vec<PlannedCall> {
        if takes_existing(values) {
            return vec![PlannedCall::of(&GetRole { role_name: chosen_name(values) })];
        }
        let (create, permit) = calls(values, facts);
        vec![PlannedCall::of(&create), PlannedCall::of(&permit)]
    }

    fn result(&self, values: &Values) -> String {
        chosen_name(values)
    }

    fn run_label(&self, values: &Values) -> &'static str {
        if takes_existing(values) { "Use this role" } else { "Create role" }
    }

    fn undo_text(&self, values: &Values) -> &'static str {
        if takes_existing(values) { "" } else { "Deletes the inline policy, then the role" }
    }

    async fn apply(&self, cx: &Cx<'_>) -> Result<(), ApplyError> {
        if takes_existing(cx.values) { borrow(cx).await } else { make(cx).await }
    }

    async fn verify(&self, cx: &Cx<'_>) -> Result<Verdict, AwsError> {
        let name = chosen_name(cx.values);
        let Some(role) = look_up(cx, &name).await? else {
            return Ok(Verdict::not_yet(format!("There is no role {name}"), "Run this step"));
        };
        if !policy::trusts_bedrock(&role.trust_policy) {
            return Ok(Verdict::not_yet(
                format!("The role {name} does not trust bedrock.amazonaws.com"),
                "Run this step, or choose another role",
            ));
        }
        judge_permissions(cx, &role).await
    }
}

async fn look_up(cx: &Cx<'_>, name: &str) -> Result<Option<Role>, AwsError> {
    found(cx.run(GetRole { role_name: name.to_owned() }).await)
}

async fn borrow(cx: &Cx<'_>) -> Result<(), ApplyError> {
    let name = chosen_name(cx.values);
    if look_up(cx, &name).await?.is_none() {
        return Err(ApplyError::refused(
            format!("There is no role {name}"),
            "It was not found in this account",
            "Choose another one, or create a new one",
        ));
    }
    Ok(cx.borrow(Resource::Role { name })?)
}

async fn make(cx: &Cx<'_>) -> Result<(), ApplyError> {
    let (create, permit) = calls(cx.values, cx.facts);
    let name = chosen_name(cx.values);
    let resource = Resource::Role { name: name.clone() };
    cx.say(format!("Looking whether {name} exists"));
    match look_up(cx, &name).await? {
        Some(role) => claim(cx, &resource, &role).await?,
        None => create_or_claim(cx, &resource, create).await?,
    }
    cx.say("Permitting it to write records");
    cx.create(Resource::RolePolicy { role: name, policy: policy::ROLE_POLICY.to_owned() }, permit).await
}

/// A call whose answer was lost and that the SDK repeated is answered "exists already": then it is looked at again.
async fn create_or_claim(cx: &Cx<'_>, resource: &Resource, create: CreateRole) -> Result<(), ApplyError> {
    cx.say(format!("Creating role {}", resource.name()));
    match cx.create(resource.clone(), create).await {
        Err(ApplyError::Aws(error)) if error.kind == ErrorKind::AlreadyExists => {
            let role = cx.run(GetRole { role_name: resource.name().to_owned() }).await?;
            claim(cx, resource, &role).await
        }
        outcome => outcome.map(|_| ()),
    }
}

/// Uses an existing role when it is ours, by ledger or by tag, and mends its trust policy.
async fn claim(cx: &Cx<'_>, resource: &Resource, role: &Role) -> Result<(), ApplyError> {
    let tagged = role.tags.iter().any(|tag| tag.key == TAG.0 && tag.value == TAG.1);
    if !tagged && !cx.is_certainly_ours(resource)? {
        return Err(in_the_way(resource.label(), &role.name, "Something else may depend on it, so it is not touched without your word"));
    }
    cx.keep_as_ours(resource.clone())?;
    let trust = policy::trust(cx.facts);
    if serde_json::from_str::<serde_json::Value>(&role.trust_policy).ok().as_ref() != Some(&trust) {
        cx.say("Correcting the trust policy");
        cx.run(UpdateAssumeRolePolicy { role_name: role.name.clone(), policy_document: policy::pretty(&trust) }).await?;
    }
    Ok(())
}

async fn judge_permissions(cx: &Cx<'_>, role: &Role) -> Result<Verdict, AwsError> {
    let mut evidence = vec![format!("Role {} exists and trusts bedrock.amazonaws.com", role.arn)];
    let stream = policy::stream_arn(cx.facts, cx.values.text("log_group"));
    for policy_name in cx.run(ListRolePolicies { role_name: role.name.clone() }).await? {
        let document = cx.run(GetRolePolicy { role_name: role.name.clone(), policy_name: policy_name.clone() }).await?;
        if document.contains("logs:PutLogEvents") && document.contains(&stream) {
            evidence.push(format!("Its policy {policy_name} permits writing to {}", policy::LOG_STREAM));
            return Ok(Verdict::Passed { evidence });
        }
    }
    if takes_existing(cx.values) {
        let why = "None of its inline policies names the log stream; a managed policy may do so";
        return Ok(Verdict::Warned { evidence, why: why.to_owned(), remedy: "Bedrock itself tries it out in the next step".to_owned() });
    }
    Ok(Verdict::not_yet(format!("The role {} may not write to {stream}", role.name), "Run this step"))
}
