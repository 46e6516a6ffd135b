//! `PutMetricAlarm`.

use serde_json::Value;

use super::super::book::Book;
use super::super::checks::{self, Part, combination, invalid_value, missing, validation};
use super::super::evaluate::is_band;
use super::super::query::{MetricStat, Query};
use super::super::state::State;
use super::super::tags;
use super::super::window::is_period;
use super::history::{self, Kind};
use super::{Alarm, Settings, Watched, arn};
use crate::metrics::Statistic;
use crate::metrics::alarm::{AlarmState, Comparison, MissingData};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};

/// Alarms that a Region keeps; the service's quota is 5,000.
const MAX_ALARMS: usize = 5_000;
/// Most actions for a state.
const MAX_ACTIONS: usize = 5;
/// Most metrics and expressions.
const MAX_QUERIES: usize = 20;
/// Seconds until a new alarm is evaluated for the first time.
const FIRST_EVALUATION: i64 = 10;

/// Members of the newest API that the sandbox does not have.
const NOT_HERE: [&str; 5] = ["EvaluationWindow", "WarmUpConfiguration", "EvaluationCriteria", "EvaluationInterval", "ActionConfiguration"];
/// Members that name a metric at the top, and cannot stand beside `Metrics`.
const OF_ONE_METRIC: [&str; 7] = ["MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic"];

pub(in super::super) fn put(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let whole = Part::whole(value);
    let name = whole.name("AlarmName", 255)?.to_owned();
    if let Some(other) = NOT_HERE.into_iter().find(|name| whole.input.get(name).is_some()) {
        return Err(validation(format!("The sandbox does not support the parameter {other}")));
    }
    let settings = settings(&whole, cx)?;
    let tags = tags::read(&whole, "Tags")?;
    let new_id = sandbox.new_id();
    let mut world = sandbox.world();
    let state = &mut world.region(&cx.region).cloudwatch;
    if state.alarms.held.len() >= MAX_ALARMS && !state.alarms.held.contains_key(&name) {
        return Err(ApiError::new(400, "LimitExceeded", format!("The maximum number of alarms in a Region, {MAX_ALARMS}, is reached")));
    }
    if let Watched::Queries { queries, band: Some(band), .. } = &settings.watched {
        super::super::detectors::ensure(state, queries, band, || new_id)?;
    }
    keep(state, cx, name, settings, tags);
    Ok(Value::Null)
}

/// A new alarm begins without data; a changed one keeps its state and its tags, as the service does.
fn keep(state: &mut State, cx: &CallContext, name: String, settings: Settings, tags: std::collections::BTreeMap<String, String>) {
    let next = cx.now.as_second() + FIRST_EVALUATION;
    let (alarm, kind) = match state.alarms.held.remove(&name) {
        Some(held) => (Alarm { settings, configured: cx.now, next, failure: None, ..held }, "updated"),
        None => (new(settings, cx, next, tags), "created"),
    };
    history::write(&mut state.alarms, cx.now, Kind::Configuration { name: &name, arn: &arn(cx, &name), what: kind, alarm: &alarm });
    state.alarms.held.insert(name, alarm);
}

fn new(settings: Settings, cx: &CallContext, next: i64, tags: std::collections::BTreeMap<String, String>) -> Alarm {
    Alarm {
        settings,
        state: AlarmState::InsufficientData,
        reason: "Unchecked: Initial alarm creation".to_owned(),
        reason_data: None,
        configured: cx.now,
        updated: cx.now,
        transitioned: cx.now,
        failure: None,
        next,
        tags,
    }
}

fn settings(whole: &Part<'_>, cx: &CallContext) -> Result<Settings, ApiError> {
    let comparison = comparison(whole)?;
    let evaluation_periods = count(whole, "EvaluationPeriods")?.ok_or_else(|| missing("EvaluationPeriods"))?;
    let datapoints_to_alarm = count(whole, "DatapointsToAlarm")?;
    if datapoints_to_alarm.is_some_and(|datapoints| datapoints > evaluation_periods) {
        return Err(validation("DatapointsToAlarm must be less than or equal to EvaluationPeriods"));
    }
    let (watched, period) = watched(whole, cx, comparison)?;
    check_length(period, evaluation_periods)?;
    let description = whole.input.opt_str("AlarmDescription")?.filter(|text| !text.is_empty());
    if description.is_some_and(|text| text.chars().count() > 1_024) {
        return Err(whole.bad_value("AlarmDescription", description.unwrap_or_default()));
    }
    Ok(Settings {
        description: description.map(str::to_owned),
        actions_enabled: whole.input.opt_bool("ActionsEnabled")?.unwrap_or(true),
        ok_actions: actions(whole, "OKActions")?,
        alarm_actions: actions(whole, "AlarmActions")?,
        insufficient_data_actions: actions(whole, "InsufficientDataActions")?,
        threshold: threshold(whole, comparison)?,
        watched,
        period,
        evaluation_periods,
        datapoints_to_alarm,
        comparison,
        missing: missing_data(whole)?,
        low_sample_count: low_sample_count(whole)?,
    })
}

