//! Simple Storage Service: buckets, their settings, objects.

mod buckets;
mod objects;
mod settings;

pub use buckets::{
    Bucket, BucketHead, CreateBucket, DeleteBucket, DeleteBucketPolicy, GetBucketLocation, GetBucketPolicy, GetBucketTagging, HeadBucket,
    ListBuckets, PutBucketPolicy, PutBucketTagging,
};
pub use objects::{
    DeleteFailure, DeleteObject, DeleteObjects, GetObject, HeadObject, ListObjectVersions, ListObjectsV2, Object, ObjectHead, ObjectPage,
    ObjectVersion, PutObject,
};
pub use settings::{
    Encryption, GetBucketEncryption, GetBucketLifecycleConfiguration, GetBucketOwnershipControls, GetPublicAccessBlock, LifecycleRule,
    PublicAccessBlock, PutBucketEncryption, PutBucketLifecycleConfiguration, PutBucketOwnershipControls, PutPublicAccessBlock,
};

use super::operation::Permission;

/// A permission on a bucket.
fn on_bucket(action: &str, bucket: &str) -> Vec<Permission> {
    vec![Permission::new(action, format!("arn:aws:s3:::{bucket}"))]
}

/// A permission on an object, or on all objects with key `*`.
fn on_object(action: &str, bucket: &str, key: &str) -> Permission {
    Permission::new(action, format!("arn:aws:s3:::{bucket}/{key}"))
}

/// An operation whose only parameter is a bucket: the struct, and how its reply is read.
macro_rules! bucket_operation {
    ($(#[$doc:meta])* $name:ident by $method:ident needs $action:literal gives $output:ty: $read:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        #[serde(rename_all = "PascalCase")]
        pub struct $name {
            /// Name of the bucket.
            pub bucket: String,
        }

        impl crate::aws::operation::Operation for $name {
            type Output = $output;
            const SERVICE: crate::aws::operation::Service = crate::aws::operation::Service::S3;
            const NAME: &'static str = stringify!($name);

            fn permissions(&self) -> Vec<crate::aws::operation::Permission> {
                super::on_bucket($action, &self.bucket)
            }

            async fn send(self, clients: &crate::aws::session::Clients) -> Result<$output, crate::aws::error::AwsError> {
                let reply = clients.s3.$method().bucket(self.bucket).send().await.map_err(crate::aws::error::failed::<Self, _>)?;
                Ok($read(reply))
            }
        }
    };
}
use bucket_operation;
