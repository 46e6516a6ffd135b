//! The SDK against the sandbox's CloudWatch: values, typed errors, pages, retention, percentiles.

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::{BehaviorVersion, Region};
use aws_sdk_cloudwatch::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataError;
use aws_sdk_cloudwatch::operation::get_metric_data::builders::GetMetricDataFluentBuilder;
use aws_sdk_cloudwatch::operation::get_metric_statistics::GetMetricStatisticsError;
use aws_sdk_cloudwatch::operation::put_metric_data::PutMetricDataError;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{
    Dimension, DimensionFilter, Metric, MetricDataQuery, MetricDatum, MetricStat, RecentlyActive, ScanBy, StandardUnit, Statistic,
    StatisticSet, StatusCode,
};
use http_body_util::BodyExt as _;
use outcrop::base::clock::{Clock as _, ManualClock, timestamp_ms};
use outcrop::sandbox::Sandbox;
use outcrop::sandbox::api::Request;
use outcrop::sandbox::cloudwatch::{MetricKey, Unit};
use outcrop::sandbox::credentials::{ACCESS_KEY, SECRET_KEY};
use outcrop::sandbox::door::Door;
use outcrop::sandbox::server::Server;
use outcrop::sandbox::world::World;

/// A full hour, in epoch seconds.
const NOW: i64 = 1_790_000_000 - 1_790_000_000 % 3_600;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
const NAMESPACE: &str = "Outcrop/Test";

/// A sandbox, its clock, and a client through the in-process door.
struct Scene {
    sandbox: Sandbox,
    clock: Arc<ManualClock>,
    cloudwatch: Client,
}

fn client(configure: impl FnOnce(aws_sdk_cloudwatch::config::Builder) -> aws_sdk_cloudwatch::config::Builder) -> Client {
    let config = aws_sdk_cloudwatch::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "test"));
    Client::from_conf(configure(config).build())
}

fn in_process(sandbox: &Sandbox) -> Client {
    let door = Door::http_client(sandbox.clone());
    client(|config| config.endpoint_url("http://sandbox.invalid").http_client(door))
}

fn scene() -> Scene {
    let clock = ManualClock::starting_at(timestamp_ms(NOW * 1_000));
    let sandbox = Sandbox::new(World::default(), clock.clone(), 1);
    let cloudwatch = in_process(&sandbox);
    Scene { sandbox, clock, cloudwatch }
}

impl Scene {
    async fn put(&self, data: Vec<MetricDatum>) {
        self.cloudwatch.put_metric_data().namespace(NAMESPACE).set_metric_data(Some(data)).send().await.unwrap();
    }

    /// A `GetMetricData` call over the last `hours` hours up to an hour ahead.
    fn get(&self, hours: i64, queries: Vec<MetricDataQuery>) -> GetMetricDataFluentBuilder {
        let get = self.cloudwatch.get_metric_data().start_time(at(NOW - hours * HOUR)).end_time(at(NOW + HOUR));
        get.scan_by(ScanBy::TimestampAscending).set_metric_data_queries(Some(queries))
    }

    /// The points of one statistic over the last two hours.
    async fn points(&self, stat: &str, period: i32) -> Vec<(i64, f64)> {
        let answer = self.get(2, vec![query("q", "Latency", stat, period)]).send().await.unwrap();
        let [result] = answer.metric_data_results() else { panic!("one result") };
        assert_eq!(result.status_code(), Some(&StatusCode::Complete));
        result.timestamps().iter().map(DateTime::secs).zip(result.values().iter().copied()).collect()
    }
}

fn at(seconds: i64) -> DateTime {
    DateTime::from_secs(seconds)
}

fn model(id: &str) -> Dimension {
    Dimension::builder().name("ModelId").value(id).build()
}

fn datum(name: &str, seconds: i64, value: f64) -> MetricDatum {
    MetricDatum::builder().metric_name(name).timestamp(at(seconds)).value(value).unit(StandardUnit::Milliseconds).build()
}

