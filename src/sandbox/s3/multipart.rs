//! Multipart uploads: begun, filled part by part (also from other objects), completed or aborted.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, ChecksumAlgorithm, ChecksumType, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CompletedPart, CopyPartResult, CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag,
    ListMultipartUploadsInput, ListMultipartUploadsOutput, ListPartsInput, ListPartsOutput, MultipartUpload, Part, ServerSideEncryption,
    StorageClass, UploadPartCopyInput, UploadPartCopyOutput, UploadPartInput, UploadPartOutput,
};
use serde::{Deserialize, Serialize};

use super::bucket::reachable;
use super::checksum::{self, Algorithm, Checksum};
use super::condition::Conditions;
use super::convert::{Names, headers_of, owner, wire_time};
use super::copy::source;
use super::error::{
    Result, invalid_argument, invalid_range, invalid_request, malformed_xml, no_such_bucket, precondition_failed, storage_full,
};
use super::object::{asked_encryption, check_acl, checked_metadata, put_output, readable, refuse, spread, storage_class};
use super::state::{Bucket, MAX_STORED_BYTES, Object, State};
use super::tags;
use crate::base::clock::Timestamp;
use crate::sandbox::api::{ApiError, CallContext};

/// Least bytes of a part that is not the last.
const LEAST_BYTES: usize = 5 << 20;
/// Highest number of a part.
const MAX_NUMBER: i32 = 10_000;
/// Parts or uploads on a page.
const PAGE: i32 = 1_000;

/// An upload under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Upload {
    key: String,
    initiated: Timestamp,
    /// What the object will be, but for its bytes.
    object: Object,
    algorithm: Option<Algorithm>,
    /// Whether the object's checksum is one of the parts' checksums rather than of the whole.
    is_composite: bool,
    parts: BTreeMap<i32, UploadedPart>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct UploadedPart {
    #[serde(with = "super::base64_bytes")]
    body: Bytes,
    etag: String,
    checksum: Checksum,
    modified: Timestamp,
}

impl Upload {
    /// Bytes of its parts.
    pub(super) fn bytes(&self) -> u64 {
        self.parts.values().map(|part| part.body.len() as u64).sum()
    }
}

fn no_such_upload() -> ApiError {
    let text = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
    ApiError::new(404, "NoSuchUpload", text)
}

/// The upload `id` of `key` in `bucket`.
fn upload<'a>(bucket: &'a Bucket, key: &str, id: &str) -> Result<&'a Upload> {
    bucket.uploads.get(id).filter(|upload| upload.key == key).ok_or_else(no_such_upload)
}

fn algorithm(asked: Option<&ChecksumAlgorithm>) -> Result<Option<Algorithm>> {
    let Some(asked) = asked else { return Ok(None) };
    let known = [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme, Algorithm::Sha1, Algorithm::Sha256];
    let found = known.into_iter().find(|known| known.name() == asked.as_str());
    found.map(Some).ok_or_else(|| invalid_argument("The checksum algorithm you specified is not supported."))
}

/// `CreateMultipartUpload`.
pub(super) fn create(
    state: &mut State,
    cx: &CallContext,
    input: CreateMultipartUploadInput,
    id: String,
) -> Result<CreateMultipartUploadOutput> {
    let bucket = reachable(state, cx, &input.bucket)?;
    super::names::check_key(&input.key)?;
    refuse(&[
        (input.sse_customer_algorithm.is_some(), "encryption with customer-provided keys"),
        (input.object_lock_mode.is_some() || input.object_lock_legal_hold_status.is_some(), "S3 Object Lock"),
        (input.website_redirect_location.is_some(), "website redirects"),
    ])?;
    check_acl(bucket, input.acl.as_ref().map(s3s::dto::ObjectCannedACL::as_str))?;
    let algorithm = algorithm(input.checksum_algorithm.as_ref())?;
    let is_composite = is_composite(algorithm, input.checksum_type.as_ref())?;
    let encryption =
        asked_encryption(bucket, input.server_side_encryption.as_ref(), input.ssekms_key_id.as_ref(), input.bucket_key_enabled)?;
    let output = CreateMultipartUploadOutput {
        bucket: Some(input.bucket.clone()),
        key: Some(input.key.clone()),
        upload_id: Some(id.clone()),
        checksum_algorithm: input.checksum_algorithm,
        checksum_type: algorithm.map(|_| checksum_type(is_composite)),
        server_side_encryption: Some(ServerSideEncryption::from(encryption.algorithm.clone())),
        ssekms_key_id: encryption.kms_key.clone(),
        bucket_key_enabled: encryption.bucket_key.then_some(true),
        ..CreateMultipartUploadOutput::default()
    };
    let object = Object {
        headers: headers_of!(input),
        metadata: checked_metadata(input.metadata)?,
        encryption,
        storage_class: storage_class(input.storage_class.as_ref()),
        tags: tags::of_header(input.tagging.as_deref())?,
        ..Object::default()
    };
    let upload = Upload { key: input.key, initiated: cx.now, object, algorithm, is_composite, parts: BTreeMap::new() };
    state.bucket_mut(&input.bucket).ok_or_else(no_such_bucket)?.uploads.insert(id, upload);
    Ok(output)
}

