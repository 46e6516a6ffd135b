//! Columns: the values of one field in the records of a block, in the form that suits them.
//!
//! Owns how a column lies in a block's bytes, its making and its reading. Texts are not copied: a column says where they stand in the records.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::bytes::{Span, f64_at, put, u16_at, u32_at};
use super::walk::{Kind, unescaped};

/// Most different texts of a column of codes.
const MAX_CODES: usize = 1_024;
/// The code of records without a value.
const NO_CODE: u16 = u16::MAX;
/// The small number of records without one; all others are below it.
const NO_SMALL: u16 = u16::MAX;

/// How a column lies in its block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Layout {
    /// The dotted path.
    pub(super) name: String,
    form: Form,
    /// Records that have a value.
    pub(super) count: u32,
    /// Which records have one, `u32` each, ascending; nothing when values stand for all records.
    rows: Option<Span>,
    /// The values: `f64`, small numbers or codes of two bytes, or places of eight.
    values: Span,
    /// Places of the texts of codes.
    texts: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Form {
    /// Numbers; none is not a number.
    Numbers,
    /// Whole numbers from 0 to the one that is given, below 65,535: counts of tokens, milliseconds, states of HTTP mostly are.
    Small { most: u16 },
    /// Codes of a few texts.
    Codes,
    /// Where each value stands in the records, and its kind.
    Places,
}

/// A value while columns are made: its record, what it is, and where it stands in the block's records.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) row: u32,
    pub(super) kind: Kind,
    pub(super) start: u32,
    pub(super) len: u32,
}

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// The record has no such field.
    Nothing,
    /// A number.
    Number(f64),
    /// A truth value.
    Truth(bool),
    /// A text, unescaped.
    Text(Cow<'a, str>),
    /// JSON of a structure.
    Structure(Cow<'a, str>),
}

impl Cell<'_> {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

impl Layout {
    /// The same in bytes that stand `by` further back.
    pub(super) fn moved(mut self, by: usize) -> Self {
        self.rows = self.rows.map(|rows| rows.moved(by));
        (self.values, self.texts) = (self.values.moved(by), self.texts.moved(by));
        self
    }
}

/// Lays the values of a field down in `to`, given in order of records; `raw` are the records.
pub(super) fn lay(name: &str, found: &[Found], records: usize, raw: &[u8], to: &mut Vec<u8>) -> Layout {
    let is = |kinds: &[Kind]| found.iter().all(|value| kinds.contains(&value.kind));
    // With a list of records beside it a sparse column is smaller.
    let is_sparse = found.len() * 3 < records;
    let rows = is_sparse.then(|| put(to, found.iter().map(|value| value.row.to_le_bytes())));
    let layout = |form, values, texts| Layout { name: name.to_owned(), form, count: found.len() as u32, rows, values, texts };
    let room = if is_sparse { None } else { Some(records) };
    if is(&[Kind::Number]) {
        if let Some((numbers, most)) = small(found, raw) {
            let numbers = found.iter().zip(numbers).map(|(value, number)| (value.row, number.to_le_bytes()));
            return layout(Form::Small { most }, spread(numbers, room, NO_SMALL.to_le_bytes(), to), Span::default());
        }
        let numbers = found.iter().map(|value| (value.row, number(bytes_of(raw, value)).to_le_bytes()));
        return layout(Form::Numbers, spread(numbers, room, f64::NAN.to_le_bytes(), to), Span::default());
    }
    if is(&[Kind::Text, Kind::Escaped])
        && let Some((codes, texts)) = coded(found, raw)
    {
        let codes = found.iter().zip(codes).map(|(value, code)| (value.row, code.to_le_bytes()));
        let values = spread(codes, room, NO_CODE.to_le_bytes(), to);
        let texts = put(to, texts.into_iter().map(|at| place(&found[at])));
        return layout(Form::Codes, values, texts);
    }
    let places = found.iter().map(|value| (value.row, place(value)));
    let values = spread(places, room, [u8::MAX; 8], to);
    layout(Form::Places, values, Span::default())
}

/// The numbers and the largest of them, if all are small.
fn small(found: &[Found], raw: &[u8]) -> Option<(Vec<u16>, u16)> {
    let digits = |value: &Found| {
        let text = bytes_of(raw, value);
        let is_plain = (1..=5).contains(&text.len()) && text.iter().all(u8::is_ascii_digit);
        let number = is_plain.then(|| text.iter().fold(0_u32, |sum, digit| sum * 10 + u32::from(digit - b'0')))?;
        u16::try_from(number).ok().filter(|number| *number < NO_SMALL)
    };
    let numbers: Vec<u16> = found.iter().map(digits).collect::<Option<_>>()?;
    let most = numbers.iter().copied().max()?;
    Some((numbers, most))
}

/// Puts values one after the other, or at their records' places with `empty` between.
fn spread<const N: usize>(values: impl Iterator<Item = (u32, [u8; N])>, records: Option<usize>, empty: [u8; N], to: &mut Vec<u8>) -> Span {
    let start = to.len();
    let Some(records) = records else {
        return put(to, values.map(|(_, bytes)| bytes));
    };
    to.resize(start + records * N, 0);
    let room = &mut to[start..];
    if empty != [0; N] {
        room.chunks_exact_mut(N).for_each(|chunk| chunk.copy_from_slice(&empty));
    }
    for (row, bytes) in values {
        room[row as usize * N..][..N].copy_from_slice(&bytes);
    }
    Span::new(start, records * N)
}

fn bytes_of<'a>(raw: &'a [u8], value: &Found) -> &'a [u8] {
    raw.get(value.start as usize..).and_then(|rest| rest.get(..value.len as usize)).unwrap_or_default()
}

