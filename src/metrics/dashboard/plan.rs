//! Which series a dashboard needs, each once, and its plots from the answers.
//!
//! Everything a refresh shows is asked for together: [`Frame::asks`] names the series, whoever fetches them gives back [`Answers`], and
//! [`Frame::plots`] and [`Frame::numbers`] make what is drawn. Bounds of the time are whole periods, as CloudWatch wants them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::choice::Combine;
use super::{Choice, Dashboard, Kind, MetricRef, Number, Widget};
use crate::metrics::math::{self, Expr, Grid, MathError, SearchCall, Source, TimeSeries, Value};
use crate::metrics::range::{DAY_MS, PERIODS, auto_period_ms, floor_to, kept_resolution_ms};
use crate::metrics::series::{Limit, Plotted, Point, Series};

/// The dimension of metrics that are told by model.
pub const MODEL: &str = "ModelId";

/// The metric that counts requests, and the token counts that have a price.
pub const PRICED: [&str; 5] = ["Invocations", "InputTokenCount", "OutputTokenCount", "CacheReadInputTokens", "CacheWriteInputTokens"];

/// Most datapoints of a series: a chosen period is made longer before there are more.
const MOST_POINTS: i64 = 3_000;

/// A metric as CloudWatch lists it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub metric: String,
    /// Values by dimension name.
    pub dimensions: BTreeMap<String, String>,
}

/// A span of time cut into periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// Start, milliseconds since the epoch, a multiple of the period.
    pub from_ms: i64,
    /// End, milliseconds since the epoch, excluded.
    pub to_ms: i64,
    /// Length of a period, milliseconds.
    pub period_ms: i64,
}

/// A series to ask CloudWatch for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SeriesKey {
    /// The time and period.
    pub window: Window,
    /// Namespace.
    pub namespace: String,
    /// Name of the metric.
    pub metric: String,
    /// Values by dimension name.
    pub dimensions: BTreeMap<String, String>,
    /// Statistic as CloudWatch names it: `Sum`, `p90`.
    pub statistic: String,
}

/// Datapoints by series, ascending.
pub type Answers = HashMap<SeriesKey, Vec<Point>>;

/// What a dashboard is filled with: the time and the models.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame<'a> {
    /// The dashboard.
    pub board: &'a Dashboard,
    /// The present moment, milliseconds since the epoch.
    pub now_ms: i64,
    /// From and to, milliseconds since the epoch.
    pub range: (i64, i64),
    /// Length of a period, milliseconds; `None` lets the range decide.
    pub period_ms: Option<i64>,
    /// The statistic that is chosen for the dashboard.
    pub chosen: &'a str,
    /// Models known from elsewhere: CloudWatch lists a new metric up to 15 minutes late.
    pub models: &'a [String],
    /// What CloudWatch lists.
    pub listed: &'a [Listed],
    /// Tokens per minute that each model may use, by model id.
    pub quotas: &'a BTreeMap<String, f64>,
}

/// A series of a widget before it is asked for.
struct Wanted {
    key: SeriesKey,
    /// The model, or empty.
    model: String,
    /// What tells series of one model apart.
    label: String,
    /// Place of the metric or group in the widget.
    part: usize,
}

