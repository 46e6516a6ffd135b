//! What happened to alarms: changes of their settings and states, and their actions.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::checks::{Part, invalid_value};
use super::super::view;
use super::describe::{self, max_records, settings_as_json};
use super::{Alarm, Alarms};
use crate::base::clock::Timestamp;
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::wire;

/// Items that a Region keeps: the oldest give way.
const MAX_ITEMS: usize = 5_000;
/// Seconds for which the service keeps items.
const KEPT: i64 = 30 * 86_400;
/// Longest `HistoryData`.
const MAX_DATA: usize = 4_095;

/// One thing that happened.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Item {
    alarm: String,
    /// `ConfigurationUpdate`, `StateUpdate` or `Action`.
    kind: String,
    at: Timestamp,
    summary: String,
    /// JSON.
    data: String,
}

/// What is to be written down.
#[derive(Clone, Copy)]
pub(super) enum Kind<'a> {
    /// The alarm was created, updated or deleted.
    Configuration { name: &'a str, arn: &'a str, what: &'a str, alarm: &'a Alarm },
    /// The alarm's state became another.
    State { name: &'a str, before: &'a Alarm, after: &'a Alarm },
    /// An action was taken, or could not be.
    Action { name: &'a str, arn: &'a str, error: Option<&'a str>, message: Option<&'a str> },
}

/// Writes down what happened at `at`.
pub(super) fn write(alarms: &mut Alarms, at: Timestamp, kind: Kind<'_>) {
    let item = match kind {
        Kind::Configuration { name, arn, what, alarm } => changed(name, arn, what, alarm, at),
        Kind::State { name, before, after } => transition(name, before, after, at),
        Kind::Action { name, arn, error, message } => action(name, arn, error, message, at),
    };
    alarms.history.push_back(item);
    let oldest = at.as_second() - KEPT;
    while alarms.history.len() > MAX_ITEMS || alarms.history.front().is_some_and(|item| item.at.as_second() < oldest) {
        alarms.history.pop_front();
    }
}

fn changed(name: &str, arn: &str, what: &str, alarm: &Alarm, at: Timestamp) -> Item {
    let kind = match what {
        "created" => "Create",
        "deleted" => "Delete",
        _ => "Update",
    };
    let settings = settings_as_json(name, arn, alarm);
    let whole = json!({ "version": "1.0", "type": kind, (format!("{what}Alarm")): settings }).to_string();
    let data = if whole.len() <= MAX_DATA { whole } else { json!({ "version": "1.0", "type": kind }).to_string() };
    Item { alarm: name.to_owned(), kind: "ConfigurationUpdate".to_owned(), at, summary: format!("Alarm \"{name}\" {what}"), data }
}

fn transition(name: &str, before: &Alarm, after: &Alarm, at: Timestamp) -> Item {
    let told = |alarm: &Alarm, with_data: bool| {
        let data = alarm.reason_data.as_deref().filter(|_| with_data).and_then(|data| serde_json::from_str::<Value>(data).ok());
        let mut state = json!({ "stateValue": alarm.state.name(), "stateReason": alarm.reason });
        if let (Some(data), Value::Object(members)) = (data, &mut state) {
            members.insert("stateReasonData".to_owned(), data);
        }
        state
    };
    let whole = |old, new| json!({ "version": "1.0", "oldState": told(before, old), "newState": told(after, new) }).to_string();
    let fits =
        [(true, true), (false, true), (false, false)].into_iter().map(|(old, new)| whole(old, new)).find(|data| data.len() <= MAX_DATA);
    let summary = format!("Alarm updated from {} to {}", before.state.name(), after.state.name());
    Item {
        alarm: name.to_owned(),
        kind: "StateUpdate".to_owned(),
        at,
        summary,
        data: fits.unwrap_or_else(|| json!({ "version": "1.0" }).to_string()),
    }
}

fn action(name: &str, arn: &str, error: Option<&str>, message: Option<&str>, at: Timestamp) -> Item {
    let summary = match error {
        None => format!("Successfully executed action {arn}"),
        Some(error) => format!("Failed to execute action {arn}. Received error: \"{error}\""),
    };
    let state = if error.is_none() { "Succeeded" } else { "Failed" };
    let whole = json!({ "actionState": state, "notificationResource": arn, "publishedMessage": message, "error": error }).to_string();
    let short = || json!({ "actionState": state, "notificationResource": arn, "error": error }).to_string();
    let data = if whole.len() <= MAX_DATA { whole } else { short() };
    Item { alarm: name.to_owned(), kind: "Action".to_owned(), at, summary: summary.chars().take(255).collect(), data }
}

/// What a call asks for.
struct Wanted<'a> {
    name: Option<&'a str>,
    kind: Option<&'a str>,
    /// From and to, both inclusive.
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    includes_metric_alarms: bool,
}

impl<'a> Wanted<'a> {
    fn of(whole: &Part<'a>) -> Result<Self, ApiError> {
        const KINDS: [&str; 5] = ["ConfigurationUpdate", "StateUpdate", "Action", "AlarmContributorStateUpdate", "AlarmContributorAction"];
        let kind = whole.input.opt_str("HistoryItemType")?;
        if kind.is_some_and(|kind| !KINDS.contains(&kind)) {
            return Err(invalid_value(format!("The parameter HistoryItemType must be a value in the set [ {} ].", KINDS.join(", "))));
        }
        let (start, end) = (whole.input.opt_timestamp("StartDate")?, whole.input.opt_timestamp("EndDate")?);
        if start.zip(end).is_some_and(|(start, end)| start > end) {
            return Err(invalid_value("The parameter StartDate must be less than the parameter EndDate."));
        }
        let includes_metric_alarms = describe::includes_metric_alarms(whole)?;
        Ok(Self { name: whole.input.opt_str("AlarmName")?, kind, start, end, includes_metric_alarms })
    }

    fn includes(&self, item: &Item) -> bool {
        self.includes_metric_alarms
            && self.name.is_none_or(|name| name == item.alarm)
            && self.kind.is_none_or(|kind| kind == item.kind)
            && self.start.is_none_or(|start| item.at >= start)
            && self.end.is_none_or(|end| item.at <= end)
    }
}

/// `DescribeAlarmHistory`.
pub(in super::super) fn describe(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let whole = Part::whole(value);
    let wanted = Wanted::of(&whole)?;
    let ascending = match whole.input.opt_str("ScanBy")? {
        None | Some("TimestampDescending") => false,
        Some("TimestampAscending") => true,
        Some(other) => return Err(whole.bad_value("ScanBy", other)),
    };
    let (most, from) = (max_records(&whole)?, describe::offset(&whole)?);
    view(sandbox, cx, |state| {
        let mut found: Vec<&Item> = state.alarms.history.iter().filter(|item| wanted.includes(item)).collect();
        if !ascending {
            found.reverse();
        }
        let next = (found.len() > from + most).then(|| (from + most).to_string());
        let page: Vec<Value> = found.into_iter().skip(from).take(most).map(told).collect();
        Ok(json!({ "AlarmHistoryItems": page, "NextToken": next }))
    })
}

fn told(item: &Item) -> Value {
    json!({
        "AlarmName": item.alarm,
        "AlarmType": "MetricAlarm",
        "Timestamp": wire::timestamp(item.at),
        "HistoryItemType": item.kind,
        "HistorySummary": item.summary,
        "HistoryData": item.data,
    })
}
