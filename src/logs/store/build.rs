//! Making a block of lines: order of time, columns, index.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use xxhash_rust::xxh3::Xxh3;

use super::block::{Block, HEAD, IS_BROKEN, IS_JSON, IS_RECORD, Origin, Table};
use super::bytes::{Span, put};
use super::column::{self, Found};
use super::lines::Lines;
use super::paths::{Paths, known};
use super::trigram::Collector;
use super::walk::{self, Kind, Leaf};
use crate::base::clock::iso_ms;

/// Least records and least bytes of a stretch of the index, and bytes at which one ends all the same.
const STRETCH: (usize, usize, usize) = (32, 64 << 10, 256 << 10);

/// Fields that a builder keeps in mind from one block to the next.
const KEPT_FIELDS: usize = 1_024;

/// Longest line of which fields are read; longer ones are kept and found by their text.
const MAX_FIELDS_OF: usize = 16 << 20;

/// A record on its way into a store.
#[derive(Debug, Clone)]
pub struct Incoming<'a> {
    /// Its moment, milliseconds since the epoch; `None` is the `timestamp` in the record, or else [`Self::arrived_ms`].
    pub at_ms: Option<i64>,
    /// When it arrived.
    pub arrived_ms: i64,
    /// Id of its event, or where it stands; may be empty.
    pub id: &'a str,
    /// Where it is from.
    pub origin: &'a Arc<Origin>,
    /// The line, without a line feed at its end.
    pub line: &'a [u8],
}

/// What is known of a record beside its line, see [`Incoming`].
struct About<'a> {
    at_ms: Option<i64>,
    arrived_ms: i64,
    id: &'a str,
    origin: &'a Arc<Origin>,
}

/// Collects lines until they are made a block.
#[derive(Default)]
pub struct Builder {
    lines: Lines,
    rows: Vec<Row>,
    ids: Vec<u8>,
    origins: Vec<Arc<Origin>>,
    paths: Paths,
    leaves: Vec<Leaf>,
    /// Values by field, their places counted from the begin of their line.
    fields: Vec<Vec<Found>>,
}

#[derive(Clone, Copy)]
struct Row {
    at_ms: i64,
    arrived_ms: i64,
    key: u64,
    start: u32,
    id_end: u32,
    origin: u16,
    flags: u8,
}

impl Builder {
    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Bytes of the lines.
    pub fn size(&self) -> usize {
        self.lines.len()
    }

    /// Adds a line; gives its moment.
    pub fn add(&mut self, record: &Incoming<'_>) -> i64 {
        let line = self.lines.push(record.line);
        self.note(&About { at_ms: record.at_ms, arrived_ms: record.arrived_ms, id: record.id, origin: record.origin }, line)
    }

    fn note(&mut self, about: &About<'_>, place: Range<usize>) -> i64 {
        self.leaves.clear();
        let start = place.start as u32;
        let line = &self.lines.bytes()[place];
        let looks_like_json = line.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
        let is_json = looks_like_json && line.len() <= MAX_FIELDS_OF && walk::walk(line, &mut self.paths, &mut self.leaves).is_ok();
        let flags = match (is_json, looks_like_json) {
            (true, _) => IS_JSON | if self.is_record(line) { IS_RECORD } else { 0 },
            (false, true) => IS_BROKEN,
            (false, false) => 0,
        };
        let at_ms = about.at_ms.or_else(|| self.own_time(line)).unwrap_or(about.arrived_ms);
        let key = self.key(about.id, line, flags, at_ms);
        self.note_fields();
        self.ids.extend_from_slice(about.id.as_bytes());
        let (origin, id_end) = (self.origin(about.origin), self.ids.len() as u32);
        self.rows.push(Row { at_ms, arrived_ms: about.arrived_ms, key, start, id_end, origin, flags });
        at_ms
    }

