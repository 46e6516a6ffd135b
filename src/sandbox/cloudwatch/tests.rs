//! What must hold for any parameters.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::base::clock::{ManualClock, timestamp_ms};
use crate::sandbox::world::World;

/// Parameters of every name that the operations read, of every type, two levels deep.
#[expect(clippy::too_many_lines, reason = "a list of names")]
fn any_input() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec![
            "n",
            "m",
            "Sum",
            "p50",
            "Count",
            "NaN",
            "inf",
            "2026-09-21T14:13:20Z",
            "m/0",
            "SUM(METRICS())",
            "${MAX} ${LABEL}",
            "METRIC_MATH"
        ])
        .prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        any::<i32>().prop_map(|seconds| json!({ "$timestamp": seconds })),
        Just(json!(1_790_000_000)),
        Just(json!(60)),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let name = prop::sample::select(vec![
            "Namespace",
            "MetricName",
            "MetricData",
            "EntityMetricData",
            "Dimensions",
            "Name",
            "Value",
            "Values",
            "Counts",
            "Timestamp",
            "StatisticValues",
            "SampleCount",
            "Minimum",
            "Maximum",
            "Sum",
            "Unit",
            "StorageResolution",
            "StartTime",
            "EndTime",
            "Period",
            "Statistics",
            "ExtendedStatistics",
            "MetricDataQueries",
            "MetricStat",
            "Metric",
            "Stat",
            "Id",
            "NextToken",
            "ScanBy",
            "Expression",
            "Label",
            "ReturnData",
            "LabelOptions",
            "Timezone",
            "SingleMetricAnomalyDetector",
            "MetricMathAnomalyDetector",
            "Configuration",
            "ExcludedTimeRanges",
            "MetricTimezone",
            "AnomalyDetectorTypes",
            "AnomalyDetectorId",
            "MaxResults",
        ]);
        prop_oneof![
            prop::collection::vec((name, inner.clone()), 0..8)
                .prop_map(|members| Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())),
            prop::collection::vec(inner, 0..3).prop_map(Value::from),
        ]
    })
}

proptest! {
    #[test]
    fn no_parameters_panic(inputs in prop::collection::vec((0..OPERATIONS.len(), any_input()), 1..6)) {
        let sandbox = Sandbox::new(World::default(), ManualClock::starting_at(timestamp_ms(1_790_000_000_000)), 1);
        let cx = sandbox.call_context(None);
        for (operation, mut input) in inputs {
            if let Value::Object(members) = &mut input {
                members.entry("Namespace").or_insert(json!("n"));
                members.entry("MetricName").or_insert(json!("m"));
            }
            if let Err(error) = OPERATIONS[operation].1(&sandbox, &cx, &input) {
                prop_assert!((400..500).contains(&error.status) && !error.message.is_empty(), "{error:?}");
            }
        }
    }

    #[test]
    fn any_range_and_period_can_be_read(start in starts(), length in 1i64..40 * DAY_MS, period in periods()) {
        let sandbox = Sandbox::new(World::default(), ManualClock::starting_at(timestamp_ms(NOW_MS)), 1);
        let cx = sandbox.call_context(None);
        sandbox.world().region("us-east-1").cloudwatch.record("n", "m", &[], 1.0, Unit::COUNT, cx.now).unwrap();
        let (start, end) = (timestamp_ms(start).as_second(), timestamp_ms(start.saturating_add(length)).as_second());
        let stat = json!({ "Metric": { "Namespace": "n", "MetricName": "m" }, "Period": period, "Stat": "Sum" });
        let input = json!({ "MetricDataQueries": [{ "Id": "q", "MetricStat": stat }], "StartTime": start, "EndTime": end });
        let answer = data::get(&sandbox, &cx, &input);
        prop_assume!(start < end);
        let covers = start <= cx.now.as_second() && cx.now.as_second() < end && period >= 60;
        let wanted = if covers { json!([1.0]) } else { json!([]) };
        prop_assert_eq!(&answer.unwrap()["MetricDataResults"][0]["Values"], &wanted);
    }
}

const DAY_MS: i64 = 86_400_000;
/// A full hour.
const NOW_MS: i64 = 1_789_999_200_000;

/// Around the present, and anywhere.
fn starts() -> impl Strategy<Value = i64> {
    prop_oneof![3 => NOW_MS - 60 * DAY_MS..NOW_MS + DAY_MS, 1 => any::<i64>()]
}

fn periods() -> impl Strategy<Value = i64> {
    prop::sample::select(vec![1, 5, 30, 60, 300, 86_400])
}
