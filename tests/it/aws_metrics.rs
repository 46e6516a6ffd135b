//! CloudWatch's metric operations against the sandbox, through both doors.

use std::time::Duration;

use outcrop::aws::ErrorKind;
use outcrop::aws::cloudwatch::{Datum, Dimension, GetMetricData, GetMetricStatistics, ListMetrics, Metric, MetricQuery, PutMetricData};
use outcrop::base::clock::{Clock as _, ManualClock, Timestamp};

use crate::aws_sandbox::doors_at;

fn dimensions() -> Vec<Dimension> {
    vec![Dimension::new("ModelId", "m")]
}

fn metric() -> Metric {
    Metric { namespace: "Outcrop/Test".to_owned(), metric_name: "Latency".to_owned(), dimensions: dimensions() }
}

/// One datapoint a minute: 1 to 10.
fn data(start: Timestamp) -> PutMetricData {
    let datum = |minute: u64| Datum {
        metric_name: "Latency".to_owned(),
        dimensions: dimensions(),
        timestamp: Some(start + Duration::from_mins(minute)),
        value: minute as f64 + 1.0,
        unit: Some("Milliseconds".to_owned()),
    };
    PutMetricData { namespace: "Outcrop/Test".to_owned(), data: (0..10).map(datum).collect() }
}

fn query(id: &str, stat: &str, period_secs: u32) -> MetricQuery {
    MetricQuery { id: id.to_owned(), metric: metric(), stat: stat.to_owned(), period_secs, label: None }
}

#[tokio::test]
async fn metrics_are_read_as_written() {
    let start: Timestamp = "2026-10-06T12:00:00Z".parse().unwrap();
    let clock = ManualClock::starting_at(start + Duration::from_mins(10));
    let (sessions, _server) = doors_at(clock.clone()).await;
    for session in sessions {
        session.run(data(start)).await.unwrap();
        let list = ListMetrics { namespace: Some("Outcrop/Test".to_owned()), metric_name: None, dimensions: dimensions() };
        assert_eq!(session.run(list).await.unwrap(), [metric()]);

        let end = clock.now();
        let queries = vec![query("high", "p90", 600), query("sum", "Sum", 300), query("each", "Average", 60)];
        let series = session.run(GetMetricData { queries, start, end }).await.unwrap();
        assert_eq!(series.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["high", "sum", "each"]);
        assert!(series[0].points[0].1 > 8.5, "{:?}", series[0]);
        assert_eq!(series[1].points, [(start, 15.0), (start + Duration::from_mins(5), 40.0)]);
        assert_eq!((series[2].points.len(), series[2].points[0], series[2].status.as_str()), (10, (start, 1.0), "Complete"));

        let statistics = GetMetricStatistics {
            namespace: "Outcrop/Test".to_owned(),
            metric_name: "Latency".to_owned(),
            dimensions: dimensions(),
            start,
            end,
            period_secs: 300,
            statistics: vec!["Sum".to_owned(), "Maximum".to_owned()],
            extended_statistics: Vec::new(),
        };
        let points = session.run(statistics).await.unwrap();
        assert_eq!((points[0].values["Sum"], points[1].values["Maximum"], points[0].timestamp), (15.0, 10.0, start));
    }
}

#[tokio::test]
async fn many_queries_are_asked_in_batches_and_wrong_ones_refused() {
    let start: Timestamp = "2026-10-06T12:00:00Z".parse().unwrap();
    let clock = ManualClock::starting_at(start + Duration::from_mins(10));
    let (sessions, _server) = doors_at(clock.clone()).await;
    for session in sessions {
        session.run(data(start)).await.unwrap();
        let queries: Vec<_> = (0..501).map(|number| query(&format!("q{number}"), "Sum", 600)).collect();
        let series = session.run(GetMetricData { queries, start, end: clock.now() }).await.unwrap();
        assert!(series.len() == 501 && series.iter().all(|one| one.points == [(start, 55.0)]), "{:?}", series.last());
        let wrong = GetMetricData { queries: vec![query("Upper", "Sum", 60)], start, end: clock.now() };
        let refused = session.run(wrong).await.unwrap_err();
        assert_eq!(refused.kind, ErrorKind::Invalid, "{refused:?}");
    }
}
