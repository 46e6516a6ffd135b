//! The message that an alarm publishes: JSON for programs, prose for e-mails.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::super::query::Query;
use super::describe::java_time;
use super::watch::Place;
use super::{Alarm, Watched, arn_of};
use crate::metrics::alarm::{AlarmState, MissingData};
use crate::sandbox::sns::Message;

/// What is published when the alarm `name` has left the state `before`.
pub(super) fn message(place: &Place<'_>, name: &str, before: AlarmState, alarm: &Alarm) -> Message {
    let subject = format!("{}: \"{name}\" in {}", alarm.state.name(), place.region);
    let prose = prose(place, name, before, alarm);
    Message {
        // Subjects are at most 100 ASCII characters; names of alarms may be longer.
        subject: Some(subject.chars().map(|c| if c.is_ascii() { c } else { '?' }).take(100).collect()),
        body: facts(place, name, before, alarm).to_string(),
        by_protocol: vec![("email".to_owned(), prose)],
    }
}

fn facts(place: &Place<'_>, name: &str, before: AlarmState, alarm: &Alarm) -> Value {
    let settings = &alarm.settings;
    json!({
        "AlarmName": name,
        "AlarmDescription": settings.description,
        "AWSAccountId": place.account,
        "AlarmConfigurationUpdatedTimestamp": java_time(alarm.configured),
        "NewStateValue": alarm.state.name(),
        "NewStateReason": alarm.reason,
        "StateChangeTime": java_time(place.now),
        "Region": place.region,
        "AlarmArn": arn_of(place.region, place.account, name),
        "OldStateValue": before.name(),
        "OKActions": settings.ok_actions,
        "AlarmActions": settings.alarm_actions,
        "InsufficientDataActions": settings.insufficient_data_actions,
        "Trigger": trigger(alarm),
    })
}

fn trigger(alarm: &Alarm) -> Value {
    let settings = &alarm.settings;
    let mut trigger = json!({
        "Period": settings.period,
        "EvaluationPeriods": settings.evaluation_periods,
        "DatapointsToAlarm": settings.datapoints_to_alarm,
        "ComparisonOperator": settings.comparison.name(),
        "Threshold": settings.threshold,
        "TreatMissingData": settings.missing.unwrap_or_default().name(),
        "EvaluateLowSampleCountPercentile": settings.low_sample_count.clone().unwrap_or_default(),
    });
    let Value::Object(members) = &mut trigger else { return trigger };
    match &settings.watched {
        Watched::Metric(stat) => {
            let dimensions = stat.key.dimensions.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect::<Value>();
            let is_percentile = stat.stat.starts_with('p') && stat.stat[1..].parse::<f64>().is_ok();
            members.insert("MetricName".to_owned(), stat.key.name.clone().into());
            members.insert("Namespace".to_owned(), stat.key.namespace.clone().into());
            members.insert("StatisticType".to_owned(), if is_percentile { "ExtendedStatistic" } else { "Statistic" }.into());
            members.insert("Statistic".to_owned(), if is_percentile { stat.stat.clone() } else { stat.stat.to_uppercase() }.into());
            members.insert("Unit".to_owned(), stat.unit.map(super::super::Unit::name).into());
            members.insert("Dimensions".to_owned(), dimensions);
        }
        Watched::Queries { queries, band, .. } => {
            members.insert("Metrics".to_owned(), queries.iter().map(Query::described).collect());
            members.insert("ThresholdMetricId".to_owned(), band.clone().into());
        }
    }
    trigger
}

/// What a person gets: the same facts in the order in which they are wanted.
fn prose(place: &Place<'_>, name: &str, before: AlarmState, alarm: &Alarm) -> String {
    let settings = &alarm.settings;
    let mut text = format!(
        "You are receiving this email because your Amazon CloudWatch Alarm \"{name}\" in the {} region has entered the {} state, because \"{}\" at \"{}\".\n\nAlarm Details:\n",
        place.region,
        alarm.state.name(),
        alarm.reason,
        place.now.to_zoned(jiff::tz::TimeZone::UTC).strftime("%A %d %B, %Y %H:%M:%S UTC"),
    );
    let treat = settings.missing.unwrap_or(MissingData::Missing).name();
    let limit = settings.threshold.map_or_else(|| "the anomaly detection band".to_owned(), |threshold| format!("{threshold:?}"));
    let details = [
        ("Name", name.to_owned()),
        ("Description", settings.description.clone().unwrap_or_default()),
        ("State Change", format!("{} -> {}", before.name(), alarm.state.name())),
        ("Reason for State Change", alarm.reason.clone()),
        ("AWS Account", place.account.to_owned()),
        ("Alarm Arn", arn_of(place.region, place.account, name)),
        (
            "Threshold",
            format!(
                "{} {limit} for {} of the last {} period(s) of {} seconds",
                settings.comparison.name(),
                settings.rule().to_alarm,
                settings.evaluation_periods,
                settings.period
            ),
        ),
        ("TreatMissingData", treat.to_owned()),
    ];
    for (title, detail) in details {
        let _infallible = writeln!(text, "- {title}: {detail}");
    }
    text
}
