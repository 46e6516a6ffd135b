//! Metric filters: numbers drawn from events as they arrive, and `TestMetricFilter`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::checks::{self, INVALID, invalid};
use super::filter::pattern_at;
use super::page::Page;
use super::state::State;
use super::{change, view};
use crate::base::clock::{Timestamp, timestamp_ms};
use crate::logs::filter_pattern::{FilterPattern, Reference};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::cloudwatch::{MetricKey, Unit};
use crate::sandbox::input::Input;
use crate::sandbox::world::Region;

/// Most filters of a group.
const MAX_FILTERS: usize = 100;
/// Most dimensions of a filter's metric.
const MAX_DIMENSIONS: usize = 3;
/// Most messages of a test.
const MAX_TESTED: usize = 50;

/// A metric filter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct MetricFilter {
    pattern: String,
    created_ms: i64,
    metric: String,
    namespace: String,
    /// A number, or a reference into the event.
    value: String,
    default: Option<f64>,
    /// References by dimension name.
    dimensions: BTreeMap<String, String>,
    unit: Option<String>,
}

/// A number drawn from an event, on its way to its metric.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    key: MetricKey,
    value: f64,
    unit: Unit,
    at_ms: i64,
}

/// The samples that `filters` draw from events (time, message) that arrived together.
pub(super) fn samples<'a>(filters: impl Iterator<Item = &'a MetricFilter>, events: &[(i64, &str)]) -> Vec<Sample> {
    filters.flat_map(|filter| filter.samples(events)).collect()
}

impl MetricFilter {
    /// A filter whose events do not match reports its default, if it has one, once for all that arrived together.
    fn samples(&self, events: &[(i64, &str)]) -> Vec<Sample> {
        let Ok(pattern) = FilterPattern::parse(&self.pattern) else { return Vec::new() };
        let drawn: Vec<Sample> = events
            .iter()
            .filter(|(_, message)| pattern.matches(message))
            .filter_map(|(at_ms, message)| self.sample(&pattern, *at_ms, message))
            .collect();
        match (drawn.is_empty(), self.default, events.last()) {
            (true, Some(value), Some((at_ms, _))) => vec![self.at(BTreeMap::new(), value, *at_ms)],
            _ => drawn,
        }
    }

    /// `None` where the value or a dimension is not in the event.
    fn sample(&self, pattern: &FilterPattern, at_ms: i64, message: &str) -> Option<Sample> {
        let drawn = |text: &str| pattern.value(&Reference::parse(text).ok()?, message);
        let value = if self.value.starts_with('$') { drawn(&self.value)?.trim().parse().ok()? } else { self.value.parse().ok()? };
        let dimension = |(name, text): (&String, &String)| Some((name.clone(), drawn(text)?));
        let dimensions = self.dimensions.iter().map(dimension).collect::<Option<BTreeMap<_, _>>>()?;
        Some(self.at(dimensions, value, at_ms))
    }

    fn at(&self, dimensions: BTreeMap<String, String>, value: f64, at_ms: i64) -> Sample {
        let key = MetricKey { namespace: self.namespace.clone(), name: self.metric.clone(), dimensions };
        Sample { key, value, unit: self.unit.as_deref().and_then(Unit::named).unwrap_or(Unit::NONE), at_ms }
    }

    fn described(&self, group: &str, name: &str) -> Value {
        let metric = json!({
            "metricName": self.metric, "metricNamespace": self.namespace, "metricValue": self.value, "defaultValue": self.default,
            "dimensions": (!self.dimensions.is_empty()).then_some(&self.dimensions), "unit": self.unit.as_deref().unwrap_or("None"),
        });
        json!({
            "filterName": name, "filterPattern": self.pattern, "creationTime": self.created_ms, "logGroupName": group,
            "metricTransformations": [metric], "applyOnTransformedLogs": false,
        })
    }
}

/// Publishes what metric filters drew since the last time.
pub(in crate::sandbox) fn publish(region: &mut Region, now: Timestamp) {
    for Sample { key, value, unit, at_ms } in region.logs.take_samples() {
        if let Err(error) = region.cloudwatch.record_at(key, value, unit, timestamp_ms(at_ms), now) {
            tracing::debug!(%error, "a metric filter could not publish");
        }
    }
}

/// `PutMetricFilter`.
pub(super) fn put(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let group = checks::group_name(&input, "logGroupName")?;
    let name = filter_name(&input)?;
    let filter = read(&input, cx)?;
    change(sandbox, cx, |state| {
        let filters = &mut state.existing_mut(group)?.metric_filters;
        if filters.len() >= MAX_FILTERS && !filters.contains_key(name) {
            return Err(ApiError::new(400, "LimitExceededException", "Resource limit exceeded."));
        }
        filters.insert(name.to_owned(), filter);
        Ok(Value::Null)
    })
}

fn filter_name<'a>(input: &Input<'a>) -> Result<&'a str, ApiError> {
    let name = input.required_str("filterName")?;
    checks::check_named(input, "filterName", name)?;
    Ok(name)
}

fn read(input: &Input<'_>, cx: &CallContext) -> Result<MetricFilter, ApiError> {
    for name in ["fieldSelectionCriteria", "emitSystemFieldDimensions"] {
        if input.get(name).is_some() {
            return Err(invalid(format!("The sandbox does not support {name}")));
        }
    }
    if input.opt_bool("applyOnTransformedLogs")?.unwrap_or(false) {
        return Err(invalid("applyOnTransformedLogs needs a log transformer, which the sandbox does not have"));
    }
    let pattern = input.opt_str("filterPattern")?.ok_or_else(|| input.missing("filterPattern"))?;
    pattern_at(input, "filterPattern")?;
    let transformations = input.structures("metricTransformations")?;
    let [one] = transformations.as_slice() else {
        return Err(input.invalid(
            "metricTransformations",
            &format!("{} items", transformations.len()),
            "Member must have length equal to 1",
        ));
    };
    transformation(one, pattern, cx)
}

