//! `stats`: one row for each group, added up as rows come; the rows themselves are not kept.

use std::any::Any;
use std::collections::HashMap;
use std::ops::Range;

use super::super::accumulator::Accumulator;
use super::super::ast::{self, Expr, Node};
use super::super::functions::Aggregate;
use super::super::order::is_bin;
use super::super::plan::{Code, Scope, Shared};
use super::super::row::Row;
use super::super::scan::{Cells, Wanted, grouped};
use super::super::time::Length;
use super::super::value::Value;
use super::{Flow, Next, ON, Operator};

pub(in super::super) struct Stats {
    by: Vec<Code>,
    aggregates: Vec<Counted>,
    /// What is computed of aggregates and keys, such as `max(x) - min(x)`.
    computed: Vec<Code>,
    /// Place of each group by its encoded key.
    places: HashMap<Box<[u8]>, usize>,
    groups: Vec<Group>,
    /// The encoded key of the present row.
    key: Vec<u8>,
}

/// An aggregate with the code of its arguments.
struct Counted {
    aggregate: &'static Aggregate,
    arguments: Vec<Code>,
}

struct Group {
    key: Vec<Value>,
    states: Vec<Accumulator>,
}

impl Stats {
    /// Behind it, rows are: values of aggregates, keys, computed values.
    pub(in super::super) fn new(stats: &ast::Stats, scope: &mut Scope) -> Self {
        let by: Vec<Code> = stats.by.iter().map(|named| key(named, stats.offset, scope)).collect();
        let found = aggregates(stats);
        let aggregates: Vec<Counted> = found.iter().map(|expr| Counted::of(expr, scope)).collect();
        scope.restart(aggregates.len() + by.len());
        for (place, named) in stats.by.iter().enumerate() {
            scope.alias(&named.name, aggregates.len() + place);
        }
        let mut computed = Vec::new();
        for named in &stats.values {
            let place = |expr: &Expr| found.iter().position(|aggregate| aggregate.span == expr.span);
            if let (Node::Aggregate(..), Some(place)) = (&named.expr.node, place(&named.expr)) {
                scope.alias(&named.name, place);
                continue;
            }
            let is_aggregate = |expr: &Expr| matches!(expr.node, Node::Aggregate(..));
            computed.push(scope.compile_with(&named.expr, &mut |expr| is_aggregate(expr).then(|| place(expr)).flatten().map(Code::Slot)));
            scope.define(&named.name);
        }
        Self { by, aggregates, computed, places: HashMap::new(), groups: Vec::new(), key: Vec::new() }
    }

    /// The slots of the keys in the rows that come out.
    pub(in super::super) fn key_slots(&self) -> Vec<usize> {
        (self.aggregates.len()..self.aggregates.len() + self.by.len()).collect()
    }

    /// The group of a row, a new one if need be.
    fn group(&mut self, row: &Row, shared: &Shared) -> usize {
        self.key.clear();
        for code in &self.by {
            code.value(row, shared).encode(&mut self.key);
        }
        if let Some(place) = self.places.get(self.key.as_slice()) {
            return *place;
        }
        let key = self.by.iter().map(|code| code.value(row, shared).into_owned()).collect();
        self.places.insert(self.key.as_slice().into(), self.groups.len());
        self.groups.push(Group { key, states: self.empty() });
        self.groups.len() - 1
    }

    fn empty(&self) -> Vec<Accumulator> {
        self.aggregates.iter().map(|counted| Accumulator::new(counted.aggregate.of)).collect()
    }
}

impl Counted {
    fn of(expr: &Expr, scope: &mut Scope) -> Self {
        match &expr.node {
            Node::Aggregate(aggregate, arguments) => {
                Self { aggregate, arguments: arguments.iter().map(|argument| scope.compile(argument)).collect() }
            }
            _ => unreachable!("only aggregates are collected"),
        }
    }
}

impl Operator for Stats {
    fn push(&mut self, row: Row, next: &mut Next<'_>) -> Flow {
        let place = self.group(&row, next.shared);
        for (counted, state) in self.aggregates.iter().zip(&mut self.groups[place].states) {
            let value = |at: usize| counted.arguments.get(at).map(|code| code.value(&row, next.shared));
            state.add(value(0).as_deref(), value(1).as_deref(), row.at_ms());
        }
        ON
    }

    fn finish(&mut self, next: &mut Next<'_>) {
        // Without keys there is one row even when nothing matched.
        if self.by.is_empty() && self.groups.is_empty() {
            self.groups.push(Group { key: Vec::new(), states: self.empty() });
        }
        for group in std::mem::take(&mut self.groups) {
            let mut row = Row::computed(group.states.into_iter().map(Accumulator::result).chain(group.key).collect());
            for code in &self.computed {
                let value = code.value(&row, next.shared).into_owned();
                row.push(value);
            }
            if next.push(row).is_break() {
                return;
            }
        }
    }

    fn absorb(&mut self, cells: &Cells, rows: Range<usize>) -> bool {
        let wanted: Vec<Wanted<'_>> =
            self.aggregates.iter().map(|counted| Wanted { of: counted.aggregate.of, arguments: &counted.arguments }).collect();
        let Some(groups) = grouped(&self.by, &wanted, cells, rows) else { return false };
        for (key, states) in groups {
            self.key.clear();
            for value in &key {
                value.encode(&mut self.key);
            }
            if let Some(place) = self.places.get(self.key.as_slice()) {
                self.groups[*place].states.iter_mut().zip(states).for_each(|(state, more)| state.merge(more));
            } else {
                self.places.insert(self.key.as_slice().into(), self.groups.len());
                self.groups.push(Group { key, states });
            }
        }
        true
    }

    fn merge(&mut self, older: Box<dyn Any>) {
        let Ok(mut older) = older.downcast::<Self>() else { return };
        let mut order: Vec<(Box<[u8]>, usize)> = older.places.drain().collect();
        order.sort_unstable_by_key(|(_, place)| *place);
        for ((key, _), group) in order.into_iter().zip(older.groups) {
            if let Some(place) = self.places.get(&key) {
                self.groups[*place].states.iter_mut().zip(group.states).for_each(|(state, more)| state.merge(more));
            } else {
                self.places.insert(key, self.groups.len());
                self.groups.push(group);
            }
        }
    }
}

/// A key; an offset shows periods of `bin` later than they are.
fn key(named: &ast::Named, offset: Option<Length>, scope: &mut Scope) -> Code {
    let code = scope.compile(&named.expr);
    match offset.filter(|_| is_bin(&named.expr)) {
        Some(offset) => Code::Later(Box::new(code), offset.ms()),
        None => code,
    }
}

/// The aggregates in the values, in the order of the text.
fn aggregates(stats: &ast::Stats) -> Vec<&Expr> {
    let mut found = Vec::new();
    for named in &stats.values {
        named.expr.aggregates(&mut |expr| found.push(expr));
    }
    found
}
