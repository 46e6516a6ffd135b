//! What must hold for any events and any parameters.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::state::MAX_STORED_BYTES;
use super::*;
use crate::base::clock::{ManualClock, timestamp_ms};
use crate::sandbox::api::ApiResult;
use crate::sandbox::world::World;

const NOW: i64 = 1_790_000_000_000;

fn scene() -> (Sandbox, CallContext) {
    let sandbox = Sandbox::new(World::default(), ManualClock::starting_at(timestamp_ms(NOW)), 1);
    let cx = sandbox.call_context(None);
    (sandbox, cx)
}

fn call(sandbox: &Sandbox, cx: &CallContext, operation: &str, input: &Value) -> ApiResult {
    let (_, handler) = OPERATIONS.iter().find(|(name, _)| *name == operation).unwrap();
    handler(sandbox, cx, input)
}

/// A group `g` with these events, as (time, stream number); the message of each is its number.
fn with_events(events: &[(u8, u8)]) -> (Sandbox, CallContext) {
    let (sandbox, cx) = scene();
    call(&sandbox, &cx, "CreateLogGroup", &json!({ "logGroupName": "g" })).unwrap();
    let mut world = sandbox.world();
    let logs = &mut world.region("us-east-1").logs;
    for (n, (at, stream)) in events.iter().enumerate() {
        logs.put_event_at("g", &stream.to_string(), &n.to_string(), timestamp_ms(NOW + i64::from(*at)), cx.now).unwrap();
    }
    drop(world);
    (sandbox, cx)
}

/// The messages of all pages of a call, and the pages' sizes.
fn all_pages(sandbox: &Sandbox, cx: &CallContext, operation: &str, mut input: Value, token_name: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    loop {
        let page = call(sandbox, cx, operation, &input).unwrap();
        let messages = page["events"].as_array().unwrap().iter().map(|event| event["message"].as_str().unwrap().to_owned());
        pages.push(messages.collect());
        if page[token_name].is_null() || page[token_name] == input["nextToken"] {
            return pages;
        }
        input["nextToken"] = page[token_name].clone();
    }
}

