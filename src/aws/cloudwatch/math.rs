//! `GetMetricData` with expressions: metric math and the anomaly band, which answers with two series under one id.

use aws_sdk_cloudwatch::types as sdk;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::convert::{date_time, moment};
use super::super::error::{AwsError, failed};
use super::super::operation::{Operation, Permission, Service};
use super::super::session::Clients;
use super::{Metric, MetricSeries, anywhere};
use crate::base::clock::Timestamp;

/// A statistic of a metric over periods.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MetricStat {
    /// The metric.
    #[serde(rename = "Metric")]
    pub metric: Metric,
    /// Length of a period in seconds.
    #[serde(rename = "Period")]
    pub period_secs: u32,
    /// Statistic as CloudWatch names it.
    #[serde(rename = "Stat")]
    pub stat: String,
    /// Only data in this unit.
    #[serde(rename = "Unit", default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// Where the values of a query come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DataSource {
    /// A metric.
    Stat(MetricStat),
    /// Metric math over other queries.
    Expression(String),
}

/// One entry of `MetricDataQueries` or of an alarm's `Metrics`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "Wire", from = "Wire")]
pub struct DataQuery {
    /// Id, unique among the queries: a lower-case letter, then letters, digits or `_`.
    pub id: String,
    /// A metric or an expression.
    pub source: DataSource,
    /// Label; `None` is CloudWatch's own.
    pub label: Option<String>,
    /// Whether its values are answered; `None` is yes.
    pub return_data: Option<bool>,
    /// Period of an expression, seconds; `None` follows its metrics.
    pub period_secs: Option<u32>,
}

impl DataQuery {
    /// A statistic of a metric that is answered.
    pub fn stat(id: &str, stat: MetricStat) -> Self {
        Self::new(id, DataSource::Stat(stat))
    }

    /// An expression that is answered.
    pub fn expression(id: &str, expression: impl Into<String>) -> Self {
        Self::new(id, DataSource::Expression(expression.into()))
    }

    fn new(id: &str, source: DataSource) -> Self {
        Self { id: id.to_owned(), source, label: None, return_data: Some(true), period_secs: None }
    }

    /// The same query, needed by others only.
    #[must_use]
    pub fn unseen(self) -> Self {
        Self { return_data: Some(false), ..self }
    }

    /// With a label.
    #[must_use]
    pub fn labelled(self, label: &str) -> Self {
        Self { label: Some(label.to_owned()), ..self }
    }

    /// Whether it is an anomaly band.
    pub fn is_band(&self) -> bool {
        matches!(&self.source, DataSource::Expression(text) if text.trim_start().starts_with("ANOMALY_DETECTION_BAND"))
    }
}

/// As the API writes it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wire {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    metric_stat: Option<MetricStat>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expression: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    period: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    return_data: Option<bool>,
}

impl From<DataQuery> for Wire {
    fn from(query: DataQuery) -> Self {
        let (metric_stat, expression) = match query.source {
            DataSource::Stat(stat) => (Some(stat), None),
            DataSource::Expression(text) => (None, Some(text)),
        };
        Self { id: query.id, metric_stat, expression, label: query.label, period: query.period_secs, return_data: query.return_data }
    }
}

impl From<Wire> for DataQuery {
    fn from(wire: Wire) -> Self {
        let expression = || DataSource::Expression(wire.expression.unwrap_or_default());
        let source = wire.metric_stat.map_or_else(expression, DataSource::Stat);
        Self { id: wire.id, source, label: wire.label, return_data: wire.return_data, period_secs: wire.period }
    }
}

impl From<DataQuery> for sdk::MetricDataQuery {
    fn from(query: DataQuery) -> Self {
        let builder = Self::builder().id(query.id).set_label(query.label).set_return_data(query.return_data);
        let builder = builder.set_period(query.period_secs.map(|period| period as i32));
        match query.source {
            DataSource::Stat(stat) => builder.metric_stat(stat.into()).build(),
            DataSource::Expression(text) => builder.expression(text).build(),
        }
    }
}

impl From<sdk::MetricDataQuery> for DataQuery {
    fn from(query: sdk::MetricDataQuery) -> Self {
        let source = match (query.metric_stat, query.expression) {
            (Some(stat), _) => DataSource::Stat(stat.into()),
            (None, text) => DataSource::Expression(text.unwrap_or_default()),
        };
        let period_secs = query.period.and_then(|period| u32::try_from(period).ok());
        Self { id: query.id.unwrap_or_default(), source, label: query.label, return_data: query.return_data, period_secs }
    }
}

