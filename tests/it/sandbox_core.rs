//! The SDK against the sandbox's core: both doors, STS, IAM, denials, the router and the snapshot.

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_cloudwatch::operation::RequestId as _;
use aws_sdk_iam::error::ProvideErrorMetadata as _;
use aws_sdk_iam::types::PolicyEvaluationDecisionType as Decision;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use outcrop::base::clock::{ManualClock, timestamp_ms};
use outcrop::sandbox::Sandbox;
use outcrop::sandbox::credentials::{ACCESS_KEY, SECRET_KEY};
use outcrop::sandbox::door::Door;
use outcrop::sandbox::iam::policy::Context;
use outcrop::sandbox::server::{Server, ServerError};
use outcrop::sandbox::snapshot::{self, Autosave, Origin, SnapshotError};
use outcrop::sandbox::world::World;

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},
    "Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"},
    "ArnLike":{"aws:SourceArn":"arn:aws:bedrock:us-east-1:123456789012:*"}}}]}"#;
const WRITE_LOGS: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],
    "Resource":"arn:aws:logs:us-east-1:123456789012:log-group:/bedrock:log-stream:aws/bedrock/modelinvocations"}]}"#;
const STREAM: &str = "arn:aws:logs:us-east-1:123456789012:log-group:/bedrock:log-stream:aws/bedrock/modelinvocations";

fn sandbox() -> (Sandbox, Arc<ManualClock>) {
    let clock = ManualClock::starting_at(timestamp_ms(1_790_000_000_000));
    (Sandbox::new(World::default(), clock.clone(), 7), clock)
}

/// The ways into one sandbox: an endpoint, and for the in-process door a client that never uses it.
struct Entrance {
    endpoint: String,
    client: Option<SharedHttpClient>,
}

macro_rules! sdk_client {
    ($service:ident, $entrance:expr, $key:expr) => {{
        let entrance = $entrance;
        let mut config = $service::Config::builder()
            .behavior_version($service::config::BehaviorVersion::latest())
            .region($service::config::Region::new("us-east-1"))
            .credentials_provider(Credentials::for_tests_with($key))
            .retry_config($service::config::retry::RetryConfig::disabled())
            .endpoint_url(&entrance.endpoint);
        if let Some(client) = &entrance.client {
            config = config.http_client(client.clone());
        }
        $service::Client::from_conf(config.build())
    }};
}

trait ForTests {
    fn for_tests_with(key: &str) -> Self;
}

impl ForTests for Credentials {
    fn for_tests_with(key: &str) -> Self {
        Self::new(key, SECRET_KEY, None, None, "test")
    }
}

impl Entrance {
    fn in_process(sandbox: &Sandbox) -> Self {
        Self { endpoint: "http://sandbox.invalid".to_owned(), client: Some(Door::http_client(sandbox.clone())) }
    }

    fn iam(&self) -> aws_sdk_iam::Client {
        sdk_client!(aws_sdk_iam, self, ACCESS_KEY)
    }
}

/// Runs a story through the loopback server and through the in-process door, each on a sandbox of its own.
async fn through_both_doors<F: Future<Output = ()>>(story: impl Fn(Sandbox, Arc<ManualClock>, Entrance) -> F) {
    let (own, clock) = sandbox();
    let entrance = Entrance::in_process(&own);
    story(own, clock, entrance).await;

    let (own, clock) = sandbox();
    let server = Server::start(own.clone(), None).await.unwrap();
    let entrance = Entrance { endpoint: server.url(), client: None };
    story(own, clock, entrance).await;
    server.stop().await;
}

#[tokio::test]
async fn the_caller_is_the_participant_and_other_keys_are_users() {
    through_both_doors(|_, _, entrance| async move {
        let identity = sdk_client!(aws_sdk_sts, &entrance, ACCESS_KEY).get_caller_identity().send().await.unwrap();
        assert_eq!(identity.arn(), Some("arn:aws:sts::123456789012:assumed-role/WSParticipantRole/Participant"));
        assert_eq!(identity.account(), Some("123456789012"));
        assert!(identity.user_id().unwrap().starts_with("AROA") && identity.user_id().unwrap().ends_with(":Participant"));
        assert!(identity.request_id().is_some_and(|id| id.len() == 36));
        let other = sdk_client!(aws_sdk_sts, &entrance, "AKIAOTHERPERSON00").get_caller_identity().send().await.unwrap();
        assert_eq!(other.arn(), Some("arn:aws:iam::123456789012:user/AKIAOTHERPERSON00"));
    })
    .await;
}

