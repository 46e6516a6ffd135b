//! Operations on log groups.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::checks::{self, INVALID, invalid};
use super::page::Page;
use super::state::LogGroup;
use super::{change, view};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::input::Input;

const CLASSES: [&str; 4] = ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS"];

/// Days that `PutRetentionPolicy` takes.
const RETENTIONS: [u16; 22] = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

pub(super) fn create(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let name = checks::group_name(&input, "logGroupName")?;
    if name.to_ascii_lowercase().starts_with("aws/") {
        return Err(invalid("Log groups starting with AWS/ are reserved for AWS."));
    }
    let group = LogGroup {
        created_ms: cx.now.as_millisecond(),
        kms_key_id: kms_key(&input)?,
        class: class(&input)?.unwrap_or("STANDARD").to_owned(),
        tags: new_tags(&input)?,
        deletion_protection: input.opt_bool("deletionProtectionEnabled")?.unwrap_or(false),
        ..LogGroup::default()
    };
    change(sandbox, cx, |state| state.create_group(name, group))?;
    Ok(Value::Null)
}

fn kms_key(input: &Input<'_>) -> Result<Option<String>, ApiError> {
    let Some(key) = input.opt_str("kmsKeyId")? else { return Ok(None) };
    input.check_length("kmsKeyId", key, 0..=256)?;
    let is_key_arn = key.starts_with("arn:aws") && key.contains(":kms:") && key.contains(":key/");
    if is_key_arn { Ok(Some(key.to_owned())) } else { Err(invalid("The specified KMS Key Id could not be found.")) }
}

fn class<'a>(input: &Input<'a>) -> Result<Option<&'a str>, ApiError> {
    let class = input.opt_str("logGroupClass")?;
    match class.filter(|class| !CLASSES.contains(class)) {
        Some(other) => Err(input.invalid("logGroupClass", other, &format!("Member must satisfy enum value set: [{}]", CLASSES.join(", ")))),
        None => Ok(class),
    }
}

fn new_tags(input: &Input<'_>) -> Result<std::collections::BTreeMap<String, String>, ApiError> {
    let tags = input.string_map("tags")?;
    tags.iter().try_for_each(|(key, value)| checks::check_tag(input, key, value))?;
    if tags.len() > 50 {
        return Err(input.invalid("tags", &tags.len().to_string(), "Member must have length less than or equal to 50"));
    }
    Ok(tags)
}

pub(super) fn delete(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let name = checks::group_name(&input, "logGroupName")?;
    change(sandbox, cx, |state| {
        if state.existing(name)?.deletion_protection {
            let message =
                "The log group cannot be deleted because deletion protection is enabled. Disable deletion protection and try again.";
            return Err(ApiError::new(400, "ValidationException", message));
        }
        state.delete_group(name)
    })?;
    Ok(Value::Null)
}

pub(super) fn put_retention(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let name = checks::group_name(&input, "logGroupName")?;
    let asked = input.required_i64("retentionInDays")?;
    let days = RETENTIONS.into_iter().find(|days| i64::from(*days) == asked).ok_or_else(|| bad_retention(&input, asked))?;
    change(sandbox, cx, |state| {
        state.existing_mut(name)?.retention_days = Some(days);
        state.drop_expired(name, cx.now.as_millisecond())
    })?;
    Ok(Value::Null)
}

fn bad_retention(input: &Input<'_>, days: i64) -> ApiError {
    let allowed = RETENTIONS.map(|days| days.to_string()).join(", ");
    input.invalid("retentionInDays", &days.to_string(), &format!("Member must satisfy enum value set: [{allowed}]"))
}

pub(super) fn delete_retention(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let name = checks::group_name(&input, "logGroupName")?;
    change(sandbox, cx, |state| {
        state.drop_expired(name, cx.now.as_millisecond())?;
        state.existing_mut(name)?.retention_days = None;
        Ok(())
    })?;
    Ok(Value::Null)
}

