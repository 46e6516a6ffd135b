//! The SDK against the sandbox's CloudWatch Logs: values, typed errors, pages, retention, size.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::config::{BehaviorVersion, Region};
use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_cloudwatchlogs::operation::create_log_group::CreateLogGroupError;
use aws_sdk_cloudwatchlogs::operation::filter_log_events::builders::FilterLogEventsFluentBuilder;
use aws_sdk_cloudwatchlogs::operation::get_log_events::GetLogEventsOutput;
use aws_sdk_cloudwatchlogs::types::{InputLogEvent, LogGroupClass, OrderBy};
use outcrop::base::clock::{Clock as _, ManualClock, timestamp_ms};
use outcrop::sandbox::Sandbox;
use outcrop::sandbox::credentials::{ACCESS_KEY, SECRET_KEY};
use outcrop::sandbox::door::Door;
use outcrop::sandbox::server::Server;
use outcrop::sandbox::world::World;

const NOW: i64 = 1_790_000_000_000;
const DAY: i64 = 86_400_000;
const GROUP: &str = "/outcrop/lab";

/// A sandbox, its clock, and a client through the in-process door.
struct Scene {
    sandbox: Sandbox,
    clock: Arc<ManualClock>,
    logs: Client,
}

fn client(configure: impl FnOnce(aws_sdk_cloudwatchlogs::config::Builder) -> aws_sdk_cloudwatchlogs::config::Builder) -> Client {
    let config = aws_sdk_cloudwatchlogs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "test"));
    Client::from_conf(configure(config).build())
}

fn scene() -> Scene {
    let clock = ManualClock::starting_at(timestamp_ms(NOW));
    let sandbox = Sandbox::new(World::default(), clock.clone(), 1);
    let door = Door::http_client(sandbox.clone());
    let logs = client(|config| config.endpoint_url("http://sandbox.invalid").http_client(door));
    Scene { sandbox, clock, logs }
}

impl Scene {
    async fn with_stream() -> Self {
        let scene = scene();
        scene.logs.create_log_group().log_group_name(GROUP).send().await.unwrap();
        scene.create_stream("one").await;
        scene
    }

    async fn create_stream(&self, name: &str) {
        self.logs.create_log_stream().log_group_name(GROUP).log_stream_name(name).send().await.unwrap();
    }

    async fn put(&self, stream: &str, events: &[(i64, &str)]) {
        let events = events.iter().map(|(at, message)| event(*at, message)).collect();
        let put = self.logs.put_log_events().log_group_name(GROUP).log_stream_name(stream).set_log_events(Some(events));
        let answer = put.send().await.unwrap();
        assert!(answer.rejected_log_events_info().is_none());
        assert_eq!(answer.next_sequence_token().map(str::len), Some(56));
    }

    /// Puts `count` events a second apart, `m0`, `m1`, … from the present on.
    async fn put_numbered(&self, stream: &str, count: usize) {
        let messages: Vec<String> = (0..count).map(|n| format!("m{n}")).collect();
        let events: Vec<(i64, &str)> = messages.iter().enumerate().map(|(n, message)| (NOW + n as i64 * 1_000, message.as_str())).collect();
        self.put(stream, &events).await;
    }

    fn filter(&self) -> FilterLogEventsFluentBuilder {
        self.logs.filter_log_events().log_group_name(GROUP)
    }

    /// The messages of all pages.
    async fn search(&self, filter: FilterLogEventsFluentBuilder) -> Vec<String> {
        let mut messages = Vec::new();
        let mut token = None;
        loop {
            let page = filter.clone().set_next_token(token).send().await.unwrap();
            messages.extend(page.events().iter().map(|event| event.message().unwrap().to_owned()));
            token = page.next_token().map(str::to_owned);
            if token.is_none() {
                return messages;
            }
        }
    }
}

fn event(at: i64, message: &str) -> InputLogEvent {
    InputLogEvent::builder().timestamp(at).message(message).build().unwrap()
}

/// Code and message of a failed call.
fn refusal<T, E>(result: Result<T, SdkError<E>>) -> (String, String)
where
    SdkError<E>: aws_sdk_cloudwatchlogs::error::ProvideErrorMetadata,
{
    let error = result.err().expect("the call must fail");
    (error.code().unwrap_or_default().to_owned(), error.message().unwrap_or_default().to_owned())
}

fn invalid(message: &str) -> (String, String) {
    ("InvalidParameterException".to_owned(), message.to_owned())
}

