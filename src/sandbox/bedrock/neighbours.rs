//! The other services of the account as Bedrock uses them: thin adapters over their state, with Bedrock's identity.

use crate::base::clock::Timestamp;
use crate::sandbox::cloudwatch::Unit;
use crate::sandbox::iam::policy::{Context, PolicyDocument, PolicyKind, Principal};
use crate::sandbox::world::World;

/// The service principal that assumes roles and writes to buckets.
const PRINCIPAL: &str = "bedrock.amazonaws.com";

/// The folder in buckets that records go to.
pub(super) const DELIVERIES: &str = "BedrockModelInvocationLogs";

/// The one stream that records go to.
pub(super) const STREAM: &str = "aws/bedrock/modelinvocations";

/// Where Bedrock acts: an account's Region, at a moment.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Region of the call.
    pub region: String,
    /// Account of the call.
    pub account: String,
    /// Moment on the sandbox's clock.
    pub now: Timestamp,
    /// Moment at which permissions are judged: the present one also for calls that are told of the past.
    pub judged: Timestamp,
}

impl Place {
    /// What conditions on `aws:SourceAccount` and `aws:SourceArn` see.
    fn context(&self) -> Context {
        Context::of_service(&self.account, &format!("arn:aws:bedrock:{}:{}:*", self.region, self.account))
    }
}

/// Whether Bedrock can write to `group` in the role `role_arn`: the role is visible, trusts Bedrock here, allows both actions on the
/// stream, and the group exists.
pub(super) fn can_write_logs(world: &World, place: &Place, group: &str, role_arn: &str) -> bool {
    let context = place.context();
    let stream = format!("arn:aws:logs:{}:{}:log-group:{group}:log-stream:{STREAM}", place.region, place.account);
    let role = world.iam.role_seen_by_services(role_arn, place.judged, world.settings.iam_propagation());
    let permitted = role.is_some_and(|role| {
        role.trusts(PRINCIPAL, &context)
            && ["logs:CreateLogStream", "logs:PutLogEvents"].iter().all(|action| role.allows(action, &stream, &context))
    });
    permitted && world.region_view(&place.region).logs.group_exists(group)
}

/// Writes one event into the stream of `group`; the stream is made when it is missing. `false` when the group is gone.
pub(super) fn write_log(world: &mut World, place: &Place, group: &str, message: &str) -> bool {
    world.region(&place.region).logs.put_event(group, STREAM, message, place.now).is_ok()
}

/// Why Bedrock cannot write to a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BucketProblem {
    /// There is none of this name in the account.
    Missing,
    /// It is in another Region.
    OtherRegion,
    /// The policy does not let Bedrock write the key, or access lists are on and the policy has no effect.
    NotPermitted,
}

/// Whether Bedrock can write `key` into `bucket`.
pub(super) fn check_bucket(world: &World, place: &Place, bucket: &str, key: &str) -> Result<(), BucketProblem> {
    let found = world.s3.bucket(bucket).ok_or(BucketProblem::Missing)?;
    if found.region != place.region {
        return Err(BucketProblem::OtherRegion);
    }
    let enforced = found.ownership.as_deref().is_none_or(|ownership| ownership == "BucketOwnerEnforced");
    let text = world.s3.policy_document(bucket).ok_or(BucketProblem::NotPermitted)?;
    let policy = PolicyDocument::parse(text, PolicyKind::Resource).map_err(|_| BucketProblem::NotPermitted)?;
    let resource = format!("arn:aws:s3:::{bucket}/{key}");
    let decision = policy.allows_principal(Principal::Service(PRINCIPAL), "s3:PutObject", &resource, &place.context());
    if enforced && decision.is_allowed() { Ok(()) } else { Err(BucketProblem::NotPermitted) }
}

/// Writes an object; `false` when S3 does not take it.
pub(super) fn write_object(world: &mut World, place: &Place, bucket: &str, key: &str, bytes: Vec<u8>) -> bool {
    let gzip = key.strip_suffix(".gz").is_some();
    let (content_type, encoding) = if gzip { (Some("application/json"), Some("gzip")) } else { (None, None) };
    world.s3.make_room(bucket, DELIVERIES, bytes.len() as u64);
    let written = world.s3.put_object(bucket, key, bytes, content_type, encoding, place.now);
    written.inspect_err(|error| tracing::warn!(bucket, key, ?error, "the sandbox could not deliver an object")).is_ok()
}

/// Records one datum of a metric in `AWS/Bedrock`, for a model or, without one, for the account.
pub(super) fn record(world: &mut World, place: &Place, metric: &str, model_id: Option<&str>, value: f64, unit: Unit) {
    let dimensions: Vec<(&str, &str)> = model_id.map(|id| ("ModelId", id)).into_iter().collect();
    let recorded = world.region(&place.region).cloudwatch.record(super::meters::NAMESPACE, metric, &dimensions, value, unit, place.now);
    if let Err(error) = recorded {
        tracing::warn!(metric, %error, "the sandbox could not record a metric");
    }
}
