//! The results of queries: what metrics hold and what expressions make of it.
//!
//! Used by `GetMetricData`, by alarms and by anomaly detectors. An expression is evaluated at one period, its own or the longest of the metrics that
//! it needs, at which all of them are read.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::book::{Book, in_expression};
use super::query::{MetricStat, Query, QuerySource};
use super::state::{MetricKey, State};
use super::unit::Unit;
use super::window::Window;
use super::{detectors, labels};
use crate::base::clock::Timestamp;
use crate::metrics::band::{Band, HISTORY};
use crate::metrics::math::{
    self, Candidate, Expr, Function, Grid, MathError, Node, Origin, Problem, SearchCall, Source, TimeSeries, Value,
};
use crate::metrics::{Distribution, Statistic};
use crate::sandbox::api::ApiError;

/// Most series that a search returns, as CloudWatch documents.
const MAX_FOUND: usize = 500;

/// Most datapoints that are held while expressions are evaluated. The service bounds its work otherwise.
const MAX_HELD: usize = 5_000_000;

/// Most bands in a call, as each is trained anew. The service has no such limit.
const MAX_BANDS: usize = 50;

/// The time that is asked about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// Inclusive.
    pub(super) start: Timestamp,
    /// Exclusive.
    pub(super) end: Timestamp,
    pub(super) now: Timestamp,
}

/// What a query results in.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Outcome {
    /// One series, or those of an array in their order; of a band the upper edge, then the lower.
    pub(super) series: Vec<TimeSeries>,
    /// Whether the query is for one series rather than an array.
    pub(super) is_single: bool,
    /// Whether it is a band.
    pub(super) is_band: bool,
    /// Whether data in several units were combined.
    pub(super) several_units: bool,
}

impl Outcome {
    /// Lower and upper edge, when this is a band.
    pub(super) fn band(&self) -> Option<(&TimeSeries, &TimeSeries)> {
        match self.series.as_slice() {
            [upper, lower] if self.is_band => Some((lower, upper)),
            _ => None,
        }
    }
}

/// The results of all `queries` by id, as an alarm needs them. Queries are those of a `Metrics` array, checked by [`super::query::Query::of`].
pub(super) fn evaluate(state: &State, queries: &[Query], span: Span) -> Result<BTreeMap<String, Outcome>, ApiError> {
    let book = Book::of(queries)?;
    let evaluator = Evaluator::new(state, &book, span);
    queries.iter().enumerate().map(|(index, query)| Ok((query.id.clone(), evaluator.outcome(index)?))).collect()
}

/// Evaluates the queries of a [`Book`] over a span of time.
pub(super) struct Evaluator<'a> {
    state: &'a State,
    book: &'a Book<'a>,
    span: Span,
    known: Known,
    several_units: RefCell<Vec<usize>>,
    held: Cell<usize>,
    bands: Cell<usize>,
    too_many_found: Cell<bool>,
}

/// Values that were needed, by period and index of the query.
type Known = RefCell<BTreeMap<(i64, usize), Value>>;