fn not_found(what: &str) -> (String, String) {
    ("ResourceNotFoundException".to_owned(), format!("The specified log {what} does not exist."))
}

fn messages(page: &GetLogEventsOutput) -> Vec<&str> {
    page.events().iter().map(|event| event.message().unwrap()).collect()
}

#[tokio::test]
async fn a_group_lives_from_creation_to_deletion() {
    let Scene { logs, .. } = scene();
    logs.create_log_group().log_group_name(GROUP).tags("project", "outcrop").send().await.unwrap();
    let again = logs.create_log_group().log_group_name(GROUP).send().await.unwrap_err().into_service_error();
    assert!(
        matches!(&again, CreateLogGroupError::ResourceAlreadyExistsException(e) if e.message() == Some("The specified log group already exists"))
    );

    logs.put_retention_policy().log_group_name(GROUP).retention_in_days(7).send().await.unwrap();
    let groups = logs.describe_log_groups().log_group_name_prefix("/outcrop").send().await.unwrap();
    let [group] = groups.log_groups() else { panic!("one group") };
    assert_eq!(group.arn(), Some("arn:aws:logs:us-east-1:123456789012:log-group:/outcrop/lab:*"));
    assert_eq!(group.log_group_arn(), Some("arn:aws:logs:us-east-1:123456789012:log-group:/outcrop/lab"));
    assert_eq!((group.retention_in_days(), group.creation_time(), group.stored_bytes()), (Some(7), Some(NOW), Some(0)));
    assert_eq!((group.log_group_class(), group.deletion_protection_enabled()), (Some(&LogGroupClass::Standard), Some(false)));

    logs.delete_retention_policy().log_group_name(GROUP).send().await.unwrap();
    let groups = logs.describe_log_groups().send().await.unwrap();
    assert_eq!(groups.log_groups()[0].retention_in_days(), None);
    logs.delete_log_group().log_group_name(GROUP).send().await.unwrap();
    assert_eq!(refusal(logs.delete_log_group().log_group_name(GROUP).send().await), not_found("group"));
}

#[tokio::test]
async fn names_are_checked_in_the_services_words() {
    let Scene { logs, .. } = scene();
    let create = |name: &str| logs.create_log_group().log_group_name(name).send();
    assert_eq!(refusal(create("aws/bedrock").await), invalid("Log groups starting with AWS/ are reserved for AWS."));
    assert_eq!(
        refusal(create("a b").await),
        invalid(
            "1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
        )
    );
    assert!(refusal(create(&"x".repeat(513)).await).1.ends_with("Member must have length less than or equal to 512"));
    create("/aws/bedrock/x").await.unwrap();
    let stream = |name: &str| logs.create_log_stream().log_group_name("/aws/bedrock/x").log_stream_name(name).send();
    assert!(refusal(stream("a:b").await).1.ends_with("pattern: [^:*]*"));
    stream("aws/bedrock/modelinvocations").await.unwrap();
    assert_eq!(refusal(stream("aws/bedrock/modelinvocations").await).1, "The specified log stream already exists");
    let missing = logs.create_log_stream().log_group_name("none").log_stream_name("s").send();
    assert_eq!(refusal(missing.await), not_found("group"));
    let retention = logs.put_retention_policy().log_group_name("/aws/bedrock/x").retention_in_days(8).send();
    assert_eq!(refusal(retention.await).0, "InvalidParameterException");
    let key = logs.create_log_group().log_group_name("k").kms_key_id("alias/mine").send();
    assert_eq!(refusal(key.await), invalid("The specified KMS Key Id could not be found."));
}

#[tokio::test]
async fn deletion_protection_blocks_deletion() {
    let scene = Scene::with_stream().await;
    let protect = |on| scene.logs.put_log_group_deletion_protection().log_group_identifier(GROUP).deletion_protection_enabled(on).send();
    protect(true).await.unwrap();
    assert_eq!(refusal(scene.logs.delete_log_group().log_group_name(GROUP).send().await).0, "ValidationException");
    protect(false).await.unwrap();
    scene.logs.delete_log_group().log_group_name(GROUP).send().await.unwrap();
}

