//! CloudWatch: metrics (writing, listing, reading), alarms and anomaly detectors.

mod alarm_calls;
mod alarms;
mod detectors;
mod math;

pub mod dashboards;

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{self as sdk, MetricDatum, Statistic};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use alarm_calls::{
    DeleteAlarms, DescribeAlarmHistory, DisableAlarmActions, EnableAlarmActions, HistoryItem, ListTagsForResource, SetAlarmState,
};
pub use alarms::{DescribeAlarms, MetricAlarm, PutMetricAlarm, Watched};
pub use detectors::{DeleteAnomalyDetector, DescribeAnomalyDetectors, Detector, KnownDetector, PutAnomalyDetector, Training};
pub use math::{DataQuery, DataSource, GetMetricMath, MetricStat};

use super::convert::{date_time, moment};
use super::error::{AwsError, failed};
use super::operation::{Operation, Permission, Service};
use super::session::Clients;
use crate::base::clock::Timestamp;

/// Most queries that one `GetMetricData` request takes.
const QUERY_BATCH: usize = 500;

/// A name and a value that tell metrics of one name apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Dimension {
    /// Name, such as `ModelId`.
    pub name: String,
    /// Value.
    pub value: String,
}

impl Dimension {
    /// The dimension `name` = `value`.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl From<Dimension> for sdk::Dimension {
    fn from(dimension: Dimension) -> Self {
        Self::builder().name(dimension.name).value(dimension.value).build()
    }
}

/// A metric: one series of datapoints.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Metric {
    /// Namespace, such as `AWS/Bedrock`.
    pub namespace: String,
    /// Name, such as `Invocations`.
    pub metric_name: String,
    /// All dimensions of the metric.
    pub dimensions: Vec<Dimension>,
}

impl From<sdk::Metric> for Metric {
    fn from(metric: sdk::Metric) -> Self {
        let dimension = |d: sdk::Dimension| Dimension::new(d.name.unwrap_or_default(), d.value.unwrap_or_default());
        Self {
            namespace: metric.namespace.unwrap_or_default(),
            metric_name: metric.metric_name.unwrap_or_default(),
            dimensions: metric.dimensions.unwrap_or_default().into_iter().map(dimension).collect(),
        }
    }
}

impl From<Metric> for sdk::Metric {
    fn from(metric: Metric) -> Self {
        let dimensions = metric.dimensions.into_iter().map(sdk::Dimension::from).collect();
        Self::builder().namespace(metric.namespace).metric_name(metric.metric_name).set_dimensions(Some(dimensions)).build()
    }
}

/// Nothing in CloudWatch's metrics has a resource type for permissions.
fn anywhere(action: &str) -> Vec<Permission> {
    vec![Permission::new(action, "*")]
}

/// Writes datapoints.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutMetricData {
    /// Namespace, not beginning with `AWS/`.
    pub namespace: String,
    /// Datapoints, at most 1,000.
    #[serde(rename = "MetricData")]
    pub data: Vec<Datum>,
}

/// A datapoint to write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Datum {
    /// Name of the metric.
    pub metric_name: String,
    /// Dimensions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<Dimension>,
    /// When it was measured; `None` is now, by AWS's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
    /// The value.
    pub value: f64,
    /// Unit as CloudWatch names it, such as `Count` or `Milliseconds`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

impl From<Datum> for MetricDatum {
    fn from(datum: Datum) -> Self {
        Self::builder()
            .metric_name(datum.metric_name)
            .set_dimensions(Some(datum.dimensions.into_iter().map(sdk::Dimension::from).collect()))
            .set_timestamp(datum.timestamp.map(date_time))
            .value(datum.value)
            .set_unit(datum.unit.as_deref().map(sdk::StandardUnit::from))
            .build()
    }
}

impl Operation for PutMetricData {
    type Output = ();
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "PutMetricData";

    fn permissions(&self) -> Vec<Permission> {
        anywhere("cloudwatch:PutMetricData")
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let data = self.data.into_iter().map(MetricDatum::from).collect();
        let call = clients.cloudwatch.put_metric_data().namespace(self.namespace).set_metric_data(Some(data));
        call.send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// Lists metrics that had data in the last two weeks, all pages. New ones appear after up to 15 minutes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListMetrics {
    /// Only this namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Only this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_name: Option<String>,
    /// Only metrics with these dimensions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<Dimension>,
}

impl Operation for ListMetrics {
    type Output = Vec<Metric>;
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "ListMetrics";

