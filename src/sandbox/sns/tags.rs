//! Tags of topics.

use serde_json::{Value, json};

use super::checks::{self, INVALID};
use super::state::{State, Topic};
use super::{change, view};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::input::Input;

fn no_resource() -> ApiError {
    ApiError::new(404, "ResourceNotFound", "Resource does not exist")
}

fn tagged<'a>(state: &'a mut State, arn: &str) -> Result<&'a mut Topic, ApiError> {
    state.topics.get_mut(arn).ok_or_else(no_resource)
}

pub(super) fn tag(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let (arn, tags) = (checks::arn(&input, cx, "ResourceArn")?, checks::tags(&input)?);
    change(sandbox, cx, |state| {
        let topic = tagged(state, arn)?;
        let new = tags.keys().filter(|key| !topic.tags.contains_key(*key)).count();
        if topic.tags.len() + new > checks::MAX_TAGS {
            return Err(checks::too_many_tags());
        }
        topic.tags.extend(tags);
        Ok(json!({}))
    })
}

pub(super) fn untag(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let (arn, keys) = (checks::arn(&input, cx, "ResourceArn")?, input.strings("TagKeys")?);
    change(sandbox, cx, |state| {
        tagged(state, arn)?.tags.retain(|key, _| !keys.contains(&key.as_str()));
        Ok(json!({}))
    })
}

pub(super) fn list(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let arn = checks::arn(&input, cx, "ResourceArn")?;
    view(sandbox, cx, |state| {
        let topic = state.topics.get(arn).ok_or_else(no_resource)?;
        let tags: Vec<Value> = topic.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        Ok(json!({ "Tags": tags }))
    })
}
