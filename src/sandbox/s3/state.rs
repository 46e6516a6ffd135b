//! What the account keeps for S3: buckets with their settings, keys with their versions, and the bytes themselves.
//!
//! The functions here know versioning and the storage limit; they know nothing of requests. Other services of the sandbox deliver
//! objects through [`State::put_object`] and read bucket policies through [`State::policy_document`].

use std::collections::BTreeMap;
use std::ops::Bound;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::checksum::{self, Checksum};
use super::error::{Result, no_such_bucket, no_such_key, no_such_version, storage_full};
use super::multipart::Upload;
use super::{lifecycle, names};
use crate::base::clock::Timestamp;

/// Most bytes of object bodies that one sandbox holds, versions included.
pub const MAX_STORED_BYTES: u64 = 256 << 20;

/// Objects that give way at once when a delivery needs room.
const ROOM_OBJECTS: usize = 256;

/// Version id of objects written while versioning is not enabled.
pub const NULL_VERSION: &str = "null";

/// The account's buckets.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    buckets: BTreeMap<String, Bucket>,
    /// Counts versions written, the source of version ids.
    sequence: u64,
}

/// A bucket.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Bucket {
    /// Region that the bucket is in.
    pub region: String,
    /// When it was created.
    pub created: Timestamp,
    /// Bucket policy as it was put (JSON text).
    #[serde(default)]
    pub policy: Option<String>,
    /// Block public access; `None` after it was deleted.
    #[serde(default)]
    pub public_access_block: Option<PublicAccessBlock>,
    /// Object ownership (`BucketOwnerEnforced`, …); `None` after it was deleted.
    #[serde(default)]
    pub ownership: Option<String>,
    /// Encryption that new objects get.
    #[serde(default)]
    pub encryption: Encryption,
    /// Lifecycle configuration as XML, in S3's own form.
    #[serde(default)]
    pub lifecycle: Option<String>,
    /// Tags in the order given.
    #[serde(default)]
    pub tags: Vec<(String, String)>,
    /// Whether versions are kept.
    #[serde(default)]
    pub versioning: Versioning,
    /// Multipart uploads under way, by id.
    #[serde(default)]
    pub(super) uploads: BTreeMap<String, Upload>,
    #[serde(default)]
    keys: BTreeMap<String, Vec<Version>>,
    #[serde(default)]
    used: u64,
    /// Day (since the epoch) up to which the lifecycle rules have been carried out.
    #[serde(default)]
    lifecycle_day: Option<i64>,
}

/// The four switches of block public access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicAccessBlock {
    /// Refuse to set public access control lists.
    pub block_public_acls: bool,
    /// Ignore public access control lists that exist.
    pub ignore_public_acls: bool,
    /// Refuse to set a public bucket policy.
    pub block_public_policy: bool,
    /// Limit a bucket with a public policy to its account and AWS services.
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// All four on: the state of a new bucket.
    pub const ALL: Self =
        Self { block_public_acls: true, ignore_public_acls: true, block_public_policy: true, restrict_public_buckets: true };
}

/// Server-side encryption of a bucket or an object. The sandbox records it and stores plain bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encryption {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    pub algorithm: String,
    /// KMS key id or ARN, for the KMS algorithms.
    pub kms_key: Option<String>,
    /// Whether an S3 bucket key is used.
    pub bucket_key: bool,
}

impl Default for Encryption {
    fn default() -> Self {
        Self { algorithm: "AES256".to_owned(), kms_key: None, bucket_key: false }
    }
}

/// Versioning of a bucket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Versioning {
    /// Never switched on.
    #[default]
    Off,
    /// Every write makes a new version.
    Enabled,
    /// Writes replace the version `null`; older versions stay.
    Suspended,
}

/// One version of a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Version {
    /// Version id, or [`NULL_VERSION`].
    pub id: String,
    /// When it was written.
    pub modified: Timestamp,
    /// The object, or `None` for a delete marker.
    pub object: Option<Object>,
}

/// An object: bytes and what was said about them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Object {
    /// The bytes as sent (after transfer decoding).
    #[serde(with = "super::base64_bytes")]
    pub body: Bytes,
    /// MD5 of the body in hexadecimal, without quotes; of an object uploaded in parts the MD5 of the parts' and their number.
    pub etag: String,
    /// Checksum stored with the object.
    pub checksum: Checksum,
    /// Headers that are given back with the object.
    pub headers: Headers,
    /// User metadata (`x-amz-meta-…`, names without the prefix).
    pub metadata: BTreeMap<String, String>,
    /// Encryption in effect when it was written.
    pub encryption: Encryption,
    /// Storage class, `STANDARD` unless told.
    pub storage_class: String,
    /// Tags in the order given.
    #[serde(default)]
    pub tags: Vec<(String, String)>,
    /// Sizes of the parts of an object that was uploaded in parts.
    #[serde(default)]
    pub part_sizes: Vec<u64>,
}