    /// Keeps the leaves of the line that is read, by field.
    fn note_fields(&mut self) {
        let row = self.rows.len() as u32;
        for leaf in &self.leaves {
            let field = leaf.field as usize;
            if self.fields.len() <= field {
                self.fields.resize_with(field + 1, Vec::new);
            }
            let values = &mut self.fields[field];
            // Of a repeated key the last counts, as in a tree.
            if values.last().is_some_and(|value: &Found| value.row == row) {
                values.pop();
            }
            values.push(Found { row, kind: leaf.kind, start: leaf.start, len: leaf.len });
        }
    }

    /// Room for a text whose lines are added next with [`Self::add_unread`], where they are; it is in place of one that was not read to its end.
    pub fn room(&mut self, length: usize) -> &mut [u8] {
        self.lines.room(length)
    }

    /// The part of that text whose lines are not added yet.
    pub fn unread(&self) -> &[u8] {
        self.lines.unread()
    }

    /// Leaves out the next bytes of that text.
    pub fn skip_unread(&mut self, length: usize) {
        self.lines.skip(length);
    }

    /// Adds the next `length` bytes of that text, a line, and leaves out the `gap` after them; gives its moment.
    pub fn add_unread(&mut self, length: usize, gap: usize, arrived_ms: i64, id: &str, origin: &Arc<Origin>) -> i64 {
        let line = self.lines.take_in(length, gap);
        self.note(&About { at_ms: None, arrived_ms, id, origin }, line)
    }

