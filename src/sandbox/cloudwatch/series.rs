//! The data of one metric in one unit, finer for recent times and coarser for old ones, as the service keeps it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::window::Window;
use crate::metrics::Distribution;

const DAY: i64 = 86_400;

/// Length of a datum and how long it is kept at that length before it joins the next tier, in seconds.
const TIERS: [(i64, i64); 4] = [(1, 3 * 3_600), (60, 15 * DAY), (300, 63 * DAY), (3_600, 455 * DAY)];

/// The tier of data that are not high-resolution.
const STANDARD: usize = 1;

/// Samples by the start of their datum (epoch seconds), a map for each tier.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Series {
    tiers: [BTreeMap<i64, Distribution>; 4],
}

impl Series {
    /// Adds samples that happened at `at`, epoch seconds.
    pub(super) fn add(&mut self, at: i64, samples: &Distribution, high_resolution: bool, now: i64) {
        self.age(now);
        self.place(if high_resolution { 0 } else { STANDARD }, at, samples, now);
    }

    /// The samples of each period of `window` that has any, by its start.
    pub(super) fn read_into(&self, periods: &mut BTreeMap<i64, Distribution>, window: &Window, now: i64) {
        for (tier, data) in self.tiers.iter().enumerate() {
            for (&at, samples) in data.range(window.start..window.end + TIERS[3].0) {
                let slot = settled(tier, at, now).filter(|(tier, _)| window.period % TIERS[*tier].0 == 0);
                if let Some(period) = slot.and_then(|(_, at)| window.period_of(at)) {
                    periods.entry(period).or_default().merge(samples);
                }
            }
        }
    }

    /// Moves what is too old for its tier to the next one, and drops what is too old for all.
    fn age(&mut self, now: i64) {
        for (tier, (_, kept)) in TIERS.into_iter().enumerate() {
            if self.tiers[tier].first_key_value().is_none_or(|(&at, _)| at >= now - kept) {
                continue;
            }
            let young = self.tiers[tier].split_off(&(now - kept));
            let old = std::mem::replace(&mut self.tiers[tier], young);
            for (&at, samples) in &old {
                self.place(tier, at, samples, now);
            }
        }
    }

    fn place(&mut self, tier: usize, at: i64, samples: &Distribution, now: i64) {
        if let Some((tier, at)) = settled(tier, at, now) {
            self.tiers[tier].entry(at).or_default().merge(samples);
        }
    }
}

/// The tier in which a datum of `tier` belongs by now, and its start there; `None` once it is too old for all.
fn settled(tier: usize, at: i64, now: i64) -> Option<(usize, i64)> {
    let (tier, &(length, _)) = TIERS.iter().enumerate().skip(tier).find(|(_, (_, kept))| at >= now - kept)?;
    Some((tier, at - at.rem_euclid(length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_790_000_000 - 1_790_000_000 % 3_600;

    fn series(points: &[(i64, f64)], high_resolution: bool) -> Series {
        let mut series = Series::default();
        for &(at, value) in points {
            let mut samples = Distribution::default();
            samples.add(value, 1.0);
            series.add(at, &samples, high_resolution, NOW);
        }
        series
    }

    fn sums(series: &Series, period: i64, now: i64) -> Vec<(i64, f64)> {
        let mut periods = BTreeMap::new();
        series.read_into(&mut periods, &Window { start: 0, end: NOW + 3_600, period }, now);
        let sum = |samples: &Distribution| samples.totals().map_or(0.0, |totals| totals.sum);
        periods.iter().map(|(at, samples)| (*at, sum(samples))).collect()
    }

    #[test]
    fn a_minute_is_kept_15_days_then_five_minutes_then_an_hour() {
        let series = series(&[(NOW, 1.0), (NOW + 65, 2.0), (NOW + 299, 4.0), (NOW + 300, 8.0)], false);
        assert_eq!(sums(&series, 60, NOW), [(NOW, 1.0), (NOW + 60, 2.0), (NOW + 240, 4.0), (NOW + 300, 8.0)]);
        assert_eq!(sums(&series, 300, NOW), [(NOW, 7.0), (NOW + 300, 8.0)]);
        let after = |days: i64| NOW + 600 + days * DAY;
        assert_eq!(sums(&series, 60, after(15)), []);
        assert_eq!(sums(&series, 300, after(15)), [(NOW, 7.0), (NOW + 300, 8.0)]);
        assert_eq!(sums(&series, 300, after(63)), []);
        assert_eq!(sums(&series, 3_600, after(63)), [(NOW, 15.0)]);
        assert_eq!(sums(&series, 3_600, after(456)), []);
    }

    #[test]
    fn writing_later_moves_old_data_and_reads_the_same() {
        let mut aged = series(&[(NOW, 1.0), (NOW + 65, 2.0), (NOW + 700, 4.0)], true);
        assert_eq!(aged.tiers[0].len(), 3);
        let later = NOW + 20 * DAY;
        let before = sums(&aged, 300, later);
        aged.add(later, &Distribution::default(), false, later);
        assert_eq!(aged.tiers.each_ref().map(BTreeMap::len), [0, 1, 2, 0]);
        let after: Vec<_> = sums(&aged, 300, later);
        assert_eq!(after, before);
        assert_eq!(before, [(NOW, 3.0), (NOW + 600, 4.0)]);
    }

    #[test]
    fn seconds_are_seen_only_in_high_resolution_and_for_three_hours() {
        let fine = series(&[(NOW, 1.0), (NOW + 7, 2.0)], true);
        assert_eq!(sums(&fine, 5, NOW), [(NOW, 1.0), (NOW + 5, 2.0)]);
        assert_eq!(sums(&fine, 5, NOW + 4 * 3_600), []);
        assert_eq!(sums(&fine, 60, NOW + 4 * 3_600), [(NOW, 3.0)]);
        assert_eq!(sums(&series(&[(NOW + 7, 2.0)], false), 5, NOW), []);
    }
}
