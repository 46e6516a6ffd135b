//! The real S3 client against the sandbox, through the in-process door and through loopback HTTP.

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_s3::config::Region;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketLocationConstraint, BucketVersioningStatus, ChecksumAlgorithm, CreateBucketConfiguration, Delete,
    EncodingType, ExpirationStatus, LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, MetadataDirective,
    NoncurrentVersionExpiration, ObjectCannedAcl, ObjectIdentifier, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
    PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule, Tag, Tagging, VersioningConfiguration,
};
use aws_sdk_s3::{Client, Config};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use outcrop::base::clock::{ManualClock, timestamp_ms};
use outcrop::sandbox::Sandbox;
use outcrop::sandbox::door::Door;
use outcrop::sandbox::server::Server;
use outcrop::sandbox::world::World;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Noon of 2026-11-23, UTC.
const NOON: i64 = 1_795_435_200_000;
const BUCKET: &str = "outcrop-logs-1";

/// A sandbox with a clock that the test moves, and the two ways in.
struct Account {
    sandbox: Sandbox,
    clock: Arc<ManualClock>,
    server: Server,
}

impl Account {
    async fn open() -> Self {
        let clock = ManualClock::starting_at(timestamp_ms(NOON));
        let sandbox = Sandbox::new(World::default(), clock.clone(), 7);
        let server = Server::start(sandbox.clone(), None).await.unwrap();
        Self { sandbox, clock, server }
    }

    /// An account with [`BUCKET`] in us-east-1 and a client to it.
    async fn with_bucket() -> (Self, Client) {
        let account = Self::open().await;
        let client = account.inside("us-east-1");
        client.create_bucket().bucket(BUCKET).send().await.unwrap();
        (account, client)
    }

    /// A client through the in-process door.
    fn inside(&self, region: &'static str) -> Client {
        let config = config(region).http_client(Door::http_client(self.sandbox.clone())).endpoint_url("http://localhost");
        Client::from_conf(config.build())
    }

    /// A client through loopback HTTP.
    fn outside(&self, region: &'static str) -> Client {
        Client::from_conf(config(region).endpoint_url(self.server.url()).build())
    }

    fn stored(&self, bucket: &str) -> u64 {
        assert!(self.sandbox.world().s3.bucket(bucket).is_some());
        self.sandbox.world().s3.stored_bytes()
    }
}

fn config(region: &'static str) -> aws_sdk_s3::config::Builder {
    let credentials = Credentials::new("ANYKEYATALL00000", "any secret", None, None, "test");
    Config::builder().behavior_version_latest().region(Region::new(region)).credentials_provider(credentials).force_path_style(true)
}

/// Status, code and message of a refused call.
fn refusal<T, E: ProvideErrorMetadata>(result: Result<T, SdkError<E, HttpResponse>>) -> (u16, String, String) {
    let Err(error) = result else { panic!("the call must be refused") };
    let status = error.raw_response().expect("an answer").status().as_u16();
    let meta = error.meta();
    (status, meta.code().unwrap_or_default().to_owned(), meta.message().unwrap_or_default().to_owned())
}

fn code<T, E: ProvideErrorMetadata>(result: Result<T, SdkError<E, HttpResponse>>) -> (u16, String) {
    let (status, code, _) = refusal(result);
    (status, code)
}

async fn put(client: &Client, key: &str, body: &'static str) -> Option<String> {
    let put = client.put_object().bucket(BUCKET).key(key).body(ByteStream::from_static(body.as_bytes()));
    put.send().await.unwrap().version_id
}

async fn text(client: &Client, key: &str, version: Option<String>) -> String {
    let got = client.get_object().bucket(BUCKET).key(key).set_version_id(version).send().await.unwrap();
    String::from_utf8(got.body.collect().await.unwrap().to_vec()).unwrap()
}

fn bytes(length: usize) -> Vec<u8> {
    let mut rng = fastrand::Rng::with_seed(11);
    (0..length).map(|_| rng.u8(..)).collect()
}