    fn leaf<'a>(&self, field: u32, line: &'a [u8]) -> Option<(Kind, &'a [u8])> {
        let leaf = self.leaves.iter().find(|leaf| leaf.field == field)?;
        Some((leaf.kind, line.get(leaf.start as usize..(leaf.start + leaf.len) as usize)?))
    }

    fn is_record(&self, line: &[u8]) -> bool {
        let is_text = |field| self.leaf(field, line).is_some_and(|(kind, _)| matches!(kind, Kind::Text | Kind::Escaped));
        let schema = self.leaf(known::SCHEMA_TYPE, line);
        schema == Some((Kind::Text, b"ModelInvocationLog")) || (is_text(known::MODEL_ID) && is_text(known::OPERATION))
    }

    /// The `timestamp` of the record: ISO 8601, or milliseconds since the epoch.
    fn own_time(&self, line: &[u8]) -> Option<i64> {
        let (kind, text) = self.leaf(known::TIMESTAMP, line)?;
        let text = std::str::from_utf8(text).ok()?;
        match kind {
            Kind::Text => iso_ms(text),
            Kind::Number => text.parse().ok(),
            _ => None,
        }
    }

    /// Copies of an invocation's record are told by request and time, whichever way they came; other lines by their id.
    fn key(&self, event_id: &str, line: &[u8], flags: u8, at_ms: i64) -> u64 {
        let mut hash = Xxh3::new();
        let request = self.leaf(known::REQUEST_ID, line).filter(|(_, id)| flags & IS_RECORD != 0 && !id.is_empty());
        if let Some((_, id)) = request {
            hash.update(id);
            hash.update(self.leaf(known::TIMESTAMP, line).map_or(b"", |(_, time)| time));
        } else {
            hash.update(event_id.as_bytes());
            hash.update(&at_ms.to_le_bytes());
            hash.update(line);
        }
        hash.digest()
    }

    fn origin(&mut self, origin: &Arc<Origin>) -> u16 {
        let known = self.origins.iter().rposition(|known| Arc::ptr_eq(known, origin) || known == origin);
        known.unwrap_or_else(|| {
            self.origins.push(Arc::clone(origin));
            self.origins.len() - 1
        }) as u16
    }

    /// Whether another line, of so many bytes, needs a new block.
    pub fn is_full(&self, more: usize) -> bool {
        self.size() + more + self.ids.len() > (u32::MAX / 2) as usize || self.origins.len() >= usize::from(u16::MAX) - 1
    }

    /// The block; the builder begins anew.
    pub fn finish(&mut self) -> Block {
        let mut data = self.laid();
        data.shrink_to_fit();
        self.clear(Vec::new());
        Block::open(Bytes::from(data), false).expect("it was laid down just now")
    }

    /// Gives the bytes of the block to `take`; the builder begins anew, in the same room.
    pub fn finish_with<R>(&mut self, take: impl FnOnce(&[u8]) -> R) -> R {
        let data = self.laid();
        let taken = take(&data);
        self.clear(data);
        taken
    }

    /// The bytes of the block.
    fn laid(&mut self) -> Vec<u8> {
        let order = self.order();
        let mut table = Table { records: self.rows.len() as u32, is_cut: self.paths.is_cut, ..Table::default() };
        let starts = self.lay_lines(order.as_deref());
        let mut data = self.lines.begin();
        data.reserve(data.len() / 4);
        table.raw = Span::new(HEAD, data.len() - HEAD);
        self.lay_rows(order.as_deref(), &starts, &mut data, &mut table);
        self.lay_columns(order.as_deref(), &starts, &mut data, &mut table);
        lay_index(&starts, &mut data, &mut table);
        table.origins = std::mem::take(&mut self.origins);
        Block::close(&mut data, &table);
        data
    }

    /// Keeps the room of what was collected, and paths unless there are many.
    fn clear(&mut self, room: Vec<u8>) {
        self.lines.clear(room);
        self.rows.clear();
        self.ids.clear();
        self.fields.iter_mut().for_each(Vec::clear);
        if self.paths.is_cut || self.fields.len() > KEPT_FIELDS {
            self.paths = Paths::default();
            self.fields.clear();
        }
    }

    /// The lines in order of time; nothing when they stand so already.
    fn order(&self) -> Option<Vec<u32>> {
        if self.rows.is_sorted_by_key(|row| row.at_ms) {
            return None;
        }
        let mut order: Vec<u32> = (0..self.rows.len() as u32).collect();
        order.sort_by_key(|row| self.rows[*row as usize].at_ms);
        Some(order)
    }

    /// The rows in this order.
    fn ordered<'a>(&'a self, order: Option<&'a [u32]>) -> impl ExactSizeIterator<Item = usize> + 'a {
        (0..self.rows.len()).map(move |row| order.map_or(row, |order| order[row] as usize))
    }

    /// Where a line stands, with its line feed.
    fn place(&self, row: usize) -> Range<usize> {
        let end = self.rows.get(row + 1).map_or(self.lines.len(), |next| next.start as usize);
        self.rows[row].start as usize..end
    }

    /// Puts the lines in order; gives where each begins now, and where the last ends.
    fn lay_lines(&mut self, order: Option<&[u32]>) -> Vec<u32> {
        let places: Vec<Range<usize>> = self.ordered(order).map(|row| self.place(row)).collect();
        let lengths = places.iter().map(|place| place.len() as u32);
        let starts = std::iter::once(0).chain(lengths.scan(0, |end, length| {
            *end += length;
            Some(*end)
        }));
        let starts = starts.collect();
        if order.is_some() {
            self.lines.put_in_order(places.into_iter());
        }
        starts
    }

    fn lay_rows(&self, order: Option<&[u32]>, starts: &[u32], data: &mut Vec<u8>, table: &mut Table) {
        let rows = || self.ordered(order).map(|row| &self.rows[row]);
        table.starts = put(data, starts.iter().map(|start| start.to_le_bytes()));
        table.times = put(data, rows().map(|row| row.at_ms.to_le_bytes()));
        table.arrivals = put(data, rows().map(|row| row.arrived_ms.to_le_bytes()));
        table.keys = put(data, rows().map(|row| row.key.to_le_bytes()));
        table.origin = put(data, rows().map(|row| row.origin.to_le_bytes()));
        table.flags = put(data, rows().map(|row| [row.flags]));
        if self.ids.is_empty() {
            return;
        }
        let id = |row: usize| {
            let start = row.checked_sub(1).map_or(0, |before| self.rows[before].id_end);
            start as usize..self.rows[row].id_end as usize
        };
        let start = data.len();
        self.ordered(order).for_each(|row| data.extend_from_slice(&self.ids[id(row)]));
        table.ids = Span::new(start, data.len() - start);
        let mut end = 0;
        let ends = self.ordered(order).map(|row| {
            end += id(row).len() as u32;
            end
        });
        table.id_starts = put(data, std::iter::once(0).chain(ends).map(u32::to_le_bytes));
    }

    fn lay_columns(&mut self, order: Option<&[u32]>, starts: &[u32], data: &mut Vec<u8>, table: &mut Table) {
        let places = order.map(|order| {
            let mut places = vec![0; order.len()];
            order.iter().enumerate().for_each(|(new, old)| places[*old as usize] = new as u32);
            places
        });
        let records = self.rows.len();
        let mut column = Vec::new();
        for (field, found) in self.fields.iter_mut().enumerate().filter(|(_, found)| !found.is_empty()) {
            for value in found.iter_mut() {
                if let Some(places) = &places {
                    value.row = places[value.row as usize];
                }
                value.start += starts[value.row as usize];
            }
            if places.is_some() && !found.is_sorted_by_key(|value| value.row) {
                found.sort_unstable_by_key(|value| value.row);
            }
            column.clear();
            let raw = &data[HEAD..HEAD + starts[records] as usize];
            let layout = column::lay(self.paths.name(field as u32), found, records, raw, &mut column);
            table.columns.push(layout.moved(data.len()));
            data.extend_from_slice(&column);
        }
    }
}

