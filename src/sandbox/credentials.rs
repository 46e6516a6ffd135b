//! Who calls: access keys, principals, and the actions denied to them.
//!
//! Signatures are not verified: the sandbox listens on loopback only and any access key is welcome.

use std::borrow::Cow;

use http::header::AUTHORIZATION;

use super::api::{ApiError, CallContext, Request};
use super::iam::policy::{Context, Decision, wildcard_match};
use super::wire::Protocol;
use super::world::World;
use super::{Sandbox, WorldGuard};

/// The access key of the sandbox's own credentials, the workshop participant's.
pub const ACCESS_KEY: &str = "OUTCROPSANDBOX00";

/// The secret that goes with it; never checked.
pub const SECRET_KEY: &str = "outcrop-sandbox-secret";

const EXPIRED: &str = "The security token included in the request is expired";

/// What a signature says: the key and the credential scope `AK/date/region/service/aws4_request`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Access key id.
    pub access_key: String,
    /// Region of the scope; the asymmetric variant has none.
    pub region: Option<String>,
    /// Signing name of the service, such as `monitoring`.
    pub service: String,
}

impl Signature {
    /// The signature of a request: from the `Authorization` header or, for pre-signed addresses, from the query.
    pub fn of(request: &Request) -> Option<Self> {
        let scope = scope_of_header(request).or_else(|| scope_of_query(request))?;
        Self::parse(&scope)
    }

    fn parse(scope: &str) -> Option<Self> {
        let mut parts = scope.split('/').rev();
        let _terminator = parts.next().filter(|end| *end == "aws4_request")?;
        let service = parts.next()?.to_owned();
        let mut rest: Vec<&str> = parts.collect();
        rest.reverse();
        match rest.as_slice() {
            [key, _date, region] => Some(Self { access_key: (*key).to_owned(), region: Some((*region).to_owned()), service }),
            [key, _date] => Some(Self { access_key: (*key).to_owned(), region: None, service }),
            _ => None,
        }
    }
}

fn scope_of_header(request: &Request) -> Option<Cow<'_, str>> {
    let header = request.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let start = header.find("Credential=")? + "Credential=".len();
    let scope = &header[start..];
    Some(scope[..scope.find([',', ' ']).unwrap_or(scope.len())].into())
}

fn scope_of_query(request: &Request) -> Option<Cow<'_, str>> {
    form_urlencoded::parse(request.query.as_bytes()).find(|(name, _)| name == "X-Amz-Credential").map(|(_, scope)| scope)
}

/// The ARN behind an access key: the workshop's assumed role for [`ACCESS_KEY`] and for unsigned calls, an IAM user for any other.
pub fn principal_arn(account: &str, access_key: Option<&str>) -> String {
    match access_key {
        None | Some(ACCESS_KEY) => format!("arn:aws:sts::{account}:assumed-role/WSParticipantRole/Participant"),
        Some(key) => format!("arn:aws:iam::{account}:user/{key}"),
    }
}

/// The caller's ARN that a policy source means: a user, or the role behind the workshop's session (IAM simulates roles, not sessions).
pub(super) fn caller_of_arn(source: &str, account: &str) -> Option<String> {
    let session = principal_arn(account, None);
    let is_user = source.starts_with(&format!("arn:aws:iam::{account}:user/"));
    match source {
        _ if source == format!("arn:aws:iam::{account}:role/WSParticipantRole") => Some(session),
        _ if is_user => Some(source.to_owned()),
        _ => None,
    }
}

impl Sandbox {
    /// The facts of a call from its signature.
    pub(super) fn call_context(&self, signature: Option<&Signature>) -> CallContext {
        let access_key = signature.map(|signature| signature.access_key.clone());
        let world = self.world();
        let account = world.account_id.clone();
        let user = access_key.as_deref().and_then(|key| world.iam.arn_of_key(key)).map(str::to_owned);
        drop(world);
        let region = signature.and_then(|signature| signature.region.clone()).unwrap_or_else(|| "us-east-1".to_owned());
        CallContext {
            region,
            principal_arn: user.unwrap_or_else(|| principal_arn(&account, access_key.as_deref())),
            account,
            access_key,
            request_id: self.new_id(),
            now: self.clock().now(),
        }
    }

