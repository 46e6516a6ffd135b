//! Operations as data: the trait that every AWS call of the program implements, and the plan that is made from it.

use std::future::Future;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::AwsError;
use super::session::Clients;

/// An AWS service as the program calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// Security Token Service.
    Sts,
    /// Identity and Access Management.
    Iam,
    /// Simple Storage Service.
    S3,
    /// CloudWatch Logs.
    Logs,
    /// CloudWatch.
    CloudWatch,
    /// Simple Notification Service.
    Sns,
    /// Bedrock's control plane.
    Bedrock,
    /// Bedrock Runtime.
    BedrockRuntime,
    /// Service Quotas.
    ServiceQuotas,
}

impl Service {
    /// The service's name on the AWS CLI: `s3api`, `logs`, `bedrock-runtime`, ….
    pub fn cli_name(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::Iam => "iam",
            Self::S3 => "s3api",
            Self::Logs => "logs",
            Self::CloudWatch => "cloudwatch",
            Self::Sns => "sns",
            Self::Bedrock => "bedrock",
            Self::BedrockRuntime => "bedrock-runtime",
            Self::ServiceQuotas => "service-quotas",
        }
    }

    /// The service's name in lists of calls: `s3`, `logs`, ….
    pub fn short_name(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            other => other.cli_name(),
        }
    }
}

/// A permission that a call needs: an IAM action on a resource (`*` when it has no resource type).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Permission {
    /// Action such as `logs:CreateLogGroup`.
    pub action: String,
    /// Resource ARN or `*`.
    pub resource: String,
}

impl Permission {
    /// `action` on `resource`.
    pub fn new(action: &str, resource: impl Into<String>) -> Self {
        Self { action: action.to_owned(), resource: resource.into() }
    }

    /// The same permission with the Region and the account filled in where its ARN leaves them open as `*`.
    ///
    /// An operation knows neither: `arn:aws:logs:*:*:log-group:demo` becomes `arn:aws:logs:us-east-1:123456789012:log-group:demo`.
    #[must_use]
    pub fn resolved(&self, region: &str, account: &str) -> Self {
        let mut parts: Vec<&str> = self.resource.splitn(6, ':').collect();
        if let [_, _, _, at, owner, _] = parts.as_mut_slice() {
            *at = if *at == "*" { region } else { *at };
            *owner = if *owner == "*" { account } else { *owner };
        }
        Self { action: self.action.clone(), resource: parts.join(":") }
    }
}

/// One AWS call of the program: its fields are the call's parameters, under AWS's own names when serialized.
pub trait Operation: Serialize + Clone + Send + Sync + 'static {
    /// What a successful call gives.
    type Output: Send + 'static;
    /// The service that is called.
    const SERVICE: Service;
    /// The operation's name, such as `CreateLogGroup`.
    const NAME: &'static str;

    /// The permissions that the caller needs.
    fn permissions(&self) -> Vec<Permission>;

    /// Sends the call through the SDK. Use [`super::Session::run`], which records it too.
    fn send(self, clients: &Clients) -> impl Future<Output = Result<Self::Output, AwsError>> + Send;
}

/// An AWS call to come, as data to show before anything runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedCall {
    /// The service.
    pub service: Service,
    /// The operation's name, such as `CreateRole`.
    pub operation: String,
    /// The call's parameters under AWS's own names.
    pub params: Value,
    /// The same call as one AWS CLI line.
    pub cli: String,
    /// The permissions that the caller needs.
    pub permissions: Vec<Permission>,
}

impl PlannedCall {
    /// The plan of `operation`.
    pub fn of<O: Operation>(operation: &O) -> Self {
        let params = serde_json::to_value(operation).unwrap_or(Value::Null);
        Self {
            service: O::SERVICE,
            operation: O::NAME.to_owned(),
            cli: cli_line(O::SERVICE, O::NAME, &params),
            params,
            permissions: operation.permissions(),
        }
    }
}

/// The AWS CLI line of a call: `aws logs create-log-group --log-group-name demo`. Parameters that are null are left out;
/// structured ones are given as quoted JSON, and the body of an object as the name of a file.
pub fn cli_line(service: Service, operation: &str, params: &Value) -> String {
    // The CLI has no event streams; `converse` gives the same reply at once.
    let command = if operation == "ConverseStream" { "Converse" } else { operation };
    let mut line = format!("aws {} {}", service.cli_name(), kebab(command));
    for (name, value) in params.as_object().into_iter().flatten() {
        let body = operation == "PutObject" && name == "Body";
        // The CLI's own `--endpoint-url` may be shortened, so it calls the address of a subscription something else.
        let flag = if operation == "Subscribe" && name == "Endpoint" { "notification-endpoint".to_owned() } else { kebab(name) };
        line.push_str(&if body { " --body object.in".to_owned() } else { option(&flag, value) });
    }
    line.push_str(trailer(operation));
    line
}

/// What the CLI demands after the options: a file for a body that it downloads, and leave to give a blob as plain text.
fn trailer(operation: &str) -> &'static str {
    match operation {
        "GetObject" => " object.out",
        "InvokeModel" => " --cli-binary-format raw-in-base64-out reply.json",
        _ => "",
    }
}

fn option(flag: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => format!(" --{flag}"),
        Value::Bool(false) => format!(" --no-{flag}"),
        Value::String(text) => format!(" --{flag} {}", quoted(text)),
        Value::Number(number) => format!(" --{flag} {number}"),
        structured => format!(" --{flag} {}", quoted(&structured.to_string())),
    }
}

/// `text` as one shell word.
pub(super) fn quoted(text: &str) -> String {
    let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c));
    if plain { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// `CreateLogGroup`, `logGroupName`, `MaxResults` as the CLI spells them: `create-log-group`, ….
fn kebab(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (i, c) in chars.iter().enumerate() {
        let after_lower = i > 0 && (chars[i - 1].is_lowercase() || chars[i - 1].is_ascii_digit());
        let before_lower = i > 0 && chars[i - 1].is_uppercase() && chars.get(i + 1).is_some_and(|n| n.is_lowercase());
        if c.is_uppercase() && (after_lower || before_lower) {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_become_cli_names() {
        assert_eq!(kebab("CreateLogGroup"), "create-log-group");
        assert_eq!(kebab("retentionInDays"), "retention-in-days");
        assert_eq!(kebab("PolicySourceArn"), "policy-source-arn");
        assert_eq!(kebab("ListObjectsV2"), "list-objects-v2");
    }

    #[test]
    fn open_parts_of_an_arn_are_filled_in() {
        let open = Permission::new("logs:PutLogEvents", "arn:aws:logs:*:*:log-group:demo:*");
        assert_eq!(open.resolved("eu-west-1", "123456789012").resource, "arn:aws:logs:eu-west-1:123456789012:log-group:demo:*");
        let role = Permission::new("iam:GetRole", "arn:aws:iam::*:role/demo");
        assert_eq!(role.resolved("eu-west-1", "123456789012").resource, "arn:aws:iam::123456789012:role/demo");
        assert_eq!(Permission::new("s3:ListAllMyBuckets", "*").resolved("eu-west-1", "123456789012").resource, "*");
    }

    #[test]
    fn structured_and_awkward_values_are_quoted() {
        let params = json!({"logGroupName": "it's", "tags": {"a": "b"}, "force": true, "none": null});
        assert_eq!(
            cli_line(Service::Logs, "CreateLogGroup", &params),
            r#"aws logs create-log-group --log-group-name 'it'\''s' --tags '{"a":"b"}' --force"#
        );
    }
}
