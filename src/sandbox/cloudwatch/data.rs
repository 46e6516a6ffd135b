//! `GetMetricData`: many series at once, metrics and what expressions make of them, page by page.
//!
//! Unlike the service, results of expressions come in pages, too.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::book::Book;
use super::checks::{Part, missing, validation};
use super::evaluate::{Evaluator, Outcome, Span};
use super::labels::{self, Scene};
use super::query::{Query, QuerySource};
use super::state::{MetricKey, State};
use super::view;
use crate::base::clock::{Timestamp, timestamp_ms};
use crate::metrics::math::{Expr, TimeSeries};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::wire;

/// Most queries of a call.
const MAX_QUERIES: usize = 500;
/// Most datapoints of a page, and how many there are when the call does not say.
const MAX_POINTS: i64 = 100_800;
/// Most search expressions of a call.
const MAX_SEARCHES: usize = 100;

/// What a call asks for.
struct Request<'a> {
    queries: Vec<Query>,
    start: Timestamp,
    end: Timestamp,
    ascending: bool,
    max_points: usize,
    from: Place,
    scene: Scene<'a>,
}

/// Where a page starts: in this series of this query, after the point at this time (epoch seconds).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Place {
    query: usize,
    series: usize,
    after: Option<i64>,
}

/// A page while it is filled.
struct Page {
    results: Vec<Value>,
    room: usize,
    /// Where the next page starts, once this one is full.
    next: Option<Place>,
}

pub(super) fn get(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let request = Request::of(&Part::whole(value), cx)?;
    let book = Book::of(&request.queries)?;
    if book.count(Expr::searches) > MAX_SEARCHES {
        return Err(validation(format!("A call can have at most {MAX_SEARCHES} search expressions.")));
    }
    view(sandbox, cx, |state| request.run(state, &book, cx.now))
}

impl<'a> Request<'a> {
    fn of(whole: &Part<'_>, cx: &'a CallContext) -> Result<Self, ApiError> {
        let parts = whole.list("MetricDataQueries")?;
        if parts.is_empty() {
            return Err(missing("MetricDataQueries"));
        }
        if parts.len() > MAX_QUERIES {
            return Err(validation(format!("The collection MetricDataQueries must not have a size greater than {MAX_QUERIES}.")));
        }
        let queries = parts.iter().map(|part| Query::of(part, &cx.account)).collect::<Result<Vec<_>, _>>()?;
        let (start, end) = times(whole)?;
        let token = whole.input.opt_str("NextToken")?;
        let from = token.map(|token| Place::open(token, queries.len()).ok_or_else(bad_token)).transpose()?.unwrap_or_default();
        let scene = Scene { account: &cx.account, region: &cx.region, now: cx.now, zone: labels::zone(whole)? };
        Ok(Self { queries, start, end, ascending: ascending(whole)?, max_points: max_points(whole)?, from, scene })
    }

    /// Fills a page query by query, from where the page before ended.
    fn run(&self, state: &State, book: &Book<'_>, now: Timestamp) -> ApiResult {
        let evaluator = Evaluator::new(state, book, Span { start: self.start, end: self.end, now });
        let plain = self.plain_labels();
        let mut page = Page { results: Vec::new(), room: self.max_points, next: None };
        for (index, plain) in plain.iter().enumerate().skip(self.from.query) {
            if self.queries[index].return_data == Some(false) {
                continue;
            }
            let outcome = evaluator.outcome(index)?;
            self.add(&mut page, index, plain.as_deref(), &outcome);
            if page.next.is_some() {
                break;
            }
        }
        let too_many = json!([{ "Code": "MaxMetricsExceeded", "Value": "Maximum number of allowed metrics exceeded" }]);
        let messages = if evaluator.found_too_many() { too_many } else { json!([]) };
        Ok(json!({ "MetricDataResults": page.results, "NextToken": page.next.map(Place::seal), "Messages": messages }))
    }