/// CRC-64/NVME is of the whole object only, the SHAs of the parts only, the other CRCs of either.
fn is_composite(algorithm: Option<Algorithm>, asked: Option<&ChecksumType>) -> Result<bool> {
    let asked = asked.map(ChecksumType::as_str);
    match (algorithm, asked) {
        (None | Some(Algorithm::Crc64Nvme), Some("COMPOSITE")) => {
            Err(invalid_request("The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm."))
        }
        (Some(Algorithm::Sha1 | Algorithm::Sha256), Some("FULL_OBJECT")) => {
            Err(invalid_request("The FULL_OBJECT checksum type cannot be used with the sha checksum algorithms."))
        }
        (None | Some(Algorithm::Crc64Nvme), _) => Ok(false),
        (Some(_), asked) => Ok(asked != Some("FULL_OBJECT")),
    }
}

fn checksum_type(is_composite: bool) -> ChecksumType {
    ChecksumType::from_static(if is_composite { ChecksumType::COMPOSITE } else { ChecksumType::FULL_OBJECT })
}

fn check_number(number: i32) -> Result<()> {
    if (1..=MAX_NUMBER).contains(&number) {
        return Ok(());
    }
    Err(invalid_argument("Part number must be an integer between 1 and 10000, inclusive"))
}

/// `UploadPart` with the body read whole.
pub(super) fn put_part(state: &mut State, cx: &CallContext, input: &UploadPartInput, body: Bytes) -> Result<UploadPartOutput> {
    check_number(input.part_number)?;
    let upload = upload(reachable(state, cx, &input.bucket)?, &input.key, &input.upload_id)?;
    checksum::check_md5(&body, input.content_md5.as_deref())?;
    let claims = [
        (Algorithm::Crc32, input.checksum_crc32.as_deref()),
        (Algorithm::Crc32c, input.checksum_crc32c.as_deref()),
        (Algorithm::Crc64Nvme, input.checksum_crc64nvme.as_deref()),
        (Algorithm::Sha1, input.checksum_sha1.as_deref()),
        (Algorithm::Sha256, input.checksum_sha256.as_deref()),
    ];
    let is_claimed = claims.iter().any(|(_, claim)| claim.is_some());
    let verified = Checksum::verified(&body, &claims)?;
    let checksum = upload.algorithm.map_or(verified, |algorithm| Checksum::of(algorithm, &body));
    let shown = is_claimed || upload.algorithm.is_some();
    let encryption = upload.object.encryption.clone();
    let part = keep(state, (&input.bucket, &input.upload_id, input.part_number), body, checksum, cx.now)?;
    let [checksum_crc32, checksum_crc32c, checksum_crc64nvme, checksum_sha1, checksum_sha256] =
        if shown { spread(&part.checksum) } else { Default::default() };
    Ok(UploadPartOutput {
        checksum_crc32,
        checksum_crc32c,
        checksum_crc64nvme,
        checksum_sha1,
        checksum_sha256,
        e_tag: Some(ETag::Strong(part.etag)),
        server_side_encryption: Some(ServerSideEncryption::from(encryption.algorithm)),
        ssekms_key_id: encryption.kms_key,
        ..UploadPartOutput::default()
    })
}

