//! Publishing: one message, a batch, or what another service of the sandbox has to say.

use serde_json::{Map, Value, json};

use super::change;
use super::checks::{self, INVALID, invalid, required};
use super::state::{Letter, State, Subscription};
use crate::base::clock::Timestamp;
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::input::Input;

/// Longest message, in bytes, attributes included.
const MAX_BYTES: usize = 262_144;
/// Most messages of a batch.
const MAX_BATCH: usize = 10;

/// A message that is to be delivered to the subscribers of a topic.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// Subject of e-mails.
    pub subject: Option<String>,
    /// The text for whoever has no text of his own.
    pub body: String,
    /// Texts for subscribers of one protocol.
    pub by_protocol: Vec<(String, String)>,
}

impl State {
    /// Delivers `message` to every confirmed subscriber of the topic with ARN `topic`.
    pub fn publish(&mut self, topic: &str, message: &Message, message_id: &str, at: Timestamp) -> Result<(), ApiError> {
        self.topic(topic)?;
        let is_reached = |held: &&Subscription| held.topic == topic && held.token.is_none();
        let reached: Vec<Subscription> = self.subscriptions.values().filter(is_reached).cloned().collect();
        for Subscription { protocol, endpoint, .. } in reached {
            let own = message.by_protocol.iter().find(|(of, _)| *of == protocol);
            self.deliver(Letter {
                number: 0,
                at,
                topic: topic.to_owned(),
                body: own.map_or_else(|| message.body.clone(), |(_, text)| text.clone()),
                protocol,
                endpoint,
                subject: message.subject.clone(),
                token: None,
                message_id: message_id.to_owned(),
            });
        }
        Ok(())
    }
}

pub(super) fn publish(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    if input.opt_str("PhoneNumber")?.is_some() {
        return Err(invalid("PhoneNumber Reason: The sandbox sends no text messages"));
    }
    let name = if input.get("TargetArn").is_some() { "TargetArn" } else { "TopicArn" };
    if input.get(name).is_none() {
        return Err(invalid("TopicArn or TargetArn Reason: no value for required parameter"));
    }
    let topic = checks::arn(&input, cx, name)?;
    let message = message(&input)?;
    let id = sandbox.new_id();
    change(sandbox, cx, |state| state.publish(topic, &message, &id, cx.now))?;
    Ok(json!({ "MessageId": id }))
}

pub(super) fn publish_batch(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let topic = checks::arn(&input, cx, "TopicArn")?;
    let entries = input.structures("PublishBatchRequestEntries")?;
    check_batch(&entries)?;
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for entry in &entries {
        let (id, message_id) = (required(entry, "Id")?, sandbox.new_id());
        let sent = message(entry).and_then(|message| change(sandbox, cx, |state| state.publish(topic, &message, &message_id, cx.now)));
        match sent {
            Ok(()) => done.push(json!({ "Id": id, "MessageId": message_id })),
            Err(error) if error.code == "NotFound" => return Err(error),
            Err(error) => failed.push(json!({ "Id": id, "Code": error.code, "Message": error.message, "SenderFault": true })),
        }
    }
    Ok(json!({ "Successful": done, "Failed": failed }))
}

fn check_batch(entries: &[Input<'_>]) -> Result<(), ApiError> {
    let refuse = |code: &str, message: &str| Err(ApiError::new(400, code, message));
    if entries.is_empty() {
        return refuse("EmptyBatchRequest", "The batch request doesn't contain any entries.");
    }
    if entries.len() > MAX_BATCH {
        return refuse("TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible.");
    }
    let ids = entries.iter().map(|entry| required(entry, "Id")).collect::<Result<std::collections::BTreeSet<_>, _>>()?;
    if ids.len() < entries.len() {
        return refuse("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.");
    }
    Ok(())
}

/// Reads and checks `Message`, `Subject`, `MessageStructure`.
fn message(input: &Input<'_>) -> Result<Message, ApiError> {
    let text = input.opt_str("Message")?.unwrap_or_default();
    if text.is_empty() {
        return Err(invalid("Empty message"));
    }
    if text.len() > MAX_BYTES {
        return Err(invalid("Message too long"));
    }
    let subject = input.opt_str("Subject")?;
    subject.map_or(Ok(()), check_subject)?;
    let message = Message { subject: subject.map(str::to_owned), body: text.to_owned(), by_protocol: Vec::new() };
    match input.opt_str("MessageStructure")? {
        None => Ok(message),
        Some("json") => structured(message, text),
        Some(_) => Err(invalid("MessageStructure")),
    }
}

fn check_subject(subject: &str) -> Result<(), ApiError> {
    let fits =
        (1..=100).contains(&subject.chars().count()) && !subject.contains(char::is_control) && !subject.starts_with(char::is_whitespace);
    if fits { Ok(()) } else { Err(invalid("Subject")) }
}

fn structured(message: Message, text: &str) -> Result<Message, ApiError> {
    let refuse = |why: &str| invalid(format!("Message Structure - {why}"));
    let texts: Map<String, Value> = serde_json::from_str(text).map_err(|_| refuse("JSON message body failed to parse"))?;
    let by_protocol: Vec<(String, String)> =
        texts.into_iter().filter_map(|(protocol, text)| Some((protocol, text.as_str()?.to_owned()))).collect();
    let default = by_protocol.iter().find(|(protocol, _)| protocol == "default").map(|(_, text)| text.clone());
    let body = default.ok_or_else(|| refuse("No default entry in JSON message body"))?;
    Ok(Message { body, by_protocol, ..message })
}
