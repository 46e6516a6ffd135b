//! The wire crate's trait over the account: for each operation the permission it needs and the function that does it.

use bytes::Bytes;
use http_body_util::BodyExt;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CopyObjectInput,
    CopyObjectOutput, CopySource, CreateBucketInput, CreateBucketOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput,
    DeleteBucketEncryptionInput, DeleteBucketEncryptionOutput, DeleteBucketInput, DeleteBucketLifecycleInput, DeleteBucketLifecycleOutput,
    DeleteBucketOutput, DeleteBucketOwnershipControlsInput, DeleteBucketOwnershipControlsOutput, DeleteBucketPolicyInput,
    DeleteBucketPolicyOutput, DeleteBucketTaggingInput, DeleteBucketTaggingOutput, DeleteObjectInput, DeleteObjectOutput,
    DeleteObjectTaggingInput, DeleteObjectTaggingOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletePublicAccessBlockInput,
    DeletePublicAccessBlockOutput, GetBucketEncryptionInput, GetBucketEncryptionOutput, GetBucketLifecycleConfigurationInput,
    GetBucketLifecycleConfigurationOutput, GetBucketLocationInput, GetBucketLocationOutput, GetBucketOwnershipControlsInput,
    GetBucketOwnershipControlsOutput, GetBucketPolicyInput, GetBucketPolicyOutput, GetBucketTaggingInput, GetBucketTaggingOutput,
    GetBucketVersioningInput, GetBucketVersioningOutput, GetObjectInput, GetObjectOutput, GetObjectTaggingInput, GetObjectTaggingOutput,
    GetPublicAccessBlockInput, GetPublicAccessBlockOutput, HeadBucketInput, HeadBucketOutput, HeadObjectInput, HeadObjectOutput,
    ListBucketsInput, ListBucketsOutput, ListMultipartUploadsInput, ListMultipartUploadsOutput, ListObjectVersionsInput,
    ListObjectVersionsOutput, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output, ListPartsInput,
    ListPartsOutput, ObjectIdentifier, PutBucketEncryptionInput, PutBucketEncryptionOutput, PutBucketLifecycleConfigurationInput,
    PutBucketLifecycleConfigurationOutput, PutBucketOwnershipControlsInput, PutBucketOwnershipControlsOutput, PutBucketPolicyInput,
    PutBucketPolicyOutput, PutBucketTaggingInput, PutBucketTaggingOutput, PutBucketVersioningInput, PutBucketVersioningOutput,
    PutObjectInput, PutObjectOutput, PutObjectTaggingInput, PutObjectTaggingOutput, PutPublicAccessBlockInput, PutPublicAccessBlockOutput,
    StreamingBlob, UploadPartCopyInput, UploadPartCopyOutput, UploadPartInput, UploadPartOutput,
};
use s3s::{S3, S3Request, S3Response, S3Result};

use super::convert::{bucket_arn, object_arn};
use super::error::{Result, invalid_request, to_wire};
use super::state::{Bucket, PublicAccessBlock, State};
use super::{bucket, copy, listing, multipart, object, policy, settings, tags};
use crate::sandbox::Sandbox;
use crate::sandbox::api::CallContext;

/// The operations of [`Call`], in the order of its methods.
pub const OPERATIONS: &[&str] = &[
    "ListBuckets",
    "CreateBucket",
    "HeadBucket",
    "GetBucketLocation",
    "DeleteBucket",
    "PutBucketPolicy",
    "GetBucketPolicy",
    "DeleteBucketPolicy",
    "PutPublicAccessBlock",
    "GetPublicAccessBlock",
    "DeletePublicAccessBlock",
    "PutBucketOwnershipControls",
    "GetBucketOwnershipControls",
    "DeleteBucketOwnershipControls",
    "PutBucketEncryption",
    "GetBucketEncryption",
    "DeleteBucketEncryption",
    "PutBucketLifecycleConfiguration",
    "GetBucketLifecycleConfiguration",
    "DeleteBucketLifecycle",
    "PutBucketTagging",
    "GetBucketTagging",
    "DeleteBucketTagging",
    "PutBucketVersioning",
    "GetBucketVersioning",
    "ListObjects",
    "ListObjectsV2",
    "ListObjectVersions",
    "PutObject",
    "GetObject",
    "HeadObject",
    "DeleteObject",
    "DeleteObjects",
    "CopyObject",
    "PutObjectTagging",
    "GetObjectTagging",
    "DeleteObjectTagging",
    "CreateMultipartUpload",
    "UploadPart",
    "UploadPartCopy",
    "CompleteMultipartUpload",
    "AbortMultipartUpload",
    "ListParts",
    "ListMultipartUploads",
];

