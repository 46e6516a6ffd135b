//! Functions that change a series point by point.

use super::super::ast::Function;
use super::super::eval::Grid;
use super::super::value::TimeSeries;

/// What takes the place of missing points.
#[derive(Debug)]
pub(crate) enum Filler {
    /// A number.
    Number(f64),
    /// The points of another series.
    Series(TimeSeries),
    /// The point before.
    Repeat,
    /// The line between the points before and after.
    Linear,
}

/// `ABS`, `CEIL`, `FLOOR`, `LOG`, `LOG10`, `DIFF`, `DIFF_TIME`, `RATE` or `RUNNING_SUM`.
pub(crate) fn change(function: Function, series: &TimeSeries) -> TimeSeries {
    match function {
        Function::Abs => series.map(f64::abs),
        Function::Ceil => series.map(f64::ceil),
        Function::Floor => series.map(f64::floor),
        Function::Log => series.map(f64::ln),
        Function::Log10 => series.map(f64::log10),
        Function::Diff => from_before(series, |value, _| value),
        Function::DiffTime => from_before(series, |_, seconds| seconds),
        Function::Rate => from_before(series, |value, seconds| value / seconds),
        _ => running_sum(series),
    }
}

/// What `change` makes of the difference in value and in seconds to the point before; the first point has none.
fn from_before(series: &TimeSeries, change: impl Fn(f64, f64) -> f64) -> TimeSeries {
    let pairs = series.points.windows(2);
    series.with(pairs.map(|pair| (pair[1].0, change(pair[1].1 - pair[0].1, (pair[1].0 - pair[0].0) as f64))))
}

fn running_sum(series: &TimeSeries) -> TimeSeries {
    let mut sum = 0.0;
    let added = series.points.iter().map(|&(at, value)| {
        sum += value;
        (at, sum)
    });
    series.with(added)
}

/// `FILL`: a point at every moment of `grid`. `REPEAT` and `LINEAR` leave open what has no point before, and what has none after.
pub(crate) fn fill(series: &TimeSeries, with: &Filler, grid: Grid) -> TimeSeries {
    let mut next = 0;
    let mut points = Vec::new();
    for at in grid.moments() {
        while series.points.get(next).is_some_and(|(moment, _)| *moment < at) {
            next += 1;
        }
        let there = series.points.get(next).filter(|(moment, _)| *moment == at);
        let value = there.map(|(_, value)| *value).or_else(|| filler(series, next, at, with));
        points.extend(value.map(|value| (at, value)));
    }
    series.with(points)
}

/// The value at `at`, which lies before the point with index `next`.
fn filler(series: &TimeSeries, next: usize, at: i64, with: &Filler) -> Option<f64> {
    let before = || series.points.get(next.checked_sub(1)?);
    match with {
        Filler::Number(number) => Some(*number),
        Filler::Series(series) => series.at(at),
        Filler::Repeat => before().map(|(_, value)| *value),
        Filler::Linear => {
            let (&(from, low), &(to, high)) = (before()?, series.points.get(next)?);
            Some(low + (high - low) * (at - from) as f64 / (to - from) as f64)
        }
    }
}
