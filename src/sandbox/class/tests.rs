//! A class and its incidents, seen as anybody sees them: in metrics and log records.

use std::time::Duration;

use serde_json::Value;

use super::incident::{Kind, Start};
use super::*;
use crate::base::clock::{ManualClock, PacedClock};
use crate::sandbox::bedrock::meters::NAMESPACE;
use crate::sandbox::cloudwatch::MetricKey;
use crate::sandbox::control;
use crate::sandbox::world::World;
use strum::IntoEnumIterator as _;

/// Friday 2026-11-27, 09:30 UTC, a day after the account was made.
const NOW_MS: i64 = 1_795_771_800_000;
const GROUP: &str = "bedrock-logs";

/// An account with invocation logging as the lab makes it.
fn account() -> Sandbox {
    let snapshot: Value = serde_json::from_str(include_str!("../../../tests/it/fixtures/sandbox-v1.json")).unwrap();
    let world: World = serde_json::from_value(snapshot["world"].clone()).unwrap();
    Sandbox::paced(world, PacedClock::over(ManualClock::starting_at(timestamp_ms(NOW_MS))), 1, None)
}

/// Sum of a metric over all models between two moments, as samples and as their sum.
fn metric(sandbox: &Sandbox, name: &str, from_ms: i64) -> (f64, f64) {
    let world = sandbox.world();
    let state = &world.region_view(REGION).cloudwatch;
    let models = texts::WORK.models.iter().map(|model| vec![("ModelId", model.id.as_str())]);
    let keys = models.chain([Vec::new()]).map(|dimensions| MetricKey::new(NAMESPACE, name, &dimensions));
    let totals = keys.flat_map(|key| state.totals(&key, from_ms / 1_000, sandbox.clock().now_ms() / 1_000 + 3_600, sandbox.clock().now()));
    totals.fold((0.0, 0.0), |(count, sum), set| (count + set.sample_count, sum + set.sum))
}

fn records(sandbox: &Sandbox, from_ms: i64) -> Vec<Value> {
    let world = sandbox.world();
    let group = world.region_view(REGION).logs.group(GROUP).unwrap();
    group.messages_since(from_ms).filter_map(|text| serde_json::from_str(text).ok()).collect()
}

fn catch_up(sandbox: &Sandbox) {
    for _ in 0..100 {
        pulse::beat(sandbox);
    }
}

#[test]
fn a_class_brings_two_weeks_of_metrics_and_hours_of_records() {
    let sandbox = account();
    set(&sandbox, 25, 7, true);
    catch_up(&sandbox);
    let (two_weeks, _) = metric(&sandbox, "Invocations", NOW_MS - history::LENGTH_MS);
    let (last_day, _) = metric(&sandbox, "Invocations", NOW_MS - 24 * 60 * MINUTE_MS);
    assert!(two_weeks > 20_000.0 && last_day > 1_000.0, "{two_weeks} {last_day}");
    for name in [
        "InputTokenCount",
        "OutputTokenCount",
        "InvocationLatency",
        "TimeToFirstToken",
        "CacheReadInputTokens",
        "CacheWriteInputTokens",
        "InvocationThrottles",
        "InvocationClientErrors",
        "EstimatedTPMQuotaUsage",
    ] {
        assert!(metric(&sandbox, name, NOW_MS - history::LENGTH_MS).0 > 100.0, "{name}");
    }
    let all = records(&sandbox, NOW_MS - CATCH_UP_MS);
    assert!((200..2_000).contains(&all.len()), "{} records in three hours", all.len());
    let has = |what: &str, test: &dyn Fn(&Value) -> bool| assert!(all.iter().any(test), "no record with {what}");
    for operation in ["Converse", "ConverseStream", "InvokeModel", "InvokeModelWithResponseStream"] {
        has(operation, &|record| record["operation"] == operation);
    }
    has("a cached prefix", &|record| record["input"]["cacheReadInputTokenCount"].as_u64() > Some(4_000));
    has("a tool", &|record| record["input"]["inputBodyJson"]["toolConfig"].is_object());
    has("an error", &|record| record["errorCode"] == "ValidationException");
    has("labels", &|record| record["requestMetadata"]["team"] == "shop");
    has("a body in S3", &|record| record["input"]["inputBodyS3Path"].is_string());
}