/// Keeps a part of (bucket, upload, number); one of the same number gives way.
fn keep(
    state: &mut State,
    (bucket, id, number): (&str, &str, i32),
    body: Bytes,
    checksum: Checksum,
    now: Timestamp,
) -> Result<UploadedPart> {
    if state.stored_bytes() + body.len() as u64 > MAX_STORED_BYTES {
        return Err(storage_full(MAX_STORED_BYTES));
    }
    let part = UploadedPart { etag: checksum::md5_hex(&body), checksum, modified: now, body };
    let upload = state.bucket_mut(bucket).and_then(|bucket| bucket.uploads.get_mut(id)).ok_or_else(no_such_upload)?;
    upload.parts.insert(number, part.clone());
    Ok(part)
}

/// `UploadPartCopy`.
pub(super) fn copy_part(state: &mut State, cx: &CallContext, input: &UploadPartCopyInput) -> Result<UploadPartCopyOutput> {
    check_number(input.part_number)?;
    let upload = upload(reachable(state, cx, &input.bucket)?, &input.key, &input.upload_id)?;
    let algorithm = upload.algorithm.unwrap_or_default();
    let (source_bucket, source_key, source_version) = source(&input.copy_source)?;
    let (version, object) = readable(state.bucket(source_bucket).ok_or_else(no_such_bucket)?, source_key, source_version)?;
    let conditions = Conditions {
        matches: input.copy_source_if_match.as_ref(),
        none_match: input.copy_source_if_none_match.as_ref(),
        modified_since: input.copy_source_if_modified_since.as_ref(),
        unmodified_since: input.copy_source_if_unmodified_since.as_ref(),
    };
    conditions.check_read(version, object).map_err(|_| precondition_failed())?;
    let body = match input.copy_source_range.as_deref() {
        None => object.body.clone(),
        Some(range) => object.body.slice(copied_range(range, object.body.len())?),
    };
    let checksum = Checksum::of(algorithm, &body);
    let part = keep(state, (&input.bucket, &input.upload_id, input.part_number), body, checksum, cx.now)?;
    let result =
        CopyPartResult { e_tag: Some(ETag::Strong(part.etag)), last_modified: Some(wire_time(cx.now)), ..CopyPartResult::default() };
    Ok(UploadPartCopyOutput { copy_part_result: Some(result), ..UploadPartCopyOutput::default() })
}

/// `bytes=first-last`, both inclusive and both there.
fn copied_range(text: &str, length: usize) -> Result<std::ops::Range<usize>> {
    let malformed = || {
        invalid_argument(
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
        )
    };
    let (first, last) = text.strip_prefix("bytes=").and_then(|range| range.split_once('-')).ok_or_else(malformed)?;
    let (first, last): (usize, usize) = (first.parse().map_err(|_| malformed())?, last.parse().map_err(|_| malformed())?);
    if first > last || last >= length { Err(invalid_range()) } else { Ok(first..last + 1) }
}

/// `CompleteMultipartUpload`.
pub(super) fn complete(state: &mut State, cx: &CallContext, input: &CompleteMultipartUploadInput) -> Result<CompleteMultipartUploadOutput> {
    let bucket = reachable(state, cx, &input.bucket)?;
    let held = upload(bucket, &input.key, &input.upload_id)?;
    let conditions = Conditions { matches: input.if_match.as_ref(), none_match: input.if_none_match.as_ref(), ..Conditions::default() };
    conditions.check_write(bucket.current(&input.key).map(|(_, object)| object))?;
    let named = input.multipart_upload.as_ref().and_then(|upload| upload.parts.as_deref()).unwrap_or_default();
    let object = joined(held, &chosen(held, named)?)?;
    if input.mpu_object_size.is_some_and(|size| size != object.body.len() as i64) {
        return Err(invalid_request("The provided 'x-amz-mp-object-size' header value does not match what was computed."));
    }
    let claims = [&input.checksum_crc32, &input.checksum_crc32c, &input.checksum_crc64nvme, &input.checksum_sha1, &input.checksum_sha256];
    let is_wrong = |(claim, computed): (&&Option<String>, Option<String>)| claim.is_some() && **claim != computed;
    if !held.is_composite && claims.iter().zip(spread(&object.checksum)).any(is_wrong) {
        return Err(ApiError::new(400, "BadDigest", "The checksum you specified did not match the calculated checksum."));
    }
    let upload = state.bucket_mut(&input.bucket).ok_or_else(no_such_bucket)?.uploads.remove(&input.upload_id);
    let id = match state.store(&input.bucket, &input.key, object, cx.now) {
        Ok(id) => id,
        Err(error) => {
            let bucket = state.bucket_mut(&input.bucket).ok_or_else(no_such_bucket)?;
            bucket.uploads.extend(upload.map(|upload| (input.upload_id.clone(), upload)));
            return Err(error);
        }
    };
    let bucket = reachable(state, cx, &input.bucket)?;
    let put = put_output(bucket, &input.key, bucket.version(&input.key, Some(&id))?);
    Ok(CompleteMultipartUploadOutput {
        bucket: Some(input.bucket.clone()),
        key: Some(input.key.clone()),
        location: Some(format!("https://{}.s3.{}.amazonaws.com/{}", input.bucket, bucket.region, input.key)),
        bucket_key_enabled: put.bucket_key_enabled,
        checksum_crc32: put.checksum_crc32,
        checksum_crc32c: put.checksum_crc32c,
        checksum_crc64nvme: put.checksum_crc64nvme,
        checksum_sha1: put.checksum_sha1,
        checksum_sha256: put.checksum_sha256,
        checksum_type: put.checksum_type,
        e_tag: put.e_tag,
        expiration: put.expiration,
        ssekms_key_id: put.ssekms_key_id,
        server_side_encryption: put.server_side_encryption,
        version_id: put.version_id,
        ..CompleteMultipartUploadOutput::default()
    })
}

