//! `GetMetricStatistics`.

use serde_json::{Map, Value, json};

use super::checks::{Part, combination, invalid_value, missing};
use super::state::Periods;
use super::unit::Unit;
use super::view;
use super::window::{Window, is_period};
use crate::base::clock::{Timestamp, timestamp_ms};
use crate::base::text;
use crate::metrics::{Distribution, Statistic};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::wire;

/// Most datapoints of a call.
const MAX_POINTS: i64 = 1_440;

/// A statistic with the name under which it was asked for.
type Named<'a> = (&'a str, Statistic);

pub(super) fn get(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let whole = Part::whole(value);
    let key = whole.metric()?;
    let window = window(&whole, cx.now)?;
    let (simple, extended) = statistics(&whole)?;
    let unit = whole.unit()?;
    view(sandbox, cx, |state| {
        let units = state.read(&key, &window, unit, cx.now);
        let described = |(unit, periods): &(Unit, Periods)| {
            periods.iter().map(|(at, samples)| point(*at, *unit, samples, &simple, &extended)).collect::<Vec<_>>()
        };
        let points: Vec<Value> = units.iter().flat_map(described).collect();
        Ok(json!({ "Label": key.name, "Datapoints": points }))
    })
}

fn window(whole: &Part<'_>, now: Timestamp) -> Result<Window, ApiError> {
    let time = |name: &str| whole.input.opt_timestamp(name)?.ok_or_else(|| missing(name));
    let (start, end) = (time("StartTime")?, time("EndTime")?);
    let period = whole.input.opt_i64("Period")?.ok_or_else(|| missing("Period"))?;
    if !is_period(period) {
        return Err(invalid_value("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60 seconds."));
    }
    if start >= end {
        return Err(invalid_value("The parameter StartTime must be less than the parameter EndTime."));
    }
    let window = Window::new(start, end, period, now);
    if window.periods() > MAX_POINTS {
        let asked = text::grouped(window.periods() as u64);
        return Err(combination(format!(
            "You have requested up to {asked} datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by \
             increasing Period, or decreasing the time range."
        )));
    }
    Ok(window)
}

/// `Statistics` or `ExtendedStatistics`, as one of two lists.
fn statistics<'a>(whole: &Part<'a>) -> Result<(Vec<Named<'a>>, Vec<Named<'a>>), ApiError> {
    let (simple, extended) = (named(whole, "Statistics", true)?, named(whole, "ExtendedStatistics", false)?);
    match (simple.is_empty(), extended.is_empty()) {
        (true, true) => Err(missing("Statistics")),
        (false, false) => {
            Err(combination("The parameters Statistics and ExtendedStatistics are mutually exclusive and you have specified both."))
        }
        _ => Ok((simple, extended)),
    }
}

fn named<'a>(whole: &Part<'a>, list: &str, simple: bool) -> Result<Vec<Named<'a>>, ApiError> {
    let read = |name: &'a str| {
        let statistic = name.parse::<Statistic>().ok().filter(|statistic| statistic.is_simple() == simple);
        let unknown = || invalid_value(format!("The value {name} for parameter {list} is not supported."));
        statistic.map(|statistic| (name, statistic)).ok_or_else(unknown)
    };
    let names = whole.input.strings(list)?;
    let most = if simple { 5 } else { 10 };
    if names.len() > most {
        return Err(super::checks::too_many(list, most));
    }
    names.into_iter().map(read).collect()
}

/// A datapoint with the statistics that its samples can answer.
fn point(at: i64, unit: Unit, samples: &Distribution, simple: &[Named<'_>], extended: &[Named<'_>]) -> Value {
    let mut point = values(samples, simple);
    point.insert("Timestamp".to_owned(), wire::timestamp(timestamp_ms(at * 1_000)));
    point.insert("Unit".to_owned(), unit.name().into());
    if !extended.is_empty() {
        point.insert("ExtendedStatistics".to_owned(), values(samples, extended).into());
    }
    point.into()
}

fn values(samples: &Distribution, statistics: &[Named<'_>]) -> Map<String, Value> {
    let answered = statistics.iter().filter_map(|(name, statistic)| Some(((*name).to_owned(), samples.statistic(statistic)?.into())));
    answered.collect()
}