#[tokio::test]
async fn tags_are_set_listed_and_removed() {
    let Scene { logs, .. } = scene();
    let arn = "arn:aws:logs:us-east-1:123456789012:log-group:/outcrop/lab";
    logs.create_log_group().log_group_name(GROUP).tags("a", "1").send().await.unwrap();
    logs.tag_resource().resource_arn(arn).tags("b", "2").send().await.unwrap();
    logs.untag_resource().resource_arn(arn).tag_keys("a").send().await.unwrap();
    let tags = logs.list_tags_for_resource().resource_arn(arn).send().await.unwrap();
    assert_eq!(tags.tags(), Some(&HashMap::from([("b".to_owned(), "2".to_owned())])));
    let foreign = arn.replace("us-east-1", "eu-west-1");
    assert_eq!(refusal(logs.list_tags_for_resource().resource_arn(foreign).send().await), not_found("group"));
    let reserved = logs.tag_resource().resource_arn(arn).tags("aws:x", "1").send();
    assert_eq!(refusal(reserved.await), invalid("aws: prefixed tag key names are not allowed for external use."));
    let many = (0..50).map(|n| (format!("t{n}"), "v".to_owned())).collect();
    assert_eq!(refusal(logs.tag_resource().resource_arn(arn).set_tags(Some(many)).send().await).0, "TooManyTagsException");
}