fn comparison(whole: &Part<'_>) -> Result<Comparison, ApiError> {
    let name = whole.required_str("ComparisonOperator")?;
    Comparison::named(name).ok_or_else(|| not_one_of("ComparisonOperator", &Comparison::ALL.map(Comparison::name)))
}

fn not_one_of(name: &str, among: &[&str]) -> ApiError {
    invalid_value(format!("The parameter {name} must be a value in the set [ {} ].", among.join(", ")))
}

fn count(whole: &Part<'_>, name: &str) -> Result<Option<usize>, ApiError> {
    match whole.input.opt_i64(name)? {
        None => Ok(None),
        Some(count) if count >= 1 => Ok(Some(count as usize)),
        Some(_) => Err(validation(format!("The parameter {name} must be greater than 0."))),
    }
}

fn check_length(period: i64, periods: usize) -> Result<(), ApiError> {
    let length = i64::try_from(periods).ok().and_then(|periods| periods.checked_mul(period)).unwrap_or(i64::MAX);
    let refuse = |limit: &str| {
        Err(validation(format!("Metrics cannot be checked across more than {limit} (EvaluationPeriods * Period must be <= {limit}).")))
    };
    match period {
        ..3_600 if length > 86_400 => refuse("86400 seconds"),
        _ if length > 604_800 => refuse("604800 seconds"),
        _ => Ok(()),
    }
}

fn threshold(whole: &Part<'_>, comparison: Comparison) -> Result<Option<f64>, ApiError> {
    match (whole.input.opt_f64("Threshold")?, comparison.is_for_band()) {
        (None, true) => Ok(None),
        (None, false) => Err(missing("Threshold")),
        (Some(threshold), false) if threshold.is_finite() => Ok(Some(threshold)),
        (Some(threshold), false) => Err(whole.bad_value("Threshold", &threshold.to_string())),
        (Some(_), true) => Err(combination("Threshold cannot be used with ThresholdMetricId")),
    }
}

fn actions(whole: &Part<'_>, name: &str) -> Result<Vec<String>, ApiError> {
    let actions = whole.input.strings(name)?;
    if actions.len() > MAX_ACTIONS {
        return Err(checks::too_many(name, MAX_ACTIONS));
    }
    let is_arn = |action: &str| action.starts_with("arn:") && action.split(':').count() >= 6 && action.len() <= 1_024;
    match actions.iter().find(|action| !is_arn(action)) {
        Some(action) => Err(validation(format!("Invalid arn syntax: {action}"))),
        None => Ok(actions.into_iter().map(str::to_owned).collect()),
    }
}

fn missing_data(whole: &Part<'_>) -> Result<Option<MissingData>, ApiError> {
    let Some(name) = whole.input.opt_str("TreatMissingData")? else { return Ok(None) };
    MissingData::named(name).map(Some).ok_or_else(|| not_one_of("TreatMissingData", &MissingData::ALL.map(MissingData::name)))
}

fn low_sample_count(whole: &Part<'_>) -> Result<Option<String>, ApiError> {
    match whole.input.opt_str("EvaluateLowSampleCountPercentile")? {
        None => Ok(None),
        Some(way @ ("evaluate" | "ignore")) => Ok(Some(way.to_owned())),
        Some(other) => Err(whole.bad_value("EvaluateLowSampleCountPercentile", other)),
    }
}