#[tokio::test]
async fn an_object_comes_back_as_it_went_through_both_doors() {
    let (account, inside) = Account::with_bucket().await;
    for (door, client) in [("in process", inside), ("loopback", account.outside("us-east-1"))] {
        let key = format!("a folder/ü+&=.json ({door})");
        let put = client.put_object().bucket(BUCKET).key(&key).body(ByteStream::from_static(b"{\"hello\":1}"));
        let put = put.content_type("application/json").content_encoding("gzip").cache_control("no-store").metadata("owner", "me");
        let put = put.send().await.unwrap();
        assert_eq!(put.e_tag(), Some("\"8590c3ebd8fec6dda546aef5de1d99e8\""), "{door}");
        let crc = put.checksum_crc32().expect("the client sends CRC32 by default").to_owned();
        assert_eq!(put.server_side_encryption(), Some(&ServerSideEncryption::Aes256));
        assert_eq!(put.version_id(), None, "a bucket without versioning");

        let got = client.get_object().bucket(BUCKET).key(&key).send().await.unwrap();
        assert_eq!(
            (got.content_type(), got.content_encoding(), got.cache_control()),
            (Some("application/json"), Some("gzip"), Some("no-store"))
        );
        assert_eq!(got.metadata().unwrap()["owner"], "me");
        assert_eq!((got.content_length(), got.e_tag()), (Some(11), put.e_tag()));
        assert_eq!(got.checksum_crc32(), Some(crc.as_str()), "asked for by default, and checked by the client");
        assert_eq!(got.last_modified(), Some(&DateTime::from_millis(NOON)));
        assert_eq!(got.body.collect().await.unwrap().to_vec(), b"{\"hello\":1}");

        let head = client.head_object().bucket(BUCKET).key(&key).send().await.unwrap();
        assert_eq!((head.content_length(), head.content_type(), head.e_tag()), (Some(11), Some("application/json"), put.e_tag()));
        client.delete_object().bucket(BUCKET).key(&key).send().await.unwrap();
        assert_eq!(code(client.get_object().bucket(BUCKET).key(&key).send().await), (404, "NoSuchKey".to_owned()));
    }
    assert_eq!(account.stored(BUCKET), 0);
}

#[tokio::test]
async fn five_mebibytes_streamed_in_chunks_arrive_unchanged() {
    let (account, _) = Account::with_bucket().await;
    let body = bytes(5 << 20);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &body).unwrap();
    for client in [account.inside("us-east-1"), account.outside("us-east-1")] {
        // A body from a file is sent aws-chunked with its checksum as a trailer.
        let stream = ByteStream::from_path(file.path()).await.unwrap();
        let put = client.put_object().bucket(BUCKET).key("big").body(stream).send().await.unwrap();
        assert!(put.checksum_crc32().is_some());
        let got = client.get_object().bucket(BUCKET).key("big").send().await.unwrap();
        assert_eq!(got.content_encoding(), None, "transfer encodings are not kept");
        assert!(got.body.collect().await.unwrap().to_vec() == body);
    }
    assert_eq!(account.stored(BUCKET), 5 << 20);
}

#[tokio::test]
async fn every_checksum_algorithm_is_checked_and_kept() {
    let (account, client) = Account::with_bucket().await;
    let algorithms = [
        ChecksumAlgorithm::Crc32,
        ChecksumAlgorithm::Crc32C,
        ChecksumAlgorithm::Crc64Nvme,
        ChecksumAlgorithm::Sha1,
        ChecksumAlgorithm::Sha256,
    ];
    for algorithm in algorithms {
        let put = client.put_object().bucket(BUCKET).key("k").body(ByteStream::from_static(b"abc")).checksum_algorithm(algorithm.clone());
        put.send().await.unwrap();
        let listed = client.list_objects_v2().bucket(BUCKET).send().await.unwrap();
        assert_eq!(listed.contents()[0].checksum_algorithm(), [algorithm]);
        assert_eq!(text(&client, "k", None).await, "abc");
    }
    let wrong =
        client.put_object().bucket(BUCKET).key("k").body(ByteStream::from_static(b"abd")).checksum_sha1("qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");
    assert_eq!(
        refusal(wrong.send().await),
        (400, "BadDigest".to_owned(), "The SHA1 you specified did not match the calculated checksum.".to_owned())
    );
    let wrong = client.put_object().bucket(BUCKET).key("k").body(ByteStream::from_static(b"abd")).content_md5("kAFQmDzST7DWlj99KOF/cg==");
    assert_eq!(code(wrong.send().await), (400, "BadDigest".to_owned()));
    assert_eq!(account.stored(BUCKET), 3, "refused bodies are not kept");
}

#[tokio::test]
async fn ranges_and_conditions_of_reads() {
    let (_account, client) = Account::with_bucket().await;
    put(&client, "k", "0123456789").await;
    let get = || client.get_object().bucket(BUCKET).key("k");
    for (range, body, content_range) in
        [("bytes=2-4", "234", "bytes 2-4/10"), ("bytes=7-", "789", "bytes 7-9/10"), ("bytes=-2", "89", "bytes 8-9/10")]
    {
        let got = get().range(range).send().await.unwrap();
        assert_eq!((got.content_range(), got.content_length()), (Some(content_range), Some(body.len() as i64)));
        assert_eq!(got.body.collect().await.unwrap().to_vec(), body.as_bytes());
    }
    assert_eq!(code(get().range("bytes=10-").send().await), (416, "InvalidRange".to_owned()));

    let etag = get().send().await.unwrap().e_tag.unwrap();
    let before = DateTime::from_millis(NOON - 1000);
    get().if_match(&etag).if_modified_since(before).send().await.unwrap();
    assert_eq!(code(get().if_match("\"other\"").send().await), (412, "PreconditionFailed".to_owned()));
    assert_eq!(code(get().if_unmodified_since(before).send().await), (412, "PreconditionFailed".to_owned()));
    assert_eq!(code(get().if_none_match(&etag).send().await).0, 304);
    assert_eq!(code(get().if_modified_since(DateTime::from_millis(NOON)).send().await).0, 304);
    let create = client.put_object().bucket(BUCKET).key("k").if_none_match("*");
    assert_eq!(code(create.send().await), (412, "PreconditionFailed".to_owned()));
}

