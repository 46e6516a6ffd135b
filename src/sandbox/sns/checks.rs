//! The service's rules for names and ARNs, and its errors.

use std::collections::BTreeMap;

use crate::sandbox::api::{ApiError, CallContext};
use crate::sandbox::input::Input;

/// The code of nearly every refusal.
pub(super) const INVALID: &str = "InvalidParameter";

/// `Invalid parameter: …`.
pub(super) fn invalid(what: impl std::fmt::Display) -> ApiError {
    ApiError::new(400, INVALID, format!("Invalid parameter: {what}"))
}

pub(super) fn no_topic() -> ApiError {
    ApiError::new(404, "NotFound", "Topic does not exist")
}

pub(super) fn no_subscription() -> ApiError {
    ApiError::new(404, "NotFound", "Subscription does not exist")
}

/// A text that must be there.
pub(super) fn required<'a>(input: &Input<'a>, name: &str) -> Result<&'a str, ApiError> {
    input.opt_str(name)?.filter(|text| !text.is_empty()).ok_or_else(|| invalid(name))
}

/// ARN of the topic `name`.
pub(super) fn topic_arn(cx: &CallContext, name: &str) -> String {
    format!("arn:aws:sns:{}:{}:{name}", cx.region, cx.account)
}

/// The ARN of a topic at member `name`: well formed and of this account and Region, as the service wants it.
pub(super) fn arn<'a>(input: &Input<'a>, cx: &CallContext, name: &str) -> Result<&'a str, ApiError> {
    let text = required(input, name)?;
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", "aws", "sns", region, account, topic] if !topic.is_empty() => {
            if *region == cx.region && *account == cx.account {
                Ok(text)
            } else {
                Err(no_topic())
            }
        }
        _ => Err(invalid(format!("{name} Reason: An ARN must have at least 6 elements, not {}", text.split(':').count()))),
    }
}

/// The name of a new topic.
pub(super) fn check_topic_name(name: &str) -> Result<(), ApiError> {
    if name.strip_suffix(".fifo").is_some() {
        return Err(invalid("Topic Name Reason: The sandbox has no FIFO topics"));
    }
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if (1..=256).contains(&name.len()) && name.chars().all(is_allowed) { Ok(()) } else { Err(invalid("Topic Name")) }
}

/// `Tags`, each key once.
pub(super) fn tags(input: &Input<'_>) -> Result<BTreeMap<String, String>, ApiError> {
    let mut tags = BTreeMap::new();
    for tag in input.structures("Tags")? {
        let (key, value) = (required(&tag, "Key")?, tag.opt_str("Value")?.unwrap_or_default());
        if key.len() > 128 || value.len() > 256 || key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid("Tags"));
        }
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(invalid("Duplicated keys are not allowed."));
        }
    }
    if tags.len() > MAX_TAGS { Err(too_many_tags()) } else { Ok(tags) }
}

/// Most tags of a topic.
pub(super) const MAX_TAGS: usize = 50;

pub(super) fn too_many_tags() -> ApiError {
    ApiError::new(400, "TagLimitExceeded", "Could not complete request: tag quota of per resource exceeded")
}