fn bare(name: &str) -> aws_sdk_cloudwatch::types::builders::MetricDatumBuilder {
    MetricDatum::builder().metric_name(name)
}

fn metric(name: &str) -> Metric {
    Metric::builder().namespace(NAMESPACE).metric_name(name).build()
}

fn query_of(id: &str, metric: Metric, stat: &str, period: i32) -> MetricDataQuery {
    let stat = MetricStat::builder().metric(metric).stat(stat).period(period).build();
    MetricDataQuery::builder().id(id).metric_stat(stat).build()
}

fn query(id: &str, name: &str, stat: &str, period: i32) -> MetricDataQuery {
    query_of(id, metric(name), stat, period)
}

/// Code and message of a failed call.
fn refusal<T, E>(result: Result<T, SdkError<E>>) -> (String, String)
where
    SdkError<E>: aws_sdk_cloudwatch::error::ProvideErrorMetadata,
{
    let error = result.err().expect("the call must fail");
    (error.code().unwrap_or_default().to_owned(), error.message().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn percentiles_of_a_hand_computed_set() {
    let scene = scene();
    // Sorted: 90 100 110 120 150 200 250 400 900 2000; sum 4320.
    let values = [200.0, 100.0, 2000.0, 90.0, 400.0, 150.0, 900.0, 110.0, 250.0, 120.0];
    scene.put(values.iter().map(|value| datum("Latency", NOW + 10, *value)).collect()).await;
    let cases = [
        ("SampleCount", 10.0),
        ("Sum", 4320.0),
        ("Average", 432.0),
        ("Minimum", 90.0),
        ("Maximum", 2000.0),
        ("p50", 150.0),
        ("p90", 900.0),
        ("p99.9", 2000.0),
        ("tm90", 2320.0 / 9.0),
        ("IQM", 205.0),
        ("PR(:200)", 60.0),
    ];
    for (stat, wanted) in cases {
        let points = scene.points(stat, 60).await;
        assert_eq!(points, [(NOW, wanted)], "{stat}");
    }
}

#[tokio::test]
async fn values_with_counts_and_statistic_sets_are_kept() {
    let scene = scene();
    let counted = bare("Latency").timestamp(at(NOW)).set_values(Some(vec![1.0, 5.0])).set_counts(Some(vec![1.0, 3.0]));
    scene.put(vec![counted.build()]).await;
    assert_eq!(scene.points("p50", 60).await, [(NOW, 5.0)]);
    assert_eq!(scene.points("Average", 60).await, [(NOW, 4.0)]);
    let set = StatisticSet::builder().sample_count(4.0).sum(20.0).minimum(2.0).maximum(9.0).build();
    scene.put(vec![bare("Latency").timestamp(at(NOW + 60)).statistic_values(set).build()]).await;
    assert_eq!(scene.points("Sum", 60).await, [(NOW, 16.0), (NOW + 60, 20.0)]);
    assert_eq!(scene.points("p50", 60).await, [(NOW, 5.0)], "a set has no percentiles");
    assert_eq!(scene.points("Maximum", 300).await, [(NOW, 9.0)]);
}

#[tokio::test]
async fn periods_start_inclusive_and_end_exclusive() {
    let scene = scene();
    let times = [-1, 0, 59, 60, 299, 300, 3_599];
    scene.put(times.iter().map(|offset| datum("Latency", NOW + offset, 1.0)).collect()).await;
    let ask = |start: i64, end: i64, period: i32| {
        let get = scene.cloudwatch.get_metric_data().start_time(at(NOW + start)).end_time(at(NOW + end));
        get.metric_data_queries(query("q", "Latency", "Sum", period)).send()
    };
    let sums = |answer: aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataOutput| {
        let result = answer.metric_data_results()[0].clone();
        result.timestamps().iter().map(|time| time.secs() - NOW).zip(result.values().to_vec()).collect::<Vec<_>>()
    };
    assert_eq!(sums(ask(0, 300, 60).await.unwrap()), [(240, 1.0), (60, 1.0), (0, 2.0)], "newest first by default");
    assert_eq!(sums(ask(0, 300, 300).await.unwrap()), [(0, 4.0)]);
    assert_eq!(sums(ask(30, 60, 60).await.unwrap()), [(0, 2.0)], "the start is rounded down to its minute");
    assert_eq!(sums(ask(-60, 3_600, 3_600).await.unwrap()), [(3_540, 1.0), (-60, 6.0)], "periods count from the start");
    assert_eq!(sums(ask(0, 3_600, 10).await.unwrap()), [], "no finer than a minute");
}

#[tokio::test]
async fn high_resolution_is_seen_by_the_second_for_three_hours() {
    let scene = scene();
    let fine = |offset: i64| bare("Latency").timestamp(at(NOW + offset)).value(1.0).storage_resolution(1).build();
    scene.put(vec![fine(0), fine(7), fine(12)]).await;
    assert_eq!(scene.points("Sum", 5).await, [(NOW, 1.0), (NOW + 5, 1.0), (NOW + 10, 1.0)]);
    scene.clock.advance(Duration::from_hours(4));
    assert_eq!(scene.points("Sum", 5).await, []);
    assert_eq!(scene.points("Sum", 60).await, [(NOW, 3.0)]);
}

#[tokio::test]
async fn old_data_are_kept_coarser_and_finally_forgotten() {
    let scene = scene();
    scene.put(vec![datum("Latency", NOW + 60, 1.0), datum("Latency", NOW + 120, 3.0)]).await;
    scene.clock.advance(Duration::from_hours(16 * 24));
    assert_eq!(scene.points("Sum", 60).await, []);
    assert_eq!(scene.points("p50", 300).await, [(NOW, 1.0)]);
    scene.put(vec![datum("Latency", NOW + 16 * DAY, 1.0)]).await;
    assert_eq!(scene.points("Average", 300).await, [(NOW, 2.0)], "written down coarser, too");
    scene.clock.advance(Duration::from_hours(500 * 24));
    assert_eq!(scene.points("Sum", 3_600).await, []);
}

#[tokio::test]
async fn pages_of_datapoints_add_up() {
    let scene = scene();
    let minutes = |name: &'static str, count: i64| (0..count).map(move |n| datum(name, NOW - 60 * n, n as f64));
    scene.put(minutes("Latency", 7).chain(minutes("Tokens", 4)).collect()).await;
    let queries = || vec![query("latency", "Latency", "Sum", 60), query("none", "None", "Sum", 60), query("tokens", "Tokens", "Sum", 60)];
    for scan in [ScanBy::TimestampAscending, ScanBy::TimestampDescending] {
        let mut pages = scene.get(1, queries()).scan_by(scan.clone()).max_datapoints(3).into_paginator().send();
        let mut found: std::collections::BTreeMap<String, Vec<f64>> = std::collections::BTreeMap::new();
        let mut sizes = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.unwrap();
            sizes.push(page.metric_data_results().iter().map(|result| result.values().len()).sum::<usize>());
            for result in page.metric_data_results() {
                found.entry(result.id().unwrap().to_owned()).or_default().extend(result.values());
            }
        }
        let newest_first: Vec<f64> = (0..7).map(f64::from).collect();
        let wanted = if scan == ScanBy::TimestampDescending { newest_first } else { newest_first.into_iter().rev().collect() };
        assert_eq!(found["latency"], wanted);
        assert_eq!((found["tokens"].len(), found["none"].len()), (4, 0));
        assert_eq!(sizes, [3, 3, 3, 2]);
    }
    let token = scene.get(1, queries()).next_token("nonsense").send().await.unwrap_err().into_service_error();
    assert!(matches!(token, GetMetricDataError::InvalidNextToken(_)));
}

#[tokio::test]
async fn results_are_labelled_by_what_tells_them_apart() {
    let scene = scene();
    let of = |name: &str, id: &str| Metric::builder().namespace(NAMESPACE).metric_name(name).dimensions(model(id)).build();
    let labels = |queries: Vec<MetricDataQuery>| async {
        let answer = scene.get(1, queries).send().await.unwrap();
        answer.metric_data_results().iter().map(|result| result.label().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let by_model = vec![query_of("a", of("Tokens", "opus"), "Sum", 60), query_of("b", of("Tokens", "haiku"), "Sum", 60)];
    assert_eq!(labels(by_model).await, ["opus", "haiku"]);
    let by_name = vec![query_of("a", of("In", "opus"), "Sum", 60), query_of("b", of("Out", "opus"), "Sum", 60)];
    assert_eq!(labels(by_name).await, ["In", "Out"]);
    let own = MetricDataQuery::builder().id("a").label("mine").metric_stat(by_stat()).build();
    let hidden = MetricDataQuery::builder().id("b").return_data(false).metric_stat(by_stat()).build();
    assert_eq!(labels(vec![own, hidden]).await, ["mine"]);
}

fn by_stat() -> MetricStat {
    MetricStat::builder().metric(metric("Latency")).stat("Sum").period(60).build()
}

#[tokio::test]
async fn queries_are_checked() {
    let scene = scene();
    let fails = |queries: Vec<MetricDataQuery>| async { refusal(scene.get(1, queries).send().await) };
    let math = MetricDataQuery::builder().id("e1").expression("MEDIAN(m1)").build();
    let unknown = fails(vec![query("m1", "Latency", "Sum", 60), math]).await;
    assert_eq!(unknown, ("ValidationError".to_owned(), "Error in expression 'e1': Function 'MEDIAN' not found".to_owned()));
    let twice = fails(vec![query("a", "Latency", "Sum", 60), query("a", "Latency", "Sum", 60)]).await;
    assert_eq!(twice, ("ValidationError".to_owned(), "The values for parameter Id in MetricDataQueries are not unique.".to_owned()));
    let id = fails(vec![query("A1", "Latency", "Sum", 60)]).await;
    assert_eq!(id.1, "The value A1 for parameter MetricDataQueries.member.1.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.");
    let many = fails((0..501).map(|n| query(&format!("q{n}"), "Latency", "Sum", 60)).collect()).await;
    assert_eq!(many.1, "The collection MetricDataQueries must not have a size greater than 500.");
    assert!(fails(vec![query("a", "Latency", "Sum", 61)]).await.1.contains("MetricDataQueries.member.1.MetricStat.Period"));
    assert!(fails(vec![query("a", "Latency", "p101", 60)]).await.1.contains("The value p101"));
    let empty = scene.get(1, vec![query("a", "Latency", "Sum", 60)]).end_time(at(NOW - HOUR)).send();
    assert_eq!(refusal(empty.await).1, "The parameter StartTime must not equal parameter EndTime.");
    let dynamic = MetricDataQuery::builder().id("a").label("${MEDIAN}").metric_stat(by_stat()).build();
    assert_eq!(fails(vec![dynamic]).await.0, "ValidationError");
}

#[tokio::test]
async fn tokens_per_second_as_the_user_guide_computes_them() {
    let scene = scene();
    let put = |name: &'static str, value: f64| datum(name, NOW - 290, value);
    scene.put(vec![put("OutputTokenCount", 300.0), put("InvocationLatency", 4_000.0), put("TimeToFirstToken", 1_000.0)]).await;
    let hidden = |id: &str, name: &str| {
        let stat = MetricStat::builder().metric(metric(name)).stat("p50").period(300).build();
        MetricDataQuery::builder().id(id).return_data(false).metric_stat(stat).build()
    };
    let otps = MetricDataQuery::builder().id("otps").expression("m2/(m1-m3)*1000").label("Output tokens per second").build();
    let inputs = [("m1", "InvocationLatency"), ("m2", "OutputTokenCount"), ("m3", "TimeToFirstToken")];
    let queries = inputs.into_iter().map(|(id, name)| hidden(id, name)).chain([otps]).collect();
    let answer = scene.get(1, queries).send().await.unwrap();
    let [result] = answer.metric_data_results() else { panic!("one result") };
    assert_eq!((result.label(), result.values()), (Some("Output tokens per second"), &[100.0][..]));
}

#[tokio::test]
async fn detectors_by_the_sdk() {
    use aws_sdk_cloudwatch::operation::delete_anomaly_detector::DeleteAnomalyDetectorError;
    use aws_sdk_cloudwatch::types::{AnomalyDetectorStateValue, SingleMetricAnomalyDetector};

    let scene = scene();
    let detector = || SingleMetricAnomalyDetector::builder().namespace(NAMESPACE).metric_name("Latency").stat("Average").build();
    let put = scene.cloudwatch.put_anomaly_detector().single_metric_anomaly_detector(detector()).send().await.unwrap();
    scene.put((0..600).map(|n| datum("Latency", NOW - 60 * n, 100.0 + (n % 7) as f64)).collect()).await;
    let found = scene.cloudwatch.describe_anomaly_detectors().send().await.unwrap();
    let [one] = found.anomaly_detectors() else { panic!("one detector") };
    assert_eq!(one.state_value(), Some(&AnomalyDetectorStateValue::Trained));
    assert_eq!(one.anomaly_detector_id(), put.anomaly_detector_id());
    let band = MetricDataQuery::builder().id("band").expression("ANOMALY_DETECTION_BAND(m1, 2)").build();
    let answer = scene.get(1, vec![query("m1", "Latency", "Average", 60), band]).send().await.unwrap();
    let [values, upper, lower] = answer.metric_data_results() else { panic!("a metric and two edges") };
    assert_eq!([upper.id(), lower.id()], [Some("band"), Some("band")]);
    let inside = values.values().iter().filter(|value| (lower.values()[0]..=upper.values()[0]).contains(value)).count();
    assert!(inside > 50, "{inside} of {}", values.values().len());
    let delete = || scene.cloudwatch.delete_anomaly_detector().single_metric_anomaly_detector(detector()).send();
    delete().await.unwrap();
    let missing = delete().await.unwrap_err().into_service_error();
    assert!(matches!(missing, DeleteAnomalyDetectorError::ResourceNotFoundException(_)), "{missing:?}");
}

#[tokio::test]
async fn bad_data_are_refused_as_a_whole() {
    let scene = scene();
    let put = |data: Vec<MetricDatum>| scene.cloudwatch.put_metric_data().namespace(NAMESPACE).set_metric_data(Some(data)).send();
    let good = || datum("Latency", NOW, 1.0);
    let old = put(vec![good(), datum("Latency", NOW - 14 * DAY - 1, 1.0)]).await.unwrap_err().into_service_error();
    assert!(matches!(&old, PutMetricDataError::InvalidParameterValueException(e)
        if e.message() == Some("The parameter MetricData.member.2.Timestamp must specify a time no more than two weeks in the past.")));
    let ahead = put(vec![datum("Latency", NOW + 2 * HOUR + 1, 1.0)]).await;
    assert!(refusal(ahead).1.ends_with("no more than two hours in the future."));
    for value in [f64::NAN, f64::INFINITY, 2_f64.powi(361)] {
        let (code, message) = refusal(put(vec![bare("Latency").value(value).build()]).await);
        assert_eq!(code, "InvalidParameterValue");
        assert!(message.ends_with("for parameter MetricData.member.1.Value is invalid."), "{message}");
    }
    let both = put(vec![bare("Latency").value(1.0).values(2.0).build()]).await.unwrap_err().into_service_error();
    assert!(matches!(&both, PutMetricDataError::InvalidParameterCombinationException(e) if e.message() == Some(
        "The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive and you have specified both.")));
    let uneven = put(vec![bare("Latency").values(1.0).values(2.0).counts(1.0).build()]);
    assert!(refusal(uneven.await).1.ends_with("must be of the same size."));
    let nothing = put(vec![bare("Latency").build()]).await.unwrap_err().into_service_error();
    assert!(matches!(nothing, PutMetricDataError::MissingRequiredParameterException(_)));
    let many = put(vec![bare("Latency").set_values(Some(vec![1.0; 151])).build()]);
    assert_eq!(refusal(many.await).1, "The collection MetricData.member.1.Values must not have a size greater than 150.");
    let wide = bare("Latency")
        .value(1.0)
        .set_dimensions(Some((0..31).map(|n| Dimension::builder().name(format!("d{n}")).value("v").build()).collect()));
    assert!(refusal(put(vec![wide.build()]).await).1.contains("MetricData.member.1.Dimensions must not have a size greater than 30"));
    let reserved = scene.cloudwatch.put_metric_data().namespace("AWS/Bedrock").metric_data(good()).send();
    assert_eq!(refusal(reserved.await).1, "The value AWS/Bedrock for parameter Namespace is invalid.");
    assert_eq!(scene.points("Sum", 60).await, [], "nothing of a refused call is kept");
}

#[tokio::test]
async fn metrics_are_listed_filtered_and_paged() {
    let scene = scene();
    for call in 0..2 {
        let data = (0..300).map(|n| bare("Tokens").value(1.0).dimensions(model(&format!("m{:03}", call * 300 + n))).build()).collect();
        scene.put(data).await;
    }
    scene.put(vec![bare("Latency").value(1.0).build()]).await;
    let pages = scene.cloudwatch.list_metrics().namespace(NAMESPACE).into_paginator().send();
    let pages = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(pages.iter().map(|page| page.metrics().len()).collect::<Vec<_>>(), [500, 101]);
    let one = DimensionFilter::builder().name("ModelId").value("m042").build();
    let found = scene.cloudwatch.list_metrics().metric_name("Tokens").dimensions(one).send().await.unwrap();
    let [metric] = found.metrics() else { panic!("one metric") };
    assert_eq!((metric.metric_name(), metric.dimensions()[0].value()), (Some("Tokens"), Some("m042")));
    let any = DimensionFilter::builder().name("ModelId").build();
    assert_eq!(scene.cloudwatch.list_metrics().dimensions(any).send().await.unwrap().metrics().len(), 500);
    assert_eq!(scene.cloudwatch.list_metrics().namespace("Other").send().await.unwrap().metrics().len(), 0);

    scene.clock.advance(Duration::from_hours(4));
    scene.put(vec![bare("Fresh").value(1.0).build()]).await;
    let recent = scene.cloudwatch.list_metrics().recently_active(RecentlyActive::Pt3H).send().await.unwrap();
    assert_eq!(recent.metrics().iter().map(|metric| metric.metric_name().unwrap()).collect::<Vec<_>>(), ["Fresh"]);
    scene.clock.advance(Duration::from_hours(15 * 24));
    assert_eq!(scene.cloudwatch.list_metrics().send().await.unwrap().metrics().len(), 0);
}

#[tokio::test]
async fn statistics_of_one_metric() {
    let scene = scene();
    scene.put((1..=4).map(|n| datum("Latency", NOW + 60 * (n % 2), n as f64)).collect()).await;
    let ask = || {
        let get = scene.cloudwatch.get_metric_statistics().namespace(NAMESPACE).metric_name("Latency");
        get.start_time(at(NOW)).end_time(at(NOW + 120)).period(60)
    };
    let answer = ask().statistics(Statistic::Sum).statistics(Statistic::Average).send().await.unwrap();
    assert_eq!(answer.label(), Some("Latency"));
    let points: Vec<_> =
        answer.datapoints().iter().map(|p| (p.timestamp().unwrap().secs() - NOW, p.sum(), p.average(), p.maximum())).collect();
    assert_eq!(points, [(0, Some(6.0), Some(3.0), None), (60, Some(4.0), Some(2.0), None)]);
    assert_eq!(answer.datapoints()[0].unit(), Some(&StandardUnit::Milliseconds));
    let extended = ask().extended_statistics("p50").extended_statistics("p99").send().await.unwrap();
    assert_eq!(extended.datapoints()[0].extended_statistics().unwrap()["p99"], 4.0);
    assert_eq!(ask().unit(StandardUnit::Seconds).statistics(Statistic::Sum).send().await.unwrap().datapoints().len(), 0);

    let long = ask().start_time(at(NOW - 2 * DAY)).statistics(Statistic::Sum).send().await.unwrap_err().into_service_error();
    assert!(matches!(&long, GetMetricStatisticsError::InvalidParameterCombinationException(e) if e.message() == Some(
        "You have requested up to 2,882 datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.")));
    assert!(matches!(ask().send().await.unwrap_err().into_service_error(), GetMetricStatisticsError::MissingRequiredParameterException(_)));
    let unknown = ask().extended_statistics("p101").send().await.unwrap_err().into_service_error();
    assert!(matches!(unknown, GetMetricStatisticsError::InvalidParameterValueException(_)));
}

#[tokio::test]
async fn units_are_kept_apart_and_a_mixture_is_told() {
    let scene = scene();
    scene.put(vec![datum("Latency", NOW, 500.0), bare("Latency").timestamp(at(NOW)).value(2.0).unit(StandardUnit::Seconds).build()]).await;
    let mixed = scene.get(1, vec![query("q", "Latency", "Sum", 60)]).send().await.unwrap();
    assert_eq!(mixed.metric_data_results()[0].messages()[0].code(), Some("MultipleUnits"));
    let stat = MetricStat::builder().metric(metric("Latency")).stat("Sum").period(60).unit(StandardUnit::Seconds).build();
    let seconds = scene.get(1, vec![MetricDataQuery::builder().id("q").metric_stat(stat).build()]).send().await.unwrap();
    assert_eq!(seconds.metric_data_results()[0].values(), [2.0]);
    assert!(seconds.metric_data_results()[0].messages().is_empty());
}

#[tokio::test]
async fn other_services_record_and_the_world_survives_a_snapshot() {
    let scene = scene();
    let now = scene.clock.now();
    {
        let mut world = scene.sandbox.world();
        let state = &mut world.region("us-east-1").cloudwatch;
        for latency in [300.0, 100.0, 200.0] {
            state.record("AWS/Bedrock", "InvocationLatency", &[("ModelId", "claude")], latency, Unit::MILLISECONDS, now).unwrap();
        }
        let key = MetricKey::new("AWS/Bedrock", "Invocations", &[("ModelId", "claude")]);
        state.record_at(key, 1.0, Unit::COUNT, timestamp_ms((NOW - DAY) * 1_000), now).unwrap();
    }
    let json = serde_json::to_string(&*scene.sandbox.world()).unwrap();
    let restored = Sandbox::new(serde_json::from_str(&json).unwrap(), scene.clock.clone(), 1);
    let copy = Scene { cloudwatch: in_process(&restored), sandbox: restored, clock: scene.clock.clone() };
    let of = |name: &str| Metric::builder().namespace("AWS/Bedrock").metric_name(name).dimensions(model("claude")).build();
    let queries = vec![query_of("p", of("InvocationLatency"), "p90", 60), query_of("n", of("Invocations"), "Sum", 60)];
    let answer = copy.get(25, queries).send().await.unwrap();
    assert_eq!(answer.metric_data_results()[0].values(), [300.0]);
    assert_eq!(answer.metric_data_results()[1].timestamps(), [at(NOW - DAY)]);
}

/// Sends a body as older clients do and returns the status and the text of the answer.
async fn raw(sandbox: &Sandbox, headers: &[(&'static str, &'static str)], body: String) -> (u16, String) {
    let scope = "AWS4-HMAC-SHA256 Credential=OUTCROPSANDBOX00/20260921/us-east-1/monitoring/aws4_request, Signature=x";
    let headers = headers.iter().copied().chain([("authorization", scope)]);
    let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    let request = Request { method: http::Method::POST, path: "/".to_owned(), query: String::new(), headers, body: body.into() };
    let answer = sandbox.handle(request).await;
    let status = answer.status().as_u16();
    (status, String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap())
}

#[tokio::test]
async fn the_query_protocol_is_served() {
    let scene = scene();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let put = "Action=PutMetricData&Version=2010-08-01&Namespace=Outcrop%2FTest&MetricData.member.1.MetricName=Latency\
        &MetricData.member.1.Values.member.1=1.5&MetricData.member.1.Values.member.2=4&MetricData.member.1.Counts.member.1=1\
        &MetricData.member.1.Counts.member.2=3&MetricData.member.1.Unit=Milliseconds";
    assert_eq!(raw(&scene.sandbox, &form, put.to_owned()).await.0, 200);
    let start = timestamp_ms(NOW * 1_000);
    let get = format!(
        "Action=GetMetricStatistics&Version=2010-08-01&Namespace=Outcrop%2FTest&MetricName=Latency&Period=60&StartTime={start}\
        &EndTime={}&Statistics.member.1=Sum",
        timestamp_ms((NOW + 60) * 1_000)
    );
    let (status, xml) = raw(&scene.sandbox, &form, get).await;
    assert_eq!(status, 200, "{xml}");
    assert!(xml.contains(&format!("<Datapoints><member><Sum>13.5</Sum><Timestamp>{start}</Timestamp><Unit>Milliseconds</Unit>")), "{xml}");
    let (status, xml) = raw(&scene.sandbox, &form, "Action=GetMetricStatistics&Version=2010-08-01".to_owned()).await;
    assert_eq!(status, 400);
    assert!(xml.contains("<Code>MissingParameter</Code><Message>The parameter Namespace is required.</Message>"), "{xml}");
}

#[tokio::test]
async fn the_json_protocol_is_served() {
    let scene = scene();
    scene.put(vec![datum("Latency", NOW, 7.0)]).await;
    let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", "GraniteServiceVersion20100801.GetMetricData")];
    let body = format!(
        r#"{{"StartTime":{NOW},"EndTime":{},"MetricDataQueries":[{{"Id":"q","MetricStat":{{"Metric":{{"Namespace":"{NAMESPACE}","MetricName":"Latency"}},"Period":60,"Stat":"p90"}}}}]}}"#,
        NOW + 60
    );
    let (status, json) = raw(&scene.sandbox, &headers, body).await;
    assert_eq!(status, 200, "{json}");
    assert!(json.contains(&format!(r#""Timestamps":[{NOW}],"Values":[7.0],"StatusCode":"Complete""#)), "{json}");
}

#[tokio::test]
async fn the_loopback_server_speaks_the_same_even_compressed() {
    let scene = scene();
    let server = Server::start(scene.sandbox.clone(), None).await.unwrap();
    let over_http = client(|config| config.endpoint_url(server.url()));
    // Beyond 10 KiB the SDK sends the call gzipped.
    let data: Vec<_> = (0..500).map(|n| datum("Latency", NOW + n % 60, n as f64)).collect();
    over_http.put_metric_data().namespace(NAMESPACE).set_metric_data(Some(data)).send().await.unwrap();
    assert_eq!(scene.points("SampleCount", 60).await, [(NOW, 500.0)]);
    let error = over_http.get_metric_statistics().namespace(NAMESPACE).metric_name("x").send().await;
    assert_eq!(refusal(error).0, "MissingParameter");
    server.stop().await;
}
