//! `SetAlarmState`, `EnableAlarmActions`, `DisableAlarmActions`, `DeleteAlarms`.

use serde_json::{Value, json};

use super::super::checks::{self, Part, invalid_value, missing};
use super::arn;
use super::history::{self, Kind};
use super::watch::{self, Change, Place};
use crate::metrics::alarm::AlarmState;
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};

/// Most alarms of a call.
const MAX_NAMES: usize = 100;

pub(in super::super) fn set_state(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let whole = Part::whole(value);
    let name = whole.required_str("AlarmName")?;
    let state = whole.required_str("StateValue")?;
    let state = AlarmState::named(state)
        .ok_or_else(|| invalid_value("The parameter StateValue must be a value in the set [ INSUFFICIENT_DATA, ALARM, OK ]."))?;
    let reason = whole.input.opt_str("StateReason")?.ok_or_else(|| missing("StateReason"))?;
    if reason.chars().count() > 1_023 {
        return Err(whole.bad_value("StateReason", reason));
    }
    let data = whole.input.opt_str("StateReasonData")?;
    if data.is_some_and(|data| data.len() > 4_000 || serde_json::from_str::<Value>(data).is_err()) {
        return Err(ApiError::new(400, "InvalidFormat", "StateReasonData was not valid JSON"));
    }
    let id = sandbox.new_id();
    let mut world = sandbox.world();
    let region = world.region(&cx.region);
    if !region.cloudwatch.alarms.held.contains_key(name) {
        return Err(no_such_alarm(name));
    }
    let change = Change { state, reason: reason.to_owned(), data: data.map(str::to_owned) };
    watch::apply(region, &Place { region: &cx.region, account: &cx.account, now: cx.now }, name, change, &id);
    Ok(Value::Null)
}

fn no_such_alarm(name: &str) -> ApiError {
    ApiError::new(404, "ResourceNotFound", format!("Alarm {name} does not exist"))
}

pub(in super::super) fn enable_actions(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    switch_actions(sandbox, cx, value, true)
}

pub(in super::super) fn disable_actions(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    switch_actions(sandbox, cx, value, false)
}

/// Names without an alarm are passed over: these operations know no error for them.
fn switch_actions(sandbox: &Sandbox, cx: &CallContext, value: &Value, enabled: bool) -> ApiResult {
    let whole = Part::whole(value);
    let names = names(&whole)?;
    let mut world = sandbox.world();
    let alarms = &mut world.region(&cx.region).cloudwatch.alarms;
    for name in names {
        let Some(mut alarm) = alarms.held.get(name).cloned().filter(|alarm| alarm.settings.actions_enabled != enabled) else { continue };
        alarm.settings.actions_enabled = enabled;
        alarm.configured = cx.now;
        history::write(alarms, cx.now, Kind::Configuration { name, arn: &arn(cx, name), what: "updated", alarm: &alarm });
        alarms.held.insert(name.to_owned(), alarm);
    }
    Ok(Value::Null)
}

fn names<'a>(whole: &Part<'a>) -> Result<Vec<&'a str>, ApiError> {
    let names = whole.input.strings("AlarmNames")?;
    match names.len() {
        0 => Err(missing("AlarmNames")),
        1..=MAX_NAMES => Ok(names),
        _ => Err(checks::too_many("AlarmNames", MAX_NAMES)),
    }
}

/// All or, when one of them does not exist, none.
pub(in super::super) fn delete(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let whole = Part::whole(value);
    let names = names(&whole)?;
    let mut world = sandbox.world();
    let alarms = &mut world.region(&cx.region).cloudwatch.alarms;
    if let Some(name) = names.iter().find(|name| !alarms.held.contains_key(**name)) {
        let details = json!({ "ResourceType": "Alarm", "ResourceId": name });
        return Err(no_such_alarm(name).with_details(details));
    }
    for name in names {
        if let Some(alarm) = alarms.held.remove(name) {
            history::write(alarms, cx.now, Kind::Configuration { name, arn: &arn(cx, name), what: "deleted", alarm: &alarm });
        }
    }
    Ok(Value::Null)
}
