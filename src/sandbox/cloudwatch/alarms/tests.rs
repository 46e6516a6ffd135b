//! Alarms as time passes: states, history, notifications, refusals.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::data_tests::{Scene, stat};
use super::*;
use crate::sandbox::api::{ApiError, ApiResult, Handler};
use crate::sandbox::sns::{self, Letter};

/// The scene's clock starts at minute 0; values are put by minute.
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:alerts";

fn call(scene: &Scene, operation: Handler, input: &Value) -> ApiResult {
    operation(&scene.sandbox, &scene.sandbox.call_context(None), input)
}

fn throttles(periods: usize) -> Value {
    json!({
        "AlarmName": "throttles", "Namespace": "Test", "MetricName": "Throttles", "Dimensions": [{ "Name": "ModelId", "Value": "opus" }],
        "Statistic": "Sum", "Period": 60, "EvaluationPeriods": periods, "Threshold": 5.0, "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching", "AlarmActions": [TOPIC], "OKActions": [TOPIC],
    })
}

/// Puts a value into each minute as it passes, and beats after it.
fn live(scene: &Scene, metric: &str, from: i64, values: &[f64]) {
    for (minute, value) in (from..).zip(values) {
        scene.put(metric, "opus", &[(minute, *value)]);
        scene.clock.advance(Duration::from_mins(1));
        beat(&scene.sandbox);
    }
}

fn alarm(scene: &Scene, name: &str) -> Value {
    call(scene, describe, &json!({ "AlarmNames": [name] })).unwrap()["MetricAlarms"][0].clone()
}

fn history(scene: &Scene, kind: &str) -> Vec<String> {
    let items = call(scene, describe_history, &json!({ "HistoryItemType": kind, "ScanBy": "TimestampAscending" })).unwrap();
    items["AlarmHistoryItems"].as_array().unwrap().iter().map(|item| item["HistorySummary"].as_str().unwrap().to_owned()).collect()
}

fn inbox(scene: &Scene) -> Vec<Letter> {
    scene.sandbox.world().region_view("us-east-1").sns.inbox().cloned().collect()
}

fn subscribe(scene: &Scene) {
    let operation = |name: &str| sns::OPERATIONS.iter().find(|(of, _)| *of == name).unwrap().1;
    call(scene, operation("CreateTopic"), &json!({ "Name": "alerts" })).unwrap();
    let queue = json!({ "TopicArn": TOPIC, "Protocol": "sqs", "Endpoint": "arn:aws:sqs:us-east-1:123456789012:q" });
    call(scene, operation("Subscribe"), &queue).unwrap();
}

#[test]
fn an_alarm_fires_recovers_and_tells() {
    let scene = Scene::new();
    subscribe(&scene);
    call(&scene, put, &throttles(2)).unwrap();
    assert_eq!(alarm(&scene, "throttles")["StateReason"], "Unchecked: Initial alarm creation");
    live(&scene, "Throttles", 0, &[0.0, 9.0]);
    assert_eq!(alarm(&scene, "throttles")["StateValue"], "OK", "one of two is not enough");
    live(&scene, "Throttles", 2, &[8.0]);
    let fired = alarm(&scene, "throttles");
    assert_eq!(fired["StateValue"], "ALARM");
    let reason = fired["StateReason"].as_str().unwrap();
    assert!(reason.starts_with("Threshold Crossed: 2 out of the last 2 datapoints [8.0 (") && reason.contains("OK -> ALARM"), "{reason}");
    let data: Value = serde_json::from_str(fired["StateReasonData"].as_str().unwrap()).unwrap();
    assert_eq!((&data["recentDatapoints"], &data["threshold"], &data["statistic"]), (&json!([9.0, 8.0]), &json!(5.0), &json!("Sum")));
    live(&scene, "Throttles", 3, &[0.0]);
    assert_eq!(alarm(&scene, "throttles")["StateValue"], "OK");
    assert_eq!(
        history(&scene, "StateUpdate"),
        ["Alarm updated from INSUFFICIENT_DATA to OK", "Alarm updated from OK to ALARM", "Alarm updated from ALARM to OK"]
    );
    let letters = inbox(&scene);
    let subjects: Vec<&str> = letters.iter().filter_map(|letter| letter.subject.as_deref()).collect();
    assert_eq!(subjects, ["OK: \"throttles\" in us-east-1", "ALARM: \"throttles\" in us-east-1", "OK: \"throttles\" in us-east-1"]);
    let told: Value = serde_json::from_str(&letters[1].body).unwrap();
    assert_eq!(
        (&told["NewStateValue"], &told["OldStateValue"], &told["Trigger"]["Statistic"]),
        (&json!("ALARM"), &json!("OK"), &json!("SUM"))
    );
    assert_eq!(history(&scene, "Action")[1], format!("Successfully executed action {TOPIC}"));
}

