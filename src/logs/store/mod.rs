//! The loaded log records: each once, in order of time, their lines untouched, with columns and an index of their texts.
//!
//! A [`Store`] is a snapshot of [`Block`]s that never changes and is cheap to share; a [`Writer`] adds to a collection, in memory or on disk.
//! Not here: what a filter finds (`view`), queries (`insights`), where records come from (`runtime`, `cli`).

pub mod block;
mod build;
mod bytes;
pub mod column;
pub mod disk;
mod lines;
mod paths;
mod rare_pair;
mod shape;
pub mod trigram;
pub mod walk;
mod writer;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};

use super::record::Interner;
use super::{InvocationRecord, Parsed};

pub use block::{Block, Origin};
pub use build::{Builder, Incoming, block_of};
pub use writer::{Counts, FULL, Writer};

/// One log event: its raw line and what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// CloudWatch's id of the event.
    pub id: Box<str>,
    /// The event's time, milliseconds since the epoch.
    pub at_ms: i64,
    /// The line as it came, untouched.
    pub line: Arc<str>,
    /// What the line is.
    pub parsed: Parsed,
}

impl Entry {
    /// Reads an event.
    pub fn new(id: &str, at_ms: i64, line: &str) -> Self {
        Self::sharing(id, at_ms, line, &mut Interner::default())
    }

    /// Reads an event, sharing repeated texts with others.
    pub fn sharing(id: &str, at_ms: i64, line: &str, texts: &mut Interner) -> Self {
        Self { id: id.into(), at_ms, line: line.into(), parsed: InvocationRecord::parse_sharing(line, texts) }
    }

    /// The invocation, if the event is one.
    pub fn record(&self) -> Option<&InvocationRecord> {
        match &self.parsed {
            Parsed::Invocation(record) => Some(record),
            Parsed::Raw => None,
        }
    }
}

/// Loaded records, oldest first.
#[derive(Clone, Default)]
pub struct Store {
    blocks: Vec<Arc<Block>>,
    len: usize,
    /// All records in order of time, made when it is first asked for.
    order: Arc<OnceLock<Vec<Place>>>,
    /// Records that were looked at lately, by their place in the order.
    opened: Arc<Mutex<HashMap<usize, Arc<Entry>>>>,
}

/// Records kept open: some screens full of rows.
const MAX_OPENED: usize = 1_024;

/// Where a record is: its block and its row there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Index into [`Store::blocks`].
    pub block: u32,
    /// Row of the block.
    pub row: u32,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("len", &self.len).field("blocks", &self.blocks.len()).finish_non_exhaustive()
    }
}

impl PartialEq for Store {
    fn eq(&self, other: &Self) -> bool {
        self.blocks.len() == other.blocks.len() && self.blocks.iter().zip(&other.blocks).all(|(a, b)| Arc::ptr_eq(a, b))
    }
}

impl Store {
    /// A store of these blocks, which must not share records.
    pub(super) fn of(mut blocks: Vec<Arc<Block>>) -> Self {
        blocks.retain(|block| !block.is_empty());
        blocks.sort_by_key(|block| block.extent());
        let len = blocks.iter().map(|block| block.len()).sum();
        Self { blocks, len, ..Self::default() }
    }

    /// The same events with `entries` added, in memory: each once.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "whoever makes entries has no more use for them")]
    pub fn with(&self, entries: Vec<Entry>) -> Self {
        let mut writer = Writer::from(self);
        let origin = Arc::new(Origin { log: String::new(), stream: String::new() });
        let records = entries.iter().map(|entry| Incoming {
            at_ms: Some(entry.at_ms),
            arrived_ms: entry.at_ms,
            id: &entry.id,
            origin: &origin,
            line: entry.line.as_bytes(),
        });
        match writer.add(records) {
            Ok(_) => Arc::unwrap_or_clone(writer.snapshot()),
            Err(error) => unreachable!("a store in memory needs no disk: {error}"),
        }
    }

    /// The blocks, the one with the oldest record first; their times may overlap.
    pub fn blocks(&self) -> &[Arc<Block>] {
        &self.blocks
    }

    /// Indexes of blocks whose times overlap, groups of them from the oldest on: all records of a group are older than those of the next.
    pub fn clusters(&self) -> Vec<Vec<usize>> {
        clusters(&self.blocks)
    }

    /// How many records are loaded.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is loaded.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes of the lines.
    pub fn raw_size(&self) -> u64 {
        self.blocks.iter().map(|block| block.raw().len() as u64).sum()
    }

    /// Where each record is, oldest first.
    pub fn order(&self) -> &[Place] {
        self.order.get_or_init(|| ordered(&self.blocks, self.len))
    }

