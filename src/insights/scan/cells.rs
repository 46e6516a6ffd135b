//! Records of a block as rows: fields come from columns where they can, else from the line.

use std::ops::Range;
use std::sync::Arc;

use super::super::event::{Event, Pointer};
use super::super::json::Paths;
use super::super::line::Line;
use super::super::value::Value;
use crate::logs::store::Block;
use crate::logs::store::column::{Cell, Column};

/// A block with the fields that a query asks for found in it.
#[derive(Debug)]
pub(in super::super) struct Cells {
    block: Arc<Block>,
    fields: Vec<Field>,
    /// Stream and log by where records are from.
    origins: Vec<(Line, Line)>,
}

/// Where the values of a field are.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Field {
    /// In the column of this number.
    Column(usize),
    /// Nowhere in this block.
    Nowhere,
    /// In the lines: it is a structure, or there is no telling.
    Lines,
}

/// Where the values of a field are, to read them.
pub(super) enum Values<'a> {
    /// In this column.
    Column(Column<'a>),
    /// No record has the field.
    Nowhere,
    /// They must be read from the lines.
    Lines,
}

/// One record of a block.
#[derive(Debug, Clone)]
pub(in super::super) struct Record {
    pub(in super::super) cells: Arc<Cells>,
    pub(in super::super) row: u32,
}

impl Cells {
    pub(in super::super) fn of(block: &Arc<Block>, paths: &Paths) -> Self {
        let field = |name: &String| match (block.knows(name), block.column_number(name)) {
            (true, Some(number)) => Field::Column(number),
            (true, None) => Field::Nowhere,
            (false, _) => Field::Lines,
        };
        let line = |text: &str| Line::from(text);
        let origins = block.origins().iter().map(|origin| (line(&origin.stream), line(&origin.log))).collect();
        Self { block: Arc::clone(block), fields: paths.names().iter().map(field).collect(), origins }
    }

    pub(in super::super) fn block(&self) -> &Arc<Block> {
        &self.block
    }

    /// Where the values of the field at `place` are.
    pub(super) fn values(&self, place: usize) -> Values<'_> {
        match self.fields.get(place) {
            Some(Field::Column(number)) => self.block.column_at(*number).map_or(Values::Lines, Values::Column),
            Some(Field::Nowhere) => Values::Nowhere,
            Some(Field::Lines) | None => Values::Lines,
        }
    }

    /// Bytes of the lines of some rows, without their ends.
    pub(in super::super) fn bytes(&self, rows: Range<usize>) -> u64 {
        self.block.start(rows.end).saturating_sub(self.block.start(rows.start)).saturating_sub(rows.len()) as u64
    }
}

impl Record {
    fn at(&self) -> usize {
        self.row as usize
    }

    pub(in super::super) fn bytes(&self) -> u64 {
        self.cells.bytes(self.at()..self.at() + 1)
    }

    pub(in super::super) fn at_ms(&self) -> i64 {
        self.cells.block.at_ms(self.at())
    }

    pub(in super::super) fn arrived_ms(&self) -> i64 {
        self.cells.block.arrived_ms(self.at())
    }

    pub(in super::super) fn message(&self) -> Line {
        Line::from(self.cells.block.line(self.at()))
    }

    fn origin(&self) -> Option<&(Line, Line)> {
        self.cells.origins.get(self.cells.block.origin_index(self.at())?)
    }

    pub(in super::super) fn stream(&self) -> Line {
        self.origin().map(|(stream, _)| stream.clone()).unwrap_or_default()
    }

    pub(in super::super) fn log(&self) -> Line {
        self.origin().map(|(_, log)| log.clone()).unwrap_or_default()
    }

    pub(in super::super) fn pointer(&self) -> String {
        self.cells.block.id(self.at())
    }

    /// As an event of its own.
    pub(super) fn event(&self) -> Event {
        Event {
            at_ms: self.at_ms(),
            ingested_ms: self.arrived_ms(),
            stream: self.stream(),
            log: self.log(),
            message: self.message(),
            pointer: Pointer::Text(self.pointer().into()),
        }
    }

    /// The value of the field at `place`; nothing when the line must be read for it.
    pub(in super::super) fn field(&self, place: usize) -> Option<Value> {
        let cell = match self.cells.values(place) {
            Values::Column(column) => column.cell(self.at()),
            Values::Nowhere => Cell::Nothing,
            Values::Lines => return None,
        };
        Some(match cell {
            Cell::Nothing => Value::Null,
            Cell::Number(number) => Some(number).into(),
            Cell::Truth(truth) => Value::Bool(truth),
            Cell::Text(text) | Cell::Structure(text) => Value::text(text.into_owned()),
        })
    }
}
