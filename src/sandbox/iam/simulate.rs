//! `SimulatePrincipalPolicy`: would a call be allowed?

use serde_json::{Value, json};

use super::policy::{Context, Decision};
use super::{INVALID, roles};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext, Input};
use crate::sandbox::credentials;
use crate::sandbox::world::World;

pub(super) fn simulate_principal_policy(sandbox: &Sandbox, _cx: &CallContext, input: &Value) -> ApiResult {
    let input = Input::new(input, INVALID);
    let source = input.required_str("PolicySourceArn")?;
    let actions = input.strings("ActionNames")?;
    if actions.is_empty() {
        return Err(input.missing("ActionNames"));
    }
    let resources = Some(input.strings("ResourceArns")?).filter(|arns| !arns.is_empty()).unwrap_or_else(|| vec!["*"]);
    let context = context(&input)?;
    let world = sandbox.world();
    let mut results = Vec::new();
    for action in actions {
        check_action(action)?;
        for resource in &resources {
            results.push(evaluated(action, resource, decision(&world, source, action, resource, &context)?));
        }
    }
    roles::page(&input, "EvaluationResults", &results)
}

fn context(input: &Input<'_>) -> Result<Context, ApiError> {
    let mut context = Context::new();
    for entry in input.structures("ContextEntries")? {
        let key = entry.required_str("ContextKeyName")?;
        for value in entry.strings("ContextKeyValues")? {
            context = context.with(key, value);
        }
    }
    Ok(context)
}

fn check_action(action: &str) -> Result<(), ApiError> {
    let valid = action.split_once(':').is_some_and(|(vendor, name)| !vendor.is_empty() && !name.is_empty() && !name.contains('*'));
    if valid { Ok(()) } else { Err(ApiError::new(400, "InvalidInput", format!("Invalid Action name: {action}"))) }
}

/// A role of the account is judged by its policies; the callers themselves by what the sandbox denies them.
fn decision(world: &World, source: &str, action: &str, resource: &str, context: &Context) -> Result<Decision, ApiError> {
    if let Some(role) = world.iam.role_by_arn(source) {
        return Ok(world.iam.role_decides(role, action, resource, context));
    }
    if let Some(decision) = world.iam.user_decides(source, action, resource, context) {
        return Ok(decision);
    }
    if source.starts_with("arn:aws:sts:") {
        let message = format!("Invalid Entity Arn: {source} does not clearly define entity type and name.");
        return Err(ApiError::new(400, "InvalidInput", message));
    }
    let Some(caller) = credentials::caller_of_arn(source, &world.account_id) else {
        return Err(ApiError::new(404, "NoSuchEntity", format!("The entity with ARN {source} cannot be found.")));
    };
    Ok(if credentials::is_denied(world, &caller, action) { Decision::ImplicitDeny } else { Decision::Allowed })
}

fn evaluated(action: &str, resource: &str, decision: Decision) -> Value {
    let text = match decision {
        Decision::Allowed => "allowed",
        Decision::ExplicitDeny => "explicitDeny",
        Decision::ImplicitDeny => "implicitDeny",
    };
    json!({ "EvalActionName": action, "EvalResourceName": resource, "EvalDecision": text, "MatchedStatements": [], "MissingContextValues": [] })
}
