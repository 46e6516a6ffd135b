//! CloudWatch: metric data and its statistics, metric math, anomaly detectors.
//!
//! Owns the metrics of a Region ([`State`]): what was put, how long it is kept at which resolution, and the service's rules, limits and
//! error texts. Other services of the sandbox publish through [`State::record`]. Not here: what a statistic, an expression and a band mean
//! ([`crate::metrics`]).
//!
//! Whoever wants the results of queries (`GetMetricData`, alarms, detectors) reads them into a list of `query::Query`, joins these to a
//! `book::Book` and asks an `evaluate::Evaluator`.
//!
//! Unlike the service, a new metric is listed at once, not after up to 15 minutes.

mod book;
mod checks;
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
mod unit;
mod window;

pub use state::{MetricKey, State};
pub use unit::Unit;

use super::Sandbox;
use super::api::{ApiError, CallContext, Operations};

/// The operations of this service.
pub const OPERATIONS: Operations = &[
    ("DeleteAnomalyDetector", detectors::delete),
    ("DescribeAnomalyDetectors", detectors::describe),
    ("GetMetricData", data::get),
    ("GetMetricStatistics", statistics::get),
    ("ListMetrics", list::list),
    ("PutAnomalyDetector", detectors::put),
    ("PutMetricData", put::put),
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
