//! Events over time, counted in bins of a round width.

/// Widths of bins that people read well, milliseconds: 1 s to 7 d.
const WIDTHS: [i64; 17] = [
    1_000,
    2_000,
    5_000,
    10_000,
    15_000,
    30_000,
    60_000,
    120_000,
    300_000,
    600_000,
    1_800_000,
    3_600_000,
    10_800_000,
    21_600_000,
    43_200_000,
    86_400_000,
    604_800_000,
];

/// Most bins that a histogram has.
const MAX_BINS: i64 = 120;

/// The events of one bin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bin {
    /// Calls that went well, and lines that are not calls.
    pub ok: u32,
    /// Calls that failed.
    pub errors: u32,
}

/// Counts over time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Start of the first bin, milliseconds since the epoch; a multiple of [`Self::bin_ms`].
    pub from_ms: i64,
    /// Width of a bin, milliseconds.
    pub bin_ms: i64,
    /// The bins, without gaps.
    pub bins: Vec<Bin>,
}

impl Histogram {
    /// Empty bins that cover `from_ms..=to_ms`.
    pub fn over(from_ms: i64, to_ms: i64) -> Self {
        let span = to_ms.saturating_sub(from_ms).max(1);
        let bin_ms = WIDTHS.into_iter().find(|width| span / width < MAX_BINS - 1).unwrap_or(span / (MAX_BINS - 1) + 1);
        let from_ms = from_ms.div_euclid(bin_ms) * bin_ms;
        let count = to_ms.saturating_sub(from_ms) / bin_ms + 1;
        Self { from_ms, bin_ms, bins: vec![Bin::default(); count as usize] }
    }

    /// Counts an event; one outside the bins is not counted.
    pub fn count(&mut self, at_ms: i64, is_error: bool) {
        let index = (at_ms - self.from_ms).div_euclid(self.bin_ms.max(1));
        let Some(bin) = usize::try_from(index).ok().and_then(|index| self.bins.get_mut(index)) else { return };
        if is_error {
            bin.errors += 1;
        } else {
            bin.ok += 1;
        }
    }

    /// Adds the counts of one with the same bins.
    pub(super) fn add(&mut self, other: &Self) {
        for (bin, more) in self.bins.iter_mut().zip(&other.bins) {
            bin.ok += more.ok;
            bin.errors += more.errors;
        }
    }

    /// The start of the bin at `index`, milliseconds since the epoch; that of the one after the last is the end.
    pub fn start(&self, index: usize) -> i64 {
        self.from_ms + self.bin_ms * index as i64
    }

    /// The end of the last bin, milliseconds since the epoch.
    pub fn to_ms(&self) -> i64 {
        self.from_ms + self.bin_ms * self.bins.len() as i64
    }

    /// The largest count of a bin.
    pub fn peak(&self) -> u32 {
        self.bins.iter().map(|bin| bin.ok + bin.errors).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_cover_the_span_with_a_round_width() {
        let hours3 = Histogram::over(1_700_000_012_345, 1_700_000_012_345 + 3 * 3_600_000);
        assert_eq!((hours3.bin_ms, hours3.from_ms % hours3.bin_ms), (120_000, 0));
        assert!(hours3.from_ms <= 1_700_000_012_345 && hours3.to_ms() > 1_700_000_012_345 + 3 * 3_600_000);
        for span in [0, 1, 59_999, 86_400_000, 10_i64.pow(12), 10_i64.pow(15)] {
            let bins = Histogram::over(7, 7 + span).bins.len();
            assert!((1..=MAX_BINS as usize).contains(&bins), "{span}: {bins}");
        }
    }

    #[test]
    fn events_are_counted_by_outcome_and_strays_are_not() {
        let mut histogram = Histogram::over(0, 10_000);
        for (at, error) in [(0, false), (999, true), (10_000, false), (11_000, false), (-1, false)] {
            histogram.count(at, error);
        }
        assert_eq!((histogram.bins[0], histogram.bins[10].ok, histogram.peak()), (Bin { ok: 1, errors: 1 }, 1, 2));
    }
}
