//! Makes a private, encrypted bucket that Bedrock may write records into, or prepares one that exists.

use async_trait::async_trait;

use super::{TAG, bucket_checks, chosen_name, found, in_the_way, judge_existing, judge_new_name, takes_existing};
use crate::aws::Tag;
use crate::aws::error::{AwsError, ErrorKind};
use crate::aws::operation::PlannedCall;
use crate::aws::s3::{
    CreateBucket, GetBucketLocation, GetBucketPolicy, GetBucketTagging, HeadBucket, ListBuckets, PutBucketEncryption,
    PutBucketLifecycleConfiguration, PutBucketOwnershipControls, PutBucketPolicy, PutBucketTagging, PutPublicAccessBlock,
};
use crate::base::text;
use crate::lab::action::{Action, ApplyError, Cx, Document};
use crate::lab::facts::Facts;
use crate::lab::form::{ExistingKind, Field, FieldKind, NEW_OR_EXISTING, Note, Values, shape_notes};
use crate::lab::ledger::Happened;
use crate::lab::names;
use crate::lab::policy;
use crate::lab::resource::Resource;
use crate::lab::status::{Remedy, Verdict};

/// See the module.
pub struct Bucket;

const FIELDS: [Field; 6] = [
    Field::new("use", "Bucket", NEW_OR_EXISTING, ""),
    Field::new("name", "Name", FieldKind::Text, "Unique in the whole world").when("use", &["new"]),
    Field::new("existing", "Existing bucket", FieldKind::Existing(ExistingKind::Bucket), "Its policy gains one statement")
        .when("use", &["existing"]),
    Field::new("expire", "Delete records after", FieldKind::Number { min: 1, max: 3650, unit: "days" }, "By a lifecycle rule")
        .when("use", &["new"]),
    Field::new("kms_key", "KMS key ARN", FieldKind::Text, "A key of yours instead of S3's own").when("use", &["new"]).optional(),
    Field::new("prefix", "Prefix", FieldKind::Text, "A folder for the records").optional(),
];

/// The calls that make a bucket what it shall be, in order.
struct Setup {
    create: CreateBucket,
    tags: PutBucketTagging,
    block: PutPublicAccessBlock,
    ownership: PutBucketOwnershipControls,
    encryption: PutBucketEncryption,
    lifecycle: PutBucketLifecycleConfiguration,
    policy: PutBucketPolicy,
}

impl Setup {
    fn of(values: &Values, facts: &Facts) -> Self {
        let bucket = chosen_name(values);
        let key = values.text("kms_key");
        Self {
            create: CreateBucket { bucket: bucket.clone(), region: facts.region.clone() },
            tags: PutBucketTagging { bucket: bucket.clone(), tags: vec![Tag::new(TAG.0, TAG.1)] },
            block: PutPublicAccessBlock { bucket: bucket.clone() },
            ownership: PutBucketOwnershipControls { bucket: bucket.clone(), ownership: bucket_checks::ENFORCED.to_owned() },
            encryption: PutBucketEncryption { bucket: bucket.clone(), kms_key_id: (!key.is_empty()).then(|| key.to_owned()) },
            lifecycle: PutBucketLifecycleConfiguration { bucket: bucket.clone(), expire_after_days: values.number("expire").unwrap_or(7) },
            policy: PutBucketPolicy { policy: policy::pretty(&policy::bucket(facts, &bucket, values.text("prefix"))), bucket },
        }
    }

    fn plan(&self) -> Vec<PlannedCall> {
        vec![
            PlannedCall::of(&self.create),
            PlannedCall::of(&self.tags),
            PlannedCall::of(&self.block),
            PlannedCall::of(&self.ownership),
            PlannedCall::of(&self.encryption),
            PlannedCall::of(&self.lifecycle),
            PlannedCall::of(&self.policy),
        ]
    }

    /// Everything after the creation; harmless to repeat.
    async fn settings(self, cx: &Cx<'_>) -> Result<(), AwsError> {
        cx.say("Tagging the bucket");
        cx.run(self.tags).await?;
        cx.say("Blocking public access");
        cx.run(self.block).await?;
        cx.say("Switching access lists off");
        cx.run(self.ownership).await?;
        cx.say("Setting encryption and lifecycle");
        cx.run(self.encryption).await?;
        cx.run(self.lifecycle).await?;
        cx.say("Letting Bedrock write records");
        cx.run(self.policy).await
    }
}

