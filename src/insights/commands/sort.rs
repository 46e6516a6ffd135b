//! `sort`: rows in the order of their keys; no more of them are kept than can be shown.

use std::any::Any;
use std::cmp::Ordering;

use super::super::plan::Code;
use super::super::row::Row;
use super::super::value::SortKey;
use super::{Flow, Next, ON, Operator};

pub(in super::super) struct Sort {
    /// Each with whether it descends.
    keys: Vec<(Code, bool)>,
    rows: Vec<Keyed>,
    /// Rows that can be shown.
    most: Option<usize>,
    /// Whether the first `most` rows are the best so far, in order: what does not come before the last of them is not kept.
    is_settled: bool,
}

struct Keyed {
    keys: Box<[SortKey]>,
    row: Row,
}

impl Sort {
    /// At most `most` rows will be wanted.
    pub(in super::super) fn new(keys: Vec<(Code, bool)>, most: Option<usize>) -> Self {
        Self { keys, rows: Vec::new(), most, is_settled: false }
    }

    fn compare(&self, a: &[SortKey], b: &[SortKey]) -> Ordering {
        let orders = a.iter().zip(b).zip(&self.keys).map(|((a, b), (_, descends))| if *descends { b.compare(a) } else { a.compare(b) });
        orders.fold(Ordering::Equal, Ordering::then)
    }

    fn order(&mut self) {
        let mut rows = std::mem::take(&mut self.rows);
        // Stable: rows with the same keys stay in the order in which they came.
        rows.sort_by(|a, b| self.compare(&a.keys, &b.keys));
        if let Some(most) = self.most {
            rows.truncate(most);
            self.is_settled = rows.len() == most;
        }
        self.rows = rows;
    }

    /// When so many more rows than are wanted are held, the surplus goes.
    fn is_full(&self) -> bool {
        self.most.is_some_and(|most| self.rows.len() >= most.saturating_mul(2).max(1_024))
    }

    fn is_beaten(&self, keys: &[SortKey]) -> bool {
        let last = self.most.filter(|_| self.is_settled).and_then(|most| self.rows.get(most.wrapping_sub(1)));
        last.is_some_and(|last| self.compare(keys, &last.keys) != Ordering::Less)
    }

    fn add(&mut self, keyed: Keyed) {
        if self.is_beaten(&keyed.keys) {
            return;
        }
        self.rows.push(keyed);
        if self.is_full() {
            self.order();
        }
    }
}

impl Operator for Sort {
    fn push(&mut self, row: Row, next: &mut Next<'_>) -> Flow {
        let keys = self.keys.iter().map(|(code, _)| code.value(&row, next.shared).sort_key()).collect();
        self.add(Keyed { keys, row });
        ON
    }

    fn finish(&mut self, next: &mut Next<'_>) {
        self.order();
        next.push_all(std::mem::take(&mut self.rows).into_iter().map(|keyed| keyed.row));
    }

    fn merge(&mut self, older: Box<dyn Any>) {
        if let Ok(older) = older.downcast::<Self>() {
            older.rows.into_iter().for_each(|keyed| self.add(keyed));
        }
    }
}