type Answer<T> = S3Result<S3Response<T>>;

/// One call: the account and who calls.
pub(super) struct Call {
    /// The account.
    pub sandbox: Sandbox,
    /// The facts of the call.
    pub cx: CallContext,
}

impl Call {
    fn answer<T>(&self, result: Result<T>) -> Answer<T> {
        result.map(S3Response::new).map_err(|error| to_wire(&error, &self.cx.request_id))
    }

    fn permit(&self, action: &str, resource: &str) -> Result<()> {
        self.sandbox.authorize(&self.cx, &format!("s3:{action}"), resource)
    }

    /// Carries out lifecycle rules that have come due; a bucket without such rules is only read.
    fn expire(&self, bucket: &str) {
        let mut world = self.sandbox.world();
        if world.s3.bucket(bucket).is_some_and(|bucket| bucket.expiry_is_due(self.cx.now)) {
            world.s3.expire(bucket, self.cx.now);
        }
    }

    fn enter(&self, action: &str, resource: &str, bucket: &str) -> Result<()> {
        self.permit(action, resource)?;
        self.expire(bucket);
        Ok(())
    }

    /// Whether the caller may read what a copy is made of.
    fn may_read(&self, copied: &CopySource) -> S3Result<()> {
        let permitted = copy::source(copied).and_then(|(name, key, version)| {
            let action = if version.is_some() { "GetObjectVersion" } else { "GetObject" };
            self.enter(action, &object_arn(name, key), name)
        });
        permitted.map_err(|error| to_wire(&error, &self.cx.request_id))
    }

    /// Reads a bucket under the permission `action` on `resource`.
    fn read_as<T>(&self, action: &str, resource: &str, name: &str, run: impl FnOnce(&Bucket) -> Result<T>) -> Answer<T> {
        self.answer(self.enter(action, resource, name).and_then(|()| run(bucket::reachable(&self.sandbox.world().s3, &self.cx, name)?)))
    }

    /// Reads a bucket.
    fn read<T>(&self, action: &str, name: &str, run: impl FnOnce(&Bucket) -> Result<T>) -> Answer<T> {
        self.read_as(action, &bucket_arn(name), name, run)
    }

    /// Changes settings of a bucket.
    fn change(&self, action: &str, name: &str, run: impl FnOnce(&mut Bucket) -> Result<()>) -> Result<()> {
        self.enter(action, &bucket_arn(name), name)?;
        let mut world = self.sandbox.world();
        bucket::reachable(&world.s3, &self.cx, name)?;
        world.s3.bucket_mut(name).map_or_else(|| Err(super::error::no_such_bucket()), run)
    }

    /// Changes settings of a bucket and answers with nothing but success.
    fn set<T: Default>(&self, action: &str, name: &str, run: impl FnOnce(&mut Bucket) -> Result<()>) -> Answer<T> {
        self.answer(self.change(action, name, run).map(|()| T::default()))
    }

    /// Changes the account under a permission on `resource`.
    fn write<T>(&self, action: &str, resource: &str, name: &str, run: impl FnOnce(&mut State, &CallContext) -> Result<T>) -> Answer<T> {
        self.answer(self.enter(action, resource, name).and_then(|()| run(&mut self.sandbox.world().s3, &self.cx)))
    }
}

async fn whole(body: Option<StreamingBlob>) -> Result<Bytes> {
    let Some(body) = body else { return Ok(Bytes::new()) };
    let collected =
        s3s::Body::from(body).collect().await.map_err(|error| invalid_request(format!("The body could not be read: {error}")))?;
    Ok(collected.to_bytes())
}

