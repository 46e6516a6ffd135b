//! Put, Get and Delete of the model invocation logging configuration, with the checks that AWS makes when it is put.

use serde_json::{Value, json};

use super::neighbours::{self, BucketProblem, Place};
use super::record::s3_folder;
use super::shape::invalid;
use super::state::{CloudWatchConfig, LoggingConfig, S3Config};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext, Input, Request};
use crate::sandbox::iam::policy::Context;
use crate::sandbox::wire::json::parse_object;
use crate::sandbox::world::World;

/// The event that proves that records can be written.
const TEST_EVENT: &str = "Permissions are correctly set for Amazon Bedrock logs.";

/// The object that proves that a bucket can be written.
const TEST_OBJECT: &str = "amazon-bedrock-logs-permission-check";

const FLAGS: [&str; 5] = [
    "textDataDeliveryEnabled",
    "imageDataDeliveryEnabled",
    "embeddingDataDeliveryEnabled",
    "videoDataDeliveryEnabled",
    "audioDataDeliveryEnabled",
];

/// `PutModelInvocationLoggingConfiguration`: shape, `PassRole`, log group and role, buckets; then the test event and the test objects.
pub(super) fn put(sandbox: &Sandbox, cx: &CallContext, request: &Request) -> ApiResult {
    let body = parse_object(&request.body)?;
    let config = read(&body)?;
    if let Some(cloud_watch) = &config.cloud_watch_config {
        pass_role(sandbox, cx, &cloud_watch.role_arn)?;
    }
    let place = Place { region: cx.region.clone(), account: cx.account.clone(), now: cx.now, judged: cx.now };
    check_destinations(&sandbox.world(), &place, &config)?;
    let mut world = sandbox.world();
    prove(&mut world, &place, &config);
    world.region(&cx.region).bedrock.logging = Some(config);
    Ok(json!({}))
}

/// `GetModelInvocationLoggingConfiguration`: an empty object when logging is off.
pub(super) fn get(sandbox: &Sandbox, cx: &CallContext) -> Value {
    match &sandbox.world().region_view(&cx.region).bedrock.logging {
        Some(config) => json!({ "loggingConfig": config }),
        None => json!({}),
    }
}

/// `DeleteModelInvocationLoggingConfiguration`; what was written stays.
pub(super) fn delete(sandbox: &Sandbox, cx: &CallContext) -> Value {
    sandbox.world().region(&cx.region).bedrock.logging = None;
    json!({})
}

fn read(body: &Value) -> Result<LoggingConfig, ApiError> {
    let input = Input::new(body, "ValidationException").required_structure("loggingConfig")?;
    let mut flags = [None; 5];
    for (flag, name) in flags.iter_mut().zip(FLAGS) {
        *flag = input.opt_bool(name)?;
    }
    let [text, image, embedding, video, audio] = flags;
    let config = LoggingConfig {
        cloud_watch_config: input.opt_structure("cloudWatchConfig")?.as_ref().map(read_cloud_watch).transpose()?,
        s3_config: input.opt_structure("s3Config")?.as_ref().map(read_s3).transpose()?,
        text_data_delivery_enabled: text,
        image_data_delivery_enabled: image,
        embedding_data_delivery_enabled: embedding,
        video_data_delivery_enabled: video,
        audio_data_delivery_enabled: audio,
    };
    if config.cloud_watch_config.is_none() && config.s3_config.is_none() {
        return Err(invalid("At least one of cloudWatchConfig and s3Config must be specified in loggingConfig."));
    }
    Ok(config)
}

fn read_cloud_watch(input: &Input<'_>) -> Result<CloudWatchConfig, ApiError> {
    let log_group_name = input.required_str("logGroupName")?;
    input.check_length("logGroupName", log_group_name, 1..=512)?;
    let role_arn = input.required_str("roleArn")?;
    if !is_role_arn(role_arn) {
        let pattern = "Member must satisfy regular expression pattern: (arn:aws(-[^:]+)?:iam::([0-9]{12})?:role/.+)?";
        return Err(input.invalid("roleArn", role_arn, pattern));
    }
    Ok(CloudWatchConfig {
        log_group_name: log_group_name.to_owned(),
        role_arn: role_arn.to_owned(),
        large_data_delivery_s3_config: input.opt_structure("largeDataDeliveryS3Config")?.as_ref().map(read_s3).transpose()?,
    })
}

fn is_role_arn(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    matches!(parts[..], ["arn", partition, "iam", "", account, role]
        if (partition == "aws" || partition.starts_with("aws-"))
            && (account.is_empty() || account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()))
            && role.len() > "role/".len() && role.starts_with("role/"))
}

