//! Operations on objects: put, get, head, delete, copy.

use std::collections::BTreeMap;
use std::ops::Range;

use bytes::Bytes;
use s3s::dto::{
    ChecksumType, DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, ETag,
    Error as DeleteError, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, Metadata, ObjectIdentifier, PutObjectInput,
    PutObjectOutput, Range as WireRange, ServerSideEncryption, StorageClass,
};

use super::bucket::reachable;
use super::checksum::{self, Algorithm, Checksum};
use super::condition::Conditions;
use super::convert::{headers_of, wire_time};
use super::error::{
    Result, invalid_range, invalid_request, malformed_xml, no_such_key, not_implemented, precondition_failed, with_headers,
};
use super::lifecycle::expiration_header;
use super::settings::chosen_encryption;
use super::state::{Bucket, Deleted, Encryption, Object, State, Version, Versioning};
use super::tags;
use crate::sandbox::api::{ApiError, CallContext};

/// Most keys in one `DeleteObjects`.
const MAX_DELETES: usize = 1000;
/// Most bytes of user metadata, names and values together.
const MAX_METADATA_BYTES: usize = 2048;
/// The type of an object whose client says none.
pub(super) const DEFAULT_CONTENT_TYPE: &str = "binary/octet-stream";

/// `PutObject` with the body read whole.
pub(super) fn put(state: &mut State, cx: &CallContext, input: PutObjectInput, body: Bytes) -> Result<PutObjectOutput> {
    let bucket = reachable(state, cx, &input.bucket)?;
    check_put_options(&input, bucket)?;
    let conditions = Conditions { matches: input.if_match.as_ref(), none_match: input.if_none_match.as_ref(), ..Conditions::default() };
    conditions.check_write(bucket.current(&input.key).map(|(_, object)| object))?;
    checksum::check_md5(&body, input.content_md5.as_deref())?;
    let encryption =
        asked_encryption(bucket, input.server_side_encryption.as_ref(), input.ssekms_key_id.as_ref(), input.bucket_key_enabled)?;
    let object = Object {
        etag: checksum::md5_hex(&body),
        checksum: Checksum::verified(&body, &claims(&input))?,
        headers: headers_of!(input),
        metadata: checked_metadata(input.metadata)?,
        encryption,
        storage_class: storage_class(input.storage_class.as_ref()),
        tags: tags::of_header(input.tagging.as_deref())?,
        part_sizes: Vec::new(),
        body,
    };
    let id = state.store(&input.bucket, &input.key, object, cx.now)?;
    let bucket = reachable(state, cx, &input.bucket)?;
    Ok(put_output(bucket, &input.key, bucket.version(&input.key, Some(&id))?))
}

fn check_put_options(input: &PutObjectInput, bucket: &Bucket) -> Result<()> {
    let unsupported = [
        (input.sse_customer_algorithm.is_some(), "encryption with customer-provided keys"),
        (input.object_lock_mode.is_some() || input.object_lock_legal_hold_status.is_some(), "S3 Object Lock"),
        (input.website_redirect_location.is_some(), "website redirects"),
        (input.write_offset_bytes.is_some(), "appending to objects"),
    ];
    refuse(&unsupported)?;
    check_acl(bucket, input.acl.as_ref().map(s3s::dto::ObjectCannedACL::as_str))
}

pub(super) fn refuse(unsupported: &[(bool, &str)]) -> Result<()> {
    unsupported.iter().find(|(asked, _)| *asked).map_or(Ok(()), |(_, what)| Err(not_implemented(what)))
}

/// Access control lists are off in a bucket whose owner is enforced, and not part of the sandbox elsewhere.
pub(super) fn check_acl(bucket: &Bucket, acl: Option<&str>) -> Result<()> {
    match acl {
        None | Some("bucket-owner-full-control") => Ok(()),
        Some(_) if bucket.ownership.as_deref() == Some("BucketOwnerEnforced") => {
            Err(ApiError::new(400, "AccessControlListNotSupported", "The bucket does not allow ACLs"))
        }
        Some("private") => Ok(()),
        Some(_) => Err(not_implemented("access control lists other than private")),
    }
}

fn claims(input: &PutObjectInput) -> [(Algorithm, Option<&str>); 5] {
    [
        (Algorithm::Crc32, input.checksum_crc32.as_deref()),
        (Algorithm::Crc32c, input.checksum_crc32c.as_deref()),
        (Algorithm::Crc64Nvme, input.checksum_crc64nvme.as_deref()),
        (Algorithm::Sha1, input.checksum_sha1.as_deref()),
        (Algorithm::Sha256, input.checksum_sha256.as_deref()),
    ]
}

