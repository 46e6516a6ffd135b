//! Aggregates of `stats`, fed row by row.

use std::collections::BTreeSet;

use super::ast::Aggregate;
use super::value::Value;

/// Most distinct values that are counted exactly; AWS estimates above about as many.
const MAX_DISTINCT: usize = 1_000_000;

/// An aggregate under way.
#[derive(Debug, Clone)]
pub(super) struct State {
    of: Aggregate,
    /// Rows that counted.
    count: u64,
    sum: f64,
    /// Sum of squared distances from the mean, and the mean (Welford).
    spread: f64,
    mean: f64,
    numbers: Vec<f64>,
    percentile: f64,
    distinct: BTreeSet<String>,
    least: Option<Value>,
    most: Option<Value>,
    /// Value and moment.
    earliest: Option<(i64, Value)>,
    latest: Option<(i64, Value)>,
}

impl State {
    pub(super) fn new(of: Aggregate) -> Self {
        Self {
            of,
            count: 0,
            sum: 0.0,
            spread: 0.0,
            mean: 0.0,
            numbers: Vec::new(),
            percentile: 50.0,
            distinct: BTreeSet::new(),
            least: None,
            most: None,
            earliest: None,
            latest: None,
        }
    }

    /// Takes a row's arguments; `None` is `*`.
    pub(super) fn add(&mut self, value: Option<&Value>, second: Option<&Value>, at_ms: i64) {
        let Some(value) = value else {
            self.count += 1;
            return;
        };
        if value.is_null() {
            return;
        }
        match self.of {
            Aggregate::Count => self.count += 1,
            Aggregate::CountDistinct => {
                if self.distinct.len() < MAX_DISTINCT {
                    self.distinct.insert(value.as_text());
                }
            }
            Aggregate::Minimum | Aggregate::Maximum | Aggregate::SortsFirst | Aggregate::SortsLast => self.keep_extremes(value),
            Aggregate::Earliest | Aggregate::Latest => self.keep_ends(value, at_ms),
            Aggregate::Percentile => {
                self.percentile = second.and_then(Value::number).unwrap_or(50.0);
                self.numbers.extend(value.number());
            }
            Aggregate::Sum | Aggregate::Average | Aggregate::StandardDeviation | Aggregate::Variance => self.add_number(value),
        }
    }

    fn add_number(&mut self, value: &Value) {
        let Some(number) = value.number() else { return };
        self.count += 1;
        self.sum += number;
        let before = number - self.mean;
        self.mean += before / self.count as f64;
        self.spread += before * (number - self.mean);
    }

    /// `min` and `max` look at numbers only, `sortsFirst` and `sortsLast` at everything.
    fn keep_extremes(&mut self, value: &Value) {
        if matches!(self.of, Aggregate::Minimum | Aggregate::Maximum) && value.number().is_none() {
            return;
        }
        if self.least.as_ref().is_none_or(|least| value.compare(least).is_lt()) {
            self.least = Some(value.clone());
        }
        if self.most.as_ref().is_none_or(|most| value.compare(most).is_gt()) {
            self.most = Some(value.clone());
        }
    }

    fn keep_ends(&mut self, value: &Value, at_ms: i64) {
        if self.earliest.as_ref().is_none_or(|(at, _)| at_ms < *at) {
            self.earliest = Some((at_ms, value.clone()));
        }
        if self.latest.as_ref().is_none_or(|(at, _)| at_ms >= *at) {
            self.latest = Some((at_ms, value.clone()));
        }
    }

    /// What it comes to.
    pub(super) fn result(&mut self) -> Value {
        let any = self.count > 0;
        match self.of {
            Aggregate::Count => Value::Number(self.count as f64),
            Aggregate::CountDistinct => Value::Number(self.distinct.len() as f64),
            Aggregate::Sum => any.then_some(self.sum).into(),
            Aggregate::Average => any.then(|| self.sum / self.count as f64).into(),
            Aggregate::Variance => any.then(|| self.variance()).into(),
            Aggregate::StandardDeviation => any.then(|| self.variance().sqrt()).into(),
            Aggregate::Percentile => percentile(&mut self.numbers, self.percentile).into(),
            Aggregate::Minimum | Aggregate::SortsFirst => self.least.clone().unwrap_or(Value::Null),
            Aggregate::Maximum | Aggregate::SortsLast => self.most.clone().unwrap_or(Value::Null),
            Aggregate::Earliest => self.earliest.clone().map_or(Value::Null, |(_, value)| value),
            Aggregate::Latest => self.latest.clone().map_or(Value::Null, |(_, value)| value),
        }
    }

    /// Of the whole population.
    fn variance(&self) -> f64 {
        self.spread / self.count as f64
    }
}

/// The value at a percentile, between the two nearest ranks where it falls between them.
fn percentile(numbers: &mut [f64], percent: f64) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let last = numbers.len().checked_sub(1)?;
    let rank = percent.clamp(0.0, 100.0) / 100.0 * last as f64;
    let (below, above) = (numbers[rank.floor() as usize], numbers[rank.ceil() as usize]);
    Some(below + (above - below) * rank.fract())
}
