//! The value of an expression.

use super::ast::{Expr, Function, Node, Operator, SearchCall};
use super::error::{MathError, Problem};
use super::functions::{arrays, choose, points, time};
use super::value::{TimeSeries, Value, joined};

/// Most datapoints of a series that is made without gaps: as many as CloudWatch returns in one call.
pub const MAX_DENSE: usize = 100_800;

/// What an expression is evaluated over.
pub trait Source {
    /// The value of the metric or expression `id`; `None` when there is none.
    fn value(&self, id: &str) -> Result<Option<Value>, MathError>;

    /// The metrics of the request whose id contains `part`, in their order.
    fn metrics(&self, part: &str) -> Result<Vec<TimeSeries>, MathError>;

    /// The metrics that a search finds.
    fn search(&self, call: &SearchCall) -> Result<Vec<TimeSeries>, MathError>;

    /// Upper and lower edge of the normal range of `of`, `width` standard deviations wide to each side.
    fn band(&self, of: &Expr, width: f64) -> Result<[TimeSeries; 2], MathError>;

    /// The moments of a series without gaps and of this period.
    fn grid(&self, period: i64) -> Grid;

    /// The period of series that are made from nothing.
    fn period(&self) -> i64;
}

/// The starts of periods from `start` (epoch seconds, inclusive) to `end` (exclusive).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// The first start.
    pub start: i64,
    /// The end.
    pub end: i64,
    /// Seconds between two starts, positive.
    pub period: i64,
}

impl Grid {
    /// All starts.
    pub fn moments(self) -> impl Iterator<Item = i64> {
        (self.start..self.end).step_by(self.period.max(1) as usize)
    }

    /// Refuses grids that are too fine for their length.
    fn checked(self, at: usize) -> Result<Self, MathError> {
        let count = (self.end - self.start) / self.period.max(1);
        if count <= MAX_DENSE as i64 { Ok(self) } else { Err(MathError::new(at, Problem::Points { most: MAX_DENSE })) }
    }
}

/// The value of `expr` over what `source` knows. A final result must not be a [`Value::Scalar`], which the caller decides.
pub fn evaluate(expr: &Expr, source: &dyn Source) -> Result<Value, MathError> {
    match &expr.node {
        Node::Number(number) => Ok(Value::Scalar(*number)),
        Node::Id(id) => source.value(id)?.ok_or_else(|| MathError::new(expr.at, Problem::UnknownId(id.clone()))),
        Node::List(items) => list(items, source),
        Node::Call(function, arguments) => Call { at: expr.at, function: *function, arguments, source }.run(),
        Node::Search(call) => Ok(Value::Array(source.search(call)?)),
        Node::Negate(operand) => Ok(each(evaluate(operand, source)?, |value| -value)),
        Node::Chain(first, rest) => chain(expr.at, evaluate(first, source)?, rest, source),
        Node::Text(_) | Node::Word(_) => {
            let problem = Problem::Syntax { at: expr.at, found: "a text".to_owned(), expected: "a value" };
            Err(MathError::new(expr.at, problem))
        }
    }
}

/// All series of the items, arrays among them taken apart.
fn list(items: &[Expr], source: &dyn Source) -> Result<Value, MathError> {
    let mut series = Vec::new();
    for item in items {
        match evaluate(item, source)? {
            Value::Scalar(_) => return Err(MathError::arguments(item.at, "[ ]", "time series and arrays of time series")),
            value => series.extend(value.into_series()),
        }
    }
    Ok(Value::Array(series))
}

/// A value changed number by number.
fn each(value: Value, change: impl Fn(f64) -> f64) -> Value {
    match value {
        Value::Scalar(number) => Value::Scalar(change(number)),
        Value::Series(series) => Value::Series(series.map(change)),
        Value::Array(series) => Value::Array(series.iter().map(|series| series.map(&change)).collect()),
    }
}

fn chain(at: usize, first: Value, rest: &[(Operator, Expr)], source: &dyn Source) -> Result<Value, MathError> {
    rest.iter().try_fold(first, |left, (operator, right)| operate(at, *operator, left, evaluate(right, source)?))
}

