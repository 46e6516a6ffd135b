//! Labels of results: what CloudWatch writes when a query has none, and the parts in `${…}` of those that it has.

use std::collections::BTreeSet;

use jiff::tz::{Offset, TimeZone};

use super::checks::{Part, validation};
use super::state::MetricKey;
use crate::base::clock::Timestamp;
use crate::metrics::math::TimeSeries;
use crate::sandbox::api::ApiError;

/// Most values of a series in a label.
const MAX_VALUES: usize = 6;

/// What stands for a value that a series does not have.
const NO_VALUE: &str = "--";

/// Where and when labels are written.
#[derive(Debug, Clone)]
pub(super) struct Scene<'a> {
    pub(super) account: &'a str,
    pub(super) region: &'a str,
    pub(super) now: Timestamp,
    /// Zone of moments in labels.
    pub(super) zone: TimeZone,
}

/// Labels that tell metrics apart: by their dimensions, their names or both; just the name when nothing differs.
pub(super) fn telling_apart(keys: &[&MetricKey]) -> Vec<String> {
    let by_dimensions = keys.iter().map(|key| &key.dimensions).collect::<BTreeSet<_>>().len() > 1;
    let by_name = keys.iter().map(|key| &key.name).collect::<BTreeSet<_>>().len() > 1;
    let dimensions = |key: &MetricKey| key.dimensions.values().cloned().collect::<Vec<_>>().join(" ");
    let label = |key: &&MetricKey| match (by_dimensions, by_name) {
        (true, true) => format!("{} {}", dimensions(key), key.name).trim().to_owned(),
        (true, false) if !key.dimensions.is_empty() => dimensions(key),
        _ => key.name.clone(),
    };
    keys.iter().map(label).collect()
}

/// Whether a label has parts that depend on the series.
pub(super) fn is_dynamic(label: &str) -> bool {
    label.contains("${")
}

/// Refuses a label whose parts in `${…}` are not known, or too many. The wording is ours.
pub(super) fn check(part: &Part<'_>, label: &str) -> Result<(), ApiError> {
    let parts: Vec<&str> = pieces(label).filter_map(|piece| piece.1).collect();
    let refused = |why: String| validation(format!("The value for parameter {} is invalid: {why}", part.at("Label")));
    if let Some(unknown) = parts.iter().find(|name| !is_known(name)) {
        return Err(refused(format!("${{{unknown}}} is not a dynamic label.")));
    }
    let values = parts.iter().filter(|name| **name != "LABEL" && property(name).is_none()).count();
    if values > MAX_VALUES || parts.iter().filter(|name| **name == "LABEL").count() > 1 {
        return Err(refused(format!("it may contain ${{LABEL}} once and at most {MAX_VALUES} dynamic values.")));
    }
    Ok(())
}

/// `label` with its parts in `${…}` filled in for `series`, whose label without them would be `plain`.
pub(super) fn written(label: &str, plain: &str, series: &TimeSeries, scene: &Scene<'_>) -> String {
    let filled =
        pieces(label).flat_map(|(text, name)| [text.to_owned(), name.map(|name| value(name, plain, series, scene)).unwrap_or_default()]);
    filled.collect()
}

/// The zone of `LabelOptions`: `+0130` is an hour and a half ahead of UTC.
pub(super) fn zone(whole: &Part<'_>) -> Result<TimeZone, ApiError> {
    let Some(options) = whole.structure("LabelOptions")? else { return Ok(TimeZone::UTC) };
    let Some(text) = options.input.opt_str("Timezone")? else { return Ok(TimeZone::UTC) };
    offset(text).map(TimeZone::fixed).ok_or_else(|| {
        validation(format!("The value {text} for parameter {} must be an offset from UTC such as +0130 or -0800.", options.at("Timezone")))
    })
}

fn offset(text: &str) -> Option<Offset> {
    let (sign, digits) = text.split_at_checked(1)?;
    let sign = match sign {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let number = digits.parse::<i32>().ok().filter(|_| digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()))?;
    let (hours, minutes) = (number / 100, number % 100);
    if hours > 23 || minutes > 59 { None } else { Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok() }
}

/// The label cut after each `${…}`: the text before, and the name inside.
fn pieces(label: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    let mut rest = Some(label);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let found = text.split_once("${").and_then(|(before, after)| after.split_once('}').map(|(name, after)| (before, name, after)));
        let Some((before, name, after)) = found else { return Some((text, None)) };
        rest = Some(after);
        Some((before, Some(name)))
    })
}

