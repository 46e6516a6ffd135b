//! Metrics: numbers over time, samples with their statistics and datapoints, series, metric math, the band of what is normal, dashboards as data.
//!
//! Owns what a statistic means, exactly, for whoever stores or draws metrics, and what a dashboard asks for. Not here: fetching them (`aws`),
//! simulating the service (`sandbox`), drawing (`ui`).

pub mod alarm;
pub mod band;
pub mod dashboard;
mod datapoint;
mod distribution;
pub mod math;
pub mod range;
pub mod series;
mod statistic;
pub mod thin;

pub use datapoint::Datapoint;
pub use distribution::{Distribution, StatisticSet};
pub use statistic::{Bounds, Statistic, StatisticError};
