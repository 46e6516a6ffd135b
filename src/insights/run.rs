//! Running a query: rows through the commands, one after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::aggregate::State;
use super::ast::{Command, Expr, Named, Node, Query};
use super::expression::{evaluate, place};
use super::functions::Context;
use super::row::{Event, Row};
use super::value::Value;

/// Rows when neither query nor call says how many, and the most there may be.
pub const DEFAULT_LIMIT: usize = 10_000;
/// See [`DEFAULT_LIMIT`].
pub const MAX_LIMIT: usize = 100_000;

/// Rows between two looks whether the query was cancelled.
const LOOK_EVERY: usize = 1_024;

/// The query was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the query was cancelled")]
pub struct Cancelled;

/// What a query comes to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Results {
    /// Names of the columns, in order.
    pub columns: Vec<String>,
    /// A value for each column, nothing where a row has none; and what finds the row's event again.
    pub rows: Vec<(Vec<Value>, Option<String>)>,
    /// What was looked at.
    pub statistics: Statistics,
}

/// What a query looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Events that passed the filters.
    pub matched: u64,
    /// Events that were looked at.
    pub scanned: u64,
    /// Bytes of these.
    pub bytes: u64,
}

impl Query {
    /// Runs the query over `events` (of the time that it is for, `from_ms..=to_ms`), which may come in any order.
    ///
    /// `limit` is the number of rows when the query names none.
    pub fn run(
        &self,
        events: Vec<Event>,
        (from_ms, to_ms): (i64, i64),
        now_ms: i64,
        limit: usize,
        cancelled: &AtomicBool,
    ) -> Result<Results, Cancelled> {
        let mut statistics = Statistics { scanned: events.len() as u64, ..Statistics::default() };
        statistics.bytes = events.iter().map(|event| event.message.len() as u64).sum();
        let run = Run { context: Context { from: from_ms, to: to_ms, now: now_ms }, cancelled };
        // Newest first, the order in which events are shown when nothing else is asked for.
        let mut rows: Vec<Row> = events.into_iter().map(Row::of).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.at_ms()));
        let first_of_shape =
            self.commands.iter().position(|command| !matches!(command, Command::Filter(_) | Command::Fields(_) | Command::Parse { .. }));
        let mut limited = false;
        for (index, command) in self.commands.iter().enumerate() {
            if Some(index) == first_of_shape {
                statistics.matched = rows.len() as u64;
            }
            rows = run.command(command, rows)?;
            limited |= matches!(command, Command::Limit(_));
        }
        if first_of_shape.is_none() {
            statistics.matched = rows.len() as u64;
        }
        if !limited {
            rows.truncate(limit.min(MAX_LIMIT));
        }
        let columns = self.columns();
        let shown = |row: Row| (columns.iter().map(|column| row.get(column)).collect(), row.pointer().map(str::to_owned));
        Ok(Results { rows: rows.into_iter().map(shown).collect(), columns, statistics })
    }

    /// The columns of the result: the last display's, or those of the last stats, or all fields that were named.
    fn columns(&self) -> Vec<String> {
        let mut columns = Columns::default();
        for command in &self.commands {
            match command {
                Command::Fields(list) => columns.add(list.iter().map(|named| &named.name)),
                Command::Parse { names, .. } if !columns.names.is_empty() => columns.add(names),
                Command::Display(list) => columns.set(list.iter().map(|named| &named.name), true),
                Command::Stats { values, by } => columns.set(by.iter().chain(values).map(|named| &named.name), false),
                _ => {}
            }
        }
        if columns.names.is_empty() { vec!["@timestamp".to_owned(), "@message".to_owned()] } else { columns.names }
    }
}

/// Names of columns, each once.
#[derive(Default)]
struct Columns {
    names: Vec<String>,
    /// Whether `display` said which they are, so that later fields do not join them.
    is_fixed: bool,
}

impl Columns {
    fn add<'a>(&mut self, names: impl IntoIterator<Item = &'a String>) {
        for name in names {
            if !self.is_fixed && !self.names.contains(name) {
                self.names.push(name.clone());
            }
        }
    }

    fn set<'a>(&mut self, names: impl IntoIterator<Item = &'a String>, is_fixed: bool) {
        (self.names, self.is_fixed) = (Vec::new(), false);
        self.add(names);
        self.is_fixed = is_fixed;
    }
}

struct Run<'a> {
    context: Context,
    cancelled: &'a AtomicBool,
}

