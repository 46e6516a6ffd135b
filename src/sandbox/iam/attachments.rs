//! Managed policies attached to roles and users.

use serde_json::{Value, json};

use super::INVALID;
use super::holders::{Kind, find, find_mut};
use super::roles::page;
use super::state::Attachment;
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext, Input};

/// Most managed policies of a role or user.
const MAX_ATTACHED: usize = 10;

/// `AttachRolePolicy`, `AttachUserPolicy`; attaching again changes nothing.
pub(super) fn attach(kind: Kind, sandbox: &Sandbox, cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let (holder, arn) = (kind.name(&input)?, input.required_str("PolicyArn")?);
    let mut world = sandbox.world();
    find(&world.iam, kind, holder)?;
    super::managed::existing(&world.iam, arn)?;
    let holder = find_mut(&mut world.iam, kind, holder)?;
    if holder.attached.iter().any(|held| held.arn == arn) {
        return Ok(Value::Null);
    }
    if holder.attached.len() >= MAX_ATTACHED {
        let limit = if kind == Kind::Role { "PoliciesPerRole" } else { "PoliciesPerUser" };
        return Err(ApiError::new(409, "LimitExceeded", format!("Cannot exceed quota for {limit}: {MAX_ATTACHED}")));
    }
    holder.attached.push(Attachment { arn: arn.to_owned(), at: cx.now });
    Ok(Value::Null)
}

/// `DetachRolePolicy`, `DetachUserPolicy`.
pub(super) fn detach(kind: Kind, sandbox: &Sandbox, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let arn = input.required_str("PolicyArn")?;
    let mut world = sandbox.world();
    let holder = find_mut(&mut world.iam, kind, kind.name(&input)?)?;
    let before = holder.attached.len();
    holder.attached.retain(|held| held.arn != arn);
    if holder.attached.len() < before {
        return Ok(Value::Null);
    }
    Err(ApiError::new(404, "NoSuchEntity", format!("Policy {arn} was not found.")))
}

/// `ListAttachedRolePolicies`, `ListAttachedUserPolicies`.
pub(super) fn list(kind: Kind, sandbox: &Sandbox, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let world = sandbox.world();
    let holder = find(&world.iam, kind, kind.name(&input)?)?;
    let told = |held: &Attachment| json!({ "PolicyName": held.arn.rsplit('/').next(), "PolicyArn": held.arn });
    page(&input, "AttachedPolicies", &holder.attached.iter().map(told).collect::<Vec<_>>())
}
