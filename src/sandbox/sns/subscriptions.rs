//! Subscriptions and their confirmation.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::checks::{self, INVALID, invalid, no_subscription, required};
use super::state::{Letter, MAX_TOPICS, State, Subscription};
use super::topics::PAGE;
use super::{change, view};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::input::Input;
use crate::sandbox::wire;

const PROTOCOLS: [&str; 9] = ["http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"];

/// What is told of a subscription instead of its ARN until it is confirmed.
const PENDING: &str = "PendingConfirmation";

pub(super) fn subscribe(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let topic = checks::arn(&input, cx, "TopicArn")?;
    let (protocol, endpoint) = (required(&input, "Protocol")?, required(&input, "Endpoint")?);
    check_endpoint(protocol, endpoint)?;
    let attributes = input.string_map("Attributes")?;
    attributes.iter().try_for_each(|(name, value)| check_attribute(name, value))?;
    let wants_arn = input.opt_bool("ReturnSubscriptionArn")?.unwrap_or(false);
    let (id, token) = (sandbox.new_id(), token(sandbox));
    change(sandbox, cx, |state| {
        state.topic(topic)?;
        let (arn, is_pending) = put(
            state,
            cx,
            &format!("{topic}:{id}"),
            Subscription {
                topic: topic.to_owned(),
                protocol: protocol.to_owned(),
                endpoint: endpoint.to_owned(),
                token: needs_confirmation(protocol).then_some(token),
                attributes,
            },
        )?;
        Ok(json!({ "SubscriptionArn": if is_pending && !wants_arn { told_pending(protocol) } else { arn } }))
    })
}

/// What the service answers for a subscription that waits; for people in lower case with a space.
fn told_pending(protocol: &str) -> String {
    if protocol.starts_with("email") { "pending confirmation".to_owned() } else { PENDING.to_owned() }
}

/// Keeps a subscription, or gives the one of the same address; asks for its confirmation where one is needed. Its ARN and whether it waits.
fn put(state: &mut State, cx: &CallContext, arn: &str, new: Subscription) -> Result<(String, bool), ApiError> {
    let is_same = |held: &Subscription| (&held.topic, &held.protocol, &held.endpoint) == (&new.topic, &new.protocol, &new.endpoint);
    let held = state.subscriptions.iter().find(|(_, held)| is_same(held)).map(|(arn, held)| (arn.clone(), held.clone()));
    let (arn, subscription) = match held {
        Some((arn, held)) => (arn, held),
        None if state.subscriptions.len() >= MAX_TOPICS => {
            let message = format!("The sandbox keeps at most {MAX_TOPICS} subscriptions in a Region");
            return Err(ApiError::new(403, "SubscriptionLimitExceeded", message));
        }
        None => (arn.to_owned(), new),
    };
    if let Some(token) = &subscription.token {
        state.deliver(confirmation(cx, &subscription, token));
    }
    let is_pending = subscription.token.is_some();
    state.subscriptions.insert(arn.clone(), subscription);
    Ok((arn, is_pending))
}

fn confirmation(cx: &CallContext, subscription: &Subscription, token: &str) -> Letter {
    let topic = &subscription.topic;
    Letter {
        number: 0,
        at: cx.now,
        topic: topic.clone(),
        protocol: subscription.protocol.clone(),
        endpoint: subscription.endpoint.clone(),
        subject: Some("AWS Notification - Subscription Confirmation".to_owned()),
        body: format!(
            "You have chosen to subscribe to the topic:\n{topic}\n\nTo confirm this subscription, use this token:\n{token}\n\naws sns confirm-subscription --topic-arn {topic} --token {token}"
        ),
        token: Some(token.to_owned()),
        message_id: String::new(),
    }
}

fn token(sandbox: &Sandbox) -> String {
    std::iter::repeat_with(|| sandbox.new_id().replace('-', "")).take(3).collect()
}

/// Queues, functions and streams of the same account need none.
fn needs_confirmation(protocol: &str) -> bool {
    matches!(protocol, "http" | "https" | "email" | "email-json")
}

fn check_endpoint(protocol: &str, endpoint: &str) -> Result<(), ApiError> {
    if !PROTOCOLS.contains(&protocol) {
        return Err(invalid(format!("Does not support this protocol string: {protocol}")));
    }
    let is_fit = match protocol {
        "email" | "email-json" => endpoint.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')),
        "http" => endpoint.starts_with("http://"),
        "https" => endpoint.starts_with("https://"),
        "sms" | "application" => return Err(invalid(format!("Protocol Reason: The sandbox delivers no {protocol} messages"))),
        _ => endpoint.starts_with("arn:aws:"),
    };
    match protocol {
        _ if is_fit => Ok(()),
        "email" | "email-json" => Err(invalid("Email address")),
        "http" | "https" => Err(invalid("Endpoint must match the specified protocol")),
        _ => Err(invalid(format!("{protocol} endpoint ARN"))),
    }
}

