//! Anomaly detectors: the models behind bands.

use aws_sdk_cloudwatch::types as sdk;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::error::{AwsError, failed};
use super::super::operation::{Operation, Permission, Service};
use super::super::session::Clients;
use super::math::{DataQuery, DataSource};
use super::{Dimension, Metric, anywhere};

/// What a detector learns from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Detector {
    /// A statistic of one metric.
    Single {
        /// The metric.
        metric: Metric,
        /// The statistic.
        stat: String,
    },
    /// The one query that returns data, which may need the others.
    Math(Vec<DataQuery>),
}

impl Detector {
    /// What it learns from, in words: `p99 InvocationLatency of anthropic.claude…`.
    pub fn words(&self) -> String {
        match self {
            Self::Single { metric, stat } => {
                let of: Vec<&str> = metric.dimensions.iter().map(|dimension| dimension.value.as_str()).collect();
                let of = if of.is_empty() { String::new() } else { format!(" of {}", of.join(", ")) };
                format!("{stat} {}{of}", metric.metric_name)
            }
            Self::Math(queries) => {
                let returned = queries.iter().find(|query| query.return_data != Some(false));
                match returned.map(|query| &query.source) {
                    Some(DataSource::Expression(text)) => text.clone(),
                    _ => "metric math".to_owned(),
                }
            }
        }
    }

    fn params(&self) -> Value {
        match self {
            Self::Single { metric, stat } => json!({"SingleMetricAnomalyDetector": {
                "Namespace": metric.namespace, "MetricName": metric.metric_name, "Dimensions": metric.dimensions, "Stat": stat,
            }}),
            Self::Math(queries) => {
                json!({"MetricMathAnomalyDetector": {"MetricDataQueries": queries}})
            }
        }
    }

    /// As the SDK wants it: one of both.
    fn sdk(self) -> (Option<sdk::SingleMetricAnomalyDetector>, Option<sdk::MetricMathAnomalyDetector>) {
        match self {
            Self::Single { metric, stat } => {
                let dimensions = metric.dimensions.into_iter().map(sdk::Dimension::from).collect();
                let single = sdk::SingleMetricAnomalyDetector::builder().namespace(metric.namespace).metric_name(metric.metric_name);
                (Some(single.set_dimensions(Some(dimensions)).stat(stat).build()), None)
            }
            Self::Math(queries) => {
                let queries = queries.into_iter().map(sdk::MetricDataQuery::from).collect();
                (None, Some(sdk::MetricMathAnomalyDetector::builder().set_metric_data_queries(Some(queries)).build()))
            }
        }
    }

    fn of(detector: &sdk::AnomalyDetector) -> Option<Self> {
        if let Some(math) = detector.metric_math_anomaly_detector() {
            return Some(Self::Math(math.metric_data_queries().iter().cloned().map(DataQuery::from).collect()));
        }
        let single = detector.single_metric_anomaly_detector()?;
        let dimension = |d: &sdk::Dimension| Dimension::new(d.name().unwrap_or_default(), d.value().unwrap_or_default());
        let metric = Metric {
            namespace: single.namespace().unwrap_or_default().to_owned(),
            metric_name: single.metric_name().unwrap_or_default().to_owned(),
            dimensions: single.dimensions().iter().map(dimension).collect(),
        };
        Some(Self::Single { metric, stat: single.stat().unwrap_or_default().to_owned() })
    }

    /// Whether both learn from the same, whatever the order of dimensions and queries.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Single { metric: a, stat }, Self::Single { metric: b, stat: of_b }) => {
                let sorted = |metric: &Metric| {
                    let mut dimensions = metric.dimensions.clone();
                    dimensions.sort();
                    (metric.namespace.clone(), metric.metric_name.clone(), dimensions)
                };
                stat == of_b && sorted(a) == sorted(b)
            }
            (Self::Math(a), Self::Math(b)) => {
                let plain = |query: &DataQuery| {
                    let returned = query.return_data != Some(false);
                    DataQuery { label: None, return_data: Some(returned), ..query.clone() }
                };
                let others: Vec<DataQuery> = b.iter().map(plain).collect();
                a.len() == b.len() && a.iter().map(plain).all(|query| others.contains(&query))
            }
            _ => false,
        }
    }
}

