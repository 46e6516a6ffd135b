//! The policies of the lab: who may use the role, what for, and what Bedrock may write into the bucket.
//!
//! The statements are the ones that AWS documents for model invocation logging, with the narrowest resources and conditions that work.

use serde_json::{Value, json};

use super::facts::Facts;

/// The log stream that Bedrock writes every record to.
pub const LOG_STREAM: &str = "aws/bedrock/modelinvocations";
/// The name of the statement that lets Bedrock write into a bucket.
pub const WRITE_SID: &str = "AmazonBedrockLogsWrite";
/// The name of the inline policy of the role.
pub const ROLE_POLICY: &str = "write-invocation-logs";

/// Who may use the role: Bedrock, on behalf of this account and Region alone.
pub fn trust(facts: &Facts) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "bedrock.amazonaws.com" },
            "Action": "sts:AssumeRole",
            "Condition": only_this_account(facts),
        }]
    })
}

/// What the role may do: make the one log stream and write into it.
pub fn write_logs(facts: &Facts, log_group: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": stream_arn(facts, log_group),
        }]
    })
}

/// The ARN of Bedrock's log stream. The ARN that `DescribeLogGroups` gives ends in `:*` and would be refused here.
pub fn stream_arn(facts: &Facts, log_group: &str) -> String {
    format!("{}:log-stream:{LOG_STREAM}", log_group_arn(facts, log_group))
}

/// The ARN of a log group, without the `:*` that some answers of AWS add.
pub fn log_group_arn(facts: &Facts, log_group: &str) -> String {
    format!("arn:{}:logs:{}:{}:log-group:{log_group}", facts.partition, facts.region, facts.account)
}

/// The ARN of an SNS topic.
pub fn topic_arn(facts: &Facts, topic: &str) -> String {
    format!("arn:{}:sns:{}:{}:{topic}", facts.partition, facts.region, facts.account)
}

/// The ARN of a role without a path.
pub fn role_arn(facts: &Facts, role: &str) -> String {
    format!("arn:{}:iam::{}:role/{role}", facts.partition, facts.account)
}

/// The key prefix under which Bedrock puts its records in a bucket, ending in a slash.
pub fn records_prefix(facts: &Facts, prefix: &str) -> String {
    let start = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
    format!("{start}AWSLogs/{}/BedrockModelInvocationLogs/", facts.account)
}

/// The policy of a bucket of ours: Bedrock may put records, and nothing at all may be done over an unencrypted connection.
pub fn bucket(facts: &Facts, bucket: &str, prefix: &str) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [bucket_write(facts, bucket, prefix), tls_only(facts, bucket)] })
}

/// The statement that lets Bedrock put records below `prefix`.
pub fn bucket_write(facts: &Facts, bucket: &str, prefix: &str) -> Value {
    json!({
        "Sid": WRITE_SID,
        "Effect": "Allow",
        "Principal": { "Service": "bedrock.amazonaws.com" },
        "Action": "s3:PutObject",
        "Resource": format!("arn:{}:s3:::{bucket}/{}*", facts.partition, records_prefix(facts, prefix)),
        "Condition": only_this_account(facts),
    })
}

fn tls_only(facts: &Facts, bucket: &str) -> Value {
    let arn = format!("arn:{}:s3:::{bucket}", facts.partition);
    json!({
        "Sid": "DenyUnencryptedTransport",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, format!("{arn}/*")],
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    })
}

fn only_this_account(facts: &Facts) -> Value {
    json!({
        "StringEquals": { "aws:SourceAccount": facts.account },
        "ArnLike": { "aws:SourceArn": format!("arn:{}:bedrock:{}:{}:*", facts.partition, facts.region, facts.account) },
    })
}

/// `policy` with our write statement in place of an older one of the same name. Fails with a sentence when `policy` is not a policy.
pub fn with_write_statement(policy: Option<&str>, statement: &Value) -> Result<Value, String> {
    let mut document = parse_or_empty(policy)?;
    let statements = statements_mut(&mut document)?;
    statements.retain(|s| s["Sid"] != WRITE_SID);
    statements.push(statement.clone());
    Ok(document)
}

