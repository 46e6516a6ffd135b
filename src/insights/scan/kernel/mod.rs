//! `stats` over whole columns: the common aggregates of numbers, grouped by texts and periods, without a row being made.
//!
//! Owns which queries can be answered so, and runs of periods. Keys are in `keys`, what is added up in `sums`, and counting in `counted`.

mod counted;
mod keys;
mod sums;

use std::ops::Range;

use super::super::accumulator::Accumulator;
use super::super::functions::aggregates::Of;
use super::super::plan::{Code, System};
use super::super::time::Length;
use super::super::value::Value;
use super::cells::Cells;
use crate::logs::store::block::time_at;
use keys::{Grouping, Key};
use sums::Sums;

/// An aggregate to compute.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Wanted<'a> {
    pub(in super::super) of: Of,
    pub(in super::super) arguments: &'a [Code],
}

/// Groups of a block: their keys and what they come to.
type Groups = Vec<(Vec<Value>, Vec<Accumulator>)>;

/// The groups of some rows, in the order in which they come newest first; nothing when the rows must be looked at one by one.
pub(in super::super) fn grouped(by: &[Code], wanted: &[Wanted<'_>], cells: &Cells, rows: Range<usize>) -> Option<Groups> {
    let mut sums: Vec<Sums<'_>> = wanted.iter().map(|wanted| Sums::of(*wanted, cells)).collect::<Option<_>>()?;
    if let [code] = by
        && let Some(length) = period(code)
    {
        return Some(by_period(length, &mut sums, cells, rows));
    }
    let keys: Vec<Key> = by.iter().map(|code| Key::of(code, cells, rows.clone())).collect::<Option<_>>()?;
    let grouping = Grouping::of(&keys, rows.len());
    sums::add_all(&mut sums, &grouping.of, grouping.count, &rows);
    let sizes = sums.iter().find_map(|sums| sums.sizes(rows.len())).unwrap_or_else(|| grouping.sizes());
    let key = |row: usize| keys.iter().map(|key| key.value(row)).collect();
    let states = |group: usize, sums: &mut [Sums<'_>]| sums.iter_mut().map(|sums| sums.result(group, sizes[group])).collect();
    Some(grouping.newest(&sizes).into_iter().map(|(group, row)| (key(row), states(group, &mut sums))).collect())
}

/// The length of periods that rows are grouped by, if they are.
fn period(code: &Code) -> Option<Length> {
    match code {
        Code::Round { of, to, up: false } if matches!(**of, Code::System(System::Timestamp)) => Some(*to),
        _ => None,
    }
}

/// Rows are in order of time, so that each period is a run of them.
fn by_period(length: Length, sums: &mut [Sums<'_>], cells: &Cells, rows: Range<usize>) -> Groups {
    let times = cells.block().times();
    let mut runs = Vec::new();
    let mut from = rows.start;
    while from < rows.end {
        let (start, end) = (length.floor(time_at(times, from)), length.next(time_at(times, from)));
        let to = from + first_from(times, from..rows.end, end).max(1);
        runs.push((Value::Time(start), from..to));
        from = to;
    }
    let states = |run: Range<usize>, sums: &mut [Sums<'_>]| {
        sums::add_run(sums, &run);
        sums.iter_mut().map(|sums| sums.result(0, run.len() as u64)).collect()
    };
    runs.into_iter().rev().map(|(start, run)| (vec![start], states(run, sums))).collect()
}

/// How many of `rows` are before `end`, found in ever longer steps.
fn first_from(times: &[u8], rows: Range<usize>, end: i64) -> usize {
    let is_before = |at: usize| rows.start + at < rows.end && time_at(times, rows.start + at) < end;
    let mut high = 1;
    while is_before(high) {
        high *= 2;
    }
    let mut low = high / 2;
    while low < high {
        let middle = low.midpoint(high);
        if is_before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}
