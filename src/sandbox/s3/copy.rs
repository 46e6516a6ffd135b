//! `CopyObject`, and what copies are made of.

use s3s::dto::{CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource};

use super::bucket::reachable;
use super::checksum::{self, Algorithm, Checksum};
use super::condition::Conditions;
use super::convert::{headers_of, wire_time};
use super::error::{Result, invalid_argument, invalid_request, not_implemented, precondition_failed};
use super::object::{asked_encryption, check_acl, checked_metadata, put_output, readable, refuse, shown_version, storage_class};
use super::state::{Bucket, Object, State, Version};
use super::tags;
use crate::sandbox::api::{ApiError, CallContext};

/// `CopyObject`.
pub(super) fn copy(state: &mut State, cx: &CallContext, input: &CopyObjectInput) -> Result<CopyObjectOutput> {
    let target = reachable(state, cx, &input.bucket)?;
    check_copy_options(input, target)?;
    let (source_bucket, source_key, source_version) = source(&input.copy_source)?;
    let from = state.bucket(source_bucket).ok_or_else(super::error::no_such_bucket)?;
    let (version, object) = readable(from, source_key, source_version)?;
    check_source(input, version, object)?;
    let replaces = input.metadata_directive.as_ref().is_some_and(|d| d.as_str() == "REPLACE");
    let changes = replaces || input.storage_class.is_some() || input.server_side_encryption.is_some();
    if source_bucket == input.bucket && source_key == input.key && source_version.is_none() && !changes {
        return Err(copy_to_itself());
    }
    let source_id = shown_version(from, &version.id);
    let copied = copied(target, input, object, replaces)?;
    let id = state.store(&input.bucket, &input.key, copied, cx.now)?;
    let bucket = reachable(state, cx, &input.bucket)?;
    Ok(copy_output(bucket, &input.key, bucket.version(&input.key, Some(&id))?, source_id))
}

fn check_copy_options(input: &CopyObjectInput, target: &Bucket) -> Result<()> {
    let unsupported = [
        (
            input.sse_customer_algorithm.is_some() || input.copy_source_sse_customer_algorithm.is_some(),
            "encryption with customer-provided keys",
        ),
        (input.object_lock_mode.is_some() || input.object_lock_legal_hold_status.is_some(), "S3 Object Lock"),
        (input.website_redirect_location.is_some(), "website redirects"),
    ];
    refuse(&unsupported)?;
    check_acl(target, input.acl.as_ref().map(s3s::dto::ObjectCannedACL::as_str))
}

/// Bucket, key and version that a copy reads.
pub(super) fn source(source: &CopySource) -> Result<(&str, &str, Option<&str>)> {
    match source {
        CopySource::Bucket { bucket, key, version_id } => Ok((bucket, key, version_id.as_deref())),
        _ => Err(not_implemented("access points as copy sources")),
    }
}

/// Conditions on the source: what would be 304 for a read is 412 for a copy.
fn check_source(input: &CopyObjectInput, version: &Version, object: &Object) -> Result<()> {
    let conditions = Conditions {
        matches: input.copy_source_if_match.as_ref(),
        none_match: input.copy_source_if_none_match.as_ref(),
        modified_since: input.copy_source_if_modified_since.as_ref(),
        unmodified_since: input.copy_source_if_unmodified_since.as_ref(),
    };
    conditions.check_read(version, object).map_err(|_| precondition_failed())
}

fn copy_to_itself() -> ApiError {
    invalid_request(
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, \
         website redirect location or encryption attributes.",
    )
}

fn copied(target: &Bucket, input: &CopyObjectInput, source: &Object, replaces: bool) -> Result<Object> {
    let encryption =
        asked_encryption(target, input.server_side_encryption.as_ref(), input.ssekms_key_id.as_ref(), input.bucket_key_enabled)?;
    // A copy is put at once, whatever its source was: its ETag is that of its bytes.
    let (etag, part_sizes) = (checksum::md5_hex(&source.body), Vec::new());
    let storage_class = storage_class(input.storage_class.as_ref());
    let mut object = Object { etag, encryption, storage_class, part_sizes, ..source.clone() };
    if object.checksum.value.contains('-') {
        object.checksum = Checksum::of(object.checksum.algorithm, &object.body);
    }
    if input.tagging_directive.as_ref().is_some_and(|d| d.as_str() == "REPLACE") {
        object.tags = tags::of_header(input.tagging.as_deref())?;
    }
    if replaces {
        object.headers = headers_of!(input);
        object.metadata = checked_metadata(input.metadata.clone())?;
    }
    if let Some(algorithm) = &input.checksum_algorithm {
        let known = [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme, Algorithm::Sha1, Algorithm::Sha256];
        let algorithm = known.into_iter().find(|known| known.name() == algorithm.as_str());
        let unknown = || invalid_argument("The checksum algorithm you specified is not supported.");
        object.checksum = Checksum::of(algorithm.ok_or_else(unknown)?, &object.body);
    }
    Ok(object)
}

fn copy_output(bucket: &Bucket, key: &str, version: &Version, source_version: Option<String>) -> CopyObjectOutput {
    let put = put_output(bucket, key, version);
    let result = CopyObjectResult {
        checksum_crc32: put.checksum_crc32,
        checksum_crc32c: put.checksum_crc32c,
        checksum_crc64nvme: put.checksum_crc64nvme,
        checksum_sha1: put.checksum_sha1,
        checksum_sha256: put.checksum_sha256,
        checksum_type: put.checksum_type,
        e_tag: put.e_tag,
        last_modified: Some(wire_time(version.modified)),
    };
    CopyObjectOutput {
        bucket_key_enabled: put.bucket_key_enabled,
        copy_object_result: Some(result),
        copy_source_version_id: source_version,
        expiration: put.expiration,
        ssekms_key_id: put.ssekms_key_id,
        server_side_encryption: put.server_side_encryption,
        version_id: put.version_id,
        ..CopyObjectOutput::default()
    }
}
