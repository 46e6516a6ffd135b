//! Functions that make one of many: a number of a series, a series of an array; and the order of arrays.

use std::cmp::Ordering;

use super::super::ast::Function;
use super::super::value::{TimeSeries, side_by_side};

/// `SUM`, `AVG`, `MIN`, `MAX`, `STDDEV` or `DATAPOINT_COUNT` of values; not a number when there is none to tell.
///
/// The deviation is that of a whole population; CloudWatch does not say which it takes.
pub(crate) fn of_values(function: Function, values: &[f64]) -> f64 {
    let sum = values.iter().sum::<f64>();
    match function {
        Function::DatapointCount => values.len() as f64,
        _ if values.is_empty() => f64::NAN,
        Function::Sum => sum,
        Function::Min => values.iter().copied().fold(f64::INFINITY, f64::min),
        Function::Max => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        Function::Stddev => deviation(values),
        _ => sum / values.len() as f64,
    }
}

fn deviation(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt()
}

/// The same across an array at each moment. In the average a missing point counts as 0, as CloudWatch documents; the other functions take what
/// is there.
pub(crate) fn across(function: Function, series: &[TimeSeries], period: i64) -> TimeSeries {
    let period = series.iter().map(|series| series.period).max().unwrap_or(period);
    let value = |values: &[f64]| match function {
        Function::Avg => values.iter().sum::<f64>() / series.len() as f64,
        _ => of_values(function, values),
    };
    TimeSeries::nameless(period, side_by_side(series).iter().map(|(at, values)| (*at, value(values))))
}

/// The array in the order of `by`; series without points come last.
pub(crate) fn sort(mut series: Vec<TimeSeries>, by: Function, descending: bool) -> Vec<TimeSeries> {
    let rank = |series: &TimeSeries| of_values(by, &series.values().collect::<Vec<_>>());
    series.sort_by_cached_key(|series| Rank { value: rank(series), descending });
    series
}

/// A place in an order.
#[derive(PartialEq)]
struct Rank {
    value: f64,
    descending: bool,
}

impl Eq for Rank {}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> Ordering {
        let ascending = self.value.total_cmp(&other.value);
        let order = if self.descending { ascending.reverse() } else { ascending };
        self.value.is_nan().cmp(&other.value.is_nan()).then(order)
    }
}
