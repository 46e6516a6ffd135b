//! Telling the world of an invocation: metrics at once, the record to the log group at once, to the bucket in batches.
//!
//! Deliveries are authorised anew each time, as on AWS: a deleted role, log group or bucket policy shows in the failure metrics, not in the
//! caller's reply.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::meters;
use super::neighbours::{self, Place};
use super::record::{Invocation, gzip, s3_folder};
use super::state::{CloudWatchConfig, LoggingConfig, S3Config};
use crate::base::clock::Timestamp;
use crate::sandbox::Sandbox;
use crate::sandbox::cloudwatch::Unit;
use crate::sandbox::world::World;

/// How long records are collected before they become an object in S3.
const BATCH: Duration = Duration::from_secs(5);

/// A record that waits for its object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pending {
    bucket: String,
    folder: String,
    line: String,
    account: String,
}

/// Records metrics and delivers the record of `invocation` to every destination of its Region.
pub(super) fn complete(sandbox: &Sandbox, invocation: &Invocation) {
    let mut world = sandbox.world();
    meters::record(&mut world, invocation);
    let region = invocation.place.region.clone();
    let Some(config) = world.region(&region).bedrock.logging.clone() else { return };
    if let Some(cloud_watch) = &config.cloud_watch_config {
        to_log_group(&mut world, invocation, &config, cloud_watch);
    }
    if let Some(bucket) = &config.s3_config {
        to_bucket(&mut world, invocation, &config, bucket);
    }
    drop(world);
    schedule(sandbox, &region);
}

/// Sees to it that somebody writes what waits in `region`: called after each record, and by each call, because after a restart nobody does.
pub(super) fn schedule(sandbox: &Sandbox, region: &str) {
    let mut world = sandbox.world();
    let state = &world.region_view(region).bedrock;
    if state.pending.is_empty() || state.flush_scheduled {
        return;
    }
    world.region(region).bedrock.flush_scheduled = true;
    drop(world);
    flush_later(sandbox.clone(), region.to_owned());
}

/// Writes every waiting record into its bucket now: for tests, and before the sandbox stops.
pub fn flush(sandbox: &Sandbox) {
    let regions: Vec<String> = sandbox.world().regions.keys().cloned().collect();
    for region in regions {
        flush_region(sandbox, &region);
    }
}

/// Outside a runtime nobody can wait: the records are written at once.
fn flush_later(sandbox: Sandbox, region: String) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return flush_region(&sandbox, &region) };
    runtime.spawn(async move {
        sandbox.clock().sleep(BATCH).await;
        flush_region(&sandbox, &region);
    });
}

fn flush_region(sandbox: &Sandbox, region: &str) {
    let id = sandbox.random(|rng| rng.u64(..));
    let now = sandbox.clock().now();
    let mut world = sandbox.world();
    let state = &mut world.region(region).bedrock;
    state.flush_scheduled = false;
    let mut objects: BTreeMap<(String, String, String), String> = BTreeMap::new();
    for Pending { bucket, folder, line, account } in state.pending.drain(..) {
        let text = objects.entry((bucket, folder, account)).or_default();
        text.push_str(&line);
        text.push('\n');
    }
    for ((bucket, folder, account), text) in objects {
        let place = Place { region: region.to_owned(), account, now, judged: now };
        let key = format!("{folder}/{}_{id:016x}.json.gz", file_time(now));
        let delivered = write(&mut world, &place, &bucket, &key, gzip(text.as_bytes()));
        count(&mut world, &place, "ModelInvocationLogsS3Delivery", delivered);
    }
}

/// `20261006T095959250Z`.
fn file_time(now: Timestamp) -> String {
    format!("{}{:03}Z", now.strftime("%Y%m%dT%H%M%S"), now.as_millisecond().rem_euclid(1_000))
}

fn to_log_group(world: &mut World, invocation: &Invocation, config: &LoggingConfig, target: &CloudWatchConfig) {
    let large = target.large_data_delivery_s3_config.as_ref();
    let rendered = invocation.render(config, large);
    let place = &invocation.place;
    if let Some(bucket) = large {
        write_bodies(world, place, bucket, rendered.bodies);
    }
    let healthy = !world.region_view(&place.region).bedrock.faults.fail_deliveries;
    let delivered = healthy
        && neighbours::can_write_logs(world, place, &target.log_group_name, &target.role_arn)
        && neighbours::write_log(world, place, &target.log_group_name, &rendered.line);
    count(world, place, "ModelInvocationLogsCloudWatchDelivery", delivered);
}

fn to_bucket(world: &mut World, invocation: &Invocation, config: &LoggingConfig, target: &S3Config) {
    let rendered = invocation.render(config, Some(target));
    let place = &invocation.place;
    write_bodies(world, place, target, rendered.bodies);
    let pending = Pending {
        bucket: target.bucket_name.clone(),
        folder: s3_folder(&invocation.started_place(), target),
        line: rendered.line,
        account: place.account.clone(),
    };
    world.region(&place.region).bedrock.pending.push(pending);
}

fn write_bodies(world: &mut World, place: &Place, bucket: &S3Config, bodies: Vec<(String, Vec<u8>)>) {
    for (key, bytes) in bodies {
        let delivered = write(world, place, &bucket.bucket_name, &key, bytes);
        count(world, place, "ModelInvocationLargeDataS3Delivery", delivered);
    }
}

fn write(world: &mut World, place: &Place, bucket: &str, key: &str, bytes: Vec<u8>) -> bool {
    let healthy = !world.region_view(&place.region).bedrock.faults.fail_deliveries;
    healthy && neighbours::check_bucket(world, place, bucket, key).is_ok() && neighbours::write_object(world, place, bucket, key, bytes)
}

/// Counts a delivery, successful or not; these metrics belong to no model.
fn count(world: &mut World, place: &Place, metric: &str, delivered: bool) {
    let name = format!("{metric}{}", if delivered { "Success" } else { "Failure" });
    neighbours::record(world, place, &name, None, 1.0, Unit::COUNT);
}