fn transformation(one: &Input<'_>, pattern: &str, cx: &CallContext) -> Result<MetricFilter, ApiError> {
    let (metric, namespace) = (plain_name(one, "metricName")?, plain_name(one, "metricNamespace")?);
    if namespace.starts_with("AWS/") {
        return Err(invalid(format!("Invalid metric namespace: {namespace}. Namespaces that begin with AWS/ belong to AWS services.")));
    }
    let value = one.required_str("metricValue")?;
    one.check_length("metricValue", value, 1..=100)?;
    check_value(value)?;
    let dimensions = one.string_map("dimensions")?;
    if dimensions.len() > MAX_DIMENSIONS {
        return Err(invalid("Invalid metric transformation: the number of dimensions exceeds 3."));
    }
    dimensions.values().try_for_each(|reference| check_reference(reference))?;
    let default = one.opt_f64("defaultValue")?;
    if default.is_some() && !dimensions.is_empty() {
        return Err(invalid("Invalid metric transformation: dimensions and default value are mutually exclusive properties."));
    }
    let unit = one.opt_str("unit")?;
    if let Some(unknown) = unit.filter(|name| Unit::named(name).is_none()) {
        return Err(one.invalid("unit", unknown, &format!("Member must satisfy enum value set: [{}]", Unit::names())));
    }
    Ok(MetricFilter {
        pattern: pattern.to_owned(),
        created_ms: cx.now.as_millisecond(),
        metric,
        namespace,
        value: value.to_owned(),
        default,
        dimensions,
        unit: unit.map(str::to_owned),
    })
}

fn plain_name(one: &Input<'_>, name: &str) -> Result<String, ApiError> {
    let text = one.required_str(name)?;
    one.check_length(name, text, 1..=255)?;
    if text.contains([':', '*', '$']) {
        return Err(one.invalid(name, text, "Member must satisfy regular expression pattern: [^:*$]*"));
    }
    Ok(text.to_owned())
}

fn check_value(value: &str) -> Result<(), ApiError> {
    match value.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(()),
        _ if value.starts_with('$') => check_reference(value),
        _ => Err(invalid(format!(
            "Invalid metric transformation: metricValue {value} is neither a number nor a reference such as $.latency"
        ))),
    }
}

fn check_reference(text: &str) -> Result<(), ApiError> {
    Reference::parse(text).map(|_| ()).map_err(|error| invalid(format!("Invalid metric transformation: {text}: {error}")))
}

/// `DescribeMetricFilters`: of a group, or of a metric, or all.
pub(super) fn describe(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let group = input.opt_str("logGroupName")?;
    let prefix = input.opt_str("filterNamePrefix")?.unwrap_or_default();
    let (metric, namespace) = (input.opt_str("metricName")?, input.opt_str("metricNamespace")?);
    if metric.is_some() != namespace.is_some() {
        return Err(invalid("metricName and metricNamespace must be specified together."));
    }
    let page = Page::of(&input)?;
    view(sandbox, cx, |state| {
        group.map_or(Ok(()), |group| state.existing(group).map(|_| ()))?;
        let found = filters(state).filter(|(of, name, filter)| {
            group.is_none_or(|group| group == *of)
                && name.starts_with(prefix)
                && metric.is_none_or(|metric| metric == filter.metric)
                && namespace.is_none_or(|namespace| namespace == filter.namespace)
        });
        // Names are unique in a group only.
        let listed: Vec<(String, Value)> = found.map(|(of, name, filter)| (format!("{of}:{name}"), filter.described(of, name))).collect();
        let (page, token) = page.cut(listed.iter().map(|(place, described)| (place.as_str(), described)))?;
        Ok(json!({ "metricFilters": page.into_iter().map(|(_, described)| described).collect::<Vec<_>>(), "nextToken": token }))
    })
}

fn filters(state: &State) -> impl Iterator<Item = (&str, &str, &MetricFilter)> {
    state
        .groups()
        .iter()
        .flat_map(|(group, held)| held.metric_filters.iter().map(move |(name, filter)| (group.as_str(), name.as_str(), filter)))
}

/// `DeleteMetricFilter`.
pub(super) fn delete(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let (group, name) = (checks::group_name(&input, "logGroupName")?, filter_name(&input)?);
    change(sandbox, cx, |state| {
        let removed = state.existing_mut(group)?.metric_filters.remove(name);
        let missing = || ApiError::new(400, "ResourceNotFoundException", "The specified metric filter does not exist.");
        removed.map(|_| Value::Null).ok_or_else(missing)
    })
}

/// `TestMetricFilter`.
pub(super) fn test(_: &Sandbox, _: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    input.get("filterPattern").ok_or_else(|| input.missing("filterPattern"))?;
    let pattern = pattern_at(&input, "filterPattern")?;
    let messages = input.strings("logEventMessages")?;
    if messages.is_empty() || messages.len() > MAX_TESTED {
        return Err(input.invalid("logEventMessages", &format!("{} items", messages.len()), "Member must have length between 1 and 50"));
    }
    let matches = messages.iter().enumerate().filter(|(_, message)| pattern.matches(message)).map(|(index, message)| {
        let values: BTreeMap<String, String> = pattern.values(message).into_iter().collect();
        json!({ "eventNumber": index + 1, "eventMessage": message, "extractedValues": values })
    });
    Ok(json!({ "matches": matches.collect::<Vec<_>>() }))
}