/// Makes a detector, or leaves the one that there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Value")]
pub struct PutAnomalyDetector {
    /// What it learns from.
    pub detector: Detector,
}

impl From<PutAnomalyDetector> for Value {
    fn from(op: PutAnomalyDetector) -> Self {
        op.detector.params()
    }
}

impl Operation for PutAnomalyDetector {
    type Output = ();
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "PutAnomalyDetector";

    fn permissions(&self) -> Vec<Permission> {
        anywhere("cloudwatch:PutAnomalyDetector")
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let (single, math) = self.detector.sdk();
        let call = clients.cloudwatch.put_anomaly_detector().set_single_metric_anomaly_detector(single);
        call.set_metric_math_anomaly_detector(math).send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// Deletes a detector. An alarm that still uses it makes it anew at its next evaluation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Value")]
pub struct DeleteAnomalyDetector {
    /// What it learns from.
    pub detector: Detector,
}

impl From<DeleteAnomalyDetector> for Value {
    fn from(op: DeleteAnomalyDetector) -> Self {
        op.detector.params()
    }
}

impl Operation for DeleteAnomalyDetector {
    type Output = ();
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "DeleteAnomalyDetector";

    fn permissions(&self) -> Vec<Permission> {
        anywhere("cloudwatch:DeleteAnomalyDetector")
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let (single, math) = self.detector.sdk();
        let call = clients.cloudwatch.delete_anomaly_detector().set_single_metric_anomaly_detector(single);
        call.set_metric_math_anomaly_detector(math).send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// How far a detector's training has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Training {
    /// It has not begun to learn.
    Pending,
    /// It has learnt from too little data for a band.
    TooLittleData,
    /// It has a band.
    Trained,
}

/// A detector as CloudWatch describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDetector {
    /// What it learns from.
    pub detector: Detector,
    /// How far it has come.
    pub training: Training,
}

/// Describes all detectors, all pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeAnomalyDetectors {
    /// Only those over metrics of this namespace and this name; with [`Self::metric_name`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Only those over a metric of this name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_name: Option<String>,
    /// `SINGLE_METRIC`, `METRIC_MATH`.
    pub anomaly_detector_types: Vec<String>,
}

impl DescribeAnomalyDetectors {
    /// Those among which `detector` would be.
    pub fn like(detector: &Detector) -> Self {
        match detector {
            Detector::Single { metric, .. } => Self {
                namespace: Some(metric.namespace.clone()),
                metric_name: Some(metric.metric_name.clone()),
                anomaly_detector_types: vec!["SINGLE_METRIC".to_owned()],
            },
            Detector::Math(_) => Self { anomaly_detector_types: vec!["METRIC_MATH".to_owned()], ..Self::default() },
        }
    }
}

impl Operation for DescribeAnomalyDetectors {
    type Output = Vec<KnownDetector>;
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "DescribeAnomalyDetectors";

    fn permissions(&self) -> Vec<Permission> {
        anywhere("cloudwatch:DescribeAnomalyDetectors")
    }

    async fn send(self, clients: &Clients) -> Result<Vec<KnownDetector>, AwsError> {
        let types = self.anomaly_detector_types.iter().map(|name| sdk::AnomalyDetectorType::from(name.as_str())).collect::<Vec<_>>();
        let call = clients.cloudwatch.describe_anomaly_detectors().set_namespace(self.namespace).set_metric_name(self.metric_name);
        let call = call.set_anomaly_detector_types(Some(types).filter(|types| !types.is_empty()));
        let pages = call.into_paginator().send().collect::<Result<Vec<_>, _>>().await.map_err(failed::<Self, _>)?;
        let all = pages.into_iter().flat_map(|page| page.anomaly_detectors.unwrap_or_default());
        Ok(all.filter_map(|detector| Some(KnownDetector { training: training(&detector), detector: Detector::of(&detector)? })).collect())
    }
}

fn training(detector: &sdk::AnomalyDetector) -> Training {
    match detector.state_value() {
        Some(sdk::AnomalyDetectorStateValue::Trained) => Training::Trained,
        Some(sdk::AnomalyDetectorStateValue::TrainedInsufficientData) => Training::TooLittleData,
        _ => Training::Pending,
    }
}