/// Standard headers of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Headers {
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Content-Encoding` without `aws-chunked`.
    pub content_encoding: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// `Expires`.
    pub expires: Option<Timestamp>,
}

/// What a deletion did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// The version removed, or the delete marker made; `None` without versioning.
    pub version: Option<String>,
    /// Whether a delete marker was made or removed.
    pub marker: bool,
}

impl State {
    /// The bucket called `name`.
    pub fn bucket(&self, name: &str) -> Option<&Bucket> {
        self.buckets.get(name)
    }

    /// The bucket called `name`, to change its settings.
    pub fn bucket_mut(&mut self, name: &str) -> Option<&mut Bucket> {
        self.buckets.get_mut(name)
    }

    /// Names and buckets in the order of names.
    pub fn buckets(&self) -> impl Iterator<Item = (&str, &Bucket)> {
        self.buckets.iter().map(|(name, bucket)| (name.as_str(), bucket))
    }

    /// Adds an empty bucket with the settings that AWS gives a new one. An existing bucket of this name is replaced: check first.
    pub fn create_bucket(&mut self, name: &str, region: &str, now: Timestamp) -> &mut Bucket {
        self.buckets.entry(name.to_owned()).insert_entry(Bucket::new(region, now)).into_mut()
    }

    /// Removes the bucket and everything in it. Whether it may be removed is the caller's question.
    pub fn remove_bucket(&mut self, name: &str) {
        self.buckets.remove(name);
    }

    /// The text of the bucket's policy, if the bucket exists and has one.
    pub fn policy_document(&self, bucket: &str) -> Option<&str> {
        self.bucket(bucket)?.policy.as_deref()
    }

    /// Region of the bucket, if it exists.
    pub fn region_of(&self, bucket: &str) -> Option<&str> {
        Some(&self.bucket(bucket)?.region)
    }

    /// Bytes of all bodies of all versions and of the parts of uploads.
    pub fn stored_bytes(&self) -> u64 {
        self.buckets.values().map(|bucket| bucket.used + bucket.uploads.values().map(Upload::bytes).sum::<u64>()).sum()
    }

    /// Writes an object as a service of the account does: default encryption, no metadata. Returns the version id.
    ///
    /// Errors are S3's: `NoSuchBucket`, `KeyTooLongError`, `EntityTooLarge` once [`MAX_STORED_BYTES`] are held.
    pub fn put_object(
        &mut self,
        bucket: &str,
        key: &str,
        bytes: impl Into<Bytes>,
        content_type: Option<&str>,
        content_encoding: Option<&str>,
        now: Timestamp,
    ) -> Result<String> {
        let headers = Headers {
            content_type: content_type.map(str::to_owned),
            content_encoding: content_encoding.map(str::to_owned),
            ..Headers::default()
        };
        let encryption = self.bucket(bucket).ok_or_else(no_such_bucket)?.encryption.clone();
        self.store(bucket, key, Object { headers, encryption, ..Object::new(bytes.into()) }, now)
    }

    /// Writes `object` under `key`, keeping or replacing what is there as the bucket's versioning says. Returns the version id.
    pub(super) fn store(&mut self, bucket: &str, key: &str, object: Object, now: Timestamp) -> Result<String> {
        names::check_key(key)?;
        if self.stored_bytes() + object.body.len() as u64 > MAX_STORED_BYTES {
            return Err(storage_full(MAX_STORED_BYTES));
        }
        self.sequence += 1;
        let sequence = self.sequence;
        let bucket = self.bucket_mut(bucket).ok_or_else(no_such_bucket)?;
        Ok(bucket.write(key, Some(object), sequence, now))
    }

    /// Deletes one version, or the current object as the bucket's versioning says. What is not there counts as deleted.
    /// Makes room for `bytes` of a service's delivery: when less than a quarter of the storage is left, the oldest objects (in order of their keys)
    /// below a folder of this name give way. On AWS nothing gives way.
    pub fn make_room(&mut self, bucket: &str, folder: &str, bytes: u64) {
        let limit = MAX_STORED_BYTES / 4 * 3;
        if self.stored_bytes() + bytes <= limit {
            return;
        }
        let Some(bucket) = self.buckets.get_mut(bucket) else { return };
        let inside = format!("/{folder}/");
        let old: Vec<String> = bucket.keys.keys().filter(|key| key.contains(&inside)).take(ROOM_OBJECTS).cloned().collect();
        for key in old {
            while let Some(id) = bucket.keys.get(&key).and_then(|versions| versions.last()).map(|version| version.id.clone()) {
                drop(bucket.remove_version(&key, &id));
            }
        }
    }

    pub(super) fn delete(&mut self, bucket: &str, key: &str, version: Option<&str>, now: Timestamp) -> Result<Deleted> {
        self.sequence += 1;
        let sequence = self.sequence;
        let bucket = self.bucket_mut(bucket).ok_or_else(no_such_bucket)?;
        Ok(match (version, bucket.versioning) {
            (Some(id), _) => {
                let removed = bucket.remove_version(key, id);
                Deleted { version: Some(id.to_owned()), marker: removed.is_some_and(|v| v.object.is_none()) }
            }
            (None, Versioning::Off) => {
                bucket.remove_version(key, NULL_VERSION);
                Deleted { version: None, marker: false }
            }
            (None, _) => Deleted { version: Some(bucket.write(key, None, sequence, now)), marker: true },
        })
    }

    /// Carries out the lifecycle rules of `bucket` that have come due.
    pub(super) fn expire(&mut self, bucket: &str, now: Timestamp) {
        let Some(bucket) = self.buckets.get_mut(bucket) else { return };
        self.sequence += 1;
        lifecycle::carry_out(bucket, self.sequence, now);
        bucket.lifecycle_day = Some(day(now));
    }
}

impl Bucket {
    fn new(region: &str, now: Timestamp) -> Self {
        Self {
            region: region.to_owned(),
            created: now,
            policy: None,
            public_access_block: Some(PublicAccessBlock::ALL),
            ownership: Some("BucketOwnerEnforced".to_owned()),
            encryption: Encryption::default(),
            lifecycle: None,
            tags: Vec::new(),
            versioning: Versioning::Off,
            keys: BTreeMap::new(),
            used: 0,
            uploads: BTreeMap::new(),
            lifecycle_day: None,
        }
    }

    /// Sets or removes the lifecycle configuration; its rules are carried out at the next access.
    pub(super) fn set_lifecycle(&mut self, xml: Option<String>) {
        self.lifecycle = xml;
        self.lifecycle_day = None;
    }

    /// Whether lifecycle rules may have come due since they were last carried out. Rules fall due at midnight UTC only.
    pub(super) fn expiry_is_due(&self, now: Timestamp) -> bool {
        self.lifecycle.is_some() && self.lifecycle_day.is_none_or(|done| done < day(now))
    }

    /// Whether the bucket holds nothing at all, versions and delete markers included.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Keys from `start` on with their versions, newest version last.
    pub(super) fn keys_from(&self, start: &str) -> impl Iterator<Item = (&str, &[Version])> {
        self.keys.range::<str, _>((Bound::Included(start), Bound::Unbounded)).map(|(key, versions)| (key.as_str(), versions.as_slice()))
    }

    /// The current object of `key` with its version.
    pub fn current(&self, key: &str) -> Option<(&Version, &Object)> {
        let version = self.keys.get(key)?.last()?;
        Some((version, version.object.as_ref()?))
    }

    /// The version `id` of `key`, or its newest one; which may be a delete marker.
    pub(super) fn version(&self, key: &str, id: Option<&str>) -> Result<&Version> {
        let versions = self.keys.get(key);
        match id {
            None => versions.and_then(|v| v.last()).ok_or_else(no_such_key),
            Some(id) => versions.into_iter().flatten().find(|v| v.id == id).ok_or_else(no_such_version),
        }
    }

    /// The object of the version `id` of `key`.
    pub(super) fn object_mut(&mut self, key: &str, id: &str) -> Option<&mut Object> {
        self.keys.get_mut(key)?.iter_mut().find(|version| version.id == id)?.object.as_mut()
    }

    /// Adds a version (an object or a delete marker) and returns its id.
    pub(super) fn write(&mut self, key: &str, object: Option<Object>, sequence: u64, now: Timestamp) -> String {
        let id = if self.versioning == Versioning::Enabled { version_id(key, sequence) } else { NULL_VERSION.to_owned() };
        if id == NULL_VERSION {
            self.remove_version(key, NULL_VERSION);
        }
        self.used += object.as_ref().map_or(0, |o| o.body.len() as u64);
        self.keys.entry(key.to_owned()).or_default().push(Version { id: id.clone(), modified: now, object });
        id
    }

    /// Removes the version `id` of `key`, if there is one.
    pub(super) fn remove_version(&mut self, key: &str, id: &str) -> Option<Version> {
        let versions = self.keys.get_mut(key)?;
        let at = versions.iter().position(|v| v.id == id)?;
        let removed = versions.remove(at);
        if versions.is_empty() {
            self.keys.remove(key);
        }
        self.used -= removed.object.as_ref().map_or(0, |o| o.body.len() as u64);
        Some(removed)
    }
}

impl Object {
    /// An object of these bytes with S3's defaults.
    pub fn new(body: Bytes) -> Self {
        let etag = checksum::md5_hex(&body);
        let checksum = Checksum::default_of(&body);
        Self { etag, checksum, body, storage_class: "STANDARD".to_owned(), ..Self::default() }
    }
}

/// Whole days since the epoch, UTC.
pub(super) fn day(at: Timestamp) -> i64 {
    at.as_second().div_euclid(86_400)
}

/// A version id of the look that S3 gives them: 32 characters, never the same twice.
fn version_id(key: &str, sequence: u64) -> String {
    checksum::opaque_id(&format!("{sequence}/{key}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::timestamp_ms;

    fn account() -> State {
        let mut state = State::default();
        state.create_bucket("logs-1", "us-east-1", timestamp_ms(0));
        state
    }

    #[test]
    fn the_storage_limit_counts_every_version_and_forgets_what_is_removed() {
        let (mut state, now) = (account(), timestamp_ms(0));
        let quarter = Bytes::from(vec![0; (MAX_STORED_BYTES / 4) as usize]);
        let object = || Object { body: quarter.clone(), ..Object::default() };
        state.bucket_mut("logs-1").unwrap().versioning = Versioning::Enabled;
        let ids: Vec<String> = (0..4).map(|_| state.store("logs-1", "k", object(), now).unwrap()).collect();
        assert_eq!(state.stored_bytes(), MAX_STORED_BYTES);
        let full = state.put_object("logs-1", "one-more", vec![1], None, None, now).unwrap_err();
        assert_eq!((full.status, full.code.as_str()), (400, "EntityTooLarge"));
        state.delete("logs-1", "k", Some(&ids[0]), now).unwrap();
        assert_eq!(state.stored_bytes(), MAX_STORED_BYTES / 4 * 3);
        state.put_object("logs-1", "one-more", vec![1], None, None, now).unwrap();
    }

    #[test]
    fn old_deliveries_give_way_and_nothing_else_does() {
        let mut state = account();
        let part = Bytes::from(vec![0; (MAX_STORED_BYTES / 5) as usize]);
        for key in ["AWSLogs/1/BedrockModelInvocationLogs/a", "AWSLogs/1/BedrockModelInvocationLogs/b", "own/a", "own/b"] {
            state.store("logs-1", key, Object::new(part.clone()), Timestamp::UNIX_EPOCH).unwrap();
        }
        state.make_room("logs-1", "BedrockModelInvocationLogs", 1);
        let left: Vec<&str> = state.bucket("logs-1").unwrap().keys_from("").map(|(key, _)| key).collect();
        assert_eq!(left, ["own/a", "own/b"]);
        state.make_room("logs-1", "BedrockModelInvocationLogs", 1);
        assert_eq!(state.stored_bytes(), 2 * part.len() as u64);
    }

    #[test]
    fn a_delivered_object_survives_a_snapshot() {
        let mut state = account();
        let body = Bytes::from_static(b"\x1f\x8b\x00 binary \xff");
        let id = state
            .put_object("logs-1", "AWSLogs/a.json.gz", body.clone(), Some("application/json"), Some("gzip"), timestamp_ms(7_000))
            .unwrap();
        let restored: State = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
        let (version, object) = restored.bucket("logs-1").unwrap().current("AWSLogs/a.json.gz").unwrap();
        assert_eq!((id.as_str(), version.id.as_str(), version.modified), (NULL_VERSION, NULL_VERSION, timestamp_ms(7_000)));
        assert_eq!((&object.body, object.headers.content_encoding.as_deref()), (&body, Some("gzip")));
        assert_eq!(object.checksum, Checksum::default_of(&body));
        assert_eq!(restored.stored_bytes(), body.len() as u64);
    }

    #[test]
    fn suspended_versioning_replaces_the_null_version_only() {
        let (mut state, now) = (account(), timestamp_ms(0));
        let mut put = |versioning, text: &'static str| {
            state.bucket_mut("logs-1").unwrap().versioning = versioning;
            state.put_object("logs-1", "k", text.as_bytes(), None, None, now).unwrap()
        };
        assert_eq!(put(Versioning::Off, "zero"), NULL_VERSION);
        let kept = put(Versioning::Enabled, "one");
        assert_eq!(put(Versioning::Suspended, "two"), NULL_VERSION);
        assert_eq!(kept.len(), 32);
        let bodies = |state: &State| -> Vec<Option<Bytes>> {
            let bucket = state.bucket("logs-1").unwrap();
            bucket.keys_from("").flat_map(|(_, versions)| versions.iter().map(|v| v.object.as_ref().map(|o| o.body.clone()))).collect()
        };
        assert_eq!(bodies(&state), [Some("one".into()), Some("two".into())]);
        let deleted = state.delete("logs-1", "k", None, now).unwrap();
        assert_eq!(deleted, Deleted { version: Some(NULL_VERSION.to_owned()), marker: true });
        assert_eq!(bodies(&state), [Some("one".into()), None]);
    }
}
