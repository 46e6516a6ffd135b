//! Switches model invocation logging on, waiting while IAM spreads a new role.

use std::time::Duration;

use async_trait::async_trait;

use super::judge_existing;
use crate::aws::bedrock::{
    CloudWatchDestination, GetModelInvocationLoggingConfiguration, LoggingConfig, PutModelInvocationLoggingConfiguration, S3Destination,
};
use crate::aws::error::AwsError;
use crate::aws::operation::PlannedCall;
use crate::lab::action::{Action, ApplyError, Cx, Document};
use crate::lab::facts::Facts;
use crate::lab::form::{Choice, ExistingKind, Field, FieldKind, Note, Values, shape_notes};
use crate::lab::ledger::{Happened, Standing};
use crate::lab::names;
use crate::lab::policy;
use crate::lab::resource::Resource;
use crate::lab::status::Verdict;

/// See the module.
pub struct InvocationLogging;

/// How long to go on while Bedrock cannot validate the role: IAM is consistent within seconds, rarely a minute.
const PATIENCE_SECS: i64 = 90;
/// Waits between tries, in seconds; the last one repeats.
const WAITS_SECS: [u64; 5] = [2, 3, 5, 8, 10];
/// How Bedrock's refusal begins while a new role or policy is not known everywhere yet.
const PROPAGATION_TEXT: &str = "Failed to validate permissions for log group";

const DESTINATIONS: FieldKind = FieldKind::Choice(&[
    Choice { value: "both", label: "S3 and CloudWatch", help: "Search and tail in CloudWatch, keep everything in S3" },
    Choice { value: "cloudwatch", label: "CloudWatch only", help: "Bodies over 100 KB need a bucket for large data" },
    Choice { value: "s3", label: "S3 only", help: "Cheapest to keep; no Live Tail, no Logs Insights" },
]);

const TO_LOGS: &[&str] = &["both", "cloudwatch"];

const FIELDS: [Field; 10] = [
    Field::new("destination", "Destination", DESTINATIONS, ""),
    Field::new("log_group", "Log group", FieldKind::Existing(ExistingKind::LogGroup), "").when("destination", TO_LOGS),
    Field::new("role", "Service role", FieldKind::Existing(ExistingKind::Role), "").when("destination", TO_LOGS),
    Field::new("bucket", "Bucket", FieldKind::Existing(ExistingKind::Bucket), "For records, or for large data only"),
    Field::new("prefix", "Prefix", FieldKind::Text, "The one that the bucket's policy names").optional(),
    Field::new("large_data", "Large data to S3", FieldKind::Toggle, "Bodies over 100 KB and binary ones of CloudWatch records")
        .when("destination", TO_LOGS),
    Field::new("text", "Text", FieldKind::Toggle, "Prompts and answers"),
    Field::new("image", "Images", FieldKind::Toggle, ""),
    Field::new("embedding", "Embeddings", FieldKind::Toggle, ""),
    Field::new("video", "Video", FieldKind::Toggle, ""),
];

/// The configuration that the values describe.
fn config(values: &Values, facts: &Facts) -> LoggingConfig {
    let destination = values.text("destination");
    let bucket = S3Destination { bucket: values.text("bucket").to_owned(), prefix: values.text("prefix").to_owned() };
    let has_bucket = !bucket.bucket.is_empty();
    let cloud_watch = (destination != "s3").then(|| CloudWatchDestination {
        log_group: values.text("log_group").to_owned(),
        role_arn: role_arn(values, facts),
        large_data: (values.is_on("large_data") && has_bucket).then(|| bucket.clone()),
    });
    LoggingConfig {
        cloud_watch,
        s3: (destination != "cloudwatch").then_some(bucket),
        text: values.is_on("text"),
        image: values.is_on("image"),
        embedding: values.is_on("embedding"),
        video: values.is_on("video"),
        audio: values.is_on("text"),
    }
}

