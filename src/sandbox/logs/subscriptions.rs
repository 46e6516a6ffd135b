//! Subscription filters, which the sandbox does not have: it has nothing that events could be sent to. Said in words, so that nobody waits.

use serde_json::{Value, json};

use super::checks::{self, INVALID, invalid};
use super::view;
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::input::Input;

fn group<'a>(sandbox: &Sandbox, cx: &CallContext, input: &Input<'a>) -> Result<&'a str, ApiError> {
    let group = checks::group_name(input, "logGroupName")?;
    view(sandbox, cx, |state| state.existing(group).map(|_| ()))?;
    Ok(group)
}

pub(super) fn put(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    group(sandbox, cx, &input)?;
    let destination = input.required_str("destinationArn")?;
    Err(invalid(format!(
        "Could not deliver test message to specified destination {destination}: the sandbox has no subscription filters, because it has no Lambda functions, Kinesis or Firehose streams. Use a metric filter or Live Tail instead."
    )))
}

pub(super) fn describe(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    group(sandbox, cx, &Input::new(value, INVALID))?;
    Ok(json!({ "subscriptionFilters": [] }))
}

pub(super) fn delete(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    group(sandbox, cx, &Input::new(value, INVALID))?;
    Err(ApiError::new(400, "ResourceNotFoundException", "The specified subscription filter does not exist."))
}
