//! Operations on buckets themselves: create, find, list, delete.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use s3s::dto::{
    Bucket as BucketEntry, BucketLocationConstraint, CreateBucketInput, CreateBucketOutput, GetBucketLocationOutput, HeadBucketOutput,
    ListBucketsInput, ListBucketsOutput,
};

use super::convert::{owner, wire_time};
use super::error::{Result, access_denied, invalid_argument, no_such_bucket, not_implemented, permanent_redirect};
use super::names;
use super::state::{Bucket, State};
use crate::sandbox::api::{ApiError, CallContext};

/// Most buckets in one page.
const MAX_BUCKETS: i32 = 10_000;

/// The bucket `name` as seen from the Region that the caller addresses.
pub(super) fn reachable<'a>(state: &'a State, cx: &CallContext, name: &str) -> Result<&'a Bucket> {
    let bucket = existing(state, name)?;
    if bucket.region == cx.region { Ok(bucket) } else { Err(permanent_redirect(&bucket.region)) }
}

fn existing<'a>(state: &'a State, name: &str) -> Result<&'a Bucket> {
    let missing = || if names::is_taken(name) { access_denied() } else { no_such_bucket() };
    state.bucket(name).ok_or_else(missing)
}

/// `CreateBucket`.
pub(super) fn create(state: &mut State, cx: &CallContext, input: &CreateBucketInput) -> Result<CreateBucketOutput> {
    names::check_bucket(&input.bucket)?;
    check_options(input)?;
    let constraint = input.create_bucket_configuration.as_ref().and_then(|c| c.location_constraint.as_ref());
    let region = names::new_bucket_region(&cx.region, constraint.map(BucketLocationConstraint::as_str))?;
    if is_repeated(state, &input.bucket, &region)? {
        return Ok(created(&input.bucket));
    }
    let bucket = state.create_bucket(&input.bucket, &region, cx.now);
    if let Some(ownership) = &input.object_ownership {
        bucket.ownership = Some(super::settings::ownership_name(ownership)?);
    }
    Ok(created(&input.bucket))
}

fn created(bucket: &str) -> CreateBucketOutput {
    CreateBucketOutput { location: Some(format!("/{bucket}")) }
}

fn check_options(input: &CreateBucketInput) -> Result<()> {
    if input.object_lock_enabled_for_bucket == Some(true) {
        return Err(not_implemented("S3 Object Lock"));
    }
    if input.acl.as_ref().is_some_and(|acl| acl.as_str() != "private") {
        let text = "Bucket cannot have public ACLs set with BlockPublicAccess enabled";
        return Err(ApiError::new(400, "InvalidBucketAclWithBlockPublicAccessError", text));
    }
    Ok(())
}

/// Whether the bucket exists and creating it again is harmless, which S3 allows in us-east-1 only.
fn is_repeated(state: &State, name: &str, region: &str) -> Result<bool> {
    if names::is_taken(name) {
        let text = "The requested bucket name is not available. The bucket namespace is shared by all users of the system. \
                    Please select a different name and try again.";
        return Err(ApiError::new(409, "BucketAlreadyExists", text));
    }
    match state.region_of(name) {
        None => Ok(false),
        Some("us-east-1") if region == "us-east-1" => Ok(true),
        Some(_) => {
            let text = "Your previous request to create the named bucket succeeded and you already own it.";
            Err(ApiError::new(409, "BucketAlreadyOwnedByYou", text))
        }
    }
}

/// `HeadBucket`.
pub(super) fn head(bucket: &Bucket) -> HeadBucketOutput {
    HeadBucketOutput { bucket_region: Some(bucket.region.clone()), access_point_alias: Some(false), ..HeadBucketOutput::default() }
}

/// `GetBucketLocation`, which the us-east-1 endpoint answers for buckets of every Region.
pub(super) fn location(state: &State, cx: &CallContext, name: &str) -> Result<GetBucketLocationOutput> {
    let bucket = if cx.region == "us-east-1" { existing(state, name)? } else { reachable(state, cx, name)? };
    let constraint = (bucket.region != "us-east-1").then(|| BucketLocationConstraint::from(bucket.region.clone()));
    Ok(GetBucketLocationOutput { location_constraint: constraint })
}

/// `ListBuckets`.
pub(super) fn list(state: &State, cx: &CallContext, input: &ListBucketsInput) -> Result<ListBucketsOutput> {
    let max = input.max_buckets.unwrap_or(MAX_BUCKETS);
    if !(1..=MAX_BUCKETS).contains(&max) {
        return Err(invalid_argument("Argument max-buckets must be an integer between 1 and 10000"));
    }
    let after = input.continuation_token.as_deref().map(open_token).transpose()?;
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let wanted = |name: &str, bucket: &Bucket| {
        name.starts_with(prefix)
            && input.bucket_region.as_ref().is_none_or(|region| *region == bucket.region)
            && after.as_deref().is_none_or(|after| name > after)
    };
    let mut found = state.buckets().filter(|(name, bucket)| wanted(name, bucket));
    let page: Vec<BucketEntry> = found.by_ref().take(max as usize).map(|(name, bucket)| entry(name, bucket)).collect();
    let more = found.next().is_some();
    let token = page.last().filter(|_| more).and_then(|last| last.name.as_deref()).map(token);
    Ok(ListBucketsOutput { buckets: Some(page), continuation_token: token, owner: Some(owner(cx)), prefix: input.prefix.clone() })
}

fn entry(name: &str, bucket: &Bucket) -> BucketEntry {
    BucketEntry { bucket_region: Some(bucket.region.clone()), creation_date: Some(wire_time(bucket.created)), name: Some(name.to_owned()) }
}

/// `DeleteBucket`.
pub(super) fn delete(state: &mut State, cx: &CallContext, name: &str) -> Result<()> {
    let bucket = reachable(state, cx, name)?;
    if !bucket.is_empty() {
        let text = match bucket.versioning {
            super::state::Versioning::Off => "The bucket you tried to delete is not empty",
            _ => "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
        };
        return Err(ApiError::new(409, "BucketNotEmpty", text));
    }
    state.remove_bucket(name);
    Ok(())
}

/// A continuation token that stands for `name`.
pub(super) fn token(name: &str) -> String {
    URL_SAFE_NO_PAD.encode(name)
}

/// The name that a continuation token stands for.
pub(super) fn open_token(token: &str) -> Result<String> {
    let name = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    name.ok_or_else(|| invalid_argument("The continuation token provided is incorrect"))
}