/// Numbers of the events in the service's order: by time, then by arrival.
fn in_order(events: &[(u8, u8)], wanted: impl Fn(&(u8, u8)) -> bool) -> Vec<String> {
    let mut numbers: Vec<usize> = (0..events.len()).filter(|n| wanted(&events[*n])).collect();
    numbers.sort_by_key(|n| events[*n].0);
    numbers.into_iter().map(|n| n.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_that_is_complete_has_its_rows() {
    let (sandbox, cx) = with_events(&[(0, 0), (1, 0)]);
    let start = json!({ "logGroupName": "g", "startTime": NOW / 1_000, "endTime": NOW / 1_000 + 1, "queryString": "stats count(*) as n" });
    for _ in 0..2_000 {
        let id = call(&sandbox, &cx, "StartQuery", &start).unwrap()["queryId"].clone();
        let reply = loop {
            // At once again and again: it ends while a reply is being made.
            let reply = call(&sandbox, &cx, "GetQueryResults", &json!({ "queryId": id })).unwrap();
            if reply["status"] != "Running" {
                break reply;
            }
        };
        assert_eq!(reply["results"][0][0]["value"], "2", "{reply}");
    }
}

#[test]
fn a_region_holds_only_so_many_bytes() {
    let (sandbox, cx) = with_events(&[(0, 0)]);
    let mut world = sandbox.world();
    let logs = &mut world.region("us-east-1").logs;
    logs.stored_bytes = MAX_STORED_BYTES - 30;
    logs.put_event("g", "0", "four", cx.now).unwrap();
    assert_eq!(logs.put_event("g", "0", "x", cx.now).unwrap_err().code, "LimitExceededException");
}

#[test]
fn deleting_gives_the_bytes_back_and_a_snapshot_counts_them() {
    let (sandbox, cx) = with_events(&[(0, 0), (1, 1)]);
    let bytes = || sandbox.world().region_view("us-east-1").logs.stored_bytes;
    assert_eq!(bytes(), 54);
    call(&sandbox, &cx, "DeleteLogStream", &json!({ "logGroupName": "g", "logStreamName": "0" })).unwrap();
    assert_eq!(bytes(), 27);
    let saved = serde_json::to_string(&sandbox.world().region_view("us-east-1").logs).unwrap();
    assert_eq!(serde_json::from_str::<State>(&saved).unwrap().stored_bytes, 27);
    call(&sandbox, &cx, "DeleteLogGroup", &json!({ "logGroupName": "g" })).unwrap();
    assert_eq!(bytes(), 0);
}

fn events() -> impl Strategy<Value = Vec<(u8, u8)>> {
    prop::collection::vec((0u8..20, 0u8..3), 0..40)
}

/// Parameters of every name that the operations read, of every type.
fn any_input() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "logGroupName",
        "logStreamName",
        "logGroupIdentifier",
        "resourceArn",
        "tags",
        "tagKeys",
        "logEvents",
        "nextToken",
        "limit",
        "startTime",
        "endTime",
        "filterPattern",
        "logStreamNames",
        "logStreamNamePrefix",
        "retentionInDays",
        "orderBy",
        "descending",
        "startFromHead",
        "kmsKeyId",
        "logGroupClass",
        "logGroupNamePrefix",
        "logGroupNamePattern",
        "logGroupIdentifiers",
        "deletionProtectionEnabled",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(json!("g")),
        Just(json!("0")),
        ".{0,12}".prop_map(Value::from),
        "[a-z0-9/:]{0,8}/[0-9]{56}/s".prop_map(Value::from),
        (any::<i64>(), ".{0,4}").prop_map(|(at, message)| json!({ "timestamp": at, "message": message })),
    ];
    let value = prop_oneof![4 => leaf.clone(), 1 => prop::collection::vec(leaf, 0..3).prop_map(Value::from)];
    prop::collection::vec((names, value), 0..8)
        .prop_map(|members| Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
}

proptest! {
    #[test]
    fn pages_of_a_search_add_up(events in events(), limit in 1usize..7, newest_first: bool) {
        let (sandbox, cx) = with_events(&events);
        let input = json!({ "logGroupName": "g", "limit": limit, "startFromHead": !newest_first });
        let pages = all_pages(&sandbox, &cx, "FilterLogEvents", input, "nextToken");
        prop_assert!(pages.iter().all(|page| page.len() <= limit));
        let mut wanted = in_order(&events, |_| true);
        if newest_first {
            wanted.reverse();
        }
        prop_assert_eq!(pages.concat(), wanted);
    }

    #[test]
    fn pages_of_a_stream_add_up_in_both_directions(events in events(), limit in 1usize..7) {
        let (sandbox, cx) = with_events(&events);
        prop_assume!(events.iter().any(|(_, stream)| *stream == 0));
        let wanted = in_order(&events, |(_, stream)| *stream == 0);
        let input = |from_head: bool| json!({ "logGroupName": "g", "logStreamName": "0", "limit": limit, "startFromHead": from_head });
        prop_assert_eq!(all_pages(&sandbox, &cx, "GetLogEvents", input(true), "nextForwardToken").concat(), wanted.clone());
        let mut backward = all_pages(&sandbox, &cx, "GetLogEvents", input(false), "nextBackwardToken");
        backward.reverse();
        prop_assert_eq!(backward.concat(), wanted);
    }

    #[test]
    fn times_select_inclusively_or_exclusively(events in events(), from in 0u8..20, to in 0u8..20) {
        let (sandbox, cx) = with_events(&events);
        let times = json!({ "logGroupName": "g", "startTime": NOW + i64::from(from), "endTime": NOW + i64::from(to) });
        let found = all_pages(&sandbox, &cx, "FilterLogEvents", times, "nextToken").concat();
        prop_assert_eq!(found, in_order(&events, |(at, _)| (from..=to).contains(at)));
    }

    #[test]
    fn no_parameters_panic(inputs in prop::collection::vec((0..OPERATIONS.len(), any_input()), 1..6)) {
        let (sandbox, cx) = with_events(&[(0, 0), (1, 0), (2, 1)]);
        for (operation, input) in inputs {
            if let Err(error) = OPERATIONS[operation].1(&sandbox, &cx, &input) {
                prop_assert!((400..500).contains(&error.status) && !error.message.is_empty(), "{error:?}");
            }
        }
    }
}