fn check_attribute(name: &str, value: &str) -> Result<(), ApiError> {
    match name {
        "FilterPolicy" | "FilterPolicyScope" => Err(invalid("Attributes Reason: The sandbox has no filter policies")),
        "RawMessageDelivery" if !matches!(value, "true" | "false") => {
            Err(invalid(format!("Attributes Reason: RawMessageDelivery: Invalid value [{value}]. Must be true or false.")))
        }
        "RawMessageDelivery" | "DeliveryPolicy" | "RedrivePolicy" | "SubscriptionRoleArn" => Ok(()),
        _ => Err(invalid("AttributeName")),
    }
}

pub(super) fn confirm(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let topic = checks::arn(&input, cx, "TopicArn")?;
    let token = required(&input, "Token")?;
    change(sandbox, cx, |state| {
        state.topic(topic)?;
        let arn = state.confirm(token).ok_or_else(|| invalid("Token"))?;
        Ok(json!({ "SubscriptionArn": arn }))
    })
}

pub(super) fn unsubscribe(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let arn = subscription_arn(&input)?;
    change(sandbox, cx, |state| {
        state.subscriptions.remove(arn);
        Ok(Value::Null)
    })
}

fn subscription_arn<'a>(input: &Input<'a>) -> Result<&'a str, ApiError> {
    let arn = required(input, "SubscriptionArn")?;
    let elements = arn.split(':').count();
    if arn.starts_with("arn:aws:sns:") && elements == 7 {
        return Ok(arn);
    }
    Err(invalid(format!("SubscriptionArn Reason: An ARN must have at least 6 elements, not {elements}")))
}

pub(super) fn list(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    page(sandbox, cx, &Input::new(value, INVALID), None)
}

pub(super) fn list_by_topic(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let topic = checks::arn(&input, cx, "TopicArn")?;
    view(sandbox, cx, |state| state.topic(topic).map(|_| ()))?;
    page(sandbox, cx, &input, Some(topic))
}

fn page(sandbox: &Sandbox, cx: &CallContext, input: &Input<'_>, topic: Option<&str>) -> ApiResult {
    let after = input.opt_str("NextToken")?.unwrap_or_default();
    view(sandbox, cx, |state| {
        let is_wanted = |(arn, held): &(&String, &Subscription)| arn.as_str() > after && topic.is_none_or(|topic| held.topic == topic);
        let mut found = state.subscriptions.iter().filter(is_wanted);
        let page: Vec<_> = found.by_ref().take(PAGE).collect();
        let next = found.next().and(page.last()).map(|(arn, _)| (*arn).clone());
        let listed: Vec<Value> = page.into_iter().map(|(arn, held)| described(cx, arn, held)).collect();
        Ok(json!({ "Subscriptions": listed, "NextToken": next }))
    })
}

fn described(cx: &CallContext, arn: &str, held: &Subscription) -> Value {
    let arn = if held.token.is_some() { PENDING } else { arn };
    json!({ "SubscriptionArn": arn, "Owner": cx.account, "Protocol": held.protocol, "Endpoint": held.endpoint, "TopicArn": held.topic })
}

pub(super) fn attributes(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let arn = subscription_arn(&input)?;
    view(sandbox, cx, |state| {
        let held = state.subscriptions.get(arn).ok_or_else(no_subscription)?;
        let own = [
            ("SubscriptionArn", arn.to_owned()),
            ("TopicArn", held.topic.clone()),
            ("Owner", cx.account.clone()),
            ("Protocol", held.protocol.clone()),
            ("Endpoint", held.endpoint.clone()),
            ("PendingConfirmation", held.token.is_some().to_string()),
            ("ConfirmationWasAuthenticated", "false".to_owned()),
            ("RawMessageDelivery", "false".to_owned()),
        ];
        let mut all: BTreeMap<String, String> = own.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        all.extend(held.attributes.clone());
        Ok(json!({ "Attributes": wire::map(all) }))
    })
}

pub(super) fn set_attributes(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let arn = subscription_arn(&input)?;
    let (name, value) = (required(&input, "AttributeName")?, input.opt_str("AttributeValue")?.unwrap_or_default());
    check_attribute(name, value)?;
    change(sandbox, cx, |state| {
        let held = state.subscriptions.get_mut(arn).ok_or_else(no_subscription)?;
        held.attributes.insert(name.to_owned(), value.to_owned());
        Ok(Value::Null)
    })
}
