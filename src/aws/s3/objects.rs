//! Objects: put, get, list, delete.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{on_bucket, on_object};
use crate::aws::convert::{body_note, local_error, moment, unbuildable};
use crate::aws::error::{AwsError, ErrorKind, failed};
use crate::aws::operation::{Operation, Permission, Service};
use crate::aws::session::Clients;
use crate::base::clock::Timestamp;

/// Most objects that one `DeleteObjects` request takes.
const DELETE_BATCH: usize = 1_000;

/// Puts an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Value")]
pub struct PutObject {
    /// Name of the bucket.
    pub bucket: String,
    /// Key of the object.
    pub key: String,
    /// The whole body.
    pub body: Vec<u8>,
    /// MIME type.
    pub content_type: Option<String>,
}

impl From<PutObject> for Value {
    fn from(op: PutObject) -> Self {
        json!({"Bucket": op.bucket, "Key": op.key, "Body": body_note(&op.body), "ContentType": op.content_type})
    }
}

impl Operation for PutObject {
    type Output = ();
    const SERVICE: Service = Service::S3;
    const NAME: &'static str = "PutObject";

    fn permissions(&self) -> Vec<Permission> {
        vec![on_object("s3:PutObject", &self.bucket, &self.key)]
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        let call = clients.s3.put_object().bucket(self.bucket).key(self.key).body(self.body.into()).set_content_type(self.content_type);
        call.send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// Gets an object's whole body, as stored (no decompression).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetObject {
    /// Name of the bucket.
    pub bucket: String,
    /// Key of the object.
    pub key: String,
    /// A body longer than this is refused with code `BodyTooLarge`.
    #[serde(skip)]
    pub max_bytes: u64,
}

impl GetObject {
    /// Bodies of the program's objects are smaller by far: a batch of records or one prompt.
    const DEFAULT_MAX_BYTES: u64 = 64 << 20;

    /// Gets `key` of `bucket`, up to 64 MiB.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into(), max_bytes: Self::DEFAULT_MAX_BYTES }
    }

    fn too_large(&self) -> AwsError {
        let message = format!("The object is larger than {}", crate::base::text::bytes(self.max_bytes));
        local_error::<Self>(ErrorKind::Other, "BodyTooLarge", message)
    }

    /// Reads `body` to its end or to the limit, whatever the length header promised.
    async fn read(&self, mut body: aws_sdk_s3::primitives::ByteStream) -> Result<Vec<u8>, AwsError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next().await {
            let chunk =
                chunk.map_err(|error| local_error::<Self>(ErrorKind::BrokenStream, "BodyCut", crate::base::error::chain(&error)))?;
            if (bytes.len() + chunk.len()) as u64 > self.max_bytes {
                return Err(self.too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

impl Operation for GetObject {
    type Output = Vec<u8>;
    const SERVICE: Service = Service::S3;
    const NAME: &'static str = "GetObject";

    fn permissions(&self) -> Vec<Permission> {
        vec![on_object("s3:GetObject", &self.bucket, &self.key)]
    }

    async fn send(self, clients: &Clients) -> Result<Vec<u8>, AwsError> {
        let reply = clients.s3.get_object().bucket(&self.bucket).key(&self.key).send().await.map_err(failed::<Self, _>)?;
        if reply.content_length.is_some_and(|length| length.max(0) as u64 > self.max_bytes) {
            return Err(self.too_large());
        }
        self.read(reply.body).await
    }
}

/// Asks for an object's size and kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct HeadObject {
    /// Name of the bucket.
    pub bucket: String,
    /// Key of the object.
    pub key: String,
}

/// What is known of an object without its body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectHead {
    /// Bytes as stored.
    pub size: u64,
    /// MIME type.
    pub content_type: Option<String>,
    /// Encoding such as `gzip`.
    pub content_encoding: Option<String>,
    /// When it was last written.
    pub modified: Option<Timestamp>,
}

impl Operation for HeadObject {
    type Output = ObjectHead;
    const SERVICE: Service = Service::S3;
    const NAME: &'static str = "HeadObject";

    fn permissions(&self) -> Vec<Permission> {
        vec![on_object("s3:GetObject", &self.bucket, &self.key)]
    }

    async fn send(self, clients: &Clients) -> Result<ObjectHead, AwsError> {
        let reply = clients.s3.head_object().bucket(self.bucket).key(self.key).send().await.map_err(failed::<Self, _>)?;
        Ok(ObjectHead {
            size: size(reply.content_length),
            modified: reply.last_modified().map(moment),
            content_type: reply.content_type,
            content_encoding: reply.content_encoding,
        })
    }
}

fn size(length: Option<i64>) -> u64 {
    length.unwrap_or_default().max(0) as u64
}

/// Lists objects by key order, page after page up to `max`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListObjectsV2 {
    /// Name of the bucket.
    pub bucket: String,
    /// Only keys that begin so; empty is all.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// Most objects to list; `None` is all.
    #[serde(rename = "MaxKeys", skip_serializing_if = "Option::is_none")]
    pub max: Option<usize>,
}

/// An object in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Key.
    pub key: String,
    /// Bytes as stored.
    pub size: u64,
    /// When it was last written.
    pub modified: Option<Timestamp>,
}