#[test]
fn a_state_that_was_set_goes_back_at_the_next_evaluation() {
    let scene = Scene::new();
    call(&scene, put, &throttles(1)).unwrap();
    live(&scene, "Throttles", 0, &[1.0]);
    let set = json!({ "AlarmName": "throttles", "StateValue": "ALARM", "StateReason": "testing purposes" });
    call(&scene, set_state, &set).unwrap();
    assert_eq!(alarm(&scene, "throttles")["StateReason"], "testing purposes");
    assert!(history(&scene, "Action").last().unwrap().contains("Topic does not exist"), "the topic was never made");
    live(&scene, "Throttles", 1, &[1.0]);
    assert_eq!(alarm(&scene, "throttles")["StateValue"], "OK");
    let data = call(&scene, describe_history, &json!({ "HistoryItemType": "StateUpdate" })).unwrap();
    let newest: Value = serde_json::from_str(data["AlarmHistoryItems"][0]["HistoryData"].as_str().unwrap()).unwrap();
    assert_eq!(newest["oldState"], json!({ "stateValue": "ALARM", "stateReason": "testing purposes" }));
    assert_eq!(newest["newState"]["stateReasonData"]["recentDatapoints"], json!([1.0]));
}

#[test]
fn disabled_actions_change_the_state_quietly() {
    let scene = Scene::new();
    subscribe(&scene);
    call(&scene, put, &throttles(1)).unwrap();
    call(&scene, disable_actions, &json!({ "AlarmNames": ["throttles", "another"] })).unwrap();
    live(&scene, "Throttles", 0, &[9.0]);
    let quiet = alarm(&scene, "throttles");
    assert_eq!((&quiet["StateValue"], &quiet["ActionsEnabled"]), (&json!("ALARM"), &json!(false)));
    assert!(inbox(&scene).is_empty());
    call(&scene, enable_actions, &json!({ "AlarmNames": ["throttles"] })).unwrap();
    live(&scene, "Throttles", 1, &[0.0]);
    assert_eq!(inbox(&scene).len(), 1);
}

#[test]
fn an_error_rate_is_watched_by_metric_math() {
    let scene = Scene::new();
    let (mut errors, mut calls) = (stat("errors", "Errors", "opus", 60), stat("calls", "Calls", "opus", 60));
    (errors["ReturnData"], calls["ReturnData"]) = (false.into(), false.into());
    let rate = json!({ "Id": "rate", "Expression": "100 * errors / calls", "Label": "error rate" });
    let input = json!({
        "AlarmName": "rate", "EvaluationPeriods": 1, "Threshold": 20, "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "Metrics": [rate, errors, calls],
    });
    call(&scene, put, &input).unwrap();
    scene.put("Errors", "opus", &[(0, 1.0)]);
    live(&scene, "Calls", 0, &[4.0]);
    let fired = alarm(&scene, "rate");
    assert_eq!(fired["StateValue"], "ALARM");
    assert_eq!(fired["Metrics"][0]["Expression"], "100 * errors / calls");
    assert!(fired.get("Statistic").is_none_or(Value::is_null) && fired["StateReason"].as_str().unwrap().contains("[25.0 ("));
}

