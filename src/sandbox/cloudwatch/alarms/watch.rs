//! The evaluation of alarms as time passes, and what follows from it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::evaluate::{Outcome, Span, evaluate};
use super::super::state::State;
use super::describe::java_time;
use super::history::{self, Kind};
use super::{Alarm, Settings, Watched, notice};
use crate::base::clock::{Timestamp, timestamp_ms};
use crate::metrics::alarm::{AlarmState, Checked, Limits, Reason, SPARE_PERIODS, Verdict, decide, reason};
use crate::sandbox::Sandbox;
use crate::sandbox::api::ApiError;
use crate::sandbox::world::Region;

/// Where and when something happens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) region: &'a str,
    pub(super) account: &'a str,
    pub(super) now: Timestamp,
}

/// What an alarm's state becomes.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) state: AlarmState,
    pub(super) reason: String,
    /// JSON.
    pub(super) data: Option<String>,
}

/// Evaluates every alarm that is due, in all Regions.
pub(in crate::sandbox) fn beat(sandbox: &Sandbox) {
    let now = sandbox.clock().now();
    for (region, name) in due(sandbox, now) {
        let mut world = sandbox.world();
        let account = world.account_id.clone();
        let place = Place { region: &region, account: &account, now };
        let id = sandbox.new_id();
        evaluate_one(world.region(&region), &place, &name, &id);
    }
}

/// Region and name of the alarms that are due.
fn due(sandbox: &Sandbox, now: Timestamp) -> Vec<(String, String)> {
    let world = sandbox.world();
    let of_region = |(region, held): (&String, &Region)| {
        let due = held.cloudwatch.alarms.held.iter().filter(|(_, alarm)| alarm.next <= now.as_second());
        due.map(|(name, _)| (region.clone(), name.clone())).collect::<Vec<_>>()
    };
    world.regions.iter().flat_map(of_region).collect()
}

fn evaluate_one(region: &mut Region, place: &Place<'_>, name: &str, id: &str) {
    let state = &mut region.cloudwatch;
    let Some(alarm) = state.alarms.held.get(name) else { return };
    let looked = look(state, &alarm.settings, place.now);
    let current = alarm.state;
    let next = next_after(alarm.settings.every(), place.now.as_second());
    let change = looked.as_ref().ok().and_then(|seen| seen.change(&alarm.settings, current, place.now));
    let failure = looked.err().map(|error| error.message);
    if let Some(alarm) = state.alarms.held.get_mut(name) {
        (alarm.next, alarm.failure) = (next, failure);
    }
    if let Some(change) = change {
        apply(region, place, name, change, id);
    }
}

fn next_after(every: i64, now: i64) -> i64 {
    now - now.rem_euclid(every) + every
}

/// What an evaluation saw.
struct Seen {
    /// The evaluation range, oldest first.
    range: Vec<Option<Checked>>,
    verdict: Verdict,
}

/// Reads the evaluation range and decides on it.
fn look(state: &State, settings: &Settings, now: Timestamp) -> Result<Seen, ApiError> {
    let (period, count) = (settings.period.max(1), settings.evaluation_periods + SPARE_PERIODS);
    let end = now.as_second() - now.as_second().rem_euclid(period.min(60));
    let start = end - period * count as i64;
    let moment = |seconds: i64| timestamp_ms(seconds * 1_000);
    let (queries, value, band) = settings.watched.queries();
    let outcomes = evaluate(state, &queries, Span { start: moment(start), end: moment(end), now })?;
    let limits = limits(settings, band.and_then(|id| outcomes.get(id)));
    let points: BTreeMap<i64, f64> = outcomes
        .get(value)
        .and_then(|outcome| outcome.series.first())
        .map(|series| series.points.iter().copied().collect())
        .unwrap_or_default();
    let check = |at: i64| {
        let (value, limits) = (*points.get(&at)?, limits(at)?);
        Some(Checked { at, value, limits, breaches: settings.comparison.breaches(value, limits) })
    };
    let range: Vec<Option<Checked>> = (0..count as i64).map(|place| check(start + place * period)).collect();
    let breaches: Vec<Option<bool>> = range.iter().map(|point| point.map(|point| point.breaches)).collect();
    Ok(Seen { verdict: decide(settings.rule(), &breaches), range })
}