/// The code of each value, and for each code a value that has it; nothing when there are too many different ones.
fn coded(found: &[Found], raw: &[u8]) -> Option<(Vec<u16>, Vec<usize>)> {
    let most = MAX_CODES.min(found.len() / 4 + 4);
    let (mut known, mut texts): (HashMap<&[u8], u16, foldhash::fast::FixedState>, Vec<usize>) = Default::default();
    let mut codes = Vec::with_capacity(found.len());
    // The texts seen lately, by length and last byte: comparing is faster than hashing.
    let mut lately: [(&[u8], u16); 16] = [(&[], NO_CODE); 16];
    for (at, value) in found.iter().enumerate() {
        let text = bytes_of(raw, value);
        let seen = &mut lately[(text.len() ^ usize::from(text.last().copied().unwrap_or_default())) % 16];
        if seen.1 == NO_CODE || seen.0 != text {
            let next = texts.len();
            let code = *known.entry(text).or_insert_with(|| {
                texts.push(at);
                next as u16
            });
            if texts.len() > most {
                return None;
            }
            *seen = (text, code);
        }
        codes.push(seen.1);
    }
    Some((codes, texts))
}

/// Start, and length with the kind in its upper three bits. Values of more than half a gigabyte do not occur: lines are bounded.
fn place(value: &Found) -> [u8; 8] {
    let len = (value.len & 0x1FFF_FFFF) | ((value.kind as u32) << 29);
    (u64::from(value.start) | (u64::from(len) << 32)).to_le_bytes()
}

/// The values of some records, as bytes; fewer where the column is damaged.
fn part<'a, const N: usize>(values: &'a [u8], rows: &Range<usize>) -> &'a [[u8; N]] {
    values.as_chunks::<N>().0.get(rows.clone()).unwrap_or_default()
}

/// A JSON number; what is none is not a number.
fn number(text: &[u8]) -> f64 {
    if !text.is_empty() && text.len() <= 15 && text.iter().all(u8::is_ascii_digit) {
        return text.iter().fold(0_u64, |sum, digit| sum * 10 + u64::from(digit - b'0')) as f64;
    }
    std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).unwrap_or(f64::NAN)
}

/// A column of a block.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    layout: &'a Layout,
    raw: &'a [u8],
    rows: Option<&'a [u8]>,
    values: &'a [u8],
    texts: &'a [u8],
}

