//! What a query says.

use regex::Regex;

use super::error::Span;
use super::event::Source;
use super::functions::{Aggregate, Function};
use super::time::Length;
use super::value::Value;

/// A query that has been read.
#[derive(Debug, Clone)]
pub struct Query {
    pub(super) commands: Vec<Command>,
    /// Fields of a JSON message that are discovered; none is all.
    pub(super) most_fields: Option<usize>,
}

/// A step of the pipeline.
#[derive(Debug, Clone)]
pub(super) enum Command {
    Fields(Vec<Named>),
    Display(Vec<Named>),
    Filter(Expr),
    Stats(Stats),
    Sort(Vec<(Expr, bool)>),
    Limit {
        count: usize,
        any: bool,
    },
    Parse(Parse),
    Dedup(Vec<Expr>),
    /// Which log groups are queried, instead of those that the caller names.
    Source(Source),
    Pattern(Expr),
    Diff(Before),
    Unnest {
        of: Expr,
        into: String,
    },
    Expand(String),
    Join(Box<Join>),
    AddTotals(AddTotals),
    Accum {
        of: Expr,
        into: String,
    },
    /// Values for fields of the rows that are put in.
    FillMissing(Vec<(Value, String)>),
    /// Names, perhaps with stars; none means all.
    FillDown(Vec<String>),
    /// `json field=OF "PATH" as INTO`.
    Json {
        of: Expr,
        path: String,
        into: String,
    },
}

/// What `diff` compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    Window,
    Day,
    Week,
    Month,
}

/// `join type=… left=… right=… where left.a = right.b (QUERY)`.
#[derive(Debug, Clone)]
pub(super) struct Join {
    /// Whether rows without a partner stay.
    pub(super) keeps_left: bool,
    pub(super) left: String,
    pub(super) right: String,
    /// Fields of both sides, without the aliases.
    pub(super) keys: Vec<(String, String)>,
    pub(super) query: Query,
}

/// `addtotals`.
#[derive(Debug, Clone)]
pub(super) struct AddTotals {
    pub(super) name: String,
    pub(super) row: bool,
    pub(super) column: bool,
    /// None means all that are numbers.
    pub(super) fields: Vec<String>,
}

/// `stats VALUES by KEYS`.
#[derive(Debug, Clone)]
pub(super) struct Stats {
    pub(super) values: Vec<Named>,
    pub(super) by: Vec<Named>,
    /// By how much later the periods of `bin` are shown.
    pub(super) offset: Option<Length>,
}

/// `parse FIELD PATTERN`.
#[derive(Debug, Clone)]
pub(super) struct Parse {
    pub(super) of: Expr,
    pub(super) with: Extract,
    pub(super) names: Vec<String>,
    /// Whether each match makes a row.
    pub(super) multi: bool,
}

/// How `parse` reads a text.
#[derive(Debug, Clone)]
pub(super) enum Extract {
    /// A pattern with stars, and what it stands for.
    Glob(String, Regex),
    Regex(Regex),
    Logfmt,
    Csv,
}

/// An expression and what its value is called.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) expr: Expr,
    pub(super) name: String,
}

/// An expression with its place.
#[derive(Debug, Clone)]
pub(super) struct Expr {
    pub(super) node: Node,
    pub(super) span: Span,
}

