//! Settings of a bucket: policy, public access block, ownership, encryption, lifecycle, tags, versioning.

use s3s::dto::{
    BucketLifecycleConfiguration, BucketVersioningStatus, GetBucketEncryptionOutput, GetBucketLifecycleConfigurationOutput,
    GetBucketOwnershipControlsOutput, GetBucketPolicyOutput, GetBucketTaggingOutput, GetBucketVersioningOutput, GetPublicAccessBlockOutput,
    ObjectOwnership, OwnershipControls, OwnershipControlsRule, PublicAccessBlockConfiguration, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tag, VersioningConfiguration,
};

use super::error::{Result, invalid_argument, malformed_xml, not_implemented};
use super::lifecycle;
use super::state::{Bucket, Encryption, PublicAccessBlock, Versioning};
use crate::sandbox::api::ApiError;

/// Most tags of a bucket.
const MAX_TAGS: usize = 50;

/// `GetBucketPolicy`.
pub(super) fn policy(bucket: &Bucket) -> Result<GetBucketPolicyOutput> {
    let missing = || ApiError::new(404, "NoSuchBucketPolicy", "The bucket policy does not exist");
    Ok(GetBucketPolicyOutput { policy: Some(bucket.policy.clone().ok_or_else(missing)?) })
}

/// `GetPublicAccessBlock`.
pub(super) fn public_access_block(bucket: &Bucket) -> Result<GetPublicAccessBlockOutput> {
    let text = "The public access block configuration was not found";
    let missing = || ApiError::new(404, "NoSuchPublicAccessBlockConfiguration", text);
    let block = bucket.public_access_block.ok_or_else(missing)?;
    let configuration = PublicAccessBlockConfiguration {
        block_public_acls: Some(block.block_public_acls),
        block_public_policy: Some(block.block_public_policy),
        ignore_public_acls: Some(block.ignore_public_acls),
        restrict_public_buckets: Some(block.restrict_public_buckets),
    };
    Ok(GetPublicAccessBlockOutput { public_access_block_configuration: Some(configuration) })
}

/// `PutPublicAccessBlock`; switches not named are off.
pub(super) fn put_public_access_block(bucket: &mut Bucket, configuration: &PublicAccessBlockConfiguration) {
    bucket.public_access_block = Some(PublicAccessBlock {
        block_public_acls: configuration.block_public_acls == Some(true),
        ignore_public_acls: configuration.ignore_public_acls == Some(true),
        block_public_policy: configuration.block_public_policy == Some(true),
        restrict_public_buckets: configuration.restrict_public_buckets == Some(true),
    });
}

/// `GetBucketOwnershipControls`.
pub(super) fn ownership(bucket: &Bucket) -> Result<GetBucketOwnershipControlsOutput> {
    let missing = || ApiError::new(404, "OwnershipControlsNotFoundError", "The bucket ownership controls were not found");
    let ownership = bucket.ownership.clone().ok_or_else(missing)?;
    let rules = vec![OwnershipControlsRule { object_ownership: ObjectOwnership::from(ownership) }];
    Ok(GetBucketOwnershipControlsOutput { ownership_controls: Some(OwnershipControls { rules }) })
}

/// `PutBucketOwnershipControls`.
pub(super) fn put_ownership(bucket: &mut Bucket, controls: &OwnershipControls) -> Result<()> {
    let [rule] = controls.rules.as_slice() else { return Err(malformed_xml()) };
    bucket.ownership = Some(ownership_name(&rule.object_ownership)?);
    Ok(())
}

/// The name of an ownership setting that S3 knows.
pub(super) fn ownership_name(ownership: &ObjectOwnership) -> Result<String> {
    match ownership.as_str() {
        name @ ("BucketOwnerEnforced" | "BucketOwnerPreferred" | "ObjectWriter") => Ok(name.to_owned()),
        _ => Err(malformed_xml()),
    }
}

/// `GetBucketEncryption`; a bucket without a setting of its own has S3's default.
pub(super) fn encryption(bucket: &Bucket) -> GetBucketEncryptionOutput {
    let by_default = ServerSideEncryptionByDefault {
        kms_master_key_id: bucket.encryption.kms_key.clone(),
        sse_algorithm: ServerSideEncryption::from(bucket.encryption.algorithm.clone()),
    };
    let rule = ServerSideEncryptionRule {
        apply_server_side_encryption_by_default: Some(by_default),
        bucket_key_enabled: Some(bucket.encryption.bucket_key),
    };
    let configuration = ServerSideEncryptionConfiguration { rules: vec![rule] };
    GetBucketEncryptionOutput { server_side_encryption_configuration: Some(configuration) }
}

/// `PutBucketEncryption`.
pub(super) fn put_encryption(bucket: &mut Bucket, configuration: &ServerSideEncryptionConfiguration) -> Result<()> {
    let [rule] = configuration.rules.as_slice() else { return Err(malformed_xml()) };
    let by_default = rule.apply_server_side_encryption_by_default.as_ref().ok_or_else(malformed_xml)?;
    let key = by_default.kms_master_key_id.clone();
    bucket.encryption = chosen_encryption(by_default.sse_algorithm.as_str(), key, rule.bucket_key_enabled)?;
    Ok(())
}

