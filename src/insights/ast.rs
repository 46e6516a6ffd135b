//! What a query says.

use regex::Regex;

use super::error::Span;
use super::functions::Function;
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
    Stats { values: Vec<Named>, by: Vec<Named> },
    Sort(Vec<(Expr, bool)>),
    Limit(usize),
    Parse { of: Expr, with: Regex, names: Vec<String> },
    Dedup(Vec<Expr>),
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
    /// A length of time, in milliseconds.
    Length(i64),
    Field(String),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// Whether the value contains what the pattern matches.
    Like(Box<Expr>, Box<Pattern>),
    In(Box<Expr>, Vec<Expr>),
    Call(Function, Vec<Expr>),
    /// An aggregate of `stats`.
    Aggregate(Aggregate, Vec<Expr>),
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

/// Aggregates of `stats`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aggregate {
    Count,
    CountDistinct,
    Sum,
    Average,
    Minimum,
    Maximum,
    Percentile,
    StandardDeviation,
    Variance,
    Earliest,
    Latest,
    SortsFirst,
    SortsLast,
}

impl Aggregate {
    /// Names with the aggregate and how many arguments it takes. Older spellings with underscores work too.
    pub(super) const NAMES: [(&'static str, Self, usize); 16] = [
        ("count", Self::Count, 1),
        ("countDistinct", Self::CountDistinct, 1),
        ("count_distinct", Self::CountDistinct, 1),
        ("sum", Self::Sum, 1),
        ("avg", Self::Average, 1),
        ("min", Self::Minimum, 1),
        ("max", Self::Maximum, 1),
        ("pct", Self::Percentile, 2),
        ("percentile", Self::Percentile, 2),
        ("median", Self::Percentile, 1),
        ("stddev", Self::StandardDeviation, 1),
        ("variance", Self::Variance, 1),
        ("earliest", Self::Earliest, 1),
        ("latest", Self::Latest, 1),
        ("sortsFirst", Self::SortsFirst, 1),
        ("sortsLast", Self::SortsLast, 1),
    ];
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