/// `policy` without our write statement; `None` when nothing is left in it.
pub fn without_write_statement(policy: &str) -> Result<Option<Value>, String> {
    let mut document = parse_or_empty(Some(policy))?;
    let statements = statements_mut(&mut document)?;
    statements.retain(|s| s["Sid"] != WRITE_SID);
    let empty = statements.is_empty();
    Ok((!empty).then_some(document))
}

/// Whether `policy` holds exactly this statement.
pub fn has_statement(policy: &str, statement: &Value) -> bool {
    parse_or_empty(Some(policy))
        .ok()
        .and_then(|mut document| Some(statements_mut(&mut document).ok()?.contains(statement)))
        .unwrap_or(false)
}

fn parse_or_empty(policy: Option<&str>) -> Result<Value, String> {
    let Some(text) = policy else {
        return Ok(json!({ "Version": "2012-10-17", "Statement": [] }));
    };
    serde_json::from_str(text).map_err(|error| format!("The bucket's policy is not JSON: {error}"))
}

/// The statements of a policy as a list; a single statement that stands alone is put into a list first.
fn statements_mut(document: &mut Value) -> Result<&mut Vec<Value>, String> {
    let place = document.get_mut("Statement").ok_or("The bucket's policy has no Statement")?;
    if place.is_object() {
        *place = Value::Array(vec![place.take()]);
    }
    place.as_array_mut().ok_or_else(|| "The bucket's policy has a Statement that is not a list".to_owned())
}

/// A policy as it is sent and shown: indented JSON.
pub fn pretty(policy: &Value) -> String {
    serde_json::to_string_pretty(policy).unwrap_or_default()
}

/// Whether a trust policy lets Bedrock assume the role, as far as can be read from the text.
pub fn trusts_bedrock(policy: &str) -> bool {
    let Ok(mut document) = parse_or_empty(Some(policy)) else { return false };
    statements_mut(&mut document).is_ok_and(|statements| statements.iter().any(lets_bedrock_in))
}

fn lets_bedrock_in(statement: &Value) -> bool {
    let service = &statement["Principal"]["Service"];
    let named =
        service == "bedrock.amazonaws.com" || service.as_array().is_some_and(|list| list.iter().any(|s| s == "bedrock.amazonaws.com"));
    named && statement["Effect"] == "Allow"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts { account: "123456789012".to_owned(), region: "us-east-1".to_owned(), ..Facts::default() }
    }

    #[test]
    fn the_role_may_write_one_stream_only() {
        let policy = write_logs(&facts(), "bedrock-logs");
        assert_eq!(
            policy["Statement"][0]["Resource"],
            "arn:aws:logs:us-east-1:123456789012:log-group:bedrock-logs:log-stream:aws/bedrock/modelinvocations"
        );
    }

    #[test]
    fn trust_is_bound_to_account_and_region() {
        let policy = pretty(&trust(&facts()));
        assert!(policy.contains("\"aws:SourceAccount\": \"123456789012\""));
        assert!(policy.contains("arn:aws:bedrock:us-east-1:123456789012:*"));
        assert!(trusts_bedrock(&policy));
        assert!(!trusts_bedrock(&policy.replace("bedrock.amazonaws.com", "lambda.amazonaws.com")));
    }

    #[test]
    fn the_bucket_statement_covers_the_prefix() {
        let resource = bucket_write(&facts(), "b", "team")["Resource"].clone();
        assert_eq!(resource, "arn:aws:s3:::b/team/AWSLogs/123456789012/BedrockModelInvocationLogs/*");
    }

    #[test]
    fn a_foreign_policy_keeps_its_statements_through_both_ways() {
        let foreign = r#"{"Version":"2012-10-17","Statement":{"Sid":"Theirs","Effect":"Deny"}}"#;
        let ours = bucket_write(&facts(), "b", "");
        let merged = with_write_statement(Some(foreign), &ours).unwrap();
        let twice = with_write_statement(Some(&merged.to_string()), &ours).unwrap();
        assert_eq!(merged, twice);
        assert!(has_statement(&merged.to_string(), &ours));
        let back = without_write_statement(&merged.to_string()).unwrap().unwrap();
        assert_eq!(back["Statement"], json!([{ "Sid": "Theirs", "Effect": "Deny" }]));
        assert_eq!(without_write_statement(&with_write_statement(None, &ours).unwrap().to_string()).unwrap(), None);
    }
}