/// The queries at one period over a span of time.
struct Frame<'a> {
    evaluator: &'a Evaluator<'a>,
    span: Span,
    period: i64,
    known: &'a Known,
    is_history: bool,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(state: &'a State, book: &'a Book<'a>, span: Span) -> Self {
        Self {
            state,
            book,
            span,
            known: Known::default(),
            several_units: RefCell::default(),
            held: Cell::new(0),
            bands: Cell::new(0),
            too_many_found: Cell::new(false),
        }
    }

    /// The result of the query at `index`.
    pub(super) fn outcome(&self, index: usize) -> Result<Outcome, ApiError> {
        let entry = &self.book.entries[index];
        let frame = Frame { evaluator: self, span: self.span, period: entry.period, known: &self.known, is_history: false };
        let value = match &entry.expr {
            None => Value::Series(frame.metric(index)),
            Some(expr) => frame.result(expr).map_err(|error| in_expression(&entry.query.id, &error))?,
        };
        Ok(Outcome {
            is_single: matches!(value, Value::Series(_)),
            is_band: entry.expr.as_ref().is_some_and(is_band),
            several_units: self.several_units.borrow().contains(&index),
            series: value.into_series(),
        })
    }

    /// Whether a search found more metrics than it may return.
    pub(super) fn found_too_many(&self) -> bool {
        self.too_many_found.get()
    }

    /// The series for which `of`, the first argument of a band, stands, over the history that it is trained on.
    fn history(&self, of: &Expr, period: i64, end: Timestamp) -> Result<TimeSeries, MathError> {
        let end = end.min(self.span.now);
        let start = Timestamp::from_second(end.as_second() - HISTORY).unwrap_or(Timestamp::UNIX_EPOCH);
        let known = Known::default();
        let frame = Frame { evaluator: self, span: Span { start, end, ..self.span }, period, known: &known, is_history: true };
        match frame.result(of)? {
            Value::Series(series) => Ok(series),
            _ => Err(problem(
                of,
                Problem::Band("ANOMALY_DETECTION_BAND takes a metric or an expression that returns a single time series".to_owned()),
            )),
        }
    }

    fn hold(&self, value: &Value) -> Result<(), Problem> {
        self.held.set(self.held.get() + value.size());
        if self.held.get() > MAX_HELD { Err(Problem::Points { most: MAX_HELD }) } else { Ok(()) }
    }
}

/// Whether the result of `expr` is a band.
pub(super) fn is_band(expr: &Expr) -> bool {
    matches!(&expr.node, Node::Call(Function::AnomalyDetectionBand, _))
}

fn problem(expr: &Expr, problem: Problem) -> MathError {
    MathError { at: expr.at, problem }
}

impl Frame<'_> {
    /// The value of an expression; what it needs is evaluated before, in order, so that long chains of ids need no deep stack.
    fn result(&self, expr: &Expr) -> Result<Value, MathError> {
        let book = self.evaluator.book;
        let needed = book.needed(expr, |index| self.known.borrow().contains_key(&(self.period, index)));
        for index in needed {
            let value = match &book.entries[index].expr {
                None => Value::Series(self.metric(index)),
                Some(inner) => math::evaluate(inner, self)?,
            };
            self.evaluator.hold(&value).map_err(|error| problem(expr, error))?;
            self.known.borrow_mut().insert((self.period, index), value);
        }
        match math::evaluate(expr, self)? {
            Value::Scalar(_) => Err(problem(expr, Problem::Scalar)),
            value => Ok(value),
        }
    }

    /// The metric of the query at `index`, read at the period of the frame.
    fn metric(&self, index: usize) -> TimeSeries {
        let query = self.evaluator.book.entries[index].query;
        let QuerySource::Metric(stat) = &query.source else { return TimeSeries::default() };
        let (series, several_units) = self.read(&stat.key, &stat.stat, stat.unit, self.period);
        if several_units {
            self.evaluator.several_units.borrow_mut().push(index);
        }
        let own = query.label.clone().filter(|label| !labels::is_dynamic(label));
        TimeSeries { label: own.unwrap_or_else(|| stat.key.name.clone()), ..series }
    }

    /// The statistic of a metric in each period, and whether data in several units went into it.
    fn read(&self, key: &MetricKey, stat: &str, unit: Option<Unit>, period: i64) -> (TimeSeries, bool) {
        let window = Window::new(self.span.start, self.span.end, period, self.span.now);
        let mut units = self.evaluator.state.read(key, &window, unit, self.span.now).into_iter();
        let mut periods = units.next().map(|(_, periods)| periods).unwrap_or_default();
        let mut several_units = false;
        for (_, more) in units {
            several_units = true;
            for (at, samples) in &more {
                periods.entry(*at).or_default().merge(samples);
            }
        }
        let statistic = stat.parse::<Statistic>().ok();
        let value = |samples: &Distribution| samples.statistic(&statistic?);
        let points = periods.iter().filter_map(|(at, samples)| Some((*at, value(samples)?)));
        let series = TimeSeries { origin: Some(Arc::new(origin(key, stat))), is_metric: true, ..TimeSeries::nameless(period, points) };
        (series, several_units)
    }

    fn window(&self, period: i64) -> Window {
        Window::new(self.span.start, self.span.end, period, self.span.now)
    }
}

