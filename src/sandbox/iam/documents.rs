//! The inline policies of roles and users.

use serde_json::{Value, json};

use super::holders::{Holder, Kind, find, find_mut};
use super::policy::{PolicyDocument, PolicyKind};
use super::roles::{checked_name, page, url_encoded};
use super::{Document, INVALID};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext, Input};

/// `PutRolePolicy`, `PutUserPolicy`.
pub(super) fn put(kind: Kind, sandbox: &Sandbox, cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let (holder, name) = (kind.name(&input)?, policy_name(&input)?);
    let text = checked_document(&input, "PolicyDocument")?;
    let mut world = sandbox.world();
    let delay = world.settings.iam_propagation();
    check_size(kind, &find(&world.iam, kind, holder)?, name, text)?;
    let holder = find_mut(&mut world.iam, kind, holder)?;
    match holder.policies.get_mut(name) {
        Some(document) => document.replace(text.to_owned(), cx.now, delay),
        None => drop(holder.policies.insert(name.to_owned(), Document::new(text.to_owned(), cx.now))),
    }
    Ok(Value::Null)
}

/// The text of an identity policy at `member`, well formed.
pub(super) fn checked_document<'a>(input: &Input<'a>, member: &str) -> Result<&'a str, ApiError> {
    let text = input.required_str(member)?;
    input.check_length(member, text, 1..=131_072)?;
    PolicyDocument::parse(text, PolicyKind::Identity).map_err(|error| ApiError::new(400, "MalformedPolicyDocument", error.0))?;
    Ok(text)
}

fn check_size(kind: Kind, holder: &Holder<'_>, name: &str, text: &str) -> Result<(), ApiError> {
    let size = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    let others = holder.policies.iter().filter(|(other, _)| *other != name).map(|(_, document)| size(&document.text));
    let most = kind.max_inline();
    if others.sum::<usize>() + size(text) <= most {
        return Ok(());
    }
    let message = format!("Maximum policy size of {most} bytes exceeded for {} {}", kind.word(), holder.name);
    Err(ApiError::new(409, "LimitExceeded", message))
}

/// `GetRolePolicy`, `GetUserPolicy`.
pub(super) fn get(kind: Kind, sandbox: &Sandbox, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let name = policy_name(&input)?;
    let world = sandbox.world();
    let holder = find(&world.iam, kind, kind.name(&input)?)?;
    let document = holder.policies.get(name).ok_or_else(|| no_such_policy(kind, name))?;
    Ok(json!({ (kind.member()): holder.name, "PolicyName": name, "PolicyDocument": url_encoded(&document.text) }))
}

/// `ListRolePolicies`, `ListUserPolicies`.
pub(super) fn list(kind: Kind, sandbox: &Sandbox, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let world = sandbox.world();
    let holder = find(&world.iam, kind, kind.name(&input)?)?;
    page(&input, "PolicyNames", &holder.policies.keys().map(|name| json!(name)).collect::<Vec<_>>())
}

/// `DeleteRolePolicy`, `DeleteUserPolicy`.
pub(super) fn delete(kind: Kind, sandbox: &Sandbox, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let name = policy_name(&input)?;
    let mut world = sandbox.world();
    let holder = find_mut(&mut world.iam, kind, kind.name(&input)?)?;
    holder.policies.remove(name).map(|_| Value::Null).ok_or_else(|| no_such_policy(kind, name))
}

pub(super) fn policy_name<'a>(input: &Input<'a>) -> Result<&'a str, ApiError> {
    checked_name(input, "PolicyName", 128)
}

fn no_such_policy(kind: Kind, name: &str) -> ApiError {
    ApiError::new(404, "NoSuchEntity", format!("The {} policy with name {name} cannot be found.", kind.word()))
}
