//! Aggregates of `stats` under way: fed row by row, joined with those of other rows.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Map, Value as Json};

use super::functions::aggregates::Of;
use super::ranked::Ranked;
use super::value::Value;

/// Most distinct values that are counted; AWS estimates above about as many.
const MAX_DISTINCT: usize = 1_000_000;
/// Most values of a list that `values` makes.
const MAX_VALUES: usize = 1_000;

/// An aggregate under way.
#[derive(Debug, Clone)]
pub(super) enum Accumulator {
    Count(u64),
    Distinct(HashSet<Box<[u8]>>),
    Moments {
        of: Of,
        moments: Moments,
    },
    /// The least or the most, of numbers only or of everything.
    Extreme {
        is_least: bool,
        numbers_only: bool,
        kept: Option<Value>,
    },
    /// The value at the earliest or latest moment.
    End {
        is_latest: bool,
        kept: Option<(i64, Value)>,
    },
    Percentile {
        percent: f64,
        ranked: Ranked,
    },
    Values {
        seen: HashSet<Box<[u8]>>,
        list: Vec<Value>,
    },
    TopK {
        count: usize,
        seen: HashMap<Box<[u8]>, usize>,
        counts: Vec<(Value, u64)>,
    },
    Histogram {
        width: f64,
        counts: BTreeMap<i64, u64>,
    },
    Rate {
        per_ms: f64,
        first: Option<(i64, f64)>,
        last: Option<(i64, f64)>,
    },
}

/// Count, sum, and Welford's mean and sum of squared distances from it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moments {
    count: u64,
    sum: f64,
    mean: f64,
    spread: f64,
}

impl Accumulator {
    pub(super) fn new(of: Of) -> Self {
        match of {
            Of::Count => Self::Count(0),
            Of::CountDistinct => Self::Distinct(HashSet::new()),
            Of::Sum | Of::Average | Of::StandardDeviation | Of::Variance => Self::Moments { of, moments: Moments::default() },
            Of::Minimum | Of::SortsFirst => Self::Extreme { is_least: true, numbers_only: of == Of::Minimum, kept: None },
            Of::Maximum | Of::SortsLast => Self::Extreme { is_least: false, numbers_only: of == Of::Maximum, kept: None },
            Of::Earliest | Of::Latest => Self::End { is_latest: of == Of::Latest, kept: None },
            Of::Percentile | Of::Median => Self::Percentile { percent: 50.0, ranked: Ranked::default() },
            Of::Values => Self::Values { seen: HashSet::new(), list: Vec::new() },
            Of::TopK => Self::TopK { count: 0, seen: HashMap::new(), counts: Vec::new() },
            Of::Histogram => Self::Histogram { width: 0.0, counts: BTreeMap::new() },
            Of::Rate => Self::Rate { per_ms: 1.0, first: None, last: None },
        }
    }

    /// A sum or an average over `count` numbers that were added up elsewhere.
    pub(super) fn sum(of: Of, count: u64, sum: f64) -> Self {
        Self::Moments { of, moments: Moments { count, sum, mean: sum / count.max(1) as f64, spread: 0.0 } }
    }

    /// Takes a row's arguments; no first one is `*`. Rows come in any order.
    pub(super) fn add(&mut self, first: Option<&Value>, second: Option<&Value>, at_ms: i64) {
        let Some(value) = first else {
            if let Self::Count(count) = self {
                *count += 1;
            }
            return;
        };
        if value.is_null() {
            return;
        }
        match self {
            Self::Count(count) => *count += 1,
            Self::Distinct(seen) => add_distinct(seen, value),
            Self::Moments { moments, .. } => value.number().into_iter().for_each(|number| moments.add(number)),
            Self::Extreme { is_least, numbers_only, kept } => keep_extreme(kept, value, (*is_least, *numbers_only)),
            Self::End { is_latest, kept } => keep_end(kept, (at_ms, value), *is_latest),
            Self::Percentile { percent, ranked } => {
                if let Some(wanted) = second.and_then(Value::number) {
                    *percent = wanted;
                }
                value.number().into_iter().for_each(|number| ranked.add(number));
            }
            Self::Values { seen, list } => {
                if seen.len() < MAX_VALUES && seen.insert(encoded(value)) {
                    list.push(value.clone());
                }
            }
            Self::TopK { count, seen, counts } => {
                *count = value.number().map_or(0, |count| count.max(0.0) as usize);
                second.filter(|value| !value.is_null()).into_iter().for_each(|value| tally(seen, counts, value, 1));
            }
            Self::Histogram { width, counts } => {
                *width = second.and_then(Value::number).filter(|width| *width > 0.0).unwrap_or(1.0);
                value.number().into_iter().for_each(|number| *counts.entry((number / *width).floor() as i64).or_default() += 1);
            }
            Self::Rate { per_ms, first, last } => {
                *per_ms = second.and_then(Value::number).filter(|ms| *ms > 0.0).unwrap_or(1.0);
                value.number().into_iter().for_each(|number| keep_ends(first, last, (at_ms, number)));
            }
        }
    }

