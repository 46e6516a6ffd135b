//! Expressions, searches, bands and labels by way of `GetMetricData`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::{MetricKey, Unit, data, detectors};
use crate::base::clock::{ManualClock, timestamp_ms};
use crate::sandbox::Sandbox;
use crate::sandbox::api::ApiError;
use crate::sandbox::wire::read_timestamp;
use crate::sandbox::world::World;

/// A full hour, epoch seconds.
const NOW: i64 = 1_789_999_200;
const DAY: i64 = 86_400;

pub(super) struct Scene {
    pub(super) sandbox: Sandbox,
    pub(super) clock: Arc<ManualClock>,
}

/// The results of a call by id and label: (seconds from [`NOW`], value), ascending.
type Results = Vec<(String, String, Vec<(i64, f64)>)>;

impl Scene {
    pub(super) fn new() -> Self {
        let clock = ManualClock::starting_at(timestamp_ms(NOW * 1_000));
        Self { sandbox: Sandbox::new(World::default(), clock.clone(), 1), clock }
    }

    /// Publishes values of minutes from [`NOW`] on.
    pub(super) fn put(&self, metric: &str, model: &str, values: &[(i64, f64)]) {
        let cx = self.sandbox.call_context(None);
        let mut world = self.sandbox.world();
        for (minute, value) in values {
            let key = MetricKey::new("Test", metric, &[("ModelId", model)]);
            let at = timestamp_ms((NOW + minute * 60) * 1_000);
            world.region("us-east-1").cloudwatch.record_at(key, *value, Unit::COUNT, at, cx.now).unwrap();
        }
    }

    pub(super) fn call(&self, input: &Value) -> Result<Value, ApiError> {
        data::get(&self.sandbox, &self.sandbox.call_context(None), input)
    }

    /// Results over ten minutes from [`NOW`].
    fn get(&self, queries: &Value) -> Result<Results, ApiError> {
        let input = json!({ "MetricDataQueries": queries, "StartTime": NOW, "EndTime": NOW + 600, "ScanBy": "TimestampAscending" });
        Ok(results(&self.call(&input)?))
    }

    /// The only series that these queries return.
    fn one(&self, queries: &Value) -> Vec<(i64, f64)> {
        let results = self.get(queries).unwrap();
        let [(_, _, points)] = results.as_slice() else { panic!("{results:?}") };
        points.clone()
    }

    fn refused(&self, queries: &Value) -> String {
        let error = self.get(queries).unwrap_err();
        assert_eq!(error.code, "ValidationError");
        error.message
    }
}

fn results(answer: &Value) -> Results {
    let list = |value: &Value| value.as_array().unwrap().clone();
    let series = |result: &Value| {
        let times = list(&result["Timestamps"]).into_iter().map(|time| read_timestamp(&time).unwrap().as_second() - NOW);
        let values = list(&result["Values"]).into_iter().map(|value| value.as_f64().unwrap());
        let text = |name: &str| result[name].as_str().unwrap().to_owned();
        (text("Id"), text("Label"), times.zip(values).collect())
    };
    list(&answer["MetricDataResults"]).iter().map(series).collect()
}

pub(super) fn stat(id: &str, metric: &str, model: &str, period: i64) -> Value {
    let metric = json!({ "Namespace": "Test", "MetricName": metric, "Dimensions": [{ "Name": "ModelId", "Value": model }] });
    json!({ "Id": id, "ReturnData": false, "MetricStat": { "Metric": metric, "Period": period, "Stat": "Sum" } })
}

fn math(id: &str, expression: &str) -> Value {
    json!({ "Id": id, "Expression": expression })
}

fn scene() -> Scene {
    let scene = Scene::new();
    scene.clock.advance(Duration::from_mins(8));
    scene.put("Calls", "opus", &[(0, 10.0), (1, 20.0), (3, 40.0)]);
    scene.put("Errors", "opus", &[(1, 5.0), (3, 10.0), (4, 1.0)]);
    scene.put("Calls", "haiku", &[(2, 7.0)]);
    scene
}

#[test]
fn an_error_rate_has_points_where_there_were_calls() {
    let queries = json!([math("rate", "100 * errors / calls"), stat("errors", "Errors", "opus", 60), stat("calls", "Calls", "opus", 60)]);
    assert_eq!(scene().one(&queries), [(0, 0.0), (60, 25.0), (180, 25.0)]);
}