pub(super) fn asked_encryption(
    bucket: &Bucket,
    asked: Option<&ServerSideEncryption>,
    kms_key: Option<&String>,
    bucket_key: Option<bool>,
) -> Result<Encryption> {
    let Some(algorithm) = asked else { return Ok(bucket.encryption.clone()) };
    chosen_encryption(algorithm.as_str(), kms_key.cloned(), bucket_key)
}

pub(super) fn checked_metadata(metadata: Option<Metadata>) -> Result<BTreeMap<String, String>> {
    let metadata: BTreeMap<String, String> = metadata.unwrap_or_default().into_iter().collect();
    if metadata.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > MAX_METADATA_BYTES {
        let text = "Your metadata headers exceed the maximum allowed metadata size";
        return Err(ApiError::new(400, "MetadataTooLarge", text));
    }
    Ok(metadata)
}

pub(super) fn storage_class(asked: Option<&StorageClass>) -> String {
    asked.map_or_else(|| "STANDARD".to_owned(), |class| class.as_str().to_owned())
}

/// A checksum as the member of its algorithm: CRC32, CRC32C, CRC64NVME, SHA1, SHA256.
pub(super) fn spread(checksum: &Checksum) -> [Option<String>; 5] {
    let of = |algorithm| (checksum.algorithm == algorithm).then(|| checksum.value.clone());
    [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme, Algorithm::Sha1, Algorithm::Sha256].map(of)
}

pub(super) fn put_output(bucket: &Bucket, key: &str, version: &Version) -> PutObjectOutput {
    let object = version.object.clone().unwrap_or_default();
    let [checksum_crc32, checksum_crc32c, checksum_crc64nvme, checksum_sha1, checksum_sha256] = spread(&object.checksum);
    PutObjectOutput {
        bucket_key_enabled: object.encryption.bucket_key.then_some(true),
        checksum_crc32,
        checksum_crc32c,
        checksum_crc64nvme,
        checksum_sha1,
        checksum_sha256,
        checksum_type: Some(checksum_type(&object.checksum)),
        e_tag: Some(ETag::Strong(object.etag)),
        expiration: expiration_header(bucket, key, version),
        server_side_encryption: Some(ServerSideEncryption::from(object.encryption.algorithm)),
        ssekms_key_id: object.encryption.kms_key,
        version_id: shown_version(bucket, &version.id),
        ..PutObjectOutput::default()
    }
}

/// A checksum of the checksums of parts says how many they are.
fn checksum_type(checksum: &Checksum) -> ChecksumType {
    let is_composite = checksum.value.contains('-');
    ChecksumType::from_static(if is_composite { ChecksumType::COMPOSITE } else { ChecksumType::FULL_OBJECT })
}

/// A version id as answers give it: buckets that never had versioning give none.
pub(super) fn shown_version(bucket: &Bucket, id: &str) -> Option<String> {
    (bucket.versioning != Versioning::Off).then(|| id.to_owned())
}

/// What both reads ask.
struct Read<'a> {
    key: &'a str,
    version: Option<&'a str>,
    conditions: Conditions<'a>,
    range: Option<&'a WireRange>,
    part: Option<i32>,
    with_checksum: bool,
}

/// `GetObject`.
pub(super) fn get(bucket: &Bucket, input: &GetObjectInput) -> Result<GetObjectOutput> {
    refuse(&[(input.sse_customer_algorithm.is_some(), "encryption with customer-provided keys")])?;
    let read = Read {
        key: &input.key,
        version: input.version_id.as_deref(),
        conditions: Conditions {
            matches: input.if_match.as_ref(),
            none_match: input.if_none_match.as_ref(),
            modified_since: input.if_modified_since.as_ref(),
            unmodified_since: input.if_unmodified_since.as_ref(),
        },
        range: input.range.as_ref(),
        part: input.part_number,
        with_checksum: input.checksum_mode.is_some(),
    };
    let (head, body) = describe(bucket, &read)?;
    let tags = readable(bucket, &input.key, read.version)?.1.tags.len();
    Ok(GetObjectOutput { tag_count: Some(tags as i32).filter(|count| *count > 0), ..with_body(head, body) })
}

