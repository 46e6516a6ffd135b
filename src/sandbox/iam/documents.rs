//! The inline policies of roles.

use serde_json::{Value, json};

use super::policy::{PolicyDocument, PolicyKind};
use super::roles::{checked_name, existing, existing_mut, page, role_name, url_encoded};
use super::{Document, INVALID, Role};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext, Input};

/// Characters of all inline policies of a role together, spaces not counted.
const MAX_POLICIES: usize = 10_240;

pub(super) fn put_role_policy(sandbox: &Sandbox, cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let (role, name) = (role_name(&input)?, policy_name(&input)?);
    let text = input.required_str("PolicyDocument")?;
    input.check_length("PolicyDocument", text, 1..=131_072)?;
    PolicyDocument::parse(text, PolicyKind::Identity).map_err(|error| ApiError::new(400, "MalformedPolicyDocument", error.0))?;
    let mut world = sandbox.world();
    let delay = world.settings.iam_propagation();
    let role = existing_mut(&mut world.iam, role)?;
    check_size(role, name, text)?;
    match role.policies.get_mut(name) {
        Some(document) => document.replace(text.to_owned(), cx.now, delay),
        None => drop(role.policies.insert(name.to_owned(), Document::new(text.to_owned(), cx.now))),
    }
    Ok(Value::Null)
}

fn check_size(role: &Role, name: &str, text: &str) -> Result<(), ApiError> {
    let size = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    let others = role.policies.iter().filter(|(other, _)| *other != name).map(|(_, document)| size(&document.text));
    if others.sum::<usize>() + size(text) <= MAX_POLICIES {
        return Ok(());
    }
    Err(ApiError::new(409, "LimitExceeded", format!("Maximum policy size of {MAX_POLICIES} bytes exceeded for role {}", role.name)))
}

pub(super) fn get_role_policy(sandbox: &Sandbox, _cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let name = policy_name(&input)?;
    let world = sandbox.world();
    let role = existing(&world.iam, role_name(&input)?)?;
    let document = role.policies.get(name).ok_or_else(|| no_such_policy(name))?;
    Ok(json!({ "RoleName": role.name, "PolicyName": name, "PolicyDocument": url_encoded(&document.text) }))
}

pub(super) fn list_role_policies(sandbox: &Sandbox, _cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let world = sandbox.world();
    let role = existing(&world.iam, role_name(&input)?)?;
    page(&input, "PolicyNames", &role.policies.keys().map(|name| json!(name)).collect::<Vec<_>>())
}

pub(super) fn delete_role_policy(sandbox: &Sandbox, _cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let name = policy_name(&input)?;
    let mut world = sandbox.world();
    let role = existing_mut(&mut world.iam, role_name(&input)?)?;
    role.policies.remove(name).map(|_| Value::Null).ok_or_else(|| no_such_policy(name))
}

/// Managed policies cannot be attached in the sandbox, so the list is true and empty; clients ask before they delete a role.
pub(super) fn list_attached_role_policies(sandbox: &Sandbox, _cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let world = sandbox.world();
    existing(&world.iam, role_name(&input)?)?;
    page(&input, "AttachedPolicies", &[])
}

fn policy_name<'a>(input: &Input<'a>) -> Result<&'a str, ApiError> {
    checked_name(input, "PolicyName", 128)
}

fn no_such_policy(name: &str) -> ApiError {
    ApiError::new(404, "NoSuchEntity", format!("The role policy with name {name} cannot be found."))
}