fn versioned(action: &'static str, with_version: &'static str, version: Option<&String>) -> &'static str {
    if version.is_some() { with_version } else { action }
}

#[async_trait::async_trait]
impl S3 for Call {
    async fn list_buckets(&self, req: S3Request<ListBucketsInput>) -> Answer<ListBucketsOutput> {
        let listed = || bucket::list(&self.sandbox.world().s3, &self.cx, &req.input);
        self.answer(self.permit("ListAllMyBuckets", "*").and_then(|()| listed()))
    }

    async fn create_bucket(&self, req: S3Request<CreateBucketInput>) -> Answer<CreateBucketOutput> {
        let name = &req.input.bucket;
        self.write("CreateBucket", &bucket_arn(name), name, |state, cx| bucket::create(state, cx, &req.input))
    }

    async fn head_bucket(&self, req: S3Request<HeadBucketInput>) -> Answer<HeadBucketOutput> {
        self.read("ListBucket", &req.input.bucket, |bucket| Ok(bucket::head(bucket)))
    }

    async fn get_bucket_location(&self, req: S3Request<GetBucketLocationInput>) -> Answer<GetBucketLocationOutput> {
        let name = &req.input.bucket;
        let located = || bucket::location(&self.sandbox.world().s3, &self.cx, name);
        self.answer(self.permit("GetBucketLocation", &bucket_arn(name)).and_then(|()| located()))
    }

    async fn delete_bucket(&self, req: S3Request<DeleteBucketInput>) -> Answer<DeleteBucketOutput> {
        let name = &req.input.bucket;
        self.write("DeleteBucket", &bucket_arn(name), name, |state, cx| {
            bucket::delete(state, cx, name).map(|()| DeleteBucketOutput::default())
        })
    }

    async fn put_bucket_policy(&self, req: S3Request<PutBucketPolicyInput>) -> Answer<PutBucketPolicyOutput> {
        let PutBucketPolicyInput { bucket: name, policy: text, .. } = req.input;
        self.set("PutBucketPolicy", &name, |bucket| policy::put(bucket, &self.cx, &name, text))
    }

    async fn get_bucket_policy(&self, req: S3Request<GetBucketPolicyInput>) -> Answer<GetBucketPolicyOutput> {
        self.read("GetBucketPolicy", &req.input.bucket, settings::policy)
    }

    async fn delete_bucket_policy(&self, req: S3Request<DeleteBucketPolicyInput>) -> Answer<DeleteBucketPolicyOutput> {
        self.set("DeleteBucketPolicy", &req.input.bucket, |bucket| {
            bucket.policy = None;
            Ok(())
        })
    }

    async fn put_public_access_block(&self, req: S3Request<PutPublicAccessBlockInput>) -> Answer<PutPublicAccessBlockOutput> {
        self.set("PutBucketPublicAccessBlock", &req.input.bucket, |bucket| {
            settings::put_public_access_block(bucket, &req.input.public_access_block_configuration);
            Ok(())
        })
    }

    async fn get_public_access_block(&self, req: S3Request<GetPublicAccessBlockInput>) -> Answer<GetPublicAccessBlockOutput> {
        self.read("GetBucketPublicAccessBlock", &req.input.bucket, settings::public_access_block)
    }

    async fn delete_public_access_block(&self, req: S3Request<DeletePublicAccessBlockInput>) -> Answer<DeletePublicAccessBlockOutput> {
        self.set("PutBucketPublicAccessBlock", &req.input.bucket, |bucket| {
            bucket.public_access_block = None::<PublicAccessBlock>;
            Ok(())
        })
    }

    async fn put_bucket_ownership_controls(
        &self,
        req: S3Request<PutBucketOwnershipControlsInput>,
    ) -> Answer<PutBucketOwnershipControlsOutput> {
        let input = req.input;
        self.set("PutBucketOwnershipControls", &input.bucket, |bucket| settings::put_ownership(bucket, &input.ownership_controls))
    }

