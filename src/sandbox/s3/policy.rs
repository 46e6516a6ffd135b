//! Syntax of bucket policies: what `PutBucketPolicy` refuses before it keeps the text.
//!
//! What a policy allows is decided elsewhere (`iam::policy`), by the service that acts.

use serde_json::{Map, Value};

use super::error::Result;
use super::state::Bucket;
use crate::sandbox::api::{ApiError, CallContext};

/// Longest policy text in bytes.
const MAX_POLICY_BYTES: usize = 20_480;
const STATEMENT_FIELDS: &[&str] =
    &["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// Checks the text of a policy for the bucket `name` and gives its statements.
fn statements(name: &str, text: &str) -> Result<Vec<Map<String, Value>>> {
    if text.len() > MAX_POLICY_BYTES {
        return Err(malformed("Policy exceeds the maximum allowed document size."));
    }
    let Ok(Value::Object(policy)) = serde_json::from_str(text) else {
        return Err(malformed("Policies must be valid JSON and the first byte must be '{'"));
    };
    check_top(&policy)?;
    let statements = match policy.get("Statement") {
        Some(Value::Array(list)) if !list.is_empty() => list.clone(),
        Some(one @ Value::Object(_)) => vec![one.clone()],
        Some(_) => return Err(malformed("Could not parse the policy: Statement is empty!")),
        None => return Err(malformed("Missing required field Statement")),
    };
    statements.into_iter().map(|statement| checked_statement(name, statement)).collect()
}

fn check_top(policy: &Map<String, Value>) -> Result<()> {
    if let Some(unknown) = policy.keys().find(|key| !matches!(key.as_str(), "Version" | "Id" | "Statement")) {
        return Err(malformed(&format!("Unknown field {unknown}")));
    }
    match policy.get("Version").map(Value::as_str) {
        None | Some(Some("2012-10-17" | "2008-10-17")) => Ok(()),
        Some(_) => Err(malformed("The policy must contain a valid version string")),
    }
}

fn checked_statement(bucket: &str, statement: Value) -> Result<Map<String, Value>> {
    let Value::Object(statement) = statement else { return Err(malformed("Statement must be a JSON object")) };
    if let Some(unknown) = statement.keys().find(|key| !STATEMENT_FIELDS.contains(&key.as_str())) {
        return Err(malformed(&format!("Unknown field {unknown}")));
    }
    check_effect(&statement)?;
    check_principal(&statement)?;
    check_actions(&statement)?;
    check_resources(bucket, &statement)?;
    match statement.get("Condition") {
        None | Some(Value::Object(_)) => Ok(statement),
        Some(_) => Err(malformed("Policy has an invalid condition")),
    }
}

fn check_effect(statement: &Map<String, Value>) -> Result<()> {
    match statement.get("Effect").map(|effect| effect.as_str().unwrap_or_default()) {
        Some("Allow" | "Deny") => Ok(()),
        Some(other) => Err(malformed(&format!("Invalid effect: {other}"))),
        None => Err(malformed("Missing required field Effect")),
    }
}

fn check_principal(statement: &Map<String, Value>) -> Result<()> {
    let Some(principal) = one_of(statement, "Principal", "NotPrincipal")? else {
        return Err(malformed("Missing required field Principal"));
    };
    let is_valid = match principal {
        Value::String(all) => all == "*",
        Value::Object(kinds) => !kinds.is_empty() && kinds.iter().all(|(kind, who)| is_valid_principal(kind, who)),
        _ => false,
    };
    if is_valid { Ok(()) } else { Err(malformed("Invalid principal in policy")) }
}

fn is_valid_principal(kind: &str, who: &Value) -> bool {
    let is_valid = |who: &str| match kind {
        "AWS" => who == "*" || who.starts_with("arn:aws:") || (who.len() == 12 && who.bytes().all(|b| b.is_ascii_digit())),
        "Service" => who.ends_with(".amazonaws.com") && !who.contains(['*', '/', ' ']),
        "Federated" | "CanonicalUser" => !who.is_empty(),
        _ => false,
    };
    let names = strings(who);
    !names.is_empty() && names.into_iter().all(|name| name.is_some_and(is_valid))
}

fn check_actions(statement: &Map<String, Value>) -> Result<()> {
    let Some(actions) = one_of(statement, "Action", "NotAction")? else {
        return Err(malformed("Missing required field Action"));
    };
    let is_s3 = |action: &str| action == "*" || action.get(..3).is_some_and(|p| p.eq_ignore_ascii_case("s3:")) && action.len() > 3;
    let actions = strings(actions);
    if !actions.is_empty() && actions.into_iter().all(|action| action.is_some_and(is_s3)) {
        return Ok(());
    }
    Err(malformed("Policy has invalid action"))
}

fn check_resources(bucket: &str, statement: &Map<String, Value>) -> Result<()> {
    let Some(resources) = one_of(statement, "Resource", "NotResource")? else {
        return Err(malformed("Missing required field Resource"));
    };
    let arn = super::convert::bucket_arn(bucket);
    let is_ours = |resource: &str| resource.strip_prefix(&arn).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let resources = strings(resources);
    if resources.is_empty() || !resources.iter().all(|resource| resource.is_some_and(is_ours)) {
        return Err(malformed("Policy has invalid resource"));
    }
    if !applies(statement, &resources) {
        return Err(malformed("Action does not apply to any resource(s) in statement"));
    }
    Ok(())
}

/// Whether object actions have an object among their resources, and bucket actions a bucket.
fn applies(statement: &Map<String, Value>, resources: &[Option<&str>]) -> bool {
    let Some(actions) = statement.get("Action") else { return true };
    let has_object = resources.iter().flatten().any(|resource| resource.contains('/'));
    let has_bucket = resources.iter().flatten().any(|resource| !resource.contains('/'));
    let fits = |action: &str| match action.get(3..).unwrap_or("*") {
        wild if wild.contains('*') => true,
        "GetObject" | "PutObject" | "DeleteObject" | "GetObjectVersion" | "DeleteObjectVersion" | "PutObjectAcl" | "GetObjectAcl" => {
            has_object
        }
        "ListBucket" | "ListBucketVersions" | "GetBucketLocation" | "GetBucketAcl" | "GetBucketPolicy" | "PutBucketPolicy" => has_bucket,
        _ => true,
    };
    strings(actions).into_iter().flatten().all(fits)
}

/// The value of a field or its negation, which exclude each other.
fn one_of<'a>(statement: &'a Map<String, Value>, field: &str, negated: &str) -> Result<Option<&'a Value>> {
    match (statement.get(field), statement.get(negated)) {
        (Some(_), Some(_)) => Err(malformed(&format!("Statement contains both {field} and {negated}"))),
        (value, other) => Ok(value.or(other)),
    }
}

