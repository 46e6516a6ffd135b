//! What a query says.

use regex::Regex;

use super::error::Span;
use super::functions::{Aggregate, Function};
use super::time::Length;
use super::value::Value;

/// A query that has been read.
#[derive(Debug, Clone)]
pub struct Query {
    pub(super) commands: Vec<Command>,
}

/// A step of the pipeline.
#[derive(Debug, Clone)]
pub(super) enum Command {
    Fields(Vec<Named>),
    Display(Vec<Named>),
    Filter(Expr),
    Stats(Stats),
    Sort(Vec<(Expr, bool)>),
    Limit { count: usize, any: bool },
    Parse(Parse),
    Dedup(Vec<Expr>),
}

/// `stats VALUES by KEYS`.
#[derive(Debug, Clone)]
pub(super) struct Stats {
    pub(super) values: Vec<Named>,
    pub(super) by: Vec<Named>,
}

/// `parse FIELD PATTERN`.
#[derive(Debug, Clone)]
pub(super) struct Parse {
    pub(super) of: Expr,
    pub(super) with: Regex,
    pub(super) names: Vec<String>,
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
            Node::Not(inner) | Node::Negative(inner) | Node::Like(inner, _) => inner.aggregates(see),
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

impl Command {
    /// Whether it makes at most one row of each row, from that row alone.
    pub(super) fn is_local(&self) -> bool {
        matches!(self, Self::Fields(_) | Self::Display(_) | Self::Filter(_) | Self::Parse(_))
    }

    /// Whether it keeps every row.
    pub(super) fn keeps_all(&self) -> bool {
        self.is_local() && !matches!(self, Self::Filter(_))
    }
}
