//! Running a query over a store of records: whole stretches are passed over by their index, fields are read from columns, blocks are worked on at
//! once on all cores.
//!
//! Owns what can be known before a record is looked at, and the ways around looking at each. What a command does is in `commands`; the rows are the
//! same as those of a run over events.

mod cells;
mod kernel;
mod needles;

use std::ops::Range;
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

impl Query {
    /// Runs the query over the records of `store`, the same as [`Query::run`] over events.
    pub fn run_over(&self, store: &Store, setting: &Setting<'_>) -> Result<Results, Stopped> {
        if self.needs_other_events() || self.source().is_some() {
            return self.run_beside(store, setting);
        }
        let scan = Scan { query: self, store, setting, needle: Needle::of(needles::of(self).iter().map(String::as_str)) };
        let clusters: Vec<Vec<usize>> = store.clusters().into_iter().rev().filter(|cluster| scan.is_in_window(cluster)).collect();
        let mut whole = self.pipeline(setting);
        if !self.is_mergeable() {
            for cluster in &clusters {
                if scan.push(cluster, &mut whole).is_break() {
                    break;
                }
            }
            return whole.finish();
        }
        // A few at a time, so that a query that has its rows ends, and partial results do not pile up.
        for some in clusters.chunks(parallel::width() * 2) {
            let parts = parallel::map(some, |cluster| {
                let mut part = self.pipeline(setting);
                let flow = scan.push(cluster, &mut part);
                (part, flow)
            });
            let mut is_over = setting.cancelled.load(Ordering::Relaxed);
            for (part, flow) in parts {
                is_over |= flow.is_break();
                whole.merge(part);
            }
            if is_over {
                break;
            }
        }
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
    store: &'a Store,
    setting: &'a Setting<'a>,
    /// What every record has that the query finds.
    needle: Needle,
}

impl Scan<'_> {
    fn block(&self, index: usize) -> &Arc<Block> {
        &self.store.blocks()[index]
    }

    fn is_in_window(&self, cluster: &[usize]) -> bool {
        let (from, to) = self.setting.window;
        cluster.iter().filter_map(|block| self.block(*block).extent()).any(|(oldest, newest)| oldest <= to && newest >= from)
    }

    /// The rows of a block that are in the window: they are in order of time.
    fn rows(&self, block: &Block) -> Range<usize> {
        let (from, to) = self.setting.window;
        let first = |is_before: &dyn Fn(i64) -> bool| {
            let (mut low, mut high) = (0, block.len());
            while low < high {
                let middle = low.midpoint(high);
                if is_before(block.at_ms(middle)) { low = middle + 1 } else { high = middle }
            }
            low
        };
        first(&|at| at < from)..first(&|at| at <= to)
    }

    /// Pushes the records of blocks whose times overlap, newest first. Breaks when the query wants no more or is cancelled.
    fn push(&self, cluster: &[usize], to: &mut Pipeline<'_>) -> std::ops::ControlFlow<()> {
        let mut cells: Vec<Arc<Cells>> = Vec::new();
        for block in cluster {
            cells.push(Arc::new(Cells::of(self.block(*block), to.paths())));
        }
        match &cells[..] {
            [one] => self.push_block(one, to),
            _ => self.push_mixed(&cells, to),
        }
    }

    fn push_block(&self, cells: &Arc<Cells>, to: &mut Pipeline<'_>) -> std::ops::ControlFlow<()> {
        let (block, rows) = (cells.block(), self.rows(cells.block()));
        if self.needle.is_empty() && to.absorb(cells, rows.clone()) {
            return std::ops::ControlFlow::Continue(());
        }
        let stretches: Vec<(Range<usize>, bool)> = block.stretches(&self.needle).collect();
        let mut flow = std::ops::ControlFlow::Continue(());
        for (stretch, may_occur) in stretches.into_iter().rev() {
            let stretch = stretch.start.max(rows.start)..stretch.end.min(rows.end);
            if stretch.is_empty() {
                continue;
            }
            if !may_occur {
                to.count(stretch.len() as u64, cells.bytes(stretch));
                continue;
            }
            for row in stretch.rev() {
                flow = to.push_record(Record { cells: Arc::clone(cells), row: row as u32 });
                if flow.is_break() && self.is_over() {
                    return flow;
                }
            }
        }
        if self.is_over() { flow } else { std::ops::ControlFlow::Continue(()) }
    }

    fn push_mixed(&self, cells: &[Arc<Cells>], to: &mut Pipeline<'_>) -> std::ops::ControlFlow<()> {
        let mut places: Vec<(i64, Place)> = Vec::new();
        for (index, cells) in cells.iter().enumerate() {
            let (block, rows) = (cells.block(), self.rows(cells.block()));
            for (stretch, may_occur) in block.stretches(&self.needle) {
                let stretch = stretch.start.max(rows.start)..stretch.end.min(rows.end);
                if stretch.is_empty() {
                } else if may_occur {
                    places.extend(stretch.map(|row| (block.at_ms(row), Place { block: index as u32, row: row as u32 })));
                } else {
                    to.count(stretch.len() as u64, cells.bytes(stretch));
                }
            }
        }
        places.sort_by_key(|(at_ms, _)| *at_ms);
        for (_, place) in places.into_iter().rev() {
            let flow = to.push_record(Record { cells: Arc::clone(&cells[place.block as usize]), row: place.row });
            if flow.is_break() && self.is_over() {
                return flow;
            }
        }
        std::ops::ControlFlow::Continue(())
    }

    /// All records are counted, as the service counts them, unless the query says `limit any` or nobody waits any more.
    fn is_over(&self) -> bool {
        self.query.stops_early() || self.setting.cancelled.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests;
