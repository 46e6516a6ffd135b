//! `json`: a part of a JSON text in a field.

use super::super::functions::json_of;
use super::super::json;
use super::super::plan::Code;
use super::super::row::Row;
use super::super::value::Value;
use super::{Flow, Next, Operator};

pub(in super::super) struct Json {
    of: Code,
    path: String,
}

impl Json {
    /// The part fills the next slot.
    pub(in super::super) fn new(of: Code, path: &str) -> Self {
        Self { of, path: path.to_owned() }
    }

    fn part(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Json(json) => json::walk(json, &self.path).map(json::value),
            other => json::walk(&json_of(other)?, &self.path).map(json::value),
        }
    }
}

impl Operator for Json {
    fn push(&mut self, mut row: Row, next: &mut Next<'_>) -> Flow {
        let part = self.part(&self.of.value(&row, next.shared));
        row.push(part.unwrap_or_default());
        next.push(row)
    }
}