impl Frame<'_> {
    /// The time and period of a widget.
    pub fn window(&self, period_secs: Option<u32>, days: Option<u32>) -> Window {
        let (from, to) = self.range;
        let from = days.map_or(from, |days| from.min(to - i64::from(days) * DAY_MS));
        let chosen = period_secs.map(|secs| i64::from(secs.max(1)) * 1_000).or(self.period_ms);
        let period = chosen.unwrap_or_else(|| auto_period_ms(from, to, self.now_ms)).max(kept_resolution_ms(self.now_ms - from));
        let bearable = PERIODS.into_iter().map(|(_, ms)| ms).find(|ms| (to - from) / ms <= MOST_POINTS).unwrap_or(DAY_MS);
        let period_ms = period.max(bearable);
        Window { from_ms: floor_to(from, period_ms), to_ms: to, period_ms }
    }

    /// Every series that the dashboard needs.
    pub fn asks(&self) -> BTreeSet<SeriesKey> {
        let widgets = self.board.widgets.iter().flat_map(|widget| self.wanted(widget));
        let numbers = self.board.numbers.iter().flat_map(|number| self.of_number(number));
        widgets.chain(numbers).map(|wanted| wanted.key).collect()
    }

    /// The series that one widget needs.
    pub fn asks_of(&self, widget: &Widget) -> BTreeSet<SeriesKey> {
        self.wanted(widget).into_iter().map(|wanted| wanted.key).collect()
    }

    /// The data of every widget, in the dashboard's order; a text where its expression has no value.
    pub fn plots(&self, answers: &Answers) -> Vec<Result<Plotted, String>> {
        self.board.widgets.iter().map(|widget| self.plot(widget, answers)).collect()
    }

    /// The data of every number, told by model.
    pub fn numbers(&self, answers: &Answers) -> Vec<Plotted> {
        let number = |number: &Number| {
            let series = self.of_number(number).into_iter().map(|wanted| answered(wanted, answers)).filter(|s| !s.points.is_empty());
            Plotted { series: series.collect(), ..empty(self.window(None, None)) }
        };
        self.board.numbers.iter().map(number).collect()
    }

    fn of_number(&self, number: &Number) -> Vec<Wanted> {
        let window = self.window(None, None);
        let refs = number.metrics.iter().map(|name| MetricRef::from(name.as_str()));
        refs.enumerate().flat_map(|(part, metric)| self.of_metric(window, &metric, "Sum", true, part)).collect()
    }

    fn wanted(&self, widget: &Widget) -> Vec<Wanted> {
        let window = self.window(widget.period, widget.days);
        match widget.kind {
            Kind::CostByModel => {
                let refs = PRICED.map(MetricRef::from);
                refs.iter().enumerate().flat_map(|(part, metric)| self.of_metric(window, metric, "Sum", true, part)).collect()
            }
            kind if !kind.is_plot() => Vec::new(),
            _ if !widget.bins.is_empty() => self.of_bins(window, widget),
            _ => {
                let by_model = widget.is_told_by_model(self.chosen);
                let of = |(part, metric)| self.of_metric(window, metric, self.statistic(widget, metric), by_model, part);
                widget.metrics.iter().enumerate().flat_map(of).collect()
            }
        }
    }

    fn statistic<'b>(&'b self, widget: &'b Widget, metric: &'b MetricRef) -> &'b str {
        metric.statistic.as_ref().unwrap_or(&widget.statistic).name(self.chosen)
    }

    fn of_bins(&self, window: Window, widget: &Widget) -> Vec<Wanted> {
        let Some(metric) = widget.metrics.first() else { return Vec::new() };
        let of = |(part, (statistic, label)): (usize, (String, String))| {
            let named = MetricRef { label: Some(label), ..metric.clone() };
            self.of_metric(window, &named, &statistic, widget.by_model, part)
        };
        groups(&widget.bins).into_iter().enumerate().flat_map(of).collect()
    }

    /// The series of a metric: one for each set of dimensions that it is told with.
    fn of_metric(&self, window: Window, metric: &MetricRef, statistic: &str, by_model: bool, part: usize) -> Vec<Wanted> {
        let namespace = metric.namespace.as_ref().unwrap_or(&self.board.namespace);
        let wanted = |dimensions: BTreeMap<String, String>| Wanted {
            model: dimensions.get(MODEL).filter(|_| dimensions.len() == 1).cloned().unwrap_or_default(),
            label: label_of(metric, &dimensions),
            key: SeriesKey {
                window,
                namespace: namespace.clone(),
                metric: metric.name.clone(),
                dimensions,
                statistic: statistic.to_owned(),
            },
            part,
        };
        self.dimension_sets(namespace, metric, by_model).into_iter().map(wanted).collect()
    }

    fn dimension_sets(&self, namespace: &str, metric: &MetricRef, by_model: bool) -> BTreeSet<BTreeMap<String, String>> {
        if let Some(dimensions) = &metric.dimensions {
            return [dimensions.clone()].into();
        }
        let listed: Vec<_> = self.listed.iter().filter(|one| one.namespace == namespace && one.metric == metric.name).collect();
        let is_of_model = |one: &&&Listed| one.dimensions.len() == 1 && one.dimensions.contains_key(MODEL);
        let is_unlisted = listed.is_empty() && !by_model;
        let by_models = listed.iter().any(|one| is_of_model(&one)) || listed.is_empty() || by_model;
        if !by_models {
            return listed.into_iter().map(|one| one.dimensions.clone()).collect();
        }
        let known = self.models.iter().map(|model| BTreeMap::from([(MODEL.to_owned(), model.clone())]));
        // A metric that is too new to be listed may be told for all models together.
        let whole = is_unlisted.then(BTreeMap::new);
        listed.iter().filter(is_of_model).map(|one| one.dimensions.clone()).chain(known).chain(whole).collect()
    }

    fn plot(&self, widget: &Widget, answers: &Answers) -> Result<Plotted, String> {
        let window = self.window(widget.period, widget.days);
        let series: Vec<Series> = self.wanted(widget).into_iter().map(|wanted| answered(wanted, answers)).collect();
        let told_by_model = widget.kind == Kind::CostByModel || widget.is_told_by_model(self.chosen);
        let series = if told_by_model { series } else { self.taken_together(widget, series) };
        let series = match &widget.expression {
            Some(expression) if widget.kind.is_plot() => computed(widget, expression, window, &series)?,
            _ => series,
        };
        let mut plotted = Plotted { series: series.into_iter().filter(|s| !s.points.is_empty()).collect(), ..empty(window) };
        plotted.limits = self.limits(widget, &plotted);
        Ok(plotted)
    }

    /// The series of each part as one.
    fn taken_together(&self, widget: &Widget, series: Vec<Series>) -> Vec<Series> {
        let mut parts: BTreeMap<usize, (Series, BTreeMap<i64, f64>)> = BTreeMap::new();
        for one in series {
            let metric = widget.metrics.get(one.part).or(widget.metrics.first());
            let explicit = metric.is_some_and(|metric| metric.dimensions.is_some());
            let choice = metric.and_then(|metric| metric.statistic.as_ref()).unwrap_or(&widget.statistic);
            let combine = if widget.bins.is_empty() { choice.combine(self.chosen) } else { Some(Combine::Add) }.unwrap_or(Combine::Add);
            let label = if explicit {
                one.metric.clone()
            } else {
                metric.filter(|_| widget.bins.is_empty()).map_or(one.metric.clone(), |m| m.label().to_owned())
            };
            let (_, sums) =
                parts.entry(one.part).or_insert_with(|| (Series { metric: label, part: one.part, ..Series::default() }, BTreeMap::new()));
            for point in &one.points {
                sums.entry(point.at_ms).and_modify(|sum| *sum = combine.of(*sum, point.value)).or_insert(point.value);
            }
        }
        let whole = |(series, sums): (Series, BTreeMap<i64, f64>)| Series {
            points: sums.into_iter().map(|(at_ms, value)| Point { at_ms, value }).collect(),
            ..series
        };
        parts.into_values().map(whole).collect()
    }

    fn limits(&self, widget: &Widget, plotted: &Plotted) -> Vec<Limit> {
        let own = widget.limit.map(|value| Limit { model: String::new(), value });
        let models: BTreeSet<&str> = plotted.series.iter().map(|series| series.model.as_str()).collect();
        let quota = |model: &str| self.quotas.get(model).map(|value| Limit { model: model.to_owned(), value: *value });
        own.into_iter().chain(models.into_iter().filter(|_| widget.quota).filter_map(quota)).collect()
    }
}