    /// Joins what was added elsewhere, over other rows, to the same aggregate.
    pub(super) fn merge(&mut self, other: Self) {
        match (self, other) {
            (Self::Count(count), Self::Count(more)) => *count += more,
            (Self::Distinct(seen), Self::Distinct(more)) => seen.extend(more),
            (Self::Moments { moments, .. }, Self::Moments { moments: more, .. }) => moments.merge(more),
            (Self::Extreme { is_least, numbers_only, kept }, Self::Extreme { kept: Some(value), .. }) => {
                keep_extreme(kept, &value, (*is_least, *numbers_only));
            }
            (Self::End { is_latest, kept }, Self::End { kept: Some((at_ms, value)), .. }) => {
                keep_end(kept, (at_ms, &value), *is_latest);
            }
            (Self::Percentile { percent, ranked }, Self::Percentile { percent: of_more, ranked: more }) => {
                if ranked.is_empty() {
                    *percent = of_more;
                }
                ranked.merge(more);
            }
            (Self::Values { seen, list }, Self::Values { list: more, .. }) => {
                list.extend(more.into_iter().filter(|value| seen.len() < MAX_VALUES && seen.insert(encoded(value))));
            }
            (Self::TopK { count, seen, counts }, Self::TopK { count: of_more, counts: more, .. }) => {
                *count = of_more.max(*count);
                for (value, times) in &more {
                    tally(seen, counts, value, *times);
                }
            }
            (Self::Histogram { width, counts }, Self::Histogram { width: of_more, counts: more }) => {
                *width = of_more.max(*width);
                for (range, times) in more {
                    *counts.entry(range).or_default() += times;
                }
            }
            (Self::Rate { per_ms, first, last }, Self::Rate { per_ms: of_more, first: earlier, last: later }) => {
                *per_ms = per_ms.max(of_more);
                [earlier, later].into_iter().flatten().for_each(|point| keep_ends(first, last, point));
            }
            // Of other aggregates there is nothing to join.
            _ => {}
        }
    }

    /// What it comes to.
    pub(super) fn result(self) -> Value {
        match self {
            Self::Count(count) => Value::Number(count as f64),
            Self::Distinct(seen) => Value::Number(seen.len() as f64),
            Self::Moments { of, moments } => moments.result(of).into(),
            Self::Extreme { kept, .. } => kept.unwrap_or(Value::Null),
            // Moments come out as numbers, as they do on AWS.
            Self::End { kept, .. } => match kept {
                Some((_, Value::Time(ms))) => Value::Number(ms as f64),
                kept => kept.map_or(Value::Null, |(_, value)| value),
            },
            Self::Percentile { percent, ranked } => ranked.percentile(percent).into(),
            Self::Values { list, .. } => list_of(list.iter()),
            Self::TopK { count, mut counts, .. } => {
                // Stable: of equally frequent ones those that came first.
                counts.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
                list_of(counts.iter().take(count).map(|(value, _)| value))
            }
            Self::Histogram { width, counts } => histogram(width, &counts),
            Self::Rate { per_ms, first, last } => rate(per_ms, first, last).into(),
        }
    }
}

impl Moments {
    fn add(&mut self, number: f64) {
        self.count += 1;
        self.sum += number;
        let before = number - self.mean;
        self.mean += before / self.count as f64;
        self.spread += before * (number - self.mean);
    }