    async fn get_bucket_ownership_controls(
        &self,
        req: S3Request<GetBucketOwnershipControlsInput>,
    ) -> Answer<GetBucketOwnershipControlsOutput> {
        self.read("GetBucketOwnershipControls", &req.input.bucket, settings::ownership)
    }

    async fn delete_bucket_ownership_controls(
        &self,
        req: S3Request<DeleteBucketOwnershipControlsInput>,
    ) -> Answer<DeleteBucketOwnershipControlsOutput> {
        self.set("PutBucketOwnershipControls", &req.input.bucket, |bucket| {
            bucket.ownership = None;
            Ok(())
        })
    }

    async fn put_bucket_encryption(&self, req: S3Request<PutBucketEncryptionInput>) -> Answer<PutBucketEncryptionOutput> {
        let input = req.input;
        self.set("PutEncryptionConfiguration", &input.bucket, |bucket| {
            settings::put_encryption(bucket, &input.server_side_encryption_configuration)
        })
    }

    async fn get_bucket_encryption(&self, req: S3Request<GetBucketEncryptionInput>) -> Answer<GetBucketEncryptionOutput> {
        self.read("GetEncryptionConfiguration", &req.input.bucket, |bucket| Ok(settings::encryption(bucket)))
    }

    async fn delete_bucket_encryption(&self, req: S3Request<DeleteBucketEncryptionInput>) -> Answer<DeleteBucketEncryptionOutput> {
        self.set("PutEncryptionConfiguration", &req.input.bucket, |bucket| {
            bucket.encryption = super::state::Encryption::default();
            Ok(())
        })
    }

    async fn put_bucket_lifecycle_configuration(
        &self,
        req: S3Request<PutBucketLifecycleConfigurationInput>,
    ) -> Answer<PutBucketLifecycleConfigurationOutput> {
        let input = req.input;
        self.set("PutLifecycleConfiguration", &input.bucket, |bucket| settings::put_lifecycle(bucket, input.lifecycle_configuration))
    }

    async fn get_bucket_lifecycle_configuration(
        &self,
        req: S3Request<GetBucketLifecycleConfigurationInput>,
    ) -> Answer<GetBucketLifecycleConfigurationOutput> {
        self.read("GetLifecycleConfiguration", &req.input.bucket, settings::lifecycle)
    }

    async fn delete_bucket_lifecycle(&self, req: S3Request<DeleteBucketLifecycleInput>) -> Answer<DeleteBucketLifecycleOutput> {
        self.set("PutLifecycleConfiguration", &req.input.bucket, |bucket| {
            bucket.set_lifecycle(None);
            Ok(())
        })
    }

    async fn put_bucket_tagging(&self, req: S3Request<PutBucketTaggingInput>) -> Answer<PutBucketTaggingOutput> {
        let input = req.input;
        self.set("PutBucketTagging", &input.bucket, |bucket| settings::put_tags(bucket, input.tagging.tag_set))
    }

    async fn get_bucket_tagging(&self, req: S3Request<GetBucketTaggingInput>) -> Answer<GetBucketTaggingOutput> {
        self.read("GetBucketTagging", &req.input.bucket, settings::tags)
    }

    async fn delete_bucket_tagging(&self, req: S3Request<DeleteBucketTaggingInput>) -> Answer<DeleteBucketTaggingOutput> {
        self.set("PutBucketTagging", &req.input.bucket, |bucket| {
            bucket.tags.clear();
            Ok(())
        })
    }

    async fn put_bucket_versioning(&self, req: S3Request<PutBucketVersioningInput>) -> Answer<PutBucketVersioningOutput> {
        let input = req.input;
        self.set("PutBucketVersioning", &input.bucket, |bucket| settings::put_versioning(bucket, &input.versioning_configuration))
    }

    async fn get_bucket_versioning(&self, req: S3Request<GetBucketVersioningInput>) -> Answer<GetBucketVersioningOutput> {
        self.read("GetBucketVersioning", &req.input.bucket, |bucket| Ok(settings::versioning(bucket)))
    }

    async fn list_objects(&self, req: S3Request<ListObjectsInput>) -> Answer<ListObjectsOutput> {
        self.read("ListBucket", &req.input.bucket, |bucket| listing::list_v1(bucket, &self.cx, &req.input))
    }