#[tokio::test]
async fn groups_and_streams_come_in_pages() {
    let scene = scene();
    for n in 0..7 {
        scene.logs.create_log_group().log_group_name(format!("{GROUP}/{n}")).send().await.unwrap();
    }
    scene.logs.create_log_group().log_group_name("other").send().await.unwrap();
    let pages = scene.logs.describe_log_groups().log_group_name_prefix(GROUP).into_paginator().page_size(3).items().send();
    let groups: Vec<_> = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    let names: Vec<_> = groups.iter().map(|group| group.log_group_name().unwrap().to_owned()).collect();
    assert_eq!(names, (0..7).map(|n| format!("{GROUP}/{n}")).collect::<Vec<_>>());
    let found = scene.logs.describe_log_groups().log_group_name_pattern("the").send().await.unwrap();
    assert_eq!(found.log_groups().len(), 1);
    let both = scene.logs.describe_log_groups().log_group_name_pattern("a").log_group_name_prefix("b").send();
    assert_eq!(refusal(both.await), invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."));
    let token = scene.logs.describe_log_groups().next_token("nonsense").send();
    assert_eq!(refusal(token.await), invalid("The specified nextToken is invalid."));
}

#[tokio::test]
async fn streams_are_ordered_by_name_or_by_last_event() {
    let scene = Scene::with_stream().await;
    for name in ["a", "b"] {
        scene.create_stream(name).await;
    }
    scene.put("one", &[(NOW - 5_000, "x"), (NOW - 1_000, "y")]).await;
    scene.put("b", &[(NOW - 3_000, "z")]).await;
    let describe = || scene.logs.describe_log_streams().log_group_name(GROUP);
    let by_name = describe().send().await.unwrap();
    let names: Vec<_> = by_name.log_streams().iter().map(|stream| stream.log_stream_name().unwrap()).collect();
    assert_eq!(names, ["a", "b", "one"]);
    let mut by_time = Vec::new();
    let mut token = None;
    loop {
        let page = describe().order_by(OrderBy::LastEventTime).descending(true).limit(2).set_next_token(token).send().await.unwrap();
        by_time.extend(page.log_streams().to_vec());
        token = page.next_token().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(by_time.iter().map(|stream| stream.log_stream_name().unwrap()).collect::<Vec<_>>(), ["one", "b", "a"]);
    let first = &by_time[0];
    assert_eq!((first.first_event_timestamp(), first.last_event_timestamp()), (Some(NOW - 5_000), Some(NOW - 1_000)));
    assert_eq!(first.arn(), Some("arn:aws:logs:us-east-1:123456789012:log-group:/outcrop/lab:log-stream:one"));
    let mixed = describe().order_by(OrderBy::LastEventTime).log_stream_name_prefix("o").send();
    assert_eq!(refusal(mixed.await), invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
    scene.logs.delete_log_stream().log_group_name(GROUP).log_stream_name("a").send().await.unwrap();
    assert_eq!(describe().send().await.unwrap().log_streams().len(), 2);
}

#[tokio::test]
async fn a_batch_obeys_the_services_limits() {
    let scene = Scene::with_stream().await;
    let put = |events: Vec<InputLogEvent>| {
        scene.logs.put_log_events().log_group_name(GROUP).log_stream_name("one").set_log_events(Some(events)).send()
    };
    let unordered = put(vec![event(NOW, "b"), event(NOW - 1, "a")]);
    assert_eq!(refusal(unordered.await), invalid("Log events in a single PutLogEvents request must be in chronological order."));
    let big = "x".repeat(600_000);
    let large = put(vec![event(NOW, &big), event(NOW, &big)]);
    assert_eq!(refusal(large.await), invalid("Upload too large: 1200052 bytes exceeds limit of 1048576"));
    let huge = put(vec![event(NOW, &"x".repeat(1_048_551))]);
    assert_eq!(refusal(huge.await), invalid("Log event too large: 1048577 bytes exceeds limit of 1048576"));
    let long = put(vec![event(NOW - DAY - 1, "a"), event(NOW, "b")]);
    assert_eq!(refusal(long.await), invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours."));
    assert!(refusal(put(vec![]).await).1.ends_with("Member must have length greater than or equal to 1"));
    assert!(refusal(put(vec![event(NOW, "x"); 10_001]).await).1.ends_with("Member must have length less than or equal to 10000"));
    let elsewhere = scene.logs.put_log_events().log_group_name(GROUP).log_stream_name("none").log_events(event(NOW, "x")).send();
    assert_eq!(refusal(elsewhere.await), not_found("stream"));
}

#[tokio::test]
async fn events_outside_the_accepted_times_are_rejected_by_index() {
    let scene = Scene::with_stream().await;
    let events = [NOW - 15 * DAY, NOW - 14 * DAY - 1, NOW - 3_600_000, NOW, NOW + 7_200_000, NOW + 7_200_001];
    let put = scene.logs.put_log_events().log_group_name(GROUP).log_stream_name("one");
    let answer = put.clone().set_log_events(Some(events.map(|at| event(at, "x")).to_vec())).send().await.unwrap();
    let rejected = answer.rejected_log_events_info().unwrap();
    assert_eq!(rejected.too_old_log_event_end_index(), Some(2));
    assert_eq!(rejected.too_new_log_event_start_index(), Some(5));
    assert_eq!(rejected.expired_log_event_end_index(), None);
    assert_eq!(scene.search(scene.filter()).await.len(), 3);

    scene.logs.put_retention_policy().log_group_name(GROUP).retention_in_days(1).send().await.unwrap();
    let answer = put.log_events(event(NOW - 2 * DAY, "x")).send().await.unwrap();
    assert_eq!(answer.rejected_log_events_info().unwrap().expired_log_event_end_index(), Some(1));
}

#[tokio::test]
async fn expired_events_vanish() {
    let scene = Scene::with_stream().await;
    scene.logs.put_retention_policy().log_group_name(GROUP).retention_in_days(1).send().await.unwrap();
    scene.put("one", &[(NOW - 3_600_000, "early"), (NOW, "late")]).await;
    scene.clock.advance(Duration::from_mins(23 * 60 + 1));
    assert_eq!(scene.search(scene.filter()).await, ["late"]);
    let read = scene.logs.get_log_events().log_group_name(GROUP).log_stream_name("one").start_from_head(true).send().await.unwrap();
    assert_eq!(messages(&read), ["late"]);
    scene.put("one", &[(scene.clock.now_ms(), "new")]).await;
    scene.logs.delete_retention_policy().log_group_name(GROUP).send().await.unwrap();
    assert_eq!(scene.search(scene.filter()).await, ["late", "new"]);
    let groups = scene.logs.describe_log_groups().send().await.unwrap();
    assert_eq!(groups.log_groups()[0].stored_bytes(), Some(7 + 2 * 26));
}

#[tokio::test]
async fn a_stream_is_read_forward_and_backward() {
    let scene = Scene::with_stream().await;
    scene.put_numbered("one", 10).await;
    let get = || scene.logs.get_log_events().log_group_name(GROUP).log_stream_name("one").limit(4);
    let mut page = get().start_from_head(true).send().await.unwrap();
    let mut seen = Vec::new();
    loop {
        seen.extend(messages(&page).iter().map(|&message| message.to_owned()));
        let token = page.next_forward_token().unwrap().to_owned();
        page = get().start_from_head(true).next_token(&token).send().await.unwrap();
        if page.next_forward_token() == Some(&token) {
            break;
        }
    }
    assert_eq!(seen, (0..10).map(|n| format!("m{n}")).collect::<Vec<_>>());

    // Tailing: the token at the end yields what arrives later.
    scene.put("one", &[(NOW + 60_000, "late")]).await;
    let token = page.next_forward_token().unwrap();
    assert_eq!(messages(&get().next_token(token).send().await.unwrap()), ["late"]);

    let newest = get().send().await.unwrap();
    assert_eq!(messages(&newest), ["m7", "m8", "m9", "late"]);
    let older = get().next_token(newest.next_backward_token().unwrap()).send().await.unwrap();
    assert_eq!(messages(&older), ["m3", "m4", "m5", "m6"]);
    let back = get().next_token(older.next_forward_token().unwrap()).send().await.unwrap();
    assert_eq!(messages(&back), messages(&newest));
    let range = get().start_time(NOW + 2_000).end_time(NOW + 4_000).send().await.unwrap();
    assert_eq!(messages(&range), ["m2", "m3"]);
    assert_eq!(refusal(get().next_token("f/1/s").send().await), invalid("The specified nextToken is invalid."));
}

#[tokio::test]
async fn an_empty_stream_can_be_tailed() {
    let scene = Scene::with_stream().await;
    for from_head in [true, false] {
        let get =
            || scene.logs.get_log_events().log_group_identifier(GROUP).log_stream_name("one").start_time(NOW).start_from_head(from_head);
        let empty = get().send().await.unwrap();
        assert_eq!(messages(&empty), [""; 0]);
        scene.put("one", &[(NOW, "x")]).await;
        assert!(messages(&get().next_token(empty.next_forward_token().unwrap()).send().await.unwrap()).contains(&"x"));
        assert_eq!(messages(&get().next_token(empty.next_backward_token().unwrap()).send().await.unwrap()), [""; 0]);
        scene.logs.delete_log_stream().log_group_name(GROUP).log_stream_name("one").send().await.unwrap();
        scene.create_stream("one").await;
    }
}

#[tokio::test]
async fn a_page_holds_at_most_a_mebibyte() {
    let scene = Scene::with_stream().await;
    let big = "x".repeat(400_000);
    for _ in 0..4 {
        scene.put("one", &[(NOW, &big)]).await;
    }
    let page = scene.filter().send().await.unwrap();
    assert_eq!((page.events().len(), page.next_token().is_some()), (2, true));
    assert_eq!(scene.search(scene.filter()).await.len(), 4);
    let newest = scene.logs.get_log_events().log_group_name(GROUP).log_stream_name("one").send().await.unwrap();
    assert_eq!(newest.events().len(), 2);
}

#[tokio::test]
async fn a_search_merges_streams_by_time_and_filters() {
    let scene = Scene::with_stream().await;
    scene.create_stream("two").await;
    scene.put("one", &[(NOW, "a ERROR"), (NOW + 2, "c"), (NOW + 4, "e ERROR")]).await;
    scene.put("two", &[(NOW + 1, "b"), (NOW + 2, "d ERROR"), (NOW + 5, r#"{"status":429,"model":"claude"}"#)]).await;
    let all = scene.search(scene.filter()).await;
    assert_eq!(all[..5], ["a ERROR", "b", "c", "d ERROR", "e ERROR"]);
    let newest: Vec<String> = all.iter().rev().cloned().collect();
    assert_eq!(scene.search(scene.filter().start_from_head(false).limit(2)).await, newest);
    assert_eq!(scene.search(scene.filter().filter_pattern("ERROR").limit(1)).await, ["a ERROR", "d ERROR", "e ERROR"]);
    assert_eq!(scene.search(scene.filter().filter_pattern("{ $.status >= 400 && $.model = cl* }")).await.len(), 1);
    assert_eq!(scene.search(scene.filter().start_time(NOW + 1).end_time(NOW + 2)).await, ["b", "c", "d ERROR"]);
    assert_eq!(scene.search(scene.filter().log_stream_names("two").filter_pattern("?b ?ERROR")).await, ["b", "d ERROR"]);
    assert_eq!(scene.search(scene.filter().log_stream_name_prefix("o").filter_pattern("-ERROR")).await, ["c"]);

    let page = scene.filter().limit(1).send().await.unwrap();
    let event = &page.events()[0];
    assert_eq!((event.log_stream_name(), event.timestamp(), event.ingestion_time()), (Some("one"), Some(NOW), Some(NOW)));
    assert_eq!(event.event_id().map(str::len), Some(56));
    let by_arn = scene.logs.filter_log_events().log_group_identifier("arn:aws:logs:us-east-1:123456789012:log-group:/outcrop/lab");
    assert_eq!(by_arn.send().await.unwrap().events().len(), 6);
}

#[tokio::test]
async fn a_search_is_refused_in_the_services_words() {
    let scene = Scene::with_stream().await;
    let (code, message) = refusal(scene.filter().filter_pattern("status: 5").send().await);
    assert_eq!(code, "InvalidParameterException");
    assert!(message.starts_with("Invalid filter pattern: Invalid character(s) in term ':' (at character 7: expected "), "{message}");
    assert_eq!(refusal(scene.logs.filter_log_events().log_group_name("none").send().await), not_found("group"));
    assert_eq!(refusal(scene.filter().log_stream_names("none").send().await), not_found("stream"));
    assert_eq!(refusal(scene.filter().next_token("eA").send().await), invalid("The specified nextToken is invalid."));
    assert!(refusal(scene.filter().limit(10_001).send().await).1.ends_with("Member must have value less than or equal to 10000"));
    assert_eq!(refusal(scene.filter().log_stream_names("one").log_stream_name_prefix("o").send().await).0, "InvalidParameterException");
    assert_eq!(refusal(scene.filter().start_from_head(false).start_time(0).send().await).0, "InvalidParameterException");
    assert_eq!(refusal(scene.filter().log_group_identifier(GROUP).send().await).0, "InvalidParameterException");
    let infrequent = scene.logs.create_log_group().log_group_name("ia").log_group_class(LogGroupClass::InfrequentAccess).send();
    infrequent.await.unwrap();
    assert_eq!(refusal(scene.logs.filter_log_events().log_group_name("ia").send().await).0, "InvalidParameterException");
}

#[tokio::test]
async fn other_services_deliver_into_a_stream_they_create() {
    let scene = scene();
    scene.logs.create_log_group().log_group_name(GROUP).send().await.unwrap();
    let deliver = |group: &str, message: &str| {
        let mut world = scene.sandbox.world();
        world.region("us-east-1").logs.put_event(group, "aws/bedrock/modelinvocations", message, scene.clock.now())
    };
    deliver(GROUP, "{}").unwrap();
    deliver(GROUP, "[]").unwrap();
    assert_eq!(scene.search(scene.filter().log_stream_names("aws/bedrock/modelinvocations")).await, ["{}", "[]"]);
    assert_eq!(deliver("none", "{}").unwrap_err().code, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_million_events_in_any_order_are_taken_and_searched() {
    let scene = scene();
    scene.logs.create_log_group().log_group_name(GROUP).send().await.unwrap();
    {
        let mut world = scene.sandbox.world();
        let logs = &mut world.region("us-east-1").logs;
        for n in 0..1_000_000_i64 {
            // Every other event arrives out of order, into one of ten streams.
            let at = NOW + if n % 2 == 0 { n } else { 1_000_000 - n };
            let stream = format!("s{}", n % 10);
            let message = if n % 250_000 == 3 { "needle" } else { "hay hay hay hay" };
            logs.put_event_at(GROUP, &stream, message, timestamp_ms(at), timestamp_ms(NOW)).unwrap();
        }
    }
    let mut pages = 0;
    let mut found = 0;
    let mut token = None;
    loop {
        let page = scene.filter().filter_pattern("needle").set_next_token(token).send().await.unwrap();
        pages += 1;
        found += page.events().len();
        token = page.next_token().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(found, 4);
    assert!((9..=12).contains(&pages), "{pages} pages");
    let newest = scene.filter().start_from_head(false).limit(1).send().await.unwrap();
    assert_eq!(newest.events()[0].timestamp(), Some(NOW + 999_999));
}

#[tokio::test]
async fn events_survive_a_snapshot() {
    let scene = Scene::with_stream().await;
    scene.put_numbered("one", 3).await;
    let json = serde_json::to_string(&*scene.sandbox.world()).unwrap();
    let restored = Sandbox::new(serde_json::from_str(&json).unwrap(), scene.clock.clone(), 1);
    let door = Door::http_client(restored.clone());
    let logs = client(|config| config.endpoint_url("http://sandbox.invalid").http_client(door));
    let copy = Scene { sandbox: restored, clock: scene.clock.clone(), logs };
    copy.put("one", &[(NOW, "again")]).await;
    assert_eq!(copy.search(copy.filter()).await, ["m0", "again", "m1", "m2"]);
}

#[tokio::test]
async fn the_loopback_server_speaks_the_same() {
    let scene = Scene::with_stream().await;
    scene.put_numbered("one", 2).await;
    let server = Server::start(scene.sandbox.clone(), None).await.unwrap();
    let logs = client(|config| config.endpoint_url(server.url()));
    let events = logs.filter_log_events().log_group_name(GROUP).filter_pattern("m1").send().await.unwrap();
    assert_eq!(events.events().len(), 1);
    assert_eq!(refusal(logs.delete_log_group().log_group_name("none").send().await), not_found("group"));
    server.stop().await;
}