/// Objects, and whether there are more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectPage {
    /// The objects by key order.
    pub objects: Vec<Object>,
    /// Whether the bucket holds more than these.
    pub truncated: bool,
}

impl Operation for ListObjectsV2 {
    type Output = ObjectPage;
    const SERVICE: Service = Service::S3;
    const NAME: &'static str = "ListObjectsV2";

    fn permissions(&self) -> Vec<Permission> {
        on_bucket("s3:ListBucket", &self.bucket)
    }

    async fn send(self, clients: &Clients) -> Result<ObjectPage, AwsError> {
        let max = self.max.unwrap_or(usize::MAX);
        let prefix = Some(self.prefix).filter(|prefix| !prefix.is_empty());
        let page_size = self.max.map(|max| max.min(1_000) as i32);
        let call = clients.s3.list_objects_v2().bucket(self.bucket).set_prefix(prefix).set_max_keys(page_size);
        let mut pages = call.into_paginator().send();
        let mut list = ObjectPage::default();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed::<Self, _>)?;
            let more = page.is_truncated.unwrap_or_default();
            list.objects.extend(page.contents.unwrap_or_default().into_iter().map(Object::from));
            if list.objects.len() >= max {
                list.truncated = more || list.objects.len() > max;
                list.objects.truncate(max);
                break;
            }
        }
        Ok(list)
    }
}

impl From<aws_sdk_s3::types::Object> for Object {
    fn from(object: aws_sdk_s3::types::Object) -> Self {
        Self { size: size(object.size), modified: object.last_modified().map(moment), key: object.key.unwrap_or_default() }
    }
}

/// Lists all versions and delete markers, all pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListObjectVersions {
    /// Name of the bucket.
    pub bucket: String,
    /// Only keys that begin so; empty is all.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub prefix: String,
}

/// A version of an object, or the marker of its deletion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectVersion {
    /// Key.
    pub key: String,
    /// Version id; `null` in a bucket that never had versions.
    pub version_id: String,
    /// Whether this is a delete marker.
    pub is_delete_marker: bool,
    /// Bytes as stored, 0 for a marker.
    pub size: u64,
}

impl Operation for ListObjectVersions {
    type Output = Vec<ObjectVersion>;
    const SERVICE: Service = Service::S3;
    const NAME: &'static str = "ListObjectVersions";

    fn permissions(&self) -> Vec<Permission> {
        on_bucket("s3:ListBucketVersions", &self.bucket)
    }

    async fn send(self, clients: &Clients) -> Result<Vec<ObjectVersion>, AwsError> {
        let prefix = Some(self.prefix).filter(|prefix| !prefix.is_empty());
        let call = clients.s3.list_object_versions().bucket(self.bucket).set_prefix(prefix);
        let (mut versions, mut key_marker, mut version_marker) = (Vec::new(), None, None);
        loop {
            let page = call.clone().set_key_marker(key_marker).set_version_id_marker(version_marker);
            let page = page.send().await.map_err(failed::<Self, _>)?;
            versions.extend(page.versions().iter().map(version));
            versions.extend(page.delete_markers().iter().map(marker));
            if !page.is_truncated.unwrap_or_default() || page.next_key_marker.is_none() {
                return Ok(versions);
            }
            (key_marker, version_marker) = (page.next_key_marker, page.next_version_id_marker);
        }
    }
}

