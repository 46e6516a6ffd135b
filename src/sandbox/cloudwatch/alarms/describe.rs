//! `DescribeAlarms` and `DescribeAlarmsForMetric`.

use serde_json::{Map, Value, json};

use super::super::checks::{self, Part, combination, invalid_value};
use super::super::query::{MetricStat, Query};
use super::super::view;
use super::{Alarm, Watched, arn};
use crate::base::clock::Timestamp;
use crate::metrics::alarm::AlarmState;
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::wire;

/// Most alarms of a page, and of the names that can be asked for.
const MAX_RECORDS: i64 = 100;
/// Alarms of a page when the call does not say.
const RECORDS: i64 = 50;

/// What a call asks for.
struct Wanted<'a> {
    names: Vec<&'a str>,
    prefix: Option<&'a str>,
    state: Option<AlarmState>,
    action_prefix: Option<&'a str>,
    includes_metric_alarms: bool,
}

impl<'a> Wanted<'a> {
    fn of(whole: &Part<'a>) -> Result<Self, ApiError> {
        let (names, prefix) = (whole.input.strings("AlarmNames")?, whole.input.opt_str("AlarmNamePrefix")?);
        if !names.is_empty() && prefix.is_some() {
            return Err(combination("AlarmNames and AlarmNamePrefix are mutually exclusive"));
        }
        if names.len() > MAX_RECORDS as usize {
            return Err(checks::too_many("AlarmNames", MAX_RECORDS as usize));
        }
        let state = whole.input.opt_str("StateValue")?.map(|name| {
            AlarmState::named(name)
                .ok_or_else(|| invalid_value("The parameter StateValue must be a value in the set [ INSUFFICIENT_DATA, ALARM, OK ]."))
        });
        // There are no composite alarms, so no alarm has children or parents.
        let has_family = whole.input.get("ChildrenOfAlarmName").is_some() || whole.input.get("ParentsOfAlarmName").is_some();
        Ok(Self {
            names,
            prefix,
            state: state.transpose()?,
            action_prefix: whole.input.opt_str("ActionPrefix")?,
            includes_metric_alarms: includes_metric_alarms(whole)? && !has_family,
        })
    }

    fn includes(&self, name: &str, alarm: &Alarm) -> bool {
        let settings = &alarm.settings;
        let actions = || settings.ok_actions.iter().chain(&settings.alarm_actions).chain(&settings.insufficient_data_actions);
        self.includes_metric_alarms
            && (self.names.is_empty() || self.names.contains(&name))
            && self.prefix.is_none_or(|prefix| name.starts_with(prefix))
            && self.state.is_none_or(|state| state == alarm.state)
            && self.action_prefix.is_none_or(|prefix| actions().any(|action| action.starts_with(prefix)))
    }
}

/// Whether `AlarmTypes` asks for the only alarms that there are.
pub(super) fn includes_metric_alarms(whole: &Part<'_>) -> Result<bool, ApiError> {
    const TYPES: [&str; 3] = ["CompositeAlarm", "MetricAlarm", "LogAlarm"];
    let types = whole.input.strings("AlarmTypes")?;
    if types.iter().any(|name| !TYPES.contains(name)) {
        return Err(invalid_value(format!("The parameter AlarmTypes must be a value in the set [ {} ].", TYPES.join(", "))));
    }
    Ok(types.is_empty() || types.contains(&"MetricAlarm"))
}

pub(super) fn max_records(whole: &Part<'_>) -> Result<usize, ApiError> {
    let most = whole.input.opt_i64("MaxRecords")?.unwrap_or(RECORDS);
    if (1..=MAX_RECORDS).contains(&most) {
        return Ok(most as usize);
    }
    Err(invalid_value(format!("The value {most} for parameter MaxRecords is invalid. It must be between 1 and {MAX_RECORDS}.")))
}

/// How many results a token stands behind.
pub(super) fn offset(whole: &Part<'_>) -> Result<usize, ApiError> {
    let token = whole.input.opt_str("NextToken")?;
    let bad = || ApiError::new(400, "InvalidNextToken", "The next token specified is invalid.");
    token.map_or(Ok(0), |token| token.parse().map_err(|_| bad()))
}

/// `DescribeAlarms`: by name, a page after the other.
pub(in super::super) fn describe(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let whole = Part::whole(value);
    let wanted = Wanted::of(&whole)?;
    let (most, token) = (max_records(&whole)?, whole.input.opt_str("NextToken")?);
    view(sandbox, cx, |state| {
        let beyond = |name: &str| token.is_none_or(|token| name > token);
        let mut found = state.alarms.held.iter().filter(|(name, alarm)| beyond(name) && wanted.includes(name, alarm));
        let page: Vec<_> = found.by_ref().take(most).collect();
        let next = found.next().and(page.last()).map(|(name, _)| (*name).clone());
        let described: Vec<Value> = page.into_iter().map(|(name, alarm)| described(cx, name, alarm)).collect();
        Ok(json!({ "MetricAlarms": described, "CompositeAlarms": [], "NextToken": next }))
    })
}

