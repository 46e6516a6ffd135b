//! Numbers over time: samples, their statistics and datapoints.
//!
//! Owns what a statistic means, exactly, for whoever stores or draws metrics. Not here: fetching them (`aws`), simulating the service
//! (`sandbox`), drawing (`ui`).

mod datapoint;
mod distribution;
mod statistic;

pub use datapoint::Datapoint;
pub use distribution::{Distribution, StatisticSet};
pub use statistic::{Bounds, Statistic, StatisticError};