    fn permissions(&self) -> Vec<Permission> {
        anywhere("cloudwatch:ListMetrics")
    }

    async fn send(self, clients: &Clients) -> Result<Vec<Metric>, AwsError> {
        let filter = |d: Dimension| sdk::DimensionFilter::builder().name(d.name).value(d.value).build();
        let filters: Vec<_> = self.dimensions.into_iter().map(filter).collect();
        let call = clients.cloudwatch.list_metrics().set_namespace(self.namespace).set_metric_name(self.metric_name);
        let call = call.set_dimensions(Some(filters).filter(|all| !all.is_empty()));
        let pages = call.into_paginator().send().collect::<Result<Vec<_>, _>>().await.map_err(failed::<Self, _>)?;
        Ok(pages.into_iter().flat_map(|page| page.metrics.unwrap_or_default()).map(Metric::from).collect())
    }
}

/// Reads statistics of many metrics, all pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Value")]
pub struct GetMetricData {
    /// What to read; more than 500 are read in several requests.
    pub queries: Vec<MetricQuery>,
    /// From this moment on, inclusive.
    pub start: Timestamp,
    /// Up to this moment, exclusive.
    pub end: Timestamp,
}

/// A statistic of a metric over periods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricQuery {
    /// Id, unique among the queries: a lower-case letter, then letters, digits or `_`.
    pub id: String,
    /// The metric.
    pub metric: Metric,
    /// `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount` or a percentile such as `p90`.
    pub stat: String,
    /// Length of a period in seconds.
    pub period_secs: u32,
    /// Label; `None` is CloudWatch's own.
    pub label: Option<String>,
}

/// One series of datapoints.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MetricSeries {
    /// Id of the query.
    pub id: String,
    /// Label.
    pub label: String,
    /// Begin of the period and its value, oldest first. Periods without data are missing.
    pub points: Vec<(Timestamp, f64)>,
    /// `Complete`, `PartialData`, `InternalError` or `Forbidden`.
    pub status: String,
}

impl From<MetricQuery> for Value {
    fn from(query: MetricQuery) -> Self {
        let stat = json!({"Metric": query.metric, "Period": query.period_secs, "Stat": query.stat});
        let mut params = json!({"Id": query.id, "MetricStat": stat});
        if let Some(label) = query.label {
            params["Label"] = Self::String(label);
        }
        params
    }
}

impl From<MetricQuery> for sdk::MetricDataQuery {
    fn from(query: MetricQuery) -> Self {
        let stat = sdk::MetricStat::builder().metric(query.metric.into()).period(query.period_secs as i32).stat(query.stat).build();
        Self::builder().id(query.id).metric_stat(stat).set_label(query.label).build()
    }
}

impl From<GetMetricData> for Value {
    fn from(op: GetMetricData) -> Self {
        let queries: Vec<Self> = op.queries.into_iter().map(Self::from).collect();
        json!({"MetricDataQueries": queries, "StartTime": op.start, "EndTime": op.end, "ScanBy": "TimestampAscending"})
    }
}

impl Operation for GetMetricData {
    /// One series per query, in the order of the queries.
    type Output = Vec<MetricSeries>;
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "GetMetricData";

    fn permissions(&self) -> Vec<Permission> {
        anywhere("cloudwatch:GetMetricData")
    }

    async fn send(self, clients: &Clients) -> Result<Vec<MetricSeries>, AwsError> {
        let mut series: BTreeMap<String, MetricSeries> = BTreeMap::new();
        for batch in self.queries.chunks(QUERY_BATCH) {
            self.read(clients, batch, &mut series).await?;
        }
        let in_order = self.queries.into_iter().map(|query| finished(series.remove(&query.id), query.id));
        Ok(in_order.collect())
    }
}