/// The parts that a completion names, in order, all there and all but the last large enough.
fn chosen<'a>(upload: &'a Upload, named: &[CompletedPart]) -> Result<Vec<&'a UploadedPart>> {
    if named.is_empty() {
        return Err(malformed_xml());
    }
    if !named.windows(2).all(|pair| pair[0].part_number < pair[1].part_number) {
        let text = "The list of parts was not in ascending order. The parts list must be specified in order by part number.";
        return Err(ApiError::new(400, "InvalidPartOrder", text));
    }
    let parts = named.iter().map(|named| found(upload, named)).collect::<Result<Vec<_>>>()?;
    let (_, but_last) = parts.split_last().ok_or_else(malformed_xml)?;
    if but_last.iter().any(|part| part.body.len() < LEAST_BYTES) {
        return Err(ApiError::new(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"));
    }
    Ok(parts)
}

fn found<'a>(upload: &'a Upload, named: &CompletedPart) -> Result<&'a UploadedPart> {
    let part = named.part_number.and_then(|number| upload.parts.get(&number));
    let is_same = |part: &&UploadedPart| named.e_tag.as_ref().is_none_or(|etag| etag.value() == part.etag);
    part.filter(is_same).ok_or_else(|| {
        let text = "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity \
                    tag may not match the part's entity tag.";
        ApiError::new(400, "InvalidPart", text)
    })
}

/// The object that the parts make together.
fn joined(upload: &Upload, parts: &[&UploadedPart]) -> Result<Object> {
    let mut body = BytesMut::with_capacity(parts.iter().map(|part| part.body.len()).sum());
    for part in parts {
        body.extend_from_slice(&part.body);
    }
    let body = body.freeze();
    let digests: Vec<u8> = parts.iter().filter_map(|part| u128::from_str_radix(&part.etag, 16).ok()).flat_map(u128::to_be_bytes).collect();
    let etag = format!("{}-{}", checksum::md5_hex(&digests), parts.len());
    let checksum = if upload.is_composite { composite(upload, parts)? } else { Checksum::of(upload.algorithm.unwrap_or_default(), &body) };
    let part_sizes = parts.iter().map(|part| part.body.len() as u64).collect();
    Ok(Object { body, etag, checksum, part_sizes, ..upload.object.clone() })
}

/// The checksum of the parts' checksums, and how many they are.
fn composite(upload: &Upload, parts: &[&UploadedPart]) -> Result<Checksum> {
    let algorithm = upload.algorithm.unwrap_or_default();
    let digest = |part: &&UploadedPart| STANDARD.decode(&part.checksum.value).map_err(|_| invalid_request("A part has no checksum."));
    let digests: Vec<u8> = parts.iter().map(digest).collect::<Result<Vec<_>>>()?.concat();
    let of_digests = Checksum::of(algorithm, &digests);
    Ok(Checksum { value: format!("{}-{}", of_digests.value, parts.len()), ..of_digests })
}

