//! Metric alarms: what they watch and how they are described.

use aws_sdk_cloudwatch::types as sdk;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::convert::{Tag, moment};
use super::super::error::{AwsError, failed};
use super::super::operation::{Operation, Permission, Service};
use super::super::session::Clients;
use super::math::{DataQuery, MetricStat};
use super::{Metric, anywhere};
use crate::base::clock::Timestamp;

/// The permission for one alarm.
pub(super) fn on_alarm(action: &str, name: &str) -> Vec<Permission> {
    vec![Permission::new(action, format!("arn:aws:cloudwatch:*:*:alarm:{name}"))]
}

/// What an alarm watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Watched {
    /// A statistic of one metric.
    Metric(MetricStat),
    /// Metric math, perhaps compared with a band.
    Math {
        /// Metrics and expressions; one returns data, or two with a band.
        queries: Vec<DataQuery>,
        /// Id of the band.
        threshold_id: Option<String>,
    },
}

/// Makes an alarm or overwrites the one of the same name: everything that is not said is then unset.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(into = "Value")]
pub struct PutMetricAlarm {
    /// Name, 1 to 255 characters.
    pub name: String,
    /// Description, at most 1,024 characters.
    pub description: Option<String>,
    /// Whether actions are taken when the state changes.
    pub actions_enabled: bool,
    /// ARNs of actions on the change to `OK`.
    pub ok_actions: Vec<String>,
    /// ARNs of actions on the change to `ALARM`.
    pub alarm_actions: Vec<String>,
    /// ARNs of actions on the change to `INSUFFICIENT_DATA`.
    pub no_data_actions: Vec<String>,
    /// What it watches.
    pub watched: Watched,
    /// N.
    pub periods: u32,
    /// M; `None` is N.
    pub to_alarm: Option<u32>,
    /// Comparison operator as CloudWatch names it.
    pub comparison: String,
    /// Threshold; `None` with a band.
    pub threshold: Option<f64>,
    /// `missing`, `ignore`, `breaching` or `notBreaching`; `None` is `missing`.
    pub missing: Option<String>,
    /// `evaluate` or `ignore`: percentiles of few samples.
    pub few_samples: Option<String>,
    /// Tags of a new alarm; those of an existing one stay as they are.
    pub tags: Vec<Tag>,
}

impl From<PutMetricAlarm> for Value {
    fn from(op: PutMetricAlarm) -> Self {
        let mut params = Map::new();
        let mut put = |name: &str, value: Self| {
            params.insert(name.to_owned(), value);
        };
        put("AlarmName", op.name.into());
        op.description.into_iter().for_each(|text| put("AlarmDescription", text.into()));
        put("ActionsEnabled", op.actions_enabled.into());
        for (name, arns) in
            [("OKActions", op.ok_actions), ("AlarmActions", op.alarm_actions), ("InsufficientDataActions", op.no_data_actions)]
        {
            if !arns.is_empty() {
                put(name, arns.into());
            }
        }
        match op.watched {
            Watched::Metric(stat) => {
                put("Namespace", stat.metric.namespace.into());
                put("MetricName", stat.metric.metric_name.into());
                put("Dimensions", json!(stat.metric.dimensions));
                put(if is_simple(&stat.stat) { "Statistic" } else { "ExtendedStatistic" }, stat.stat.into());
                put("Period", stat.period_secs.into());
                stat.unit.into_iter().for_each(|unit| put("Unit", unit.into()));
            }
            Watched::Math { queries, threshold_id } => {
                put("Metrics", json!(queries));
                if let Some(id) = threshold_id {
                    put("ThresholdMetricId", id.into());
                }
            }
        }
        put("EvaluationPeriods", op.periods.into());
        op.to_alarm.into_iter().for_each(|count| put("DatapointsToAlarm", count.into()));
        op.threshold.into_iter().for_each(|threshold| put("Threshold", threshold.into()));
        put("ComparisonOperator", op.comparison.into());
        op.missing.into_iter().for_each(|way| put("TreatMissingData", way.into()));
        op.few_samples.into_iter().for_each(|way| put("EvaluateLowSampleCountPercentile", way.into()));
        if !op.tags.is_empty() {
            put("Tags", json!(op.tags));
        }
        Self::Object(params)
    }
}

/// Whether a statistic goes into `Statistic`; the others are extended ones.
fn is_simple(stat: &str) -> bool {
    ["SampleCount", "Average", "Sum", "Minimum", "Maximum"].contains(&stat)
}

impl Operation for PutMetricAlarm {
    type Output = ();
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "PutMetricAlarm";

