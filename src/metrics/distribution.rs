//! The samples of one metric in one period, kept so that every statistic can be answered later.

use serde::{Deserialize, Serialize};

use super::statistic::{Bounds, Statistic};

/// Distinct values kept before near ones are merged.
const MAX_DISTINCT: usize = 512;

/// Width of the narrowest merging cell on a logarithmic scale: about 1 %.
const FINEST_CELL: f64 = 0.01;

/// Samples as distinct values with counts, and sums of samples that were only ever known as a set.
///
/// Up to 512 distinct values every statistic is exact. Beyond, values in the same cell of a logarithmic grid of 1 % (2 %, 4 %, … until
/// they fit) are merged into their weighted mean: count, sum, average, minimum and maximum stay exact, percentiles move by at most that much.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Distribution {
    /// Value and count, ascending by value.
    #[serde(rename = "v")]
    samples: Vec<(f64, f64)>,
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    sets: Option<Box<StatisticSet>>,
}

/// Samples of which only the totals are known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StatisticSet {
    /// How many samples there were.
    pub sample_count: f64,
    /// Their sum.
    pub sum: f64,
    /// The smallest.
    pub minimum: f64,
    /// The largest.
    pub maximum: f64,
}

impl Distribution {
    /// Adds `count` samples of the same value. Values must be finite; a count that is not positive adds nothing.
    pub fn add(&mut self, value: f64, count: f64) {
        if count.is_nan() || count <= 0.0 || !value.is_finite() {
            return;
        }
        match self.samples.binary_search_by(|(held, _)| held.total_cmp(&value)) {
            Ok(at) => self.samples[at].1 += count,
            Err(at) => self.samples.insert(at, (value, count)),
        }
        self.shrink(2 * MAX_DISTINCT);
    }

    /// Adds samples known by their totals. When they can only have been one value, they count as such.
    pub fn add_set(&mut self, set: StatisticSet) {
        if set.minimum == set.maximum || set.sample_count == 1.0 {
            self.add(set.sum / set.sample_count, set.sample_count);
        } else {
            self.sets = Some(Box::new(self.sets.as_deref().map_or(set, |held| held.merged(set))));
        }
    }

