//! `dedup`: the first row of each.

use std::collections::HashSet;

use super::super::plan::Code;
use super::super::row::Row;
use super::{Flow, Next, ON, Operator};

/// Keeps the first row of each; rows where a key has no value are never the same.
pub(in super::super) struct Dedup {
    keys: Vec<Code>,
    seen: HashSet<Box<[u8]>>,
    /// The key of the present row, for whose memory no row asks.
    key: Vec<u8>,
}

impl Dedup {
    pub(in super::super) fn new(keys: Vec<Code>) -> Self {
        Self { keys, seen: HashSet::new(), key: Vec::new() }
    }

    fn is_new(&mut self, row: &Row, next: &Next<'_>) -> bool {
        self.key.clear();
        for code in &self.keys {
            let value = code.value(row, next.shared);
            if value.is_null() {
                return true;
            }
            value.encode(&mut self.key);
        }
        !self.seen.contains(self.key.as_slice()) && self.seen.insert(self.key.as_slice().into())
    }
}

impl Operator for Dedup {
    fn push(&mut self, row: Row, next: &mut Next<'_>) -> Flow {
        if self.is_new(&row, next) { next.push(row) } else { ON }
    }
}