#[tokio::test]
async fn a_role_lives_its_whole_life() {
    through_both_doors(|_, _, entrance| async move {
        let iam = entrance.iam();
        let tag = aws_sdk_iam::types::Tag::builder().key("made-by").value("outcrop <&>").build().unwrap();
        let made =
            iam.create_role().role_name("Writer").assume_role_policy_document(TRUST).description("logs").tags(tag).send().await.unwrap();
        assert_eq!(made.role().unwrap().arn(), "arn:aws:iam::123456789012:role/Writer");
        assert_eq!(made.role().unwrap().tags().len(), 1);
        assert_eq!(made.role().unwrap().create_date().secs(), 1_790_000_000);
        iam.put_role_policy().role_name("Writer").policy_name("logs").policy_document(WRITE_LOGS).send().await.unwrap();

        let policy = iam.get_role_policy().role_name("Writer").policy_name("logs").send().await.unwrap();
        assert!(policy.policy_document().starts_with("%7B%22Version%22%3A%222012-10-17%22"), "{}", policy.policy_document());
        assert_eq!(percent_encoding::percent_decode_str(policy.policy_document()).decode_utf8().unwrap(), WRITE_LOGS);
        assert_eq!(iam.list_role_policies().role_name("Writer").send().await.unwrap().policy_names(), ["logs"]);
        let shown = iam.get_role().role_name("Writer").send().await.unwrap();
        assert_eq!(shown.role().unwrap().tags()[0].value(), "outcrop <&>");
        assert_eq!(shown.role().unwrap().max_session_duration(), Some(3600));

        let conflict = iam.delete_role().role_name("Writer").send().await.unwrap_err().into_service_error();
        assert!(conflict.is_delete_conflict_exception());
        assert_eq!(conflict.message(), Some("Cannot delete entity, must delete policies first."));
        iam.delete_role_policy().role_name("Writer").policy_name("logs").send().await.unwrap();
        iam.delete_role().role_name("Writer").send().await.unwrap();
        assert!(iam.list_roles().send().await.unwrap().roles().is_empty());
    })
    .await;
}

#[tokio::test]
async fn iam_refuses_with_the_texts_of_aws() {
    let (sandbox, _) = sandbox();
    let iam = Entrance::in_process(&sandbox).iam();
    let create = |name: &str, trust: &str| iam.create_role().role_name(name).assume_role_policy_document(trust).send();
    create("Twice", TRUST).await.unwrap();

    let twice = create("twice", TRUST).await.unwrap_err().into_service_error();
    assert!(twice.is_entity_already_exists_exception());
    assert_eq!(twice.message(), Some("Role with name twice already exists."));

    let missing = iam.get_role().role_name("Nobody").send().await.unwrap_err().into_service_error();
    assert!(missing.is_no_such_entity_exception());
    assert_eq!(missing.message(), Some("The role with name Nobody cannot be found."));

    let no_json = create("Broken", "{").await.unwrap_err().into_service_error();
    assert!(no_json.is_malformed_policy_document_exception());
    assert_eq!(no_json.message(), Some("This policy contains invalid Json"));

    let long = create(&"x".repeat(65), TRUST).await.unwrap_err().into_service_error();
    assert_eq!(long.code(), Some("ValidationError"));
    assert!(
        long.message().unwrap().contains("at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64")
    );

    let spaced = create("a b", TRUST).await.unwrap_err().into_service_error();
    assert!(spaced.message().unwrap().starts_with("The specified value for roleName is invalid."));

    let no_policy = iam.get_role_policy().role_name("Twice").policy_name("p").send().await.unwrap_err().into_service_error();
    assert_eq!(no_policy.message(), Some("The role policy with name p cannot be found."));
}

