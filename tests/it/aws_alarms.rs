//! Alarms, detectors and topics against the sandbox, through both doors.

use std::time::Duration;

use outcrop::aws::ErrorKind;
use outcrop::aws::cloudwatch::{
    DataQuery, Datum, DeleteAlarms, DeleteAnomalyDetector, DescribeAlarmHistory, DescribeAlarms, DescribeAnomalyDetectors, Detector,
    Dimension, DisableAlarmActions, EnableAlarmActions, GetMetricMath, ListTagsForResource, Metric, MetricStat, PutAnomalyDetector,
    PutMetricAlarm, PutMetricData, SetAlarmState, Training, Watched,
};
use outcrop::aws::sns::{CreateTopic, DeleteTopic, ListSubscriptionsByTopic, ListTopicTags, ListTopics, Subscribe};
use outcrop::aws::{PlannedCall, Tag};
use outcrop::base::clock::{Clock as _, ManualClock, Timestamp};
use outcrop::lab::alarms::with_band;

use crate::aws_sandbox::doors_at;

fn metric() -> Metric {
    let dimensions = vec![Dimension::new("ModelId", "m")];
    Metric { namespace: "Outcrop/Test".to_owned(), metric_name: "Latency".to_owned(), dimensions }
}

fn stat(stat: &str) -> MetricStat {
    MetricStat { metric: metric(), period_secs: 60, stat: stat.to_owned(), unit: None }
}

fn alarm(watched: Watched, threshold: Option<f64>, comparison: &str) -> PutMetricAlarm {
    PutMetricAlarm {
        name: "slow".to_owned(),
        description: Some("wake me".to_owned()),
        actions_enabled: true,
        ok_actions: Vec::new(),
        alarm_actions: vec!["arn:aws:sns:us-east-1:123456789012:t".to_owned()],
        no_data_actions: Vec::new(),
        watched,
        periods: 3,
        to_alarm: Some(2),
        comparison: comparison.to_owned(),
        threshold,
        missing: Some("notBreaching".to_owned()),
        few_samples: None,
        tags: vec![Tag::new("outcrop", "lab")],
    }
}

fn fixed() -> PutMetricAlarm {
    alarm(Watched::Metric(stat("p99")), Some(5.0), "GreaterThanThreshold")
}

#[tokio::test]
async fn an_alarm_is_described_as_it_was_put_and_lives_its_life() {
    let start: Timestamp = "2026-10-06T12:00:00Z".parse().unwrap();
    let (sessions, _server) = doors_at(ManualClock::starting_at(start)).await;
    for session in sessions {
        session.run(fixed()).await.unwrap();
        let found = session.run(DescribeAlarms::named("slow")).await.unwrap().remove(0);
        assert_eq!(found.settings, PutMetricAlarm { tags: Vec::new(), ..fixed() });
        assert_eq!((found.state.as_str(), found.since), ("INSUFFICIENT_DATA", start));
        let tags = session.run(ListTagsForResource { resource_arn: found.arn }).await.unwrap();
        assert_eq!(tags, [Tag::new("outcrop", "lab")]);

        let names = || vec!["slow".to_owned()];
        let state =
            |value: &str| SetAlarmState { alarm_name: "slow".to_owned(), state_value: value.to_owned(), state_reason: "trying".to_owned() };
        session.run(state("ALARM")).await.unwrap();
        session.run(DisableAlarmActions { alarm_names: names() }).await.unwrap();
        let found = session.run(DescribeAlarms::default()).await.unwrap().remove(0);
        assert_eq!((found.state.as_str(), found.reason.as_str(), found.settings.actions_enabled), ("ALARM", "trying", false));
        session.run(EnableAlarmActions { alarm_names: names() }).await.unwrap();
        let history = session.run(DescribeAlarmHistory { alarm_name: "slow".to_owned(), start_date: None }).await.unwrap();
        let change = history.iter().find(|item| item.states().is_some()).unwrap();
        assert_eq!(change.states(), Some(("INSUFFICIENT_DATA".to_owned(), "ALARM".to_owned())));
        assert_eq!(change.reason().as_deref(), Some("trying"));
        session.run(DeleteAlarms { alarm_names: names() }).await.unwrap();
        assert_eq!(session.run(DeleteAlarms { alarm_names: names() }).await.unwrap_err().kind, ErrorKind::NotFound);
        assert_eq!(session.run(state("OK")).await.unwrap_err().kind, ErrorKind::NotFound);
    }
}