/// A string or a list of strings; `None` stands for an element of another type.
fn strings(value: &Value) -> Vec<Option<&str>> {
    match value {
        Value::Array(list) => list.iter().map(Value::as_str).collect(),
        one => vec![one.as_str()],
    }
}

fn malformed(message: &str) -> ApiError {
    ApiError::new(400, "MalformedPolicy", message)
}

/// `PutBucketPolicy`: keeps the text if it is well formed and, where public policies are blocked, not public.
pub(super) fn put(bucket: &mut Bucket, cx: &CallContext, name: &str, text: String) -> Result<()> {
    let statements = statements(name, &text)?;
    let blocks = bucket.public_access_block.is_some_and(|block| block.block_public_policy);
    if blocks && statements.iter().any(is_public) {
        return Err(blocked(cx, name));
    }
    bucket.policy = Some(text);
    Ok(())
}

fn is_public(statement: &Map<String, Value>) -> bool {
    let everyone = |value: &Value| strings(value).contains(&Some("*"));
    let to_everyone = match statement.get("Principal") {
        Some(Value::Object(kinds)) => kinds.get("AWS").is_some_and(everyone),
        Some(value) => everyone(value),
        None => statement.contains_key("NotPrincipal"),
    };
    let unconditional = statement.get("Condition").and_then(Value::as_object).is_none_or(Map::is_empty);
    statement.get("Effect").and_then(Value::as_str) == Some("Allow") && to_everyone && unconditional
}

fn blocked(cx: &CallContext, bucket: &str) -> ApiError {
    let text = format!(
        "User: {} is not authorized to perform: s3:PutBucketPolicy on resource: \"arn:aws:s3:::{bucket}\" because public policies are \
         prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
        cx.principal_arn
    );
    ApiError::new(403, "AccessDenied", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        statements("logs-1", text).unwrap_err().message
    }

    fn with(statement: &str) -> String {
        format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#)
    }

    #[test]
    fn the_policy_of_the_lab_is_accepted() {
        let text = with(
            r#"{"Sid":"AmazonBedrockLogsWrite","Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},"Action":["s3:PutObject"],
            "Resource":["arn:aws:s3:::logs-1/AWSLogs/123456789012/BedrockModelInvocationLogs/*"],
            "Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}},
            {"Sid":"TlsOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::logs-1","arn:aws:s3:::logs-1/*"],
            "Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#,
        );
        let statements = statements("logs-1", &text).unwrap();
        assert_eq!(statements.len(), 2);
        assert!(!statements.iter().any(is_public), "a deny and a service are not public");
    }

    #[test]
    fn faults_are_named_as_s3_names_them() {
        let fine = r#""Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::logs-1/*""#;
        assert!(statements("logs-1", &with(&format!("{{{fine}}}"))).is_ok());
        assert_eq!(refused("not json"), "Policies must be valid JSON and the first byte must be '{'");
        assert_eq!(refused("{}"), "Missing required field Statement");
        assert_eq!(refused(r#"{"Version":"2020-01-01","Statement":[]}"#), "The policy must contain a valid version string");
        assert_eq!(refused(&with(&format!("{{{fine},\"Extra\":1}}"))), "Unknown field Extra");
        let cases = [
            ("\"Allow\"", "\"allow\"", "Invalid effect: allow"),
            ("\"*\"", "{\"AWS\":\"someone\"}", "Invalid principal in policy"),
            ("s3:GetObject", "ec2:Run", "Policy has invalid action"),
            ("logs-1/*", "logs-2/*", "Policy has invalid resource"),
            ("logs-1/*", "logs-1", "Action does not apply to any resource(s) in statement"),
        ];
        for (from, to, message) in cases {
            assert_eq!(refused(&with(&format!("{{{}}}", fine.replacen(from, to, 1)))), message);
        }
        for field in ["Effect", "Principal", "Action", "Resource"] {
            assert_eq!(refused(&with(&format!("{{{}}}", fine.replace(field, "Sid")))), format!("Missing required field {field}"));
        }
    }
}