    /// Adds everything that `other` holds.
    pub fn merge(&mut self, other: &Self) {
        self.samples.extend_from_slice(&other.samples);
        self.samples.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        self.samples.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0.0 };
            same
        });
        if let Some(set) = other.sets.as_deref() {
            self.add_set(*set);
        }
        self.shrink(MAX_DISTINCT);
    }

    /// Whether nothing has been added.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty() && self.sets.is_none()
    }

    /// Count, sum, minimum and maximum of everything; `None` when empty.
    pub fn totals(&self) -> Option<StatisticSet> {
        let first = self.samples.first().map(|&(value, _)| StatisticSet::of_value(value));
        let known = first.map(|start| self.samples.iter().fold(start, |set, &(value, count)| set.with(value, count)));
        match (known, self.sets.as_deref()) {
            (Some(known), Some(set)) => Some(known.merged(*set)),
            (known, set) => known.or(set.copied()),
        }
    }

    /// The value of `statistic`; `None` when there are no samples, or when it needs samples that are known only as a set or that are
    /// negative, for which the service has no percentiles either.
    pub fn statistic(&self, statistic: &Statistic) -> Option<f64> {
        let totals = self.totals()?;
        match statistic {
            Statistic::SampleCount => Some(totals.sample_count),
            Statistic::Sum => Some(totals.sum),
            Statistic::Average => Some(totals.sum / totals.sample_count),
            Statistic::Minimum => Some(totals.minimum),
            Statistic::Maximum => Some(totals.maximum),
            _ if self.sets.is_some() || totals.minimum < 0.0 => None,
            Statistic::Percentile(percent) => Some(self.percentile(*percent, totals.sample_count)),
            Statistic::TrimmedMean(bounds) => mean(&self.trimmed(*bounds, totals.sample_count)),
            Statistic::TrimmedCount(bounds) => Some(count(&self.trimmed(*bounds, totals.sample_count))),
            Statistic::TrimmedSum(bounds) => Some(sum(&self.trimmed(*bounds, totals.sample_count))),
            Statistic::WinsorizedMean(bounds) => mean(&self.winsorized(*bounds, totals.sample_count)),
            Statistic::PercentileRank { above, up_to } => Some(self.rank(*above, *up_to, totals.sample_count)),
        }
    }

    /// Nearest rank: the smallest value that at least `percent` of the samples do not exceed. `p0` is the minimum, `p100` the maximum.
    fn percentile(&self, percent: f64, total: f64) -> f64 {
        self.value_at_rank(upper_rank(percent, total))
    }

    /// The value of the sample with 1-based rank `rank` in ascending order.
    fn value_at_rank(&self, rank: f64) -> f64 {
        let mut seen = 0.0;
        for &(value, count) in &self.samples {
            seen += count;
            if seen >= rank {
                return value;
            }
        }
        self.samples.last().map_or(0.0, |&(value, _)| value)
    }

    /// The samples inside the bounds. Percentages keep the ranks above `low` up to `high` as [`Self::percentile`] counts them, so `tm90`
    /// drops the highest 10 %; values keep what is larger than `low` and not larger than `high`.
    fn trimmed(&self, bounds: Bounds, total: f64) -> Vec<(f64, f64)> {
        let (low, high) = match bounds {
            Bounds::Values { above, up_to } => return self.between(above, up_to),
            Bounds::Percent { low, high } => (lower_rank(low, total), upper_rank(high, total)),
        };
        let mut seen = 0.0;
        let mut kept = Vec::new();
        for &(value, count) in &self.samples {
            let inside = (seen + count).min(high) - low.max(seen);
            seen += count;
            if inside > 0.0 {
                kept.push((value, inside));
            }
        }
        kept
    }

    fn between(&self, above: Option<f64>, up_to: Option<f64>) -> Vec<(f64, f64)> {
        let inside = |value: f64| above.is_none_or(|low| value > low) && up_to.is_none_or(|high| value <= high);
        self.samples.iter().copied().filter(|&(value, _)| inside(value)).collect()
    }

    /// All samples, those outside the bounds moved to the edge.
    fn winsorized(&self, bounds: Bounds, total: f64) -> Vec<(f64, f64)> {
        let (low, high) = match bounds {
            Bounds::Values { above, up_to } => (above.unwrap_or(f64::MIN), up_to.unwrap_or(f64::MAX)),
            Bounds::Percent { low, high } => (self.value_at_rank(lower_rank(low, total) + 1.0), self.percentile(high, total)),
        };
        self.samples.iter().map(|&(value, count)| (value.max(low).min(high), count)).collect()
    }

    fn rank(&self, above: Option<f64>, up_to: Option<f64>, total: f64) -> f64 {
        100.0 * count(&self.between(above, up_to)) / total
    }

    /// Merges near values when there are more than `limit` of them.
    fn shrink(&mut self, limit: usize) {
        if self.samples.len() <= limit {
            return;
        }
        self.samples.sort_by(|(a, _), (b, _)| a.total_cmp(b)); // sorted already, unless they come from a damaged file
        let mut width = FINEST_CELL;
        while self.samples.len() > MAX_DISTINCT {
            self.merge_cells(width);
            width *= 2.0;
        }
    }

    /// Merges the values of each cell of a logarithmic grid; the first and the last value stay as they are.
    ///
    /// A wider grid only joins whole cells of a finer one, so merging again never moves a value by more than its cell's width.
    fn merge_cells(&mut self, width: f64) {
        let last = self.samples.pop();
        let mut merged: Vec<(f64, f64)> = Vec::with_capacity(MAX_DISTINCT);
        for (index, &sample) in self.samples.iter().enumerate() {
            match merged.last_mut() {
                Some(held) if index > 1 && cell(held.0, width) == cell(sample.0, width) => *held = weighted(*held, sample),
                _ => merged.push(sample),
            }
        }
        merged.extend(last);
        self.samples = merged;
    }
}

impl StatisticSet {
    fn of_value(value: f64) -> Self {
        Self { sample_count: 0.0, sum: 0.0, minimum: value, maximum: value }
    }

    fn with(self, value: f64, count: f64) -> Self {
        self.merged(Self { sample_count: count, sum: value * count, minimum: value, maximum: value })
    }

    fn merged(self, other: Self) -> Self {
        Self {
            sample_count: self.sample_count + other.sample_count,
            sum: self.sum + other.sum,
            minimum: self.minimum.min(other.minimum),
            maximum: self.maximum.max(other.maximum),
        }
    }
}

/// Rank of the last sample up to `percent`, at least the first. Slack keeps `p90` of ten samples at the ninth despite rounding.
fn upper_rank(percent: f64, total: f64) -> f64 {
    (percent / 100.0 * total - 1e-9).ceil().clamp(1.0, total.max(1.0))
}

/// How many of the lowest samples lie below `percent`.
fn lower_rank(percent: f64, total: f64) -> f64 {
    (percent / 100.0 * total + 1e-9).floor()
}

/// Sign and place of a value on the logarithmic grid.
fn cell(value: f64, width: f64) -> (bool, i64) {
    (value < 0.0, (value.abs().max(f64::MIN_POSITIVE).ln() / width).floor() as i64)
}

fn weighted(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let count = a.1 + b.1;
    ((a.0 * a.1 + b.0 * b.1) / count, count)
}

fn count(samples: &[(f64, f64)]) -> f64 {
    samples.iter().map(|&(_, count)| count).sum()
}

fn sum(samples: &[(f64, f64)]) -> f64 {
    samples.iter().map(|&(value, count)| value * count).sum()
}

fn mean(samples: &[(f64, f64)]) -> Option<f64> {
    (!samples.is_empty()).then(|| sum(samples) / count(samples))
}

#[cfg(test)]
#[path = "distribution_tests.rs"]
mod tests;