/// Encryption that a request names, checked.
pub(super) fn chosen_encryption(algorithm: &str, kms_key: Option<String>, bucket_key: Option<bool>) -> Result<Encryption> {
    match (algorithm, kms_key.is_some()) {
        ("AES256", true) => {
            Err(invalid_argument("a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse"))
        }
        ("AES256" | "aws:kms" | "aws:kms:dsse", _) => {
            Ok(Encryption { algorithm: algorithm.to_owned(), kms_key, bucket_key: bucket_key == Some(true) })
        }
        _ => Err(invalid_argument("The encryption method specified is not supported")),
    }
}

/// `GetBucketLifecycleConfiguration`.
pub(super) fn lifecycle(bucket: &Bucket) -> Result<GetBucketLifecycleConfigurationOutput> {
    let missing = || ApiError::new(404, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist");
    let rules = lifecycle::rules(bucket.lifecycle.as_deref().ok_or_else(missing)?);
    Ok(GetBucketLifecycleConfigurationOutput { rules: Some(rules), transition_default_minimum_object_size: None })
}

/// `PutBucketLifecycleConfiguration`.
pub(super) fn put_lifecycle(bucket: &mut Bucket, configuration: Option<BucketLifecycleConfiguration>) -> Result<()> {
    let configuration = lifecycle::checked(configuration.ok_or_else(malformed_xml)?)?;
    bucket.set_lifecycle(Some(lifecycle::to_xml(&configuration)?));
    Ok(())
}

/// `GetBucketTagging`.
pub(super) fn tags(bucket: &Bucket) -> Result<GetBucketTaggingOutput> {
    if bucket.tags.is_empty() {
        return Err(ApiError::new(404, "NoSuchTagSet", "The TagSet does not exist"));
    }
    let tag = |(key, value): &(String, String)| Tag { key: Some(key.clone()), value: Some(value.clone()) };
    Ok(GetBucketTaggingOutput { tag_set: bucket.tags.iter().map(tag).collect() })
}

/// `PutBucketTagging`; replaces all tags.
pub(super) fn put_tags(bucket: &mut Bucket, tags: Vec<Tag>) -> Result<()> {
    if tags.len() > MAX_TAGS {
        return Err(ApiError::new(400, "BadRequest", "Bucket tag count cannot be greater than 50"));
    }
    let tags: Vec<(String, String)> = tags.into_iter().map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default())).collect();
    tags.iter().enumerate().try_for_each(|(at, (key, value))| check_tag(&tags[..at], key, value))?;
    bucket.tags = tags;
    Ok(())
}

pub(super) fn check_tag(before: &[(String, String)], key: &str, value: &str) -> Result<()> {
    let invalid = |text: &str| Err(ApiError::new(400, "InvalidTag", text));
    let is_plain = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c));
    if key.is_empty() || key.chars().count() > 128 || !is_plain(key) {
        return invalid("The TagKey you have provided is invalid");
    }
    if value.chars().count() > 256 || !is_plain(value) {
        return invalid("The TagValue you have provided is invalid");
    }
    if key.to_ascii_lowercase().starts_with("aws:") {
        return invalid("System tags cannot be added/updated by requester");
    }
    if before.iter().any(|(other, _)| other == key) {
        return invalid("Cannot provide multiple Tags with the same key");
    }
    Ok(())
}

/// `GetBucketVersioning`; says nothing of a bucket that never had it.
pub(super) fn versioning(bucket: &Bucket) -> GetBucketVersioningOutput {
    let status = match bucket.versioning {
        Versioning::Off => None,
        Versioning::Enabled => Some(BucketVersioningStatus::from_static(BucketVersioningStatus::ENABLED)),
        Versioning::Suspended => Some(BucketVersioningStatus::from_static(BucketVersioningStatus::SUSPENDED)),
    };
    GetBucketVersioningOutput { status, ..GetBucketVersioningOutput::default() }
}

/// `PutBucketVersioning`.
pub(super) fn put_versioning(bucket: &mut Bucket, configuration: &VersioningConfiguration) -> Result<()> {
    if configuration.mfa_delete.as_ref().is_some_and(|mfa| mfa.as_str() == "Enabled") {
        return Err(not_implemented("MFA delete"));
    }
    bucket.versioning = match configuration.status.as_ref().map(BucketVersioningStatus::as_str) {
        Some(BucketVersioningStatus::ENABLED) => Versioning::Enabled,
        Some(BucketVersioningStatus::SUSPENDED) => Versioning::Suspended,
        _ => {
            let text = "The Versioning element must be specified";
            return Err(ApiError::new(400, "IllegalVersioningConfigurationException", text));
        }
    };
    Ok(())
}
