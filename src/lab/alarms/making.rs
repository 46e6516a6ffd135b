//! Making an alarm with its detector and its topic, each in the ledger before the call that makes it; deleting an alarm, then its detector.

use super::detector;
use crate::aws::Tag;
use crate::aws::cloudwatch::{DeleteAlarms, DeleteAnomalyDetector, DescribeAlarms, DescribeAnomalyDetectors, Detector, MetricAlarm};
use crate::aws::cloudwatch::{PutAnomalyDetector, PutMetricAlarm};
use crate::aws::error::{AwsError, ErrorKind};
use crate::aws::operation::PlannedCall;
use crate::aws::sns::{CreateTopic, ListTopics, Subscribe};
use crate::lab::action::{ApplyError, Cx};
use crate::lab::actions::TAG;
use crate::lab::cleanup::removal::alarm_is_tagged;
use crate::lab::facts::Facts;
use crate::lab::ledger::{Happened, Standing};
use crate::lab::policy;
use crate::lab::resource::Resource;

/// Whom an alarm tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Notify {
    /// Nobody, or whoever its settings name already.
    #[default]
    AsSet,
    /// A new topic.
    NewTopic {
        /// Its name.
        name: String,
        /// Who gets an e-mail; must confirm it.
        email: Option<String>,
    },
}

/// An alarm to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Its settings.
    pub settings: PutMetricAlarm,
    /// Whom it tells on the change to `ALARM`, besides the actions of the settings.
    pub notify: Notify,
    /// It also tells when it is over.
    pub tell_ok: bool,
    /// It replaces the alarm of its name, whoever made that.
    pub replaces: bool,
}

fn our_tags() -> Vec<Tag> {
    vec![Tag::new(TAG.0, TAG.1)]
}

impl Order {
    /// The settings as they will be put, with the topic to come.
    fn complete(&self, facts: &Facts) -> PutMetricAlarm {
        let mut settings = self.settings.clone();
        if let Notify::NewTopic { name, .. } = &self.notify {
            let arn = policy::topic_arn(facts, name);
            settings.alarm_actions.push(arn.clone());
            if self.tell_ok {
                settings.ok_actions.push(arn);
            }
        }
        settings
    }

    /// The calls that making it takes, if nothing of it is there.
    pub fn plan(&self, facts: &Facts) -> Vec<PlannedCall> {
        let mut calls = Vec::new();
        if let Notify::NewTopic { name, email } = &self.notify {
            calls.push(PlannedCall::of(&CreateTopic { name: name.clone(), tags: our_tags() }));
            calls.extend(email.as_ref().map(|email| PlannedCall::of(&subscribe(policy::topic_arn(facts, name), email))));
        }
        calls.extend(detector(&self.settings).map(|detector| PlannedCall::of(&PutAnomalyDetector { detector })));
        let tags = if self.replaces { Vec::new() } else { our_tags() };
        calls.push(PlannedCall::of(&PutMetricAlarm { tags, ..self.complete(facts) }));
        calls
    }
}

fn subscribe(topic_arn: String, email: &str) -> Subscribe {
    Subscribe { topic_arn, protocol: "email".to_owned(), endpoint: email.to_owned() }
}

/// The calls that deleting it takes.
pub fn deletion_plan(settings: &PutMetricAlarm) -> Vec<PlannedCall> {
    let mut calls = vec![PlannedCall::of(&DeleteAlarms { alarm_names: vec![settings.name.clone()] })];
    calls.extend(detector(settings).map(|detector| PlannedCall::of(&DeleteAnomalyDetector { detector })));
    calls
}

/// The alarm of this name.
pub async fn look_up(cx: &Cx<'_>, name: &str) -> Result<Option<MetricAlarm>, AwsError> {
    Ok(cx.run(DescribeAlarms::named(name)).await?.into_iter().find(|alarm| alarm.settings.name == name))
}

/// Makes an alarm: topic, detector, alarm. What is ours is used again; a foreign alarm of the same name is replaced only on purpose.
pub async fn make(cx: &Cx<'_>, order: &Order) -> Result<(), ApplyError> {
    let name = order.settings.name.clone();
    cx.say(format!("Looking whether alarm {name} exists"));
    let known = look_up(cx, &name).await?;
    if let Some(known) = known.as_ref().filter(|_| !order.replaces) {
        claim(cx, known).await?;
    }
    if let Notify::NewTopic { name, email } = &order.notify {
        topic(cx, name, email.as_deref()).await?;
    }
    if let Some(detector) = detector(&order.settings) {
        train(cx, detector).await?;
    }
    cx.say(format!("Putting alarm {name}"));
    let settings = order.complete(cx.facts);
    let Some(known) = known else {
        return cx.create(Resource::Alarm { name }, PutMetricAlarm { tags: our_tags(), ..settings }).await;
    };
    // Tags belong to the making of an alarm: those of an existing one stay as they are.
    cx.run(PutMetricAlarm { tags: Vec::new(), ..settings }).await?;
    // The one of the band that it had before may be of no use to anybody now.
    forget_detector(cx, &known.settings).await.map(drop)
}

