//! A run over a store gives the rows and counts of a run over the same events.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde_json::json;

use crate::insights::{Event, Pointer, Query, Results, Setting, Value};
use crate::logs::Store;
use crate::logs::store::{Incoming, Origin, Writer};

/// Records with everything that columns treat apart: rare fields, mixed types, structures, escapes, lines that are no JSON.
fn lines() -> Vec<(i64, String)> {
    let mut random = fastrand::Rng::with_seed(7);
    let line = |n: i64, random: &mut fastrand::Rng| {
        let model = ["anthropic.claude-3-haiku", "anthropic.claude-3-5-sonnet", "amazon.nova-pro"][random.usize(..3)];
        let error = random.bool().then(|| ["ThrottlingException", "ValidationException"][random.usize(..2)]).filter(|_| n % 7 == 0);
        let mixed = if n % 5 == 0 {
            json!(n)
        } else if n % 5 == 1 {
            json!(n.to_string())
        } else {
            json!(null)
        };
        let text = format!("question {n} about \"{}\" naïve", ["refunds", "orders", "Hypercubes"][random.usize(..3)]);
        let record = json!({"schemaType": "ModelInvocationLog", "modelId": model, "operation": "Converse", "errorCode": error, "requestId": format!("r-{n}"), "mixed": mixed, "is": n % 2 == 0,
            "input": {"inputTokenCount": random.u32(..1000), "inputBodyJson": {"messages": [{"role": "user", "content": [{"text": text}]}]}}, "latency": random.f64() * 100.0,
            "small": (n % 9 > 0).then(|| random.u32(..40))});
        if n % 50 == 49 { format!("plain line {n} of refunds") } else { record.to_string() }
    };
    (0..3_000).map(|n| (n * 1_000, line(n, &mut random))).collect()
}

fn store(lines: &[(i64, String)]) -> Arc<Store> {
    let (mut writer, origin) = (Writer::default(), Arc::new(Origin { log: "1:g".to_owned(), stream: "s".to_owned() }));
    // In parts whose times overlap.
    for part in 0..3 {
        let some = lines.iter().enumerate().filter(|(at, _)| at % 1_500 < 500 * (part + 1) && at % 1_500 >= 500 * part);
        writer
            .add(some.map(|(at, (at_ms, line))| Incoming {
                at_ms: Some(*at_ms),
                arrived_ms: *at_ms,
                id: if at % 2 == 0 { "even" } else { "odd" },
                origin: &origin,
                line: line.as_bytes(),
            }))
            .unwrap();
    }
    writer.snapshot()
}

fn both(query: &str, window: (i64, i64)) -> (Results, Results) {
    let (lines, no) = (lines(), AtomicBool::new(false));
    let query = Query::parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let event = |(at, (at_ms, line)): (usize, &(i64, String))| Event {
        at_ms: *at_ms,
        ingested_ms: *at_ms,
        stream: "s".into(),
        log: "1:g".into(),
        message: line.as_str().into(),
        pointer: Pointer::Text(if at % 2 == 0 { "even" } else { "odd" }.into()),
    };
    let events = lines.iter().enumerate().filter(|(_, (at_ms, _))| (window.0..=window.1).contains(at_ms)).map(event).collect();
    let expected = query.run(events, window, 9_000_000, 10_000, &no).unwrap();
    let found = query.run_over(&store(&lines), &Setting { window, now_ms: 9_000_000, limit: 10_000, cancelled: &no }).unwrap();
    (expected, found)
}

const QUERIES: [&str; 26] = [
    "fields @timestamp, @message",
    "fields @timestamp, modelId, mixed, is, latency, errorCode | limit 50",
    "filter @message like /refund/ | sort @timestamp desc | limit 20",
    "filter @message like /(?i)hypercube/ | stats count(*)",
    "filter requestId = \"r-777\"",
    "filter requestId = \"absent-request\" | stats count(*) by modelId",
    "filter ispresent(errorCode) | stats count(*) as n by errorCode | sort n desc",
    "stats count(*), sum(input.inputTokenCount), avg(latency), min(latency), max(latency), pct(latency, 99), median(latency) by modelId",
    "stats count(*) by bin(5m)",
    "stats count(*), count(small), sum(small), avg(small), min(small), max(small), pct(small, 90), median(small), sum(input.inputTokenCount) by modelId",
    "stats pct(small, 99), avg(small), count(*)",
    "stats avg(small), pct(input.inputTokenCount, 50), max(small) by bin(10m)",
    "stats sum(small), min(small), count(*) by errorCode, bin(1h)",
    "stats count(errorCode), count(mixed), count(modelId) by bin(1h), modelId",
    "stats avg(mixed), stddev(latency), count_distinct(requestId) by is",
    "stats count(*) by errorCode, modelId | sort errorCode, modelId",
    "fields input.inputBodyJson as body | filter body like /naïve/ | limit 3",
    "filter input.inputBodyJson.messages.0.content.0.text like \"\\\"orders\\\"\" | stats count(*)",
    "parse @message \"question * about\" as q | filter q > 2990 | fields q, @ptr",
    "fields @log, @logStream, @ingestionTime | sort latency desc | limit 7",
    "dedup modelId | limit 5",
    "stats sum(latency) / count(*) as mean by modelId | sort mean",
    "filter latency > 99 and modelId like \"claude\" | fields requestId, latency | sort latency",
    "stats count(*) as n by modelId, bin(10m) as t | stats max(n), avg(n) by modelId",
    "filter input = 5 or nothing.at.all = 1 | stats count(*)",
    "stats latest(requestId), earliest(requestId), sortsFirst(requestId) by modelId",
];

#[test]
fn the_rows_and_counts_are_the_same() {
    for query in QUERIES {
        for window in [(i64::MIN, i64::MAX), (500_000, 1_999_500)] {
            let (expected, found) = both(query, window);
            assert_eq!(found.columns, expected.columns, "{query}");
            assert_eq!(found.statistics, expected.statistics, "{query}");
            let shown = |results: &Results| {
                results
                    .rows
                    .iter()
                    .map(|(values, pointer)| (values.iter().map(Value::shown).collect::<Vec<_>>(), pointer.clone()))
                    .collect::<Vec<_>>()
            };
            assert_eq!(shown(&found), shown(&expected), "{query}");
        }
    }
}

#[test]
fn a_cancelled_run_ends() {
    let query = Query::parse("stats count(*) by modelId").unwrap();
    let cancelled = AtomicBool::new(true);
    assert!(query.run_over(&store(&lines()), &Setting { window: (0, i64::MAX), now_ms: 0, limit: 10, cancelled: &cancelled }).is_err());
}