fn origin(key: &MetricKey, stat: &str) -> Origin {
    Origin { namespace: key.namespace.clone(), metric: key.name.clone(), dimensions: key.dimensions.clone(), statistic: stat.to_owned() }
}

impl Source for Frame<'_> {
    fn value(&self, id: &str) -> Result<Option<Value>, MathError> {
        let index = self.evaluator.book.index(id);
        Ok(index.and_then(|index| self.known.borrow().get(&(self.period, index)).cloned()))
    }

    fn metrics(&self, part: &str) -> Result<Vec<TimeSeries>, MathError> {
        Ok(self.evaluator.book.metrics(part).map(|index| self.metric(index)).collect())
    }

    fn search(&self, call: &SearchCall) -> Result<Vec<TimeSeries>, MathError> {
        let evaluator = self.evaluator;
        let is_wanted =
            |key: &&MetricKey| call.search.finds(&Candidate { namespace: &key.namespace, metric: &key.name, dimensions: &key.dimensions });
        let mut found = evaluator.state.listed(self.span.now, false).filter(is_wanted);
        let keys: Vec<&MetricKey> = found.by_ref().take(MAX_FOUND).collect();
        evaluator.too_many_found.set(evaluator.too_many_found.get() || found.next().is_some());
        let period = call.period.unwrap_or(self.period);
        let names = labels::telling_apart(&keys);
        let mut series = Vec::with_capacity(keys.len());
        for (key, label) in keys.iter().zip(names) {
            let (values, _) = self.read(key, &call.statistic_name, None, period);
            let value = Value::Series(TimeSeries { label, is_metric: false, ..values });
            evaluator.hold(&value).map_err(|problem| MathError { at: 0, problem })?;
            series.extend(value.into_series());
        }
        Ok(series)
    }

    fn band(&self, of: &Expr, width: f64) -> Result<[TimeSeries; 2], MathError> {
        let refuse = |text: &str| Err(problem(of, Problem::Band(text.to_owned())));
        if self.is_history {
            return refuse("An expression can contain one ANOMALY_DETECTION_BAND only");
        }
        let evaluator = self.evaluator;
        evaluator.bands.set(evaluator.bands.get() + 1);
        if evaluator.bands.get() > MAX_BANDS {
            return refuse(&format!("The sandbox computes at most {MAX_BANDS} bands in a call"));
        }
        let history = evaluator.history(of, self.period, self.span.end)?;
        let detector = detectors::of_band(evaluator.state, evaluator.book, of);
        let band = Band::train(&detectors::kept(&history.points, detector), &detectors::tuning(detector));
        let grid = self.grid(self.period);
        if (grid.end - grid.start) / grid.period > math::MAX_DENSE as i64 {
            return Err(problem(of, Problem::Points { most: math::MAX_DENSE }));
        }
        let edge = |name: &str, pick: fn((f64, f64)) -> f64| {
            let points = grid.moments().filter_map(|at| Some((at, pick(band.as_ref()?.edges(at, width)))));
            // CloudWatch's own names of the two series are not known.
            TimeSeries { label: format!("{} {name}", history.label).trim().to_owned(), ..TimeSeries::nameless(self.period, points) }
        };
        Ok([edge("upper", |(_, upper)| upper), edge("lower", |(lower, _)| lower)])
    }

    /// Up to now only: what has not begun is not missing.
    fn grid(&self, period: i64) -> Grid {
        let window = self.window(period);
        Grid { start: window.start, end: window.end.min(self.span.now.as_second() + 1).max(window.start), period }
    }

    fn period(&self) -> i64 {
        self.period
    }
}

/// The statistic of a metric over a span at its own period.
pub(super) fn metric_series(state: &State, stat: &MetricStat, span: Span) -> TimeSeries {
    let book = Book::empty();
    let evaluator = Evaluator::new(state, &book, span);
    let frame = Frame { evaluator: &evaluator, span, period: stat.period, known: &evaluator.known, is_history: true };
    frame.read(&stat.key, &stat.stat, stat.unit, stat.period).0
}