/// `left OP right`. Comparisons and truths take series and numbers only; arithmetic takes arrays, too, series by series.
fn operate(at: usize, operator: Operator, left: Value, right: Value) -> Result<Value, MathError> {
    let apply = |a: f64, b: f64| operator.apply(a, b);
    let wrong = |left: &Value, right: &Value| {
        MathError::new(at, Problem::Operands { operator: operator.symbol(), left: left.kind(), right: right.kind() })
    };
    match (left, right) {
        (Value::Scalar(a), Value::Scalar(b)) => Ok(Value::Scalar(apply(a, b))),
        (Value::Series(a), Value::Series(b)) => Ok(Value::Series(joined(&a, &b, apply))),
        (left @ Value::Series(_), Value::Scalar(b)) => Ok(each(left, |a| apply(a, b))),
        (Value::Scalar(a), right @ Value::Series(_)) => Ok(each(right, |b| apply(a, b))),
        (left, right) if !operator.is_arithmetic() => Err(wrong(&left, &right)),
        (left @ Value::Array(_), Value::Scalar(b)) => Ok(each(left, |a| apply(a, b))),
        (Value::Scalar(a), right @ Value::Array(_)) => Ok(each(right, |b| apply(a, b))),
        (Value::Array(many), Value::Series(b)) => Ok(Value::Array(many.iter().map(|a| named(joined(a, &b, apply), a)).collect())),
        (Value::Series(a), Value::Array(many)) => Ok(Value::Array(many.iter().map(|b| named(joined(&a, b, apply), b)).collect())),
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            Ok(Value::Array(a.iter().zip(&b).map(|(a, b)| named(joined(a, b, apply), a)).collect()))
        }
        (Value::Array(a), Value::Array(b)) => {
            let problem = Problem::Sizes { operator: operator.symbol(), left: a.len(), right: b.len() };
            Err(MathError::new(at, problem))
        }
    }
}

/// `series` under the name of `after`.
fn named(series: TimeSeries, after: &TimeSeries) -> TimeSeries {
    TimeSeries { label: after.label.clone(), origin: after.origin.clone(), ..series }
}

/// A call of a function.
struct Call<'a> {
    at: usize,
    function: Function,
    arguments: &'a [Expr],
    source: &'a dyn Source,
}