impl GetMetricData {
    /// Reads all pages of `batch` into `series`; a series may be spread over pages.
    async fn read(&self, clients: &Clients, batch: &[MetricQuery], series: &mut BTreeMap<String, MetricSeries>) -> Result<(), AwsError> {
        let queries = batch.iter().cloned().map(sdk::MetricDataQuery::from).collect();
        let call = clients.cloudwatch.get_metric_data().set_metric_data_queries(Some(queries)).scan_by(sdk::ScanBy::TimestampAscending);
        let mut pages = call.start_time(date_time(self.start)).end_time(date_time(self.end)).into_paginator().send();
        while let Some(page) = pages.next().await {
            for part in page.map_err(failed::<Self, _>)?.metric_data_results.unwrap_or_default() {
                add_part(series, part);
            }
        }
        Ok(())
    }
}

fn add_part(series: &mut BTreeMap<String, MetricSeries>, part: sdk::MetricDataResult) {
    let whole = series.entry(part.id.clone().unwrap_or_default()).or_default();
    whole.points.extend(part.timestamps().iter().map(moment).zip(part.values().iter().copied()));
    whole.status = part.status_code.map(|status| status.as_str().to_owned()).unwrap_or_default();
    whole.label = part.label.unwrap_or_default();
}

/// The series under its id, sorted; a query that got no result at all is an empty series.
fn finished(series: Option<MetricSeries>, id: String) -> MetricSeries {
    let mut series = series.unwrap_or_default();
    series.points.sort_by_key(|point| point.0);
    MetricSeries { id, ..series }
}

/// Reads statistics of one metric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetMetricStatistics {
    /// Namespace.
    pub namespace: String,
    /// Name of the metric.
    pub metric_name: String,
    /// All dimensions of the metric.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<Dimension>,
    /// From this moment on, inclusive.
    #[serde(rename = "StartTime")]
    pub start: Timestamp,
    /// Up to this moment, exclusive.
    #[serde(rename = "EndTime")]
    pub end: Timestamp,
    /// Length of a period in seconds.
    #[serde(rename = "Period")]
    pub period_secs: u32,
    /// `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub statistics: Vec<String>,
    /// Percentiles such as `p90`; not together with `statistics`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extended_statistics: Vec<String>,
}

/// The statistics of one period; those that were asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Datapoint {
    /// Begin of the period.
    pub timestamp: Timestamp,
    /// Values by statistic, such as `Sum` or `p90`.
    pub values: BTreeMap<String, f64>,
    /// Unit as CloudWatch names it.
    pub unit: Option<String>,
}

impl From<sdk::Datapoint> for Datapoint {
    fn from(point: sdk::Datapoint) -> Self {
        let plain = [
            ("SampleCount", point.sample_count),
            ("Average", point.average),
            ("Sum", point.sum),
            ("Minimum", point.minimum),
            ("Maximum", point.maximum),
        ];
        let mut values: BTreeMap<String, f64> = plain.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        let timestamp = point.timestamp().map(moment).unwrap_or_default();
        values.extend(point.extended_statistics.unwrap_or_default());
        Self { timestamp, values, unit: point.unit.map(|unit| unit.as_str().to_owned()) }
    }
}

impl Operation for GetMetricStatistics {
    /// Datapoints, oldest first.
    type Output = Vec<Datapoint>;
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "GetMetricStatistics";

    fn permissions(&self) -> Vec<Permission> {
        anywhere("cloudwatch:GetMetricStatistics")
    }

    async fn send(self, clients: &Clients) -> Result<Vec<Datapoint>, AwsError> {
        let statistics: Vec<_> = self.statistics.iter().map(|name| Statistic::from(name.as_str())).collect();
        let dimensions = self.dimensions.into_iter().map(sdk::Dimension::from).collect();
        let call = clients.cloudwatch.get_metric_statistics().namespace(self.namespace).metric_name(self.metric_name);
        let call = call.set_dimensions(Some(dimensions)).period(self.period_secs as i32);
        let call = call.start_time(date_time(self.start)).end_time(date_time(self.end));
        let call = call.set_statistics(Some(statistics).filter(|all| !all.is_empty()));
        let call = call.set_extended_statistics(Some(self.extended_statistics).filter(|all| !all.is_empty()));
        let reply = call.send().await.map_err(failed::<Self, _>)?;
        let mut points: Vec<_> = reply.datapoints.unwrap_or_default().into_iter().map(Datapoint::from).collect();
        points.sort_by_key(|point| point.timestamp);
        Ok(points)
    }
}
