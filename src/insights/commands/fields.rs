//! `fields` and `display`: computed fields. Which columns are shown is the plan's matter.

use super::super::plan::Code;
use super::super::row::Row;
use super::{Flow, Next, Operator};

pub(in super::super) struct Fields {
    computed: Vec<Code>,
}

impl Fields {
    /// Each fills the next slot.
    pub(in super::super) fn new(computed: Vec<Code>) -> Self {
        Self { computed }
    }
}

impl Operator for Fields {
    fn push(&mut self, mut row: Row, next: &mut Next<'_>) -> Flow {
        for code in &self.computed {
            let value = code.value(&row, next.shared).into_owned();
            row.push(value);
        }
        next.push(row)
    }
}
