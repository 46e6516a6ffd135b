//! `limit`: the first rows.

use std::ops::ControlFlow;

use super::super::row::Row;
use super::{Flow, Next, Operator};

pub(in super::super) struct Limit {
    left: usize,
}

impl Limit {
    pub(in super::super) fn new(count: usize) -> Self {
        Self { left: count }
    }
}

impl Operator for Limit {
    fn push(&mut self, row: Row, next: &mut Next<'_>) -> Flow {
        let Some(left) = self.left.checked_sub(1) else { return ControlFlow::Break(()) };
        self.left = left;
        let flow = next.push(row);
        if left == 0 { ControlFlow::Break(()) } else { flow }
    }
}