/// `HeadObject`.
pub(super) fn head(bucket: &Bucket, input: &HeadObjectInput) -> Result<HeadObjectOutput> {
    refuse(&[(input.sse_customer_algorithm.is_some(), "encryption with customer-provided keys")])?;
    let read = Read {
        key: &input.key,
        version: input.version_id.as_deref(),
        conditions: Conditions {
            matches: input.if_match.as_ref(),
            none_match: input.if_none_match.as_ref(),
            modified_since: input.if_modified_since.as_ref(),
            unmodified_since: input.if_unmodified_since.as_ref(),
        },
        range: input.range.as_ref(),
        part: input.part_number,
        with_checksum: input.checksum_mode.is_some(),
    };
    Ok(describe(bucket, &read)?.0)
}

/// Finds the object, checks the conditions and tells everything about it, with the bytes that were asked for.
fn describe(bucket: &Bucket, read: &Read<'_>) -> Result<(HeadObjectOutput, Bytes)> {
    let (version, object) = readable(bucket, read.key, read.version)?;
    read.conditions.check_read(version, object)?;
    let total = object.body.len();
    let range = match (read.range, read.part) {
        (Some(_), Some(_)) => return Err(invalid_request("Cannot specify both Range header and partNumber query parameter")),
        (Some(range), None) => Some(satisfiable(range, total)?),
        (None, Some(part)) => part_range(object, part)?,
        (None, None) => None,
    };
    let body = object.body.slice(range.clone().unwrap_or(0..total));
    let checksum = Some(&object.checksum).filter(|_| read.with_checksum && range.is_none());
    let mut head = described(object, checksum);
    head.content_length = Some(body.len() as i64);
    head.content_range = range.map(|range| format!("bytes {}-{}/{total}", range.start, range.end - 1));
    head.last_modified = Some(wire_time(version.modified));
    head.expiration = expiration_header(bucket, read.key, version);
    head.version_id = shown_version(bucket, &version.id);
    head.parts_count = Some(object.part_sizes.len() as i32).filter(|count| read.part.is_some() && *count > 0);
    Ok((head, body))
}

/// The bytes of a part; an object that was put at once is its own part 1.
fn part_range(object: &Object, part: i32) -> Result<Option<Range<usize>>> {
    let unsatisfiable = || ApiError::new(416, "InvalidPartNumber", "The requested partnumber is not satisfiable");
    if object.part_sizes.is_empty() {
        return if part == 1 { Ok(None) } else { Err(unsatisfiable()) };
    }
    let index = usize::try_from(part - 1).ok().filter(|index| *index < object.part_sizes.len()).ok_or_else(unsatisfiable)?;
    let start: u64 = object.part_sizes[..index].iter().sum();
    Ok(Some(start as usize..(start + object.part_sizes[index]) as usize))
}

/// The object to read; a delete marker is an error that says so in a header.
pub(super) fn readable<'a>(bucket: &'a Bucket, key: &str, id: Option<&str>) -> Result<(&'a Version, &'a Object)> {
    let version = bucket.version(key, id)?;
    if let Some(object) = &version.object {
        return Ok((version, object));
    }
    let error = match id {
        None => no_such_key(),
        Some(_) => ApiError::new(405, "MethodNotAllowed", "The specified method is not allowed against this resource."),
    };
    Err(with_headers(error, &[("x-amz-delete-marker", "true"), ("x-amz-version-id", &version.id)]))
}

fn satisfiable(range: &WireRange, total: usize) -> Result<Range<usize>> {
    let range = range.check(total as u64).map_err(|_| invalid_range())?;
    if range.is_empty() {
        return Err(invalid_range());
    }
    Ok(range.start as usize..range.end as usize)
}

fn described(object: &Object, checksum: Option<&Checksum>) -> HeadObjectOutput {
    let [checksum_crc32, checksum_crc32c, checksum_crc64nvme, checksum_sha1, checksum_sha256] = checksum.map(spread).unwrap_or_default();
    let headers = object.headers.clone();
    HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        bucket_key_enabled: object.encryption.bucket_key.then_some(true),
        cache_control: headers.cache_control,
        checksum_crc32,
        checksum_crc32c,
        checksum_crc64nvme,
        checksum_sha1,
        checksum_sha256,
        checksum_type: checksum.map(checksum_type),
        content_disposition: headers.content_disposition,
        content_encoding: headers.content_encoding,
        content_language: headers.content_language,
        content_type: headers.content_type.or_else(|| Some(DEFAULT_CONTENT_TYPE.to_owned())),
        e_tag: Some(ETag::Strong(object.etag.clone())),
        expires: headers.expires.map(wire_time),
        metadata: Some(object.metadata.clone().into_iter().collect()),
        ssekms_key_id: object.encryption.kms_key.clone(),
        server_side_encryption: Some(ServerSideEncryption::from(object.encryption.algorithm.clone())),
        // S3 names the class only when it is another than STANDARD.
        storage_class: (object.storage_class != "STANDARD").then(|| StorageClass::from(object.storage_class.clone())),
        ..HeadObjectOutput::default()
    }
}

