//! One value of a series.

use crate::base::clock::Timestamp;

/// The value of a statistic over one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Datapoint {
    /// Start of the period.
    pub at: Timestamp,
    /// The statistic's value, in the unit of the metric.
    pub value: f64,
}
