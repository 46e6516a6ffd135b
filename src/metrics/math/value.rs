//! What expressions are made of: numbers, time series and arrays of time series.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Values over time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TimeSeries {
    /// What it is called beside its fellows.
    pub label: String,
    /// Seconds from one point to the next where none is missing.
    pub period: i64,
    /// Start of the period (epoch seconds) and value, ascending; finite values only.
    pub points: Vec<(i64, f64)>,
    /// The metric that it is, unchanged or changed point by point; `None` for what was made of several or of none.
    pub origin: Option<Arc<Origin>>,
    /// Whether these are a metric's own values, not the result of an expression.
    pub is_metric: bool,
}

/// Where a series comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// Such as `AWS/Bedrock`.
    pub namespace: String,
    /// Such as `Invocations`.
    pub metric: String,
    /// Values by dimension name.
    pub dimensions: BTreeMap<String, String>,
    /// Such as `Sum`.
    pub statistic: String,
}

/// The value of a part of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// S: a number; not finite when there is none, such as the average of nothing.
    Scalar(f64),
    /// TS.
    Series(TimeSeries),
    /// TS[].
    Array(Vec<TimeSeries>),
}

impl TimeSeries {
    /// The same series with other points; those that are not finite are left out.
    #[must_use]
    pub fn with(&self, points: impl IntoIterator<Item = (i64, f64)>) -> Self {
        let points = points.into_iter().filter(|(_, value)| value.is_finite()).collect();
        Self { label: self.label.clone(), period: self.period, points, origin: self.origin.clone(), is_metric: false }
    }

    /// The same series with each value changed.
    #[must_use]
    pub fn map(&self, change: impl Fn(f64) -> f64) -> Self {
        self.with(self.points.iter().map(|&(at, value)| (at, change(value))))
    }

    /// A nameless series.
    pub fn nameless(period: i64, points: impl IntoIterator<Item = (i64, f64)>) -> Self {
        Self { period, ..Self::default() }.with(points)
    }

    /// The value at this very moment.
    pub fn at(&self, at: i64) -> Option<f64> {
        self.points.binary_search_by_key(&at, |(at, _)| *at).ok().map(|index| self.points[index].1)
    }

    /// All values.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = f64> + ExactSizeIterator {
        self.points.iter().map(|(_, value)| *value)
    }
}

impl Value {
    /// S, TS or TS[], as CloudWatch abbreviates them.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Scalar(_) => "S",
            Self::Series(_) => "TS",
            Self::Array(_) => "TS[]",
        }
    }

    /// The series of a series or array; none of a number.
    pub fn series(&self) -> &[TimeSeries] {
        match self {
            Self::Scalar(_) => &[],
            Self::Series(series) => std::slice::from_ref(series),
            Self::Array(series) => series,
        }
    }

    /// The series of a series or array; none of a number.
    pub fn into_series(self) -> Vec<TimeSeries> {
        match self {
            Self::Scalar(_) => Vec::new(),
            Self::Series(series) => vec![series],
            Self::Array(series) => series,
        }
    }

    /// How many points it holds.
    pub fn size(&self) -> usize {
        self.series().iter().map(|series| series.points.len()).sum()
    }
}

/// Every moment at which one of `series` has a point with the values there, in the order of the series.
pub(super) fn side_by_side(series: &[TimeSeries]) -> BTreeMap<i64, Vec<f64>> {
    let mut moments: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for (at, value) in series.iter().flat_map(|series| &series.points) {
        moments.entry(*at).or_default().push(*value);
    }
    moments
}

/// Joins two series; at moments where only one has a point the other counts as 0, as CloudWatch documents.
pub(super) fn joined(left: &TimeSeries, right: &TimeSeries, join: impl Fn(f64, f64) -> f64) -> TimeSeries {
    let mut points = Vec::with_capacity(left.points.len().max(right.points.len()));
    let (mut l, mut r) = (left.points.iter().peekable(), right.points.iter().peekable());
    loop {
        let at = match (l.peek(), r.peek()) {
            (Some((left, _)), Some((right, _))) => *left.min(right),
            (Some((at, _)), None) | (None, Some((at, _))) => *at,
            (None, None) => break,
        };
        let a = l.next_if(|(moment, _)| *moment == at).map_or(0.0, |(_, value)| *value);
        let b = r.next_if(|(moment, _)| *moment == at).map_or(0.0, |(_, value)| *value);
        points.push((at, join(a, b)));
    }
    TimeSeries::nameless(left.period.max(right.period), points)
}
