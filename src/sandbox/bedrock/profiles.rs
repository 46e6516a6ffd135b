//! Application inference profiles: names of one's own for a model, with tags by which its cost is told apart. And tags in general, as only
//! these resources can have any here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::catalogue;
use super::shape::invalid;
use crate::base::clock::Timestamp;
use crate::models;
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext, Input, Request};
use crate::sandbox::wire::json::parse_object;

const INVALID: &str = "ValidationException";
/// Profiles of a Region, and tags of a profile.
const MAX_PROFILES: usize = 1_000;
const MAX_TAGS: usize = 200;
/// What stands before the id in an ARN.
const KIND: &str = "application-inference-profile/";

/// An application inference profile.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ApplicationProfile {
    name: String,
    description: Option<String>,
    /// ARN of the model or profile that it stands for.
    source: String,
    created: Timestamp,
    tags: BTreeMap<String, String>,
}

fn arn(cx: &CallContext, id: &str) -> String {
    format!("arn:aws:bedrock:{}:{}:{KIND}{id}", cx.region, cx.account)
}

/// The id of a profile, given that or its ARN.
fn id_of<'a>(cx: &CallContext, given: &'a str) -> &'a str {
    given.strip_prefix(&arn(cx, "")).unwrap_or(given)
}

fn not_found(what: &str) -> ApiError {
    ApiError::new(404, "ResourceNotFoundException", what)
}

/// What the profile `given` (an id or an ARN) stands for; `None` when it is none.
pub(super) fn source(sandbox: &Sandbox, cx: &CallContext, given: &str) -> Option<String> {
    let world = sandbox.world();
    world.region_view(&cx.region).bedrock.profiles.get(id_of(cx, given)).map(|profile| profile.source.clone())
}

/// `CreateInferenceProfile`.
pub(super) fn create(sandbox: &Sandbox, cx: &CallContext, request: &Request) -> ApiResult {
    let body = parse_object(&request.body)?;
    let input = Input::new(&body, INVALID);
    let name = input.required_str("inferenceProfileName")?;
    input.check_length("inferenceProfileName", name, 1..=64)?;
    let source = input.required_structure("modelSource")?.required_str("copyFrom")?;
    check_source(cx, source)?;
    let profile = ApplicationProfile {
        name: name.to_owned(),
        description: input.opt_str("description")?.map(str::to_owned),
        source: source.to_owned(),
        created: cx.now,
        tags: tags(&input)?,
    };
    let id = sandbox.random(|rng| std::iter::repeat_with(|| rng.lowercase()).take(12).collect::<String>());
    let mut world = sandbox.world();
    let profiles = &mut world.region(&cx.region).bedrock.profiles;
    if profiles.len() >= MAX_PROFILES {
        return Err(ApiError::new(400, "ServiceQuotaExceededException", "You have reached the limit of inference profiles."));
    }
    profiles.insert(id.clone(), profile);
    Ok(json!({ "inferenceProfileArn": arn(cx, &id), "status": "ACTIVE" }))
}

fn check_source(cx: &CallContext, source: &str) -> Result<(), ApiError> {
    let is_arn = source.starts_with(&format!("arn:aws:bedrock:{}:", cx.region));
    let model =
        models::find(source).filter(|model| is_arn && model.profiles_from(&cx.region).next().is_some() | model.offered_in(&cx.region));
    model.map(|_| ()).ok_or_else(|| not_found("The model or inference profile to copy from could not be found."))
}

fn tags(input: &Input<'_>) -> Result<BTreeMap<String, String>, ApiError> {
    let mut tags = BTreeMap::new();
    for tag in input.structures("tags")? {
        let (key, value) = (tag.required_str("key")?, tag.required_str("value")?);
        tag.check_length("key", key, 1..=128)?;
        tag.check_length("value", value, 0..=256)?;
        tags.insert(key.to_owned(), value.to_owned());
    }
    Ok(tags)
}

/// `DeleteInferenceProfile`.
pub(super) fn delete(sandbox: &Sandbox, cx: &CallContext, given: &str) -> ApiResult {
    let mut world = sandbox.world();
    let removed = world.region(&cx.region).bedrock.profiles.remove(id_of(cx, given));
    removed.map(|_| json!({})).ok_or_else(|| not_found("The requested inference profile could not be found."))
}

/// The profiles of the Region as they are listed.
pub(super) fn all(sandbox: &Sandbox, cx: &CallContext) -> Vec<Value> {
    let world = sandbox.world();
    world.region_view(&cx.region).bedrock.profiles.iter().map(|(id, profile)| described(cx, id, profile)).collect()
}

fn described(cx: &CallContext, id: &str, profile: &ApplicationProfile) -> Value {
    let at = profile.created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    json!({
        "inferenceProfileName": profile.name,
        "description": profile.description.as_deref().unwrap_or("An application inference profile"),
        "createdAt": at,
        "updatedAt": at,
        "inferenceProfileArn": arn(cx, id),
        "models": catalogue::models_behind(cx, &profile.source),
        "inferenceProfileId": id,
        "status": "ACTIVE",
        "type": "APPLICATION",
    })
}

/// `TagResource`.
pub(super) fn tag(sandbox: &Sandbox, cx: &CallContext, request: &Request) -> ApiResult {
    let body = parse_object(&request.body)?;
    let input = Input::new(&body, INVALID);
    let new = tags(&input)?;
    change_tags(sandbox, cx, &input, |tags| tags.extend(new))
}

/// `UntagResource`.
pub(super) fn untag(sandbox: &Sandbox, cx: &CallContext, request: &Request) -> ApiResult {
    let body = parse_object(&request.body)?;
    let input = Input::new(&body, INVALID);
    let keys = input.strings("tagKeys")?;
    change_tags(sandbox, cx, &input, |tags| tags.retain(|key, _| !keys.contains(&key.as_str())))
}

fn change_tags(sandbox: &Sandbox, cx: &CallContext, input: &Input<'_>, change: impl FnOnce(&mut BTreeMap<String, String>)) -> ApiResult {
    let given = input.required_str("resourceARN")?;
    let mut world = sandbox.world();
    let profile = world.region(&cx.region).bedrock.profiles.get_mut(id_of(cx, given)).ok_or_else(|| no_resource(given))?;
    let mut tags = profile.tags.clone();
    change(&mut tags);
    if tags.len() > MAX_TAGS {
        return Err(ApiError::new(400, "TooManyTagsException", "You have reached the limit of tags for this resource."));
    }
    profile.tags = tags;
    Ok(json!({}))
}

fn no_resource(given: &str) -> ApiError {
    if given.starts_with("arn:") {
        not_found("The specified resource does not exist or cannot be tagged.")
    } else {
        invalid(format!("Invalid resource ARN: {given}"))
    }
}

/// `ListTagsForResource`.
pub(super) fn list_tags(sandbox: &Sandbox, cx: &CallContext, request: &Request) -> ApiResult {
    let body = parse_object(&request.body)?;
    let input = Input::new(&body, INVALID);
    let given = input.required_str("resourceARN")?;
    let world = sandbox.world();
    let profile = world.region_view(&cx.region).bedrock.profiles.get(id_of(cx, given)).ok_or_else(|| no_resource(given))?;
    let tags: Vec<Value> = profile.tags.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    Ok(json!({ "tags": tags }))
}