fn read_s3(input: &Input<'_>) -> Result<S3Config, ApiError> {
    let bucket_name = input.required_str("bucketName")?;
    input.check_length("bucketName", bucket_name, 3..=63)?;
    let key_prefix = input.opt_str("keyPrefix")?;
    if let Some(prefix) = key_prefix {
        input.check_length("keyPrefix", prefix, 0..=1024)?;
    }
    Ok(S3Config { bucket_name: bucket_name.to_owned(), key_prefix: key_prefix.map(str::to_owned) })
}

/// Handing a role to a service is an action of its own; Bedrock words the refusal with its own code.
fn pass_role(sandbox: &Sandbox, cx: &CallContext, role_arn: &str) -> Result<(), ApiError> {
    let context = Context::new().with("iam:PassedToService", "bedrock.amazonaws.com");
    sandbox
        .authorize_in(cx, "iam:PassRole", role_arn, context)
        .map_err(|error| ApiError { code: "AccessDeniedException".to_owned(), ..error })
}

fn check_destinations(world: &World, place: &Place, config: &LoggingConfig) -> Result<(), ApiError> {
    if let Some(CloudWatchConfig { log_group_name: group, role_arn: role, .. }) = &config.cloud_watch_config
        && !neighbours::can_write_logs(world, place, group, role)
    {
        let problem = format!("Failed to validate permissions for log group: {group}, with role: {role}.");
        return Err(invalid(format!("{problem} Verify the IAM role permissions are correct.")));
    }
    buckets(config).try_for_each(|bucket| check_bucket(world, place, bucket))
}

/// Every place in S3 that the configuration names.
fn buckets(config: &LoggingConfig) -> impl Iterator<Item = &S3Config> {
    let large = config.cloud_watch_config.as_ref().and_then(|cloud_watch| cloud_watch.large_data_delivery_s3_config.as_ref());
    large.into_iter().chain(&config.s3_config)
}

/// AWS's texts for a missing bucket and for one in another Region are not known; the sandbox words them after its neighbour and names the cause.
fn check_bucket(world: &World, place: &Place, bucket: &S3Config) -> Result<(), ApiError> {
    let name = &bucket.bucket_name;
    let failed = format!("Failed to validate permissions for bucket: {name}.");
    neighbours::check_bucket(world, place, name, &test_key(place, bucket)).map_err(|problem| match problem {
        BucketProblem::Missing => {
            invalid(format!("{failed} The bucket does not exist. Verify the S3 bucket name and verify the S3 bucket policy is correct."))
        }
        BucketProblem::OtherRegion => invalid(format!("{failed} The bucket must be in the same Region as the request ({}).", place.region)),
        BucketProblem::NotPermitted => {
            invalid(format!("{failed} Verify the IAM permissions are correct and verify the S3 bucket policy is correct."))
        }
    })
}

fn test_key(place: &Place, bucket: &S3Config) -> String {
    format!("{}/{TEST_OBJECT}", s3_folder(place, bucket))
}

/// Writes what AWS leaves behind when it tries its permissions.
fn prove(world: &mut World, place: &Place, config: &LoggingConfig) {
    if let Some(cloud_watch) = &config.cloud_watch_config {
        neighbours::write_log(world, place, &cloud_watch.log_group_name, TEST_EVENT);
    }
    for bucket in buckets(config) {
        neighbours::write_object(world, place, &bucket.bucket_name, &test_key(place, bucket), Vec::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_arns_are_checked_by_their_pattern() {
        for good in ["arn:aws:iam::123456789012:role/x", "arn:aws-cn:iam::123456789012:role/service-role/x", "arn:aws:iam:::role/x"] {
            assert!(is_role_arn(good), "{good}");
        }
        for bad in ["x", "arn:aws:iam::12:role/x", "arn:aws:iam::123456789012:user/x", "arn:aws:iam::123456789012:role/"] {
            assert!(!is_role_arn(bad), "{bad}");
        }
    }

    #[test]
    fn a_configuration_without_destination_or_role_is_refused() {
        let error = |body: Value| read(&body).unwrap_err().message;
        assert!(error(json!({})).contains("'loggingConfig'"));
        assert!(error(json!({ "loggingConfig": {} })).contains("At least one"));
        let without_role = json!({ "loggingConfig": { "cloudWatchConfig": { "logGroupName": "g" } } });
        assert!(error(without_role).contains("Value null at 'loggingConfig.cloudWatchConfig.roleArn'"));
        let short = json!({ "loggingConfig": { "s3Config": { "bucketName": "ab" } } });
        assert!(error(short).contains("'loggingConfig.s3Config.bucketName'"));
    }
}