#[test]
fn expressions_may_need_each_other_in_any_order_but_not_themselves() {
    let scene = scene();
    let hidden = |id: &str, expression: &str| json!({ "Id": id, "Expression": expression, "ReturnData": false });
    let queries = json!([math("e3", "e2 + e1"), hidden("e2", "e1 * 10"), hidden("e1", "m + 1"), stat("m", "Calls", "haiku", 60)]);
    assert_eq!(scene.one(&queries), [(120, 88.0)]);
    let circle = json!([math("a", "b + 1"), math("b", "c"), math("c", "a")]);
    assert_eq!(scene.refused(&circle), "Error in expression 'c': The expression refers to itself by way of 'a'");
    assert_eq!(scene.refused(&json!([math("a", "a + 1")])), "Error in expression 'a': The expression refers to itself by way of 'a'");
    assert_eq!(scene.refused(&json!([math("a", "b + 1")])), "Error in expression 'a': Variable 'b' not found");
    assert!(scene.refused(&json!([math("a", "1 + 1")])).starts_with("Error in expression 'a': The final result"));
}

#[test]
fn long_chains_of_ids_need_no_deep_stack() {
    let mut queries = vec![stat("e0", "Calls", "haiku", 60)];
    queries.extend((1..500).map(|n| {
        let mut query = math(&format!("e{n}"), &format!("((((((e{}+1))))))", n - 1));
        query["ReturnData"] = json!(n == 499);
        query
    }));
    assert_eq!(scene().one(&Value::from(queries)), [(120, 506.0)]);
}

#[test]
fn metrics_of_an_expression_are_read_at_one_period() {
    let scene = scene();
    let of = |period: Option<i64>| {
        let sum = json!({ "Id": "sum", "Expression": "a + b", "Period": period });
        scene.one(&json!([sum, stat("a", "Calls", "opus", 60), stat("b", "Calls", "haiku", 300)]))
    };
    assert_eq!(of(None), [(0, 77.0)], "the longest of the metrics");
    assert_eq!(of(Some(60)), [(0, 10.0), (60, 20.0), (120, 7.0), (180, 40.0)], "the expression's own");
    let per_second = json!([math("r", "a / PERIOD(a)"), stat("a", "Calls", "haiku", 60)]);
    assert_eq!(scene.one(&per_second), [(120, 7.0 / 60.0)]);
}

#[test]
fn series_without_gaps_end_now() {
    let scene = scene();
    let filled = json!([math("f", "FILL(m, 0)"), stat("m", "Calls", "haiku", 60)]);
    assert_eq!(scene.one(&filled).len(), 9, "eight minutes have passed, the ninth has begun");
    assert_eq!(scene.one(&json!([{ "Id": "t", "Expression": "TIME_SERIES(4)", "Period": 300 }])), [(0, 4.0), (300, 4.0)]);
    assert_eq!(scene.one(&json!([math("t", "TIME_SERIES(4)")])), [(0, 4.0), (300, 4.0)]);
}

#[test]
fn searches_return_each_metric_with_what_tells_it_apart() {
    let scene = scene();
    let found = scene.get(&json!([math("s", "SEARCH('{Test,ModelId} MetricName=\"Calls\"', 'Sum', 300)")])).unwrap();
    assert_eq!(found[0], ("s".to_owned(), "haiku".to_owned(), vec![(0, 7.0)]));
    assert_eq!(found[1], ("s".to_owned(), "opus".to_owned(), vec![(0, 70.0)]));
    let labelled = scene.get(&json!([{ "Id": "s", "Label": "Calls of", "Expression": "SEARCH('Calls', 'Sum', 300)" }])).unwrap();
    assert_eq!(labelled.iter().map(|(_, label, _)| label.as_str()).collect::<Vec<_>>(), ["Calls of haiku", "Calls of opus"]);
    let sum = json!([{ "Id": "s", "Expression": "SUM(SEARCH('{Test,ModelId} opus', 'Sum'))", "Period": 60 }]);
    assert_eq!(scene.one(&sum), [(0, 10.0), (60, 25.0), (180, 50.0), (240, 1.0)]);
    scene.clock.advance(Duration::from_hours(15 * 24));
    assert_eq!(scene.get(&json!([math("s", "SEARCH('Calls', 'Sum', 300)")])).unwrap(), []);
}