pub(super) fn put_deletion_protection(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let name = checks::identified(&input, cx, input.required_str("logGroupIdentifier")?)?;
    let enabled = input.opt_bool("deletionProtectionEnabled")?.ok_or_else(|| input.missing("deletionProtectionEnabled"))?;
    change(sandbox, cx, |state| {
        state.existing_mut(name)?.deletion_protection = enabled;
        Ok(())
    })?;
    Ok(Value::Null)
}

pub(super) fn describe(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let page = Page::of(&input)?;
    let wanted = Wanted::of(&input, cx)?;
    view(sandbox, cx, |state| {
        let matching = state.groups().iter().filter(|(name, group)| wanted.includes(name, group));
        let (groups, next) = page.cut(matching.map(|(name, group)| (name.as_str(), group)))?;
        let groups: Vec<Value> = groups.into_iter().map(|(name, group)| described(cx, name, group)).collect();
        Ok(json!({ "logGroups": groups, "nextToken": next }))
    })
}

/// Which groups a describe call asks for.
struct Wanted<'a> {
    prefix: &'a str,
    part: &'a str,
    class: Option<&'a str>,
    names: Option<BTreeSet<&'a str>>,
}

impl<'a> Wanted<'a> {
    fn of(input: &Input<'a>, cx: &CallContext) -> Result<Self, ApiError> {
        let (prefix, part) = (input.opt_str("logGroupNamePrefix")?, input.opt_str("logGroupNamePattern")?);
        if prefix.is_some() && part.is_some() {
            return Err(invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."));
        }
        prefix.map_or(Ok(()), |prefix| checks::check_group_name(input, "logGroupNamePrefix", prefix))?;
        part.filter(|part| !part.is_empty()).map_or(Ok(()), |part| checks::check_group_name(input, "logGroupNamePattern", part))?;
        let (class, names) = (class(input)?, names(input, cx)?);
        if names.is_some() && (prefix.is_some() || part.is_some() || class.is_some()) {
            return Err(invalid("logGroupIdentifiers cannot be combined with other filters."));
        }
        Ok(Self { prefix: prefix.unwrap_or_default(), part: part.unwrap_or_default(), class, names })
    }

    fn includes(&self, name: &str, group: &LogGroup) -> bool {
        let class = match self.class {
            None => true,
            Some("INFREQUENT_ACCESS" | "ESSENTIALS") => matches!(group.class.as_str(), "INFREQUENT_ACCESS" | "ESSENTIALS"),
            Some(class) => group.class == class,
        };
        let named = self.names.as_ref().is_none_or(|names| names.contains(name));
        class && named && name.starts_with(self.prefix) && name.contains(self.part)
    }
}

fn names<'a>(input: &Input<'a>, cx: &CallContext) -> Result<Option<BTreeSet<&'a str>>, ApiError> {
    let identifiers = input.strings("logGroupIdentifiers")?;
    if identifiers.len() > 50 {
        let count = identifiers.len().to_string();
        return Err(input.invalid("logGroupIdentifiers", &count, "Member must have length less than or equal to 50"));
    }
    let names: BTreeSet<&str> = identifiers.iter().map(|identifier| checks::identified(input, cx, identifier)).collect::<Result<_, _>>()?;
    Ok(input.get("logGroupIdentifiers").map(|_| names))
}

fn described(cx: &CallContext, name: &str, group: &LogGroup) -> Value {
    let arn = checks::group_arn(cx, name);
    json!({
        "logGroupName": name,
        "creationTime": group.created_ms,
        "retentionInDays": group.retention_days,
        "metricFilterCount": group.metric_filters.len(),
        "arn": format!("{arn}:*"),
        "storedBytes": group.stored_bytes(),
        "kmsKeyId": group.kms_key_id,
        "logGroupClass": group.class,
        "logGroupArn": arn,
        "deletionProtectionEnabled": group.deletion_protection,
    })
}
