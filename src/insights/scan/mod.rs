//! Running a query over a store of records: whole stretches are passed over by their index, fields are read from columns, blocks are worked on at
//! once on all cores.
//!
//! Owns what can be known before a record is looked at, and the ways around looking at each. What a command does is in `commands`; the rows are the
//! same as those of a run over events.

mod cells;
mod kernel;
mod needles;
mod slices;

use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use std::sync::atomic::Ordering;

pub(super) use cells::{Cells, Record};
pub(super) use kernel::{Wanted, grouped};

use super::ast::Query;
use super::event::{AtHand, Elsewhere as _, Event};
use super::json::Paths;
use super::pipeline::{Pipeline, Results, Setting, Stopped};
use crate::base::parallel;
use crate::logs::Store;
use crate::logs::store::trigram::Needle;
use crate::logs::store::{Block, Place};
use slices::Slice;

/// Runs for each core: more are fairer, fewer leave less to be put together.
const RUNS: usize = 8;

impl Query {
    /// Runs the query over the records of `store`, the same as [`Query::run`] over events.
    pub fn run_over(&self, store: &Store, setting: &Setting<'_>) -> Result<Results, Stopped> {
        if self.needs_other_events() || self.source().is_some() {
            return self.run_beside(store, setting);
        }
        let needle = Needle::of(needles::of(self));
        let needle = store.blocks().last().and_then(|block| block.suited(&needle)).unwrap_or(needle);
        let scan = Scan { query: self, setting, needle };
        let mut slices = slices::of(store, setting.window);
        if self.stops_early() {
            slices = slices::small(slices);
        }
        slices.reverse();
        let mut whole = self.pipeline(setting);
        if !self.is_mergeable() {
            for slice in &slices {
                if scan.push(slice, &mut whole).is_break() {
                    break;
                }
            }
            return whole.finish();
        }
        // Slices that follow one another share a result: joining results costs more than some aggregates themselves.
        let run = if self.stops_early() { 1 } else { slices.len() / (RUNS * parallel::width()) };
        let runs: Vec<&[Slice<'_>]> = slices.chunks(run.max(1)).collect();
        let work = |run: &&[Slice<'_>]| {
            let mut part = self.pipeline(setting);
            let flow = run.iter().try_for_each(|slice| scan.push(slice, &mut part));
            (part, flow)
        };
        parallel::in_order(&runs, work, |(part, flow)| {
            whole.merge(part);
            let has_enough = self.stops_early() && whole.is_full();
            if flow.is_break() || has_enough || setting.cancelled.load(Ordering::Relaxed) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        whole.finish()
    }
}

impl Query {
    /// Runs a query that looks at other log groups or times than its own: at all that is in the store.
    fn run_beside(&self, store: &Store, setting: &Setting<'_>) -> Result<Results, Stopped> {
        let no_fields = Paths::default();
        let mut events: Vec<Event> = Vec::with_capacity(store.len());
        for block in store.blocks() {
            let cells = Arc::new(Cells::of(block, &no_fields));
            events.extend((0..block.len()).map(|row| Record { cells: Arc::clone(&cells), row: row as u32 }.event()));
        }
        let at_hand = AtHand(&events);
        let own = at_hand.events(self.source(), setting.window).map_err(Stopped::NoEvents)?;
        self.run_with(own, setting, &at_hand)
    }
}

/// One run over a store.
struct Scan<'a> {
    query: &'a Query,
    setting: &'a Setting<'a>,
    /// What every record has that the query finds.
    needle: Needle,
}

impl Scan<'_> {
    /// Pushes the records of a slice, newest first. Breaks when the query wants no more or is cancelled.
    fn push(&self, slice: &Slice<'_>, to: &mut Pipeline<'_>) -> ControlFlow<()> {
        if self.setting.cancelled.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        let cells: Vec<Arc<Cells>> = slice.iter().map(|(block, _)| Arc::new(Cells::of(block, to.paths()))).collect();
        if let ([(_, rows)], [cells], true) = (&slice[..], &cells[..], self.needle.is_empty())
            && to.absorb(cells, rows.clone())
        {
            return ControlFlow::Continue(());
        }
        let mut places = self.candidates(slice);
        if slice.len() > 1 {
            // Stable, and fast on runs that are in order already.
            places.sort_by_key(|place| slice[place.block as usize].0.at_ms(place.row as usize));
        }
        self.push_places(slice, &cells, &places, to)
    }

    /// The records that the query may find, oldest first in each block.
    fn candidates(&self, slice: &Slice<'_>) -> Vec<Place> {
        let in_block = |(index, (block, rows)): (usize, &(&Arc<Block>, Range<usize>))| {
            block.candidates(&self.needle, rows.clone()).into_iter().map(move |row| Place { block: index as u32, row })
        };
        slice.iter().enumerate().flat_map(in_block).collect()
    }

    /// Pushes records; the others of the slice are counted only.
    fn push_places(&self, slice: &Slice<'_>, cells: &[Arc<Cells>], places: &[Place], to: &mut Pipeline<'_>) -> ControlFlow<()> {
        let (mut pushed, mut bytes) = (0, 0);
        for place in places.iter().rev() {
            let record = Record { cells: Arc::clone(&cells[place.block as usize]), row: place.row };
            (pushed, bytes) = (pushed + 1, bytes + record.bytes());
            let flow = to.push_record(record);
            if flow.is_break() && self.is_over() {
                return flow;
            }
        }
        let (mut all, mut all_bytes) = (0, 0);
        for ((_, rows), cells) in slice.iter().zip(cells) {
            (all, all_bytes) = (all + rows.len() as u64, all_bytes + cells.bytes(rows.clone()));
        }
        to.count(all - pushed, all_bytes.saturating_sub(bytes));
        ControlFlow::Continue(())
    }

    /// All records are counted, as the service counts them, unless the query says `limit any` or nobody waits any more.
    fn is_over(&self) -> bool {
        self.query.stops_early() || self.setting.cancelled.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests;
