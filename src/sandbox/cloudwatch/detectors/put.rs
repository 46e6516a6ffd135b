//! `PutAnomalyDetector` and `DeleteAnomalyDetector`.

use serde_json::{Value, json};

use super::super::book::Book;
use super::super::checks::{self, Part, combination, invalid_value, missing};
use super::super::query::{Query, QuerySource};
use super::super::state::MetricKey;
use super::{Settings, Target};
use crate::metrics::Statistic;
use crate::metrics::math::{Expr, Function};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};

/// Most times that a detector excludes.
const MAX_EXCLUDED: usize = 10;

/// Most metrics and expressions of a metric math detector.
const MAX_QUERIES: usize = 10;

/// The members that name a metric at the top of the parameters.
const LEGACY: [&str; 4] = ["Namespace", "MetricName", "Dimensions", "Stat"];

pub(in super::super) fn put(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let whole = Part::whole(value);
    let target = target(&whole, cx)?;
    let settings = settings(&whole)?;
    let mut world = sandbox.world();
    let detectors = &mut world.region(&cx.region).cloudwatch.detectors;
    let id = detectors.put(target, settings, || sandbox.new_id())?;
    Ok(json!({ "AnomalyDetectorId": id }))
}

pub(in super::super) fn delete(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let whole = Part::whole(value);
    let id = whole.input.opt_str("AnomalyDetectorId")?;
    if id.is_some() && given(&whole).next().is_some() {
        return Err(combination("The parameter AnomalyDetectorId cannot be combined with parameters that name a metric."));
    }
    let target = if id.is_none() { Some(target(&whole, cx)?) } else { None };
    let mut world = sandbox.world();
    let held = &mut world.region(&cx.region).cloudwatch.detectors.held;
    let found = match &target {
        Some(target) => held.contains_key(target).then(|| target.clone()),
        None => held.iter().find(|(_, detector)| Some(detector.id.as_str()) == id).map(|(target, _)| target.clone()),
    };
    let found = found.ok_or_else(|| not_found(id))?;
    held.remove(&found);
    Ok(json!({}))
}

/// AWS's text is not known; the error's shape has no message but what was looked for.
fn not_found(id: Option<&str>) -> ApiError {
    let details = json!({ "ResourceType": "AnomalyDetector", "ResourceId": id.unwrap_or_default() });
    ApiError::new(404, "ResourceNotFoundException", "The anomaly detector does not exist").with_details(details)
}

