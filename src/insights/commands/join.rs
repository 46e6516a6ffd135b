//! `join`: rows of another query beside those with the same keys.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::super::plan::{Code, Shared};
use super::super::row::Row;
use super::super::value::Value;
use super::{Flow, Next, ON, Operator};

/// Most different keys of the right side, as on AWS.
const MAX_KEYS: usize = 50_000;

/// The rows of the right side by their encoded keys.
#[derive(Default)]
pub(in super::super) struct Table(HashMap<Box<[u8]>, Vec<Arc<[Value]>>>);

impl Table {
    /// Adds a row whose first values are the `keys` and the others what is asked for.
    pub(in super::super) fn add(&mut self, mut values: Vec<Value>, keys: usize) {
        let fields = values.split_off(keys);
        let mut key = Vec::new();
        if values.iter().any(Value::is_null) {
            return;
        }
        for value in &values {
            value.encode(&mut key);
        }
        if self.0.len() < MAX_KEYS || self.0.contains_key(key.as_slice()) {
            self.0.entry(key.into()).or_default().push(fields.into());
        }
    }
}

pub(in super::super) struct Join {
    keys: Vec<Code>,
    table: Table,
    keeps_left: bool,
}

impl Join {
    pub(in super::super) fn new(keys: Vec<Code>, table: Table, keeps_left: bool) -> Self {
        Self { keys, table, keeps_left }
    }

    fn partners(&self, row: &Row, shared: &Shared) -> &[Arc<[Value]>] {
        let mut key = Vec::new();
        for code in &self.keys {
            let value = code.value(row, shared);
            if value.is_null() {
                return &[];
            }
            value.encode(&mut key);
        }
        self.table.0.get(key.as_slice()).map_or(&[], Vec::as_slice)
    }
}

impl Operator for Join {
    fn push(&mut self, row: Row, next: &mut Next<'_>) -> Flow {
        let partners = self.partners(&row, next.shared);
        if partners.is_empty() && self.keeps_left {
            return next.push(row);
        }
        for partner in partners {
            let mut pair = row.clone();
            pair.join(partner);
            if next.push(pair).is_break() {
                return ControlFlow::Break(());
            }
        }
        ON
    }
}
