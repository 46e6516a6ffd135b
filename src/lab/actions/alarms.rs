//! Makes two alarms on a model, one with a threshold and one with an anomaly band, and looks whether one of them has fired since.

use async_trait::async_trait;

use super::judge_existing;
use crate::aws::cloudwatch::{
    DescribeAlarmHistory, DescribeAlarms, DescribeAnomalyDetectors, HistoryItem, MetricAlarm, PutMetricAlarm, SetAlarmState,
};
use crate::aws::error::AwsError;
use crate::aws::operation::PlannedCall;
use crate::base::clock::Timestamp;
use crate::lab::action::{Action, ApplyError, Cx};
use crate::lab::alarms::making::{self, Notify, Order};
use crate::lab::alarms::recommended::{Recommended, stat};
use crate::lab::alarms::{detector, with_band, words};
use crate::lab::facts::Facts;
use crate::lab::form::{Choice, ExistingKind, Field, FieldKind, Note, Values, shape_notes};
use crate::lab::status::Verdict;
use crate::metrics::alarm::{Comparison, MissingData};

/// See the module.
pub struct Alarms;

/// The alarm with a threshold.
const THRESHOLD_ALARM: &str = "outcrop-lab-throttles";
/// The alarm with a band.
const BAND_ALARM: &str = "outcrop-lab-latency-band";
/// The topic, made when an address is given.
const TOPIC: &str = "outcrop-lab-alarms";

const WIDTHS: &[Choice] = &[
    Choice { value: "1", label: "1", help: "Narrow: fires often" },
    Choice { value: "2", label: "2", help: "Takes in about 95 of 100 usual values" },
    Choice { value: "3", label: "3", help: "Tolerant: only the unusual" },
];

const FIELDS: [Field; 4] = [
    Field::new("model", "Model", FieldKind::Existing(ExistingKind::Model), "Its metrics are watched; take the one you call"),
    Field::new("threshold", "Throttles tolerated in a minute", FieldKind::Number { min: 0, max: 1_000, unit: "calls" }, ""),
    Field::new("width", "Width of the latency band, deviations", FieldKind::Choice(WIDTHS), ""),
    Field::new(
        "email",
        "E-mail address to tell",
        FieldKind::Text,
        "Makes an SNS topic; AWS sends a mail there that must be confirmed first",
    )
    .optional(),
];

fn throttles(values: &Values) -> PutMetricAlarm {
    PutMetricAlarm {
        name: THRESHOLD_ALARM.to_owned(),
        threshold: Some(f64::from(values.number("threshold").unwrap_or(0))),
        periods: 1,
        to_alarm: Some(1),
        ..Recommended::Throttles.settings(values.text("model"))
    }
}

fn latency_band(values: &Values) -> PutMetricAlarm {
    let watched = crate::aws::cloudwatch::Watched::Metric(stat("InvocationLatency", "Average", 60, values.text("model")));
    PutMetricAlarm {
        name: BAND_ALARM.to_owned(),
        description: Some("The average latency leaves the band that CloudWatch has learnt".to_owned()),
        watched: with_band(watched, f64::from(values.number("width").unwrap_or(2))),
        comparison: Comparison::GreaterThanUpperThreshold.name().to_owned(),
        threshold: None,
        periods: 3,
        to_alarm: Some(2),
        missing: Some(MissingData::Ignore.name().to_owned()),
        ..throttles(values)
    }
}

/// Both alarms; the topic is made with the first and named by the second.
fn orders(values: &Values, facts: &Facts) -> [Order; 2] {
    let email = Some(values.text("email").trim().to_owned()).filter(|email| !email.is_empty());
    let order = |settings, notify| Order { settings, notify, tell_ok: true, replaces: false };
    let Some(email) = email else {
        return [order(throttles(values), Notify::AsSet), order(latency_band(values), Notify::AsSet)];
    };
    let arn = crate::lab::policy::topic_arn(facts, TOPIC);
    let banded = PutMetricAlarm { alarm_actions: vec![arn.clone()], ok_actions: vec![arn], ..latency_band(values) };
    let topic = Notify::NewTopic { name: TOPIC.to_owned(), email: Some(email) };
    [order(throttles(values), topic), order(banded, Notify::AsSet)]
}

#[async_trait]
impl Action for Alarms {
    fn name(&self) -> &'static str {
        "alarms"
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    fn suggest(&self, facts: &Facts) -> Values {
        let best = facts.models.iter().flatten().next().map(|model| model.name.clone()).unwrap_or_default();
        [("model", best.as_str()), ("threshold", "0"), ("width", "2"), ("email", "")].into_iter().collect()
    }

    fn judge(&self, values: &Values, facts: &Facts) -> Vec<Note> {
        let mut notes = shape_notes(&FIELDS, values);
        notes.extend(judge_existing("model", facts, ExistingKind::Model, values.text("model")));
        let email = values.text("email").trim();
        let fits = email.is_empty() || email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
        notes.extend((!fits).then(|| Note::problem("email", "Write an address such as ana@example.com, or leave it empty")));
        notes
    }

    fn plan(&self, values: &Values, facts: &Facts) -> Vec<PlannedCall> {
        orders(values, facts).iter().flat_map(|order| order.plan(facts)).collect()
    }

    fn result(&self, _values: &Values) -> String {
        THRESHOLD_ALARM.to_owned()
    }

    fn summary(&self, values: &Values) -> String {
        crate::models::short_name(values.text("model"))
    }