/// A plot of this time without series.
fn empty(window: Window) -> Plotted {
    Plotted { from_ms: window.from_ms, to_ms: window.to_ms, period_ms: window.period_ms, ..Plotted::default() }
}

/// What a series is called: by its label, else by the metric with the dimensions that are not the model.
fn label_of(metric: &MetricRef, dimensions: &BTreeMap<String, String>) -> String {
    let others: Vec<&str> = dimensions.iter().filter(|(name, _)| *name != MODEL).map(|(_, value)| value.as_str()).collect();
    match (&metric.label, others.is_empty()) {
        (Some(label), _) => label.clone(),
        (None, true) => metric.name.clone(),
        (None, false) => format!("{} {}", metric.name, others.join(" ")),
    }
}

fn answered(wanted: Wanted, answers: &Answers) -> Series {
    let points = answers.get(&wanted.key).cloned().unwrap_or_default();
    Series { metric: wanted.label, model: wanted.model, points, part: wanted.part }
}

/// Statistic and name of each group of samples by value: trimmed counts, whose bounds CloudWatch takes as more than, and up to.
pub fn groups(bounds: &[f64]) -> Vec<(String, String)> {
    let Some(last) = bounds.last() else { return Vec::new() };
    let first = (format!("TC(:{})", bounds[0]), format!("up to {}", amount(bounds[0])));
    let between =
        bounds.windows(2).map(|pair| (format!("TC({}:{})", pair[0], pair[1]), format!("{}–{}", amount(pair[0]), amount(pair[1]))));
    let over = (format!("TC({last}:)"), format!("over {}", amount(*last)));
    std::iter::once(first).chain(between).chain([over]).collect()
}