    async fn list_objects_v2(&self, req: S3Request<ListObjectsV2Input>) -> Answer<ListObjectsV2Output> {
        self.read("ListBucket", &req.input.bucket, |bucket| listing::list_v2(bucket, &self.cx, &req.input))
    }

    async fn list_object_versions(&self, req: S3Request<ListObjectVersionsInput>) -> Answer<ListObjectVersionsOutput> {
        self.read("ListBucketVersions", &req.input.bucket, |bucket| listing::list_versions(bucket, &self.cx, &req.input))
    }

    async fn put_object(&self, req: S3Request<PutObjectInput>) -> Answer<PutObjectOutput> {
        let mut input = req.input;
        let body = whole(input.body.take()).await.map_err(|error| to_wire(&error, &self.cx.request_id))?;
        let (name, key) = (input.bucket.clone(), input.key.clone());
        self.write("PutObject", &object_arn(&name, &key), &name, |state, cx| object::put(state, cx, input, body))
    }

    async fn get_object(&self, req: S3Request<GetObjectInput>) -> Answer<GetObjectOutput> {
        let GetObjectInput { bucket: name, key, version_id, .. } = &req.input;
        let action = versioned("GetObject", "GetObjectVersion", version_id.as_ref());
        self.read_as(action, &object_arn(name, key), name, |bucket| object::get(bucket, &req.input))
    }

    async fn head_object(&self, req: S3Request<HeadObjectInput>) -> Answer<HeadObjectOutput> {
        let HeadObjectInput { bucket: name, key, version_id, .. } = &req.input;
        let action = versioned("GetObject", "GetObjectVersion", version_id.as_ref());
        self.read_as(action, &object_arn(name, key), name, |bucket| object::head(bucket, &req.input))
    }

    async fn delete_object(&self, req: S3Request<DeleteObjectInput>) -> Answer<DeleteObjectOutput> {
        let DeleteObjectInput { bucket: name, key, version_id, .. } = &req.input;
        let action = versioned("DeleteObject", "DeleteObjectVersion", version_id.as_ref());
        self.write(action, &object_arn(name, key), name, |state, cx| object::delete(state, cx, &req.input))
    }

    async fn delete_objects(&self, req: S3Request<DeleteObjectsInput>) -> Answer<DeleteObjectsOutput> {
        let name = &req.input.bucket;
        let denied = |object: &ObjectIdentifier| {
            let action = versioned("DeleteObject", "DeleteObjectVersion", object.version_id.as_ref());
            self.permit(action, &object_arn(name, &object.key)).err()
        };
        let denied: Vec<_> = req.input.delete.objects.iter().map(denied).collect();
        self.expire(name);
        self.answer(object::delete_many(&mut self.sandbox.world().s3, &self.cx, &req.input, &denied))
    }

    async fn copy_object(&self, req: S3Request<CopyObjectInput>) -> Answer<CopyObjectOutput> {
        let input = req.input;
        self.may_read(&input.copy_source)?;
        let (name, resource) = (input.bucket.clone(), object_arn(&input.bucket, &input.key));
        self.write("PutObject", &resource, &name, |state, cx| copy::copy(state, cx, &input))
    }

    async fn put_object_tagging(&self, req: S3Request<PutObjectTaggingInput>) -> Answer<PutObjectTaggingOutput> {
        let (name, arn) = (req.input.bucket.clone(), object_arn(&req.input.bucket, &req.input.key));
        let action = versioned("PutObjectTagging", "PutObjectVersionTagging", req.input.version_id.as_ref());
        self.write(action, &arn, &name, |state, cx| tags::put(state, cx, req.input))
    }

    async fn get_object_tagging(&self, req: S3Request<GetObjectTaggingInput>) -> Answer<GetObjectTaggingOutput> {
        let GetObjectTaggingInput { bucket: name, key, version_id, .. } = &req.input;
        let action = versioned("GetObjectTagging", "GetObjectVersionTagging", version_id.as_ref());
        self.read_as(action, &object_arn(name, key), name, |bucket| tags::get(bucket, &req.input))
    }

