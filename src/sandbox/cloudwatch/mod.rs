//! CloudWatch: metric data and its statistics.
//!
//! Owns the metrics of a Region ([`State`]): what was put, how long it is kept at which resolution, and the service's rules, limits and
//! error texts. Other services of the sandbox publish through [`State::record`]. Not here: what a statistic means ([`crate::metrics`]).
//!
//! Unlike the service, a new metric is listed at once, not after up to 15 minutes.

mod checks;
mod data;
mod entries;
mod list;
mod put;
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
pub const OPERATIONS: Operations =
    &[("GetMetricData", data::get), ("GetMetricStatistics", statistics::get), ("ListMetrics", list::list), ("PutMetricData", put::put)];

/// Runs `look` on the caller's Region without marking it as changed.
fn view<T>(sandbox: &Sandbox, cx: &CallContext, look: impl FnOnce(&State) -> Result<T, ApiError>) -> Result<T, ApiError> {
    let world = sandbox.world();
    look(&world.region_view(&cx.region).cloudwatch)
}

#[cfg(test)]
mod tests;
