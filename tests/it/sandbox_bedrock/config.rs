//! Putting, reading and deleting the logging configuration, and everything that AWS checks.

use aws_sdk_bedrock::types::{LoggingConfig, S3Config};
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, ObjectOwnership, OwnershipControls, OwnershipControlsRule};
use http::Method;
use serde_json::{Value, json};

use super::account::{Account, BUCKET, GROUP, REGION, ROLE, both, bucket_policy, client, folder, permissions, role_arn, to_group, trust};

fn group_only() -> LoggingConfig {
    LoggingConfig::builder().cloud_watch_config(to_group()).build()
}

fn bucket_only(name: &str) -> LoggingConfig {
    LoggingConfig::builder().s3_config(S3Config::builder().bucket_name(name).key_prefix("lab").build().unwrap()).build()
}

fn group_refusal() -> String {
    format!(
        "Failed to validate permissions for log group: {GROUP}, with role: {}. Verify the IAM role permissions are correct.",
        role_arn()
    )
}

#[tokio::test]
async fn logging_is_off_until_it_is_put_and_off_again_when_deleted() {
    let account = Account::prepared().await;
    let bedrock = account.bedrock();
    let get = async || bedrock.get_model_invocation_logging_configuration().send().await.unwrap().logging_config;
    assert!(get().await.is_none());
    account.put(both()).await.unwrap();
    assert_eq!(get().await, Some(both()));
    bedrock.delete_model_invocation_logging_configuration().send().await.unwrap();
    assert!(get().await.is_none());
    account.ask(super::account::SONNET, "Hello").await;
    assert_eq!(account.records().await.len(), 0, "nothing is logged any more");
    assert!(account.keys().await.iter().any(|key| key.ends_with("amazon-bedrock-logs-permission-check")), "the test object survives");
}

#[tokio::test]
async fn putting_proves_both_destinations_with_an_event_and_an_object() {
    let account = Account::logging().await;
    assert_eq!(account.events().await, ["Permissions are correctly set for Amazon Bedrock logs."]);
    assert_eq!(account.keys().await, [format!("{}/amazon-bedrock-logs-permission-check", folder())]);
    let head = client!(account, aws_sdk_s3, REGION)
        .head_object()
        .bucket(BUCKET)
        .key(format!("{}/amazon-bedrock-logs-permission-check", folder()))
        .send()
        .await
        .unwrap();
    assert_eq!(head.content_length(), Some(0));
}

#[tokio::test]
async fn a_missing_log_group_or_role_gives_the_one_text() {
    let account = Account::new();
    account.create_bucket().await;
    assert_eq!(account.refused(group_only()).await, group_refusal());
    account.create_role(&trust(REGION), &permissions(GROUP)).await;
    account.pass(10);
    assert_eq!(account.refused(group_only()).await, group_refusal(), "the role is right, the group is missing");
    account.create_group().await;
    account.put(group_only()).await.unwrap();
}

#[tokio::test]
async fn a_new_role_is_seen_late() {
    let account = Account::new();
    account.create_group().await;
    account.create_bucket().await;
    account.create_role(&trust(REGION), &permissions(GROUP)).await;
    assert_eq!(account.refused(group_only()).await, group_refusal());
    account.pass(5);
    account.put(group_only()).await.unwrap();
}

#[tokio::test]
async fn wrong_trust_and_wrong_permissions_are_refused() {
    let other_principal: Value =
        serde_json::from_str(&trust(REGION).to_string().replace("bedrock.amazonaws.com", "ec2.amazonaws.com")).unwrap();
    let other_account: Value = serde_json::from_str(&trust(REGION).to_string().replace("123456789012", "999999999999")).unwrap();
    let no_put: Value =
        serde_json::from_str(&permissions(GROUP).to_string().replace("\"logs:PutLogEvents\"", "\"logs:GetLogEvents\"")).unwrap();
    let cases = [
        (other_principal, permissions(GROUP), "another service is trusted"),
        (other_account, permissions(GROUP), "another account is trusted"),
        (trust("eu-west-1"), permissions(GROUP), "another Region is trusted"),
        (trust(REGION), no_put, "events may not be put"),
        (trust(REGION), permissions("/bedrock/other"), "another group is allowed"),
        (trust(REGION), permissions(&format!("{GROUP}:*")), "the ARN was copied with its star"),
    ];
    for (trust, permissions, why) in cases {
        let account = Account::new();
        account.create_group().await;
        account.create_bucket().await;
        account.create_role(&trust, &permissions).await;
        account.pass(10);
        assert_eq!(account.refused(group_only()).await, group_refusal(), "{why}");
    }
}