#[derive(Debug, Clone)]
pub(super) enum Node {
    Literal(Value),
    Length(Length),
    Field(String),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// Whether the value contains what the pattern matches.
    Like(Box<Expr>, Box<Pattern>),
    In(Box<Expr>, Vec<Expr>),
    /// Whether the value is among those of another query.
    InQuery(Box<Expr>, Box<Query>),
    Call(&'static Function, Vec<Expr>),
    /// An aggregate of `stats`; without arguments of `*`.
    Aggregate(&'static Aggregate, Vec<Expr>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

#[derive(Debug, Clone)]
pub(super) enum Pattern {
    Text(String),
    Regex(Regex),
}

impl Expr {
    /// Calls `see` with every aggregate inside, outermost first.
    pub(super) fn aggregates<'a>(&'a self, see: &mut dyn FnMut(&'a Self)) {
        match &self.node {
            Node::Aggregate(..) => see(self),
            Node::Not(inner) | Node::Negative(inner) | Node::Like(inner, _) | Node::InQuery(inner, _) => inner.aggregates(see),
            Node::Binary(_, left, right) => {
                left.aggregates(see);
                right.aggregates(see);
            }
            Node::In(inner, list) => {
                inner.aggregates(see);
                for item in list {
                    item.aggregates(see);
                }
            }
            Node::Call(_, arguments) => {
                for argument in arguments {
                    argument.aggregates(see);
                }
            }
            Node::Literal(_) | Node::Length(_) | Node::Field(_) => {}
        }
    }
}

impl Expr {
    /// Calls `see` for every query inside.
    fn subqueries(&self, see: &mut dyn FnMut()) {
        match &self.node {
            Node::InQuery(..) => see(),
            Node::Not(inner) | Node::Negative(inner) | Node::Like(inner, _) => inner.subqueries(see),
            Node::Binary(_, left, right) => {
                left.subqueries(see);
                right.subqueries(see);
            }
            Node::Call(_, arguments) | Node::In(_, arguments) => {
                for argument in arguments {
                    argument.subqueries(see);
                }
            }
            Node::Aggregate(..) | Node::Literal(_) | Node::Length(_) | Node::Field(_) => {}
        }
    }

    /// Calls `see` with every field and call inside.
    pub(super) fn names<'a>(&'a self, see: &mut dyn FnMut(&'a Self)) {
        match &self.node {
            Node::Field(_) => see(self),
            Node::Not(inner) | Node::Negative(inner) | Node::Like(inner, _) | Node::InQuery(inner, _) => inner.names(see),
            Node::Binary(_, left, right) => {
                left.names(see);
                right.names(see);
            }
            Node::In(inner, list) => {
                inner.names(see);
                for item in list {
                    item.names(see);
                }
            }
            Node::Call(_, arguments) | Node::Aggregate(_, arguments) => {
                see(self);
                for argument in arguments {
                    argument.names(see);
                }
            }
            Node::Literal(_) | Node::Length(_) => {}
        }
    }
}

impl Command {
    /// Whether it makes at most one row of each row, from that row alone.
    pub(super) fn is_local(&self) -> bool {
        match self {
            Self::Parse(parse) => !parse.multi,
            Self::Fields(_) | Self::Display(_) | Self::Filter(_) | Self::Json { .. } | Self::Source(_) => true,
            _ => false,
        }
    }

    /// Names that it defines, which later commands can use.
    pub(super) fn defines(&self) -> Vec<&String> {
        match self {
            Self::Fields(list) | Self::Display(list) => list.iter().map(|named| &named.name).collect(),
            Self::Stats(stats) => stats.by.iter().chain(&stats.values).map(|named| &named.name).collect(),
            Self::Parse(parse) => parse.names.iter().collect(),
            Self::Unnest { into, .. } | Self::Accum { into, .. } | Self::Json { into, .. } | Self::Expand(into) => vec![into],
            Self::AddTotals(totals) if totals.row => vec![&totals.name],
            _ => Vec::new(),
        }
    }

    /// Whether it has a query inside, or compares with another time.
    pub(super) fn needs_other_events(&self) -> bool {
        let asks = |expr: &Expr| {
            let mut found = false;
            expr.subqueries(&mut || found = true);
            found
        };
        match self {
            Self::Join(_) | Self::Diff(_) => true,
            Self::Filter(expr) | Self::Pattern(expr) => asks(expr),
            Self::Fields(list) | Self::Display(list) => list.iter().any(|named| asks(&named.expr)),
            _ => false,
        }
    }

    /// Whether it is `sort @timestamp desc`.
    pub(super) fn is_newest_first(&self) -> bool {
        let is_time = |key: &Expr| matches!(&key.node, Node::Field(name) if name == "@timestamp");
        matches!(self, Self::Sort(keys) if matches!(&keys[..], [(key, true)] if is_time(key)))
    }

    /// Whether it keeps every row.
    pub(super) fn keeps_all(&self) -> bool {
        self.is_local() && !matches!(self, Self::Filter(_))
    }
}