/// `DescribeAlarmsForMetric`: alarms on that metric alone, not those of expressions.
pub(in super::super) fn describe_for_metric(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let whole = Part::whole(value);
    let key = whole.metric()?;
    let stat = whole.input.opt_str("Statistic")?.or(whole.input.opt_str("ExtendedStatistic")?);
    let (period, unit) = (whole.input.opt_i64("Period")?, whole.unit()?);
    let is_wanted = |held: &MetricStat| {
        held.key == key
            && stat.is_none_or(|stat| stat == held.stat)
            && period.is_none_or(|period| period == held.period)
            && (unit.is_none() || unit == held.unit)
    };
    view(sandbox, cx, |state| {
        let found =
            state.alarms.held.iter().filter(|(_, alarm)| matches!(&alarm.settings.watched, Watched::Metric(held) if is_wanted(held)));
        Ok(json!({ "MetricAlarms": found.map(|(name, alarm)| described(cx, name, alarm)).collect::<Vec<_>>() }))
    })
}

fn described(cx: &CallContext, name: &str, alarm: &Alarm) -> Value {
    let mut members = settings(name, &arn(cx, name), alarm);
    let state = [
        ("AlarmConfigurationUpdatedTimestamp", wire::timestamp(alarm.configured)),
        ("StateValue", alarm.state.name().into()),
        ("StateReason", alarm.reason.clone().into()),
        ("StateReasonData", alarm.reason_data.clone().into()),
        ("StateUpdatedTimestamp", wire::timestamp(alarm.updated)),
        ("StateTransitionedTimestamp", wire::timestamp(alarm.transitioned)),
        ("EvaluationState", alarm.failure.as_ref().map(|_| "EVALUATION_ERROR").into()),
    ];
    members.extend(state.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Value::Object(members)
}

/// The settings under the API's names.
fn settings(name: &str, arn: &str, alarm: &Alarm) -> Map<String, Value> {
    let settings = &alarm.settings;
    let mut members = watched(&settings.watched);
    let own = [
        ("AlarmName", name.into()),
        ("AlarmArn", arn.into()),
        ("AlarmDescription", settings.description.clone().into()),
        ("ActionsEnabled", settings.actions_enabled.into()),
        ("OKActions", settings.ok_actions.clone().into()),
        ("AlarmActions", settings.alarm_actions.clone().into()),
        ("InsufficientDataActions", settings.insufficient_data_actions.clone().into()),
        ("EvaluationPeriods", settings.evaluation_periods.into()),
        ("DatapointsToAlarm", settings.datapoints_to_alarm.into()),
        ("Threshold", settings.threshold.into()),
        ("ComparisonOperator", settings.comparison.name().into()),
        ("TreatMissingData", settings.missing.map(crate::metrics::alarm::MissingData::name).into()),
        ("EvaluateLowSampleCountPercentile", settings.low_sample_count.clone().into()),
    ];
    members.extend(own.into_iter().map(|(name, value): (&str, Value)| (name.to_owned(), value)));
    members
}

fn watched(watched: &Watched) -> Map<String, Value> {
    match watched {
        Watched::Metric(stat) => one_metric(stat),
        Watched::Queries { queries, band, .. } => {
            let queries: Vec<Value> = queries.iter().map(Query::described).collect();
            Map::from_iter([("Metrics".to_owned(), queries.into()), ("ThresholdMetricId".to_owned(), band.clone().into())])
        }
    }
}

fn one_metric(stat: &MetricStat) -> Map<String, Value> {
    let is_simple = matches!(stat.stat.as_str(), "SampleCount" | "Average" | "Sum" | "Minimum" | "Maximum");
    let statistic = if is_simple { "Statistic" } else { "ExtendedStatistic" };
    let members = [
        ("Namespace", Value::from(stat.key.namespace.clone())),
        ("MetricName", stat.key.name.clone().into()),
        ("Dimensions", checks::described(&stat.key.dimensions)),
        ("Period", stat.period.into()),
        ("Unit", stat.unit.map(super::super::Unit::name).into()),
        (statistic, stat.stat.clone().into()),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The settings as the history shows them: names in lower camel case, times as text.
pub(super) fn settings_as_json(name: &str, arn: &str, alarm: &Alarm) -> Value {
    let mut members = settings(name, arn, alarm);
    members.insert("StateValue".to_owned(), alarm.state.name().into());
    members.insert("AlarmConfigurationUpdatedTimestamp".to_owned(), java_time(alarm.configured).into());
    lower_camel(&Value::Object(members))
}

fn lower_camel(value: &Value) -> Value {
    let lower = |name: &str| name.chars().take(1).flat_map(char::to_lowercase).chain(name.chars().skip(1)).collect::<String>();
    match value {
        Value::Object(members) => {
            members.iter().filter(|(_, member)| !member.is_null()).map(|(name, member)| (lower(name), lower_camel(member))).collect()
        }
        Value::Array(items) => items.iter().map(lower_camel).collect(),
        other => other.clone(),
    }
}

/// `2026-03-11T22:45:41.569+0000`, in UTC.
pub(super) fn java_time(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string()
}