#[tokio::test]
async fn a_new_bucket_has_the_settings_that_aws_gives_it() {
    let (_account, client) = Account::with_bucket().await;
    let head = client.head_bucket().bucket(BUCKET).send().await.unwrap();
    assert_eq!(head.bucket_region(), Some("us-east-1"));
    let block = client.get_public_access_block().bucket(BUCKET).send().await.unwrap().public_access_block_configuration.unwrap();
    let all_on = PublicAccessBlockConfiguration::builder().block_public_acls(true).ignore_public_acls(true);
    assert_eq!(block, all_on.block_public_policy(true).restrict_public_buckets(true).build());
    let ownership = client.get_bucket_ownership_controls().bucket(BUCKET).send().await.unwrap().ownership_controls.unwrap();
    assert_eq!(ownership.rules()[0].object_ownership(), &ObjectOwnership::BucketOwnerEnforced);
    let encryption = client.get_bucket_encryption().bucket(BUCKET).send().await.unwrap().server_side_encryption_configuration.unwrap();
    let by_default = encryption.rules()[0].apply_server_side_encryption_by_default().unwrap();
    assert_eq!(by_default.sse_algorithm(), &ServerSideEncryption::Aes256);
    assert_eq!(client.get_bucket_versioning().bucket(BUCKET).send().await.unwrap().status(), None);
    let listed = client.list_buckets().send().await.unwrap();
    assert_eq!(listed.buckets()[0].name(), Some(BUCKET));
    assert_eq!(listed.buckets()[0].creation_date(), Some(&DateTime::from_millis(NOON)));
    assert_eq!(listed.buckets()[0].bucket_region(), Some("us-east-1"));
}

#[tokio::test]
async fn creating_a_bucket_is_refused_as_aws_refuses_it() {
    let account = Account::open().await;
    let (virginia, ireland) = (account.inside("us-east-1"), account.outside("eu-west-1"));
    let in_region = |region: &str| CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::from(region)).build();
    let error = virginia.create_bucket().bucket("Bad_Name").send().await;
    assert_eq!(refusal(error), (400, "InvalidBucketName".to_owned(), "The specified bucket is not valid.".to_owned()));

    for taken in ["test", "my-bucket", "taken-by-a-colleague"] {
        let error = virginia.create_bucket().bucket(taken).send().await.unwrap_err().into_service_error();
        assert!(error.is_bucket_already_exists(), "{taken}: {error:?}");
        assert!(error.message().unwrap().starts_with("The requested bucket name is not available."));
        assert_eq!(code(virginia.head_bucket().bucket(taken).send().await).0, 403, "someone else's bucket");
    }

    virginia.create_bucket().bucket("mine-1").send().await.unwrap();
    virginia.create_bucket().bucket("mine-1").send().await.expect("us-east-1 lets an owner repeat the call");
    let wrong = ireland.create_bucket().bucket("mine-2").send().await;
    assert_eq!(code(wrong), (400, "IllegalLocationConstraintException".to_owned()));
    let wrong = virginia.create_bucket().bucket("mine-2").create_bucket_configuration(in_region("moon-1")).send().await;
    assert_eq!(code(wrong), (400, "InvalidLocationConstraint".to_owned()));
    let create = || ireland.create_bucket().bucket("mine-2").create_bucket_configuration(in_region("eu-west-1"));
    create().send().await.unwrap();
    let again = create().send().await.unwrap_err().into_service_error();
    assert!(again.is_bucket_already_owned_by_you(), "{again:?}");

    let location = virginia.get_bucket_location().bucket("mine-2").send().await.unwrap();
    assert_eq!(location.location_constraint(), Some(&BucketLocationConstraint::EuWest1));
    let location = virginia.get_bucket_location().bucket("mine-1").send().await.unwrap();
    assert!(location.location_constraint().is_none_or(|c| c.as_str().is_empty()), "us-east-1 has no constraint");
}

#[tokio::test]
async fn a_bucket_of_another_region_answers_with_a_redirect_that_names_it() {
    let (account, _) = Account::with_bucket().await;
    let frankfurt = account.outside("eu-central-1");
    let error = frankfurt.head_bucket().bucket(BUCKET).send().await.unwrap_err();
    let raw = error.raw_response().unwrap();
    assert_eq!((raw.status().as_u16(), raw.headers().get("x-amz-bucket-region")), (301, Some("us-east-1")));
    let error = refusal(frankfurt.put_object().bucket(BUCKET).key("k").send().await);
    assert_eq!((error.0, error.1.as_str()), (301, "PermanentRedirect"));
    assert!(error.2.starts_with("The bucket you are attempting to access must be addressed using the specified endpoint."));
}

