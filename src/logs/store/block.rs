//! A block: some thousand records with their index and columns, in one stretch of bytes that lies in memory or is a mapped file.
//!
//! Layout: a head of [`HEAD`] bytes (magic, version, place of the table, its checksum), the records one a line as they came, then what was made of
//! them, then the table of contents as JSON. A file is written beside its name and renamed, so that it is whole or not there.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::bytes::{Span, i64_at, u16_at, u32_at, u64_at};
use super::column::{Column, Layout};
use super::trigram;

/// First bytes of a block.
const MAGIC: &[u8; 8] = b"OUTCROPB";
/// Version of the layout; others are not read.
pub const VERSION: u32 = 4;
/// Bytes before the records.
pub(super) const HEAD: usize = 32;

/// The line is a JSON object.
pub(super) const IS_JSON: u8 = 1;
/// It is the record of an invocation.
pub(super) const IS_RECORD: u8 = 2;
/// It looks like JSON and is none.
pub(super) const IS_BROKEN: u8 = 4;

/// What a block holds and where.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Table {
    pub(super) records: u32,
    pub(super) raw: Span,
    /// Where each line begins in the records, and where the last ends: `u32`.
    pub(super) starts: Span,
    /// Moments, `i64` milliseconds, ascending.
    pub(super) times: Span,
    /// Moments of arrival.
    pub(super) arrivals: Span,
    /// What tells a record from others: `u64`.
    pub(super) keys: Span,
    /// Index into `origins`: `u16`.
    pub(super) origin: Span,
    pub(super) flags: Span,
    /// Ids of events, one after the other, and where each begins and the last ends.
    pub(super) ids: Span,
    pub(super) id_starts: Span,
    /// Record at which each stretch of the index begins, and the number of records: `u32`.
    pub(super) stretches: Span,
    /// Which trigrams occur in which stretch.
    pub(super) index: Span,
    pub(super) origins: Vec<Arc<Origin>>,
    pub(super) columns: Vec<Layout>,
    /// Whether some fields have no column because there were too many.
    pub(super) is_cut: bool,
}

/// Where records are from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// `ACCOUNT:GROUP`, or the name of a file or bucket.
    pub log: String,
    /// The log stream, or the name of the object.
    pub stream: String,
}

/// Why bytes are no block.
#[derive(Debug, thiserror::Error)]
pub enum BlockError {
    /// Not ours.
    #[error("it is not a block of records")]
    Foreign,
    /// Of another version.
    #[error("it has version {0}, this program reads version {VERSION}")]
    Version(u32),
    /// Parts are missing or changed.
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
}

/// Some thousand records, in order of time.
#[derive(Debug)]
pub struct Block {
    data: Bytes,
    table: Table,
    by_name: HashMap<String, usize>,
    /// Names of several columns, as of `{"a.b": 1}` and `{"a": {"b": 1}}`.
    ambiguous: HashSet<String>,
    is_sealed: bool,
}

impl Block {
    /// Reads the head and the table of contents.
    pub(super) fn open(data: Bytes, is_sealed: bool) -> Result<Self, BlockError> {
        if data.get(..8) != Some(MAGIC) {
            return Err(BlockError::Foreign);
        }
        let version = u32_at(&data[8..], 0).ok_or(BlockError::Foreign)?;
        if version != VERSION {
            return Err(BlockError::Version(version));
        }
        let head = data.get(16..HEAD).ok_or(BlockError::Damaged("it ends in its head"))?;
        let (at, sum) = u64_at(head, 0).zip(u64_at(head, 1)).ok_or(BlockError::Foreign)?;
        let json = usize::try_from(at).ok().and_then(|at| data.get(at..)).ok_or(BlockError::Damaged("it ends before its table"))?;
        if xxh3_64(json) != sum {
            return Err(BlockError::Damaged("its table is not as it was written"));
        }
        let table: Table = serde_json::from_slice(json).map_err(|_| BlockError::Damaged("its table cannot be read"))?;
        let mut by_name = HashMap::new();
        let mut ambiguous = HashSet::new();
        for (index, layout) in table.columns.iter().enumerate() {
            if by_name.insert(layout.name.clone(), index).is_some() {
                ambiguous.insert(layout.name.clone());
            }
        }
        by_name.retain(|name, _| !ambiguous.contains(name));
        let block = Self { data, table, by_name, ambiguous, is_sealed };
        block.is_whole().then_some(block).ok_or(BlockError::Damaged("its parts do not fit together"))
    }

