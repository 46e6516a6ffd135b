//! A resource in words: its ARN, its place in the console, what it may cost.

use crate::lab::ledger::Standing;
use crate::lab::resource::Resource;

/// The ARN of a resource, where it has one. `partition` is `aws`, `aws-cn` or `aws-us-gov`.
pub fn arn(standing: &Standing, partition: &str) -> Option<String> {
    let (account, region) = (&standing.last.account, &standing.last.region);
    match standing.resource() {
        Resource::LogGroup { name } => Some(format!("arn:{partition}:logs:{region}:{account}:log-group:{name}")),
        Resource::Bucket { name } => Some(format!("arn:{partition}:s3:::{name}")),
        Resource::Role { name } => Some(format!("arn:{partition}:iam::{account}:role/{name}")),
        Resource::Dashboard { name } => Some(format!("arn:{partition}:cloudwatch::{account}:dashboard/{name}")),
        Resource::Alarm { name } => Some(format!("arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}")),
        Resource::Topic { arn, .. } => Some(arn.clone()),
        Resource::Place { .. }
        | Resource::BucketStatement { .. }
        | Resource::RolePolicy { .. }
        | Resource::AnomalyDetector { .. }
        | Resource::LoggingConfiguration { .. } => None,
    }
}

/// Where the AWS console shows a resource.
pub fn console_url(standing: &Standing) -> Option<String> {
    let region = &standing.last.region;
    let home = format!("https://{region}.console.aws.amazon.com");
    match standing.resource() {
        Resource::LogGroup { name } => {
            Some(format!("{home}/cloudwatch/home?region={region}#logsV2:log-groups/log-group/{}", twice_escaped(name)))
        }
        Resource::Bucket { name } => Some(format!("{home}/s3/buckets/{name}?region={region}")),
        Resource::BucketStatement { bucket } => Some(format!("{home}/s3/buckets/{bucket}?region={region}&tab=permissions")),
        Resource::Role { name } => Some(format!("https://console.aws.amazon.com/iam/home#/roles/details/{name}")),
        Resource::RolePolicy { role, .. } => Some(format!("https://console.aws.amazon.com/iam/home#/roles/details/{role}")),
        Resource::LoggingConfiguration { .. } => Some(format!("{home}/bedrock/home?region={region}#/settings")),
        Resource::Alarm { name } => Some(format!("{home}/cloudwatch/home?region={region}#alarmsV2:alarm/{}", twice_escaped(name))),
        Resource::AnomalyDetector { .. } => Some(format!("{home}/cloudwatch/home?region={region}#metricsV2:anomalyDetection")),
        Resource::Topic { arn, .. } => Some(format!("{home}/sns/v3/home?region={region}#/topic/{arn}")),
        Resource::Dashboard { name } => Some(format!("{home}/cloudwatch/home?region={region}#dashboards/dashboard/{name}")),
        Resource::Place { .. } => None,
    }
}

/// The CloudWatch console escapes names twice, with `$25` for the second percent sign.
fn twice_escaped(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let escaped = name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("$25{byte:02X}") });
    escaped.collect::<Vec<_>>().concat()
}

/// What a resource may cost while it exists, in words; list prices of us-east-1.
pub fn cost(resource: &Resource) -> &'static str {
    match resource {
        Resource::LogGroup { .. } => "empty: free; records about $0.50 a GB taken in, $0.03 a GB a month kept",
        Resource::Bucket { .. } => "empty: free; about $0.023 a GB a month, half a cent per 1,000 writes",
        Resource::LoggingConfiguration { .. } => "free; the records it writes cost storage",
        Resource::Alarm { .. } => "about $0.10 a month; an alarm on a band counts its metric and two edges, $0.30",
        Resource::AnomalyDetector { .. } => "paid with the alarm that uses it",
        Resource::Topic { .. } => "free until it sends; the first 1,000 e-mails a month are free",
        Resource::Dashboard { .. } => "the first three of an account are free, each more $3 a month",
        Resource::Role { .. } | Resource::RolePolicy { .. } | Resource::BucketStatement { .. } | Resource::Place { .. } => "free",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_group_names_are_escaped_as_the_console_does() {
        assert_eq!(twice_escaped("/aws/bedrock logs"), "$252Faws$252Fbedrock$2520logs");
    }
}