#[tokio::test]
async fn roles_are_listed_in_pages_and_by_path() {
    let (sandbox, _) = sandbox();
    let iam = Entrance::in_process(&sandbox).iam();
    for (name, path) in [("c", "/"), ("a", "/lab/"), ("b", "/lab/deep/"), ("d", "/other/")] {
        iam.create_role().role_name(name).path(path).assume_role_policy_document(TRUST).send().await.unwrap();
    }
    let pages: Vec<_> = iam.list_roles().max_items(3).into_paginator().items().send().collect::<Result<_, _>>().await.unwrap();
    assert_eq!(pages.iter().map(aws_sdk_iam::types::Role::role_name).collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    let first = iam.list_roles().max_items(3).send().await.unwrap();
    assert!(first.is_truncated() && first.marker().is_some() && first.roles().len() == 3);
    let lab = iam.list_roles().path_prefix("/lab/").send().await.unwrap();
    assert_eq!(
        lab.roles().iter().map(aws_sdk_iam::types::Role::arn).collect::<Vec<_>>(),
        ["arn:aws:iam::123456789012:role/lab/a", "arn:aws:iam::123456789012:role/lab/deep/b"]
    );
    let bad = iam.list_roles().marker("rubbish").send().await.unwrap_err().into_service_error();
    assert_eq!(bad.code(), Some("ValidationError"));
}

#[tokio::test]
async fn a_new_role_reaches_other_services_late() {
    let (sandbox, clock) = sandbox();
    let iam = Entrance::in_process(&sandbox).iam();
    let role = iam.create_role().role_name("Writer").assume_role_policy_document(TRUST).send().await.unwrap();
    let arn = role.role().unwrap().arn().to_owned();
    let context = Context::of_service("123456789012", "arn:aws:bedrock:us-east-1:123456789012:*");
    let seen = || {
        let world = sandbox.world();
        world.iam.role_seen_by_services(&arn, sandbox.clock().now(), world.settings.iam_propagation())
    };
    assert!(seen().is_none(), "too early");
    clock.advance(Duration::from_secs(4));
    assert!(seen().unwrap().trusts("bedrock.amazonaws.com", &context));
    assert!(!seen().unwrap().allows("logs:PutLogEvents", STREAM, &context));

    iam.put_role_policy().role_name("Writer").policy_name("logs").policy_document(WRITE_LOGS).send().await.unwrap();
    assert!(!seen().unwrap().allows("logs:PutLogEvents", STREAM, &context), "the policy is as new as the role was");
    clock.advance(Duration::from_secs(4));
    assert!(seen().unwrap().allows("logs:PutLogEvents", STREAM, &context));

    iam.put_role_policy()
        .role_name("Writer")
        .policy_name("logs")
        .policy_document(WRITE_LOGS.replace("/bedrock", "/other"))
        .send()
        .await
        .unwrap();
    assert!(seen().unwrap().allows("logs:PutLogEvents", STREAM, &context), "the old text is in force until the new one has spread");
    clock.advance(Duration::from_secs(4));
    assert!(!seen().unwrap().allows("logs:PutLogEvents", STREAM, &context));

    sandbox.world().settings.iam_propagation_seconds = 0;
    iam.update_assume_role_policy().role_name("Writer").policy_document(TRUST.replace("bedrock.", "lambda.")).send().await.unwrap();
    assert!(!seen().unwrap().trusts("bedrock.amazonaws.com", &context));
}

#[tokio::test]
async fn what_is_denied_is_refused_by_name_and_seen_by_the_simulator() {
    let (sandbox, _) = sandbox();
    let participant = "arn:aws:sts::123456789012:assumed-role/WSParticipantRole/Participant";
    sandbox.world().denied.entry(participant.to_owned()).or_default().insert("iam:Create*".to_owned());
    let entrance = Entrance::in_process(&sandbox);
    let iam = entrance.iam();
    let error = iam.create_role().role_name("Writer").assume_role_policy_document(TRUST).send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("AccessDenied"));
    assert_eq!(
        error.message().unwrap(),
        format!(
            "User: {participant} is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::123456789012:role/Writer because no identity-based policy allows the iam:CreateRole action"
        )
    );
    let other = sdk_client!(aws_sdk_iam, &entrance, "AKIAOTHERPERSON00");
    other.create_role().role_name("Writer").assume_role_policy_document(TRUST).send().await.unwrap();

    let simulate = |source: &str| {
        iam.simulate_principal_policy().policy_source_arn(source).action_names("iam:CreateRole").action_names("iam:GetRole").send()
    };
    let decisions = simulate("arn:aws:iam::123456789012:role/WSParticipantRole").await.unwrap();
    let decisions: Vec<_> = decisions.evaluation_results().iter().map(|result| result.eval_decision().clone()).collect();
    assert_eq!(decisions, [Decision::ImplicitDeny, Decision::Allowed]);
    let unknown = simulate("arn:aws:iam::123456789012:role/Nobody").await.unwrap_err().into_service_error();
    assert!(unknown.is_no_such_entity_exception());
    let session = simulate(participant).await.unwrap_err().into_service_error();
    assert!(session.is_invalid_input_exception(), "a session is no role: {session:?}");
}

