//! From commands to operators: names become places, so that running a query looks nothing up by name.

mod code;
mod scope;

pub(super) use code::Code;
pub(super) use scope::{Scope, System};

use super::ast::{Command, Expr, Named, Node, Query};
use super::commands::{Dedup, Fields, Filter, Limit, Operator, Parse, Sort, Stats, Tally};
use super::functions::Context;
use super::json::Paths;

/// What all operators of a run share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) context: Context,
    /// The fields of events' JSON that the query asks for.
    pub(super) paths: Paths,
}

/// A query as operators.
pub(super) struct Plan {
    pub(super) operators: Vec<Box<dyn Operator>>,
    /// Names of the columns and what is in them, in terms of the rows behind the last operator.
    pub(super) columns: Vec<(String, Code)>,
    pub(super) paths: Paths,
    /// Whether the query says how many rows it wants.
    pub(super) is_limited: bool,
}

/// Makes operators, command by command.
pub(super) struct Planner<'q> {
    commands: &'q [Command],
    scope: Scope,
    /// Whether the rows still are the events in their order, newest first.
    in_order: bool,
    /// Rows when the query does not say how many.
    limit: usize,
}

impl Plan {
    pub(super) fn of(query: &Query, limit: usize) -> Self {
        let mut planner = Planner { commands: &query.commands, scope: Scope::default(), in_order: true, limit };
        let first_of_shape = planner.commands.iter().position(|command| !command.is_local() || matches!(command, Command::Display(_)));
        let mut operators: Vec<Box<dyn Operator>> = Vec::new();
        for index in 0..planner.commands.len() {
            if Some(index) == first_of_shape {
                operators.push(Box::new(Tally::default()));
            }
            operators.extend(planner.operator(index));
        }
        if first_of_shape.is_none() {
            operators.push(Box::new(Tally::default()));
        }
        let columns = query.columns().into_iter().map(|name| (name.clone(), planner.scope.resolve(&name))).collect();
        let is_limited = query.commands.iter().any(|command| matches!(command, Command::Limit { .. }));
        Self { operators, columns, paths: planner.scope.into_paths(), is_limited }
    }
}

impl Planner<'_> {
    /// The operator of a command, if it needs one.
    fn operator(&mut self, index: usize) -> Option<Box<dyn Operator>> {
        match &self.commands[index] {
            Command::Fields(list) | Command::Display(list) => self.fields(list),
            Command::Filter(expr) => Some(Box::new(Filter::new(self.scope.compile(expr)))),
            Command::Stats(stats) => {
                self.in_order = false;
                Some(Box::new(Stats::new(stats, &mut self.scope)))
            }
            Command::Sort(keys) => self.sort(keys, index),
            Command::Limit { count, .. } => Some(Box::new(Limit::new(*count))),
            Command::Parse(parse) => Some(Box::new(Parse::new(parse, &mut self.scope))),
            Command::Dedup(keys) => Some(Box::new(Dedup::new(self.all(keys)))),
        }
    }

    fn all(&mut self, list: &[Expr]) -> Vec<Code> {
        list.iter().map(|expr| self.scope.compile(expr)).collect()
    }

    /// Plain fields need not be computed: they are looked up when they are shown.
    fn fields(&mut self, list: &[Named]) -> Option<Box<dyn Operator>> {
        let mut computed = Vec::new();
        for named in list {
            if !matches!(&named.expr.node, Node::Field(name) if *name == named.name) {
                computed.push(self.scope.compile(&named.expr));
                self.scope.define(&named.name);
            }
        }
        (!computed.is_empty()).then(|| Box::new(Fields::new(computed)) as Box<dyn Operator>)
    }

    /// Events already come newest first; of other orders only so many rows are kept as can be shown.
    fn sort(&mut self, keys: &[(Expr, bool)], index: usize) -> Option<Box<dyn Operator>> {
        let compiled: Vec<(Code, bool)> = keys.iter().map(|(expr, descends)| (self.scope.compile(expr), *descends)).collect();
        if self.in_order && matches!(&compiled[..], [(Code::System(scope::System::Timestamp), true)]) {
            return None;
        }
        self.in_order = false;
        let rest = &self.commands[index + 1..];
        let next = rest.iter().find(|command| !command.keeps_all());
        let most = match next {
            Some(Command::Limit { count, .. }) => Some(*count),
            None => Some(self.limit),
            Some(_) => None,
        };
        Some(Box::new(Sort::new(compiled, most)))
    }
}

impl Query {
    /// The columns of the result: the last display's, or those of the last stats, or all fields that were named.
    pub(super) fn columns(&self) -> Vec<String> {
        let mut columns = Columns::default();
        for command in &self.commands {
            match command {
                Command::Fields(list) => columns.add(list.iter().map(|named| &named.name)),
                Command::Parse(parse) if !columns.names.is_empty() => columns.add(&parse.names),
                Command::Display(list) => columns.set(list.iter().map(|named| &named.name), true),
                Command::Stats(stats) => columns.set(stats.by.iter().chain(&stats.values).map(|named| &named.name), false),
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
