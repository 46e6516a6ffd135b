//! Export tasks: the events of a group as gzip files in a bucket.
//!
//! A task waits, runs and ends as time passes ([`beat`]). As on AWS, the bucket must let the service in, and one task runs at a time.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::checks::{self, INVALID, invalid};
use super::page::Page;
use super::state::State;
use super::view;
use crate::base::clock::{Timestamp, timestamp_ms};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::iam::policy::{Context, PolicyDocument, PolicyKind, Principal};
use crate::sandbox::input::Input;
use crate::sandbox::world::World;

/// Tasks that are remembered.
const MAX_TASKS: usize = 200;
/// Milliseconds that a task waits before it runs.
const WAITS_MS: i64 = 1_000;
/// The folder of a task that names none.
const DEFAULT_PREFIX: &str = "exportedlogs";

/// The tasks of a Region, oldest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Tasks(VecDeque<Task>);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Task {
    id: String,
    name: Option<String>,
    group: String,
    stream_prefix: String,
    /// Milliseconds, start inclusive and end exclusive.
    from: i64,
    to: i64,
    bucket: String,
    prefix: String,
    status: Status,
    message: String,
    created_ms: i64,
    completed_ms: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Status {
    Pending,
    Completed,
    Failed,
    Cancelled,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// `CreateExportTask`.
pub(super) fn create(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let task = task(&input, cx, sandbox.new_id())?;
    let id = task.id.clone();
    let mut world = sandbox.world();
    world.region_view(&cx.region).logs.existing(&task.group)?;
    check_bucket(&world, cx, &task)?;
    let test = format!("{}/aws-logs-write-test", task.prefix);
    put(&mut world, &task.bucket, &test, b"Permission Check Successful".to_vec(), cx.now).map_err(|_| no_permission("PutObject"))?;
    let tasks = &mut world.region(&cx.region).logs.exports.0;
    if tasks.iter().any(|task| task.status == Status::Pending) {
        return Err(ApiError::new(400, "LimitExceededException", "Resource limit exceeded."));
    }
    tasks.push_back(task);
    if tasks.len() > MAX_TASKS {
        tasks.pop_front();
    }
    Ok(json!({ "taskId": id }))
}

fn task(input: &Input<'_>, cx: &CallContext, id: String) -> Result<Task, ApiError> {
    let group = checks::group_name(input, "logGroupName")?.to_owned();
    let time = |name: &str| checks::time_ms(input, name)?.ok_or_else(|| input.missing(name));
    let (from, to) = (time("from")?, time("to")?);
    if from >= to {
        return Err(invalid("Specified time range is invalid: from must be before to."));
    }
    let stream_prefix = input.opt_str("logStreamNamePrefix")?.unwrap_or_default();
    if !stream_prefix.is_empty() {
        checks::check_stream_name(input, "logStreamNamePrefix", stream_prefix)?;
    }
    let bucket = input.required_str("destination")?;
    input.check_length("destination", bucket, 1..=512)?;
    let prefix = input.opt_str("destinationPrefix")?.filter(|prefix| !prefix.is_empty()).unwrap_or(DEFAULT_PREFIX);
    Ok(Task {
        id,
        name: input.opt_str("taskName")?.map(str::to_owned),
        group,
        stream_prefix: stream_prefix.to_owned(),
        from,
        to,
        bucket: bucket.to_owned(),
        prefix: prefix.trim_end_matches('/').to_owned(),
        status: Status::Pending,
        message: "Task is pending.".to_owned(),
        created_ms: cx.now.as_millisecond(),
        completed_ms: None,
    })
}

fn no_permission(call: &str) -> ApiError {
    invalid(format!(
        "{call} call on the given bucket failed. Please check if CloudWatch Logs has been granted permission to perform this operation."
    ))
}

/// The bucket is there, in this Region, and its policy lets the service look at it and write.
fn check_bucket(world: &World, cx: &CallContext, task: &Task) -> Result<(), ApiError> {
    let bucket =
        world.s3.bucket(&task.bucket).ok_or_else(|| invalid("The given bucket does not exist. Please provide a valid bucket name."))?;
    if bucket.region != cx.region {
        return Err(invalid("The given bucket is not in the same Region as the log group."));
    }
    let service = format!("logs.{}.amazonaws.com", cx.region);
    let context = Context::of_service(&cx.account, &format!("arn:aws:logs:{}:{}:log-group:{}", cx.region, cx.account, task.group));
    let policy = world.s3.policy_document(&task.bucket).and_then(|text| PolicyDocument::parse(text, PolicyKind::Resource).ok());
    for (call, action, resource) in [
        ("GetBucketAcl", "s3:GetBucketAcl", format!("arn:aws:s3:::{}", task.bucket)),
        ("PutObject", "s3:PutObject", format!("arn:aws:s3:::{}/{}/x", task.bucket, task.prefix)),
    ] {
        let allows = |policy: &PolicyDocument| {
            let service = [service.as_str(), "logs.amazonaws.com"];
            service.into_iter().any(|name| policy.allows_principal(Principal::Service(name), action, &resource, &context).is_allowed())
        };
        if !policy.as_ref().is_some_and(allows) {
            return Err(no_permission(call));
        }
    }
    Ok(())
}

/// `DescribeExportTasks`, newest first.
pub(super) fn describe(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let (id, status) = (input.opt_str("taskId")?, input.opt_str("statusCode")?);
    let page = Page::of(&input)?;
    view(sandbox, cx, |state| {
        let is_wanted = |task: &&Task| id.is_none_or(|id| id == task.id) && status.is_none_or(|status| status == task.status.name());
        let found = state.exports.0.iter().rev().filter(is_wanted).map(|task| (task.id.as_str(), task));
        let (page, token) = page.cut(found)?;
        Ok(json!({ "exportTasks": page.into_iter().map(|(_, task)| task.described()).collect::<Vec<_>>(), "nextToken": token }))
    })
}

impl Task {
    fn described(&self) -> Value {
        json!({
            "taskId": self.id, "taskName": self.name, "logGroupName": self.group, "from": self.from, "to": self.to,
            "destination": self.bucket, "destinationPrefix": self.prefix,
            "status": { "code": self.status.name(), "message": self.message },
            "executionInfo": { "creationTime": self.created_ms, "completionTime": self.completed_ms },
        })
    }

    fn end(&mut self, status: Status, message: &str, now: Timestamp) {
        (self.status, self.message, self.completed_ms) = (status, message.to_owned(), Some(now.as_millisecond()));
    }
}

/// `CancelExportTask`.
pub(super) fn cancel(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let id = input.required_str("taskId")?;
    let mut world = sandbox.world();
    let task = world.region(&cx.region).logs.exports.0.iter_mut().find(|task| task.id == id);
    let task = task.ok_or_else(|| ApiError::new(400, "ResourceNotFoundException", "The specified export task does not exist."))?;
    if task.status != Status::Pending {
        let message = format!("The specified export task has already been {}.", task.status.name().to_lowercase());
        return Err(ApiError::new(400, "InvalidOperationException", message));
    }
    task.end(Status::Cancelled, "Task cancelled by user.", cx.now);
    Ok(Value::Null)
}

/// Runs the tasks that have waited long enough.
pub(in crate::sandbox) fn beat(sandbox: &Sandbox) {
    let now = sandbox.clock().now();
    let mut world = sandbox.world();
    let is_due = |task: &Task| task.status == Status::Pending && now.as_millisecond() >= task.created_ms + WAITS_MS;
    let due: Vec<(String, Task)> = (world.regions.iter())
        .flat_map(|(region, held)| held.logs.exports.0.iter().filter(|task| is_due(task)).map(|task| (region.clone(), task.clone())))
        .collect();
    for (region, task) in due {
        let done = run(&mut world, &region, &task, now);
        let Some(held) = world.region(&region).logs.exports.0.iter_mut().find(|held| held.id == task.id) else { continue };
        match done {
            Ok(()) => held.end(Status::Completed, "Completed successfully", now),
            Err(why) => held.end(Status::Failed, &why, now),
        }
    }
}

fn run(world: &mut World, region: &str, task: &Task, now: Timestamp) -> Result<(), String> {
    let logs = &world.region_view(region).logs;
    for (stream, text) in texts(logs, task, now).map_err(|error| error.message)? {
        let key = format!("{}/{}/{}/000000.gz", task.prefix, task.id, stream.replace('/', "-"));
        let bytes = gzip(&text).map_err(|error| error.to_string())?;
        put(world, &task.bucket, &key, bytes, now)?;
    }
    Ok(())
}

/// The lines of each stream: time and message.
fn texts(logs: &State, task: &Task, now: Timestamp) -> Result<BTreeMap<String, String>, ApiError> {
    let group = logs.existing(&task.group)?;
    let oldest = group.oldest_visible_ms(now.as_millisecond());
    let streams = group.streams.iter().filter(|(name, _)| name.starts_with(&task.stream_prefix));
    let text = |stream: &super::LogStream| {
        let events = stream.log.between(super::EventKey::before(task.from.max(oldest)), super::EventKey::before(task.to));
        let mut text = String::new();
        for (key, event) in events {
            let _infallible = writeln!(text, "{} {}", timestamp_ms(key.at_ms).strftime("%Y-%m-%dT%H:%M:%S.%3fZ"), event.message);
        }
        text
    };
    Ok(streams.map(|(name, stream)| (name.to_string(), text(stream))).filter(|(_, text)| !text.is_empty()).collect())
}

fn gzip(text: &str) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}

fn put(world: &mut World, bucket: &str, key: &str, bytes: Vec<u8>, now: Timestamp) -> Result<(), String> {
    world.s3.put_object(bucket, key, bytes, None, None, now).map(|_| ()).map_err(|error| format!("{error:?}"))
}
