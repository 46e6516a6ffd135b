//! Makes the log group that records go to, or takes one that exists.

use async_trait::async_trait;

use super::{TAG, chosen_name, found, in_the_way, judge_existing, judge_new_name, takes_existing};
use crate::aws::Tag;
use crate::aws::error::{AwsError, ErrorKind};
use crate::aws::logs::{CreateLogGroup, DescribeLogGroups, ListTagsForResource, LogGroup as Found, PutRetentionPolicy};
use crate::aws::operation::PlannedCall;
use crate::base::text;
use crate::lab::action::{Action, ApplyError, Cx};
use crate::lab::facts::Facts;
use crate::lab::form::{Choice, ExistingKind, Field, FieldKind, NEW_OR_EXISTING, Note, Values, shape_notes};
use crate::lab::names;
use crate::lab::policy;
use crate::lab::resource::Resource;
use crate::lab::status::Verdict;

/// See the module.
pub struct LogGroup;

const RETENTION: &[Choice] = &[
    Choice { value: "1", label: "1 day", help: "" },
    Choice { value: "7", label: "7 days", help: "" },
    Choice { value: "30", label: "30 days", help: "" },
    Choice { value: "90", label: "90 days", help: "" },
    Choice { value: "365", label: "1 year", help: "" },
    Choice { value: "0", label: "Forever", help: "What CloudWatch does unless told otherwise" },
];

const FIELDS: [Field; 5] = [
    Field::new("use", "Log group", NEW_OR_EXISTING, ""),
    Field::new("name", "Name", FieldKind::Text, "Same account and Region as the models you call").when("use", &["new"]),
    Field::new("retention", "Keep records for", FieldKind::Choice(RETENTION), "").when("use", &["new"]),
    Field::new("kms_key", "KMS key ARN", FieldKind::Text, "A key of yours instead of the service's").when("use", &["new"]).optional(),
    Field::new("existing", "Existing log group", FieldKind::Existing(ExistingKind::LogGroup), "").when("use", &["existing"]),
];

impl LogGroup {
    fn create(values: &Values) -> CreateLogGroup {
        let key = values.text("kms_key");
        CreateLogGroup {
            log_group_name: chosen_name(values),
            kms_key_id: (!key.is_empty()).then(|| key.to_owned()),
            tags: vec![Tag::new(TAG.0, TAG.1)],
        }
    }

    /// `None` keeps records forever, which is what a new group does.
    fn retention(values: &Values) -> Option<PutRetentionPolicy> {
        let days = values.number("retention").filter(|days| *days > 0)?;
        Some(PutRetentionPolicy { log_group_name: chosen_name(values), retention_in_days: days })
    }
}

#[async_trait]
impl Action for LogGroup {
    fn name(&self) -> &'static str {
        "log-group"
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    fn suggest(&self, _facts: &Facts) -> Values {
        [("use", "new"), ("name", "bedrock-logs"), ("retention", "7"), ("kms_key", ""), ("existing", "")].into_iter().collect()
    }

    fn judge(&self, values: &Values, facts: &Facts) -> Vec<Note> {
        let mut notes = shape_notes(&FIELDS, values);
        let name = chosen_name(values);
        if takes_existing(values) {
            notes.extend(judge_existing("existing", facts, ExistingKind::LogGroup, &name));
            return notes;
        }
        let ours = facts.is_ours(&Resource::LogGroup { name: name.clone() });
        notes.push(judge_new_name(names::log_group_problem(&name), facts, ExistingKind::LogGroup, &name, ours, names::LOG_GROUP_MAX));
        notes.extend(judge_kms(values));
        notes
    }

    fn plan(&self, values: &Values, _facts: &Facts) -> Vec<PlannedCall> {
        if takes_existing(values) {
            return vec![PlannedCall::of(&DescribeLogGroups { prefix: Some(chosen_name(values)) })];
        }
        let mut calls = vec![PlannedCall::of(&Self::create(values))];
        calls.extend(Self::retention(values).map(|call| PlannedCall::of(&call)));
        calls
    }

    fn result(&self, values: &Values) -> String {
        chosen_name(values)
    }

    fn summary(&self, values: &Values) -> String {
        let name = chosen_name(values);
        match values.number("retention") {
            _ if takes_existing(values) => format!("{name}, yours"),
            Some(days) if days > 0 => format!("{name}, {}", text::count(days.into(), "day")),
            _ => name,
        }
    }