    /// What the service calls the queries for metrics, which tells them apart.
    fn plain_labels(&self) -> Vec<Option<String>> {
        let key = |query: &'_ Query| match &query.source {
            QuerySource::Metric(stat) => Some(stat.key.clone()),
            QuerySource::Expression(_) => None,
        };
        let keys: Vec<Option<MetricKey>> = self.queries.iter().map(key).collect();
        let mut labels = labels::telling_apart(&keys.iter().flatten().collect::<Vec<_>>()).into_iter();
        keys.iter().map(|key| key.as_ref().and_then(|_| labels.next())).collect()
    }

    /// Adds the series of an outcome, as far as there is room.
    fn add(&self, page: &mut Page, index: usize, plain: Option<&str>, outcome: &Outcome) {
        let from = if index == self.from.query { self.from } else { Place { query: index, ..Place::default() } };
        for (number, series) in outcome.series.iter().enumerate().skip(from.series) {
            let after = from.after.filter(|_| number == from.series);
            let points = self.reading_order(series, after);
            let shown = &points[..points.len().min(page.room)];
            page.room -= shown.len();
            let complete = shown.len() == points.len();
            let label = self.label(index, plain, outcome, series);
            page.results.push(result(&self.queries[index].id, &label, shown, complete, outcome.several_units));
            if !complete {
                let after = shown.last().map(|(at, _)| *at).or(after);
                page.next = Some(Place { query: index, series: number, after });
                return;
            }
        }
    }

    /// The points in reading order after time `after`.
    fn reading_order(&self, series: &TimeSeries, after: Option<i64>) -> Vec<(i64, f64)> {
        let beyond = |at: i64| after.is_none_or(|after| if self.ascending { at > after } else { at < after });
        let mut points: Vec<_> = series.points.iter().copied().filter(|(at, _)| beyond(*at)).collect();
        if !self.ascending {
            points.reverse();
        }
        points
    }

    /// The query's label; with dynamic parts for each series its own, otherwise followed by what the series of an array are called. Without one
    /// a metric is called after what tells it apart, and an expression after its id.
    fn label(&self, index: usize, plain: Option<&str>, outcome: &Outcome, series: &TimeSeries) -> String {
        let query = &self.queries[index];
        let own = if outcome.is_single || series.label.is_empty() { plain.unwrap_or(&query.id) } else { &series.label };
        match &query.label {
            Some(label) if labels::is_dynamic(label) => labels::written(label, own, series, &self.scene),
            Some(label) if outcome.is_single || series.label.is_empty() => label.clone(),
            Some(label) => format!("{label} {}", series.label).trim().to_owned(),
            None => own.to_owned(),
        }
    }
}

fn result(id: &str, label: &str, points: &[(i64, f64)], complete: bool, several_units: bool) -> Value {
    let note = json!({ "Code": "MultipleUnits", "Value": "Data in several units were combined; name a Unit in MetricStat" });
    json!({
        "Id": id,
        "Label": label,
        "Timestamps": points.iter().map(|(at, _)| wire::timestamp(timestamp_ms(at * 1_000))).collect::<Value>(),
        "Values": points.iter().map(|(_, value)| *value).collect::<Vec<f64>>(),
        "StatusCode": if complete { "Complete" } else { "PartialData" },
        "Messages": if several_units { json!([note]) } else { Value::Null },
    })
}

fn times(whole: &Part<'_>) -> Result<(Timestamp, Timestamp), ApiError> {
    let time = |name: &str| whole.input.opt_timestamp(name)?.ok_or_else(|| missing(name));
    let (start, end) = (time("StartTime")?, time("EndTime")?);
    match start.cmp(&end) {
        std::cmp::Ordering::Less => Ok((start, end)),
        std::cmp::Ordering::Equal => Err(validation("The parameter StartTime must not equal parameter EndTime.")),
        std::cmp::Ordering::Greater => Err(validation("The parameter StartTime must be less than the parameter EndTime.")),
    }
}

fn ascending(whole: &Part<'_>) -> Result<bool, ApiError> {
    match whole.input.opt_str("ScanBy")? {
        None | Some("TimestampDescending") => Ok(false),
        Some("TimestampAscending") => Ok(true),
        Some(other) => {
            Err(validation(format!("The value {other} for parameter ScanBy must be TimestampAscending or TimestampDescending.")))
        }
    }
}

fn max_points(whole: &Part<'_>) -> Result<usize, ApiError> {
    let asked = whole.input.opt_i64("MaxDatapoints")?.unwrap_or(MAX_POINTS);
    if (1..=MAX_POINTS).contains(&asked) {
        return Ok(asked as usize);
    }
    Err(validation(format!("The value {asked} for parameter MaxDatapoints must be between 1 and {MAX_POINTS}.")))
}

fn bad_token() -> ApiError {
    ApiError::new(400, "InvalidNextToken", "The next token specified is invalid.")
}

impl Place {
    fn seal(self) -> String {
        let after = self.after.map(|after| after.to_string()).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(format!("{}:{}:{after}", self.query, self.series))
    }

    fn open(token: &str, queries: usize) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let mut parts = text.split(':');
        let query = parts.next()?.parse().ok().filter(|query| *query < queries)?;
        let series = parts.next()?.parse().ok()?;
        let after = parts.next()?;
        let after = if after.is_empty() { None } else { Some(after.parse().ok()?) };
        Some(Self { query, series, after })
    }
}