/// The role's ARN: as listed (a role may have a path), or of a role of ours without one.
fn role_arn(values: &Values, facts: &Facts) -> String {
    let name = values.text("role");
    let listed = facts.roles.iter().flatten().find(|role| role.name == name).and_then(|role| role.arn.clone());
    listed.unwrap_or_else(|| policy::role_arn(facts, name))
}

fn needs_bucket(values: &Values) -> bool {
    !values.is("destination", "cloudwatch") || values.is_on("large_data")
}

#[async_trait]
impl Action for InvocationLogging {
    fn name(&self) -> &'static str {
        "invocation-logging"
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    fn suggest(&self, _facts: &Facts) -> Values {
        let on = ["text", "image", "embedding", "video", "large_data"].map(|key| (key, "true"));
        let mut values: Values = on.into_iter().collect();
        values.set("destination", "both");
        for key in ["log_group", "role", "bucket", "prefix"] {
            values.set(key, "");
        }
        values
    }

    fn judge(&self, values: &Values, facts: &Facts) -> Vec<Note> {
        let mut notes = shape_notes(&FIELDS, values);
        if !values.is("destination", "s3") {
            notes.extend(judge_existing("log_group", facts, ExistingKind::LogGroup, values.text("log_group")));
            notes.extend(judge_existing("role", facts, ExistingKind::Role, values.text("role")));
        }
        if needs_bucket(values) {
            notes.extend(judge_existing("bucket", facts, ExistingKind::Bucket, values.text("bucket")));
        }
        notes.extend(names::prefix_problem(values.text("prefix")).map(|problem| Note::problem("prefix", problem)));
        if values.is("destination", "cloudwatch") && !values.is_on("large_data") {
            notes.push(Note::warning("large_data", "Bodies over 100 KB will be dropped"));
        }
        if !values.is_on("text") {
            notes.push(Note::warning("text", "Records will hold token counts, but neither prompts nor answers"));
        }
        notes
    }

    fn documents(&self, values: &Values, facts: &Facts) -> Vec<Document> {
        vec![Document::new("Logging configuration", &config(values, facts).params())]
    }

    fn plan(&self, values: &Values, facts: &Facts) -> Vec<PlannedCall> {
        let put = PutModelInvocationLoggingConfiguration { config: config(values, facts) };
        vec![PlannedCall::of(&GetModelInvocationLoggingConfiguration {}), PlannedCall::of(&put)]
    }

    fn summary(&self, values: &Values) -> String {
        match values.text("destination") {
            "s3" => "to S3".to_owned(),
            "cloudwatch" => "to CloudWatch Logs".to_owned(),
            _ => "to S3 and CloudWatch Logs".to_owned(),
        }
    }

    fn run_label(&self, _values: &Values) -> &'static str {
        "Switch logging on"
    }

    fn undo_text(&self, _values: &Values) -> &'static str {
        "Switches logging off, or puts the configuration from before back"
    }

    async fn apply(&self, cx: &Cx<'_>) -> Result<(), ApplyError> {
        cx.say("Reading the present configuration");
        let current = cx.run(GetModelInvocationLoggingConfiguration {}).await?;
        let ours = config(cx.values, cx.facts);
        let previous = previous(cx, current.as_ref())?.map(Box::new);
        let resource = Resource::LoggingConfiguration { previous, ours: Box::new(ours.clone()) };
        if current.as_ref().is_some_and(|current| current == &ours) {
            return match cx.standing(&resource)?.filter(Standing::is_outstanding) {
                Some(_) => Ok(cx.keep_as_ours(resource)?),
                None => Ok(cx.borrow(resource)?),
            };
        }
        cx.note(Happened::Intent, resource.clone())?;
        switch_on(cx, ours).await?;
        Ok(cx.note(Happened::Created, resource)?)
    }

    async fn verify(&self, cx: &Cx<'_>) -> Result<Verdict, AwsError> {
        let Some(current) = cx.run(GetModelInvocationLoggingConfiguration {}).await? else {
            return Ok(Verdict::not_yet(format!("Invocation logging is off in {}", cx.facts.region), "Run this step"));
        };
        let wanted = config(cx.values, cx.facts);
        if !same_destinations(&current, &wanted) {
            return Ok(Verdict::not_yet(
                format!("Logging is on, but goes elsewhere: {}", destinations(&current)),
                "Run this step to change it",
            ));
        }
        Ok(judge_flags(&current, &wanted))
    }
}

