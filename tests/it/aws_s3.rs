//! S3's operations against the sandbox, through both doors.

use outcrop::aws::s3::{
    CreateBucket, DeleteBucket, DeleteObject, DeleteObjects, GetBucketEncryption, GetBucketLifecycleConfiguration, GetBucketLocation,
    GetBucketOwnershipControls, GetBucketPolicy, GetBucketTagging, GetObject, GetPublicAccessBlock, HeadBucket, HeadObject, ListBuckets,
    ListObjectVersions, ListObjectsV2, PutBucketEncryption, PutBucketLifecycleConfiguration, PutBucketOwnershipControls, PutBucketPolicy,
    PutBucketTagging, PutObject, PutPublicAccessBlock,
};
use outcrop::aws::{ErrorKind, Session, Tag};

use crate::aws_sandbox::doors;

fn bucket() -> String {
    "outcrop-lab-9012-a1b2".to_owned()
}

async fn with_bucket(session: &Session) {
    session.run(CreateBucket { bucket: bucket(), region: "us-east-1".to_owned() }).await.unwrap();
}

#[tokio::test]
async fn the_life_of_a_bucket() {
    let (sessions, _server) = doors().await;
    for session in sessions {
        let missing = session.run(HeadBucket { bucket: bucket() }).await.unwrap_err();
        assert_eq!((missing.kind, missing.status), (ErrorKind::NotFound, Some(404)), "{missing:?}");
        with_bucket(&session).await;
        session.run(HeadBucket { bucket: bucket() }).await.unwrap();
        assert_eq!(session.run(GetBucketLocation { bucket: bucket() }).await.unwrap(), "us-east-1");
        let names: Vec<_> = session.run(ListBuckets {}).await.unwrap().into_iter().map(|found| found.name).collect();
        assert_eq!(names, [bucket()]);
        session.run(DeleteBucket { bucket: bucket() }).await.unwrap();
        let gone = session.run(DeleteBucket { bucket: bucket() }).await.unwrap_err();
        assert_eq!((gone.kind, gone.code.as_str()), (ErrorKind::NotFound, "NoSuchBucket"), "{gone:?}");
    }
}

#[tokio::test]
async fn settings_that_are_not_there_are_not_found() {
    let (sessions, _server) = doors().await;
    for session in sessions {
        with_bucket(&session).await;
        let kinds = [
            session.run(GetBucketPolicy { bucket: bucket() }).await.map(drop).unwrap_err(),
            session.run(GetBucketTagging { bucket: bucket() }).await.map(drop).unwrap_err(),
            session.run(GetBucketLifecycleConfiguration { bucket: bucket() }).await.map(drop).unwrap_err(),
        ];
        assert!(kinds.iter().all(|error| error.kind == ErrorKind::NotFound), "{kinds:?}");
    }
}

#[tokio::test]
async fn settings_are_read_as_written() {
    let (sessions, _server) = doors().await;
    for session in sessions {
        with_bucket(&session).await;
        protection(&session).await;
        session.run(PutBucketEncryption { bucket: bucket(), kms_key_id: None }).await.unwrap();
        let encryption = session.run(GetBucketEncryption { bucket: bucket() }).await.unwrap();
        assert_eq!((encryption.algorithm.as_str(), encryption.kms_key_id), ("AES256", None));
        session.run(PutBucketLifecycleConfiguration { bucket: bucket(), expire_after_days: 30 }).await.unwrap();
        let rules = session.run(GetBucketLifecycleConfiguration { bucket: bucket() }).await.unwrap();
        assert_eq!((rules.len(), rules[0].enabled, rules[0].prefix.as_str(), rules[0].expire_after_days), (1, true, "", Some(30)));
        let tags = vec![Tag::new("outcrop", "lab"), Tag::new("step", "bucket")];
        session.run(PutBucketTagging { bucket: bucket(), tags: tags.clone() }).await.unwrap();
        assert_eq!(session.run(GetBucketTagging { bucket: bucket() }).await.unwrap(), tags);
    }
}

/// Public access, ownership and the policy.
async fn protection(session: &Session) {
    session.run(PutPublicAccessBlock { bucket: bucket() }).await.unwrap();
    assert!(session.run(GetPublicAccessBlock { bucket: bucket() }).await.unwrap().is_complete());
    session.run(PutBucketOwnershipControls { bucket: bucket(), ownership: "BucketOwnerEnforced".to_owned() }).await.unwrap();
    assert_eq!(session.run(GetBucketOwnershipControls { bucket: bucket() }).await.unwrap(), "BucketOwnerEnforced");
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"AmazonBedrockLogsWrite","Effect":"Allow","Principal":{{"Service":"bedrock.amazonaws.com"}},"Action":"s3:PutObject","Resource":"arn:aws:s3:::{}/AWSLogs/123456789012/BedrockModelInvocationLogs/*"}}]}}"#,
        bucket()
    );
    session.run(PutBucketPolicy { bucket: bucket(), policy: policy.clone() }).await.unwrap();
    assert_eq!(session.run(GetBucketPolicy { bucket: bucket() }).await.unwrap(), policy);
}

fn put(key: &str, body: &[u8]) -> PutObject {
    PutObject { bucket: bucket(), key: key.to_owned(), body: body.to_vec(), content_type: Some("application/json".to_owned()) }
}

#[tokio::test]
async fn the_life_of_objects() {
    let (sessions, _server) = doors().await;
    for session in sessions {
        with_bucket(&session).await;
        for number in 0..5 {
            session.run(put(&format!("logs/{number} ü.json"), b"{\"a\":1}")).await.unwrap();
        }
        session.run(put("empty", b"")).await.unwrap();
        assert_eq!(session.run(GetObject::new(bucket(), "logs/3 ü.json")).await.unwrap(), b"{\"a\":1}");
        let head = session.run(HeadObject { bucket: bucket(), key: "logs/3 ü.json".to_owned() }).await.unwrap();
        assert_eq!((head.size, head.content_type.as_deref()), (7, Some("application/json")));
        let missing = session.run(GetObject::new(bucket(), "nothing")).await.unwrap_err();
        assert_eq!((missing.kind, missing.code.as_str()), (ErrorKind::NotFound, "NoSuchKey"));
        lists(&session).await;
        emptying(&session).await;
    }
}

async fn lists(session: &Session) {
    let list = |prefix: &str, max| ListObjectsV2 { bucket: bucket(), prefix: prefix.to_owned(), max };
    let some = session.run(list("logs/", Some(2))).await.unwrap();
    assert_eq!((some.objects.len(), some.truncated, some.objects[0].key.as_str()), (2, true, "logs/0 ü.json"));
    let all = session.run(list("", None)).await.unwrap();
    assert_eq!((all.objects.len(), all.truncated, all.objects[0].size), (6, false, 0));
}

async fn emptying(session: &Session) {
    let full = session.run(DeleteBucket { bucket: bucket() }).await.unwrap_err();
    assert_eq!(full.code, "BucketNotEmpty");
    session.run(DeleteObject { bucket: bucket(), key: "empty".to_owned() }).await.unwrap();
    let versions = session.run(ListObjectVersions { bucket: bucket(), prefix: String::new() }).await.unwrap();
    assert_eq!(versions.len(), 5);
    assert!(versions.iter().all(|version| !version.is_delete_marker && version.version_id == "null"), "{versions:?}");
    let objects = versions.into_iter().map(|version| (version.key, Some(version.version_id))).collect();
    assert_eq!(session.run(DeleteObjects { bucket: bucket(), objects }).await.unwrap(), []);
    session.run(DeleteBucket { bucket: bucket() }).await.unwrap();
}