    async fn delete_object_tagging(&self, req: S3Request<DeleteObjectTaggingInput>) -> Answer<DeleteObjectTaggingOutput> {
        let DeleteObjectTaggingInput { bucket: name, key, version_id, .. } = &req.input;
        let action = versioned("DeleteObjectTagging", "DeleteObjectVersionTagging", version_id.as_ref());
        self.write(action, &object_arn(name, key), name, |state, cx| tags::delete(state, cx, &req.input))
    }

    async fn create_multipart_upload(&self, req: S3Request<CreateMultipartUploadInput>) -> Answer<CreateMultipartUploadOutput> {
        let (name, arn) = (req.input.bucket.clone(), object_arn(&req.input.bucket, &req.input.key));
        let id = self.sandbox.new_id().replace('-', "");
        self.write("PutObject", &arn, &name, |state, cx| multipart::create(state, cx, req.input, id))
    }

    async fn upload_part(&self, req: S3Request<UploadPartInput>) -> Answer<UploadPartOutput> {
        let mut input = req.input;
        let body = whole(input.body.take()).await.map_err(|error| to_wire(&error, &self.cx.request_id))?;
        let arn = object_arn(&input.bucket, &input.key);
        self.write("PutObject", &arn, &input.bucket, |state, cx| multipart::put_part(state, cx, &input, body))
    }

    async fn upload_part_copy(&self, req: S3Request<UploadPartCopyInput>) -> Answer<UploadPartCopyOutput> {
        let input = req.input;
        self.may_read(&input.copy_source)?;
        let arn = object_arn(&input.bucket, &input.key);
        self.write("PutObject", &arn, &input.bucket, |state, cx| multipart::copy_part(state, cx, &input))
    }

    async fn complete_multipart_upload(&self, req: S3Request<CompleteMultipartUploadInput>) -> Answer<CompleteMultipartUploadOutput> {
        let CompleteMultipartUploadInput { bucket: name, key, .. } = &req.input;
        self.write("PutObject", &object_arn(name, key), name, |state, cx| multipart::complete(state, cx, &req.input))
    }

    async fn abort_multipart_upload(&self, req: S3Request<AbortMultipartUploadInput>) -> Answer<AbortMultipartUploadOutput> {
        let AbortMultipartUploadInput { bucket: name, key, .. } = &req.input;
        self.write("AbortMultipartUpload", &object_arn(name, key), name, |state, cx| multipart::abort(state, cx, &req.input))
    }

    async fn list_parts(&self, req: S3Request<ListPartsInput>) -> Answer<ListPartsOutput> {
        let ListPartsInput { bucket: name, key, .. } = &req.input;
        let arn = object_arn(name, key);
        self.read_as("ListMultipartUploadParts", &arn, name, |bucket| multipart::list_parts(bucket, &self.cx, &req.input))
    }

    async fn list_multipart_uploads(&self, req: S3Request<ListMultipartUploadsInput>) -> Answer<ListMultipartUploadsOutput> {
        self.read("ListBucketMultipartUploads", &req.input.bucket, |bucket| multipart::list(bucket, &self.cx, &req.input))
    }
}

#[cfg(test)]
mod tests {
    use super::OPERATIONS;

    /// `ListObjectsV2` as the method `list_objects_v2`.
    fn method(operation: &str) -> String {
        let snake = |c: char| if c.is_ascii_uppercase() { format!("_{}", c.to_ascii_lowercase()) } else { c.to_string() };
        operation.chars().map(snake).collect::<String>().trim_start_matches('_').to_owned()
    }

    #[test]
    fn the_published_operations_are_the_methods_of_the_trait() {
        let (_, implementation) = include_str!("service.rs").split_once("impl S3 for Call {").unwrap();
        let (implementation, _) = implementation.split_once("\n}\n").unwrap();
        let methods: Vec<&str> = implementation
            .split("async fn ")
            .skip(1)
            .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap())
            .collect();
        assert_eq!(OPERATIONS.iter().map(|operation| method(operation)).collect::<Vec<_>>(), methods);
    }
}