/// What the value of a moment is compared with; nothing where there is no band yet.
fn limits(settings: &Settings, band: Option<&Outcome>) -> impl Fn(i64) -> Option<Limits> {
    let edges: Option<BTreeMap<i64, (f64, f64)>> = band
        .and_then(Outcome::band)
        .map(|(lower, upper)| lower.points.iter().zip(&upper.points).map(|((at, lower), (_, upper))| (*at, (*lower, *upper))).collect());
    let fixed = settings.threshold;
    move |at| match (&edges, fixed) {
        (Some(edges), _) => edges.get(&at).map(|(lower, upper)| Limits::Band { lower: *lower, upper: *upper }),
        (None, threshold) => threshold.map(Limits::Fixed),
    }
}

impl Seen {
    /// The change that follows, if the state becomes another.
    fn change(&self, settings: &Settings, before: AlarmState, now: Timestamp) -> Option<Change> {
        let state = self.verdict.state.filter(|state| *state != before)?;
        let rule = settings.rule();
        let checked: Vec<Checked> = self.range.iter().rev().filter_map(|point| *point).take(rule.periods).collect();
        let of = Reason { rule, verdict: self.verdict, comparison: settings.comparison, before, checked: &checked };
        let data = reason_data(settings, &checked, now);
        Some(Change { state, reason: reason(&of, state).chars().take(1_023).collect(), data: Some(data) })
    }
}

/// The facts of a decision as JSON, newest datapoint last in `recentDatapoints` and first in `evaluatedDatapoints`, as the service has them.
fn reason_data(settings: &Settings, checked: &[Checked], now: Timestamp) -> String {
    let time = |at: i64| java_time(timestamp_ms(at * 1_000));
    let oldest_first = |pick: fn(&Checked) -> f64| checked.iter().rev().map(pick).collect::<Vec<f64>>();
    let evaluated: Vec<Value> = checked.iter().map(|point| json!({ "timestamp": time(point.at), "value": point.value })).collect();
    let mut data = json!({
        "version": "1.0",
        "queryDate": java_time(now),
        "startDate": checked.last().map(|point| time(point.at)),
        "period": settings.period,
        "recentDatapoints": oldest_first(|point| point.value),
        "evaluatedDatapoints": evaluated,
    });
    let Value::Object(members) = &mut data else { return String::new() };
    if let Watched::Metric(stat) = &settings.watched {
        members.insert("statistic".to_owned(), stat.stat.clone().into());
        members.insert("unit".to_owned(), stat.unit.map(super::super::Unit::name).into());
    }
    if let Some(threshold) = settings.threshold {
        members.insert("threshold".to_owned(), threshold.into());
    } else {
        members.insert("recentLowerThresholds".to_owned(), oldest_first(|point| edges(point.limits).0).into());
        members.insert("recentUpperThresholds".to_owned(), oldest_first(|point| edges(point.limits).1).into());
    }
    members.retain(|_, member| !member.is_null());
    let text = data.to_string();
    if text.len() <= 4_000 { text } else { json!({ "version": "1.0", "queryDate": java_time(now), "period": settings.period }).to_string() }
}

fn edges(limits: Limits) -> (f64, f64) {
    match limits {
        Limits::Fixed(threshold) => (threshold, threshold),
        Limits::Band { lower, upper } => (lower, upper),
    }
}

/// Sets the state of the alarm `name`; when it becomes another, writes that down and takes the actions. `id` names the message.
pub(super) fn apply(region: &mut Region, place: &Place<'_>, name: &str, change: Change, id: &str) {
    let alarms = &mut region.cloudwatch.alarms;
    let Some(alarm) = alarms.held.get_mut(name) else { return };
    let before = alarm.clone();
    (alarm.state, alarm.reason, alarm.reason_data, alarm.updated) = (change.state, change.reason, change.data, place.now);
    if before.state == alarm.state {
        return;
    }
    alarm.transitioned = place.now;
    let after = alarm.clone();
    history::write(alarms, place.now, Kind::State { name, before: &before, after: &after });
    if after.settings.actions_enabled {
        act(region, place, name, (&before, &after), id);
    }
}

/// Takes the actions of the new state: SNS topics get a message, others are noted as failed.
fn act(region: &mut Region, place: &Place<'_>, name: &str, (before, after): (&Alarm, &Alarm), id: &str) {
    for arn in after.settings.actions(after.state) {
        let message = notice::message(place, name, before.state, after);
        let error = if arn.starts_with("arn:aws:sns:") {
            region.sns.publish(arn, &message, id, place.now).err().map(|error| error.message)
        } else {
            Some("The sandbox takes no actions but notifications by Amazon SNS".to_owned())
        };
        let kind = Kind::Action { name, arn, error: error.as_deref(), message: Some(&message.body) };
        history::write(&mut region.cloudwatch.alarms, place.now, kind);
    }
}
