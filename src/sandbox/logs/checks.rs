//! The service's rules for names, identifiers and tags, and the errors that many operations share.

use crate::sandbox::api::{ApiError, CallContext};
use crate::sandbox::input::Input;

/// The code of nearly every refusal.
pub(super) const INVALID: &str = "InvalidParameterException";

pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new(400, INVALID, message)
}

pub(super) fn no_such_group() -> ApiError {
    ApiError::new(400, "ResourceNotFoundException", "The specified log group does not exist.")
}

pub(super) fn no_such_stream() -> ApiError {
    ApiError::new(400, "ResourceNotFoundException", "The specified log stream does not exist.")
}

pub(super) fn already_exists(message: &str) -> ApiError {
    ApiError::new(400, "ResourceAlreadyExistsException", message)
}

pub(super) fn bad_token() -> ApiError {
    invalid("The specified nextToken is invalid.")
}

/// The required name of a log group at member `name`.
pub(super) fn group_name<'a>(input: &Input<'a>, name: &str) -> Result<&'a str, ApiError> {
    let group = input.required_str(name)?;
    check_group_name(input, name, group)?;
    Ok(group)
}

pub(super) fn check_group_name(input: &Input<'_>, name: &str, group: &str) -> Result<(), ApiError> {
    input.check_length(name, group, 1..=512)?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_/#".contains(c);
    if group.chars().all(allowed) { Ok(()) } else { Err(pattern(input, name, group, r"[\.\-_/#A-Za-z0-9]+")) }
}

/// The required name of a log stream at member `name`.
pub(super) fn stream_name<'a>(input: &Input<'a>, name: &str) -> Result<&'a str, ApiError> {
    let stream = input.required_str(name)?;
    check_stream_name(input, name, stream)?;
    Ok(stream)
}

pub(super) fn check_stream_name(input: &Input<'_>, name: &str, stream: &str) -> Result<(), ApiError> {
    input.check_length(name, stream, 1..=512)?;
    if stream.contains([':', '*']) { Err(pattern(input, name, stream, "[^:*]*")) } else { Ok(()) }
}

/// Names of filters follow the rule of names of streams.
pub(super) fn check_named(input: &Input<'_>, name: &str, text: &str) -> Result<(), ApiError> {
    check_stream_name(input, name, text)
}

fn pattern(input: &Input<'_>, name: &str, value: &str, pattern: &str) -> ApiError {
    input.invalid(name, value, &format!("Member must satisfy regular expression pattern: {pattern}"))
}

/// A number from 1 to `most` at member `name`, `most` when it was not sent.
pub(super) fn limit(input: &Input<'_>, name: &str, most: i64) -> Result<usize, ApiError> {
    let limit = input.opt_i64(name)?.unwrap_or(most);
    input.check_range(name, limit, 1..=most)?;
    Ok(limit as usize)
}

/// A time in milliseconds at member `name`.
pub(super) fn time_ms(input: &Input<'_>, name: &str) -> Result<Option<i64>, ApiError> {
    let time = input.opt_i64(name)?;
    time.map_or(Ok(()), |time| input.check_range(name, time, 0..=i64::MAX))?;
    Ok(time)
}

/// The group that a read operation names, by `logGroupName` or by `logGroupIdentifier` (a name or an ARN).
pub(super) fn group_or_identifier<'a>(input: &Input<'a>, cx: &CallContext) -> Result<&'a str, ApiError> {
    match (input.get("logGroupName"), input.opt_str("logGroupIdentifier")?) {
        (Some(_), Some(_)) => Err(invalid("Only one of logGroupName and logGroupIdentifier can be specified.")),
        (None, Some(identifier)) => identified(input, cx, identifier),
        (_, None) => group_name(input, "logGroupName"),
    }
}

/// The group behind a name or an ARN without `:*`.
pub(super) fn identified<'a>(input: &Input<'_>, cx: &CallContext, identifier: &'a str) -> Result<&'a str, ApiError> {
    input.check_length("logGroupIdentifier", identifier, 1..=2048)?;
    if !identifier.starts_with("arn:") {
        check_group_name(input, "logGroupIdentifier", identifier)?;
        return Ok(identifier);
    }
    let allowed = |c: char| c.is_alphanumeric() || "_#+=/:,.@-".contains(c);
    if !identifier.chars().all(allowed) {
        return Err(pattern(input, "logGroupIdentifier", identifier, r"[\w#+=/:,.@-]*"));
    }
    group_of_arn(cx, identifier)
}

/// The group behind an ARN without `:*`; a group of another account or Region does not exist here.
pub(super) fn group_of_arn<'a>(cx: &CallContext, arn: &'a str) -> Result<&'a str, ApiError> {
    let parts: Vec<&str> = arn.splitn(7, ':').collect();
    match parts.as_slice() {
        ["arn", _, "logs", region, account, "log-group", group] if !group.contains(':') => {
            let here = *region == cx.region && *account == cx.account;
            if here { Ok(group) } else { Err(no_such_group()) }
        }
        _ => Err(invalid(format!("The specified ARN is not valid: {arn}"))),
    }
}

/// ARN of a group, without `:*`.
pub(super) fn group_arn(cx: &CallContext, group: &str) -> String {
    format!("arn:aws:logs:{}:{}:log-group:{group}", cx.region, cx.account)
}

/// Keys and values as the service allows them.
pub(super) fn check_tag(input: &Input<'_>, key: &str, value: &str) -> Result<(), ApiError> {
    input.check_length("tags", key, 1..=128)?;
    input.check_length("tags", value, 0..=256)?;
    let allowed = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c);
    if !key.chars().all(allowed) || !value.chars().all(allowed) {
        return Err(pattern(input, "tags", &format!("{key}={value}"), r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]+)$"));
    }
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Err(invalid("aws: prefixed tag key names are not allowed for external use."));
    }
    Ok(())
}