#[tokio::test]
async fn a_roles_policies_are_simulated() {
    let (sandbox, _) = sandbox();
    let iam = Entrance::in_process(&sandbox).iam();
    iam.create_role().role_name("Writer").assume_role_policy_document(TRUST).send().await.unwrap();
    iam.put_role_policy().role_name("Writer").policy_name("logs").policy_document(WRITE_LOGS).send().await.unwrap();
    let simulation = iam
        .simulate_principal_policy()
        .policy_source_arn("arn:aws:iam::123456789012:role/Writer")
        .action_names("logs:PutLogEvents")
        .resource_arns(STREAM)
        .resource_arns(STREAM.replace("/bedrock:", "/bedrock:*:"))
        .send()
        .await
        .unwrap();
    let decisions: Vec<_> = simulation.evaluation_results().iter().map(|result| result.eval_decision().clone()).collect();
    assert_eq!(decisions, [Decision::Allowed, Decision::ImplicitDeny]);
}

#[tokio::test]
async fn unknown_operations_are_named_in_the_services_own_protocol() {
    through_both_doors(|_, _, entrance| async move {
        let error = entrance.iam().create_group().group_name("g").send().await.unwrap_err();
        assert_eq!(error.raw_response().unwrap().status().as_u16(), 501);
        assert_eq!(error.code(), Some("NotImplemented"));
        assert_eq!(error.message(), Some("The sandbox does not implement iam:CreateGroup"));

        let logs = sdk_client!(aws_sdk_cloudwatchlogs, &entrance, ACCESS_KEY);
        let error = logs.list_log_anomaly_detectors().send().await.unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            (Some("NotImplemented"), Some("The sandbox does not implement logs:ListLogAnomalyDetectors"))
        );

        let cloudwatch = sdk_client!(aws_sdk_cloudwatch, &entrance, ACCESS_KEY);
        let error = cloudwatch.list_metric_streams().send().await.unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            (Some("NotImplemented"), Some("The sandbox does not implement cloudwatch:ListMetricStreams"))
        );
        assert!(error.request_id().is_some());
    })
    .await;
}