/// A column in the form in which whole columns are worked on.
#[derive(Debug, Clone, Copy)]
pub enum Whole<'a> {
    /// A number for each record, not a number where there is none: read with [`Column::numbers_at`].
    Numbers(&'a [u8]),
    /// A whole number from 0 to `most` for each record, more where there is none: read with [`Column::small_at`].
    Small {
        /// The values.
        values: &'a [u8],
        /// The largest of them.
        most: u16,
    },
    /// A code for each record.
    Codes(&'a [u8]),
    /// Anything else.
    Other,
}

impl<'a> Column<'a> {
    pub(super) fn new(layout: &'a Layout, raw: &'a [u8], data: &'a [u8]) -> Option<Self> {
        let rows = match &layout.rows {
            Some(span) => Some(span.of(data)?),
            None => None,
        };
        Some(Self { layout, raw, rows, values: layout.values.of(data)?, texts: layout.texts.of(data)? })
    }

    /// The dotted path.
    pub fn name(&self) -> &'a str {
        &self.layout.name
    }

    /// How many records have a value.
    pub fn count(&self) -> u32 {
        self.layout.count
    }

    /// The value of the record `row`.
    pub fn cell(&self, row: usize) -> Cell<'a> {
        let Some(at) = self.index(row) else { return Cell::Nothing };
        match self.layout.form {
            Form::Numbers => f64_at(self.values, at).filter(|number| !number.is_nan()).map_or(Cell::Nothing, Cell::Number),
            Form::Small { .. } => match u16_at(self.values, at) {
                Some(number) if number != NO_SMALL => Cell::Number(f64::from(number)),
                _ => Cell::Nothing,
            },
            Form::Codes => match u16_at(self.values, at) {
                Some(code) if code != NO_CODE => self.placed(self.texts, code as usize),
                _ => Cell::Nothing,
            },
            Form::Places => self.placed(self.values, at),
        }
    }

    /// Where the value of a record stands among the values.
    fn index(&self, row: usize) -> Option<usize> {
        let Some(rows) = self.rows else { return Some(row) };
        let (mut low, mut high) = (0, rows.len() / 4);
        while low < high {
            let middle = low.midpoint(high);
            let found = u32_at(rows, middle)? as usize;
            match found.cmp(&row) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    fn placed(&self, places: &'a [u8], at: usize) -> Cell<'a> {
        let place = u32_at(places, at * 2).zip(u32_at(places, at * 2 + 1));
        let Some((start, length)) = place.filter(|(_, length)| *length != u32::MAX) else { return Cell::Nothing };
        let text = self.raw.get(start as usize..).and_then(|rest| rest.get(..(length & 0x1FFF_FFFF) as usize)).unwrap_or_default();
        match length >> 29 {
            0 => Cell::Text(String::from_utf8_lossy(text)),
            1 => Cell::Text(Cow::Owned(unescaped(text))),
            2 => Some(number(text)).filter(|number| !number.is_nan()).map_or(Cell::Nothing, Cell::Number),
            3 => Cell::Truth(text == b"true"),
            _ => Cell::Structure(String::from_utf8_lossy(text)),
        }
    }

    /// The form for work on the whole column, if it has one.
    pub fn whole(&self) -> Whole<'a> {
        match (self.layout.form, self.rows) {
            (Form::Numbers, None) => Whole::Numbers(self.values),
            (Form::Small { most }, None) => Whole::Small { values: self.values, most },
            (Form::Codes, None) => Whole::Codes(self.values),
            _ => Whole::Other,
        }
    }

    /// The numbers of some records in [`Whole::Numbers`]; not a number where there is none.
    pub fn numbers_at(values: &[u8], rows: Range<usize>) -> impl Iterator<Item = f64> {
        part(values, &rows).iter().map(|bytes| f64::from_le_bytes(*bytes))
    }

    /// The numbers of some records in [`Whole::Small`]; more than its `most` where there is none.
    pub fn small_at(values: &[u8], rows: Range<usize>) -> impl Iterator<Item = u16> {
        part(values, &rows).iter().map(|bytes| u16::from_le_bytes(*bytes))
    }

    /// The codes of some records in [`Whole::Codes`], below the length of [`Self::texts`] where there is a value.
    pub fn codes_at(values: &[u8], rows: Range<usize>) -> impl Iterator<Item = u16> {
        part(values, &rows).iter().map(|bytes| u16::from_le_bytes(*bytes))
    }

    /// The code of one record in [`Whole::Codes`].
    pub fn code_at(values: &[u8], row: usize) -> usize {
        u16_at(values, row).map_or(usize::MAX, usize::from)
    }

    /// The texts of a column of codes, by code.
    pub fn texts(&self) -> Vec<Cow<'a, str>> {
        let text = |code| match self.placed(self.texts, code) {
            Cell::Text(text) => text,
            _ => Cow::Borrowed(""),
        };
        (0..self.texts.len() / 8).map(text).collect()
    }

    /// The first value there is.
    pub fn example(&self) -> Cell<'a> {
        let first = match self.rows {
            Some(rows) => u32_at(rows, 0).unwrap_or(0) as usize,
            None => 0,
        };
        (first..first + 10_000).map(|row| self.cell(row)).find(|cell| *cell != Cell::Nothing).unwrap_or(Cell::Nothing)
    }
}