#[test]
fn a_search_that_finds_too_many_says_so() {
    let scene = Scene::new();
    for model in 0..501 {
        scene.put("Calls", &format!("m{model}"), &[(0, 1.0)]);
    }
    let input = json!({ "MetricDataQueries": [math("s", "SEARCH('Calls', 'Sum', 60)")], "StartTime": NOW, "EndTime": NOW + 600 });
    let answer = scene.call(&input).unwrap();
    assert_eq!(answer["MetricDataResults"].as_array().unwrap().len(), 500);
    assert_eq!(answer["Messages"][0]["Value"], "Maximum number of allowed metrics exceeded");
}

#[test]
fn labels_are_filled_in() {
    let scene = scene();
    let label = |label: &str| {
        let mut query = stat("m", "Calls", "opus", 60);
        query["Label"] = label.into();
        query["ReturnData"] = true.into();
        scene.get(&json!([query])).map(|results| results[0].1.clone())
    };
    for (text, wanted) in [
        ("plain", "plain"),
        ("${LABEL}: max ${MAX}, min ${MIN}", "Calls: max 40, min 10"),
        ("${SUM} ${AVG} ${FIRST} ${LAST} ${DATAPOINT_COUNT}", "70 23.333333333333332 10 40 3"),
        ("${PROP('Period')} ${PROP('Stat')} ${PROP('MetricName')} ${PROP('Namespace')}", "60 Sum Calls Test"),
        ("${PROP('Dim.ModelId')} ${PROP('Dim.None')} ${PROP('Region')} ${PROP('AccountId')}", "opus -- us-east-1 123456789012"),
        ("${MAX_TIME} ${LAST_TIME_RELATIVE} ${FIRST_LAST_TIME_RANGE}", "2026-09-21 14:03:00 5m 3m"),
        ("${FIRST_LAST_RANGE} ${MIN_MAX_RANGE}", "30 30"),
        ("an open ${", "an open ${"),
    ] {
        assert_eq!(label(text).unwrap(), wanted, "{text}");
    }
    assert!(label("${MEDIAN}").unwrap_err().message.contains("${MEDIAN} is not a dynamic label"));
    assert!(label("${LABEL}${LABEL}").unwrap_err().message.contains("at most 6"));
    let query = json!([{ "Id": "s", "Label": "[max: ${MAX} for ${LABEL}]", "Expression": "SEARCH('Calls', 'Sum', 60)" }]);
    let found = scene.get(&query).unwrap();
    assert_eq!([found[0].1.as_str(), found[1].1.as_str()], ["[max: 7 for haiku]", "[max: 40 for opus]"]);
    let zone = |zone: &str| {
        let mut query = stat("m", "Calls", "opus", 60);
        query["Label"] = "${FIRST_TIME}".into();
        query["ReturnData"] = true.into();
        let options = json!({ "Timezone": zone });
        scene.call(&json!({ "MetricDataQueries": [query], "StartTime": NOW, "EndTime": NOW + 600, "LabelOptions": options }))
    };
    assert_eq!(results(&zone("+0130").unwrap())[0].1, "2026-09-21 15:30:00");
    assert!(zone("CET").unwrap_err().message.contains("must be an offset"));
}