#[async_trait]
impl Action for Bucket {
    fn name(&self) -> &'static str {
        "bucket"
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    fn suggest(&self, facts: &Facts) -> Values {
        let mut values: Values = [("use", "new"), ("existing", ""), ("expire", "7"), ("kms_key", ""), ("prefix", "")].into_iter().collect();
        values.set("name", names::suggested_bucket(&facts.account, &facts.suffix));
        values
    }

    fn judge(&self, values: &Values, facts: &Facts) -> Vec<Note> {
        let mut notes = shape_notes(&FIELDS, values);
        let name = chosen_name(values);
        notes.extend(names::prefix_problem(values.text("prefix")).map(|problem| Note::problem("prefix", problem)));
        if takes_existing(values) {
            notes.extend(judge_existing("existing", facts, ExistingKind::Bucket, &name));
            return notes;
        }
        let ours = facts.is_ours(&Resource::Bucket { name: name.clone() });
        notes.push(judge_new_name(names::bucket_problem(&name), facts, ExistingKind::Bucket, &name, ours, names::BUCKET_MAX));
        if name.contains('.') {
            notes.push(Note::warning("name", "Dots make the bucket unreachable by its own https name: prefer hyphens"));
        }
        notes
    }

    fn documents(&self, values: &Values, facts: &Facts) -> Vec<Document> {
        let (name, prefix) = (chosen_name(values), values.text("prefix"));
        if takes_existing(values) {
            return vec![Document::new("Statement to add to the bucket policy", &policy::bucket_write(facts, &name, prefix))];
        }
        vec![Document::new("Bucket policy", &policy::bucket(facts, &name, prefix))]
    }

    fn plan(&self, values: &Values, facts: &Facts) -> Vec<PlannedCall> {
        let bucket = chosen_name(values);
        if !takes_existing(values) {
            return Setup::of(values, facts).plan();
        }
        let statement = policy::pretty(&policy::bucket_write(facts, &bucket, values.text("prefix")));
        vec![
            PlannedCall::of(&GetBucketLocation { bucket: bucket.clone() }),
            PlannedCall::of(&GetBucketPolicy { bucket: bucket.clone() }),
            PlannedCall::of(&PutBucketPolicy { bucket, policy: statement }),
        ]
    }

    fn result(&self, values: &Values) -> String {
        chosen_name(values)
    }

    fn run_label(&self, values: &Values) -> &'static str {
        if takes_existing(values) { "Prepare this bucket" } else { "Create bucket" }
    }

    fn undo_text(&self, values: &Values) -> &'static str {
        if takes_existing(values) { "Takes the statement out of the bucket policy" } else { "Empties the bucket, then deletes it" }
    }

    async fn apply(&self, cx: &Cx<'_>) -> Result<(), ApplyError> {
        if takes_existing(cx.values) { prepare(cx).await } else { make(cx).await }
    }

    async fn verify(&self, cx: &Cx<'_>) -> Result<Verdict, AwsError> {
        bucket_checks::verify(cx, &chosen_name(cx.values), !takes_existing(cx.values)).await
    }
}

async fn make(cx: &Cx<'_>) -> Result<(), ApplyError> {
    let setup = Setup::of(cx.values, cx.facts);
    let name = chosen_name(cx.values);
    let resource = Resource::Bucket { name: name.clone() };
    cx.say(format!("Looking whether {name} exists"));
    match found(cx.run(HeadBucket { bucket: name.clone() }).await) {
        Ok(Some(_)) => claim(cx, &resource, &name).await?,
        Ok(None) => {
            cx.say(format!("Creating bucket {name}"));
            create(cx, &resource, &name, setup.create.clone()).await?;
        }
        Err(error) if error.kind == ErrorKind::AccessDenied => return Err(taken(&name, cx.facts)),
        Err(error) => return Err(error.into()),
    }
    Ok(setup.settings(cx).await?)
}