impl Call<'_> {
    fn run(&self) -> Result<Value, MathError> {
        match self.function {
            Function::AnomalyDetectionBand => self.band(),
            Function::Fill => self.fill(),
            Function::If => self.choose(),
            Function::Metrics => self.metrics(),
            Function::Period => self.period(),
            Function::Slice => self.slice(),
            Function::Sort => self.sort(),
            Function::TimeSeries => self.constant(),
            Function::First | Function::Last | Function::MetricCount | Function::RemoveEmpty => self.of_array(),
            Function::Minute | Function::Hour | Function::Day | Function::Date | Function::Month | Function::Year | Function::Epoch => {
                self.calendar()
            }
            Function::Avg | Function::DatapointCount | Function::Max | Function::Min | Function::Stddev | Function::Sum => self.aggregate(),
            _ => self.point_by_point(),
        }
    }

    fn wrong(&self) -> MathError {
        MathError::arguments(self.at, self.function.name(), self.function.arguments().1)
    }

    fn argument(&self, index: usize) -> Result<Value, MathError> {
        evaluate(self.arguments.get(index).ok_or_else(|| self.wrong())?, self.source)
    }

    fn series(&self, index: usize) -> Result<TimeSeries, MathError> {
        match self.argument(index)? {
            Value::Series(series) => Ok(series),
            _ => Err(self.wrong()),
        }
    }

    fn array(&self, index: usize) -> Result<Vec<TimeSeries>, MathError> {
        match self.argument(index)? {
            Value::Array(series) => Ok(series),
            _ => Err(self.wrong()),
        }
    }

    fn number(&self, index: usize) -> Result<f64, MathError> {
        match self.argument(index)? {
            Value::Scalar(number) => Ok(number),
            _ => Err(self.wrong()),
        }
    }

    /// A whole number that is not negative.
    fn count(&self, index: usize) -> Result<usize, MathError> {
        let number = self.number(index)?;
        if number >= 0.0 && number.fract() == 0.0 { Ok(number as usize) } else { Err(self.wrong()) }
    }

    fn grid(&self, period: i64) -> Result<Grid, MathError> {
        self.source.grid(period).checked(self.at)
    }

    fn band(&self) -> Result<Value, MathError> {
        let width = if self.arguments.len() > 1 { self.number(1)? } else { 2.0 };
        if !(width.is_finite() && width > 0.0) {
            return Err(self.wrong());
        }
        let of = self.arguments.first().ok_or_else(|| self.wrong())?;
        Ok(Value::Array(self.source.band(of, width)?.into()))
    }

    fn fill(&self) -> Result<Value, MathError> {
        let value = self.argument(0)?;
        let with = match self.arguments.get(1).map(|argument| &argument.node) {
            Some(Node::Word(word)) if word == "REPEAT" => points::Filler::Repeat,
            Some(Node::Word(_)) => points::Filler::Linear,
            _ => match self.argument(1)? {
                Value::Scalar(number) => points::Filler::Number(number),
                Value::Series(series) => points::Filler::Series(series),
                Value::Array(_) => return Err(self.wrong()),
            },
        };
        self.map_series(value, |series| Ok(points::fill(series, &with, self.grid(series.period)?)))
    }

    fn choose(&self) -> Result<Value, MathError> {
        let otherwise = if self.arguments.len() > 2 { Some(self.argument(2)?) } else { None };
        choose::choose(&self.argument(0)?, &self.argument(1)?, otherwise.as_ref()).ok_or_else(|| self.wrong())
    }

    fn metrics(&self) -> Result<Value, MathError> {
        let part = match self.arguments.first().map(|argument| &argument.node) {
            Some(Node::Text(part)) => part.as_str(),
            _ => "",
        };
        self.source.metrics(part).map(Value::Array)
    }

    fn period(&self) -> Result<Value, MathError> {
        let series = self.series(0)?;
        if series.is_metric { Ok(Value::Scalar(series.period as f64)) } else { Err(self.wrong()) }
    }

    fn slice(&self) -> Result<Value, MathError> {
        let series = self.array(0)?;
        let start = self.count(1)?.min(series.len());
        let end = if self.arguments.len() > 2 { self.count(2)? } else { series.len() };
        Ok(Value::Array(series.into_iter().take(end).skip(start).collect()))
    }

    fn sort(&self) -> Result<Value, MathError> {
        let word = |index: usize| match self.arguments.get(index).map(|argument| &argument.node) {
            Some(Node::Word(word)) => Ok(word.as_str()),
            _ => Err(self.wrong()),
        };
        let limit = if self.arguments.len() > 3 { self.count(3)? } else { usize::MAX };
        let by = word(1)?.parse::<Function>().map_err(|_| self.wrong())?;
        let mut sorted = arrays::sort(self.array(0)?, by, word(2)? == "DESC");
        sorted.truncate(limit);
        Ok(Value::Array(sorted))
    }

    fn constant(&self) -> Result<Value, MathError> {
        let number = self.number(0)?;
        let grid = self.grid(self.source.period())?;
        Ok(Value::Series(TimeSeries::nameless(grid.period, grid.moments().map(|at| (at, number)))))
    }

    fn of_array(&self) -> Result<Value, MathError> {
        let mut series = self.array(0)?;
        let empty = || TimeSeries::nameless(self.source.period(), []);
        Ok(match self.function {
            Function::First => Value::Series(if series.is_empty() { empty() } else { series.swap_remove(0) }),
            Function::Last => Value::Series(series.pop().unwrap_or_else(empty)),
            Function::MetricCount => Value::Scalar(series.len() as f64),
            _ => Value::Array(series.into_iter().filter(|series| !series.points.is_empty()).collect()),
        })
    }

    fn calendar(&self) -> Result<Value, MathError> {
        let series = self.series(0)?;
        let grid = self.grid(series.period)?;
        Ok(Value::Series(series.with(grid.moments().map(|at| (at, time::part(self.function, at))))))
    }

    /// A number of a series; of an array a series with the number at each moment.
    fn aggregate(&self) -> Result<Value, MathError> {
        match self.argument(0)? {
            Value::Series(series) => Ok(Value::Scalar(arrays::of_values(self.function, &series.values().collect::<Vec<_>>()))),
            Value::Array(series) => Ok(Value::Series(arrays::across(self.function, &series, self.source.period()))),
            Value::Scalar(_) => Err(self.wrong()),
        }
    }

    fn point_by_point(&self) -> Result<Value, MathError> {
        let value = self.argument(0)?;
        self.map_series(value, |series| Ok(points::change(self.function, series)))
    }

    /// Changes the series or each series of an array.
    fn map_series(&self, value: Value, change: impl Fn(&TimeSeries) -> Result<TimeSeries, MathError>) -> Result<Value, MathError> {
        match value {
            Value::Series(series) => change(&series).map(Value::Series),
            Value::Array(series) => series.iter().map(change).collect::<Result<_, _>>().map(Value::Array),
            Value::Scalar(_) => Err(self.wrong()),
        }
    }
}