/// The configuration to put back later: the one before the lab, however often the step is repeated.
fn previous(cx: &Cx<'_>, current: Option<&LoggingConfig>) -> Result<Option<LoggingConfig>, ApplyError> {
    let ours = cx.ledger.logging_configs(&cx.facts.account, &cx.facts.region)?;
    if !current.is_some_and(|now| ours.iter().any(|config| same_destinations(now, config))) {
        return Ok(current.cloned());
    }
    match cx.standing(&Resource::any_logging())?.map(|standing| standing.last.resource) {
        Some(Resource::LoggingConfiguration { previous, .. }) => Ok(previous.map(|config| *config)),
        _ => Ok(None),
    }
}

/// Puts the configuration, again and again while the only obstacle is that IAM has not spread the role yet.
async fn switch_on(cx: &Cx<'_>, config: LoggingConfig) -> Result<(), ApplyError> {
    let start = cx.clock.now().as_second();
    let mut attempt = 1;
    loop {
        cx.say_attempt("Bedrock tries out the destinations", attempt, None);
        let error = match cx.run(PutModelInvocationLoggingConfiguration { config: config.clone() }).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let waited = cx.clock.now().as_second() - start;
        if !error.message.contains(PROPAGATION_TEXT) || waited >= PATIENCE_SECS {
            return Err(error.into());
        }
        let pause = WAITS_SECS[(attempt as usize - 1).min(WAITS_SECS.len() - 1)];
        let text = format!("IAM is still spreading the new role; next try in {pause} s, for up to {PATIENCE_SECS} s");
        cx.say_attempt(text, attempt, Some(waited as f32 / PATIENCE_SECS as f32));
        cx.clock.sleep(Duration::from_secs(pause)).await;
        attempt += 1;
    }
}

/// Whether both send records to the same places.
pub fn same_destinations(a: &LoggingConfig, b: &LoggingConfig) -> bool {
    a.cloud_watch == b.cloud_watch && a.s3 == b.s3
}

/// The places in words.
fn destinations(config: &LoggingConfig) -> String {
    let group = config.cloud_watch.as_ref().map(|c| format!("log group {}", c.log_group));
    let bucket = config.s3.as_ref().map(|s| format!("bucket {}", s.bucket));
    let list: Vec<String> = group.into_iter().chain(bucket).collect();
    if list.is_empty() { "nowhere".to_owned() } else { list.join(" and ") }
}

fn judge_flags(current: &LoggingConfig, wanted: &LoggingConfig) -> Verdict {
    let mut evidence = vec![format!("Invocation logging is on, to {}", destinations(current))];
    let types = [("text", current.text), ("images", current.image), ("embeddings", current.embedding), ("video", current.video)];
    let on: Vec<&str> = types.into_iter().filter(|(_, on)| *on).map(|(name, _)| name).collect();
    evidence.push(format!("Data types: {}", if on.is_empty() { "none, counts only".to_owned() } else { on.join(", ") }));
    if let Some(large) = current.cloud_watch.as_ref().and_then(|c| c.large_data.as_ref()) {
        evidence.push(format!("Bodies over 100 KB go to bucket {}", large.bucket));
    }
    let flags = |c: &LoggingConfig| (c.text, c.image, c.embedding, c.video);
    if flags(current) == flags(wanted) {
        return Verdict::Passed { evidence };
    }
    let (why, remedy) = ("The data types are not those chosen here".to_owned(), "Run the step again to set them".to_owned());
    Verdict::Warned { evidence, why, remedy }
}
