//! `GetMetricData`: many series at once, page by page.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::checks::{Part, missing, validation};
use super::state::{MetricKey, State};
use super::unit::Unit;
use super::view;
use super::window::{Window, is_period};
use crate::base::clock::{Timestamp, timestamp_ms};
use crate::metrics::{Distribution, Statistic};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::wire;

/// Most queries of a call.
const MAX_QUERIES: usize = 500;
/// Most datapoints of a page, and how many there are when the call does not say.
const MAX_POINTS: i64 = 100_800;

/// What a call asks for.
struct Request<'a> {
    queries: Vec<Query<'a>>,
    start: Timestamp,
    end: Timestamp,
    ascending: bool,
    max_points: usize,
    from: Place,
}

/// One series.
struct Query<'a> {
    id: &'a str,
    label: Option<&'a str>,
    returned: bool,
    key: MetricKey,
    period: i64,
    statistic: Statistic,
    unit: Option<Unit>,
}

/// Where a page starts: in this query, after the point at this time (epoch seconds).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Place {
    query: usize,
    after: Option<i64>,
}

pub(super) fn get(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let request = Request::of(&Part::whole(value))?;
    view(sandbox, cx, |state| Ok(request.run(state, cx.now)))
}

impl<'a> Request<'a> {
    fn of(whole: &Part<'a>) -> Result<Self, ApiError> {
        let parts = whole.list("MetricDataQueries")?;
        if parts.is_empty() {
            return Err(missing("MetricDataQueries"));
        }
        if parts.len() > MAX_QUERIES {
            return Err(validation(format!("The collection MetricDataQueries must not have a size greater than {MAX_QUERIES}.")));
        }
        let queries = parts.iter().map(Query::of).collect::<Result<Vec<_>, _>>()?;
        check_ids(&queries)?;
        let (start, end) = times(whole)?;
        let token = whole.input.opt_str("NextToken")?;
        let from = token.map(|token| Place::open(token, queries.len()).ok_or_else(bad_token)).transpose()?.unwrap_or_default();
        Ok(Self { queries, start, end, ascending: ascending(whole)?, max_points: max_points(whole)?, from })
    }

    /// Fills a page query by query, from where the page before ended.
    fn run(&self, state: &State, now: Timestamp) -> Value {
        let labels = default_labels(&self.queries);
        let mut room = self.max_points;
        let mut next = None;
        let mut results = Vec::new();
        for (index, query) in self.queries.iter().enumerate().skip(self.from.query).filter(|(_, query)| query.returned) {
            let after = self.from.after.filter(|_| index == self.from.query);
            let (points, several_units) = self.points(state, query, after, now);
            let page = &points[..points.len().min(room)];
            room -= page.len();
            let complete = page.len() == points.len();
            results.push(result(query.id, query.label.unwrap_or(&labels[index]), page, complete, several_units));
            if !complete {
                let after = page.last().map(|(at, _)| *at).or(after);
                next = Some(Place { query: index, after }.seal());
                break;
            }
        }
        json!({ "MetricDataResults": results, "NextToken": next, "Messages": [] })
    }