#[test]
fn the_same_seed_and_clock_give_the_same_traffic_whatever_the_steps() {
    let traffic = |steps: &[u64]| {
        let sandbox = account();
        set(&sandbox, 10, 3, false);
        for minutes in steps {
            control::leap(&sandbox, Duration::from_secs(minutes * 60));
        }
        catch_up(&sandbox);
        records(&sandbox, NOW_MS).into_iter().map(|record| record["requestId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let one = traffic(&[30]);
    assert!(one.len() > 20, "{}", one.len());
    assert_eq!(one, traffic(&[7, 11, 12]));
}

/// A busy morning of the largest class: what is kept stays within its bounds and nothing fails to be delivered.
#[test]
fn a_long_class_stays_within_its_bounds() {
    let sandbox = account();
    set(&sandbox, LARGEST, 7, true);
    control::leap(&sandbox, Duration::from_hours(3));
    let (calls, _) = metric(&sandbox, "Invocations", NOW_MS);
    assert!(calls > 1_500.0, "{calls}");
    assert_eq!(metric(&sandbox, "ModelInvocationLogsCloudWatchDeliveryFailure", NOW_MS).0, 0.0);
    assert_eq!(metric(&sandbox, "ModelInvocationLargeDataS3DeliveryFailure", NOW_MS).0, 0.0);
    let world = sandbox.world();
    let stored = world.region_view(REGION).logs.group(GROUP).unwrap().stored_bytes();
    assert!(stored < 200 << 20, "{stored} bytes of log events");
    assert!(world.s3.stored_bytes() < 200 << 20, "{} bytes of objects", world.s3.stored_bytes());
}

#[test]
fn a_call_is_made_once_however_many_look_at_the_clock() {
    let sandbox = account();
    set(&sandbox, 25, 3, false);
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| control::leap(&sandbox, Duration::from_mins(5)));
        }
    });
    catch_up(&sandbox);
    let mut ids: Vec<String> = records(&sandbox, NOW_MS).iter().map(|record| record["requestId"].as_str().unwrap().to_owned()).collect();
    let made = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert!(made > 20, "{made}");
    assert_eq!(made, ids.len(), "some calls were made more than once");
}

#[test]
fn a_class_that_goes_home_is_quiet() {
    let sandbox = account();
    set(&sandbox, 10, 3, false);
    control::leap(&sandbox, Duration::from_mins(20));
    set(&sandbox, 0, 3, false);
    let before = records(&sandbox, NOW_MS).len();
    control::leap(&sandbox, Duration::from_mins(20));
    assert!(before > 0 && records(&sandbox, NOW_MS).len() == before);
}

/// What an incident must change while it runs: a metric by name, and records that satisfy a test.
fn signs(kind: Kind) -> (&'static str, fn(&Value) -> bool) {
    match kind {
        Kind::ThrottlingStorm => ("InvocationThrottles", |record| record["errorCode"] == "ThrottlingException"),
        Kind::LatencyRegression => {
            ("InvocationLatency", |record| record["output"]["outputBodyJson"]["metrics"]["latencyMs"].as_u64() > Some(9_000))
        }
        Kind::TokenBomb => ("InputTokenCount", |record| record["input"]["inputTokenCount"].as_u64() > Some(15_000)),
        Kind::DeniedModel => ("InvocationClientErrors", |record| record["errorCode"] == "AccessDeniedException"),
        Kind::ExpiredModel => ("InvocationClientErrors", |record| record["errorCode"] == "ResourceNotFoundException"),
        Kind::LogDeliveryFailure => ("ModelInvocationLogsCloudWatchDeliveryFailure", |_| false),
        Kind::PersonalData => ("Invocations", |record| {
            record["input"]["inputBodyJson"].to_string().contains("@example.")
                || record["input"]["inputBodyJson"].to_string().contains("IBAN")
        }),
    }
}

#[test]
fn each_incident_is_seen_while_it_runs_and_over_when_it_ends() {
    for kind in Kind::iter() {
        let sandbox = account();
        let (name, shows) = signs(kind);
        incident::start(&sandbox, kind, &Start { minutes: Some(10), ..Start::default() }).unwrap();
        control::leap(&sandbox, Duration::from_mins(5));
        let seen = records(&sandbox, NOW_MS).iter().filter(|record| shows(record)).count();
        let (count, _) = metric(&sandbox, name, NOW_MS);
        assert!(count > 5.0, "{kind:?}: {count} samples of {name}");
        assert!(seen > 5 || kind == Kind::LogDeliveryFailure && records(&sandbox, NOW_MS).is_empty(), "{kind:?}: {seen} records");
        control::leap(&sandbox, Duration::from_mins(6));
        assert!(incident::active(&sandbox).is_empty(), "{kind:?} ends by itself");
        assert_eq!(sandbox.world().region_view(REGION).bedrock.faults, bedrock::Faults::default(), "{kind:?}");
        let after = sandbox.clock().now_ms();
        control::leap(&sandbox, Duration::from_mins(5));
        assert!(records(&sandbox, after).is_empty(), "{kind:?} leaves no traffic");
    }
}

#[test]
fn incidents_are_found_by_name_and_about_a_known_model() {
    assert!(Kind::iter().all(|kind| Kind::named(kind.name()) == Ok(kind)));
    let error = Kind::named("flood").unwrap_err().to_string();
    assert!(error.contains("throttling-storm") && error.contains("personal-data"), "{error}");
    let how = Start { model: Some("gpt".to_owned()), minutes: None };
    assert!(incident::start(&account(), Kind::DeniedModel, &how).is_err());
}
