//! Numbers over time: samples, their statistics and datapoints, series, and dashboards as data.
//!
//! Owns what a statistic means, exactly, for whoever stores or draws metrics. Not here: fetching them (`aws`), simulating the service
//! (`sandbox`), drawing (`ui`).

pub mod dashboard;
mod datapoint;
mod distribution;
pub mod range;
pub mod series;
mod statistic;

pub use datapoint::Datapoint;
pub use distribution::{Distribution, StatisticSet};
pub use statistic::{Bounds, Statistic, StatisticError};