#[test]
fn a_band_has_no_state_until_there_is_history_and_makes_its_detector() {
    let scene = Scene::new();
    let input = |name: &str, metric: &str| {
        let mut queries = vec![stat("m1", metric, "opus", 60), json!({ "Id": "t1", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)" })];
        queries[0]["ReturnData"] = true.into();
        json!({ "AlarmName": name, "EvaluationPeriods": 1, "ThresholdMetricId": "t1", "Metrics": queries,
                "ComparisonOperator": "LessThanLowerOrGreaterThanUpperThreshold" })
    };
    call(&scene, put, &input("new", "Nothing")).unwrap();
    let calm: Vec<(i64, f64)> = (-3_000..0).map(|minute| (minute, 100.0 + (minute % 7) as f64)).collect();
    scene.put("Calls", "opus", &calm);
    call(&scene, put, &input("band", "Calls")).unwrap();
    live(&scene, "Calls", 0, &[101.0]);
    assert_eq!(alarm(&scene, "band")["StateValue"], "OK");
    live(&scene, "Calls", 1, &[900.0]);
    let fired = alarm(&scene, "band");
    assert_eq!((&fired["StateValue"], &fired["ThresholdMetricId"]), (&json!("ALARM"), &json!("t1")));
    assert!(fired["StateReason"].as_str().unwrap().starts_with("Thresholds Crossed: 1 out of the last 1 datapoints [900.0 ("));
    assert_eq!(alarm(&scene, "new")["StateValue"], "INSUFFICIENT_DATA");
    let detectors = call(&scene, super::super::detectors::describe, &json!({})).unwrap();
    assert_eq!(detectors["AnomalyDetectors"].as_array().unwrap().len(), 2);
}

#[test]
fn an_update_keeps_the_state_and_the_history_outlives_the_alarm() {
    let scene = Scene::new();
    let mut input = throttles(1);
    input["Tags"] = json!([{ "Key": "team", "Value": "lab" }]);
    call(&scene, put, &input).unwrap();
    live(&scene, "Throttles", 0, &[9.0]);
    input["Threshold"] = 50.into();
    input["Tags"] = json!([]);
    call(&scene, put, &input).unwrap();
    let updated = alarm(&scene, "throttles");
    assert_eq!((&updated["StateValue"], &updated["Threshold"]), (&json!("ALARM"), &json!(50.0)));
    let tags = call(&scene, super::super::tags::list, &json!({ "ResourceARN": updated["AlarmArn"] })).unwrap();
    assert_eq!(tags["Tags"], json!([{ "Key": "team", "Value": "lab" }]));
    let missing = call(&scene, delete, &json!({ "AlarmNames": ["throttles", "nobody"] })).unwrap_err();
    assert_eq!((missing.status, missing.code.as_str()), (404, "ResourceNotFound"));
    assert_eq!(alarm(&scene, "throttles")["StateValue"], "ALARM", "nothing was deleted");
    call(&scene, delete, &json!({ "AlarmNames": ["throttles"] })).unwrap();
    assert_eq!(
        history(&scene, "ConfigurationUpdate"),
        ["Alarm \"throttles\" created", "Alarm \"throttles\" updated", "Alarm \"throttles\" deleted"]
    );
}

#[test]
fn alarms_are_found_by_name_state_action_and_metric_page_by_page() {
    let scene = Scene::new();
    for n in 0..7 {
        let mut input = throttles(1);
        input["AlarmName"] = format!("alarm-{n}").into();
        call(&scene, put, &input).unwrap();
    }
    let (mut seen, mut token) = (Vec::new(), Value::Null);
    loop {
        let page = call(&scene, describe, &json!({ "MaxRecords": 3, "NextToken": token, "AlarmNamePrefix": "alarm" })).unwrap();
        seen.extend(page["MetricAlarms"].as_array().unwrap().iter().map(|alarm| alarm["AlarmName"].as_str().unwrap().to_owned()));
        token = page["NextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(seen, (0..7).map(|n| format!("alarm-{n}")).collect::<Vec<_>>());
    let count = |input: Value| call(&scene, describe, &input).unwrap()["MetricAlarms"].as_array().unwrap().len();
    assert_eq!(count(json!({ "StateValue": "ALARM" })), 0);
    assert_eq!(count(json!({ "ActionPrefix": "arn:aws:sns:" })), 7);
    assert_eq!(count(json!({ "ActionPrefix": "arn:aws:ec2:" })), 0);
    assert_eq!(count(json!({ "AlarmTypes": ["CompositeAlarm"] })), 0);
    let of_metric = |dimensions: Value| {
        let input = json!({ "Namespace": "Test", "MetricName": "Throttles", "Dimensions": dimensions });
        call(&scene, describe_for_metric, &input).unwrap()["MetricAlarms"].as_array().unwrap().len()
    };
    assert_eq!((of_metric(json!([{ "Name": "ModelId", "Value": "opus" }])), of_metric(json!([]))), (7, 0));
}

#[test]
fn refusals_say_what_is_wrong() {
    let scene = Scene::new();
    let refused = |change: &dyn Fn(&mut Value)| -> ApiError {
        let mut input = throttles(3);
        change(&mut input);
        call(&scene, put, &input).unwrap_err()
    };
    for (change, wanted) in [
        (&(|input: &mut Value| input["ComparisonOperator"] = "Above".into()) as &dyn Fn(&mut Value), "ComparisonOperator"),
        (&|input| input["DatapointsToAlarm"] = 4.into(), "less than or equal to EvaluationPeriods"),
        (&|input| input["EvaluationPeriods"] = 1_441.into(), "86400"),
        (&|input| input["Period"] = 45.into(), "multiple of 60"),
        (&|input| input["Threshold"] = Value::Null, "Threshold is required"),
        (&|input| input["AlarmActions"] = json!(["mail me"]), "Invalid arn syntax: mail me"),
        (&|input| input["AlarmActions"] = json!([TOPIC, TOPIC, TOPIC, TOPIC, TOPIC, TOPIC]), "greater than 5"),
        (&|input| input["ExtendedStatistic"] = "p99".into(), "mutually exclusive"),
        (&|input| input["Metrics"] = json!([stat("a", "Calls", "opus", 60)]), "mutually exclusive"),
        (&|input| input["ComparisonOperator"] = "GreaterThanUpperThreshold".into(), "ThresholdMetricId"),
        (&|input| input["WarmUpConfiguration"] = json!({ "WarmUpPeriodDurationInMinutes": 5 }), "does not support"),
        (&|input| input["TreatMissingData"] = "maybe".into(), "TreatMissingData"),
    ] {
        let error = refused(change);
        assert!(error.status == 400 && error.message.contains(wanted), "{wanted}: {error}");
    }
    let math = |queries: Value, operator: &str, band: Value| {
        let input = json!({ "AlarmName": "a", "EvaluationPeriods": 1, "Metrics": queries, "ComparisonOperator": operator,
                            "ThresholdMetricId": band, "Threshold": if band.is_null() { json!(1) } else { Value::Null } });
        call(&scene, put, &input).unwrap_err().message
    };
    let shown = |id: &str| json!({ "Id": id, "MetricStat": stat("x", "Calls", "opus", 60)["MetricStat"] });
    assert_eq!(
        math(json!([shown("a"), shown("b")]), "GreaterThanThreshold", Value::Null),
        "Exactly one element of the metrics list should return data."
    );
    let band = json!({ "Id": "t", "Expression": "ANOMALY_DETECTION_BAND(a)" });
    assert_eq!(
        math(json!([shown("a"), shown("b"), band]), "GreaterThanUpperThreshold", json!("t")),
        "Exactly two elements of the metrics list should return data."
    );
    assert!(
        math(json!([shown("a"), band]), "GreaterThanUpperThreshold", json!("a")).contains("must be the Id of an ANOMALY_DETECTION_BAND")
    );
    let nobody = call(&scene, set_state, &json!({ "AlarmName": "x", "StateValue": "OK", "StateReason": "r" })).unwrap_err();
    assert_eq!((nobody.status, nobody.code.as_str()), (404, "ResourceNotFound"));
}
