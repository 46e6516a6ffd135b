//! STS: who is calling.

use serde_json::{Value, json};

use super::Sandbox;
use super::api::{ApiResult, CallContext, Operations};

/// The operations of this service.
pub const OPERATIONS: Operations = &[("GetCallerIdentity", get_caller_identity)];

/// The caller's ARN, account and unique id. Needs no permission, as on AWS.
#[expect(clippy::unnecessary_wraps, reason = "the signature of every operation")]
fn get_caller_identity(_sandbox: &Sandbox, cx: &CallContext, _input: &Value) -> ApiResult {
    Ok(json!({ "UserId": user_id(&cx.principal_arn), "Account": cx.account, "Arn": cx.principal_arn }))
}

/// `AROA…:session` for an assumed role, `AIDA…` for a user; the same for the same ARN.
fn user_id(arn: &str) -> String {
    let mut parts = arn.split(':').next_back().unwrap_or_default().split('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("assumed-role"), Some(role), Some(session)) => format!("{}:{session}", super::iam::stable_id("AROA", role)),
        (_, Some(name), _) => super::iam::stable_id("AIDA", name),
        _ => super::iam::stable_id("AIDA", arn),
    }
}