    fn run_label(&self, _values: &Values) -> &'static str {
        "Create both alarms"
    }

    fn undo_text(&self, _values: &Values) -> &'static str {
        "Deletes both alarms, then the detector behind the band, then the topic"
    }

    fn patience_secs(&self) -> u64 {
        300
    }

    async fn apply(&self, cx: &Cx<'_>) -> Result<(), ApplyError> {
        for order in orders(cx.values, cx.facts) {
            making::make(cx, &order).await?;
        }
        if cx.is_attended {
            cx.say("Waiting until one of them fires: let something go wrong, or test one");
            return Ok(());
        }
        // What a person would do from the screen of alarms; the next evaluation puts the state back.
        cx.say(format!("Testing alarm {THRESHOLD_ALARM} with SetAlarmState: nobody sits here who could let something go wrong"));
        let test = SetAlarmState {
            alarm_name: THRESHOLD_ALARM.to_owned(),
            state_value: "ALARM".to_owned(),
            state_reason: "A test by the lab".to_owned(),
        };
        cx.run(test).await?;
        Ok(())
    }

    async fn verify(&self, cx: &Cx<'_>) -> Result<Verdict, AwsError> {
        let names = [THRESHOLD_ALARM, BAND_ALARM];
        let known = cx.run(DescribeAlarms { alarm_names: names.map(str::to_owned).to_vec() }).await?;
        if let Some(missing) = names.iter().find(|name| !known.iter().any(|alarm| alarm.settings.name == **name)) {
            return Ok(Verdict::not_yet(format!("There is no alarm {missing}"), "Run this step"));
        }
        let mut evidence: Vec<String> = known.iter().map(line).collect();
        evidence.extend(training(cx, &known).await?);
        for alarm in &known {
            if let Some(fired) = fired(cx, alarm).await? {
                evidence.push(fired);
                return Ok(Verdict::Passed { evidence });
            }
        }
        Ok(Verdict::not_yet(
            "Both alarms are there, and none has fired since",
            "Let something go wrong (in the sandbox: start the incident Throttling storm on the Sandbox screen) and wait two or three minutes, or test an alarm on the Alarms screen",
        ))
    }
}

fn line(alarm: &MetricAlarm) -> String {
    format!("Alarm {}: {}, now {}", alarm.settings.name, words::condition(&alarm.settings), alarm.state)
}

/// How far the model behind the band has come.
async fn training(cx: &Cx<'_>, known: &[MetricAlarm]) -> Result<Option<String>, AwsError> {
    use crate::aws::cloudwatch::Training;
    let Some(detector) = known.iter().find_map(|alarm| detector(&alarm.settings)) else { return Ok(None) };
    let found = cx.run(DescribeAnomalyDetectors::like(&detector)).await?;
    let training = found.into_iter().find(|found| found.detector.is_same(&detector)).map(|found| found.training);
    let words = match training {
        Some(Training::Trained) => "is trained",
        Some(Training::TooLittleData) => "has too little data for a band yet",
        Some(Training::Pending) => "is being trained, for up to three hours",
        None => "is made at the first evaluation",
    };
    Ok(Some(format!("The model of the band {words}")))
}

/// The newest change to `ALARM` since the alarm was put.
async fn fired(cx: &Cx<'_>, alarm: &MetricAlarm) -> Result<Option<String>, AwsError> {
    let name = alarm.settings.name.clone();
    let history = cx.run(DescribeAlarmHistory { alarm_name: name.clone(), start_date: None }).await?;
    Ok(since_put(&history, alarm.configured).map(|item| {
        let reason = item.reason().unwrap_or_else(|| item.summary.clone());
        format!("{name} went to ALARM at {}: {reason}", item.at.strftime("%Y-%m-%d %H:%M:%S UTC"))
    }))
}

fn since_put(history: &[HistoryItem], configured: Timestamp) -> Option<&HistoryItem> {
    let is_alarm = |item: &&HistoryItem| item.at >= configured && item.states().is_some_and(|(_, new)| new == "ALARM");
    history.iter().find(is_alarm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::timestamp_ms;

    fn values(email: &str) -> Values {
        [("model", "us.anthropic.claude-sonnet-4-6"), ("threshold", "3"), ("width", "2"), ("email", email)].into_iter().collect()
    }

    #[test]
    fn the_plan_makes_the_detector_before_its_alarm_and_a_topic_on_request() {
        let names = |values: &Values| Alarms.plan(values, &Facts::default()).into_iter().map(|call| call.operation).collect::<Vec<_>>();
        assert_eq!(names(&values("")), ["PutMetricAlarm", "PutAnomalyDetector", "PutMetricAlarm"]);
        assert_eq!(
            names(&values("ana@example.com")),
            ["CreateTopic", "Subscribe", "PutMetricAlarm", "PutAnomalyDetector", "PutMetricAlarm"]
        );
        let told = Alarms.plan(&values("ana@example.com"), &Facts::default());
        assert!(told.iter().filter(|call| call.operation == "PutMetricAlarm").all(|call| call.cli.contains(TOPIC)));
    }

    #[test]
    fn only_an_alarm_since_it_was_put_counts() {
        let item = |at: i64, new: &str| HistoryItem {
            at: timestamp_ms(at),
            kind: "StateUpdate".to_owned(),
            summary: String::new(),
            data: format!(r#"{{"oldState":{{"stateValue":"OK"}},"newState":{{"stateValue":"{new}"}}}}"#),
        };
        let history = [item(30, "OK"), item(20, "ALARM"), item(5, "ALARM")];
        assert_eq!(since_put(&history, timestamp_ms(10)).unwrap().at, timestamp_ms(20));
        assert!(since_put(&history, timestamp_ms(25)).is_none());
    }
}
