//! Roles themselves: creation, reading, deletion, trust, tags.

use serde_json::{Value, json};

use super::holders::{Kind, find, find_mut};
use super::policy::{PolicyDocument, PolicyKind};
use super::{Document, INVALID, Role, State, Tag};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext, Input};
use crate::sandbox::wire::timestamp;

/// Characters of a trust policy, spaces not counted.
const MAX_TRUST: usize = 2_048;

/// Tags of one resource.
const MAX_TAGS: usize = 50;

/// Roles of one account.
const MAX_ROLES: usize = 1_000;

pub(super) fn create_role(sandbox: &Sandbox, cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let role = new_role(&input, cx)?;
    let mut world = sandbox.world();
    if world.iam.role(&role.name).is_some() {
        return Err(ApiError::new(409, "EntityAlreadyExists", format!("Role with name {} already exists.", role.name)));
    }
    if world.iam.roles().count() >= MAX_ROLES {
        return Err(ApiError::new(409, "LimitExceeded", format!("Cannot exceed quota for RolesPerAccount: {MAX_ROLES}")));
    }
    let output = json!({ "Role": described_with_tags(&role) });
    world.iam.insert(role);
    Ok(output)
}

fn new_role(input: &Input<'_>, cx: &CallContext) -> Result<Role, ApiError> {
    let name = role_name(input)?;
    let path = path(input, "Path")?.unwrap_or("/");
    let max_session_seconds = input.opt_i64("MaxSessionDuration")?.unwrap_or(3600);
    input.check_range("MaxSessionDuration", max_session_seconds, 3_600..=43_200)?;
    let description = input.opt_str("Description")?;
    input.check_length("Description", description.unwrap_or_default(), 0..=1_000)?;
    let trust = trust_policy(input, "AssumeRolePolicyDocument")?;
    Ok(Role {
        name: name.to_owned(),
        path: path.to_owned(),
        id: super::stable_id("AROA", name),
        arn: format!("arn:aws:iam::{}:role{path}{name}", cx.account),
        created: cx.now,
        description: description.map(str::to_owned),
        max_session_seconds,
        trust: Document::new(trust.to_owned(), cx.now),
        policies: std::collections::BTreeMap::new(),
        attached: Vec::new(),
        tags: tags(input, &[])?,
    })
}

/// A role as most replies show it.
fn described(role: &Role) -> Value {
    json!({
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": timestamp(role.created),
        "AssumeRolePolicyDocument": url_encoded(&role.trust.text),
        "Description": role.description,
        "MaxSessionDuration": role.max_session_seconds,
    })
}

/// A role as the replies about one role show it; lists leave tags out.
fn described_with_tags(role: &Role) -> Value {
    let mut shown = described(role);
    shown["Tags"] = if role.tags.is_empty() { Value::Null } else { json!(role.tags) };
    shown
}

/// Policies travel percent-encoded inside IAM's XML (RFC 3986).
pub(super) fn url_encoded(text: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    percent_encoding::utf8_percent_encode(text, KEPT).to_string()
}

pub(super) fn get_role(sandbox: &Sandbox, _cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let world = sandbox.world();
    let role = existing(&world.iam, role_name(&input)?)?;
    let mut shown = described_with_tags(role);
    shown["RoleLastUsed"] = json!({});
    Ok(json!({ "Role": shown }))
}

pub(super) fn delete_role(sandbox: &Sandbox, _cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let name = role_name(&input)?;
    let mut world = sandbox.world();
    let role = existing(&world.iam, name)?;
    if !role.policies.is_empty() {
        return Err(ApiError::new(409, "DeleteConflict", "Cannot delete entity, must delete policies first."));
    }
    if !role.attached.is_empty() {
        return Err(ApiError::new(409, "DeleteConflict", "Cannot delete entity, must detach all policies first."));
    }
    world.iam.remove(name);
    Ok(Value::Null)
}

pub(super) fn list_roles(sandbox: &Sandbox, _cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let prefix = path(&input, "PathPrefix")?.unwrap_or("/");
    let world = sandbox.world();
    let mut roles: Vec<&Role> = world.iam.roles().filter(|role| role.path.starts_with(prefix)).collect();
    roles.sort_by_key(|role| role.name.to_lowercase());
    page(&input, "Roles", &roles.into_iter().map(described).collect::<Vec<_>>())
}

pub(super) fn update_assume_role_policy(sandbox: &Sandbox, cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let name = role_name(&input)?;
    let text = trust_policy(&input, "PolicyDocument")?;
    let mut world = sandbox.world();
    let delay = world.settings.iam_propagation();
    existing_mut(&mut world.iam, name)?.trust.replace(text.to_owned(), cx.now, delay);
    Ok(Value::Null)
}

/// `TagRole`, `TagUser`.
pub(super) fn tag(kind: Kind, sandbox: &Sandbox, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let mut world = sandbox.world();
    let holder = find_mut(&mut world.iam, kind, kind.name(&input)?)?;
    *holder.tags = tags(&input, holder.tags)?;
    Ok(Value::Null)
}

/// `UntagRole`, `UntagUser`.
pub(super) fn untag(kind: Kind, sandbox: &Sandbox, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let mut world = sandbox.world();
    let holder = find_mut(&mut world.iam, kind, kind.name(&input)?)?;
    *holder.tags = untagged(&input, holder.tags)?;
    Ok(Value::Null)
}