#[tokio::test]
async fn reading_changes_nothing_that_a_snapshot_would_have_to_keep() {
    let (account, client) = Account::with_bucket().await;
    put(&client, "k", "x").await;
    let before = account.sandbox.revision();
    assert_eq!(text(&client, "k", None).await, "x");
    client.head_object().bucket(BUCKET).key("k").send().await.unwrap();
    client.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    client.list_buckets().send().await.unwrap();
    client.get_bucket_encryption().bucket(BUCKET).send().await.unwrap();
    assert_eq!(account.sandbox.revision(), before);
}

#[tokio::test]
async fn what_is_missing_is_a_typed_error() {
    let (_account, client) = Account::with_bucket().await;
    assert!(client.head_bucket().bucket("nowhere-1").send().await.unwrap_err().into_service_error().is_not_found());
    assert!(client.head_object().bucket(BUCKET).key("k").send().await.unwrap_err().into_service_error().is_not_found());
    assert!(client.get_object().bucket(BUCKET).key("k").send().await.unwrap_err().into_service_error().is_no_such_key());
    assert!(client.list_objects_v2().bucket("nowhere-1").send().await.unwrap_err().into_service_error().is_no_such_bucket());
    let missing = |code: &str, message: &str| (404, code.to_owned(), message.to_owned());
    let got = refusal(client.delete_bucket().bucket("nowhere-1").send().await);
    assert_eq!(got, missing("NoSuchBucket", "The specified bucket does not exist"));
    let got = refusal(client.get_bucket_policy().bucket(BUCKET).send().await);
    assert_eq!(got, missing("NoSuchBucketPolicy", "The bucket policy does not exist"));
    let got = refusal(client.get_bucket_tagging().bucket(BUCKET).send().await);
    assert_eq!(got, missing("NoSuchTagSet", "The TagSet does not exist"));
    let got = refusal(client.get_bucket_lifecycle_configuration().bucket(BUCKET).send().await);
    assert_eq!(got, missing("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"));
    client.delete_public_access_block().bucket(BUCKET).send().await.unwrap();
    let got = refusal(client.get_public_access_block().bucket(BUCKET).send().await);
    assert_eq!(got, missing("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"));
    client.delete_bucket_ownership_controls().bucket(BUCKET).send().await.unwrap();
    let got = refusal(client.get_bucket_ownership_controls().bucket(BUCKET).send().await);
    assert_eq!(got, missing("OwnershipControlsNotFoundError", "The bucket ownership controls were not found"));
}

#[tokio::test]
async fn settings_are_kept_and_deleted() {
    let (_account, client) = Account::with_bucket().await;
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"AmazonBedrockLogsWrite","Effect":"Allow","Principal":{{"Service":"bedrock.amazonaws.com"}},"Action":["s3:PutObject"],"Resource":["arn:aws:s3:::{BUCKET}/AWSLogs/123456789012/BedrockModelInvocationLogs/*"]}}]}}"#
    );
    client.put_bucket_policy().bucket(BUCKET).policy(&policy).send().await.unwrap();
    assert_eq!(client.get_bucket_policy().bucket(BUCKET).send().await.unwrap().policy(), Some(policy.as_str()));
    client.delete_bucket_policy().bucket(BUCKET).send().await.unwrap();
    assert_eq!(code(client.get_bucket_policy().bucket(BUCKET).send().await).1, "NoSuchBucketPolicy");

    let block = PublicAccessBlockConfiguration::builder().block_public_acls(true).block_public_policy(false).build();
    client.put_public_access_block().bucket(BUCKET).public_access_block_configuration(block).send().await.unwrap();
    let block = client.get_public_access_block().bucket(BUCKET).send().await.unwrap().public_access_block_configuration.unwrap();
    assert_eq!(
        (block.block_public_acls(), block.block_public_policy(), block.restrict_public_buckets()),
        (Some(true), Some(false), Some(false))
    );

    let rule = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::ObjectWriter).build().unwrap();
    let controls = OwnershipControls::builder().rules(rule).build().unwrap();
    client.put_bucket_ownership_controls().bucket(BUCKET).ownership_controls(controls.clone()).send().await.unwrap();
    assert_eq!(client.get_bucket_ownership_controls().bucket(BUCKET).send().await.unwrap().ownership_controls, Some(controls));

    let kms = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(ServerSideEncryption::AwsKms)
        .kms_master_key_id("alias/logs")
        .build()
        .unwrap();
    let rule = ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(kms).bucket_key_enabled(true).build();
    let encryption = ServerSideEncryptionConfiguration::builder().rules(rule).build().unwrap();
    client.put_bucket_encryption().bucket(BUCKET).server_side_encryption_configuration(encryption.clone()).send().await.unwrap();
    assert_eq!(client.get_bucket_encryption().bucket(BUCKET).send().await.unwrap().server_side_encryption_configuration, Some(encryption));
    let written = client.put_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!((written.server_side_encryption(), written.ssekms_key_id()), (Some(&ServerSideEncryption::AwsKms), Some("alias/logs")));

    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build().unwrap();
    let tags = [tag("project", "outcrop"), tag("lab", "bedrock-monitoring")];
    let tagging = Tagging::builder().set_tag_set(Some(tags.to_vec())).build().unwrap();
    client.put_bucket_tagging().bucket(BUCKET).tagging(tagging).send().await.unwrap();
    assert_eq!(client.get_bucket_tagging().bucket(BUCKET).send().await.unwrap().tag_set(), tags);
    client.delete_bucket_tagging().bucket(BUCKET).send().await.unwrap();
    assert_eq!(code(client.get_bucket_tagging().bucket(BUCKET).send().await).1, "NoSuchTagSet");
}

