//! What an expression says.

use super::search::Search;
use crate::metrics::Statistic;

/// A part of an expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// Where it begins, in characters from the start of the expression.
    pub at: usize,
    /// What it is.
    pub node: Node,
}

/// What a part of an expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A number.
    Number(f64),
    /// A quoted text.
    Text(String),
    /// The id of a metric or of another expression.
    Id(String),
    /// A word in capitals that is no call: `REPEAT`, `DESC`, `AVG`.
    Word(String),
    /// `[m1, m2]`.
    List(Vec<Expr>),
    /// `NAME(…)`.
    Call(Function, Vec<Expr>),
    /// `SEARCH('…', 'Sum', 300)`.
    Search(Box<SearchCall>),
    /// `-x`.
    Negate(Box<Expr>),
    /// Operators of one rank from left to right. One node, however long: depth is bounded, length need not be.
    Chain(Box<Expr>, Vec<(Operator, Expr)>),
}

/// A search with what is asked of the metrics that it finds.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchCall {
    /// Which metrics.
    pub search: Search,
    /// Which statistic of them.
    pub statistic: Statistic,
    /// The statistic's name as it was written.
    pub statistic_name: String,
    /// Seconds, if the call says; otherwise the period of the query counts.
    pub period: Option<i64>,
}

/// An operator between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `^`.
    Power,
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `>`.
    Greater,
    /// `<=`.
    LessEqual,
    /// `>=`.
    GreaterEqual,
    /// `AND`, `&&`.
    And,
    /// `OR`, `||`.
    Or,
}

impl Operator {
    /// How it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Power => "^",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::Greater => ">",
            Self::LessEqual => "<=",
            Self::GreaterEqual => ">=",
            Self::And => "AND",
            Self::Or => "OR",
        }
    }

    /// Whether it calculates, rather than compares or joins truths.
    pub fn is_arithmetic(self) -> bool {
        matches!(self, Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Power)
    }

    /// The value of `left OP right`; truths are 1 and 0. Not finite where there is none, as for a division by zero.
    pub fn apply(self, left: f64, right: f64) -> f64 {
        let truth = |truth: bool| f64::from(u8::from(truth));
        match self {
            Self::Add => left + right,
            Self::Subtract => left - right,
            Self::Multiply => left * right,
            Self::Divide => left / right,
            Self::Power => left.powf(right),
            Self::Equal => truth(left == right),
            Self::NotEqual => truth(left != right),
            Self::Less => truth(left < right),
            Self::Greater => truth(left > right),
            Self::LessEqual => truth(left <= right),
            Self::GreaterEqual => truth(left >= right),
            Self::And => truth(left != 0.0 && right != 0.0),
            Self::Or => truth(left != 0.0 || right != 0.0),
        }
    }
}

/// The functions of metric math, under CloudWatch's names. `SEARCH` is [`Node::Search`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are CloudWatch's; `eval` says what each does")]
pub enum Function {
    Abs,
    AnomalyDetectionBand,
    Avg,
    Ceil,
    DatapointCount,
    Date,
    Day,
    Diff,
    DiffTime,
    Epoch,
    Fill,
    First,
    Floor,
    Hour,
    If,
    Last,
    Log,
    #[strum(serialize = "LOG10")]
    Log10,
    Max,
    MetricCount,
    Metrics,
    Min,
    Minute,
    Month,
    Period,
    Rate,
    RemoveEmpty,
    RunningSum,
    Slice,
    Sort,
    Stddev,
    Sum,
    TimeSeries,
    Year,
}

impl Function {
    /// Its name.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// How many arguments it takes, and which.
    pub(super) fn arguments(self) -> (std::ops::RangeInclusive<usize>, &'static str) {
        match self {
            Self::AnomalyDetectionBand => (1..=2, "a time series and perhaps the number of standard deviations"),
            Self::Fill => (2..=2, "a time series or an array of them, and a number, a time series, REPEAT or LINEAR"),
            Self::If => (2..=3, "a condition, a value and perhaps another value"),
            Self::Metrics => (0..=1, "nothing or a text"),
            Self::Slice => (2..=3, "an array of time series, a start and perhaps an end"),
            Self::Sort => (3..=4, "an array of time series, AVG, MIN, MAX or SUM, then ASC or DESC, and perhaps a limit"),
            Self::TimeSeries => (1..=1, "a number"),
            Self::First | Self::Last | Self::MetricCount | Self::RemoveEmpty => (1..=1, "an array of time series"),
            Self::Period => (1..=1, "a metric"),
            Self::Minute | Self::Hour | Self::Day | Self::Date | Self::Month | Self::Year | Self::Epoch => (1..=1, "a time series"),
            _ => (1..=1, "a time series or an array of time series"),
        }
    }
}

impl Expr {
    /// Calls `visit` for this part and every part inside it.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        match &self.node {
            Node::List(parts) | Node::Call(_, parts) => parts.iter().for_each(|part| part.walk(visit)),
            Node::Negate(part) => part.walk(visit),
            Node::Chain(first, rest) => {
                first.walk(visit);
                for (_, part) in rest {
                    part.walk(visit);
                }
            }
            Node::Number(_) | Node::Text(_) | Node::Id(_) | Node::Word(_) | Node::Search(_) => {}
        }
    }

    /// The ids that the expression needs, in order of appearance, perhaps repeated.
    pub fn ids(&self) -> Vec<&str> {
        let mut ids = Vec::new();
        self.walk(&mut |part| {
            if let Node::Id(id) = &part.node {
                ids.push(id.as_str());
            }
        });
        ids
    }

    /// Whether `function` is called anywhere in the expression.
    pub fn calls(&self, function: Function) -> bool {
        let mut found = false;
        self.walk(&mut |part| found |= matches!(&part.node, Node::Call(called, _) if *called == function));
        found
    }

    /// Whether the expression searches for metrics.
    pub fn searches(&self) -> bool {
        let mut found = false;
        self.walk(&mut |part| found |= matches!(&part.node, Node::Search(_)));
        found
    }
}
