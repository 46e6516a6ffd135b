//! Queries inside a query: run before the query itself, over events from elsewhere.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

use super::super::ast::{Before, Command, Expr, Join, Named, Node, Query};
use super::super::commands::Table;
use super::super::event::{Elsewhere, Source};
use super::super::pipeline::{Setting, Stopped};
use super::super::value::Value;
use crate::base::clock::timestamp_ms;

/// What the planner knows of the run.
pub(in super::super) struct Outside<'a> {
    pub(in super::super) setting: &'a Setting<'a>,
    pub(in super::super) elsewhere: &'a dyn Elsewhere,
    /// Rows when the query does not say how many.
    pub(in super::super) limit: usize,
    /// Fields of a message that are discovered.
    pub(in super::super) most_fields: Option<usize>,
    /// What the query itself is for, if it says so.
    pub(in super::super) source: Option<&'a Source>,
}

/// Encoded values.
type Set = Arc<HashSet<Box<[u8]>>>;

/// The sets of the subqueries of an expression, by where the tested value begins.
pub(super) type Sets<'e> = HashMap<usize, (&'e Expr, Set)>;

impl Outside<'_> {
    /// The rows of another query: what its events give for `columns`.
    fn rows(&self, query: &Query, columns: Vec<String>, window: (i64, i64)) -> Result<Vec<Vec<Value>>, Stopped> {
        let source = query.source().or(self.source);
        let mut events = self.elsewhere.events(source, window).map_err(Stopped::NoEvents)?;
        events.sort_by_key(|event| std::cmp::Reverse(event.at_ms));
        let setting = Setting { window, limit: usize::MAX, ..*self.setting };
        let query = Query { commands: query.commands.clone(), most_fields: self.most_fields };
        let mut pipeline = query.pipeline_for(&setting, self.elsewhere, columns)?;
        for event in events {
            if pipeline.push(event).is_break() {
                break;
            }
        }
        Ok(pipeline.finish()?.rows.into_iter().map(|(values, _)| values).collect())
    }

    /// Runs the subqueries of an expression.
    pub(super) fn run_inside<'e>(&self, expr: &'e Expr, sets: &mut Sets<'e>) -> Result<(), Stopped> {
        let inner: Vec<&Expr> = match &expr.node {
            Node::InQuery(inner, query) => {
                sets.insert(inner.span.start, (inner, self.set(inner, query)?));
                vec![inner]
            }
            Node::Not(inner) | Node::Negative(inner) | Node::Like(inner, _) => vec![inner],
            Node::Binary(_, left, right) => vec![left, right],
            Node::In(inner, list) => std::iter::once(&**inner).chain(list).collect(),
            Node::Call(_, arguments) | Node::Aggregate(_, arguments) => arguments.iter().collect(),
            Node::Literal(_) | Node::Length(_) | Node::Field(_) => Vec::new(),
        };
        inner.into_iter().try_for_each(|inner| self.run_inside(inner, sets))
    }

    /// The values of a subquery: its column of the tested field's name, else its first.
    fn set(&self, tested: &Expr, query: &Query) -> Result<Set, Stopped> {
        let columns = query.columns();
        let same = |name: &&String| matches!(&tested.node, Node::Field(field) if field == *name);
        let column = columns.iter().find(same).or(columns.first()).cloned();
        let rows = self.rows(query, column.into_iter().collect(), self.setting.window)?;
        let values = rows.iter().flatten().filter(|value| !value.is_null());
        Ok(Arc::new(values.map(encoded).collect()))
    }

    /// The right side of a join: its keys, and the fields that are asked for.
    pub(super) fn table(&self, join: &Join, asked: &[String]) -> Result<Table, Stopped> {
        let columns = join.keys.iter().map(|(_, right)| right).chain(asked).cloned().collect();
        let mut table = Table::default();
        for row in self.rows(&join.query, columns, self.setting.window)? {
            table.add(row, join.keys.len());
        }
        Ok(table)
    }

    /// The messages of the time before that `diff` compares with, through the same commands.
    pub(super) fn messages_before(&self, commands: &[Command], of: &Expr, before: Before) -> Result<Vec<Value>, Stopped> {
        const NAME: &str = "\u{0}message";
        let mut commands = commands.to_vec();
        commands.push(Command::Fields(vec![Named { expr: of.clone(), name: NAME.to_owned() }]));
        let rows = self.rows(&Query { commands, most_fields: None }, vec![NAME.to_owned()], earlier(self.setting.window, before))?;
        Ok(rows.into_iter().flatten().collect())
    }
}

fn encoded(value: &Value) -> Box<[u8]> {
    let mut bytes = Vec::new();
    value.encode(&mut bytes);
    bytes.into()
}

/// A time of the same length, earlier.
fn earlier((from, to): (i64, i64), before: Before) -> (i64, i64) {
    let back = |ms: i64, span: Span| {
        let moment = timestamp_ms(ms).to_zoned(TimeZone::UTC);
        moment.checked_sub(span).map_or(ms, |moment| moment.timestamp().as_millisecond())
    };
    let start = match before {
        // Right before: nothing lies in both.
        Before::Window => from.saturating_sub(to.saturating_sub(from).saturating_add(1)),
        Before::Day => back(from, 1.day()),
        Before::Week => back(from, 7.days()),
        Before::Month => back(from, 1.month()),
    };
    (start, start.saturating_add(to.saturating_sub(from)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn earlier_times_are_as_long() {
        let noon = 1_790_856_000_000; // 2026-10-01 12:00
        let window = (noon, noon + 999);
        let day = 86_400_000;
        assert_eq!(earlier(window, Before::Window), (noon - 1_000, noon - 1));
        assert_eq!(earlier(window, Before::Day).0, noon - day);
        assert_eq!(earlier(window, Before::Week), (noon - 7 * day, noon - 7 * day + 999));
        assert_eq!(earlier(window, Before::Month).0, noon - 30 * day);
        assert_eq!(earlier((i64::MIN, i64::MAX), Before::Window).0, i64::MIN);
    }
}
