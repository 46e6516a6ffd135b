//! Known failures, most specific first: AWS's code and words on one side, ours on the other.

use super::filled;
use crate::aws::error::{AwsError, Explanation};

/// One known failure.
pub(super) struct Row {
    /// Codes it comes with; empty is any.
    codes: &'static [&'static str],
    /// Parts of the text that must all be there.
    says: &'static [&'static str],
    /// What happened. May use the names of [`filled`], like the other two.
    what: &'static str,
    /// Why.
    why: &'static str,
    /// What to do.
    remedy: &'static str,
}

impl Row {
    /// Whether `error` is this failure.
    pub fn applies(&self, error: &AwsError) -> bool {
        (self.codes.is_empty() || self.codes.contains(&error.code.as_str())) && self.says.iter().all(|part| error.message.contains(part))
    }

    /// `error` in our words.
    pub fn explain(&self, error: &AwsError) -> Explanation {
        Explanation { what: filled(self.what, error), why: filled(self.why, error), remedy: filled(self.remedy, error) }
    }
}

/// All rows: the first that applies explains the error.
pub(super) static ROWS: &[Row] = &[
    // Permissions
    Row {
        codes: &[],
        says: &["not authorized to perform: ", "explicit deny in a service control policy"],
        what: "Your organization forbids {action}",
        why: "A service control policy denies it for the whole account, so no policy inside the account can allow it",
        remedy: "Ask the organization's administrator, or work in the sandbox or in another account",
    },
    Row {
        codes: &[],
        says: &["not authorized to perform: iam:PassRole"],
        what: "You may not hand the role {resource} to a service",
        why: "Switching logging on passes the role to Bedrock, and iam:PassRole is missing from your permissions",
        remedy: "Have iam:PassRole allowed on that role, best with the condition iam:PassedToService = bedrock.amazonaws.com",
    },
    Row {
        codes: &[],
        says: &["not authorized to perform: ", "explicit deny"],
        what: "{action} is denied to you on {resource}",
        why: "A policy denies it explicitly; a denial wins over every permission",
        remedy: "Have the denying statement changed: it may be in your permissions, their boundary, the session or the resource's policy",
    },
    Row {
        codes: &[],
        says: &["not authorized to perform: "],
        what: "You lack the permission {action} on {resource}",
        why: "No policy of your user or role allows it",
        remedy: "Have {action} allowed for you on {resource}, or choose another profile",
    },
    Row {
        codes: &[],
        says: &["INVALID_PAYMENT_INSTRUMENT"],
        what: "The account cannot subscribe to this model",
        why: "Models of other makers are bought through AWS Marketplace, and the account has no valid means of payment",
        remedy: "Add a means of payment in Billing and try again after 15 minutes, or work in the sandbox",
    },
    Row {
        codes: &[],
        says: &["aws-marketplace:"],
        what: "You may not subscribe the account to this model",
        why: "The first use of a model of another maker subscribes through AWS Marketplace, which your permissions do not allow",
        remedy: "Have aws-marketplace:Subscribe and aws-marketplace:ViewSubscriptions allowed once, or let an administrator use the model \
                 first; try again after some minutes",
    },
    Row {
        codes: &[],
        says: &["have access to the model with the specified model ID"],
        what: "The account has no access to this model",
        why: "Access to the model was never granted to the account, or a policy took it away",
        remedy: "Choose another model, or open the model in the Bedrock console's catalogue to see what is missing",
    },
    // Models
    Row {
        codes: &[],
        says: &["marked by provider as Legacy"],
        what: "This model is closed to you: it is in its legacy phase",
        why: "A legacy model works only for accounts that used it in the last weeks. This is not a missing permission, despite its words",
        remedy: "Choose a model that is active",
    },
    Row {
        codes: &[],
        says: &["reached the end of its life"],
        what: "This model does not exist any more",
        why: "Its maker ended it; the id stays known but every call is refused",
        remedy: "Choose a model that is active",
    },
    Row {
        codes: &[],
        says: &["use case details have not been submitted"],
        what: "The account has not told Anthropic what it uses Claude for",
        why: "Anthropic asks every account for its use case once before the first call",
        remedy: "Open a Claude model in the Bedrock console's catalogue and fill out the form; it takes effect within 15 minutes",
    },
    Row {
        codes: &[],
        says: &["with on-demand throughput isn"],
        what: "This model cannot be called by its own id",
        why: "The model is offered only through inference profiles, which may send the call to another Region",
        remedy: "Choose the model's inference profile: the same id with a prefix such as us., eu. or global.",
    },
    Row {
        codes: &[],
        says: &["provided model identifier is invalid"],
        what: "Bedrock does not know this model here",
        why: "The id is misspelled, or the model is not offered in this Region",
        remedy: "Choose from the list of models and inference profiles of this Region, or change the Region",
    },
    Row {
        codes: &["ValidationException"],
        says: &["Operation not allowed"],
        what: "The account may not call this model",
        why: "AWS restricts what new accounts may do in Bedrock",
        remedy: "Try another model or Region; if all are refused, write to AWS Support",
    },
    Row {
        codes: &["ValidationException"],
        says: &["temperature", "top_p"],
        what: "The model refuses these parameters",
        why: "It does not take temperature and top_p, or not both together",
        remedy: "Leave one of them, or both, unset",
    },
    Row {
        codes: &["ModelTimeoutException"],
        says: &[],
        what: "The model took too long",
        why: "Bedrock ended the invocation before the reply was complete",
        remedy: "Ask for a shorter reply, or use streaming",
    },
    Row {
        codes: &["ModelNotReadyException"],
        says: &[],
        what: "The model is not ready yet",
        why: "Bedrock is still loading it",
        remedy: "Try again in a minute",
    },
    Row {
        codes: &[],
        says: &["Too many tokens"],
        what: "The model's token quota is used up for the moment",
        why: "Quotas count tokens a minute, and reserve the maximum reply length of every call in advance",
        remedy: "Wait a minute, lower the maximum of tokens, or choose another model",
    },
    // Logging
    Row {
        codes: &["ValidationException"],
        says: &["Failed to validate permissions for log group"],
        what: "Bedrock could not write to the log group",
        why: "A role needs up to a minute after its creation until Bedrock can assume it. If it stays so: the log group is missing or in \
              another Region, the role's trust policy names another account or Region, or its permissions name another log group",
        remedy: "Wait a minute and try again; then compare the log group, the role's trust policy and its permissions",
    },
    Row {
        codes: &["ValidationException"],
        says: &["Failed to validate permissions for bucket"],
        what: "Bedrock could not write to the bucket",
        why: "The bucket policy does not allow it, the bucket is in another Region or account, its access lists are on, or its KMS key \
              does not let Bedrock encrypt",
        remedy: "Attach the bucket policy that the bucket step shows, and use a bucket of this Region; with a KMS key allow \
                 kms:GenerateDataKey to bedrock.amazonaws.com",
    },
    Row {
        codes: &["OperationAborted", "OperationAbortedException", "ConflictException", "ConcurrentModification"],
        says: &[],
        what: "Another change is going on",
        why: "The service is still working on an earlier change of the same thing",
        remedy: "Try again in a moment",
    },
    // Things in the way
    Row {
        codes: &["BucketAlreadyExists"],
        says: &[],
        what: "The bucket name is taken",
        why: "Bucket names are shared by all AWS accounts, and someone else owns this one",
        remedy: "Choose another name",
    },
    Row {
        codes: &["BucketAlreadyOwnedByYou"],
        says: &[],
        what: "You have this bucket already",
        why: "A bucket of this name is in your account, perhaps in another Region",
        remedy: "Use the existing bucket if it is in this Region, or choose another name",
    },
    Row {
        codes: &["ResourceAlreadyExistsException"],
        says: &[],
        what: "It exists already",
        why: "A log group or stream of this name is in the account",
        remedy: "Use the existing one, or choose another name",
    },
    Row {
        codes: &["EntityAlreadyExists"],
        says: &[],
        what: "A role of this name exists already",
        why: "Role names are unique in the account, in all its Regions",
        remedy: "Use the existing role, or choose another name",
    },
    Row {
        codes: &["BucketNotEmpty"],
        says: &[],
        what: "The bucket is not empty",
        why: "Log objects, old versions or Bedrock's permission-check objects are still in it",
        remedy: "Switch logging off first, then delete all objects and versions, then the bucket",
    },
    Row {
        codes: &["DeleteConflict"],
        says: &[],
        what: "The role is still in use",
        why: "A role can be deleted only after its policies and instance profiles are gone",
        remedy: "Delete its inline policies, detach the managed ones, then delete the role",
    },
    Row {
        codes: &[],
        says: &["deletion protection"],
        what: "The log group is protected against deletion",
        why: "Someone switched deletion protection on",
        remedy: "Switch the protection off in CloudWatch Logs if the log group may go",
    },
    Row {
        codes: &["MalformedPolicyDocument", "MalformedPolicy"],
        says: &[],
        what: "The policy is not valid",
        why: "AWS says: {message}",
        remedy: "Correct the policy: its JSON, the ARNs in it, and the principals it names",
    },
    // Places and times
    Row {
        codes: &["IllegalLocationConstraintException", "InvalidLocationConstraint"],
        says: &[],
        what: "The bucket cannot be made from here",
        why: "The Region of the call and the Region asked for differ",
        remedy: "Choose the Region in which to work and make the bucket there",
    },
    Row {
        codes: &["PermanentRedirect", "AuthorizationHeaderMalformed", "HTTP301", "TemporaryRedirect"],
        says: &[],
        what: "The bucket is in another Region",
        why: "S3 answers only in the bucket's own Region",
        remedy: "Use a bucket of this Region: Bedrock delivers logs only within a Region",
    },
    Row {
        codes: &["RequestTimeTooSkewed"],
        says: &[],
        what: "This computer's clock is wrong",
        why: "AWS refuses requests whose time is more than some minutes off",
        remedy: "Set the clock and try again",
    },
    Row {
        codes: &[],
        says: &["Signature not yet current"],
        what: "This computer's clock is wrong",
        why: "AWS refuses requests whose time is more than some minutes off",
        remedy: "Set the clock and try again",
    },
    // Credentials
    Row {
        codes: &["InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"],
        says: &[],
        what: "AWS does not know these credentials",
        why: "The access key was deleted or belongs elsewhere, its session ended, or the Region is not enabled for the account",
        remedy: "Get new credentials or choose another profile; check that the Region is enabled",
    },
    Row {
        codes: &["SignatureDoesNotMatch", "InvalidSignatureException"],
        says: &[],
        what: "AWS refused the signature",
        why: "The secret access key does not belong to the access key",
        remedy: "Copy both parts of the key again",
    },
    Row {
        codes: &["InvalidConfiguration"],
        says: &[],
        what: "The profile cannot be used",
        why: "The AWS configuration files say: {message}",
        remedy: "Correct the profile in the AWS configuration files, or choose another one",
    },
    Row {
        codes: &["CredentialsProvider"],
        says: &[],
        what: "The profile gave no credentials",
        why: "Its source failed: {message}",
        remedy: "Sign in again (aws sso login for SSO), or choose another profile",
    },
    // Limits
    Row {
        codes: &["LimitExceededException", "LimitExceeded", "ServiceQuotaExceededException", "TooManyBuckets", "LimitExceededFault"],
        says: &[],
        what: "A quota of the account is used up",
        why: "AWS says: {message}",
        remedy: "Delete what is no longer needed, or ask for a higher quota in Service Quotas",
    },
    Row {
        codes: &["BodyTooLarge"],
        says: &[],
        what: "The object is too large to open here",
        why: "{message}",
        remedy: "Download it with the AWS CLI",
    },
    Row {
        codes: &["RejectedLogEvents"],
        says: &[],
        what: "CloudWatch Logs dropped some events",
        why: "Events older than 14 days or than the retention, or more than two hours ahead, are not stored",
        remedy: "Send events of the last days",
    },
    // Live Tail
    Row {
        codes: &["SessionTimeoutException"],
        says: &[],
        what: "CloudWatch has ended the Live Tail session",
        why: "A session lasts three hours at most",
        remedy: "Start again to go on; what has arrived stays here",
    },
    Row {
        codes: &["SessionStreamingException"],
        says: &[],
        what: "CloudWatch has ended the Live Tail session with an error",
        why: "AWS says: {message}",
        remedy: "Start again; what arrived meanwhile is in the log group",
    },
    Row {
        codes: &["Cancelled"],
        says: &[],
        what: "The call was stopped",
        why: "It was cancelled before its answer was complete",
        remedy: "Run it again if it is still wanted",
    },
    // Before anything is sent
    Row {
        codes: &["InvalidEndpoint"],
        says: &[],
        what: "This is not an address of an endpoint",
        why: "{message}",
        remedy: "Write it like http://127.0.0.1:5000",
    },
    Row { codes: &["InvalidRegion"], says: &[], what: "This is not a Region", why: "{message}", remedy: "Write it like us-east-1" },
];