/// An alarm that is there already must be ours, by ledger or by tag.
async fn claim(cx: &Cx<'_>, known: &MetricAlarm) -> Result<(), ApplyError> {
    let name = known.settings.name.clone();
    let resource = Resource::Alarm { name: name.clone() };
    if cx.is_certainly_ours(&resource)? || alarm_is_tagged(cx, &known.arn).await? {
        return Ok(cx.keep_as_ours(resource)?);
    }
    Err(ApplyError::refused(
        format!("There is an alarm {name} already"),
        "It was not made here, and putting another of its name would overwrite it",
        "Choose another name, or open that alarm and edit it",
    ))
}

async fn topic(cx: &Cx<'_>, name: &str, email: Option<&str>) -> Result<(), ApplyError> {
    let arn = policy::topic_arn(cx.facts, name);
    let resource = Resource::topic(&arn);
    if cx.run(ListTopics {}).await?.contains(&arn) {
        cx.borrow(resource)?;
    } else {
        cx.say(format!("Creating topic {name}"));
        cx.create(resource, CreateTopic { name: name.to_owned(), tags: our_tags() }).await?;
    }
    if let Some(email) = email {
        cx.say(format!("Asking {email} to confirm"));
        cx.run(subscribe(arn, email)).await?;
    }
    Ok(())
}

/// Makes the detector of a band by itself, because CloudWatch would make it with the alarm and the ledger would not know.
async fn train(cx: &Cx<'_>, detector: Detector) -> Result<(), ApplyError> {
    let resource = Resource::detector(detector.clone());
    let known = cx.run(DescribeAnomalyDetectors::like(&detector)).await?;
    if known.iter().any(|known| known.detector.is_same(&detector)) {
        return Ok(cx.borrow(resource)?);
    }
    cx.say(format!("Creating a detector for {}", detector.words()));
    cx.create(resource, PutAnomalyDetector { detector }).await
}

/// Deletes an alarm, then its detector if that is ours and no other alarm uses it; says what was deleted.
pub async fn delete(cx: &Cx<'_>, settings: &PutMetricAlarm) -> Result<String, ApplyError> {
    let name = &settings.name;
    cx.say(format!("Deleting alarm {name}"));
    gone(cx.run(DeleteAlarms { alarm_names: vec![name.clone()] }).await)?;
    note_removed(cx, &Resource::Alarm { name: name.clone() })?;
    Ok(match forget_detector(cx, settings).await? {
        Forgotten::None => format!("Alarm {name} is deleted"),
        Forgotten::Foreign => format!("Alarm {name} is deleted; its anomaly detector stays, as it was there before"),
        Forgotten::InUse => format!("Alarm {name} is deleted; its anomaly detector stays, as another alarm uses it"),
        Forgotten::Deleted => format!("Alarm {name} and its anomaly detector are deleted"),
    })
}

/// What became of a detector.
enum Forgotten {
    /// There is none.
    None,
    /// It stays, as it was there before.
    Foreign,
    /// It stays, as an alarm uses it.
    InUse,
    Deleted,
}

/// Deletes the detector of an alarm that is gone or changed, if it is ours and no alarm uses it.
async fn forget_detector(cx: &Cx<'_>, settings: &PutMetricAlarm) -> Result<Forgotten, ApplyError> {
    let Some(detector) = detector(settings) else { return Ok(Forgotten::None) };
    let resource = Resource::detector(detector.clone());
    if !cx.is_certainly_ours(&resource)? {
        return Ok(Forgotten::Foreign);
    }
    let alarms = cx.run(DescribeAlarms::default()).await?;
    if alarms.iter().filter_map(|alarm| self::detector(&alarm.settings)).any(|other| other.is_same(&detector)) {
        return Ok(Forgotten::InUse);
    }
    cx.say("Deleting its anomaly detector");
    gone(cx.run(DeleteAnomalyDetector { detector }).await)?;
    note_removed(cx, &resource)?;
    Ok(Forgotten::Deleted)
}

/// "Not found" while deleting means that it is done.
fn gone(outcome: Result<(), AwsError>) -> Result<(), AwsError> {
    match outcome {
        Err(error) if error.kind != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Only what the ledger has as ours is noted as removed, under the step that made it.
fn note_removed(cx: &Cx<'_>, resource: &Resource) -> Result<(), ApplyError> {
    let Some(standing) = cx.standing(resource)?.filter(Standing::is_outstanding) else { return Ok(()) };
    let entry = crate::lab::ledger::Entry { at: cx.clock.now(), event: Happened::Removed, ..standing.last };
    Ok(cx.ledger.add(&entry)?)
}