/// `AbortMultipartUpload`.
pub(super) fn abort(state: &mut State, cx: &CallContext, input: &AbortMultipartUploadInput) -> Result<AbortMultipartUploadOutput> {
    upload(reachable(state, cx, &input.bucket)?, &input.key, &input.upload_id)?;
    state.bucket_mut(&input.bucket).ok_or_else(no_such_bucket)?.uploads.remove(&input.upload_id);
    Ok(AbortMultipartUploadOutput::default())
}

/// `ListParts`.
pub(super) fn list_parts(bucket: &Bucket, cx: &CallContext, input: &ListPartsInput) -> Result<ListPartsOutput> {
    let upload = upload(bucket, &input.key, &input.upload_id)?;
    let (after, most) = (input.part_number_marker.unwrap_or(0), input.max_parts.unwrap_or(PAGE).clamp(0, PAGE));
    let mut beyond = upload.parts.range(after.saturating_add(1)..);
    let page: Vec<(&i32, &UploadedPart)> = beyond.by_ref().take(most as usize).collect();
    let truncated = beyond.next().is_some();
    let told = |(number, part): &(&i32, &UploadedPart)| {
        let [checksum_crc32, checksum_crc32c, checksum_crc64nvme, checksum_sha1, checksum_sha256] =
            upload.algorithm.map(|_| spread(&part.checksum)).unwrap_or_default();
        Part {
            checksum_crc32,
            checksum_crc32c,
            checksum_crc64nvme,
            checksum_sha1,
            checksum_sha256,
            e_tag: Some(ETag::Strong(part.etag.clone())),
            last_modified: Some(wire_time(part.modified)),
            part_number: Some(**number),
            size: Some(part.body.len() as i64),
        }
    };
    Ok(ListPartsOutput {
        bucket: Some(input.bucket.clone()),
        key: Some(input.key.clone()),
        upload_id: Some(input.upload_id.clone()),
        part_number_marker: Some(after),
        next_part_number_marker: page.last().map(|(number, _)| **number),
        max_parts: Some(most),
        is_truncated: Some(truncated),
        parts: Some(page.iter().map(told).collect()),
        owner: Some(owner(cx)),
        storage_class: Some(StorageClass::from(upload.object.storage_class.clone())),
        ..ListPartsOutput::default()
    })
}

/// `ListMultipartUploads`, by key and then by id.
pub(super) fn list(bucket: &Bucket, cx: &CallContext, input: &ListMultipartUploadsInput) -> Result<ListMultipartUploadsOutput> {
    refuse(&[(input.delimiter.is_some(), "delimiters in the list of multipart uploads")])?;
    let names = Names::asked(input.encoding_type.as_ref());
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let after = input.key_marker.as_deref().map(|key| (key, input.upload_id_marker.as_deref().unwrap_or("\u{10ffff}")));
    let most = input.max_uploads.unwrap_or(PAGE).clamp(1, PAGE) as usize;
    let mut found: Vec<(&str, &str, &Upload)> =
        bucket.uploads.iter().map(|(id, upload)| (upload.key.as_str(), id.as_str(), upload)).collect();
    found.sort_by_key(|(key, id, _)| (*key, *id));
    found.retain(|(key, id, _)| key.starts_with(prefix) && after.is_none_or(|after| (*key, *id) > after));
    let truncated = found.len() > most;
    found.truncate(most);
    let told = |(key, id, upload): &(&str, &str, &Upload)| MultipartUpload {
        key: Some(names.write(key)),
        upload_id: Some((*id).to_owned()),
        initiated: Some(wire_time(upload.initiated)),
        owner: Some(owner(cx)),
        storage_class: Some(StorageClass::from(upload.object.storage_class.clone())),
        ..MultipartUpload::default()
    };
    let last = found.last().filter(|_| truncated);
    Ok(ListMultipartUploadsOutput {
        bucket: Some(input.bucket.clone()),
        prefix: names.some(prefix),
        key_marker: input.key_marker.clone(),
        upload_id_marker: input.upload_id_marker.clone(),
        next_key_marker: last.map(|(key, _, _)| names.write(key)),
        next_upload_id_marker: last.map(|(_, id, _)| (*id).to_owned()),
        max_uploads: Some(most as i32),
        is_truncated: Some(truncated),
        uploads: Some(found.iter().map(told).collect()),
        encoding_type: input.encoding_type.clone(),
        ..ListMultipartUploadsOutput::default()
    })
}
