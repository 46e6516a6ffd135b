//! The detectors' operations.

use serde_json::{Value, json};

use super::super::data_tests::{Scene, stat};
use super::*;
use crate::sandbox::api::ApiResult;

fn call(scene: &Scene, operation: crate::sandbox::api::Handler, input: &Value) -> ApiResult {
    operation(&scene.sandbox, &scene.sandbox.call_context(None), input)
}

fn metric(name: &str) -> Value {
    json!({ "Namespace": "Test", "MetricName": name, "Dimensions": [{ "Name": "ModelId", "Value": "opus" }], "Stat": "Sum" })
}

fn listed(scene: &Scene, input: &Value) -> Vec<Value> {
    call(scene, describe, input).unwrap()["AnomalyDetectors"].as_array().unwrap().clone()
}

fn code(result: ApiResult) -> String {
    result.unwrap_err().code
}

#[test]
fn both_forms_name_the_same_detector() {
    let scene = Scene::new();
    let first = call(&scene, put, &metric("Calls")).unwrap();
    let spiky = json!({ "SingleMetricAnomalyDetector": metric("Calls"), "MetricCharacteristics": { "PeriodicSpikes": true } });
    let second = call(&scene, put, &spiky).unwrap();
    assert_eq!(first, second);
    let found = listed(&scene, &json!({}));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["MetricCharacteristics"]["PeriodicSpikes"], true);
    assert_eq!(found[0]["SingleMetricAnomalyDetector"]["MetricName"], found[0]["MetricName"]);
    let by_id = json!({ "AnomalyDetectorIds": [first["AnomalyDetectorId"]] });
    assert_eq!(listed(&scene, &by_id).len(), 1);
    call(&scene, delete, &metric("Calls")).unwrap();
    let again = call(&scene, delete, &metric("Calls")).unwrap_err();
    assert_eq!((again.status, again.code.as_str()), (404, "ResourceNotFoundException"));
}

#[test]
fn states_follow_the_history() {
    let scene = Scene::new();
    call(&scene, put, &metric("Calls")).unwrap();
    let state = || listed(&scene, &json!({}))[0]["StateValue"].as_str().unwrap().to_owned();
    assert_eq!(state(), "PENDING_TRAINING");
    scene.put("Calls", "opus", &[(-30, 1.0)]);
    assert_eq!(state(), "TRAINED_INSUFFICIENT_DATA");
    scene.put("Calls", "opus", &(0..14).map(|n| (n - 29, 2.0)).collect::<Vec<_>>());
    assert_eq!(state(), "TRAINED");
}

#[test]
fn metric_math_detectors_are_kept_apart() {
    let scene = Scene::new();
    let queries = |returned: &str| {
        let mut queries = vec![stat("a", "Calls", "opus", 300), stat("b", "Errors", "opus", 300)];
        queries.push(json!({ "Id": "e", "Expression": "b / a", "ReturnData": false }));
        queries.iter_mut().filter(|query| query["Id"] == returned).for_each(|query| query["ReturnData"] = true.into());
        json!({ "MetricMathAnomalyDetector": { "MetricDataQueries": queries } })
    };
    call(&scene, put, &queries("e")).unwrap();
    call(&scene, put, &metric("Calls")).unwrap();
    assert_eq!(listed(&scene, &json!({})).len(), 1, "single metrics unless asked otherwise");
    let math = listed(&scene, &json!({ "AnomalyDetectorTypes": ["METRIC_MATH"] }));
    assert_eq!(math[0]["MetricMathAnomalyDetector"]["MetricDataQueries"].as_array().unwrap().len(), 3);
    assert_eq!(math[0]["StateValue"], "PENDING_TRAINING");
    assert_eq!(code(call(&scene, delete, &queries("a"))), "ResourceNotFoundException");
    call(&scene, delete, &queries("e")).unwrap();
    for (input, wanted) in [
        (queries("none"), "exactly one element"),
        (
            json!({ "MetricMathAnomalyDetector": { "MetricDataQueries": [{ "Id": "e", "Expression": "SUM(METRICS())", "ReturnData": true }] } }),
            "METRICS",
        ),
        (
            json!({ "MetricMathAnomalyDetector": { "MetricDataQueries": [{ "Id": "e", "Expression": "e + ", "ReturnData": true }] } }),
            "Invalid syntax",
        ),
    ] {
        let error = call(&scene, put, &input).unwrap_err();
        assert!(error.code == "InvalidParameterValue" && error.message.contains(wanted), "{error}");
    }
}

#[test]
fn parameters_are_checked() {
    let scene = Scene::new();
    let put = |input: Value| code(call(&scene, put, &input));
    assert_eq!(put(json!({})), "MissingParameter");
    assert_eq!(put(json!({ "Namespace": "Test", "SingleMetricAnomalyDetector": metric("a") })), "InvalidParameterCombination");
    let with = |configuration: Value| json!({ "SingleMetricAnomalyDetector": metric("a"), "Configuration": configuration });
    assert_eq!(put(with(json!({ "MetricTimezone": "Mars/Olympus" }))), "InvalidParameterValue");
    assert_eq!(put(with(json!({ "AdaptationSpeed": "WARP" }))), "InvalidParameterValue");
    assert_eq!(put(with(json!({ "ExcludedTimeRanges": [{ "StartTime": 20, "EndTime": 10 }] }))), "InvalidParameterValue");
    let range = json!({ "StartTime": 10, "EndTime": 20 });
    assert_eq!(put(with(json!({ "ExcludedTimeRanges": vec![range; 11] }))), "InvalidParameterValue");
    let mut other = metric("a");
    other["Stat"] = "Median".into();
    assert_eq!(put(json!({ "SingleMetricAnomalyDetector": other })), "InvalidParameterValue");
    let mut foreign = metric("a");
    foreign["AccountId"] = "999999999999".into();
    assert_eq!(put(json!({ "SingleMetricAnomalyDetector": foreign })), "InvalidParameterValue");
    assert_eq!(code(call(&scene, describe, &json!({ "MaxResults": 0 }))), "InvalidParameterValue");
    assert_eq!(code(call(&scene, describe, &json!({ "NextToken": "x" }))), "InvalidNextToken");
    assert_eq!(code(call(&scene, describe, &json!({ "AnomalyDetectorIds": ["x"], "Namespace": "n" }))), "InvalidParameterCombination");
}

#[test]
fn pages_add_up_and_there_is_a_limit() {
    let scene = Scene::new();
    for n in 0..MAX_DETECTORS {
        call(&scene, put, &metric(&format!("m{n}"))).unwrap();
    }
    assert_eq!(code(call(&scene, put, &metric("more"))), "LimitExceededException");
    let (mut seen, mut token) = (Vec::new(), Value::Null);
    loop {
        let page = call(&scene, describe, &json!({ "MaxResults": 90, "NextToken": token })).unwrap();
        seen.extend(
            page["AnomalyDetectors"].as_array().unwrap().iter().map(|detector| detector["MetricName"].as_str().unwrap().to_owned()),
        );
        token = page["NextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(seen, (0..MAX_DETECTORS).map(|n| format!("m{n}")).collect::<Vec<_>>());
}
