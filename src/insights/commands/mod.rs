//! The commands of a query at work: each an operator that takes rows and hands rows on.

mod dedup;
mod entries;
mod extract;
mod fields;
mod fill;
mod filter;
mod join;
mod json;
mod limit;
mod parse;
mod pattern;
mod sort;
mod stats;
mod totals;
mod unnest;

use std::any::Any;
use std::ops::{ControlFlow, Range};

pub(super) use dedup::Dedup;
pub(super) use entries::{ELSEWHERE, ENTRIES};
pub(super) use fields::Fields;
pub(super) use fill::{FillDown, FillMissing};
pub(super) use filter::{Filter, Tally};
pub(super) use join::{Join, Table};
pub(super) use json::Json;
pub(super) use limit::Limit;
pub(super) use parse::Parse;
pub(super) use pattern::{COLUMNS as PATTERN_COLUMNS, COMPARED as DIFF_COLUMNS, Pattern};
pub(super) use sort::Sort;
pub(super) use stats::Stats;
pub(super) use totals::{Accum, AddTotals};
pub(super) use unnest::Unnest;

use super::pipeline::Sink;
use super::plan::Shared;
use super::row::Row;
use super::scan::Cells;

/// Whether more rows can change the result.
pub(super) type Flow = ControlFlow<()>;

/// Goes on.
pub(super) const ON: Flow = ControlFlow::Continue(());

/// A command at work.
pub(super) trait Operator: Any + Send {
    /// Takes a row, and perhaps hands rows on.
    fn push(&mut self, row: Row, next: &mut Next<'_>) -> Flow;

    /// No row comes any more.
    fn finish(&mut self, _next: &mut Next<'_>) {}

    /// Takes over what the same operator has gathered elsewhere from older rows. Those that gather nothing have nothing to do.
    fn merge(&mut self, _older: Box<dyn Any>) {}

    /// Takes some rows of a block at once, without making them; tells whether it could.
    fn absorb(&mut self, _cells: &Cells, _rows: Range<usize>) -> bool {
        false
    }

    /// Counts rows that have passed without being made.
    fn pass(&mut self, _rows: u64) {}

    /// Rows that have passed here, for the operator that counts them.
    fn passed(&self) -> Option<u64> {
        None
    }
}

/// What comes behind an operator.
pub(super) struct Next<'a> {
    pub(super) operators: &'a mut [Box<dyn Operator>],
    pub(super) sink: &'a mut Sink,
    pub(super) shared: &'a Shared,
}

impl Next<'_> {
    /// Hands a row on.
    pub(super) fn push(&mut self, row: Row) -> Flow {
        match self.operators.split_first_mut() {
            Some((first, rest)) => first.push(row, &mut Next { operators: rest, sink: self.sink, shared: self.shared }),
            None => self.sink.push(&row, self.shared),
        }
    }

    /// Hands rows on until no more are wanted.
    pub(super) fn push_all(&mut self, rows: impl IntoIterator<Item = Row>) {
        for row in rows {
            if self.push(row).is_break() {
                return;
            }
        }
    }
}
