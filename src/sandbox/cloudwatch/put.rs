//! `PutMetricData`.

use serde_json::Value;

use super::checks::{self, Part, combination, invalid_value, missing};
use super::state::{Datum, MetricKey};
use super::unit::Unit;
use crate::metrics::{Distribution, StatisticSet};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};

/// Most metrics of a call, over both of its lists.
const MAX_DATA: usize = 1_000;
/// Most distinct values of a datum.
const MAX_VALUES: usize = 150;
/// How old and how far ahead samples may be, in seconds.
const MAX_AGE: i64 = 14 * 86_400;
const MAX_AHEAD: i64 = 2 * 3_600;

pub(super) fn put(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let whole = Part::whole(value);
    let namespace = whole.namespace()?;
    if namespace.starts_with("AWS/") {
        return Err(whole.bad_value("Namespace", namespace));
    }
    let data = parts(&whole)?.iter().map(|part| datum(part, namespace, cx)).collect::<Result<Vec<_>, _>>()?;
    let mut world = sandbox.world();
    let state = &mut world.region(&cx.region).cloudwatch;
    data.into_iter().try_for_each(|datum| state.add(datum, cx.now))?;
    Ok(Value::Null)
}

/// The data of `MetricData` and those inside `EntityMetricData`; the entities themselves are not kept.
fn parts<'a>(whole: &Part<'a>) -> Result<Vec<Part<'a>>, ApiError> {
    let mut parts = whole.list("MetricData")?;
    for entity in whole.list("EntityMetricData")? {
        parts.extend(entity.list("MetricData")?);
    }
    match parts.len() {
        0 => Err(missing("MetricData")),
        1..=MAX_DATA => Ok(parts),
        _ => Err(checks::too_many("MetricData", MAX_DATA)),
    }
}

fn datum(part: &Part<'_>, namespace: &str, cx: &CallContext) -> Result<Datum, ApiError> {
    let key = MetricKey { namespace: namespace.to_owned(), name: part.name("MetricName", 255)?.to_owned(), dimensions: part.dimensions()? };
    let (at, unit) = (time(part, cx)?, part.unit()?.unwrap_or(Unit::NONE));
    Ok(Datum { key, at, unit, samples: samples(part)?, high_resolution: high_resolution(part)? })
}

fn time(part: &Part<'_>, cx: &CallContext) -> Result<i64, ApiError> {
    let (now, at) = (cx.now.as_second(), part.input.opt_timestamp("Timestamp")?.unwrap_or(cx.now).as_second());
    let refused = |limit: &str| invalid_value(format!("The parameter {} must specify a time {limit}.", part.at("Timestamp")));
    if at < now - MAX_AGE {
        return Err(refused("no more than two weeks in the past"));
    }
    if at > now + MAX_AHEAD {
        return Err(refused("no more than two hours in the future"));
    }
    Ok(at)
}

fn high_resolution(part: &Part<'_>) -> Result<bool, ApiError> {
    match part.input.opt_i64("StorageResolution")? {
        None | Some(60) => Ok(false),
        Some(1) => Ok(true),
        Some(other) => Err(part.bad_value("StorageResolution", &other.to_string())),
    }
}

/// One of `Value`, `Values` with `Counts`, and `StatisticValues`.
fn samples(part: &Part<'_>) -> Result<Distribution, ApiError> {
    const WAYS: [&str; 3] = ["Value", "Values", "StatisticValues"];
    let given: Vec<&str> = WAYS
        .into_iter()
        .filter(|name| part.input.get(name).is_some_and(|value| value.as_array().is_none_or(|list| !list.is_empty())))
        .collect();
    match given.as_slice() {
        ["Value"] => value(part),
        ["Values"] => values(part),
        ["StatisticValues"] => statistic_values(part),
        [first, second, ..] => Err(combination(format!(
            "The parameters {} and {} are mutually exclusive and you have specified both.",
            part.at(first),
            part.at(second)
        ))),
        _ => Err(missing(&part.at("Value"))),
    }
}

fn value(part: &Part<'_>) -> Result<Distribution, ApiError> {
    let value = part.input.required_f64("Value")?;
    let mut samples = Distribution::default();
    samples.add(checked(part, "Value", value)?, 1.0);
    Ok(samples)
}

fn values(part: &Part<'_>) -> Result<Distribution, ApiError> {
    let (values, counts) = (numbers(part, "Values")?, numbers(part, "Counts")?);
    if values.len() > MAX_VALUES {
        return Err(checks::too_many(&part.at("Values"), MAX_VALUES));
    }
    if !counts.is_empty() && counts.len() != values.len() {
        return Err(invalid_value(format!("The parameters {} and {} must be of the same size.", part.at("Values"), part.at("Counts"))));
    }
    let mut samples = Distribution::default();
    for (index, value) in values.into_iter().enumerate() {
        let count = counts.get(index).copied().unwrap_or(1.0);
        if count <= 0.0 {
            return Err(part.bad_value("Counts", &count.to_string()));
        }
        samples.add(value, count);
    }
    Ok(samples)
}

fn numbers(part: &Part<'_>, name: &str) -> Result<Vec<f64>, ApiError> {
    let read = |value: &Value| {
        let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
        checked(part, name, number.ok_or_else(|| part.bad_value(name, &value.to_string()))?)
    };
    part.input.opt_list(name)?.iter().map(read).collect()
}

/// Values lie within ±2^360; NaN and the infinities do not.
fn checked(part: &Part<'_>, name: &str, value: f64) -> Result<f64, ApiError> {
    if value.abs() <= 2_f64.powi(360) { Ok(value) } else { Err(part.bad_value(name, &value.to_string())) }
}

fn statistic_values(part: &Part<'_>) -> Result<Distribution, ApiError> {
    let set = part.structure("StatisticValues")?.ok_or_else(|| missing(&part.at("StatisticValues")))?;
    let number = |name: &str| {
        let value = set.input.opt_f64(name)?.ok_or_else(|| missing(&set.at(name)))?;
        checked(&set, name, value)
    };
    let set_of = StatisticSet {
        sample_count: number("SampleCount")?,
        sum: number("Sum")?,
        minimum: number("Minimum")?,
        maximum: number("Maximum")?,
    };
    if set_of.sample_count <= 0.0 {
        return Err(set.bad_value("SampleCount", &set_of.sample_count.to_string()));
    }
    if set_of.minimum > set_of.maximum {
        return Err(invalid_value(format!(
            "The parameter {} must be less than or equal to the parameter {}.",
            set.at("Minimum"),
            set.at("Maximum")
        )));
    }
    let mut samples = Distribution::default();
    samples.add_set(set_of);
    Ok(samples)
}