    fn run_label(&self, values: &Values) -> &'static str {
        if takes_existing(values) { "Use this log group" } else { "Create log group" }
    }

    fn undo_text(&self, values: &Values) -> &'static str {
        if takes_existing(values) { "" } else { "Deletes the log group with all its records" }
    }

    async fn apply(&self, cx: &Cx<'_>) -> Result<(), ApplyError> {
        if takes_existing(cx.values) { borrow(cx).await } else { make(cx).await }
    }

    async fn verify(&self, cx: &Cx<'_>) -> Result<Verdict, AwsError> {
        let name = chosen_name(cx.values);
        let Some(group) = look_up(cx, &name).await? else {
            return Ok(Verdict::not_yet(format!("There is no log group {name} in {}", cx.facts.region), "Run this step"));
        };
        let wanted = Self::retention(cx.values).filter(|_| !takes_existing(cx.values)).map(|call| call.retention_in_days);
        Ok(judge_found(&group, wanted, &cx.facts.region))
    }
}

fn judge_kms(values: &Values) -> Option<Note> {
    let key = values.text("kms_key");
    let fits = key.is_empty() || (key.starts_with("arn:") && key.contains(":kms:"));
    (!fits).then(|| Note::problem("kms_key", "Use the ARN of a KMS key: arn:aws:kms:…"))
}

fn judge_found(group: &Found, wanted_days: Option<u32>, region: &str) -> Verdict {
    let kept = group.retention_days.map_or("forever".to_owned(), |days| format!("for {}", text::count(days.into(), "day")));
    let evidence = vec![
        format!("Log group {} exists in {region}", group.name),
        format!("Records are kept {kept}, {} stored", text::bytes(group.stored_bytes)),
    ];
    if wanted_days.is_some() && group.retention_days != wanted_days {
        let why = format!("Records are kept {kept}, not as chosen here");
        return Verdict::Warned { evidence, why, remedy: "Run the step again to set the retention".to_owned() };
    }
    Verdict::Passed { evidence }
}

async fn look_up(cx: &Cx<'_>, name: &str) -> Result<Option<Found>, AwsError> {
    let groups = cx.run(DescribeLogGroups { prefix: Some(name.to_owned()) }).await?;
    Ok(groups.into_iter().find(|group| group.name == name))
}

async fn borrow(cx: &Cx<'_>) -> Result<(), ApplyError> {
    let name = chosen_name(cx.values);
    if look_up(cx, &name).await?.is_none() {
        return Err(ApplyError::refused(
            format!("There is no log group {name}"),
            format!("It was not found in {}", cx.facts.region),
            "Choose another one, or create a new one",
        ));
    }
    Ok(cx.borrow(Resource::LogGroup { name })?)
}

async fn make(cx: &Cx<'_>) -> Result<(), ApplyError> {
    let name = chosen_name(cx.values);
    let resource = Resource::LogGroup { name: name.clone() };
    cx.say(format!("Looking whether {name} exists"));
    if look_up(cx, &name).await?.is_some() {
        claim(cx, &resource, &name).await?;
    } else {
        cx.say(format!("Creating log group {name}"));
        create_or_claim(cx, &resource, &name).await?;
    }
    if let Some(retention) = LogGroup::retention(cx.values) {
        cx.say("Setting the retention");
        cx.run(retention).await?;
    }
    Ok(())
}

/// A call whose answer was lost and that the SDK repeated is answered "exists already": then it is looked at again.
async fn create_or_claim(cx: &Cx<'_>, resource: &Resource, name: &str) -> Result<(), ApplyError> {
    match cx.create(resource.clone(), LogGroup::create(cx.values)).await {
        Err(ApplyError::Aws(error)) if error.kind == ErrorKind::AlreadyExists => claim(cx, resource, name).await,
        outcome => outcome,
    }
}

/// Uses an existing group when it is ours, by ledger or by tag.
async fn claim(cx: &Cx<'_>, resource: &Resource, name: &str) -> Result<(), ApplyError> {
    if cx.is_certainly_ours(resource)? || has_our_tag(cx, name).await? {
        return Ok(cx.keep_as_ours(resource.clone())?);
    }
    Err(in_the_way(resource.label(), name, "It may be in use by something else, so it is not touched without your word"))
}

async fn has_our_tag(cx: &Cx<'_>, name: &str) -> Result<bool, AwsError> {
    let arn = policy::log_group_arn(cx.facts, name);
    let tags = found(cx.run(ListTagsForResource { resource_arn: arn }).await)?.unwrap_or_default();
    Ok(tags.iter().any(|tag| tag.key == TAG.0 && tag.value == TAG.1))
}
