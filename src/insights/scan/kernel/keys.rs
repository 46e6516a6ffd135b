//! What rows are grouped by: the number of each row's group.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::super::super::plan::Code;
use super::super::super::time::Length;
use super::super::super::value::Value;
use super::super::cells::{Cells, Values};
use crate::logs::store::block::time_at;
use crate::logs::store::column::{Column, Whole};

/// Most groups of a block for which a table is used instead of a map.
const MAX_TABLE: usize = 1 << 16;

/// Counts of a group that are added to in turn: adding to the one that was just written would wait for it.
const LANES: usize = 4;

/// A key of the groups: the number of its value for each row.
pub(super) struct Key {
    of: Vec<u32>,
    values: Vec<Value>,
}

impl Key {
    pub(super) fn of(code: &Code, cells: &Cells, rows: Range<usize>) -> Option<Self> {
        match code {
            Code::Found(place) => match cells.values(*place) {
                Values::Nowhere => Some(Self { of: vec![0; rows.len()], values: vec![Value::Null] }),
                Values::Column(column) => Self::of_codes(&column, rows),
                Values::Lines => None,
            },
            _ => Some(Self::of_periods(super::period(code)?, cells, rows)),
        }
    }

    fn of_codes(column: &Column<'_>, rows: Range<usize>) -> Option<Self> {
        let Whole::Codes(codes) = column.whole() else { return None };
        let mut values: Vec<Value> = column.texts().into_iter().map(|text| Value::text(text.into_owned())).collect();
        let nothing = u16::try_from(values.len()).ok()?;
        values.push(Value::Null);
        let (count, of) = (rows.len(), Column::codes_at(codes, rows).map(|code| u32::from(code.min(nothing))).collect::<Vec<_>>());
        (of.len() == count).then_some(Self { of, values })
    }

    /// Rows are in order of time, so a new period begins where the last ends.
    fn of_periods(to: Length, cells: &Cells, rows: Range<usize>) -> Self {
        let times = cells.block().times();
        let (mut values, mut of, mut end) = (Vec::new(), Vec::with_capacity(rows.len()), i64::MIN);
        for row in rows {
            let at_ms = time_at(times, row);
            if at_ms >= end || values.is_empty() {
                let start = to.floor(at_ms);
                end = to.next(at_ms);
                values.push(Value::Time(start));
            }
            of.push(values.len() as u32 - 1);
        }
        Self { of, values }
    }

    pub(super) fn value(&self, index: usize) -> Value {
        self.values[self.of[index] as usize].clone()
    }
}

/// Which group each row is in.
pub(super) struct Grouping<'a> {
    pub(super) of: Cow<'a, [u32]>,
    /// How many numbers there are; not all need to be a group's.
    pub(super) count: usize,
}

impl<'a> Grouping<'a> {
    pub(super) fn of(keys: &'a [Key], rows: usize) -> Self {
        let size: Option<usize> = keys.iter().try_fold(1_usize, |size, key| size.checked_mul(key.values.len().max(1)));
        let joined = |index: usize| keys.iter().fold(0_u64, |sum, key| sum * key.values.len() as u64 + u64::from(key.of[index]));
        match (keys, size.filter(|size| *size <= MAX_TABLE)) {
            // The numbers of a key that has few values are those of the groups.
            ([key], Some(count)) if count * 2 <= rows => Self { of: key.of[..].into(), count },
            (_, Some(size)) => Self::by_table(size, rows, |index| joined(index) as usize),
            _ => Self::by_map(rows, |index| keys.iter().map(|key| key.of[index]).collect()),
        }
    }

    fn by_table(size: usize, rows: usize, key: impl Fn(usize) -> usize) -> Self {
        let (mut groups, mut count, mut table) = (vec![0; rows], 0, vec![u32::MAX; size]);
        for (index, group) in groups.iter_mut().enumerate() {
            let known = &mut table[key(index)];
            if *known == u32::MAX {
                *known = count;
                count += 1;
            }
            *group = *known;
        }
        Self { of: groups.into(), count: count as usize }
    }

    fn by_map(rows: usize, key: impl Fn(usize) -> Box<[u32]>) -> Self {
        let mut groups = vec![0; rows];
        let mut map: HashMap<Box<[u32]>, u32, foldhash::fast::FixedState> = HashMap::default();
        for (index, group) in groups.iter_mut().enumerate() {
            let next = map.len() as u32;
            *group = *map.entry(key(index)).or_insert(next);
        }
        Self { of: groups.into(), count: map.len() }
    }

    /// How many rows each has.
    pub(super) fn sizes(&self) -> Vec<u64> {
        let mut sizes = vec![0_u64; self.count * LANES];
        let (fours, rest) = self.of.as_chunks::<LANES>();
        for four in fours {
            for (lane, group) in four.iter().enumerate() {
                sizes[*group as usize * LANES + lane] += 1;
            }
        }
        for group in rest {
            sizes[*group as usize * LANES] += 1;
        }
        sizes.chunks(LANES).map(|lanes| lanes.iter().sum()).collect()
    }

    /// The groups that have rows, with the place of their newest, newest first.
    pub(super) fn newest(&self, sizes: &[u64]) -> Vec<(usize, usize)> {
        let (used, mut is_seen, mut newest) = (sizes.iter().filter(|size| **size > 0).count(), vec![false; self.count], Vec::new());
        for (index, group) in self.of.iter().enumerate().rev() {
            if newest.len() == used {
                break;
            }
            if !std::mem::replace(&mut is_seen[*group as usize], true) {
                newest.push((*group as usize, index));
            }
        }
        newest
    }
}