fn with_body(head: HeadObjectOutput, body: Bytes) -> GetObjectOutput {
    GetObjectOutput {
        accept_ranges: head.accept_ranges,
        body: Some(s3s::Body::from(body).into()),
        bucket_key_enabled: head.bucket_key_enabled,
        cache_control: head.cache_control,
        checksum_crc32: head.checksum_crc32,
        checksum_crc32c: head.checksum_crc32c,
        checksum_crc64nvme: head.checksum_crc64nvme,
        checksum_sha1: head.checksum_sha1,
        checksum_sha256: head.checksum_sha256,
        checksum_type: head.checksum_type,
        content_disposition: head.content_disposition,
        content_encoding: head.content_encoding,
        content_language: head.content_language,
        content_length: head.content_length,
        content_range: head.content_range,
        content_type: head.content_type,
        e_tag: head.e_tag,
        expiration: head.expiration,
        expires: head.expires,
        last_modified: head.last_modified,
        metadata: head.metadata,
        parts_count: head.parts_count,
        ssekms_key_id: head.ssekms_key_id,
        server_side_encryption: head.server_side_encryption,
        storage_class: head.storage_class,
        version_id: head.version_id,
        ..GetObjectOutput::default()
    }
}

/// `DeleteObject`.
pub(super) fn delete(state: &mut State, cx: &CallContext, input: &DeleteObjectInput) -> Result<DeleteObjectOutput> {
    let bucket = reachable(state, cx, &input.bucket)?;
    let only_directories = input.if_match_last_modified_time.is_some() || input.if_match_size.is_some();
    refuse(&[(only_directories, "deletion conditional on size or time")])?;
    let conditions = Conditions { matches: input.if_match.as_ref(), ..Conditions::default() };
    conditions.check_write(bucket.current(&input.key).map(|(_, object)| object))?;
    let deleted = state.delete(&input.bucket, &input.key, input.version_id.as_deref(), cx.now)?;
    Ok(DeleteObjectOutput { delete_marker: deleted.marker.then_some(true), version_id: deleted.version, request_charged: None })
}

/// `DeleteObjects`; `denied` holds for each key the refusal if the caller may not delete it.
pub(super) fn delete_many(
    state: &mut State,
    cx: &CallContext,
    input: &DeleteObjectsInput,
    denied: &[Option<ApiError>],
) -> Result<DeleteObjectsOutput> {
    reachable(state, cx, &input.bucket)?;
    if input.delete.objects.is_empty() || input.delete.objects.len() > MAX_DELETES {
        return Err(malformed_xml());
    }
    let mut output = DeleteObjectsOutput { deleted: Some(Vec::new()), errors: Some(Vec::new()), request_charged: None };
    for (object, denied) in input.delete.objects.iter().zip(denied) {
        let done = denied.clone().map_or_else(|| delete_one(state, cx, &input.bucket, object), Err);
        match done {
            Ok(deleted) => output.deleted.get_or_insert_default().push(deleted_entry(object, deleted)),
            Err(error) => output.errors.get_or_insert_default().push(error_entry(object, &error)),
        }
    }
    if input.delete.quiet == Some(true) {
        output.deleted = None;
    }
    Ok(output)
}

fn delete_one(state: &mut State, cx: &CallContext, bucket: &str, object: &ObjectIdentifier) -> Result<Deleted> {
    if let Some(etag) = &object.e_tag {
        let current = state.bucket(bucket).and_then(|b| b.current(&object.key));
        if current.is_none_or(|(_, current)| current.etag != etag.value()) {
            return Err(precondition_failed());
        }
    }
    state.delete(bucket, &object.key, object.version_id.as_deref(), cx.now)
}

fn deleted_entry(object: &ObjectIdentifier, deleted: Deleted) -> DeletedObject {
    DeletedObject {
        delete_marker: deleted.marker.then_some(true),
        delete_marker_version_id: deleted.version.filter(|_| deleted.marker),
        key: Some(object.key.clone()),
        version_id: object.version_id.clone(),
    }
}

fn error_entry(object: &ObjectIdentifier, error: &ApiError) -> DeleteError {
    DeleteError {
        code: Some(error.code.clone()),
        key: Some(object.key.clone()),
        message: Some(error.message.clone()),
        version_id: object.version_id.clone(),
    }
}
