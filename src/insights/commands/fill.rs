//! `fillmissing` and `filldown`: rows and values where there are none.

use std::collections::{BTreeSet, HashMap};

use super::super::plan::Code;
use super::super::row::Row;
use super::super::time::Length;
use super::super::value::Value;
use super::{Flow, Next, ON, Operator};

/// Most rows that are put in.
const MAX_FILLED: usize = 100_000;

/// Puts in a row for each period between the first and the last for which a group has none. Rows come out in the order of time.
pub(in super::super) struct FillMissing {
    bin: usize,
    length: Length,
    /// Slots of the other keys of the stats.
    others: Vec<usize>,
    fills: Vec<(usize, Value)>,
    /// Slots of a row.
    slots: usize,
    rows: Vec<Row>,
}

impl FillMissing {
    pub(in super::super) fn new((bin, length): (usize, Length), others: Vec<usize>, fills: Vec<(usize, Value)>, slots: usize) -> Self {
        Self { bin, length, others, fills, slots, rows: Vec::new() }
    }

    fn at(&self, row: &Row) -> Option<i64> {
        match &*row.slot(self.bin) {
            Value::Time(ms) => Some(*ms),
            _ => None,
        }
    }

    fn key(&self, row: &Row) -> Vec<Value> {
        self.others.iter().map(|slot| row.slot(*slot).into_owned()).collect()
    }

    fn missing(&self, at_ms: i64, key: &[Value]) -> Row {
        let mut values = vec![Value::Null; self.slots];
        values[self.bin] = Value::Time(at_ms);
        for (slot, value) in self.others.iter().zip(key) {
            values[*slot] = value.clone();
        }
        for (slot, value) in &self.fills {
            values[*slot] = value.clone();
        }
        Row::computed(values)
    }

    /// Every period from the first to the last.
    fn periods(&self) -> Vec<i64> {
        let present: BTreeSet<i64> = self.rows.iter().filter_map(|row| self.at(row)).collect();
        let (Some(first), Some(last)) = (present.first().copied(), present.last().copied()) else { return Vec::new() };
        // An offset moves periods away from where they would begin, and the next ones with them.
        let shift = first - self.length.floor(first);
        let after = |at: &i64| Some(self.length.next(at - shift) + shift).filter(|next| next > at);
        std::iter::successors(Some(first), after).take_while(|at| *at <= last).take(MAX_FILLED).collect()
    }
}

impl Operator for FillMissing {
    fn push(&mut self, row: Row, _: &mut Next<'_>) -> Flow {
        self.rows.push(row);
        ON
    }

    fn finish(&mut self, next: &mut Next<'_>) {
        let periods = self.periods();
        let mut keys: Vec<(Vec<u8>, Vec<Value>)> = Vec::new();
        let mut held: HashMap<(Vec<u8>, i64), Row> = HashMap::new();
        let mut without = Vec::new();
        for row in std::mem::take(&mut self.rows) {
            let Some(at_ms) = self.at(&row) else {
                without.push(row);
                continue;
            };
            let key = self.key(&row);
            let mut encoded = Vec::new();
            for value in &key {
                value.encode(&mut encoded);
            }
            if !keys.iter().any(|(held, _)| *held == encoded) {
                keys.push((encoded.clone(), key));
            }
            held.insert((encoded, at_ms), row);
        }
        let mut filled = 0;
        for at_ms in periods {
            for (encoded, key) in &keys {
                let row = held.remove(&(encoded.clone(), at_ms));
                filled += usize::from(row.is_none());
                if row.is_none() && filled > MAX_FILLED {
                    continue;
                }
                if next.push(row.unwrap_or_else(|| self.missing(at_ms, key))).is_break() {
                    return;
                }
            }
        }
        next.push_all(without);
    }
}

/// Carries the last value forward.
pub(in super::super) struct FillDown {
    fields: Vec<Code>,
    last: Vec<Value>,
}

impl FillDown {
    /// Each field fills the next slot.
    pub(in super::super) fn new(fields: Vec<Code>) -> Self {
        let last = vec![Value::Null; fields.len()];
        Self { fields, last }
    }
}

impl Operator for FillDown {
    fn push(&mut self, mut row: Row, next: &mut Next<'_>) -> Flow {
        for (code, last) in self.fields.iter().zip(&mut self.last) {
            let value = code.value(&row, next.shared).into_owned();
            if !value.is_null() {
                *last = value;
            }
            row.push(last.clone());
        }
        next.push(row)
    }
}
