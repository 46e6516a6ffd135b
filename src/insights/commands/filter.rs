//! `filter`, and the count of what has passed the leading ones.

use std::any::Any;

use super::super::plan::Code;
use super::super::row::Row;
use super::{Flow, Next, ON, Operator};

pub(in super::super) struct Filter {
    condition: Code,
}

impl Filter {
    pub(in super::super) fn new(condition: Code) -> Self {
        Self { condition }
    }
}

impl Operator for Filter {
    fn push(&mut self, row: Row, next: &mut Next<'_>) -> Flow {
        if self.condition.is_true(&row, next.shared) { next.push(row) } else { ON }
    }
}

/// Counts the events that match.
#[derive(Default)]
pub(in super::super) struct Tally {
    passed: u64,
}

impl Operator for Tally {
    fn push(&mut self, row: Row, next: &mut Next<'_>) -> Flow {
        self.passed += 1;
        next.push(row)
    }

    fn merge(&mut self, older: Box<dyn Any>) {
        self.passed += older.downcast::<Self>().map_or(0, |older| older.passed);
    }

    fn pass(&mut self, rows: u64) {
        self.passed += rows;
    }

    fn passed(&self) -> Option<u64> {
        Some(self.passed)
    }
}
