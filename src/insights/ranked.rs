//! Numbers of which percentiles are asked: small whole ones are counted, others are kept.

/// Numbers in no order.
#[derive(Debug, Clone, Default)]
pub(super) struct Ranked {
    /// How often each whole number from 0 on occurs.
    counts: Vec<u32>,
    numbers: Vec<f64>,
    /// Numbers of other parts, put together at the end.
    others: Vec<Vec<f64>>,
}

impl Ranked {
    /// Whole numbers, each as often as it was counted.
    pub(super) fn counted(counts: &[u32]) -> Self {
        let used = counts.iter().rposition(|count| *count > 0).map_or(0, |last| last + 1);
        Self { counts: counts[..used].to_vec(), ..Self::default() }
    }

    pub(super) fn add(&mut self, number: f64) {
        self.numbers.push(number);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.numbers.is_empty() && self.others.is_empty()
    }

    pub(super) fn merge(&mut self, mut other: Self) {
        if other.counts.len() > self.counts.len() {
            std::mem::swap(&mut self.counts, &mut other.counts);
        }
        self.counts.iter_mut().zip(other.counts).for_each(|(count, more)| *count += more);
        self.others.push(other.numbers);
        self.others.extend(other.others);
    }

    /// The percentile, interpolated between the numbers at the ranks around it.
    pub(super) fn percentile(mut self, percent: f64) -> Option<f64> {
        self.count_what_can_be();
        let counted: usize = self.counts.iter().map(|count| *count as usize).sum();
        let rank = percent.clamp(0.0, 100.0) / 100.0 * (counted + self.numbers.len()).checked_sub(1)? as f64;
        if self.numbers.is_empty() {
            let (below, above) = (self.counted_at(rank.floor() as usize), self.counted_at(rank.ceil() as usize));
            return Some(between(below, above, rank));
        }
        let counts = self.counts.iter().enumerate();
        self.numbers.extend(counts.flat_map(|(number, count)| std::iter::repeat_n(number as f64, *count as usize)));
        // The one at a rank is found without sorting; the next is the least of those above.
        let (_, below, more) = self.numbers.select_nth_unstable_by(rank.floor() as usize, f64::total_cmp);
        let above = if rank.fract() > 0.0 { more.iter().copied().min_by(f64::total_cmp) } else { None };
        Some(between(*below, above.unwrap_or(*below), rank))
    }

    /// Puts all kept numbers together; those for which there is a count are counted.
    fn count_what_can_be(&mut self) {
        let mut kept = std::mem::take(&mut self.numbers);
        kept.reserve_exact(self.others.iter().map(Vec::len).sum());
        self.others.drain(..).for_each(|more| kept.extend(more));
        if !self.counts.is_empty() {
            kept.retain(|number| {
                let place = *number as usize;
                let can_be = place as f64 == *number && place < self.counts.len() && !number.is_sign_negative();
                if can_be {
                    self.counts[place] += 1;
                }
                !can_be
            });
        }
        self.numbers = kept;
    }

    fn counted_at(&self, rank: usize) -> f64 {
        let mut left = rank;
        for (number, count) in self.counts.iter().enumerate() {
            match left.checked_sub(*count as usize) {
                Some(less) => left = less,
                None => return number as f64,
            }
        }
        f64::NAN
    }
}

fn between(below: f64, above: f64, rank: f64) -> f64 {
    below + (above - below) * rank.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut numbers: Vec<f64>, percent: f64) -> Option<f64> {
        numbers.sort_by(f64::total_cmp);
        let rank = percent / 100.0 * numbers.len().checked_sub(1)? as f64;
        Some(between(numbers[rank.floor() as usize], numbers[rank.ceil() as usize], rank))
    }

    proptest::proptest! {
        #[test]
        fn counted_and_kept_numbers_give_what_sorting_gives(
            counted in proptest::collection::vec(0_u8..20, 0..30),
            more in proptest::collection::vec(0_u8..9, 0..30),
            kept in proptest::collection::vec(-5.0..25.0_f64, 0..20),
            percent in 0.0..100.0_f64,
        ) {
            let counts = |numbers: &[u8]| {
                let mut counts = [0_u32; 20];
                for number in numbers {
                    counts[usize::from(*number)] += 1;
                }
                Ranked::counted(&counts)
            };
            let (mut ranked, mut other) = (counts(&counted), counts(&more));
            let mut third = Ranked::default();
            for number in &kept {
                third.add(*number);
            }
            other.merge(third);
            ranked.merge(other);
            let all = counted.iter().chain(&more).map(|number| f64::from(*number)).chain(kept).collect();
            proptest::prop_assert_eq!(ranked.percentile(percent), sorted(all, percent));
        }
    }

    #[test]
    fn nothing_has_no_percentile() {
        assert_eq!(Ranked::counted(&[0, 0]).percentile(50.0), None);
        assert!(Ranked::default().is_empty());
    }
}