/// The ways in which the parameters name a detector: at the top, `SingleMetricAnomalyDetector`, `MetricMathAnomalyDetector`.
fn given(whole: &Part<'_>) -> impl Iterator<Item = &'static str> {
    let is_there = |name: &str| whole.input.get(name).is_some_and(|value| value.as_array().is_none_or(|list| !list.is_empty()));
    let legacy = LEGACY.into_iter().find(|name| is_there(name));
    let structures = ["SingleMetricAnomalyDetector", "MetricMathAnomalyDetector"].map(|name| is_there(name).then_some(name));
    [legacy].into_iter().chain(structures).flatten()
}

fn target(whole: &Part<'_>, cx: &CallContext) -> Result<Target, ApiError> {
    let ways: Vec<&str> = given(whole).collect();
    match ways.as_slice() {
        [] => Err(missing("SingleMetricAnomalyDetector")),
        [one] => match (whole.structure("SingleMetricAnomalyDetector")?, whole.structure("MetricMathAnomalyDetector")?) {
            (Some(single), _) => single_target(&single, cx),
            (_, Some(math)) => math_target(&math, cx),
            _ => single_target(whole, cx).map_err(|error| if *one == "Dimensions" { missing("Namespace") } else { error }),
        },
        [first, second, ..] => {
            Err(combination(format!("The parameters {first} and {second} are mutually exclusive and you have specified both.")))
        }
    }
}

fn single_target(part: &Part<'_>, cx: &CallContext) -> Result<Target, ApiError> {
    checks::own_account(part, "AccountId", &cx.account)?;
    let key: MetricKey = part.metric()?;
    let stat = part.required_str("Stat")?;
    if stat.parse::<Statistic>().is_err() {
        return Err(part.bad_value("Stat", stat));
    }
    Ok(Target::Single { key, stat: stat.to_owned() })
}

fn math_target(part: &Part<'_>, cx: &CallContext) -> Result<Target, ApiError> {
    let parts = part.list("MetricDataQueries")?;
    if parts.is_empty() {
        return Err(missing(&part.at("MetricDataQueries")));
    }
    if parts.len() > MAX_QUERIES {
        return Err(checks::too_many(&part.at("MetricDataQueries"), MAX_QUERIES));
    }
    let queries = parts.iter().map(|part| Query::of(part, &cx.account)).collect::<Result<Vec<_>, _>>().map_err(as_invalid)?;
    let book = Book::of(&queries).map_err(as_invalid)?;
    let refused = |why: &str| invalid_value(format!("The value for parameter {} is invalid: {why}.", part.at("MetricDataQueries")));
    let returned: Vec<&Query> = queries.iter().filter(|query| query.return_data == Some(true)).collect();
    let [returned] = returned.as_slice() else { return Err(refused("exactly one element must have ReturnData set to true")) };
    if book.count(|expr| !is_supported(expr)) > 0 {
        return Err(refused("METRICS, SEARCH and ANOMALY_DETECTION_BAND cannot be used in an anomaly detector"));
    }
    check_periods(&queries).map_err(|why| refused(&why))?;
    Ok(Target::of_queries(queries.iter(), &returned.id))
}

/// What [`Query::of`] refuses as `ValidationError`, as this operation's error for the same.
fn as_invalid(error: ApiError) -> ApiError {
    if error.code == checks::INVALID { invalid_value(error.message) } else { error }
}

/// What the user guide excludes from anomaly detection on metric math.
fn is_supported(expr: &Expr) -> bool {
    !expr.searches() && !expr.calls(Function::Metrics) && !expr.calls(Function::AnomalyDetectionBand)
}

fn check_periods(queries: &[Query]) -> Result<(), String> {
    let mut periods = queries.iter().filter_map(|query| match &query.source {
        QuerySource::Metric(stat) => Some(stat.period),
        QuerySource::Expression(_) => None,
    });
    let Some(first) = periods.next() else { return Err("it must contain a metric".to_owned()) };
    if first < 60 || periods.any(|period| period != first) {
        return Err("all metrics must have the same period of at least 60 seconds".to_owned());
    }
    Ok(())
}

fn settings(whole: &Part<'_>) -> Result<Settings, ApiError> {
    let characteristics = whole.structure("MetricCharacteristics")?;
    let periodic_spikes = characteristics.map(|part| part.input.opt_bool("PeriodicSpikes")).transpose()?.flatten();
    let Some(configuration) = whole.structure("Configuration")? else { return Ok(Settings { periodic_spikes, ..Settings::default() }) };
    Ok(Settings {
        excluded: excluded(&configuration)?,
        timezone: timezone(&configuration)?,
        periodic_spikes,
        adaptation: one_of(&configuration, "AdaptationSpeed", &["FAST", "NORMAL", "SLOW"])?,
        filter: one_of(&configuration, "OutlierFilteringStrength", &["MINIMAL", "MODERATE", "STRICT"])?,
    })
}

fn excluded(configuration: &Part<'_>) -> Result<Vec<(i64, i64)>, ApiError> {
    let ranges = configuration.list("ExcludedTimeRanges")?;
    if ranges.len() > MAX_EXCLUDED {
        return Err(checks::too_many(&configuration.at("ExcludedTimeRanges"), MAX_EXCLUDED));
    }
    ranges.iter().map(range).collect()
}

fn range(part: &Part<'_>) -> Result<(i64, i64), ApiError> {
    let time = |name: &str| part.input.opt_timestamp(name)?.ok_or_else(|| missing(&part.at(name)));
    let (from, to) = (time("StartTime")?.as_second(), time("EndTime")?.as_second());
    if from < to {
        return Ok((from, to));
    }
    Err(invalid_value(format!("The parameter {} must be less than the parameter {}.", part.at("StartTime"), part.at("EndTime"))))
}

fn timezone(configuration: &Part<'_>) -> Result<Option<String>, ApiError> {
    let Some(name) = configuration.input.opt_str("MetricTimezone")?.filter(|name| !name.is_empty()) else { return Ok(None) };
    if name.len() > 50 || jiff::tz::TimeZone::get(name).is_err() {
        return Err(configuration.bad_value("MetricTimezone", name));
    }
    Ok(Some(name.to_owned()))
}

fn one_of(part: &Part<'_>, name: &str, among: &[&str]) -> Result<Option<String>, ApiError> {
    let Some(value) = part.input.opt_str(name)? else { return Ok(None) };
    if among.contains(&value) {
        return Ok(Some(value.to_owned()));
    }
    Err(invalid_value(format!("The parameter {} must be a value in the set [ {} ].", part.at(name), among.join(", "))))
}