#[tokio::test]
async fn bad_policies_are_refused() {
    let (_account, client) = Account::with_bucket().await;
    let put = |policy: &str| client.put_bucket_policy().bucket(BUCKET).policy(policy).send();
    let malformed = |message: &str| (400, "MalformedPolicy".to_owned(), message.to_owned());
    assert_eq!(refusal(put("no json").await), malformed("Policies must be valid JSON and the first byte must be '{'"));
    let foreign = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::other/*"}]}"#;
    assert_eq!(refusal(put(foreign).await), malformed("Policy has invalid resource"));
    let public = foreign.replace("other", BUCKET);
    let (status, code, message) = refusal(put(&public).await);
    assert_eq!((status, code.as_str()), (403, "AccessDenied"));
    assert!(message.ends_with("public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access."), "{message}");
    client.delete_public_access_block().bucket(BUCKET).send().await.unwrap();
    put(&public).await.unwrap();
}

#[tokio::test]
async fn a_listing_of_thousands_of_keys_comes_in_pages() {
    let (account, client) = Account::with_bucket().await;
    let keys: Vec<String> = (0..2345).map(|n| format!("logs/{:02}/{n:05}", n % 24)).collect();
    for key in &keys {
        account.sandbox.world().s3.put_object(BUCKET, key, key.clone(), None, None, timestamp_ms(NOON)).unwrap();
    }
    let mut sorted = keys.clone();
    sorted.sort();

    let mut pages = client.list_objects_v2().bucket(BUCKET).into_paginator().send();
    let (mut sizes, mut seen) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        sizes.push(page.key_count().unwrap());
        seen.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
    }
    assert_eq!(sizes, [1000, 1000, 345]);
    assert_eq!(seen, sorted);

    let mut marker = None;
    let mut seen = Vec::new();
    loop {
        let page = client.list_objects().bucket(BUCKET).prefix("logs/1").max_keys(300).set_marker(marker).send().await.unwrap();
        seen.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
        marker = seen.last().cloned();
        if page.is_truncated() != Some(true) {
            break;
        }
    }
    assert_eq!(seen, sorted.iter().filter(|key| key.starts_with("logs/1")).cloned().collect::<Vec<_>>());

    let last = client.list_objects_v2().bucket(BUCKET).start_after(&sorted[2342]).send().await.unwrap();
    assert_eq!(last.contents().iter().map(|object| object.key().unwrap()).collect::<Vec<_>>(), [&sorted[2343], &sorted[2344]]);
    assert_eq!(code(client.list_objects_v2().bucket(BUCKET).continuation_token("?").send().await), (400, "InvalidArgument".to_owned()));
}

#[tokio::test]
async fn a_delimiter_folds_keys_into_prefixes() {
    let (_account, client) = Account::with_bucket().await;
    for key in ["a.txt", "dir/one", "dir/two", "other/x/y", "other/z", "z ü+.txt"] {
        put(&client, key, "x").await;
    }
    let mut pages = client.list_objects_v2().bucket(BUCKET).delimiter("/").max_keys(1).into_paginator().send();
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        assert_eq!(page.key_count(), Some(1));
        rows.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
        rows.extend(page.common_prefixes().iter().map(|prefix| prefix.prefix().unwrap().to_owned()));
    }
    assert_eq!(rows, ["a.txt", "dir/", "other/", "z ü+.txt"]);
    let inner = client.list_objects_v2().bucket(BUCKET).prefix("other/").delimiter("/").send().await.unwrap();
    assert_eq!((inner.contents()[0].key(), inner.common_prefixes()[0].prefix()), (Some("other/z"), Some("other/x/")));
    let encoded = client.list_objects_v2().bucket(BUCKET).prefix("z ü").encoding_type(EncodingType::Url).send().await.unwrap();
    assert_eq!((encoded.contents()[0].key(), encoded.prefix()), (Some("z%20%C3%BC%2B.txt"), Some("z%20%C3%BC")));
}

#[tokio::test]
async fn versions_are_real() {
    let (_account, client) = Account::with_bucket().await;
    let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    client.put_bucket_versioning().bucket(BUCKET).versioning_configuration(enabled).send().await.unwrap();
    let status = client.get_bucket_versioning().bucket(BUCKET).send().await.unwrap();
    assert_eq!(status.status(), Some(&BucketVersioningStatus::Enabled));
    let (one, two) = (put(&client, "k", "one").await, put(&client, "k", "two").await);
    assert!(one.is_some() && one != two);
    assert_eq!(text(&client, "k", None).await, "two");
    assert_eq!(text(&client, "k", one.clone()).await, "one");

    let deleted = client.delete_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!(deleted.delete_marker(), Some(true));
    let marker = deleted.version_id.unwrap();
    let error = client.get_object().bucket(BUCKET).key("k").send().await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().headers().get("x-amz-delete-marker"), Some("true"));
    let by_version = client.get_object().bucket(BUCKET).key("k").version_id(&marker).send().await;
    assert_eq!(code(by_version), (405, "MethodNotAllowed".to_owned()));
    let unknown = client.get_object().bucket(BUCKET).key("k").version_id("nope").send().await;
    assert_eq!(code(unknown), (404, "NoSuchVersion".to_owned()));

    let listed = client.list_object_versions().bucket(BUCKET).send().await.unwrap();
    assert_eq!(listed.delete_markers()[0].version_id(), Some(marker.as_str()));
    let ids: Vec<_> = listed.versions().iter().map(|v| (v.version_id().map(str::to_owned), v.is_latest())).collect();
    assert_eq!(ids, [(two, Some(false)), (one, Some(false))], "newest first; the marker is the latest");
    let (status, code, message) = refusal(client.delete_bucket().bucket(BUCKET).send().await);
    assert_eq!((status, code.as_str()), (409, "BucketNotEmpty"));
    assert_eq!(message, "The bucket you tried to delete is not empty. You must delete all versions in the bucket.");

    client.delete_object().bucket(BUCKET).key("k").version_id(&marker).send().await.unwrap();
    assert_eq!(text(&client, "k", None).await, "two", "without its marker the object is back");
}

#[tokio::test]
async fn a_bucket_with_thousands_of_versions_is_emptied_page_by_page() {
    let (account, client) = Account::with_bucket().await;
    let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    client.put_bucket_versioning().bucket(BUCKET).versioning_configuration(enabled).send().await.unwrap();
    for n in 0..2100 {
        account.sandbox.world().s3.put_object(BUCKET, &format!("k{}", n % 2), vec![0], None, None, timestamp_ms(NOON)).unwrap();
    }
    client.delete_object().bucket(BUCKET).key("k0").send().await.unwrap();
    let (mut key, mut version, mut gone) = (None, None, 0);
    loop {
        let page = client.list_object_versions().bucket(BUCKET).set_key_marker(key).set_version_id_marker(version).send().await.unwrap();
        let versions = page.versions().iter().map(|v| (v.key().unwrap(), v.version_id().unwrap()));
        let markers = page.delete_markers().iter().map(|m| (m.key().unwrap(), m.version_id().unwrap()));
        let objects: Vec<_> =
            versions.chain(markers).map(|(key, id)| ObjectIdentifier::builder().key(key).version_id(id).build().unwrap()).collect();
        gone += objects.len();
        let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build().unwrap();
        let deleted = client.delete_objects().bucket(BUCKET).delete(delete).send().await.unwrap();
        assert!(deleted.errors().is_empty() && deleted.deleted().is_empty(), "quiet");
        if page.is_truncated() != Some(true) {
            break;
        }
        (key, version) = (page.next_key_marker, page.next_version_id_marker);
    }
    assert_eq!(gone, 2101);
    assert_eq!(account.stored(BUCKET), 0);
    client.delete_bucket().bucket(BUCKET).send().await.unwrap();
    assert_eq!(client.list_buckets().send().await.unwrap().buckets().len(), 0);
}

#[tokio::test]
async fn many_objects_are_deleted_in_one_call() {
    let (account, client) = Account::with_bucket().await;
    put(&client, "a", "x").await;
    put(&client, "b", "x").await;
    let identifiers = |keys: &[&str]| keys.iter().map(|key| ObjectIdentifier::builder().key(*key).build().unwrap()).collect::<Vec<_>>();
    let delete = |keys: &[&str]| Delete::builder().set_objects(Some(identifiers(keys))).build().unwrap();
    let (status, code, message) = refusal(client.delete_bucket().bucket(BUCKET).send().await);
    assert_eq!((status, code.as_str(), message.as_str()), (409, "BucketNotEmpty", "The bucket you tried to delete is not empty"));
    let done = client.delete_objects().bucket(BUCKET).delete(delete(&["a", "b", "never was"])).send().await.unwrap();
    assert_eq!(done.deleted().iter().map(|d| d.key().unwrap()).collect::<Vec<_>>(), ["a", "b", "never was"]);
    assert_eq!(account.stored(BUCKET), 0);
    let many: Vec<String> = (0..1001).map(|n| n.to_string()).collect();
    let many = delete(&many.iter().map(String::as_str).collect::<Vec<_>>());
    let (status, code, _) = refusal(client.delete_objects().bucket(BUCKET).delete(many).send().await);
    assert_eq!((status, code.as_str()), (400, "MalformedXML"));
}

#[tokio::test]
async fn copies_take_bytes_and_take_or_replace_metadata() {
    let (_account, client) = Account::with_bucket().await;
    let put = client
        .put_object()
        .bucket(BUCKET)
        .key("from ü")
        .body(ByteStream::from_static(b"abc"))
        .metadata("a", "1")
        .content_type("text/plain");
    put.send().await.unwrap();
    let source = format!("{BUCKET}/from%20%C3%BC");
    let copy = |to: &str| client.copy_object().bucket(BUCKET).key(to).copy_source(&source);
    let copied = copy("to").send().await.unwrap().copy_object_result.unwrap();
    assert_eq!(copied.e_tag(), Some("\"900150983cd24fb0d6963f7d28e17f72\""));
    let head = client.head_object().bucket(BUCKET).key("to").send().await.unwrap();
    assert_eq!((head.content_type(), head.metadata().unwrap()["a"].as_str()), (Some("text/plain"), "1"));
    copy("to").metadata_directive(MetadataDirective::Replace).metadata("b", "2").send().await.unwrap();
    let head = client.head_object().bucket(BUCKET).key("to").send().await.unwrap();
    assert_eq!((head.metadata().unwrap().len(), head.metadata().unwrap()["b"].as_str()), (1, "2"));
    assert_eq!(code(copy("from ü").send().await), (400, "InvalidRequest".to_owned()));
    let missing = client.copy_object().bucket(BUCKET).key("to").copy_source(format!("{BUCKET}/nothing")).send().await;
    assert_eq!(code(missing), (404, "NoSuchKey".to_owned()));
}

fn rule(id: &str, prefix: &str) -> aws_sdk_s3::types::builders::LifecycleRuleBuilder {
    let filter = LifecycleRuleFilter::builder().prefix(prefix).build();
    LifecycleRule::builder().id(id).status(ExpirationStatus::Enabled).filter(filter)
}

async fn set_rules(client: &Client, rules: Vec<LifecycleRule>) {
    let configuration = BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build().unwrap();
    client.put_bucket_lifecycle_configuration().bucket(BUCKET).lifecycle_configuration(configuration).send().await.unwrap();
}

#[tokio::test]
async fn objects_expire_at_the_midnight_after_their_days() {
    let (account, client) = Account::with_bucket().await;
    let expire = |days| LifecycleExpiration::builder().days(days).build();
    let rules = vec![rule("logs", "AWSLogs/").expiration(expire(7)).build().unwrap()];
    set_rules(&client, rules.clone()).await;
    assert_eq!(client.get_bucket_lifecycle_configuration().bucket(BUCKET).send().await.unwrap().rules(), rules);
    put(&client, "AWSLogs/a", "x").await;
    put(&client, "kept", "x").await;
    let head = client.head_object().bucket(BUCKET).key("AWSLogs/a").send().await.unwrap();
    assert_eq!(head.expiration(), Some("expiry-date=\"Tue, 01 Dec 2026 00:00:00 GMT\", rule-id=\"logs\""));

    let keys = async || {
        let listed = client.list_objects_v2().bucket(BUCKET).send().await.unwrap();
        listed.contents().iter().map(|object| object.key().unwrap().to_owned()).collect::<Vec<_>>()
    };
    account.clock.advance(Duration::from_secs(7 * 86_400 + 12 * 3600 - 1));
    assert_eq!(keys().await, ["AWSLogs/a", "kept"], "one second before midnight");
    account.clock.advance(Duration::from_secs(1));
    assert_eq!(keys().await, ["kept"]);

    client.delete_bucket_lifecycle().bucket(BUCKET).send().await.unwrap();
    let bad = BucketLifecycleConfiguration::builder().rules(rule("r", "").expiration(expire(0)).build().unwrap()).build().unwrap();
    let bad = client.put_bucket_lifecycle_configuration().bucket(BUCKET).lifecycle_configuration(bad).send().await;
    assert_eq!(refusal(bad).2, "'Days' for Expiration action must be a positive integer");
    let bad = BucketLifecycleConfiguration::builder().rules(rule("r", "").build().unwrap()).build().unwrap();
    let bad = client.put_bucket_lifecycle_configuration().bucket(BUCKET).lifecycle_configuration(bad).send().await;
    assert_eq!(refusal(bad).2, "At least one action needs to be specified in a rule");
}

#[tokio::test]
async fn expiry_of_versions_leaves_a_marker_and_then_nothing() {
    let (account, client) = Account::with_bucket().await;
    let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    client.put_bucket_versioning().bucket(BUCKET).versioning_configuration(enabled).send().await.unwrap();
    let noncurrent = NoncurrentVersionExpiration::builder().noncurrent_days(1).build();
    let expiration = LifecycleExpiration::builder().days(1).build();
    let markers = LifecycleExpiration::builder().expired_object_delete_marker(true).build();
    let rules = vec![
        rule("age", "").expiration(expiration).noncurrent_version_expiration(noncurrent).build().unwrap(),
        rule("markers", "").expiration(markers).build().unwrap(),
    ];
    set_rules(&client, rules).await;
    put(&client, "k", "x").await;
    let counts = async || {
        let listed = client.list_object_versions().bucket(BUCKET).send().await.unwrap();
        (listed.versions().len(), listed.delete_markers().len())
    };
    assert_eq!(counts().await, (1, 0));
    account.clock.advance(Duration::from_hours(48));
    assert_eq!(counts().await, (1, 1), "the object expired under a delete marker");
    account.clock.advance(Duration::from_hours(48));
    assert_eq!(counts().await, (0, 1), "the version below it expired");
    account.clock.advance(Duration::from_hours(24));
    assert_eq!(counts().await, (0, 0), "a marker over nothing is removed");
    client.delete_bucket().bucket(BUCKET).send().await.unwrap();
}

#[tokio::test]
async fn denied_actions_are_refused_with_their_name() {
    let (account, client) = Account::with_bucket().await;
    put(&client, "k", "x").await;
    let denied = ["s3:PutBucketPolicy", "s3:DeleteObject", "s3:ListAllMyBuckets"].map(str::to_owned).into();
    account.sandbox.world().denied.insert("*".to_owned(), denied);
    let (status, code, message) = refusal(client.put_bucket_policy().bucket(BUCKET).policy("{}").send().await);
    assert_eq!((status, code.as_str()), (403, "AccessDenied"));
    assert!(message.contains(&format!("perform: s3:PutBucketPolicy on resource: arn:aws:s3:::{BUCKET} because")), "{message}");
    assert_eq!(refusal(client.list_buckets().send().await).1, "AccessDenied");
    let delete = Delete::builder().objects(ObjectIdentifier::builder().key("k").build().unwrap()).build().unwrap();
    let done = client.delete_objects().bucket(BUCKET).delete(delete).send().await.unwrap();
    assert_eq!((done.deleted().len(), done.errors()[0].code()), (0, Some("AccessDenied")));
    assert_eq!(text(&client, "k", None).await, "x");
}

#[tokio::test]
async fn what_the_sandbox_does_not_do_says_so() {
    let (_account, client) = Account::with_bucket().await;
    let (status, code, message) = refusal(client.get_bucket_acl().bucket(BUCKET).send().await);
    assert_eq!((status, code.as_str()), (501, "NotImplemented"));
    assert!(message.contains("GetBucketAcl"), "{message}");
    let redirected = client.put_object().bucket(BUCKET).key("k").website_redirect_location("/x").send().await;
    assert_eq!(refusal(redirected).2, "The sandbox does not implement website redirects");
    let acl = client.put_object().bucket(BUCKET).key("k").acl(ObjectCannedAcl::PublicRead).send().await;
    assert_eq!(refusal(acl), (400, "AccessControlListNotSupported".to_owned(), "The bucket does not allow ACLs".to_owned()));
    let stranger = client.list_objects_v2().bucket(BUCKET).expected_bucket_owner("210987654321").send().await;
    assert_eq!(refusal(stranger).0, 403);
}

/// The whole answer to a plain GET.
async fn plain_get(address: &str, host: &str, path: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_presigned_address_opens_with_plain_http_and_a_bare_one_does_not() {
    let (account, _) = Account::with_bucket().await;
    let client = account.outside("us-east-1");
    put(&client, "dir/k", "a body").await;
    let presigned =
        client.get_object().bucket(BUCKET).key("dir/k").presigned(PresigningConfig::expires_in(Duration::from_mins(1)).unwrap());
    let uri: http::Uri = presigned.await.unwrap().uri().parse().unwrap();
    let address = uri.authority().unwrap().as_str().to_owned();
    let path = uri.path_and_query().unwrap().as_str();
    assert!(path.contains("X-Amz-Signature="));
    let answer = plain_get(&address, &address, path).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with("\r\n\r\na body"), "{answer}");

    let virtual_path = path.strip_prefix(&format!("/{BUCKET}")).unwrap();
    let answer = plain_get(&address, &format!("{BUCKET}.localhost"), virtual_path).await;
    assert!(answer.ends_with("\r\n\r\na body"), "{answer}");

    let version_2 = format!("{}?AWSAccessKeyId=ANYKEYATALL00000&Signature=c2lnbmVk&Expires=1795435260", uri.path());
    let answer = plain_get(&address, &address, &version_2).await;
    assert!(answer.ends_with("\r\n\r\na body"), "{answer}");

    let answer = plain_get(&address, &address, uri.path()).await;
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("<Code>AccessDenied</Code>"), "{answer}");
}