fn lay_index(starts: &[u32], data: &mut Vec<u8>, table: &mut Table) {
    let records = starts.len() - 1;
    let (mut collector, mut ends) = (Collector::default(), vec![0_u32]);
    let mut from = 0;
    while from < records {
        let of_size = |size: usize| from + starts[from..].partition_point(|start| ((start - starts[from]) as usize) < size);
        let to = (from + STRETCH.0).max(of_size(STRETCH.1)).min(of_size(STRETCH.2)).clamp(from + 1, records);
        collector.stretch(&data[HEAD + starts[from] as usize..HEAD + starts[to] as usize]);
        ends.push(to as u32);
        from = to;
    }
    table.stretches = put(data, ends.into_iter().map(u32::to_le_bytes));
    let start = data.len();
    collector.index(data);
    table.index = Span::new(start, data.len() - start);
}

/// A block of these lines, as tests and small loads make them.
pub fn block_of<'a>(records: impl IntoIterator<Item = Incoming<'a>>) -> Block {
    let mut builder = Builder::default();
    for record in records {
        builder.add(&record);
    }
    builder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::store::column::Cell;
    use serde_json::json;

    fn origin() -> Arc<Origin> {
        Arc::new(Origin { log: "1:g".to_owned(), stream: "s".to_owned() })
    }

    fn block(lines: &[(Option<i64>, &str)]) -> Block {
        let origin = origin();
        block_of(lines.iter().map(|(at_ms, line)| Incoming {
            at_ms: *at_ms,
            arrived_ms: 7,
            id: "",
            origin: &origin,
            line: line.as_bytes(),
        }))
    }

    #[test]
    fn lines_stand_in_order_of_time_untouched() {
        let block = block(&[
            (Some(20), r#"{"a": 2}"#),
            (Some(10), "Permissions are correctly set"),
            (None, r#"{"timestamp":"1970-01-01T00:00:01Z","a":1}"#),
            (Some(15), "{broken"),
        ]);
        let lines: Vec<_> = (0..4).map(|row| (block.at_ms(row), String::from_utf8(block.line(row).to_vec()).unwrap())).collect();
        assert_eq!(lines[0], (10, "Permissions are correctly set".to_owned()));
        assert_eq!(lines[1], (15, "{broken".to_owned()));
        assert_eq!((lines[2].0, lines[3].0), (20, 1_000));
        assert_eq!((block.is_json(0), block.is_broken(1), block.is_json(2), block.is_record(2)), (false, true, true, false));
        let column = block.column("a").unwrap();
        assert_eq!(
            (0..4).map(|row| column.cell(row)).collect::<Vec<_>>(),
            [Cell::Nothing, Cell::Nothing, Cell::Number(2.0), Cell::Number(1.0)]
        );
        assert_eq!((column.count(), block.column("b").is_none(), block.origin(3).unwrap().stream.as_str()), (2, true, "s"));
    }

    #[test]
    fn columns_take_the_form_of_their_values() {
        let lines: Vec<(Option<i64>, String)> = (0..100)
            .map(|n| {
                let rare = (n % 40 == 0).then_some("ThrottlingException");
                let mixed = if n % 2 == 0 { json!(n) } else { json!(n.to_string()) };
                let model = ["haiku", "opus"][n as usize % 2];
                (Some(n), json!({"model": model, "tokens": n, "half": n as f64 / 2.0, "id": format!("id \"{n}\""), "errorCode": rare, "mixed": mixed, "list": [n, []], "yes": true}).to_string())
            })
            .collect();
        let block = block(&lines.iter().map(|(at, line)| (*at, line.as_str())).collect::<Vec<_>>());
        let cell = |name: &str, row| block.column(name).unwrap().cell(row);
        assert_eq!((cell("model", 3).text(), cell("tokens", 42), cell("half", 3)), (Some("opus"), Cell::Number(42.0), Cell::Number(1.5)));
        assert_eq!(
            (cell("id", 7).text(), cell("errorCode", 40).text(), cell("errorCode", 41)),
            (Some("id \"7\""), Some("ThrottlingException"), Cell::Nothing)
        );
        assert_eq!((cell("mixed", 2), cell("mixed", 3).text()), (Cell::Number(2.0), Some("3")));
        assert_eq!(
            (cell("list.0", 9), cell("list.1", 9), cell("yes", 9)),
            (Cell::Number(9.0), Cell::Structure("[]".into()), Cell::Truth(true))
        );
        assert!(matches!(block.column("model").unwrap().whole(), column::Whole::Codes(_)));
        assert_eq!(block.column("model").unwrap().texts(), ["haiku", "opus"]);
        assert!(matches!(block.column("tokens").unwrap().whole(), column::Whole::Small { .. }));
        assert!(!block.knows("list") && block.knows("nothing"));
    }

    #[test]
    fn a_record_is_known_by_request_and_time() {
        let record = |n: i64, at: &str| json!({"schemaType": "ModelInvocationLog", "requestId": "r", "timestamp": at, "n": n}).to_string();
        let (a, b, c) = (record(1, "2026-03-02T12:00:00Z"), record(2, "2026-03-02T12:00:00Z"), record(1, "2026-03-02T12:00:01Z"));
        let block = block(&[(None, &a), (None, &b), (None, &c)]);
        assert_eq!((block.key(0), block.is_record(0)), (block.key(1), true));
        assert_ne!(block.key(0), block.key(2));
    }

    #[test]
    fn damaged_bytes_are_no_block() {
        let whole = block(&[(Some(1), r#"{"a":1}"#)]).bytes().to_vec();
        for cut in 0..whole.len() {
            assert!(Block::open(Bytes::copy_from_slice(&whole[..cut]), false).is_err(), "{cut}");
        }
        let mut newer = whole.clone();
        newer[8] = 9;
        assert!(Block::open(Bytes::from(newer), false).unwrap_err().to_string().contains("version 9"));
        let mut changed = whole;
        let last = changed.len() - 3;
        changed[last] ^= 1;
        assert!(Block::open(Bytes::from(changed), false).is_err());
    }
}
