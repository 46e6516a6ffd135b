//! Tags of objects, version by version.

use s3s::dto::{
    DeleteObjectTaggingInput, DeleteObjectTaggingOutput, GetObjectTaggingInput, GetObjectTaggingOutput, PutObjectTaggingInput,
    PutObjectTaggingOutput, Tag,
};

use super::bucket::reachable;
use super::error::{Result, invalid_argument, no_such_bucket};
use super::object::{readable, shown_version};
use super::settings::check_tag;
use super::state::{Bucket, State};
use crate::sandbox::api::{ApiError, CallContext};

/// Most tags of an object.
const MAX_TAGS: usize = 10;

/// Tags in the order given.
type Tags = Vec<(String, String)>;

/// The tags in an `x-amz-tagging` header, a query string.
pub(super) fn of_header(header: Option<&str>) -> Result<Tags> {
    let Some(text) = header else { return Ok(Vec::new()) };
    if text.split('&').any(|pair| pair.starts_with('=')) {
        return Err(invalid_argument(
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
        ));
    }
    checked(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
}

fn checked(tags: Tags) -> Result<Tags> {
    if tags.len() > MAX_TAGS {
        return Err(ApiError::new(400, "BadRequest", "Object tags cannot be greater than 10"));
    }
    tags.iter().enumerate().try_for_each(|(at, (key, value))| check_tag(&tags[..at], key, value))?;
    Ok(tags)
}

/// `PutObjectTagging`: replaces all tags of a version.
pub(super) fn put(state: &mut State, cx: &CallContext, input: PutObjectTaggingInput) -> Result<PutObjectTaggingOutput> {
    let tags = input.tagging.tag_set.into_iter().map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default())).collect();
    let version_id = set(state, cx, (&input.bucket, &input.key, input.version_id.as_deref()), checked(tags)?)?;
    Ok(PutObjectTaggingOutput { version_id })
}

/// `DeleteObjectTagging`.
pub(super) fn delete(state: &mut State, cx: &CallContext, input: &DeleteObjectTaggingInput) -> Result<DeleteObjectTaggingOutput> {
    let version_id = set(state, cx, (&input.bucket, &input.key, input.version_id.as_deref()), Vec::new())?;
    Ok(DeleteObjectTaggingOutput { version_id })
}

/// Sets the tags of (bucket, key, version); the version id as answers give it.
fn set(state: &mut State, cx: &CallContext, (name, key, version): (&str, &str, Option<&str>), tags: Tags) -> Result<Option<String>> {
    let bucket = reachable(state, cx, name)?;
    let (found, _) = readable(bucket, key, version)?;
    let (id, shown) = (found.id.clone(), shown_version(bucket, &found.id));
    let bucket = state.bucket_mut(name).ok_or_else(no_such_bucket)?;
    if let Some(object) = bucket.object_mut(key, &id) {
        object.tags = tags;
    }
    Ok(shown)
}

/// `GetObjectTagging`.
pub(super) fn get(bucket: &Bucket, input: &GetObjectTaggingInput) -> Result<GetObjectTaggingOutput> {
    let (version, object) = readable(bucket, &input.key, input.version_id.as_deref())?;
    let tag = |(key, value): &(String, String)| Tag { key: Some(key.clone()), value: Some(value.clone()) };
    Ok(GetObjectTaggingOutput { tag_set: object.tags.iter().map(tag).collect(), version_id: shown_version(bucket, &version.id) })
}