    /// The event at `index`, oldest first.
    pub fn get(&self, index: usize) -> Option<Arc<Entry>> {
        let place = *self.order().get(index)?;
        let mut opened = self.opened.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(entry) = opened.get(&index) {
            return Some(Arc::clone(entry));
        }
        let entry = Arc::new(self.open(place)?);
        if opened.len() >= MAX_OPENED {
            opened.clear();
        }
        opened.insert(index, Arc::clone(&entry));
        Some(entry)
    }

    /// The event at `place`, read.
    fn open(&self, place: Place) -> Option<Entry> {
        let (block, row) = (self.blocks.get(place.block as usize)?, place.row as usize);
        Some(Entry::new(&block.id(row), block.at_ms(row), &String::from_utf8_lossy(&block.line(row))))
    }

    fn at_ms(&self, place: Place) -> i64 {
        self.blocks.get(place.block as usize).map_or(0, |block| block.at_ms(place.row as usize))
    }

    /// The time of the oldest and of the newest event, milliseconds since the epoch.
    pub fn extent(&self) -> Option<(i64, i64)> {
        let extents = self.blocks.iter().filter_map(|block| block.extent());
        extents.reduce(|(oldest, newest), (from, to)| (oldest.min(from), newest.max(to)))
    }

    /// The newest events first.
    pub fn newest(&self) -> impl Iterator<Item = Arc<Entry>> {
        (0..self.len).rev().filter_map(|index| self.get(index))
    }

    /// The place of the event that is the record of `request_id`, newest first searched.
    pub fn find_request(&self, request_id: &str) -> Option<usize> {
        let needle = trigram::Needle::exact(request_id);
        let in_block = |block: &Block| {
            let column = block.column("requestId")?;
            let is_it = |row: &usize| block.is_record(*row) && column.cell(*row).text() == Some(request_id);
            block.candidates(&needle, 0..block.len()).into_iter().rev().map(|row| row as usize).find(is_it)
        };
        self.blocks
            .iter()
            .enumerate()
            .rev()
            .find_map(|(index, block)| self.index_of(Place { block: index as u32, row: in_block(block)? as u32 }))
    }

    /// The place of the event with this time and id.
    pub fn find(&self, at_ms: i64, id: &str) -> Option<usize> {
        let order = self.order();
        let from = order.partition_point(|place| self.at_ms(*place) < at_ms);
        let same_time = order[from..].iter().take_while(|place| self.at_ms(**place) == at_ms);
        let is_it = |place: &Place| self.blocks.get(place.block as usize).is_some_and(|block| block.id(place.row as usize) == id);
        same_time.enumerate().find(|(_, place)| is_it(place)).map(|(index, _)| from + index)
    }

    /// The place in the order of a record.
    pub fn index_of(&self, place: Place) -> Option<usize> {
        let (order, at_ms) = (self.order(), self.at_ms(place));
        let from = order.partition_point(|other| self.at_ms(*other) < at_ms);
        order[from..].iter().position(|other| *other == place).map(|index| from + index)
    }
}

/// Blocks, which come in order of their oldest record, in groups whose times overlap.
fn clusters(blocks: &[Arc<Block>]) -> Vec<Vec<usize>> {
    let mut clusters: Vec<Vec<usize>> = Vec::new();
    let mut newest = i64::MIN;
    for (index, block) in blocks.iter().enumerate() {
        let Some((from, to)) = block.extent() else { continue };
        match clusters.last_mut() {
            // Records of the same moment may be in either: they stay together too.
            Some(cluster) if from <= newest => cluster.push(index),
            _ => clusters.push(vec![index]),
        }
        newest = newest.max(to);
    }
    clusters
}

/// All records of `blocks` in order of time. Blocks mostly follow one another; only where their times overlap is anything sorted.
fn ordered(blocks: &[Arc<Block>], len: usize) -> Vec<Place> {
    let mut order = Vec::with_capacity(len);
    for cluster in clusters(blocks) {
        let is_alone = cluster.len() == 1;
        let places =
            cluster.into_iter().flat_map(|block| (0..blocks[block].len()).map(move |row| Place { block: block as u32, row: row as u32 }));
        if is_alone {
            order.extend(places);
            continue;
        }
        let mut timed: Vec<(i64, Place)> = places.map(|place| (blocks[place.block as usize].at_ms(place.row as usize), place)).collect();
        // Stable, and fast on runs that are in order already.
        timed.sort_by_key(|(at_ms, _)| *at_ms);
        order.extend(timed.into_iter().map(|(_, place)| place));
    }
    order
}

#[cfg(test)]
mod tests;
