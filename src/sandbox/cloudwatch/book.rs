//! Queries that belong together: their expressions read, what each needs, in which order and at which period they are evaluated.

use std::collections::{BTreeMap, BTreeSet};

use super::checks::validation;
use super::query::{Query, QuerySource};
use crate::metrics::math::{self, Expr, Function, MathError, Node, Problem};
use crate::sandbox::api::ApiError;

/// The period of expressions that need no metric and name none: CloudWatch's usual five minutes.
const DEFAULT_PERIOD: i64 = 300;

/// Queries whose references are known to be sound.
#[derive(Debug)]
pub(super) struct Book<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    by_id: BTreeMap<&'a str, usize>,
    /// Place of each entry in an order in which everything follows what it needs.
    rank: Vec<usize>,
}

/// A query with what its expression says.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) query: &'a Query,
    /// `None` for a metric.
    pub(super) expr: Option<Expr>,
    /// The entries that the expression names, each once.
    needs: Vec<usize>,
    /// The period of its result: of an expression without one, the longest of what it needs.
    pub(super) period: i64,
}

impl<'a> Book<'a> {
    /// Reads the expressions of `queries`, and refuses ids that occur twice, that are not there or that need themselves.
    pub(super) fn of(queries: &'a [Query]) -> Result<Self, ApiError> {
        let by_id: BTreeMap<&str, usize> = queries.iter().enumerate().map(|(index, query)| (query.id.as_str(), index)).collect();
        if by_id.len() < queries.len() {
            return Err(validation("The values for parameter Id in MetricDataQueries are not unique."));
        }
        let entries = queries.iter().map(|query| Entry::of(query, &by_id)).collect::<Result<Vec<_>, _>>()?;
        let order = order(&entries)?;
        let mut rank = vec![0; entries.len()];
        order.iter().enumerate().for_each(|(place, index)| rank[*index] = place);
        let mut book = Self { entries, by_id, rank };
        book.set_periods(&order);
        Ok(book)
    }

    /// Without any query.
    pub(super) fn empty() -> Self {
        Self { entries: Vec::new(), by_id: BTreeMap::new(), rank: Vec::new() }
    }

    /// The index of the query `id`.
    pub(super) fn index(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// What `expr` needs, directly and by way of others, each after what it needs itself; what is `known` already is left out.
    pub(super) fn needed(&self, expr: &Expr, known: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut found = BTreeSet::new();
        let mut open: Vec<usize> = expr.ids().into_iter().filter_map(|id| self.index(id)).collect();
        while let Some(index) = open.pop() {
            if !known(index) && found.insert((self.rank[index], index)) {
                open.extend(&self.entries[index].needs);
            }
        }
        found.into_iter().map(|(_, index)| index).collect()
    }

    /// The metrics whose id contains `part`, in the order of the request.
    pub(super) fn metrics(&self, part: &str) -> impl Iterator<Item = usize> {
        let is_wanted = move |entry: &Entry<'_>| entry.expr.is_none() && entry.query.id.contains(part);
        self.entries.iter().enumerate().filter(move |(_, entry)| is_wanted(entry)).map(|(index, _)| index)
    }

    /// How many entries fulfil `wanted`.
    pub(super) fn count(&self, wanted: impl Fn(&Expr) -> bool) -> usize {
        self.entries.iter().filter(|entry| entry.expr.as_ref().is_some_and(&wanted)).count()
    }

    fn set_periods(&mut self, order: &[usize]) {
        let of_metrics = self.entries.iter().filter(|entry| entry.expr.is_none()).map(|entry| entry.period).max().unwrap_or(0);
        for &index in order {
            let entry = &self.entries[index];
            let Some(expr) = &entry.expr else { continue };
            let named = entry.needs.iter().map(|need| self.entries[*need].period).max().unwrap_or(0);
            let all = if expr.calls(Function::Metrics) { of_metrics } else { 0 };
            let longest = named.max(all).max(search_period(expr));
            let period = entry.query.period.unwrap_or(if longest > 0 { longest } else { DEFAULT_PERIOD });
            self.entries[index].period = period;
        }
    }
}

impl<'a> Entry<'a> {
    fn of(query: &'a Query, by_id: &BTreeMap<&str, usize>) -> Result<Self, ApiError> {
        let text = match &query.source {
            QuerySource::Metric(stat) => return Ok(Self { query, expr: None, needs: Vec::new(), period: stat.period }),
            QuerySource::Expression(text) => text,
        };
        let wrong = |error: MathError| in_expression(&query.id, &error);
        let expr = math::parse(text).map_err(wrong)?;
        let find = |id: &str| by_id.get(id).copied().ok_or_else(|| MathError { at: expr.at, problem: Problem::UnknownId(id.to_owned()) });
        let needs: BTreeSet<usize> = expr.ids().into_iter().map(find).collect::<Result<_, _>>().map_err(wrong)?;
        Ok(Self { query, expr: Some(expr), needs: needs.into_iter().collect(), period: 0 })
    }
}

/// All entries, each after those that it needs.
fn order(entries: &[Entry<'_>]) -> Result<Vec<usize>, ApiError> {
    let mut order = Vec::new();
    let (mut open, mut done) = (vec![false; entries.len()], vec![false; entries.len()]);
    for start in 0..entries.len() {
        let mut stack = vec![(start, false)];
        while let Some((index, is_back)) = stack.pop() {
            if is_back {
                (open[index], done[index]) = (false, true);
                order.push(index);
            } else if !done[index] {
                open[index] = true;
                stack.push((index, true));
                for &need in &entries[index].needs {
                    if open[need] {
                        let problem = Problem::Cycle(entries[need].query.id.clone());
                        return Err(in_expression(&entries[index].query.id, &MathError { at: 0, problem }));
                    }
                    stack.push((need, false));
                }
            }
        }
    }
    Ok(order)
}

/// The longest period that a search in `expr` names.
fn search_period(expr: &Expr) -> i64 {
    let mut longest = 0;
    expr.walk(&mut |part| {
        if let Node::Search(call) = &part.node {
            longest = longest.max(call.period.unwrap_or(0));
        }
    });
    longest
}

/// An error of metric math, worded as CloudWatch does: `Error in expression 'e1': …`.
pub(super) fn in_expression(id: &str, error: &MathError) -> ApiError {
    validation(format!("Error in expression '{id}': {error}"))
}