#[tokio::test]
async fn a_band_answers_with_two_edges_and_its_detector_is_found_again() {
    let start: Timestamp = "2026-10-06T12:00:00Z".parse().unwrap();
    let clock = ManualClock::starting_at(start + Duration::from_hours(1));
    let (sessions, _server) = doors_at(clock.clone()).await;
    for session in sessions {
        let datum = |minute: u64| Datum {
            metric_name: "Latency".to_owned(),
            dimensions: metric().dimensions,
            timestamp: Some(start + Duration::from_mins(minute)),
            value: 100.0 + (minute % 5) as f64,
            unit: None,
        };
        session.run(PutMetricData { namespace: "Outcrop/Test".to_owned(), data: (0..60).map(datum).collect() }).await.unwrap();
        let watched = with_band(Watched::Metric(stat("Average")), 2.0);
        let Watched::Math { queries, .. } = watched.clone() else { panic!("metric math") };
        let series = session.run(GetMetricMath { queries, start, end: clock.now() }).await.unwrap();
        let ids: Vec<&str> = series.iter().map(|series| series.id.as_str()).collect();
        assert_eq!(ids, ["m1", "t1", "t1"]);
        assert!(series.iter().all(|series| series.points.len() >= 59), "{series:?}");

        let detector = Detector::Single { metric: metric(), stat: "Average".to_owned() };
        session.run(PutAnomalyDetector { detector: detector.clone() }).await.unwrap();
        let banded = alarm(watched, None, "LessThanLowerOrGreaterThanUpperThreshold");
        session.run(banded.clone()).await.unwrap();
        let found = session.run(DescribeAlarms::named("slow")).await.unwrap().remove(0);
        assert_eq!(found.settings, PutMetricAlarm { tags: Vec::new(), ..banded });
        let known = session.run(DescribeAnomalyDetectors::like(&detector)).await.unwrap();
        assert_eq!((known.len(), known[0].training), (1, Training::Trained));
        assert!(known[0].detector.is_same(&detector));
        session.run(DeleteAlarms { alarm_names: vec!["slow".to_owned()] }).await.unwrap();
        session.run(DeleteAnomalyDetector { detector: detector.clone() }).await.unwrap();
        assert!(session.run(DescribeAnomalyDetectors::like(&detector)).await.unwrap().is_empty());
        assert_eq!(session.run(DeleteAnomalyDetector { detector }).await.unwrap_err().kind, ErrorKind::NotFound);
    }
}

#[tokio::test]
async fn a_detector_over_an_expression_is_the_same_when_it_is_read_back() {
    let (sessions, _server) = doors_at(ManualClock::starting_at("2026-10-06T12:00:00Z".parse().unwrap())).await;
    for session in sessions {
        let queries = vec![DataQuery::stat("m1", stat("Sum")).unseen(), DataQuery::expression("e1", "m1 * 2")];
        let detector = Detector::Math(queries);
        session.run(PutAnomalyDetector { detector: detector.clone() }).await.unwrap();
        let known = session.run(DescribeAnomalyDetectors::like(&detector)).await.unwrap();
        assert!(known.len() == 1 && known[0].detector.is_same(&detector), "{known:?}");
        session.run(DeleteAnomalyDetector { detector }).await.unwrap();
    }
}

#[tokio::test]
async fn a_topic_with_its_subscription_comes_and_goes() {
    let (sessions, _server) = doors_at(ManualClock::starting_at("2026-10-06T12:00:00Z".parse().unwrap())).await;
    for session in sessions {
        let arn = session.run(CreateTopic { name: "wake".to_owned(), tags: vec![Tag::new("outcrop", "lab")] }).await.unwrap();
        assert!(arn.ends_with(":wake"), "{arn}");
        let subscribe = Subscribe { topic_arn: arn.clone(), protocol: "email".to_owned(), endpoint: "ana@example.com".to_owned() };
        assert!(PlannedCall::of(&subscribe).cli.contains("--notification-endpoint ana@example.com"));
        session.run(subscribe).await.unwrap();
        let who = session.run(ListSubscriptionsByTopic { topic_arn: arn.clone() }).await.unwrap();
        assert_eq!((who.len(), who[0].endpoint.as_str(), who[0].pending), (1, "ana@example.com", true));
        assert_eq!(session.run(ListTopicTags { resource_arn: arn.clone() }).await.unwrap(), [Tag::new("outcrop", "lab")]);
        assert!(session.run(ListTopics {}).await.unwrap().contains(&arn));
        session.run(DeleteTopic { topic_arn: arn.clone() }).await.unwrap();
        assert!(session.run(ListTopics {}).await.unwrap().is_empty());
        assert_eq!(session.run(ListTopicTags { resource_arn: arn }).await.unwrap_err().kind, ErrorKind::NotFound);
    }
}

#[test]
fn plans_have_awss_own_names() {
    let params = PlannedCall::of(&fixed()).params;
    assert_eq!(params["ExtendedStatistic"], "p99");
    assert_eq!((&params["Statistic"], &params["DatapointsToAlarm"]), (&serde_json::Value::Null, &serde_json::json!(2)));
    let banded = alarm(with_band(Watched::Metric(stat("Average")), 2.5), None, "GreaterThanUpperThreshold");
    let plan = PlannedCall::of(&banded);
    assert_eq!(plan.params["Metrics"][1]["Expression"], "ANOMALY_DETECTION_BAND(m1, 2.5)");
    assert_eq!((&plan.params["ThresholdMetricId"], &plan.params["Threshold"]), (&serde_json::json!("t1"), &serde_json::Value::Null));
    let permissions: Vec<&str> = plan.permissions.iter().map(|permission| permission.action.as_str()).collect();
    assert_eq!(permissions, ["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"]);
    assert!(plan.cli.starts_with("aws cloudwatch put-metric-alarm --alarm-name slow"), "{}", plan.cli);
}
