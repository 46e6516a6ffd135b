//! `pattern`, with or without `diff`: what messages have in common, and how often.

use super::super::miner::{Found, Miner};
use super::super::plan::Code;
use super::super::row::Row;
use super::super::value::Value;
use super::{Flow, Next, ON, Operator};

pub(in super::super) struct Pattern {
    of: Code,
    miner: Miner,
    /// Whether the messages of an earlier time are compared with.
    compares: bool,
}

/// The fields of the rows.
pub(in super::super) const COLUMNS: [&str; 4] = ["@pattern", "@ratio", "@sampleCount", "@severityLabel"];
/// With `diff`.
pub(in super::super) const COMPARED: [&str; 6] =
    ["@pattern", "@sampleCount", "@previousSampleCount", "@differenceSampleCount", "@differenceDescription", "@severityLabel"];

impl Pattern {
    /// With `before` the messages of an earlier time are compared with.
    pub(in super::super) fn new(of: Code, before: Option<&[Value]>) -> Self {
        let mut miner = Miner::default();
        before.into_iter().flatten().filter(|value| !value.is_null()).for_each(|value| miner.add(&value.as_text(), true));
        Self { of, miner, compares: before.is_some() }
    }
}

fn alone(found: &Found, all: u64) -> Vec<Value> {
    let ratio = found.count as f64 / all.max(1) as f64;
    vec![
        Value::text(found.template.as_str()),
        Value::Number(ratio),
        Value::Number(found.count as f64),
        Value::Text(super::super::line::Line::from_static(found.severity)),
    ]
}

fn compared(found: &Found) -> Vec<Value> {
    let (now, before) = (found.count as f64, found.before as f64);
    let what = match (found.count, found.before) {
        (_, 0) => "New",
        (0, _) => "No longer seen",
        (now, before) if now == before => "Unchanged",
        (now, before) if now > before => "More frequent",
        _ => "Less frequent",
    };
    vec![
        Value::text(found.template.as_str()),
        Value::Number(now),
        Value::Number(before),
        Value::Number(now - before),
        Value::text(what),
        Value::text(found.severity),
    ]
}

impl Operator for Pattern {
    fn push(&mut self, row: Row, next: &mut Next<'_>) -> Flow {
        let value = self.of.value(&row, next.shared);
        if !value.is_null() {
            self.miner.add(&value.as_text(), false);
        }
        ON
    }

    fn finish(&mut self, next: &mut Next<'_>) {
        let mut found = std::mem::take(&mut self.miner).found();
        let all = found.iter().map(|found| found.count).sum();
        if self.compares {
            // Where most has changed comes first.
            found.sort_by_key(|found| std::cmp::Reverse(found.count.abs_diff(found.before)));
            next.push_all(found.iter().map(|found| Row::computed(compared(found))));
        } else {
            next.push_all(found.iter().map(|found| Row::computed(alone(found, all))));
        }
    }
}