    fn permissions(&self) -> Vec<Permission> {
        let mut needed = on_alarm("cloudwatch:PutMetricAlarm", &self.name);
        needed.extend(if self.tags.is_empty() { Vec::new() } else { on_alarm("cloudwatch:TagResource", &self.name) });
        needed
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let some = |list: Vec<String>| Some(list).filter(|list| !list.is_empty());
        let call = clients.cloudwatch.put_metric_alarm().alarm_name(self.name).set_alarm_description(self.description);
        let call = call.actions_enabled(self.actions_enabled).set_ok_actions(some(self.ok_actions));
        let call = call.set_alarm_actions(some(self.alarm_actions)).set_insufficient_data_actions(some(self.no_data_actions));
        let call = call.evaluation_periods(self.periods as i32).set_datapoints_to_alarm(self.to_alarm.map(|count| count as i32));
        let call = call.set_threshold(self.threshold).comparison_operator(self.comparison.as_str().into());
        let call = call.set_treat_missing_data(self.missing).set_evaluate_low_sample_count_percentile(self.few_samples);
        let tags: Vec<_> = self.tags.into_iter().map(|tag| sdk::Tag::builder().key(tag.key).value(tag.value).build()).collect();
        let call = call.set_tags(Some(tags).filter(|tags| !tags.is_empty()));
        let call = match self.watched {
            Watched::Metric(stat) => {
                let dimensions = stat.metric.dimensions.into_iter().map(sdk::Dimension::from).collect();
                let call = call.namespace(stat.metric.namespace).metric_name(stat.metric.metric_name).set_dimensions(Some(dimensions));
                let call = call.period(stat.period_secs as i32).set_unit(stat.unit.as_deref().map(sdk::StandardUnit::from));
                if is_simple(&stat.stat) { call.statistic(stat.stat.as_str().into()) } else { call.extended_statistic(stat.stat) }
            }
            Watched::Math { queries, threshold_id } => {
                let queries = queries.into_iter().map(sdk::MetricDataQuery::from).collect();
                call.set_metrics(Some(queries)).set_threshold_metric_id(threshold_id)
            }
        };
        call.send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// An alarm as CloudWatch describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricAlarm {
    /// Its ARN.
    pub arn: String,
    /// Its settings, as they would be put; without tags.
    pub settings: PutMetricAlarm,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: String,
    /// Why it is in this state.
    pub reason: String,
    /// When the state last became another.
    pub since: Timestamp,
    /// When the settings were put.
    pub configured: Timestamp,
    /// `PARTIAL_DATA`, `EVALUATION_ERROR`, …: why the newest evaluation says less than it should.
    pub evaluation: Option<String>,
}

impl From<sdk::MetricAlarm> for MetricAlarm {
    fn from(alarm: sdk::MetricAlarm) -> Self {
        let since = alarm.state_transitioned_timestamp().or(alarm.state_updated_timestamp()).map(moment).unwrap_or_default();
        Self {
            arn: alarm.alarm_arn.clone().unwrap_or_default(),
            state: alarm.state_value().map(|state| state.as_str().to_owned()).unwrap_or_default(),
            reason: alarm.state_reason.clone().unwrap_or_default(),
            since,
            configured: alarm.alarm_configuration_updated_timestamp().map(moment).unwrap_or_default(),
            evaluation: alarm.evaluation_state().map(|state| state.as_str().to_owned()),
            settings: settings(alarm),
        }
    }
}

fn settings(alarm: sdk::MetricAlarm) -> PutMetricAlarm {
    let count = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
    PutMetricAlarm {
        name: alarm.alarm_name.clone().unwrap_or_default(),
        description: alarm.alarm_description.clone(),
        actions_enabled: alarm.actions_enabled.unwrap_or(true),
        ok_actions: alarm.ok_actions.clone().unwrap_or_default(),
        alarm_actions: alarm.alarm_actions.clone().unwrap_or_default(),
        no_data_actions: alarm.insufficient_data_actions.clone().unwrap_or_default(),
        periods: count(alarm.evaluation_periods).unwrap_or(1),
        to_alarm: count(alarm.datapoints_to_alarm),
        comparison: alarm.comparison_operator.as_ref().map(|operator| operator.as_str().to_owned()).unwrap_or_default(),
        threshold: alarm.threshold,
        missing: alarm.treat_missing_data.clone(),
        few_samples: alarm.evaluate_low_sample_count_percentile.clone(),
        tags: Vec::new(),
        watched: watched(alarm),
    }
}

fn watched(alarm: sdk::MetricAlarm) -> Watched {
    if let Some(queries) = alarm.metrics.filter(|queries| !queries.is_empty()) {
        return Watched::Math { queries: queries.into_iter().map(DataQuery::from).collect(), threshold_id: alarm.threshold_metric_id };
    }
    let named = sdk::Metric::builder().set_namespace(alarm.namespace).set_metric_name(alarm.metric_name).set_dimensions(alarm.dimensions);
    let simple = alarm.statistic.map(|statistic| statistic.as_str().to_owned());
    Watched::Metric(MetricStat {
        metric: Metric::from(named.build()),
        period_secs: alarm.period.and_then(|period| u32::try_from(period).ok()).unwrap_or(60),
        stat: simple.or(alarm.extended_statistic).unwrap_or_default(),
        unit: alarm.unit.map(|unit| unit.as_str().to_owned()),
    })
}

/// Describes metric alarms, all pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeAlarms {
    /// Only these, at most 100.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alarm_names: Vec<String>,
}

impl DescribeAlarms {
    /// The alarm of this name.
    pub fn named(name: &str) -> Self {
        Self { alarm_names: vec![name.to_owned()] }
    }
}

impl Operation for DescribeAlarms {
    /// By name.
    type Output = Vec<MetricAlarm>;
    const SERVICE: Service = Service::CloudWatch;
    const NAME: &'static str = "DescribeAlarms";

    fn permissions(&self) -> Vec<Permission> {
        anywhere("cloudwatch:DescribeAlarms")
    }

    async fn send(self, clients: &Clients) -> Result<Vec<MetricAlarm>, AwsError> {
        let names = Some(self.alarm_names).filter(|names| !names.is_empty());
        let call = clients.cloudwatch.describe_alarms().set_alarm_names(names);
        let pages = call.into_paginator().send().collect::<Result<Vec<_>, _>>().await.map_err(failed::<Self, _>)?;
        Ok(pages.into_iter().flat_map(|page| page.metric_alarms.unwrap_or_default()).map(MetricAlarm::from).collect())
    }
}
