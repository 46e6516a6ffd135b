//! CloudWatch: metric data and its statistics, metric math, alarms, anomaly detectors, dashboards.
//!
//! Owns the metrics of a Region ([`State`]): what was put, how long it is kept at which resolution, and the service's rules, limits and
//! error texts. Other services of the sandbox publish through [`State::record`]. Not here: what a statistic, an expression and a band mean
//! ([`crate::metrics`]).
//!
//! Whoever wants the results of queries (`GetMetricData`, alarms, detectors) reads them into a list of `query::Query`, joins these to a
//! `book::Book` and asks an `evaluate::Evaluator`.
//!
//! Unlike the service, a new metric is listed at once, not after up to 15 minutes.

mod alarms;
mod book;
mod checks;
mod dashboards;
mod data;
mod detectors;
mod entries;
mod evaluate;
mod labels;
mod list;
mod put;
mod query;
mod series;
mod state;
mod statistics;
mod tags;
mod unit;
mod window;

pub(super) use alarms::beat;
pub use dashboards::Dashboards;
pub use state::{MetricKey, State};
pub use unit::Unit;

use super::Sandbox;
use super::api::{ApiError, CallContext, Operations};

/// The operations of this service.
pub const OPERATIONS: Operations = &[
    ("DeleteAlarms", alarms::delete),
    ("DeleteAnomalyDetector", detectors::delete),
    ("DeleteDashboards", dashboards::delete),
    ("DescribeAlarmHistory", alarms::describe_history),
    ("DescribeAlarms", alarms::describe),
    ("DescribeAlarmsForMetric", alarms::describe_for_metric),
    ("DescribeAnomalyDetectors", detectors::describe),
    ("DisableAlarmActions", alarms::disable_actions),
    ("EnableAlarmActions", alarms::enable_actions),
    ("GetDashboard", dashboards::get),
    ("GetMetricData", data::get),
    ("GetMetricStatistics", statistics::get),
    ("ListDashboards", dashboards::list),
    ("ListMetrics", list::list),
    ("ListTagsForResource", tags::list),
    ("PutAnomalyDetector", detectors::put),
    ("PutDashboard", dashboards::put),
    ("PutMetricAlarm", alarms::put),
    ("PutMetricData", put::put),
    ("SetAlarmState", alarms::set_state),
    ("TagResource", tags::tag),
    ("UntagResource", tags::untag),
];

/// Runs `look` on the caller's Region without marking it as changed.
fn view<T>(sandbox: &Sandbox, cx: &CallContext, look: impl FnOnce(&State) -> Result<T, ApiError>) -> Result<T, ApiError> {
    let world = sandbox.world();
    look(&world.region_view(&cx.region).cloudwatch)
}

#[cfg(test)]
mod data_tests;
#[cfg(test)]
mod tests;