    /// The points of a query in reading order after time `after`, and whether data in several units went into them.
    fn points(&self, state: &State, query: &Query<'_>, after: Option<i64>, now: Timestamp) -> (Vec<(i64, f64)>, bool) {
        let window = Window::new(self.start, self.end, query.period, now);
        let mut units = state.read(&query.key, &window, query.unit, now).into_iter();
        let mut periods = units.next().map(|(_, periods)| periods).unwrap_or_default();
        let mut several_units = false;
        for (_, more) in units {
            several_units = true;
            for (at, samples) in &more {
                periods.entry(*at).or_default().merge(samples);
            }
        }
        let beyond = |at: i64| after.is_none_or(|after| if self.ascending { at > after } else { at < after });
        let point = |(at, samples): (i64, Distribution)| Some((at, samples.statistic(&query.statistic)?));
        let mut points: Vec<_> = periods.into_iter().filter(|(at, _)| beyond(*at)).filter_map(point).collect();
        if !self.ascending {
            points.reverse();
        }
        (points, several_units)
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

/// What the service writes when a query has no label: the metric's name, or what tells the metrics of the call apart.
fn default_labels(queries: &[Query<'_>]) -> Vec<String> {
    let distinct = |of: fn(&Query<'_>) -> String| queries.iter().map(of).collect::<BTreeSet<_>>().len() > 1;
    let dimensions = |query: &Query<'_>| query.key.dimensions.values().cloned().collect::<Vec<_>>().join(" ");
    let by_dimensions = distinct(|query| format!("{:?}", query.key.dimensions));
    let by_name = distinct(|query| query.key.name.clone());
    let label = |query: &Query<'_>| match (by_dimensions, by_name) {
        (true, true) => format!("{} {}", dimensions(query), query.key.name).trim().to_owned(),
        (true, false) if !query.key.dimensions.is_empty() => dimensions(query),
        _ => query.key.name.clone(),
    };
    queries.iter().map(label).collect()
}

impl<'a> Query<'a> {
    fn of(part: &Part<'a>) -> Result<Self, ApiError> {
        let id = part.required_str("Id")?;
        if !is_id(id) {
            return Err(validation(format!(
                "The value {id} for parameter {} is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.",
                part.at("Id")
            )));
        }
        let stat = match (part.structure("MetricStat")?, part.input.get("Expression")) {
            (Some(stat), None) => stat,
            (None, Some(_)) => return Err(no_math(part)),
            (None, None) => {
                return Err(validation(format!(
                    "The parameters {} or {} must be specified.",
                    part.at("MetricStat"),
                    part.at("Expression")
                )));
            }
            (Some(_), Some(_)) => {
                return Err(validation(format!(
                    "The parameters {} and {} are mutually exclusive and you have specified both.",
                    part.at("MetricStat"),
                    part.at("Expression")
                )));
            }
        };
        let metric = stat.structure("Metric")?.ok_or_else(|| missing(&stat.at("Metric")))?;
        Ok(Self {
            id,
            label: label(part)?,
            returned: part.input.opt_bool("ReturnData")?.unwrap_or(true),
            key: metric.metric()?,
            period: period(&stat)?,
            statistic: statistic(&stat)?,
            unit: stat.unit()?,
        })
    }
}

fn is_id(id: &str) -> bool {
    id.len() <= 255 && id.starts_with(|c: char| c.is_ascii_lowercase()) && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn no_math(part: &Part<'_>) -> ApiError {
    validation(format!(
        "Metric math is not yet available in the sandbox: the parameter {} cannot be evaluated. Ask for the metrics with MetricStat and compute from their values.",
        part.at("Expression")
    ))
}

/// A label without the dynamic parts `${…}`, which are not evaluated here.
fn label<'a>(part: &Part<'a>) -> Result<Option<&'a str>, ApiError> {
    let label = part.input.opt_str("Label")?;
    if label.is_some_and(|label| label.contains("${")) {
        return Err(validation(format!(
            "Dynamic labels are not yet available in the sandbox: the parameter {} contains ${{.",
            part.at("Label")
        )));
    }
    Ok(label)
}

fn period(stat: &Part<'_>) -> Result<i64, ApiError> {
    let period = stat.input.opt_i64("Period")?.ok_or_else(|| missing(&stat.at("Period")))?;
    if is_period(period) {
        return Ok(period);
    }
    Err(validation(format!("The value {period} for parameter {} must be 1, 5, 10, 20, 30 or a multiple of 60 seconds.", stat.at("Period"))))
}

fn statistic(stat: &Part<'_>) -> Result<Statistic, ApiError> {
    let name = stat.required_str("Stat")?;
    name.parse().map_err(|_| validation(format!("The value {name} for parameter {} is not supported.", stat.at("Stat"))))
}

fn check_ids(queries: &[Query<'_>]) -> Result<(), ApiError> {
    let ids: BTreeSet<&str> = queries.iter().map(|query| query.id).collect();
    if ids.len() == queries.len() { Ok(()) } else { Err(validation("The values for parameter Id in MetricDataQueries are not unique.")) }
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
        URL_SAFE_NO_PAD.encode(format!("{}:{after}", self.query))
    }

    fn open(token: &str, queries: usize) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let (query, after) = text.split_once(':')?;
        let query = query.parse().ok().filter(|query| *query < queries)?;
        let after = if after.is_empty() { None } else { Some(after.parse().ok()?) };
        Some(Self { query, after })
    }
}
