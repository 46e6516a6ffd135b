//! How often each small number occurs in each group: all that aggregates of a column ask for follows from it, in one look at the column.

use std::ops::Range;

use super::super::super::accumulator::Accumulator;
use super::super::super::functions::aggregates::Of;
use super::super::super::ranked::Ranked;
use super::super::super::value::Value;
use crate::logs::store::column::Column;

/// Numbers from 0 to `most` of a column, in groups.
pub(super) struct Counted {
    /// Numbers that are told apart, and one place for rows without one.
    width: usize,
    counts: Vec<u32>,
}

impl Counted {
    /// Counts; nothing when the table would be much longer than the rows are many.
    pub(super) fn of(values: &[u8], most: u16, groups: &[u32], count: usize, rows: &Range<usize>) -> Option<Self> {
        let width = usize::from(most) + 2;
        let length = width.checked_mul(count).filter(|length| *length <= 4 * rows.len())?;
        let mut counts = vec![0; length];
        for (number, group) in Column::small_at(values, rows.clone()).zip(groups) {
            counts[*group as usize * width + usize::from(number).min(width - 1)] += 1;
        }
        Some(Self { width, counts })
    }

    /// How many rows each group has.
    pub(super) fn sizes(&self) -> Vec<u64> {
        self.counts.chunks(self.width).map(total).collect()
    }

    /// What an aggregate comes to in a group.
    pub(super) fn result(&self, of: Of, percent: f64, group: usize) -> Accumulator {
        let counts = &self.counts[group * self.width..][..self.width - 1];
        match of {
            Of::Sum | Of::Average => {
                let (mut rows, mut sum) = (0_u64, 0_u64);
                for (number, count) in (0_u32..).zip(counts) {
                    rows += u64::from(*count);
                    sum += u64::from(number) * u64::from(*count);
                }
                Accumulator::sum(of, rows, sum as f64)
            }
            Of::Minimum => extreme(true, counts.iter().position(|count| *count > 0)),
            Of::Maximum => extreme(false, counts.iter().rposition(|count| *count > 0)),
            Of::Percentile | Of::Median => Accumulator::Percentile { percent, ranked: Ranked::counted(counts) },
            _ => Accumulator::Count(total(counts)),
        }
    }
}

fn total(counts: &[u32]) -> u64 {
    counts.iter().map(|count| u64::from(*count)).sum()
}

fn extreme(is_least: bool, number: Option<usize>) -> Accumulator {
    Accumulator::Extreme { is_least, numbers_only: true, kept: number.map(|number| Value::Number(number as f64)) }
}