#[tokio::test]
async fn buckets_are_checked_for_existence_policy_region_and_ownership() {
    let account = Account::prepared().await;
    let s3 = client!(account, aws_sdk_s3, REGION);
    assert!(
        account
            .refused(bucket_only("nobody-has-this-bucket"))
            .await
            .starts_with("Failed to validate permissions for bucket: nobody-has-this-bucket.")
    );
    account.put(bucket_only(BUCKET)).await.unwrap();

    let refused = "Failed to validate permissions for bucket: bedrock-logs-of-a-test. Verify the IAM permissions are correct and verify the S3 bucket policy is correct.";
    s3.put_bucket_policy().bucket(BUCKET).policy(bucket_policy("eu-west-1").to_string()).send().await.unwrap();
    assert_eq!(account.refused(bucket_only(BUCKET)).await, refused, "the policy is for another Region");
    s3.delete_bucket_policy().bucket(BUCKET).send().await.unwrap();
    assert_eq!(account.refused(bucket_only(BUCKET)).await, refused);
    assert_eq!(account.refused(both()).await, refused, "also as the bucket for large data");

    let elsewhere = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::EuWest1).build();
    let eu = client!(account, aws_sdk_s3, "eu-west-1");
    eu.create_bucket().bucket("bucket-far-away").create_bucket_configuration(elsewhere).send().await.unwrap();
    assert!(account.refused(bucket_only("bucket-far-away")).await.contains("same Region"));

    s3.put_bucket_policy().bucket(BUCKET).policy(bucket_policy(REGION).to_string()).send().await.unwrap();
    let rule = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::ObjectWriter).build().unwrap();
    let controls = OwnershipControls::builder().rules(rule).build().unwrap();
    s3.put_bucket_ownership_controls().bucket(BUCKET).ownership_controls(controls).send().await.unwrap();
    assert_eq!(account.refused(bucket_only(BUCKET)).await, refused, "access lists are on");
}

#[tokio::test]
async fn passing_the_role_needs_permission() {
    let account = Account::prepared().await;
    account.sandbox.world().denied.insert("*".to_owned(), ["iam:PassRole".to_owned()].into());
    let (status, code, message) = account.put(group_only()).await.unwrap_err();
    assert_eq!((status, code.as_str()), (403, "AccessDeniedException"));
    assert_eq!(
        message,
        format!(
            "User: arn:aws:sts::123456789012:assumed-role/WSParticipantRole/Participant is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/{ROLE} because no identity-based policy allows the iam:PassRole action"
        )
    );
    assert!(account.events().await.is_empty(), "a refused configuration leaves nothing behind");
}

#[tokio::test]
async fn a_denied_caller_is_told_the_action() {
    let account = Account::prepared().await;
    account.sandbox.world().denied.insert("*".to_owned(), ["bedrock:Put*".to_owned()].into());
    let (status, code, message) = account.put(group_only()).await.unwrap_err();
    assert_eq!((status, code.as_str()), (403, "AccessDeniedException"));
    assert!(message.contains("bedrock:PutModelInvocationLoggingConfiguration"));
}

#[tokio::test]
async fn malformed_configurations_are_refused_with_the_member_named() {
    let account = Account::prepared().await;
    let put = async |config: Value| account.raw(Method::PUT, "/logging/modelinvocations", &config).await;
    let (status, kind, body) =
        put(json!({ "loggingConfig": { "cloudWatchConfig": { "logGroupName": GROUP, "roleArn": "nonsense" } } })).await;
    assert_eq!((status, kind.as_str()), (400, "ValidationException"));
    assert!(body["message"].as_str().unwrap().contains("'loggingConfig.cloudWatchConfig.roleArn'"));
    let (status, kind, _) = put(json!({ "loggingConfig": { "s3Config": 5 } })).await;
    assert_eq!((status, kind.as_str()), (400, "SerializationException"));
    assert_eq!(put(Value::Null).await.0, 400);
}

#[tokio::test]
async fn unknown_operations_are_named() {
    let account = Account::new();
    let error = account.bedrock().list_guardrails().send().await.unwrap_err();
    let (status, code, message) = super::account::told(&error);
    assert_eq!((status, code.as_str()), (501, "NotImplemented"));
    assert!(message.contains("ListGuardrails"));
}