/// What is watched, and its period.
fn watched(whole: &Part<'_>, cx: &CallContext, comparison: Comparison) -> Result<(Watched, i64), ApiError> {
    let metrics = whole.list("Metrics")?;
    let is_there = |name: &str| whole.input.get(name).is_some_and(|value| value.as_array().is_none_or(|list| !list.is_empty()));
    if metrics.is_empty() {
        if comparison.is_for_band() || is_there("ThresholdMetricId") {
            return Err(combination(
                "ThresholdMetricId can only be used with Metrics and a comparison operator for an anomaly detection band",
            ));
        }
        let stat = metric(whole)?;
        return Ok((Watched::Metric(stat.clone()), stat.period));
    }
    if let Some(name) = OF_ONE_METRIC.into_iter().find(|name| is_there(name)) {
        return Err(combination(format!("The parameters Metrics and {name} are mutually exclusive and you have specified both.")));
    }
    if metrics.len() > MAX_QUERIES {
        return Err(checks::too_many("Metrics", MAX_QUERIES));
    }
    let queries = metrics.iter().map(|part| Query::of(part, &cx.account)).collect::<Result<Vec<_>, _>>()?;
    of_queries(queries, whole.input.opt_str("ThresholdMetricId")?, comparison)
}

fn metric(whole: &Part<'_>) -> Result<MetricStat, ApiError> {
    let key = whole.metric()?;
    let period = whole.input.opt_i64("Period")?.ok_or_else(|| missing("Period"))?;
    if !is_period(period) || period == 1 || period == 5 {
        return Err(validation(format!("The value {period} for parameter Period must be 10, 20, 30 or a multiple of 60 seconds.")));
    }
    Ok(MetricStat { key, period, stat: statistic(whole)?, unit: whole.unit()? })
}

fn statistic(whole: &Part<'_>) -> Result<String, ApiError> {
    const SIMPLE: [&str; 5] = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"];
    match (whole.input.opt_str("Statistic")?, whole.input.opt_str("ExtendedStatistic")?) {
        (None, None) => Err(validation("Either Statistic or ExtendedStatistic must be specified")),
        (Some(_), Some(_)) => {
            Err(combination("The parameters Statistic and ExtendedStatistic are mutually exclusive and you have specified both."))
        }
        (Some(name), None) if SIMPLE.contains(&name) => Ok(name.to_owned()),
        (Some(_), None) => Err(not_one_of("Statistic", &SIMPLE)),
        (None, Some(name)) if !SIMPLE.contains(&name) && name.parse::<Statistic>().is_ok() => Ok(name.to_owned()),
        (None, Some(name)) => Err(validation(format!("The value {name} for parameter ExtendedStatistic is not supported."))),
    }
}

/// Finds the query that is compared and the band, and says so in the service's words when there is none or several.
fn of_queries(queries: Vec<Query>, threshold_id: Option<&str>, comparison: Comparison) -> Result<(Watched, i64), ApiError> {
    let book = Book::of(&queries)?;
    let bands = book.count(is_band);
    let band = match (comparison.is_for_band(), threshold_id) {
        (false, None) if bands == 0 => None,
        (true, Some(id)) => Some(band_entry(&book, id)?),
        (true, None) => return Err(missing("ThresholdMetricId")),
        (false, _) => {
            return Err(combination(format!("ComparisonOperator {} cannot be used with an anomaly detection band", comparison.name())));
        }
    };
    let returns = |query: &&Query| query.return_data != Some(false) && Some(query.id.as_str()) != band;
    let returned: Vec<&Query> = queries.iter().filter(returns).collect();
    let [value] = returned.as_slice() else {
        let wanted = if band.is_some() { "Exactly two elements" } else { "Exactly one element" };
        return Err(validation(format!("{wanted} of the metrics list should return data.")));
    };
    let period = book.index(&value.id).map_or(0, |index| book.entries[index].period);
    if book.entries.iter().any(|entry| entry.expr.is_none() && entry.period != period) {
        return Err(validation("Period must be the same for all metrics of an alarm"));
    }
    if book.count(crate::metrics::math::Expr::searches) > 0 {
        return Err(validation("SEARCH is not supported in the expressions of an alarm"));
    }
    if band.is_some() && period < 60 {
        return Err(validation("Metrics for anomaly detection must have a period of 60 seconds or more"));
    }
    let (value, band) = (value.id.clone(), band.map(str::to_owned));
    Ok((Watched::Queries { queries, value, band }, period))
}

fn band_entry<'a>(book: &Book<'a>, id: &str) -> Result<&'a str, ApiError> {
    let entry = book.index(id).map(|index| &book.entries[index]);
    match entry {
        Some(entry) if entry.expr.as_ref().is_some_and(is_band) => Ok(entry.query.id.as_str()),
        _ => Err(validation(format!("ThresholdMetricId {id} must be the Id of an ANOMALY_DETECTION_BAND expression in Metrics"))),
    }
}
