//! `addtotals` and `accum`: sums across a row, down a column, and up to a row.

use super::super::plan::Code;
use super::super::row::Row;
use super::super::value::Value;
use super::{Flow, Next, Operator};

pub(in super::super) struct AddTotals {
    fields: Vec<Code>,
    row: bool,
    /// The sums of the columns, when a last row is to show them, and the slots that it has before these.
    columns: Option<(Vec<Option<f64>>, usize)>,
}

impl AddTotals {
    /// With `slots_before` a last row shows the sums of the columns: every row then gets its fields in the next slots. The total of a row
    /// comes behind.
    pub(in super::super) fn new(fields: Vec<Code>, row: bool, slots_before: Option<usize>) -> Self {
        let columns = slots_before.map(|slots| (vec![None; fields.len()], slots));
        Self { fields, row, columns }
    }
}

fn sum(numbers: impl Iterator<Item = f64>) -> Value {
    numbers.reduce(|a, b| a + b).into()
}

/// What counts as a number in a sum: no moments, no truth.
fn numeric(value: &Value) -> Option<f64> {
    match value {
        Value::Number(_) | Value::Text(_) => value.number(),
        _ => None,
    }
}

impl Operator for AddTotals {
    fn push(&mut self, mut row: Row, next: &mut Next<'_>) -> Flow {
        let values: Vec<Value> = self.fields.iter().map(|code| code.value(&row, next.shared).into_owned()).collect();
        let total = sum(values.iter().filter_map(numeric));
        if let Some((sums, _)) = &mut self.columns {
            for (sum, value) in sums.iter_mut().zip(&values) {
                if let Some(number) = numeric(value) {
                    *sum = Some(sum.unwrap_or(0.0) + number);
                }
            }
            for value in values {
                row.push(value);
            }
        }
        if self.row {
            row.push(total);
        }
        next.push(row)
    }

    fn finish(&mut self, next: &mut Next<'_>) {
        let Some((sums, slots)) = self.columns.take() else { return };
        let mut row = Row::computed(vec![Value::Null; slots]);
        for sum in &sums {
            row.push((*sum).into());
        }
        if self.row {
            row.push(sum(sums.into_iter().flatten()));
        }
        next.push_all([row]);
    }
}

/// The sum of a field over the rows so far.
pub(in super::super) struct Accum {
    of: Code,
    sum: f64,
}

impl Accum {
    pub(in super::super) fn new(of: Code) -> Self {
        Self { of, sum: 0.0 }
    }
}

impl Operator for Accum {
    fn push(&mut self, mut row: Row, next: &mut Next<'_>) -> Flow {
        let number = self.of.value(&row, next.shared).number();
        self.sum += number.unwrap_or(0.0);
        row.push(number.map(|_| self.sum).into());
        next.push(row)
    }
}
