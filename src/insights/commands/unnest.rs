//! `unnest` and `expand`: a row for each item of a list.

use std::ops::ControlFlow;

use super::super::functions::items;
use super::super::json;
use super::super::plan::Code;
use super::super::row::Row;
use super::super::value::Value;
use super::{Flow, Next, ON, Operator};

pub(in super::super) struct Unnest {
    of: Code,
    /// Whether a text of JSON is a list too.
    reads_texts: bool,
}

impl Unnest {
    /// Each row gets an item in the next slot; what is no list is a list of one.
    pub(in super::super) fn new(of: Code, reads_texts: bool) -> Self {
        Self { of, reads_texts }
    }

    fn items(&self, row: &Row, next: &Next<'_>) -> Vec<Value> {
        let value = self.of.value(row, next.shared);
        let is_list = self.reads_texts || matches!(&*value, Value::Json(_));
        match items(&value).filter(|_| is_list) {
            Some(list) => list.iter().map(json::value).collect(),
            None => vec![value.into_owned()],
        }
    }
}

impl Operator for Unnest {
    fn push(&mut self, row: Row, next: &mut Next<'_>) -> Flow {
        for item in self.items(&row, next) {
            let mut copy = row.clone();
            copy.push(item);
            if next.push(copy).is_break() {
                return ControlFlow::Break(());
            }
        }
        ON
    }
}
