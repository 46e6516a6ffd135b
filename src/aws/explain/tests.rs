//! One case per row: AWS's exact text where it is known, and the words that must reach the person.

use super::*;
use crate::aws::classify::kind_of;
use crate::aws::error::ErrorKind;
use crate::aws::operation::Service;

fn error(status: u16, code: &str, message: &str) -> AwsError {
    AwsError {
        service: Service::BedrockRuntime,
        operation: "Converse".to_owned(),
        kind: kind_of(code, Some(status)),
        code: code.to_owned(),
        message: message.to_owned(),
        status: Some(status),
        request_id: Some("r-1".to_owned()),
        needed: Box::default(),
    }
}

const DENIED: &str = "User: arn:aws:sts::111122223333:assumed-role/site/i-0abc is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0 because no identity-based policy allows the bedrock:InvokeModel action";
const PASS_ROLE: &str = "User: arn:aws:sts::210287912431:assumed-role/terraform-cloud/terraform-run-h7rD1XcGWxHMDCG7 is not authorized to perform: iam:PassRole on resource: arn:aws:iam::210287912431:role/govuk-chat-bedrock-access-role because no identity-based policy allows the iam:PassRole action";
const SCP: &str = "User: arn:aws:iam::111122223333:user/a is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1::foundation-model/x with an explicit deny in a service control policy";
const EXPLICIT: &str = "User: arn:aws:iam::111122223333:user/a is not authorized to perform: logs:CreateLogGroup on resource: arn:aws:logs:us-east-1:111122223333:log-group:x with an explicit deny in an identity-based policy";
const MARKETPLACE: &str = "Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to this model. Refer to the Amazon Bedrock documentation for further details. Your AWS Marketplace subscription for this model cannot be completed at this time. If you recently fixed this issue, try again after 15 minutes.";
const PAYMENT: &str = "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided.. Your AWS Marketplace subscription for this model cannot be completed at this time. If you recently fixed this issue, try again after 15 minutes.";
const LEGACY: &str = "Access denied. This Model is marked by provider as Legacy and you have not been actively using the model in the last 30 days. Please upgrade to an active model on Amazon Bedrock";
const END_OF_LIFE: &str = "This model version has reached the end of its life. Please refer to the AWS documentation for more details.";
const USE_CASE: &str = "Model use case details have not been submitted for this account. Fill out the Anthropic use case details form before using the model. If you have already filled out the form, try again in 15 minutes.";
const ON_DEMAND: &str = "Invocation of model ID anthropic.claude-opus-4-1-20250805-v1:0 with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.";
const LOG_GROUP: &str = "Failed to validate permissions for log group: /aws/bedrock, with role: arn:aws:iam::210287912431:role/govuk-chat-bedrock-access-role. Verify the IAM role permissions are correct.";
const BUCKET: &str = "Failed to validate permissions for bucket demo with prefix x; verify the S3 bucket policy";

/// Status, code, text -> class, a part of `what`, a part of the remedy.
type Case = (u16, &'static str, &'static str, ErrorKind, &'static str, &'static str);