    /// Whether every part that is read without further looks is there.
    fn is_whole(&self) -> bool {
        let (table, records) = (&self.table, self.len());
        let has = |span: Span, size: usize| span.of(&self.data).is_some_and(|bytes| bytes.len() == size);
        has(table.starts, (records + 1) * 4)
            && has(table.times, records * 8)
            && has(table.arrivals, records * 8)
            && has(table.keys, records * 8)
            && has(table.origin, records * 2)
            && has(table.flags, records)
            && table.raw.of(&self.data).is_some()
    }

    /// Puts the head and the table around the parts in `data`, which begin after [`HEAD`] bytes of room.
    pub(super) fn close(data: &mut Vec<u8>, table: &Table) {
        let json = serde_json::to_vec(table).unwrap_or_default();
        let at = data.len() as u64;
        data[..8].copy_from_slice(MAGIC);
        data[8..12].copy_from_slice(&VERSION.to_le_bytes());
        data[16..24].copy_from_slice(&at.to_le_bytes());
        data[24..32].copy_from_slice(&xxh3_64(&json).to_le_bytes());
        data.extend(json);
    }

    fn part(&self, span: Span) -> &[u8] {
        span.of(&self.data).unwrap_or_default()
    }

    /// All bytes, as a file has them.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.data
    }

    /// Whether the bytes are a mapped file, which needs no memory of the program's own.
    pub fn is_sealed(&self) -> bool {
        self.is_sealed
    }

    /// How many records it holds.
    pub fn len(&self) -> usize {
        self.table.records as usize
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of the records as they came, a line feed after each.
    pub fn raw(&self) -> &[u8] {
        self.part(self.table.raw)
    }

    /// Bytes in all.
    pub fn size(&self) -> usize {
        self.data.len()
    }

    /// Where the records `row..` begin in [`Self::raw`]; `row` may be the number of records.
    pub fn start(&self, row: usize) -> usize {
        u32_at(self.part(self.table.starts), row).map_or_else(|| self.raw().len(), |at| at as usize)
    }

    /// The record in whose line the byte `at` of [`Self::raw`] is; `from` is a record at or before it.
    pub fn row_at(&self, at: usize, from: usize) -> usize {
        let starts = self.part(self.table.starts);
        // Doubling steps from the last place: hits come in order.
        let (mut low, mut step) = (from, 1);
        while low + step < self.len() && u32_at(starts, low + step).is_some_and(|start| start as usize <= at) {
            low += step;
            step *= 2;
        }
        let mut high = (low + step).min(self.len());
        while low + 1 < high {
            let middle = low.midpoint(high);
            if u32_at(starts, middle).is_some_and(|start| start as usize <= at) {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The line of a record as it came, sharing the block's bytes.
    pub fn line(&self, row: usize) -> Bytes {
        let raw = self.raw();
        let (start, end) = (self.start(row).min(raw.len()), self.start(row + 1).min(raw.len()));
        let line = raw.get(start..end).unwrap_or_default();
        self.data.slice_ref(line.strip_suffix(b"\n").unwrap_or(line))
    }

    /// The moment of a record, milliseconds since the epoch.
    pub fn at_ms(&self, row: usize) -> i64 {
        i64_at(self.part(self.table.times), row).unwrap_or_default()
    }

    /// All moments, `i64` of eight bytes each, ascending: read with [`time_at`].
    pub fn times(&self) -> &[u8] {
        self.part(self.table.times)
    }

    /// When a record arrived.
    pub fn arrived_ms(&self, row: usize) -> i64 {
        i64_at(self.part(self.table.arrivals), row).unwrap_or_default()
    }

    /// What tells a record from others: the same for copies of it that came by other ways.
    pub fn key(&self, row: usize) -> u64 {
        u64_at(self.part(self.table.keys), row).unwrap_or_default()
    }

    /// Where records are from.
    pub fn origins(&self) -> &[Arc<Origin>] {
        &self.table.origins
    }

    /// Index into [`Self::origins`] of a record.
    pub fn origin_index(&self, row: usize) -> Option<usize> {
        u16_at(self.part(self.table.origin), row).map(usize::from)
    }

    /// Where a record is from.
    pub fn origin(&self, row: usize) -> Option<&Arc<Origin>> {
        self.table.origins.get(self.origin_index(row)?)
    }

    /// The id of a record's event; its key where it has none.
    pub fn id(&self, row: usize) -> String {
        let id = self.own_id(row);
        if id.is_empty() { format!("{:016x}", self.key(row)) } else { id }
    }

    /// The id that came with a record; may be empty.
    pub(super) fn own_id(&self, row: usize) -> String {
        let starts = self.part(self.table.id_starts);
        let id = u32_at(starts, row).zip(u32_at(starts, row + 1));
        let id = id.and_then(|(from, to)| self.part(self.table.ids).get(from as usize..to as usize));
        String::from_utf8_lossy(id.unwrap_or_default()).into_owned()
    }

    fn has_flag(&self, row: usize, flag: u8) -> bool {
        self.part(self.table.flags).get(row).is_some_and(|flags| flags & flag != 0)
    }

    /// Whether the line is a JSON object.
    pub fn is_json(&self, row: usize) -> bool {
        self.has_flag(row, IS_JSON)
    }

    /// Whether it is the record of an invocation.
    pub fn is_record(&self, row: usize) -> bool {
        self.has_flag(row, IS_RECORD)
    }

    /// Whether it looks like JSON and is none.
    pub fn is_broken(&self, row: usize) -> bool {
        self.has_flag(row, IS_BROKEN)
    }

    /// The oldest and the newest moment.
    pub fn extent(&self) -> Option<(i64, i64)> {
        (!self.is_empty()).then(|| (self.at_ms(0), self.at_ms(self.len() - 1)))
    }

    /// The column of a field.
    pub fn column(&self, name: &str) -> Option<Column<'_>> {
        self.column_at(self.column_number(name)?)
    }

    /// The number of the column of a field, to find it faster.
    pub fn column_number(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The column of a number.
    pub fn column_at(&self, number: usize) -> Option<Column<'_>> {
        Column::new(self.table.columns.get(number)?, self.raw(), &self.data)
    }

    /// All columns.
    pub fn columns(&self) -> impl Iterator<Item = Column<'_>> {
        self.table.columns.iter().filter_map(|layout| Column::new(layout, self.raw(), &self.data))
    }

    /// Whether the field `name` can be read from columns alone: it has one, or no record has a structure of that name or fields beyond the columns.
    pub fn knows(&self, name: &str) -> bool {
        let inside = |column: &Layout| column.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        !self.table.is_cut && !self.ambiguous.contains(name) && !self.table.columns.iter().any(inside)
    }

    /// The records among `rows` whose lines may have the texts of `needle`, in their order; the others surely lack one. Without a text it is all.
    pub fn candidates(&self, needle: &trigram::Needle, rows: std::ops::Range<usize>) -> Vec<u32> {
        if needle.is_empty() {
            return (rows.start as u32..rows.end as u32).collect();
        }
        let mut found: Vec<u32> = Vec::new();
        for stretch in self.stretches(needle) {
            let within = stretch.start.max(rows.start)..stretch.end.min(rows.end);
            if within.is_empty() {
                continue;
            }
            let mut row = within.start;
            needle.each(self.raw(), self.start(within.start)..self.start(within.end), |at| {
                row = self.row_at(at, row);
                found.push(row as u32);
                self.start(row + 1)
            });
        }
        found
    }

    /// The needle made faster for records like these, if many of them may have it; it is not worth it where the index leaves few.
    pub fn suited(&self, needle: &trigram::Needle) -> Option<trigram::Needle> {
        let may: usize = self.stretches(needle).iter().map(ExactSizeIterator::len).sum();
        (may > self.len() / 4).then(|| needle.suited_to(self.raw())).flatten()
    }

    /// The records of stretches in which the texts of `needle` may be; stretches that follow one another are one.
    fn stretches(&self, needle: &trigram::Needle) -> Vec<std::ops::Range<usize>> {
        let ends = self.part(self.table.stretches);
        let count = (ends.len() / 4).saturating_sub(1);
        let may = needle.stretches(self.part(self.table.index), count);
        let mut found: Vec<std::ops::Range<usize>> = Vec::new();
        for index in (0..count).filter(|index| may[index / 8] >> (index % 8) & 1 == 1) {
            let (from, to) = (u32_at(ends, index).unwrap_or(0) as usize, u32_at(ends, index + 1).unwrap_or(0) as usize);
            match found.last_mut() {
                Some(last) if last.end == from => last.end = to,
                _ => found.push(from..to),
            }
        }
        found
    }
}

/// The moment at `row` of [`Block::times`].
pub fn time_at(times: &[u8], row: usize) -> i64 {
    i64_at(times, row).unwrap_or_default()
}