/// `250`, `1 k`, `64 k`: thousands where nothing is lost.
fn amount(value: f64) -> String {
    if value >= 1_000.0 && value % 1_000.0 == 0.0 { format!("{} k", value / 1_000.0) } else { value.to_string() }
}

/// The expression over the metrics of each model, or over the metrics when they are not told by model.
fn computed(widget: &Widget, expression: &str, window: Window, series: &[Series]) -> Result<Vec<Series>, String> {
    let expr = math::parse(expression).map_err(|error| error.to_string())?;
    let models: BTreeSet<&str> = series.iter().map(|series| series.model.as_str()).collect();
    let mut results = Vec::new();
    for model in models {
        let inputs: Vec<&Series> = series.iter().filter(|series| series.model == model).collect();
        if inputs.iter().all(|series| series.points.is_empty()) {
            continue;
        }
        let value = Inputs { window, series: inputs }.value_of(&expr).map_err(|error| error.to_string())?;
        results.extend(named_results(widget, model, value));
    }
    Ok(results)
}

fn named_results(widget: &Widget, model: &str, value: Vec<TimeSeries>) -> Vec<Series> {
    let one = |(part, series): (usize, TimeSeries)| Series {
        metric: if series.label.is_empty() { widget.title.clone() } else { series.label },
        model: model.to_owned(),
        points: series.points.into_iter().map(|(at, value)| Point { at_ms: at * 1_000, value }).collect(),
        part,
    };
    value.into_iter().enumerate().map(one).collect()
}

/// The metrics of a widget as variables of its expression.
struct Inputs<'a> {
    window: Window,
    series: Vec<&'a Series>,
}

impl Inputs<'_> {
    fn value_of(&self, expr: &Expr) -> Result<Vec<TimeSeries>, MathError> {
        match math::evaluate(expr, self)? {
            Value::Scalar(_) => Err(MathError { at: 0, problem: math::Problem::Scalar }),
            value => Ok(value.into_series()),
        }
    }

    fn time_series(&self, series: &Series) -> TimeSeries {
        let points = series.points.iter().map(|point| (point.at_ms / 1_000, point.value)).collect();
        TimeSeries { points, period: self.period(), is_metric: true, ..TimeSeries::default() }
    }
}

impl Source for Inputs<'_> {
    fn value(&self, id: &str) -> Result<Option<Value>, MathError> {
        let part = id.strip_prefix('m').and_then(|number| number.parse::<usize>().ok()).and_then(|number| number.checked_sub(1));
        let empty = || TimeSeries { period: self.period(), is_metric: true, ..TimeSeries::default() };
        Ok(part.map(|part| {
            let series = self.series.iter().find(|series| series.part == part);
            Value::Series(series.map_or_else(empty, |series| self.time_series(series)))
        }))
    }

    fn metrics(&self, _part: &str) -> Result<Vec<TimeSeries>, MathError> {
        Ok(self.series.iter().map(|series| self.time_series(series)).collect())
    }

    fn search(&self, _call: &SearchCall) -> Result<Vec<TimeSeries>, MathError> {
        Err(MathError { at: 0, problem: math::Problem::Unsupported("SEARCH in the expression of a widget".to_owned()) })
    }

    fn band(&self, _of: &Expr, _width: f64) -> Result<[TimeSeries; 2], MathError> {
        Err(MathError { at: 0, problem: math::Problem::Unsupported("ANOMALY_DETECTION_BAND in the expression of a widget".to_owned()) })
    }

    fn grid(&self, period: i64) -> Grid {
        Grid { start: self.window.from_ms / 1_000, end: self.window.to_ms / 1_000, period }
    }

    fn period(&self) -> i64 {
        self.window.period_ms / 1_000
    }
}

/// The series of each span of time: one request each, as `GetMetricData` has one start and one end.
pub fn requests(keys: BTreeSet<SeriesKey>) -> Vec<((i64, i64), Vec<SeriesKey>)> {
    let mut spans: BTreeMap<(i64, i64), Vec<SeriesKey>> = BTreeMap::new();
    for key in keys {
        spans.entry((key.window.from_ms, key.window.to_ms)).or_default().push(key);
    }
    spans.into_iter().collect()
}

/// The statistic of a widget's metric as a title says it: `Sum`, `p90`.
pub fn statistic_words<'a>(widget: &'a Widget, chosen: &'a str) -> &'a str {
    match (&widget.statistic, widget.bins.is_empty()) {
        (_, false) => "Requests",
        (Choice::Chosen, _) => chosen,
        (Choice::Named(name), _) => name,
    }
}
