//! Alarms: what they watch, their state and history, their actions.
//!
//! Owns the alarms of a Region, their operations, and [`watch::beat`], which evaluates them as time passes. Not here: when an alarm fires
//! ([`crate::metrics::alarm`]), the values that it watches ([`super::evaluate`]), delivery of what it publishes (`sns`).
//!
//! Simplified: no composite, log or `PromQL` alarms, no warm-up, no wall-clock windows (each is refused in words); percentiles of few samples
//! are evaluated like others; only SNS actions do something, others are noted in the history.

mod change;
mod describe;
mod history;
mod notice;
mod put;
mod watch;

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

pub(super) use change::{delete, disable_actions, enable_actions, set_state};
pub(super) use describe::{describe, describe_for_metric};
pub(super) use history::describe as describe_history;
pub(super) use put::put;
pub(in crate::sandbox) use watch::beat;

use super::query::{MetricStat, Query, QuerySource};
use crate::base::clock::Timestamp;
use crate::metrics::alarm::{AlarmState, Comparison, MissingData, Rule};
use crate::sandbox::api::CallContext;

/// The id of the query of an alarm that names its metric at the top.
const OWN_QUERY: &str = "m1";

/// The alarms of a Region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Alarms {
    held: BTreeMap<String, Alarm>,
    /// Oldest first; outlives the alarms.
    history: VecDeque<history::Item>,
}

/// An alarm.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Alarm {
    settings: Settings,
    state: AlarmState,
    reason: String,
    /// JSON, when the state follows from an evaluation.
    reason_data: Option<String>,
    /// When the settings were put.
    configured: Timestamp,
    /// When the state was last set.
    updated: Timestamp,
    /// When the state last became another.
    transitioned: Timestamp,
    /// Why the last evaluation failed.
    failure: Option<String>,
    /// When it is to be evaluated next, epoch seconds.
    next: i64,
    tags: BTreeMap<String, String>,
}

/// What `PutMetricAlarm` says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Settings {
    description: Option<String>,
    actions_enabled: bool,
    ok_actions: Vec<String>,
    alarm_actions: Vec<String>,
    insufficient_data_actions: Vec<String>,
    watched: Watched,
    /// Seconds between datapoints.
    period: i64,
    /// N.
    evaluation_periods: usize,
    /// M, where it was said.
    datapoints_to_alarm: Option<usize>,
    comparison: Comparison,
    threshold: Option<f64>,
    /// As it was said.
    missing: Option<MissingData>,
    /// `evaluate` or `ignore`.
    low_sample_count: Option<String>,
}

/// What an alarm watches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Watched {
    /// A statistic of a metric, named at the top of the parameters.
    Metric(MetricStat),
    /// `Metrics`.
    Queries {
        queries: Vec<Query>,
        /// The query whose result is compared.
        value: String,
        /// The band that it is compared with.
        band: Option<String>,
    },
}

impl Settings {
    fn rule(&self) -> Rule {
        Rule {
            to_alarm: self.datapoints_to_alarm.unwrap_or(self.evaluation_periods),
            periods: self.evaluation_periods,
            missing: self.missing.unwrap_or_default(),
        }
    }

    fn actions(&self, state: AlarmState) -> &[String] {
        match state {
            AlarmState::Ok => &self.ok_actions,
            AlarmState::Alarm => &self.alarm_actions,
            AlarmState::InsufficientData => &self.insufficient_data_actions,
        }
    }

    /// Seconds from one evaluation to the next, as the user guide has them.
    fn every(&self) -> i64 {
        match self.period {
            ..60 => 10,
            period if period * self.evaluation_periods as i64 > 86_400 => 3_600,
            _ => 60,
        }
    }
}

impl Watched {
    /// The queries, the id of the one whose result is compared, and of the band that it is compared with.
    fn queries(&self) -> (Vec<Query>, &str, Option<&str>) {
        match self {
            Self::Metric(stat) => {
                let source = QuerySource::Metric(stat.clone());
                let query = Query { id: OWN_QUERY.to_owned(), label: None, return_data: Some(true), period: None, source };
                (vec![query], OWN_QUERY, None)
            }
            Self::Queries { queries, value, band } => (queries.clone(), value, band.as_deref()),
        }
    }
}

/// ARN of an alarm.
fn arn(cx: &CallContext, name: &str) -> String {
    arn_of(&cx.region, &cx.account, name)
}

fn arn_of(region: &str, account: &str, name: &str) -> String {
    format!("arn:aws:cloudwatch:{region}:{account}:alarm:{name}")
}

impl Alarms {
    /// The tags of the alarm `name`.
    pub(super) fn tags(&self, name: &str) -> Option<&BTreeMap<String, String>> {
        self.held.get(name).map(|alarm| &alarm.tags)
    }

    /// The tags of the alarm `name`, to be changed.
    pub(super) fn tags_mut(&mut self, name: &str) -> Option<&mut BTreeMap<String, String>> {
        self.held.get_mut(name).map(|alarm| &mut alarm.tags)
    }
}

#[cfg(test)]
mod tests;