const CASES: &[Case] = &[
    (403, "AccessDeniedException", SCP, ErrorKind::AccessDenied, "organization forbids bedrock:InvokeModel", "sandbox"),
    (403, "AccessDeniedException", PASS_ROLE, ErrorKind::AccessDenied, "role/govuk-chat-bedrock-access-role", "iam:PassedToService"),
    (403, "AccessDeniedException", EXPLICIT, ErrorKind::AccessDenied, "logs:CreateLogGroup is denied", "denying statement"),
    (
        403,
        "AccessDeniedException",
        DENIED,
        ErrorKind::AccessDenied,
        "lack the permission bedrock:InvokeModel on arn:aws:bedrock",
        "allowed",
    ),
    (403, "AccessDeniedException", PAYMENT, ErrorKind::AccessDenied, "cannot subscribe", "Billing"),
    (403, "AccessDeniedException", MARKETPLACE, ErrorKind::AccessDenied, "may not subscribe", "aws-marketplace:Subscribe"),
    (
        403,
        "AccessDeniedException",
        "You don't have access to the model with the specified model ID.",
        ErrorKind::AccessDenied,
        "no access to this model",
        "catalogue",
    ),
    (404, "ResourceNotFoundException", LEGACY, ErrorKind::NotFound, "legacy", "active"),
    (404, "ResourceNotFoundException", END_OF_LIFE, ErrorKind::NotFound, "does not exist any more", "active"),
    (404, "ResourceNotFoundException", USE_CASE, ErrorKind::NotFound, "use", "form"),
    (400, "ValidationException", ON_DEMAND, ErrorKind::Invalid, "own id", "inference profile"),
    (400, "ValidationException", "The provided model identifier is invalid.", ErrorKind::Invalid, "does not know this model", "Region"),
    (400, "ValidationException", "Operation not allowed", ErrorKind::Invalid, "may not call", "Support"),
    (
        400,
        "ValidationException",
        "`temperature` and `top_p` cannot both be specified for this model.",
        ErrorKind::Invalid,
        "refuses these parameters",
        "unset",
    ),
    (408, "ModelTimeoutException", "Model timed out", ErrorKind::Timeout, "took too long", "streaming"),
    (429, "ModelNotReadyException", "Model is not ready", ErrorKind::Throttled, "not ready", "minute"),
    (429, "ThrottlingException", "Too many tokens, please wait before trying again.", ErrorKind::Throttled, "token quota", "maximum"),
    (429, "ThrottlingException", "Rate exceeded", ErrorKind::Throttled, "slow down", "Wait"),
    (400, "ValidationException", LOG_GROUP, ErrorKind::Invalid, "write to the log group", "trust policy"),
    (400, "ValidationException", BUCKET, ErrorKind::Invalid, "write to the bucket", "bucket policy"),
    (409, "OperationAborted", "A conflicting conditional operation is in progress", ErrorKind::Other, "Another change", "again"),
    (409, "BucketAlreadyExists", "The requested bucket name is not available", ErrorKind::AlreadyExists, "taken", "another name"),
    (409, "BucketAlreadyOwnedByYou", "", ErrorKind::AlreadyExists, "You have this bucket", "existing"),
    (400, "ResourceAlreadyExistsException", "The specified log group already exists", ErrorKind::AlreadyExists, "exists", "existing"),
    (409, "EntityAlreadyExists", "Role with name x already exists.", ErrorKind::AlreadyExists, "role", "existing"),
    (409, "BucketNotEmpty", "The bucket you tried to delete is not empty", ErrorKind::Other, "not empty", "logging off"),
    (409, "DeleteConflict", "Cannot delete entity, must delete policies first.", ErrorKind::Other, "still in use", "inline policies"),
    (400, "ValidationException", "Log group has deletion protection enabled", ErrorKind::Invalid, "protected", "off"),
    (400, "MalformedPolicyDocument", "Syntax errors in policy.", ErrorKind::Invalid, "policy is not valid", "JSON"),
    (400, "IllegalLocationConstraintException", "", ErrorKind::Invalid, "cannot be made from here", "Region"),
    (301, "PermanentRedirect", "The bucket is in this region: eu-west-1", ErrorKind::Other, "another Region", "this Region"),
    (403, "RequestTimeTooSkewed", "", ErrorKind::Other, "clock", "clock"),
    (403, "InvalidSignatureException", "Signature not yet current: x", ErrorKind::ExpiredCredentials, "clock", "clock"),
    (403, "UnrecognizedClientException", "The security token is invalid.", ErrorKind::ExpiredCredentials, "does not know", "Region"),
    (403, "SignatureDoesNotMatch", "The request signature …", ErrorKind::ExpiredCredentials, "signature", "key"),
    (
        403,
        "ExpiredTokenException",
        "The security token included in the request is expired",
        ErrorKind::ExpiredCredentials,
        "expired",
        "aws sso",
    ),
    (400, "LimitExceededException", "Resource limit exceeded.", ErrorKind::Invalid, "quota", "Service Quotas"),
    (501, "NotImplemented", "logs:StartQuery", ErrorKind::NotImplemented, "does not know Converse", "real account"),
    (500, "InternalServerException", "Oops", ErrorKind::Server, "failed to answer", "again"),
    (404, "NoSuchBucket", "The specified bucket does not exist", ErrorKind::NotFound, "did not find", "Region"),
    (403, "HTTP403", "The service answered HTTP 403 without a text", ErrorKind::AccessDenied, "Converse was denied", "allowed"),
    (418, "Teapot", "short and stout", ErrorKind::Other, "Converse failed", "details"),
];