#[test]
fn pages_go_through_series_of_one_expression() {
    let scene = scene();
    let mut seen: BTreeMap<String, Vec<(i64, f64)>> = BTreeMap::new();
    let mut token = Value::Null;
    let mut pages = 0;
    loop {
        let queries = json!([math("s", "SEARCH('{Test,ModelId}', 'Sum', 60)"), math("t", "SUM(s)")]);
        let input = json!({ "MetricDataQueries": queries, "StartTime": NOW, "EndTime": NOW + 600, "MaxDatapoints": 2, "NextToken": token });
        let answer = scene.call(&input).unwrap();
        for (id, label, points) in results(&answer) {
            seen.entry(format!("{id} {label}")).or_default().extend(points);
        }
        pages += 1;
        token = answer["NextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(seen["s opus Calls"], [(180, 40.0), (60, 20.0), (0, 10.0)]);
    assert_eq!(seen["s haiku Calls"], [(120, 7.0)]);
    assert_eq!(seen["t t"], [(240, 1.0), (180, 50.0), (120, 7.0), (60, 25.0), (0, 10.0)]);
    assert_eq!(pages, 6, "twelve points, two at a time");
}

/// Two weeks of calls by five minutes: 50 at day, 5 at night.
fn two_weeks(scene: &Scene) {
    let values = (0..14 * DAY / 300).map(|n| {
        let at = NOW - 14 * DAY + n * 300;
        let base = if (8..20).contains(&(at.rem_euclid(DAY) / 3_600)) { 50.0 } else { 5.0 };
        ((at - NOW) / 60, base + (n * 7 % 5) as f64)
    });
    scene.put("Calls", "opus", &values.collect::<Vec<_>>());
}

#[test]
fn a_band_is_two_series_upper_then_lower() {
    let scene = Scene::new();
    two_weeks(&scene);
    scene.clock.advance(Duration::from_mins(8));
    let found = scene.get(&json!([stat("m", "Calls", "opus", 300), math("band", "ANOMALY_DETECTION_BAND(m, 2)")])).unwrap();
    let [(upper_id, upper_label, upper), (lower_id, lower_label, lower)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!([upper_id.as_str(), lower_id.as_str()], ["band", "band"]);
    assert_eq!([upper_label.as_str(), lower_label.as_str()], ["Calls upper", "Calls lower"]);
    // NOW is 14:00: by day.
    assert_eq!(upper.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0, 300]);
    assert!(upper[0].1 > 52.0 && upper[0].1 < 62.0 && lower[0].1 > 42.0 && lower[0].1 < 52.0, "{upper:?} {lower:?}");
    let last = scene.one(&json!([stat("m", "Calls", "opus", 300), math("low", "LAST(ANOMALY_DETECTION_BAND(m))")]));
    assert_eq!(last, *lower);
    let over = json!([stat("m", "Calls", "opus", 300), math("x", "IF(m > FIRST(ANOMALY_DETECTION_BAND(m)), 1, 0)")]);
    assert_eq!(scene.one(&over), [(0, 0.0), (300, 0.0)], "a metric without points compares as 0");
    let doubled = json!([stat("m", "Calls", "opus", 300), math("band", "ANOMALY_DETECTION_BAND(m * 2, 2)")]);
    assert!(scene.get(&doubled).unwrap()[0].2[0].1 > 104.0);
}

#[test]
fn a_band_over_no_history_is_empty_and_over_many_series_refused() {
    let scene = scene();
    let empty = scene.get(&json!([stat("m", "None", "opus", 60), math("band", "ANOMALY_DETECTION_BAND(m)")])).unwrap();
    assert_eq!(empty.iter().map(|(_, _, points)| points.len()).collect::<Vec<_>>(), [0, 0]);
    let many = json!([stat("m", "Calls", "opus", 60), math("band", "ANOMALY_DETECTION_BAND([m])")]);
    assert!(scene.refused(&many).contains("single time series"));
    let nested = json!([stat("m", "Calls", "opus", 60), math("b", "ANOMALY_DETECTION_BAND(FIRST(ANOMALY_DETECTION_BAND(m)))")]);
    assert!(scene.refused(&nested).contains("one ANOMALY_DETECTION_BAND only"));
}

#[test]
fn excluded_times_do_not_train_a_band() {
    let scene = Scene::new();
    two_weeks(&scene);
    // A week of trouble.
    let trouble: Vec<(i64, f64)> = (0..7 * 288).map(|n| (-7 * 1_440 + n * 5, 900.0)).collect();
    scene.put("Calls", "opus", &trouble);
    let upper = || scene.get(&json!([stat("m", "Calls", "opus", 300), math("b", "ANOMALY_DETECTION_BAND(m)")])).unwrap()[0].2[0].1;
    assert!(upper() > 500.0);
    let metric =
        json!({ "Namespace": "Test", "MetricName": "Calls", "Dimensions": [{ "Name": "ModelId", "Value": "opus" }], "Stat": "Sum" });
    let excluded = json!({ "ExcludedTimeRanges": [{ "StartTime": NOW - 7 * DAY, "EndTime": NOW }] });
    let input = json!({ "SingleMetricAnomalyDetector": metric, "Configuration": excluded });
    detectors::put(&scene.sandbox, &scene.sandbox.call_context(None), &input).unwrap();
    assert!(upper() < 70.0);
}