impl From<MetricStat> for sdk::MetricStat {
    fn from(stat: MetricStat) -> Self {
        let unit = stat.unit.as_deref().map(sdk::StandardUnit::from);
        Self::builder().metric(stat.metric.into()).period(stat.period_secs as i32).stat(stat.stat).set_unit(unit).build()
    }
}

impl From<sdk::MetricStat> for MetricStat {
    fn from(stat: sdk::MetricStat) -> Self {
        let none = || Metric { namespace: String::new(), metric_name: String::new(), dimensions: Vec::new() };
        Self {
            metric: stat.metric.map_or_else(none, Metric::from),
            period_secs: stat.period.and_then(|period| u32::try_from(period).ok()).unwrap_or(60),
            stat: stat.stat.unwrap_or_default(),
            unit: stat.unit.map(|unit| unit.as_str().to_owned()),
        }
    }
}

/// Reads metrics and expressions, all pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Value")]
pub struct GetMetricMath {
    /// What to read, at most 500.
    pub queries: Vec<DataQuery>,
    /// From this moment on, inclusive.
    pub start: Timestamp,
    /// Up to this moment, exclusive.
    pub end: Timestamp,
}

impl From<GetMetricMath> for Value {
    fn from(op: GetMetricMath) -> Self {
        json!({"MetricDataQueries": op.queries, "StartTime": op.start, "EndTime": op.end, "ScanBy": "TimestampAscending"})
    }
}

impl Operation for GetMetricMath {
    /// The series of all queries that are answered, in order: none for an expression without data, two for a band (its edges).
    type Output = Vec<MetricSeries>;
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "GetMetricData";

    fn permissions(&self) -> Vec<Permission> {
        anywhere("cloudwatch:GetMetricData")
    }

    async fn send(self, clients: &Clients) -> Result<Vec<MetricSeries>, AwsError> {
        let queries = self.queries.into_iter().map(sdk::MetricDataQuery::from).collect();
        let call = clients.cloudwatch.get_metric_data().set_metric_data_queries(Some(queries)).scan_by(sdk::ScanBy::TimestampAscending);
        let mut pages = call.start_time(date_time(self.start)).end_time(date_time(self.end)).into_paginator().send();
        let mut series: Vec<MetricSeries> = Vec::new();
        while let Some(page) = pages.next().await {
            for part in page.map_err(failed::<Self, _>)?.metric_data_results.unwrap_or_default() {
                add(&mut series, &part);
            }
        }
        for series in &mut series {
            series.points.sort_by_key(|point| point.0);
        }
        Ok(series)
    }
}

/// Adds a part to its series. A series of an id may be spread over pages; two series of one id are told apart by their labels.
fn add(series: &mut Vec<MetricSeries>, part: &sdk::MetricDataResult) {
    let (id, label) = (part.id().unwrap_or_default(), part.label().unwrap_or_default());
    let points = part.timestamps().iter().map(moment).zip(part.values().iter().copied());
    let status = part.status_code().map(|status| status.as_str().to_owned()).unwrap_or_default();
    let continued = |known: &&mut MetricSeries| known.id == id && known.label == label && known.status == "PartialData";
    match series.iter_mut().find(continued) {
        Some(known) => {
            known.points.extend(points);
            known.status = status;
        }
        None => series.push(MetricSeries { id: id.to_owned(), label: label.to_owned(), points: points.collect(), status }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(id: &str, label: &str, at: i64, status: &str) -> sdk::MetricDataResult {
        let time = aws_smithy_types::DateTime::from_secs(at);
        sdk::MetricDataResult::builder().id(id).label(label).timestamps(time).values(at as f64).status_code(status.into()).build()
    }

    #[test]
    fn the_edges_of_a_band_stay_apart_and_pages_are_joined() {
        let mut series = Vec::new();
        for part in [part("m1", "m", 0, "PartialData"), part("m1", "m", 60, "Complete")] {
            add(&mut series, &part);
        }
        for part in [part("t1", "upper", 0, "Complete"), part("t1", "upper", 0, "Complete")] {
            add(&mut series, &part);
        }
        let lengths: Vec<_> = series.iter().map(|series| (series.id.as_str(), series.points.len())).collect();
        assert_eq!(lengths, [("m1", 2), ("t1", 1), ("t1", 1)], "two edges of one label are two series");
    }
}