    /// `Err` when the caller's session has expired or the access key is switched off; S3 words it in its own way.
    pub(super) fn check_session(&self, cx: &CallContext, protocol: Protocol) -> Result<(), ApiError> {
        if cx.access_key.as_ref().is_some_and(|key| self.world().iam.is_inactive(key)) {
            return Err(invalid_key(protocol));
        }
        if !cx.access_key.as_ref().is_some_and(|key| self.world().expired_keys.contains(key)) {
            return Ok(());
        }
        Err(match protocol {
            Protocol::RestXml => ApiError::new(400, "ExpiredToken", "The provided token has expired."),
            Protocol::Query(_) | Protocol::Cbor => ApiError::new(403, "ExpiredToken", EXPIRED),
            Protocol::RestJson => ApiError::new(403, "ExpiredTokenException", EXPIRED),
            Protocol::AwsJson10 | Protocol::AwsJson11 => ApiError::new(400, "ExpiredTokenException", EXPIRED),
        })
    }

    /// Whether the caller may do `action` (`logs:CreateLogGroup`) on `resource`; `Err` is AWS's refusal.
    ///
    /// Services with values in and out need not call this, the router does. Everything is allowed that
    /// [`World::denied`] does not deny, except to users of IAM, who may do what their policies allow.
    pub fn authorize(&self, cx: &CallContext, action: &str, resource: &str) -> Result<(), ApiError> {
        self.authorize_in(cx, action, resource, Context::new())
    }

    /// The same with what conditions of policies may look at beyond the usual, such as `iam:PassedToService`.
    pub fn authorize_in(&self, cx: &CallContext, action: &str, resource: &str, context: Context) -> Result<(), ApiError> {
        let world: WorldGuard<'_> = self.world();
        if is_denied(&world, &cx.principal_arn, action) {
            return Err(access_denied(cx, action, resource, Decision::ImplicitDeny));
        }
        let context = usual(cx, context);
        match world.iam.user_decides(&cx.principal_arn, action, resource, &context) {
            None | Some(Decision::Allowed) => Ok(()),
            Some(decision) => Err(access_denied(cx, action, resource, decision)),
        }
    }
}

/// What conditions may look at in every call.
fn usual(cx: &CallContext, context: Context) -> Context {
    let name = cx.principal_arn.rsplit('/').next().unwrap_or_default();
    context
        .with("aws:PrincipalArn", cx.principal_arn.as_str())
        .with("aws:PrincipalAccount", cx.account.as_str())
        .with("aws:RequestedRegion", cx.region.as_str())
        .with("aws:username", name)
}

fn invalid_key(protocol: Protocol) -> ApiError {
    const INVALID: &str = "The security token included in the request is invalid.";
    match protocol {
        Protocol::RestXml => ApiError::new(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
        Protocol::Query(_) | Protocol::Cbor => ApiError::new(403, "InvalidClientTokenId", INVALID),
        Protocol::RestJson => ApiError::new(403, "UnrecognizedClientException", INVALID),
        Protocol::AwsJson10 | Protocol::AwsJson11 => ApiError::new(400, "UnrecognizedClientException", INVALID),
    }
}

/// Whether `action` is on a list of the caller or of everyone.
pub(super) fn is_denied(world: &World, principal: &str, action: &str) -> bool {
    let lists = ["*", principal].into_iter().filter_map(|who| world.denied.get(who));
    lists.flatten().any(|pattern| wildcard_match(&pattern.to_lowercase(), &action.to_lowercase()))
}

/// AWS's refusal; JSON services say `AccessDeniedException`, the older ones `AccessDenied`.
fn access_denied(cx: &CallContext, action: &str, resource: &str, decision: Decision) -> ApiError {
    let prefix = action.split(':').next().unwrap_or_default();
    let code = if matches!(prefix, "iam" | "sts" | "s3" | "cloudwatch" | "sns") { "AccessDenied" } else { "AccessDeniedException" };
    let why = match decision {
        Decision::ExplicitDeny => "with an explicit deny in an identity-based policy".to_owned(),
        Decision::Allowed | Decision::ImplicitDeny => format!("because no identity-based policy allows the {action} action"),
    };
    let principal = &cx.principal_arn;
    let message = format!("User: {principal} is not authorized to perform: {action} on resource: {resource} {why}");
    ApiError::new(403, code, message)
}