/// The text between the quotes of `PROP('…')`.
fn property(name: &str) -> Option<&str> {
    name.strip_prefix("PROP('")?.strip_suffix("')")
}

fn is_known(name: &str) -> bool {
    const VALUES: [&str; 20] = [
        "LABEL",
        "AVG",
        "DATAPOINT_COUNT",
        "FIRST",
        "FIRST_LAST_RANGE",
        "FIRST_LAST_TIME_RANGE",
        "FIRST_TIME",
        "FIRST_TIME_RELATIVE",
        "LAST",
        "LAST_TIME",
        "LAST_TIME_RELATIVE",
        "MAX",
        "MAX_TIME",
        "MAX_TIME_RELATIVE",
        "MIN",
        "MIN_MAX_RANGE",
        "MIN_MAX_TIME_RANGE",
        "MIN_TIME",
        "MIN_TIME_RELATIVE",
        "SUM",
    ];
    const PROPERTIES: [&str; 6] = ["AccountId", "MetricName", "Namespace", "Period", "Region", "Stat"];
    VALUES.contains(&name) || property(name).is_some_and(|name| PROPERTIES.contains(&name) || name.starts_with("Dim."))
}

fn value(name: &str, plain: &str, series: &TimeSeries, scene: &Scene<'_>) -> String {
    if let Some(property) = property(name) {
        return property_value(property, series, scene).unwrap_or_else(|| NO_VALUE.to_owned());
    }
    if name == "LABEL" { plain.to_owned() } else { series_value(name, series, scene).unwrap_or_else(|| NO_VALUE.to_owned()) }
}

fn property_value(name: &str, series: &TimeSeries, scene: &Scene<'_>) -> Option<String> {
    let origin = series.origin.as_deref();
    match name {
        "AccountId" => Some(scene.account.to_owned()),
        "Region" => Some(scene.region.to_owned()),
        "Period" => Some(series.period.to_string()),
        "MetricName" => Some(origin?.metric.clone()),
        "Namespace" => Some(origin?.namespace.clone()),
        "Stat" => Some(origin?.statistic.clone()),
        _ => origin?.dimensions.get(name.strip_prefix("Dim.")?).cloned(),
    }
}

/// A value that depends on the points; `None` without points.
fn series_value(name: &str, series: &TimeSeries, scene: &Scene<'_>) -> Option<String> {
    let (&first, &last) = (series.points.first()?, series.points.last()?);
    let by_value = |a: &&(i64, f64), b: &&(i64, f64)| a.1.total_cmp(&b.1);
    let (&low, &high) = (series.points.iter().min_by(by_value)?, series.points.iter().max_by(by_value)?);
    let (count, sum) = (series.points.len(), series.values().sum::<f64>());
    let ago = |at: i64| duration(scene.now.as_second() - at);
    Some(match name {
        "AVG" => number(sum / count as f64),
        "SUM" => number(sum),
        "DATAPOINT_COUNT" => count.to_string(),
        "FIRST" => number(first.1),
        "LAST" => number(last.1),
        "MIN" => number(low.1),
        "MAX" => number(high.1),
        "FIRST_LAST_RANGE" => number((last.1 - first.1).abs()),
        "MIN_MAX_RANGE" => number(high.1 - low.1),
        "FIRST_LAST_TIME_RANGE" => duration(last.0 - first.0),
        "MIN_MAX_TIME_RANGE" => duration(high.0 - low.0),
        "FIRST_TIME" => moment(first.0, &scene.zone),
        "LAST_TIME" => moment(last.0, &scene.zone),
        "MIN_TIME" => moment(low.0, &scene.zone),
        "MAX_TIME" => moment(high.0, &scene.zone),
        "FIRST_TIME_RELATIVE" => ago(first.0),
        "LAST_TIME_RELATIVE" => ago(last.0),
        "MIN_TIME_RELATIVE" => ago(low.0),
        "MAX_TIME_RELATIVE" => ago(high.0),
        _ => return None,
    })
}

/// A number without needless digits. How CloudWatch rounds in labels is not documented.
fn number(number: f64) -> String {
    number.to_string()
}

fn moment(at: i64, zone: &TimeZone) -> String {
    let moment = Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// `1d 2h 3m 4s`, without parts that are 0.
fn duration(seconds: i64) -> String {
    let seconds = seconds.abs();
    let parts = [(seconds / 86_400, 'd'), (seconds / 3_600 % 24, 'h'), (seconds / 60 % 60, 'm'), (seconds % 60, 's')];
    let written: Vec<String> = parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}")).collect();
    if written.is_empty() { "0s".to_owned() } else { written.join(" ") }
}