#[tokio::test]
async fn an_expired_session_is_refused_everywhere() {
    through_both_doors(|sandbox, _, entrance| async move {
        sandbox.world().expired_keys.insert("AKIAEXPIREDKEY00".to_owned());
        let error = sdk_client!(aws_sdk_sts, &entrance, "AKIAEXPIREDKEY00").get_caller_identity().send().await.unwrap_err();
        assert_eq!((error.code(), error.message()), (Some("ExpiredToken"), Some("The security token included in the request is expired")));
        let error = sdk_client!(aws_sdk_cloudwatchlogs, &entrance, "AKIAEXPIREDKEY00").describe_log_groups().send().await.unwrap_err();
        assert_eq!(error.code(), Some("ExpiredTokenException"));
        let error = sdk_client!(aws_sdk_bedrock, &entrance, "AKIAEXPIREDKEY00").list_foundation_models().send().await.unwrap_err();
        assert_eq!(error.code(), Some("ExpiredTokenException"));
        sdk_client!(aws_sdk_sts, &entrance, ACCESS_KEY).get_caller_identity().send().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_call_from_a_web_page_is_refused() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let (sandbox, _) = sandbox();
    let server = Server::start(sandbox, None).await.unwrap();
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.invalid\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    let mut reply = vec![0; 512];
    let length = stream.read(&mut reply).await.unwrap();
    assert!(String::from_utf8_lossy(&reply[..length]).starts_with("HTTP/1.1 403"));
    server.stop().await;
}

#[tokio::test]
async fn a_port_in_use_is_told_and_a_stopped_server_frees_it() {
    let (sandbox, _) = sandbox();
    let first = Server::start(sandbox.clone(), None).await.unwrap();
    let port = first.port();
    let error = Server::start(sandbox.clone(), Some(port)).await.unwrap_err();
    assert!(matches!(error, ServerError::PortInUse { port: told } if told == port));
    assert!(error.to_string().contains("choose another one"));
    first.stop().await;
    let second = Server::start(sandbox, Some(port)).await.unwrap();
    assert_eq!(second.url(), format!("http://127.0.0.1:{port}"));
    second.stop().await;
}

#[tokio::test]
async fn the_account_is_saved_in_the_background_and_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("state/sandbox.json");
    let (sandbox, _) = sandbox();
    let autosave = Autosave::start(sandbox.clone(), path.clone());
    let iam = Entrance::in_process(&sandbox).iam();
    iam.create_role().role_name("Writer").assume_role_policy_document(TRUST).send().await.unwrap();
    tokio::time::timeout(Duration::from_secs(20), async {
        while !path.exists() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the background task saves");
    iam.put_role_policy().role_name("Writer").policy_name("logs").policy_document(WRITE_LOGS).send().await.unwrap();
    autosave.finish().await.unwrap();

    let (world, origin) = snapshot::load(&path).unwrap();
    assert_eq!(origin, Origin::Restored);
    assert_eq!(world.iam.role("Writer").unwrap().policies["logs"].text, WRITE_LOGS);
}

#[test]
fn a_snapshot_that_cannot_be_written_says_where_and_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("file"), "in the way").unwrap();
    let (sandbox, _) = sandbox();
    let error = snapshot::save(&sandbox, &dir.path().join("file/sandbox.json")).unwrap_err();
    assert!(matches!(error, SnapshotError::Write { .. }));
    assert!(error.to_string().contains("file/sandbox.json") && error.to_string().contains("check free space and permissions"));
}

#[test]
fn reading_calls_leave_the_revision_alone() {
    let (sandbox, _) = sandbox();
    let before = sandbox.revision();
    assert_eq!(sandbox.world().iam.roles().count(), 0);
    sandbox.world().region_view("us-east-1");
    assert_eq!(sandbox.revision(), before);
    sandbox.world().region("us-east-1");
    assert_eq!(sandbox.revision(), before + 1);
}

#[test]
fn a_missing_a_damaged_and_a_newer_snapshot_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sandbox.json");
    assert_eq!(snapshot::load(&path).unwrap().1, Origin::New);

    for damaged in
        ["{\"format\":\"outcrop-sandbox\",\"version\":1,\"world\":{\"regi", "[]", "{\"format\":\"other\",\"version\":1,\"world\":{}}"]
    {
        std::fs::write(&path, damaged).unwrap();
        let Origin::SetAside { kept, why } = snapshot::load(&path).unwrap().1 else { panic!("not set aside: {damaged}") };
        assert_eq!(std::fs::read_to_string(kept).unwrap(), damaged);
        assert!(!why.is_empty() && !path.exists());
    }

    std::fs::write(&path, "{\"format\":\"outcrop-sandbox\",\"version\":4,\"world\":{\"shape\":\"unknown\"}}").unwrap();
    let error = snapshot::load(&path).unwrap_err();
    assert!(matches!(error, SnapshotError::Newer { found: 4, .. }));
    assert!(error.to_string().contains("update the program"), "{error}");
    assert!(path.exists(), "a newer file is not touched");
}

#[tokio::test]
async fn an_upload_beyond_the_limit_is_refused_before_it_is_sent() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let (sandbox, _) = sandbox();
    let server = Server::start(sandbox, None).await.unwrap();
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    stream.write_all(b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n").await.unwrap();
    let mut reply = vec![0; 512];
    let length = stream.read(&mut reply).await.unwrap();
    let reply = String::from_utf8_lossy(&reply[..length]);
    assert!(reply.starts_with("HTTP/1.1 413"), "{reply}");
    server.stop().await;
}

#[test]
fn request_ids_are_uuids_and_differ() {
    let (sandbox, _) = sandbox();
    let (one, two) = (sandbox.new_id(), sandbox.new_id());
    assert_ne!(one, two);
    assert_eq!(one.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    assert_eq!(one.as_bytes()[14], b'4');
}