impl Run<'_> {
    fn look(&self, index: usize) -> Result<(), Cancelled> {
        if index.is_multiple_of(LOOK_EVERY) && self.cancelled.load(Ordering::Relaxed) { Err(Cancelled) } else { Ok(()) }
    }

    fn command(&self, command: &Command, mut rows: Vec<Row>) -> Result<Vec<Row>, Cancelled> {
        match command {
            Command::Fields(list) | Command::Display(list) => self.compute(list, rows),
            Command::Filter(expr) => self.filter(expr, rows),
            Command::Stats { values, by } => self.stats(values, by, &rows),
            Command::Sort(keys) => self.sort(keys, rows),
            Command::Limit(count) => {
                rows.truncate(*count);
                Ok(rows)
            }
            Command::Parse { of, with, names } => self.parse((of, with, names), rows),
            Command::Dedup(keys) => self.dedup(keys, rows),
        }
    }

    /// Plain fields need not be computed: they are looked up when they are shown.
    fn compute(&self, list: &[Named], mut rows: Vec<Row>) -> Result<Vec<Row>, Cancelled> {
        let is_plain = |named: &&Named| matches!(&named.expr.node, Node::Field(name) if *name == named.name);
        let computed: Vec<(Arc<str>, &Expr)> =
            list.iter().filter(|named| !is_plain(named)).map(|named| (named.name.as_str().into(), &named.expr)).collect();
        for (index, row) in rows.iter_mut().enumerate() {
            self.look(index)?;
            for (name, expr) in &computed {
                let value = evaluate(expr, row, &self.context);
                row.set(name, value);
            }
        }
        Ok(rows)
    }

    fn filter(&self, expr: &Expr, rows: Vec<Row>) -> Result<Vec<Row>, Cancelled> {
        let mut kept = Vec::new();
        for (index, row) in rows.into_iter().enumerate() {
            self.look(index)?;
            if evaluate(expr, &row, &self.context).is_true() {
                kept.push(row);
            }
        }
        Ok(kept)
    }

    fn sort(&self, keys: &[(Expr, bool)], rows: Vec<Row>) -> Result<Vec<Row>, Cancelled> {
        let mut keyed = Vec::with_capacity(rows.len());
        for (index, row) in rows.into_iter().enumerate() {
            self.look(index)?;
            let values: Vec<Value> = keys.iter().map(|(expr, _)| evaluate(expr, &row, &self.context)).collect();
            keyed.push((values, row));
        }
        keyed.sort_by(|(a, _), (b, _)| {
            let orders = a.iter().zip(b).zip(keys).map(|((a, b), (_, descends))| if *descends { b.compare(a) } else { a.compare(b) });
            orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        });
        Ok(keyed.into_iter().map(|(_, row)| row).collect())
    }

    fn parse(&self, (of, with, names): (&Expr, &regex::Regex, &[String]), mut rows: Vec<Row>) -> Result<Vec<Row>, Cancelled> {
        let is_named = with.capture_names().flatten().next().is_some();
        let names: Vec<Arc<str>> = names.iter().map(|name| name.as_str().into()).collect();
        for (index, row) in rows.iter_mut().enumerate() {
            self.look(index)?;
            let text = evaluate(of, row, &self.context).as_text();
            let captures = with.captures(&text);
            for (place, name) in names.iter().enumerate() {
                let found = captures.as_ref().and_then(|captures| if is_named { captures.name(name) } else { captures.get(place + 1) });
                row.set(name, found.map_or(Value::Null, |found| Value::text(found.as_str())));
            }
        }
        Ok(rows)
    }

    /// Keeps the first row of each; rows where a key has no value are never the same.
    fn dedup(&self, keys: &[Expr], rows: Vec<Row>) -> Result<Vec<Row>, Cancelled> {
        let (mut seen, mut kept) = (BTreeSet::new(), Vec::new());
        for (index, row) in rows.into_iter().enumerate() {
            self.look(index)?;
            let key: Option<Vec<String>> = keys.iter().map(|key| evaluate(key, &row, &self.context).shown()).collect();
            if key.is_none_or(|key| seen.insert(key)) {
                kept.push(row);
            }
        }
        Ok(kept)
    }

    fn stats(&self, values: &[Named], by: &[Named], rows: &[Row]) -> Result<Vec<Row>, Cancelled> {
        let aggregates = aggregates(values);
        let mut groups: BTreeMap<Key, (Vec<Value>, Vec<State>)> = BTreeMap::new();
        let mut order = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            self.look(index)?;
            let key: Vec<Value> = by.iter().map(|named| evaluate(&named.expr, row, &self.context)).collect();
            let shown: Key = key.iter().map(Value::shown).collect();
            let (_, states) = groups.entry(shown.clone()).or_insert_with(|| {
                order.push(shown);
                (key, aggregates.iter().map(|(of, _, _)| State::new(*of)).collect())
            });
            for (state, (_, _, arguments)) in states.iter_mut().zip(&aggregates) {
                let taken: Vec<Value> = arguments.iter().map(|argument| evaluate(argument, row, &self.context)).collect();
                state.add(taken.first(), taken.get(1), row.at_ms());
            }
        }
        // Without groups there is one row even when nothing matched.
        if by.is_empty() && groups.is_empty() {
            order.push(Vec::new());
            groups.insert(Vec::new(), (Vec::new(), aggregates.iter().map(|(of, _, _)| State::new(*of)).collect()));
        }
        let row = |key: Key| {
            let (key, states) = groups.remove(&key)?;
            Some(self.grouped(values, by, key, &aggregates, states))
        };
        Ok(order.into_iter().filter_map(row).collect())
    }

    fn grouped(&self, values: &[Named], by: &[Named], key: Vec<Value>, aggregates: &[Found<'_>], states: Vec<State>) -> Row {
        let results = aggregates.iter().zip(states).map(|((_, place, _), mut state)| (Arc::from(place.as_str()), state.result()));
        let named = by.iter().zip(key).map(|(named, value)| (Arc::from(named.name.as_str()), value));
        let mut row = Row::computed(results.chain(named).collect());
        for named in values {
            let value = evaluate(&named.expr, &row, &self.context);
            row.set(&named.name.as_str().into(), value);
        }
        row
    }
}

/// What a group is told apart by, as it is shown.
type Key = Vec<Option<String>>;

/// An aggregate, where its value lies in a row, and its arguments.
type Found<'a> = (super::ast::Aggregate, String, &'a [Expr]);

fn aggregates(values: &[Named]) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    for named in values {
        named.expr.aggregates(&mut |expr| {
            if let Node::Aggregate(of, arguments) = &expr.node {
                found.push((*of, place(expr), arguments.as_slice()));
            }
        });
    }
    found
}
