//! Tags of alarms and dashboards.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::checks::{self, Part, invalid_value};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::world::World;

/// Most tags of a resource.
const MAX_TAGS: usize = 50;

/// The tags in list `name`, each key once.
pub(super) fn read(whole: &Part<'_>, name: &str) -> Result<BTreeMap<String, String>, ApiError> {
    let mut tags = BTreeMap::new();
    for tag in whole.list(name)? {
        let (key, value) = (tag.required_str("Key")?, tag.input.opt_str("Value")?.unwrap_or_default());
        if key.chars().count() > 128 || key.to_ascii_lowercase().starts_with("aws:") {
            return Err(tag.bad_value("Key", key));
        }
        if value.chars().count() > 256 {
            return Err(tag.bad_value("Value", value));
        }
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(invalid_value(format!("The tag key {key} is given more than once")));
        }
    }
    if tags.len() > MAX_TAGS { Err(checks::too_many(name, MAX_TAGS)) } else { Ok(tags) }
}

/// What an ARN of this account stands for.
enum Resource<'a> {
    Alarm(&'a str),
    Dashboard(&'a str),
}

fn resource<'a>(whole: &Part<'a>, cx: &CallContext) -> Result<Resource<'a>, ApiError> {
    let arn = whole.required_str("ResourceARN")?;
    let parts: Vec<&str> = arn.splitn(7, ':').collect();
    match parts.as_slice() {
        ["arn", _, "cloudwatch", region, account, "alarm", name] if *region == cx.region && *account == cx.account => {
            Ok(Resource::Alarm(name))
        }
        ["arn", _, "cloudwatch", "", account, rest] if *account == cx.account => {
            rest.strip_prefix("dashboard/").map(Resource::Dashboard).ok_or_else(|| not_found(arn))
        }
        ["arn", _, "cloudwatch", ..] => Err(not_found(arn)),
        _ => Err(whole.bad_value("ResourceARN", arn)),
    }
}

fn not_found(arn: &str) -> ApiError {
    let details = json!({ "ResourceType": "CloudWatch resource", "ResourceId": arn });
    ApiError::new(404, "ResourceNotFoundException", format!("The resource {arn} does not exist")).with_details(details)
}

fn tags_of<'a>(world: &'a World, cx: &CallContext, resource: &Resource<'_>) -> Option<&'a BTreeMap<String, String>> {
    match resource {
        Resource::Alarm(name) => world.region_view(&cx.region).cloudwatch.alarms.tags(name),
        Resource::Dashboard(name) => world.dashboards.tags(name),
    }
}

/// Changes the tags of the resource that the call names.
fn change(
    sandbox: &Sandbox,
    cx: &CallContext,
    whole: &Part<'_>,
    change: impl FnOnce(&mut BTreeMap<String, String>),
) -> Result<(), ApiError> {
    let resource = resource(whole, cx)?;
    let mut world = sandbox.world();
    let tags = match &resource {
        Resource::Alarm(name) => world.region(&cx.region).cloudwatch.alarms.tags_mut(name),
        Resource::Dashboard(name) => world.dashboards.tags_mut(name),
    };
    let tags = tags.ok_or_else(|| not_found(whole.input.opt_str("ResourceARN").ok().flatten().unwrap_or_default()))?;
    let mut changed = tags.clone();
    change(&mut changed);
    if changed.len() > MAX_TAGS {
        return Err(checks::too_many("Tags", MAX_TAGS));
    }
    *tags = changed;
    Ok(())
}

pub(super) fn tag(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let whole = Part::whole(value);
    let new = read(&whole, "Tags")?;
    change(sandbox, cx, &whole, |tags| tags.extend(new))?;
    Ok(json!({}))
}

pub(super) fn untag(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let whole = Part::whole(value);
    let keys = whole.input.strings("TagKeys")?;
    change(sandbox, cx, &whole, |tags| tags.retain(|key, _| !keys.contains(&key.as_str())))?;
    Ok(json!({}))
}

pub(super) fn list(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let whole = Part::whole(value);
    let resource = resource(&whole, cx)?;
    let world = sandbox.world();
    let tags =
        tags_of(&world, cx, &resource).ok_or_else(|| not_found(whole.input.opt_str("ResourceARN").ok().flatten().unwrap_or_default()))?;
    let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    Ok(json!({ "Tags": tags }))
}
