//! Live Tail with the SDK: what arrives is sent each second, sampled when it is much, dropped when nobody reads.

use std::time::Duration;

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_cloudwatchlogs::types::{InputLogEvent, LiveTailSessionMetadata, LiveTailSessionUpdate, StartLiveTailResponseStream};
use outcrop::aws::plain_host::PlainHost;
use outcrop::base::clock::SystemClock;
use outcrop::sandbox::Sandbox;
use outcrop::sandbox::server::Server;
use outcrop::sandbox::world::World;

const ARN: &str = "arn:aws:logs:us-east-1:123456789012:log-group:lab";

struct Scene {
    client: Client,
    sandbox: Sandbox,
    _server: Server,
}

impl Scene {
    async fn new() -> Self {
        let sandbox = Sandbox::new(World::default(), SystemClock::shared(), 1);
        let server = Server::start(sandbox.clone(), None).await.unwrap();
        let config = aws_sdk_cloudwatchlogs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("OUTCROPSANDBOX00", "secret", None, None, "test"))
            .endpoint_url(server.url())
            .interceptor(PlainHost)
            .build();
        let client = Client::from_conf(config);
        client.create_log_group().log_group_name("lab").send().await.unwrap();
        for stream in ["a/one", "b/two"] {
            client.create_log_stream().log_group_name("lab").log_stream_name(stream).send().await.unwrap();
        }
        Self { client, sandbox, _server: server }
    }

    async fn put(&self, stream: &str, messages: &[String]) {
        let now = self.sandbox.clock().now_ms();
        let event = |message: &String| InputLogEvent::builder().timestamp(now).message(message).build().unwrap();
        let events: Vec<InputLogEvent> = messages.iter().map(event).collect();
        self.client.put_log_events().log_group_name("lab").log_stream_name(stream).set_log_events(Some(events)).send().await.unwrap();
    }
}

type Stream = aws_sdk_cloudwatchlogs::operation::start_live_tail::StartLiveTailOutput;

async fn next(stream: &mut Stream) -> StartLiveTailResponseStream {
    tokio::time::timeout(Duration::from_secs(20), stream.response_stream.recv()).await.expect("an update each second").unwrap().unwrap()
}

/// The next update that has results.
async fn update(stream: &mut Stream) -> LiveTailSessionUpdate {
    loop {
        if let StartLiveTailResponseStream::SessionUpdate(update) = next(stream).await
            && !update.session_results().is_empty()
        {
            return update;
        }
    }
}

#[tokio::test]
async fn what_arrives_is_seen_through_the_filter() {
    let scene = Scene::new().await;
    let tail =
        scene.client.start_live_tail().log_group_identifiers(ARN).log_stream_name_prefixes("a/").log_event_filter_pattern("{ $.n > 1 }");
    let mut stream = tail.send().await.unwrap();
    let StartLiveTailResponseStream::SessionStart(start) = next(&mut stream).await else { panic!("the session starts first") };
    assert_eq!((start.log_group_identifiers(), start.log_event_filter_pattern()), ([ARN.to_owned()].as_slice(), Some("{ $.n > 1 }")));
    assert!(matches!(next(&mut stream).await, StartLiveTailResponseStream::SessionUpdate(update) if update.session_results().is_empty()));
    scene.put("b/two", &[r#"{"n":7}"#.to_owned()]).await;
    scene.put("a/one", &[r#"{"n":1}"#.to_owned(), r#"{"n":2}"#.to_owned()]).await;
    let update = update(&mut stream).await;
    let [event] = update.session_results() else { panic!("{update:?}") };
    assert_eq!((event.message(), event.log_stream_name()), (Some(r#"{"n":2}"#), Some("a/one")));
    assert_eq!(event.log_group_identifier(), Some("123456789012:lab"));
    assert_eq!(update.session_metadata().map(LiveTailSessionMetadata::sampled), Some(false));
}

#[tokio::test]
async fn of_much_a_sample_is_sent() {
    let scene = Scene::new().await;
    let mut stream = scene.client.start_live_tail().log_group_identifiers(ARN).send().await.unwrap();
    next(&mut stream).await;
    let many: Vec<String> = (0..1_300).map(|n| format!("event {n}")).collect();
    scene.put("a/one", &many).await;
    let update = update(&mut stream).await;
    assert_eq!(update.session_metadata().map(LiveTailSessionMetadata::sampled), Some(true));
    assert!((200..=500).contains(&update.session_results().len()), "{}", update.session_results().len());
}

#[tokio::test]
async fn there_are_at_most_fifteen_sessions_and_a_reader_who_leaves_makes_room() {
    let scene = Scene::new().await;
    let mut open = Vec::new();
    for _ in 0..15 {
        open.push(scene.client.start_live_tail().log_group_identifiers(ARN).send().await.unwrap());
    }
    let refused = scene.client.start_live_tail().log_group_identifiers(ARN).send().await.unwrap_err().into_service_error();
    assert!(refused.is_limit_exceeded_exception(), "{refused:?}");
    drop(open);
    let patience = tokio::time::timeout(Duration::from_secs(20), async {
        while scene.client.start_live_tail().log_group_identifiers(ARN).send().await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    patience.await.expect("a place is free again");
}

#[tokio::test]
async fn refusals_name_what_is_wrong() {
    let scene = Scene::new().await;
    let by_name = scene.client.start_live_tail().log_group_identifiers("lab").send().await.unwrap_err().into_service_error();
    assert!(by_name.is_invalid_parameter_exception() && by_name.to_string().contains("ARN"), "{by_name}");
    let unknown = scene.client.start_live_tail().log_group_identifiers(format!("{ARN}x")).send().await.unwrap_err().into_service_error();
    assert!(unknown.is_resource_not_found_exception());
    let pattern = scene.client.start_live_tail().log_group_identifiers(ARN).log_event_filter_pattern("{ $.a = }");
    assert!(pattern.send().await.unwrap_err().into_service_error().is_invalid_parameter_exception());
}
