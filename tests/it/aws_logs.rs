//! CloudWatch Logs' operations against the sandbox, through both doors.

use outcrop::aws::logs::{
    CreateLogGroup, CreateLogStream, DeleteLogGroup, DeleteLogStream, DeleteRetentionPolicy, DescribeLogGroups, DescribeLogStreams,
    FilterLogEvents, GetLogEvents, InputEvent, ListTagsForResource, PutLogEvents, PutRetentionPolicy, TagResource,
};
use outcrop::aws::{ErrorKind, Session, Tag};
use outcrop::base::clock::{Clock as _, ManualClock};

use crate::aws_sandbox::doors_at;

const GROUP: &str = "/outcrop/lab";

fn group() -> String {
    GROUP.to_owned()
}

fn create() -> CreateLogGroup {
    CreateLogGroup { log_group_name: group(), kms_key_id: None, tags: vec![Tag::new("outcrop", "lab")] }
}

fn noon() -> std::sync::Arc<ManualClock> {
    ManualClock::starting_at("2026-10-06T12:00:00Z".parse().unwrap())
}

#[tokio::test]
async fn the_life_of_a_log_group() {
    let (sessions, _server) = doors_at(noon()).await;
    for session in sessions {
        session.run(create()).await.unwrap();
        let again = session.run(create()).await.unwrap_err();
        assert_eq!((again.kind, again.code.as_str()), (ErrorKind::AlreadyExists, "ResourceAlreadyExistsException"));
        settings(&session).await;
        session.run(DeleteLogGroup { log_group_name: group() }).await.unwrap();
        let gone = session.run(DeleteLogGroup { log_group_name: group() }).await.unwrap_err();
        assert_eq!(gone.kind, ErrorKind::NotFound);
    }
}

async fn settings(session: &Session) {
    let describe = || DescribeLogGroups { prefix: Some(group()) };
    session.run(PutRetentionPolicy { log_group_name: group(), retention_in_days: 30 }).await.unwrap();
    let found = session.run(describe()).await.unwrap().remove(0);
    assert_eq!((found.name.as_str(), found.retention_days, found.class.as_str()), (GROUP, Some(30), "STANDARD"));
    assert_eq!(found.arn, "arn:aws:logs:us-east-1:123456789012:log-group:/outcrop/lab");
    assert_eq!(found.created.unwrap().to_string(), "2026-10-06T12:00:00Z");
    session.run(DeleteRetentionPolicy { log_group_name: group() }).await.unwrap();
    assert_eq!(session.run(describe()).await.unwrap()[0].retention_days, None);
    session.run(TagResource { resource_arn: found.arn.clone(), tags: vec![Tag::new("a", "b")] }).await.unwrap();
    let tags = session.run(ListTagsForResource { resource_arn: found.arn }).await.unwrap();
    assert_eq!(tags, [Tag::new("a", "b"), Tag::new("outcrop", "lab")]);
    let refused = session.run(PutRetentionPolicy { log_group_name: group(), retention_in_days: 31 }).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Invalid, "{refused:?}");
}

#[tokio::test]
async fn many_groups_are_listed_page_by_page() {
    let (sessions, _server) = doors_at(noon()).await;
    for session in sessions {
        for number in 0..120 {
            session.run(CreateLogGroup { log_group_name: format!("/many/{number:03}"), ..create() }).await.unwrap();
        }
        let groups = session.run(DescribeLogGroups { prefix: Some("/many/".to_owned()) }).await.unwrap();
        let names: Vec<_> = groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!((names.len(), names[0], names[119]), (120, "/many/000", "/many/119"));
    }
}

#[tokio::test]
async fn the_life_of_events() {
    let clock = noon();
    let (sessions, _server) = doors_at(clock.clone()).await;
    for session in sessions {
        let stream = || "one".to_owned();
        session.run(create()).await.unwrap();
        session.run(CreateLogStream { log_group_name: group(), log_stream_name: stream() }).await.unwrap();
        let event = |number: i64| InputEvent { timestamp_ms: clock.now_ms() - 1_000 + number, message: format!(r#"{{"n":{number}}}"#) };
        let log_events = (0..50).map(event).collect();
        session.run(PutLogEvents { log_group_name: group(), log_stream_name: stream(), log_events }).await.unwrap();
        reading(&session).await;
        session.run(DeleteLogStream { log_group_name: group(), log_stream_name: stream() }).await.unwrap();
        assert_eq!(session.run(DescribeLogStreams { log_group_name: group(), prefix: None }).await.unwrap(), []);
        let old = PutLogEvents {
            log_group_name: group(),
            log_stream_name: stream(),
            log_events: vec![InputEvent { timestamp_ms: 1, message: "old".to_owned() }],
        };
        session.run(CreateLogStream { log_group_name: group(), log_stream_name: stream() }).await.unwrap();
        assert_eq!(session.run(old).await.unwrap_err().code, "RejectedLogEvents");
    }
}

async fn reading(session: &Session) {
    let get = GetLogEvents { log_group_name: group(), log_stream_name: "one".to_owned(), start_from_head: true, ..Default::default() };
    let page = session.run(GetLogEvents { limit: Some(10), ..get.clone() }).await.unwrap();
    assert_eq!((page.events.len(), page.events[0].message.as_str()), (10, r#"{"n":0}"#));
    let next = session.run(GetLogEvents { next_token: page.next_token, limit: Some(10), ..get }).await.unwrap();
    assert_eq!(next.events[0].message, r#"{"n":10}"#);
    let streams = session.run(DescribeLogStreams { log_group_name: group(), prefix: None }).await.unwrap();
    assert_eq!(streams[0].name, "one");
    assert_eq!(filtered(session, "{ $.n >= 45 }").await.len(), 5);
    assert_eq!(filtered(session, "absent").await, Vec::<String>::new());
}

/// All messages that match, page by page.
async fn filtered(session: &Session, pattern: &str) -> Vec<String> {
    let mut filter = FilterLogEvents {
        log_group_name: group(),
        filter_pattern: Some(pattern.to_owned()),
        limit: Some(2),
        log_stream_names: vec!["one".to_owned()],
        ..Default::default()
    };
    let mut messages = Vec::new();
    loop {
        let page = session.run(filter.clone()).await.unwrap();
        assert!(page.events.iter().all(|event| event.stream == "one" && !event.id.is_empty()));
        messages.extend(page.events.into_iter().map(|event| event.message));
        match page.next_token {
            Some(token) => filter.next_token = Some(token),
            None => return messages,
        }
    }
}
