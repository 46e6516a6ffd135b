//! Tags of log groups, by ARN and in the older form by name.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::checks::{self, INVALID};
use super::state::LogGroup;
use super::{change, view};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::input::Input;

const MAX_TAGS: usize = 50;

pub(super) fn tag_resource(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let group = resource(&input, cx)?;
    tag(sandbox, cx, &input, group)
}

pub(super) fn tag_group(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let group = checks::group_name(&input, "logGroupName")?;
    tag(sandbox, cx, &input, group)
}

pub(super) fn untag_resource(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let group = resource(&input, cx)?;
    untag(sandbox, cx, group, &required_keys(&input, "tagKeys")?)
}

pub(super) fn untag_group(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let group = checks::group_name(&input, "logGroupName")?;
    untag(sandbox, cx, group, &required_keys(&input, "tags")?)
}

pub(super) fn list_for_resource(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let group = resource(&input, cx)?;
    list(sandbox, cx, group)
}

pub(super) fn list_for_group(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let group = checks::group_name(&input, "logGroupName")?;
    list(sandbox, cx, group)
}

fn resource<'a>(input: &Input<'a>, cx: &CallContext) -> Result<&'a str, ApiError> {
    let arn = input.required_str("resourceArn")?;
    input.check_length("resourceArn", arn, 1..=1011)?;
    checks::group_of_arn(cx, arn)
}

fn required_keys<'a>(input: &Input<'a>, name: &str) -> Result<Vec<&'a str>, ApiError> {
    input.get(name).ok_or_else(|| input.missing(name))?;
    input.strings(name)
}

fn tag(sandbox: &Sandbox, cx: &CallContext, input: &Input<'_>, group: &str) -> ApiResult {
    input.get("tags").ok_or_else(|| input.missing("tags"))?;
    let tags = input.string_map("tags")?;
    tags.iter().try_for_each(|(key, value)| checks::check_tag(input, key, value))?;
    change(sandbox, cx, |state| add(state.existing_mut(group)?, tags, &checks::group_arn(cx, group)))?;
    Ok(Value::Null)
}

fn add(group: &mut LogGroup, tags: BTreeMap<String, String>, arn: &str) -> Result<(), ApiError> {
    let new = tags.keys().filter(|key| !group.tags.contains_key(*key)).count();
    if group.tags.len() + new > MAX_TAGS {
        let error = ApiError::new(400, "TooManyTagsException", "A resource can have no more than 50 tags.");
        return Err(error.with_details(json!({ "resourceName": arn })));
    }
    group.tags.extend(tags);
    Ok(())
}

fn untag(sandbox: &Sandbox, cx: &CallContext, group: &str, keys: &[&str]) -> ApiResult {
    change(sandbox, cx, |state| {
        state.existing_mut(group)?.tags.retain(|key, _| !keys.contains(&key.as_str()));
        Ok(())
    })?;
    Ok(Value::Null)
}

fn list(sandbox: &Sandbox, cx: &CallContext, group: &str) -> ApiResult {
    view(sandbox, cx, |state| Ok(json!({ "tags": state.existing(group)?.tags })))
}