async fn create(cx: &Cx<'_>, resource: &Resource, name: &str, operation: CreateBucket) -> Result<(), ApplyError> {
    match cx.create(resource.clone(), operation).await {
        Err(ApplyError::Aws(error)) if error.code == "BucketAlreadyOwnedByYou" => claim(cx, resource, name).await,
        Err(ApplyError::Aws(error)) if error.kind == ErrorKind::AlreadyExists => {
            cx.note(Happened::Refused, resource.clone())?;
            Err(taken(name, cx.facts))
        }
        outcome => outcome,
    }
}

/// Uses an existing bucket when it is ours: by ledger, by tag, or because it is younger than our intent to create it.
async fn claim(cx: &Cx<'_>, resource: &Resource, name: &str) -> Result<(), ApplyError> {
    if cx.is_certainly_ours(resource)? || has_our_tag(cx, name).await? || is_younger_than_intent(cx, resource, name).await? {
        return Ok(cx.keep_as_ours(resource.clone())?);
    }
    Err(in_the_way(resource.label(), name, "It is in this account and may be in use, so it is not touched without your word"))
}

/// A bucket cannot be tagged in the call that makes it: killed in between, only its age shows whose it is.
async fn is_younger_than_intent(cx: &Cx<'_>, resource: &Resource, name: &str) -> Result<bool, ApplyError> {
    let Some(intended) = cx.standing(resource)?.filter(super::super::ledger::Standing::is_outstanding).and_then(|s| s.intended_at) else {
        return Ok(false);
    };
    let buckets = cx.run(ListBuckets {}).await?;
    let created = buckets.into_iter().find(|bucket| bucket.name == name).and_then(|bucket| bucket.created);
    Ok(created.is_some_and(|created| bucket_checks::not_before(created, intended)))
}

async fn has_our_tag(cx: &Cx<'_>, name: &str) -> Result<bool, AwsError> {
    let tags = found(cx.run(GetBucketTagging { bucket: name.to_owned() }).await)?.unwrap_or_default();
    Ok(tags.iter().any(|tag| tag.key == TAG.0 && tag.value == TAG.1))
}

/// The name belongs to somebody else in the world.
fn taken(name: &str, facts: &Facts) -> ApplyError {
    let fresh = format!("{}-{:04x}", names::suggested_bucket(&facts.account, &facts.suffix), fastrand::u16(..));
    ApplyError::Foreign {
        what: format!("bucket {name}"),
        why: "It belongs to another account: bucket names are shared by everyone in the world".to_owned(),
        choices: vec![Remedy::SetValues { label: format!("Create {fresh} instead"), values: vec![("name".to_owned(), fresh)] }],
    }
}

/// Adds our statement to the policy of a bucket that is not ours, and nothing else.
async fn prepare(cx: &Cx<'_>) -> Result<(), ApplyError> {
    let bucket = chosen_name(cx.values);
    cx.say(format!("Reading the policy of {bucket}"));
    refuse_other_region(cx, &bucket).await?;
    let current = found(cx.run(GetBucketPolicy { bucket: bucket.clone() }).await)?;
    let statement = policy::bucket_write(cx.facts, &bucket, cx.values.text("prefix"));
    cx.borrow(Resource::Bucket { name: bucket.clone() })?;
    if current.as_deref().is_some_and(|text| policy::has_statement(text, &statement)) {
        return Ok(());
    }
    let merged = policy::with_write_statement(current.as_deref(), &statement).map_err(|why| {
        ApplyError::refused("The bucket's policy cannot be extended", why, "Correct the policy, or choose another bucket")
    })?;
    cx.say("Letting Bedrock write records");
    let operation = PutBucketPolicy { bucket: bucket.clone(), policy: policy::pretty(&merged) };
    cx.create(Resource::BucketStatement { bucket }, operation).await
}

async fn refuse_other_region(cx: &Cx<'_>, bucket: &str) -> Result<(), ApplyError> {
    let region = cx.run(GetBucketLocation { bucket: bucket.to_owned() }).await?;
    if region == cx.facts.region {
        return Ok(());
    }
    Err(ApplyError::refused(
        format!("The bucket {bucket} is in {region}"),
        format!("Bedrock in {} can only write into buckets of its own Region", cx.facts.region),
        "Choose a bucket of this Region, or create a new one",
    ))
}

/// How a size is told in evidence.
pub(super) fn days(count: u32) -> String {
    text::count(count.into(), "day")
}