fn version(version: &aws_sdk_s3::types::ObjectVersion) -> ObjectVersion {
    ObjectVersion {
        key: version.key().unwrap_or_default().to_owned(),
        version_id: version.version_id().unwrap_or("null").to_owned(),
        is_delete_marker: false,
        size: size(version.size),
    }
}

fn marker(marker: &aws_sdk_s3::types::DeleteMarkerEntry) -> ObjectVersion {
    ObjectVersion {
        key: marker.key().unwrap_or_default().to_owned(),
        version_id: marker.version_id().unwrap_or("null").to_owned(),
        is_delete_marker: true,
        size: 0,
    }
}

/// Deletes one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteObject {
    /// Name of the bucket.
    pub bucket: String,
    /// Key of the object.
    pub key: String,
}

impl Operation for DeleteObject {
    type Output = ();
    const SERVICE: Service = Service::S3;
    const NAME: &'static str = "DeleteObject";

    fn permissions(&self) -> Vec<Permission> {
        vec![on_object("s3:DeleteObject", &self.bucket, &self.key)]
    }

    async fn send(self, clients: &Clients) -> Result<(), AwsError> {
        clients.s3.delete_object().bucket(self.bucket).key(self.key).send().await.map_err(failed::<Self, _>)?;
        Ok(())
    }
}

/// Deletes many objects or versions, in batches of a thousand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Value")]
pub struct DeleteObjects {
    /// Name of the bucket.
    pub bucket: String,
    /// Keys, each with the version to delete, if any.
    pub objects: Vec<(String, Option<String>)>,
}

/// An object that could not be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteFailure {
    /// Key.
    pub key: String,
    /// Version, if one was named.
    pub version_id: Option<String>,
    /// AWS's error code.
    pub code: String,
    /// AWS's text.
    pub message: String,
}

impl From<DeleteObjects> for Value {
    fn from(op: DeleteObjects) -> Self {
        let object = |(key, version): (String, Option<String>)| match version {
            Some(version) => json!({"Key": key, "VersionId": version}),
            None => json!({"Key": key}),
        };
        json!({"Bucket": op.bucket, "Delete": {"Objects": op.objects.into_iter().map(object).collect::<Vec<_>>(), "Quiet": true}})
    }
}

impl Operation for DeleteObjects {
    type Output = Vec<DeleteFailure>;
    const SERVICE: Service = Service::S3;
    const NAME: &'static str = "DeleteObjects";

    fn permissions(&self) -> Vec<Permission> {
        let mut needed = vec![on_object("s3:DeleteObject", &self.bucket, "*")];
        if self.objects.iter().any(|(_, version)| version.is_some()) {
            needed.push(on_object("s3:DeleteObjectVersion", &self.bucket, "*"));
        }
        needed
    }

    async fn send(self, clients: &Clients) -> Result<Vec<DeleteFailure>, AwsError> {
        let mut failures = Vec::new();
        for batch in self.objects.chunks(DELETE_BATCH) {
            failures.extend(self.delete(clients, batch).await?);
        }
        Ok(failures)
    }
}

impl DeleteObjects {
    async fn delete(&self, clients: &Clients, batch: &[(String, Option<String>)]) -> Result<Vec<DeleteFailure>, AwsError> {
        let name = |(key, version): &(String, Option<String>)| {
            ObjectIdentifier::builder().key(key).set_version_id(version.clone()).build().map_err(unbuildable::<Self>)
        };
        let objects = batch.iter().map(name).collect::<Result<Vec<_>, _>>()?;
        let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build().map_err(unbuildable::<Self>)?;
        let reply = clients.s3.delete_objects().bucket(&self.bucket).delete(delete).send().await.map_err(failed::<Self, _>)?;
        let failure = |error: aws_sdk_s3::types::Error| DeleteFailure {
            key: error.key.unwrap_or_default(),
            version_id: error.version_id,
            code: error.code.unwrap_or_default(),
            message: error.message.unwrap_or_default(),
        };
        Ok(reply.errors.unwrap_or_default().into_iter().map(failure).collect())
    }
}