/// `ListRoleTags`, `ListUserTags`.
pub(super) fn list_tags(kind: Kind, sandbox: &Sandbox, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let world = sandbox.world();
    let holder = find(&world.iam, kind, kind.name(&input)?)?;
    page(&input, "Tags", &holder.tags.iter().map(|tag| json!(tag)).collect::<Vec<_>>())
}

/// `had` without the tags whose keys the call names.
pub(super) fn untagged(input: &Input<'_>, had: &[Tag]) -> Result<Vec<Tag>, ApiError> {
    let keys = input.strings("TagKeys")?;
    Ok(had.iter().filter(|tag| !keys.iter().any(|key| tag.key.eq_ignore_ascii_case(key))).cloned().collect())
}

/// `had` with the tags of the call added or replaced.
pub(super) fn tags(input: &Input<'_>, had: &[Tag]) -> Result<Vec<Tag>, ApiError> {
    let mut all = had.to_vec();
    for tag in input.structures("Tags")? {
        let (key, value) = (tag.required_str("Key")?, tag.required_str("Value")?);
        tag.check_length("Key", key, 1..=128)?;
        tag.check_length("Value", value, 0..=256)?;
        all.retain(|tag| !tag.key.eq_ignore_ascii_case(key));
        all.push(Tag { key: key.to_owned(), value: value.to_owned() });
    }
    if all.len() > MAX_TAGS {
        return Err(ApiError::new(409, "LimitExceeded", format!("The number of tags has reached the maximum limit: {MAX_TAGS}.")));
    }
    Ok(all)
}

/// The name of a role: 1 to 64 letters, digits and `_+=,.@-`.
pub(super) fn role_name<'a>(input: &Input<'a>) -> Result<&'a str, ApiError> {
    checked_name(input, "RoleName", 64)
}

/// A name of letters, digits and `_+=,.@-`.
pub(super) fn checked_name<'a>(input: &Input<'a>, member: &str, max: usize) -> Result<&'a str, ApiError> {
    let name = input.required_str(member)?;
    input.check_length(member, name, 1..=max)?;
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)) {
        let shown = input.path_of(member);
        let message = format!(
            "The specified value for {shown} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"
        );
        return Err(ApiError::new(400, INVALID, message));
    }
    Ok(name)
}

pub(super) fn path<'a>(input: &Input<'a>, member: &str) -> Result<Option<&'a str>, ApiError> {
    let Some(path) = input.opt_str(member)? else { return Ok(None) };
    input.check_length(member, path, 1..=512)?;
    let printable = path.chars().all(|c| ('\u{21}'..='\u{7f}').contains(&c));
    let closed = member != "Path" || path.ends_with('/');
    if !path.starts_with('/') || !closed || !printable {
        let message = format!(
            "The specified value for {} is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
            member.to_lowercase()
        );
        return Err(ApiError::new(400, INVALID, message));
    }
    Ok(Some(path))
}

fn trust_policy<'a>(input: &Input<'a>, member: &str) -> Result<&'a str, ApiError> {
    let text = input.required_str(member)?;
    input.check_length(member, text, 1..=131_072)?;
    PolicyDocument::parse(text, PolicyKind::Trust).map_err(|error| ApiError::new(400, "MalformedPolicyDocument", error.0))?;
    if text.chars().filter(|c| !c.is_whitespace()).count() > MAX_TRUST {
        return Err(ApiError::new(409, "LimitExceeded", format!("Cannot exceed quota for ACLSizePerRole: {MAX_TRUST}")));
    }
    Ok(text)
}

/// The role with `name`, or `NoSuchEntity`.
pub(super) fn existing<'a>(iam: &'a State, name: &str) -> Result<&'a Role, ApiError> {
    iam.role(name).ok_or_else(|| no_such_role(name))
}

/// The role with `name` for changes, or `NoSuchEntity`.
pub(super) fn existing_mut<'a>(iam: &'a mut State, name: &str) -> Result<&'a mut Role, ApiError> {
    iam.role_mut(name).ok_or_else(|| no_such_role(name))
}

fn no_such_role(name: &str) -> ApiError {
    ApiError::new(404, "NoSuchEntity", format!("The role with name {name} cannot be found."))
}

/// The page of `items` that `Marker` and `MaxItems` ask for.
pub(super) fn page(input: &Input<'_>, member: &str, items: &[Value]) -> ApiResult {
    let max = input.opt_i64("MaxItems")?.unwrap_or(100);
    input.check_range("MaxItems", max, 1..=1_000)?;
    let start = input.opt_str("Marker")?.map_or(Ok(0), |marker| decode_marker(marker, items.len()))?;
    let end = items.len().min(start + max as usize);
    let marker = (end < items.len()).then(|| encode_marker(end));
    Ok(json!({ member: items[start..end], "IsTruncated": marker.is_some(), "Marker": marker }))
}

fn encode_marker(at: usize) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(format!("outcrop-marker:{at}"))
}

fn decode_marker(marker: &str, count: usize) -> Result<usize, ApiError> {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(marker).unwrap_or_default();
    let at = std::str::from_utf8(&bytes).ok().and_then(|text| text.strip_prefix("outcrop-marker:")?.parse().ok());
    at.filter(|at| *at <= count).ok_or_else(|| ApiError::new(400, INVALID, "Invalid Marker."))
}
