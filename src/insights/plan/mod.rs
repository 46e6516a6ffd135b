//! From commands to operators: names become places, so that running a query looks nothing up by name. Queries inside the query are run here.

mod code;
mod columns;
mod inner;
mod scope;

use std::collections::HashMap;

pub(super) use code::Code;
pub(super) use inner::Outside;
pub(super) use scope::{Scope, System};

use super::ast::{AddTotals, Command, Expr, Named, Node, Query, Stats};
use super::commands::{self, DIFF_COLUMNS, Operator, PATTERN_COLUMNS, Tally};
use super::functions::Context;
use super::json::Paths;
use super::order::is_bin;
use super::pipeline::Stopped;
use super::value::Value;

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
    /// What is in the columns, in terms of the rows behind the last operator.
    pub(super) columns: Vec<Code>,
    pub(super) paths: Paths,
}

/// Makes operators, command by command.
struct Planner<'a> {
    commands: &'a [Command],
    scope: Scope,
    /// Whether the rows still are the events in their order, newest first.
    in_order: bool,
    outside: &'a Outside<'a>,
    /// The `stats` before, with the slots of its keys.
    stats: Option<(&'a Stats, Vec<usize>)>,
    /// The join, whose other side is run when all of it that is asked for is known: its place, and the code of its keys.
    join: Option<(usize, &'a super::ast::Join, Vec<Code>)>,
}

impl Plan {
    /// The operators of a query; `columns` are what its rows shall show.
    pub(super) fn of(query: &Query, columns: &[String], outside: &Outside<'_>) -> Result<Self, Stopped> {
        let commands = &query.commands;
        let mut planner = Planner { commands, scope: Scope::default(), in_order: true, outside, stats: None, join: None };
        let first_of_shape = commands.iter().position(|command| !command.is_local() || matches!(command, Command::Display(_)));
        let mut operators: Vec<Box<dyn Operator>> = Vec::new();
        for (index, command) in commands.iter().enumerate() {
            if Some(index) == first_of_shape {
                operators.push(Box::new(Tally::default()));
            }
            if let Command::Join(join) = command {
                planner.start_join(operators.len(), join);
            } else {
                operators.extend(planner.operator(index)?);
            }
        }
        if first_of_shape.is_none() {
            operators.push(Box::new(Tally::default()));
        }
        let columns = columns.iter().map(|name| planner.scope.resolve(name)).collect();
        if let Some((place, join, keys)) = planner.join.take() {
            let table = outside.table(join, planner.scope.asked())?;
            operators.insert(place, Box::new(commands::Join::new(keys, table, join.keeps_left)));
        }
        let mut paths = planner.scope.into_paths();
        paths.discover(outside.most_fields);
        Ok(Self { operators, columns, paths })
    }
}

/// What a command needs, if it needs something.
type Made = Option<Box<dyn Operator>>;

#[expect(clippy::unnecessary_wraps, reason = "what most arms of a match give")]
fn some(operator: impl Operator) -> Made {
    Some(Box::new(operator))
}

impl<'a> Planner<'a> {
    fn operator(&mut self, index: usize) -> Result<Made, Stopped> {
        let commands: &'a [Command] = self.commands;
        Ok(match &commands[index] {
            Command::Fields(list) | Command::Display(list) => self.fields(list)?,
            Command::Filter(expr) => some(commands::Filter::new(self.code(expr)?)),
            Command::Stats(stats) => self.stats(stats),
            Command::Sort(keys) => self.sort(keys, index)?,
            Command::Limit { count, .. } => some(commands::Limit::new(*count)),
            Command::Parse(parse) => some(commands::Parse::new(parse, &mut self.scope)),
            Command::Dedup(keys) => some(commands::Dedup::new(keys.iter().map(|key| self.code(key)).collect::<Result<_, _>>()?)),
            Command::Pattern(of) => self.pattern(of, index)?,
            Command::Unnest { of, into } => self.unnest(of, into)?,
            Command::Expand(name) => self.expand(name),
            Command::AddTotals(totals) => self.totals(totals, index),
            Command::Accum { of, into } => {
                let code = self.code(of)?;
                self.scope.define(into);
                some(commands::Accum::new(code))
            }
            Command::FillMissing(fills) => self.fill_missing(fills),
            Command::FillDown(names) => self.fill_down(names, index),
            Command::Json { of, path, into } => {
                let code = self.code(of)?;
                self.scope.define(into);
                some(commands::Json::new(code, path))
            }
            Command::Source(_) | Command::Diff(_) | Command::Join(_) => None,
        })
    }

    /// The code of an expression; the queries inside it are run.
    fn code(&mut self, expr: &Expr) -> Result<Code, Stopped> {
        let mut sets = HashMap::new();
        self.outside.run_inside(expr, &mut sets)?;
        if sets.is_empty() {
            return Ok(self.scope.compile(expr));
        }
        // The tested value of each is compiled first, as the replacement cannot compile.
        let tested: HashMap<usize, Code> = sets.values().map(|(inner, _)| (inner.span.start, self.scope.compile(inner))).collect();
        Ok(self.scope.compile_with(expr, &mut |part| match &part.node {
            Node::InQuery(inner, _) => {
                let (_, set) = sets.get(&inner.span.start)?;
                Some(Code::Among(Box::new(tested.get(&inner.span.start)?.clone()), set.clone()))
            }
            _ => None,
        }))
    }

    /// Plain fields need not be computed: they are looked up when they are shown.
    fn fields(&mut self, list: &[Named]) -> Result<Made, Stopped> {
        let mut computed = Vec::new();
        for named in list {
            if !matches!(&named.expr.node, Node::Field(name) if *name == named.name) {
                computed.push(self.code(&named.expr)?);
                self.scope.define(&named.name);
            }
        }
        Ok(if computed.is_empty() { None } else { some(commands::Fields::new(computed)) })
    }

    fn stats(&mut self, stats: &'a Stats) -> Made {
        self.in_order = false;
        let operator = commands::Stats::new(stats, &mut self.scope);
        self.stats = Some((stats, operator.key_slots()));
        some(operator)
    }

    /// Events already come newest first; of other orders only so many rows are kept as can be shown.
    fn sort(&mut self, keys: &[(Expr, bool)], index: usize) -> Result<Made, Stopped> {
        let compiled = keys.iter().map(|(expr, descends)| Ok((self.code(expr)?, *descends))).collect::<Result<Vec<_>, Stopped>>()?;
        if self.in_order && matches!(&compiled[..], [(Code::System(System::Timestamp), true)]) {
            return Ok(None);
        }
        self.in_order = false;
        let most = match self.commands[index + 1..].iter().find(|command| !command.keeps_all()) {
            Some(Command::Limit { count, .. }) => Some(*count),
            None => Some(self.outside.limit),
            Some(_) => None,
        };
        Ok(some(commands::Sort::new(compiled, most)))
    }

    /// With `diff` behind it, messages of an earlier time go in first.
    fn pattern(&mut self, of: &Expr, index: usize) -> Result<Made, Stopped> {
        let code = self.code(of)?;
        let before = match self.commands.get(index + 1) {
            Some(Command::Diff(before)) => Some(self.outside.messages_before(&self.commands[..index], of, *before)?),
            _ => None,
        };
        let columns: &[&str] = if before.is_some() { &DIFF_COLUMNS } else { &PATTERN_COLUMNS };
        self.scope.restart(columns.len());
        for (slot, name) in columns.iter().enumerate() {
            self.scope.alias(name, slot);
        }
        self.in_order = false;
        Ok(some(commands::Pattern::new(code, before.as_deref())))
    }

    fn unnest(&mut self, of: &Expr, into: &str) -> Result<Made, Stopped> {
        let code = self.code(of)?;
        self.scope.define(into);
        Ok(some(commands::Unnest::new(code, false)))
    }

    fn expand(&mut self, name: &str) -> Made {
        let code = self.scope.resolve(name);
        self.scope.define(name);
        some(commands::Unnest::new(code, true))
    }

    fn start_join(&mut self, place: usize, join: &'a super::ast::Join) {
        let keys = join.keys.iter().map(|(left, _)| self.scope.resolve(left)).collect();
        self.scope.join(&join.left, &join.right);
        self.join = Some((place, join, keys));
    }

    /// The columns that the commands so far show, but for those that are what they are by themselves.
    fn shown(&self, index: usize) -> Vec<String> {
        let columns = columns::of(&self.commands[..index]);
        columns.into_iter().filter(|name| !name.starts_with('@')).collect()
    }

    fn totals(&mut self, totals: &AddTotals, index: usize) -> Made {
        let names = if totals.fields.is_empty() { self.shown(index) } else { totals.fields.clone() };
        let fields = names.iter().map(|name| self.scope.resolve(name)).collect();
        let slots = self.scope.slots();
        if totals.column {
            for name in &names {
                self.scope.define(name);
            }
        }
        if totals.row {
            self.scope.define(&totals.name);
        }
        some(commands::AddTotals::new(fields, totals.row, totals.column.then_some(slots)))
    }

    /// The periods are those of the `bin` of the stats before.
    fn fill_missing(&mut self, fills: &[(Value, String)]) -> Made {
        let (stats, slots) = self.stats.clone()?;
        let bin = stats.by.iter().position(|named| is_bin(&named.expr))?;
        let Node::Call(_, arguments) = &stats.by[bin].expr.node else { return None };
        let Some(Node::Length(length)) = arguments.first().map(|first| &first.node) else { return None };
        let others = slots.iter().enumerate().filter(|(place, _)| *place != bin).map(|(_, slot)| *slot).collect();
        let fills = fills.iter().filter_map(|(value, name)| match self.scope.resolve(name) {
            Code::Slot(slot) => Some((slot, value.clone())),
            _ => None,
        });
        let fills = fills.collect();
        some(commands::FillMissing::new((slots[bin], *length), others, fills, self.scope.slots()))
    }

    fn fill_down(&mut self, names: &[String], index: usize) -> Made {
        let shown = self.shown(index);
        let mut wanted: Vec<String> = Vec::new();
        for name in names {
            if name.contains('*') {
                wanted.extend(shown.iter().filter(|column| columns::fits(column, name)).cloned());
            } else {
                wanted.push(name.clone());
            }
        }
        let wanted = if names.is_empty() { shown } else { wanted };
        let fields = wanted.iter().map(|name| self.scope.resolve(name)).collect();
        for name in &wanted {
            self.scope.define(name);
        }
        some(commands::FillDown::new(fields))
    }
}
