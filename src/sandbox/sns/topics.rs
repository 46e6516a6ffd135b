//! Topics.

use serde_json::{Value, json};

use super::checks::{self, INVALID, invalid, required};
use super::state::{MAX_TOPICS, State, Topic};
use super::{change, view};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::input::Input;
use crate::sandbox::wire;

/// Topics or subscriptions on a page.
pub(super) const PAGE: usize = 100;

/// Attributes that can be set. Delivery-status logging, encryption and the like have no effect here and are kept as they are.
const SETTABLE: [&str; 7] =
    ["DisplayName", "Policy", "DeliveryPolicy", "KmsMasterKeyId", "SignatureVersion", "TracingConfig", "ArchivePolicy"];

pub(super) fn create(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let name = required(&input, "Name").map_err(|_| invalid("Topic Name"))?;
    checks::check_topic_name(name)?;
    let (attributes, tags) = (input.string_map("Attributes")?, checks::tags(&input)?);
    attributes.iter().try_for_each(|(name, value)| check_attribute(name, value))?;
    let arn = checks::topic_arn(cx, name);
    change(sandbox, cx, |state| {
        if let Some(held) = state.topics.get(&arn) {
            return same_or_refused(held, &Topic { attributes, tags });
        }
        if state.topics.len() >= MAX_TOPICS {
            return Err(ApiError::new(403, "TopicLimitExceeded", format!("The sandbox keeps at most {MAX_TOPICS} topics in a Region")));
        }
        state.topics.insert(arn.clone(), Topic { attributes, tags });
        Ok(())
    })?;
    Ok(json!({ "TopicArn": arn }))
}

/// Creating a topic that is there gives its ARN, unless the call asks for something else than what there is.
fn same_or_refused(held: &Topic, asked: &Topic) -> Result<(), ApiError> {
    if asked.attributes.iter().any(|(name, value)| held.attributes.get(name) != Some(value)) {
        return Err(invalid("Attributes Reason: Topic already exists with different attributes"));
    }
    if !asked.tags.is_empty() && asked.tags != held.tags {
        return Err(invalid("Tags Reason: Topic already exists with different tags"));
    }
    Ok(())
}

pub(super) fn delete(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let arn = checks::arn(&input, cx, "TopicArn")?;
    change(sandbox, cx, |state| {
        state.topics.remove(arn);
        state.subscriptions.retain(|_, subscription| subscription.topic != arn);
        Ok(Value::Null)
    })
}

pub(super) fn list(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let after = input.opt_str("NextToken")?.unwrap_or_default();
    view(sandbox, cx, |state| {
        let mut beyond = state.topics.keys().filter(|arn| arn.as_str() > after);
        let page: Vec<&String> = beyond.by_ref().take(PAGE).collect();
        let next = beyond.next().and(page.last()).map(|arn| (*arn).clone());
        let topics: Vec<Value> = page.into_iter().map(|arn| json!({ "TopicArn": arn })).collect();
        Ok(json!({ "Topics": topics, "NextToken": next }))
    })
}

pub(super) fn attributes(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let arn = checks::arn(&input, cx, "TopicArn")?;
    view(sandbox, cx, |state| Ok(json!({ "Attributes": wire::map(described(state, cx, arn, state.topic(arn)?)) })))
}

fn described(state: &State, cx: &CallContext, arn: &str, topic: &Topic) -> Vec<(String, String)> {
    let of_topic = || state.subscriptions.values().filter(|subscription| subscription.topic == arn);
    let confirmed = of_topic().filter(|subscription| subscription.token.is_none()).count();
    let pending = of_topic().count() - confirmed;
    let policy = topic.attributes.get("Policy").cloned().unwrap_or_else(|| default_policy(cx, arn));
    let own = [
        ("TopicArn", arn.to_owned()),
        ("Owner", cx.account.clone()),
        ("Policy", policy),
        ("DisplayName", String::new()),
        ("SubscriptionsConfirmed", confirmed.to_string()),
        ("SubscriptionsPending", pending.to_string()),
        ("SubscriptionsDeleted", "0".to_owned()),
    ];
    let mut all: std::collections::BTreeMap<String, String> = own.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
    all.extend(topic.attributes.clone());
    all.into_iter().collect()
}

/// Who may use a topic that has no policy of its own: the account's own principals.
fn default_policy(cx: &CallContext, arn: &str) -> String {
    let actions = ["GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic", "Subscribe", "Publish"];
    let actions: Vec<String> = actions.iter().map(|action| format!("SNS:{action}")).collect();
    let statement = json!({
        "Sid": "__default_statement_ID", "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": actions, "Resource": arn,
        "Condition": { "StringEquals": { "AWS:SourceOwner": cx.account } },
    });
    json!({ "Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement] }).to_string()
}

pub(super) fn set_attributes(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let arn = checks::arn(&input, cx, "TopicArn")?;
    let (name, value) = (required(&input, "AttributeName")?, input.opt_str("AttributeValue")?.unwrap_or_default());
    check_attribute(name, value)?;
    change(sandbox, cx, |state| {
        state.topic_mut(arn)?.attributes.insert(name.to_owned(), value.to_owned());
        Ok(Value::Null)
    })
}

fn check_attribute(name: &str, value: &str) -> Result<(), ApiError> {
    if name == "FifoTopic" && value == "true" {
        return Err(invalid("Attributes Reason: The sandbox has no FIFO topics"));
    }
    let is_json = || serde_json::from_str::<Value>(value).is_ok_and(|policy| policy.is_object());
    match name {
        "Policy" if !is_json() => Err(invalid("Policy Error: null")),
        "DisplayName" if value.chars().count() > 100 => Err(invalid("DisplayName")),
        _ if SETTABLE.contains(&name) => Ok(()),
        _ => Err(invalid("AttributeName")),
    }
}