#[test]
fn every_known_failure_is_explained() {
    for (status, code, message, kind, what, remedy) in CASES {
        let error = error(*status, code, message);
        let explanation = error.explain();
        assert_eq!(error.kind, *kind, "{code}: {message}");
        assert!(explanation.what.contains(what), "{code}: {message}: {explanation:?}");
        assert!(explanation.remedy.contains(remedy), "{code}: {message}: {explanation:?}");
        assert!(!explanation.why.is_empty() && !explanation.why.contains('{'), "{explanation:?}");
    }
}

#[test]
fn local_failures_are_explained() {
    for (kind, code, what) in [
        (ErrorKind::NoCredentials, "NoCredentials", "No AWS credentials"),
        (ErrorKind::NoCredentials, "InvalidConfiguration", "profile cannot be used"),
        (ErrorKind::NoCredentials, "CredentialsProvider", "gave no credentials"),
        (ErrorKind::ExpiredCredentials, "ExpiredCredentials", "expired"),
        (ErrorKind::Unreachable, "Unreachable", "could not be reached"),
        (ErrorKind::Timeout, "Timeout", "in time"),
        (ErrorKind::BrokenStream, "BrokenStream", "broke off"),
        (ErrorKind::Other, "BodyTooLarge", "too large"),
        (ErrorKind::Invalid, "RejectedLogEvents", "dropped"),
        (ErrorKind::Other, "Cancelled", "stopped"),
        (ErrorKind::Other, "SessionTimeoutException", "ended"),
        (ErrorKind::Other, "SessionStreamingException", "with an error"),
        (ErrorKind::Invalid, "InvalidEndpoint", "not an address"),
        (ErrorKind::Invalid, "InvalidRegion", "not a Region"),
    ] {
        let error = AwsError { kind, status: None, ..error(0, code, "cause") };
        assert!(error.explain().what.contains(what), "{code}: {:?}", error.explain());
    }
}

#[test]
fn every_row_is_reached_by_a_case() {
    let reached = |row: &table::Row| {
        CASES.iter().any(|(status, code, message, ..)| {
            let error = error(*status, code, message);
            table::ROWS.iter().find(|candidate| candidate.applies(&error)).is_some_and(|first| std::ptr::eq(first, row))
        })
    };
    let local = [
        "InvalidConfiguration",
        "CredentialsProvider",
        "BodyTooLarge",
        "RejectedLogEvents",
        "Cancelled",
        "SessionTimeoutException",
        "SessionStreamingException",
        "InvalidEndpoint",
        "InvalidRegion",
    ];
    let local_row = |row: &table::Row| local.iter().any(|code| row.applies(&error(0, code, "")));
    assert!(table::ROWS.iter().all(|row| reached(row) || local_row(row)), "a row is shadowed or has no case");
}

#[test]
fn the_missing_permission_is_read_from_the_text() {
    let denial = Denial::read(DENIED).unwrap();
    assert_eq!(denial.action, "bedrock:InvokeModel");
    assert_eq!(denial.resource, Some("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"));
    assert_eq!(denial.principal, Some("arn:aws:sts::111122223333:assumed-role/site/i-0abc"));
    let short = Denial::read("User: a is not authorized to perform: s3:ListAllMyBuckets.").unwrap();
    assert_eq!((short.action, short.resource), ("s3:ListAllMyBuckets", None));
    assert_eq!(Denial::read(MARKETPLACE), None);
    assert_eq!(Denial::read("not authorized to perform: "), None);
}

#[test]
fn a_silent_denial_names_what_the_call_needs() {
    let needed = [Permission::new("s3:ListBucket", "arn:aws:s3:::demo"), Permission::new("sts:X", "*")].into();
    let error = AwsError { needed, ..error(403, "AccessDenied", "Access Denied") };
    assert!(error.explain().why.ends_with("The call needs s3:ListBucket on arn:aws:s3:::demo and sts:X"), "{:?}", error.explain());
}

#[test]
fn a_problem_carries_the_request_id() {
    let problem = Problem::from(error(403, "AccessDeniedException", DENIED));
    assert!(problem.details.unwrap().contains("request id r-1"));
}