    fn merge(&mut self, other: Self) {
        if other.count == 0 {
            return;
        }
        let (a, b) = (self.count as f64, other.count as f64);
        let apart = other.mean - self.mean;
        self.spread += other.spread + apart * apart * a * b / (a + b);
        self.mean += apart * b / (a + b);
        self.sum += other.sum;
        self.count += other.count;
    }

    fn result(&self, of: Of) -> Option<f64> {
        let count = (self.count > 0).then_some(self.count as f64)?;
        Some(match of {
            Of::Sum => self.sum,
            Of::Average => self.sum / count,
            // Of the whole population.
            Of::Variance => self.spread / count,
            _ => (self.spread / count).sqrt(),
        })
    }
}

fn encoded(value: &Value) -> Box<[u8]> {
    let mut bytes = Vec::new();
    value.encode(&mut bytes);
    bytes.into()
}

fn add_distinct(seen: &mut HashSet<Box<[u8]>>, value: &Value) {
    thread_local! {
        static BYTES: std::cell::RefCell<Vec<u8>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    BYTES.with_borrow_mut(|bytes| {
        bytes.clear();
        value.encode(bytes);
        if !seen.contains(bytes.as_slice()) && seen.len() < MAX_DISTINCT {
            seen.insert(bytes.as_slice().into());
        }
    });
}

/// `min` and `max` look at numbers only, `sortsFirst` and `sortsLast` at everything.
fn keep_extreme(kept: &mut Option<Value>, value: &Value, (is_least, numbers_only): (bool, bool)) {
    if numbers_only && value.number().is_none() {
        return;
    }
    let is_better = |held: &Value| if is_least { value.compare(held).is_lt() } else { value.compare(held).is_gt() };
    if kept.as_ref().is_none_or(is_better) {
        *kept = Some(value.clone());
    }
}

/// Of events at the same moment the one that came first, as they come newest first, is the latest.
fn keep_end(kept: &mut Option<(i64, Value)>, (at_ms, value): (i64, &Value), is_latest: bool) {
    if kept.as_ref().is_none_or(|(at, _)| if is_latest { at_ms > *at } else { at_ms <= *at }) {
        *kept = Some((at_ms, value.clone()));
    }
}

fn keep_ends(first: &mut Option<(i64, f64)>, last: &mut Option<(i64, f64)>, point: (i64, f64)) {
    if first.is_none_or(|(at, _)| point.0 <= at) {
        *first = Some(point);
    }
    if last.is_none_or(|(at, _)| point.0 > at) {
        *last = Some(point);
    }
}

fn tally(seen: &mut HashMap<Box<[u8]>, usize>, counts: &mut Vec<(Value, u64)>, value: &Value, times: u64) {
    let place = *seen.entry(encoded(value)).or_insert(counts.len());
    if place == counts.len() {
        counts.push((value.clone(), 0));
    }
    counts[place].1 += times;
}

fn list_of<'a>(values: impl Iterator<Item = &'a Value>) -> Value {
    Value::Json(Json::Array(values.map(as_json).collect()).into())
}

fn as_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Number(number) => json_number(*number),
        Value::Json(json) => (**json).clone(),
        Value::Time(_) | Value::Text(_) => Json::String(value.as_text().into_owned()),
    }
}

fn json_number(number: f64) -> Json {
    if number.fract() == 0.0 && number.abs() < 9e15 { Json::from(number as i64) } else { Json::from(number) }
}

/// From where each range begins to how many numbers lie in it.
fn histogram(width: f64, counts: &BTreeMap<i64, u64>) -> Value {
    if counts.is_empty() {
        return Value::Null;
    }
    let named = counts.iter().map(|(range, times)| (Value::Number(*range as f64 * width).as_text().into_owned(), Json::from(*times)));
    Value::Json(Json::Object(named.collect::<Map<_, _>>()).into())
}

fn rate(per_ms: f64, first: Option<(i64, f64)>, last: Option<(i64, f64)>) -> Option<f64> {
    let ((from, before), (to, after)) = first.zip(last)?;
    (to > from).then(|| (after - before) / (to - from) as f64 * per_ms)
}
