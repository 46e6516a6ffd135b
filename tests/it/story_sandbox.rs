//! The account as a whole: it starts over and goes back, begins with steps done, and its clock runs ahead of the wall.

use std::time::Duration;

use egui_kittest::kittest::Queryable as _;
use outcrop::app::sandbox::{SandboxCommand, SandboxDeed};
use outcrop::app::window::{App, Opening};
use outcrop::app::{Command, Screen};
use outcrop::sandbox::snapshot::{self, Origin};

use crate::support::{click, open_at, see, until};

type Window = egui_kittest::Harness<'static, App>;

fn at_the_sandbox(home: &std::path::Path) -> Window {
    let mut harness = open_at(home, Opening::Sandbox);
    until(&mut harness, "the sandbox", |h| h.state().state().connection.is_sandbox());
    until(&mut harness, "the lab", |h| h.state().state().lab.lab.value().is_some());
    harness.state_mut().take(Command::Go(Screen::Sandbox));
    until(&mut harness, "its files", |h| h.state().state().sandbox.seen().is_some());
    harness
}

fn perform(harness: &mut Window, deed: SandboxDeed) {
    harness.state_mut().take(Command::Sandbox(SandboxCommand::Do(deed)));
    until(harness, "the deed is done", |h| !h.state().state().sandbox.view.is_loading() && !h.state().is_busy());
    assert_eq!(harness.state().state().sandbox.view.problem(), None);
}

#[test]
fn the_sandbox_starts_over_and_goes_back() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = at_the_sandbox(home.path());
    perform(&mut harness, SandboxDeed::Keep("before class".to_owned()));
    see(&mut harness, "before class");
    click(&mut harness, "Start over…");
    click(&mut harness, "Delete the sandbox's state");
    until(&mut harness, "the new account", |h| h.state().state().sandbox.asked.is_none() && !h.state().is_busy());
    see(&mut harness, "before class");
    click(&mut harness, "Go back");
    click(&mut harness, "Go back to the kept state");
    until(&mut harness, "the kept account", |h| h.state().state().sandbox.asked.is_none() && !h.state().is_busy());
    assert_eq!(harness.state().state().sandbox.view.problem(), None);
}

#[test]
fn an_instructor_begins_with_the_first_steps_done() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = at_the_sandbox(home.path());
    harness.state_mut().take(Command::Sandbox(SandboxCommand::Do(SandboxDeed::Reset { through: Some("service-role".to_owned()) })));
    click(&mut harness, "Delete the sandbox's state");
    until(&mut harness, "the steps are done", |h| h.state().state().lab.status("service-role").is_done() && !h.state().is_busy());
    let lab = &harness.state().state().lab;
    assert_eq!((lab.status("log-group").is_done(), lab.status("bucket").is_done()), (true, true));
    assert!(!lab.status("invocation-logging").is_done());
    assert_eq!(harness.state().state().sandbox.seen().unwrap().speed, 1.0, "the hurry is over");
}

#[test]
fn time_runs_ahead_of_the_wall_for_every_screen() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = at_the_sandbox(home.path());
    let before = harness.state().state().now;
    perform(&mut harness, SandboxDeed::Leap(Duration::from_hours(24)));
    harness.step();
    let passed = harness.state().state().now.duration_since(before).as_secs();
    assert!((86_400..86_520).contains(&passed), "{passed} s");
    until(&mut harness, "the screen knows", |h| h.state().state().sandbox.seen().is_some_and(|seen| seen.ahead_ms >= 86_400_000));
    perform(&mut harness, SandboxDeed::SetSpeed(60));
    until(&mut harness, "the mark in the top bar", |h| h.query_all_by_label("60x").count() == 2);
}

#[test]
fn states_of_older_versions_are_read_and_what_they_lack_begins_empty() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("state.json");
    let first = include_str!("fixtures/sandbox-v1.json");
    for file in [first.to_owned(), first.replace("\"version\":1", "\"version\":2")] {
        std::fs::write(&path, file).unwrap();
        let (world, origin) = snapshot::load(&path).unwrap();
        assert_eq!(origin, Origin::Restored);
        assert!(world.region_view("us-east-1").logs.group_exists("bedrock-logs"));
        assert_eq!((world.clock_ahead_ms, world.region_view("us-east-1").sns.inbox().len()), (0, 0));
    }
}

#[test]
fn a_state_with_an_alarm_and_its_letters_is_read_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("state.json");
    std::fs::write(&path, include_str!("fixtures/sandbox-v3.json")).unwrap();
    let (world, origin) = snapshot::load(&path).unwrap();
    assert_eq!(origin, Origin::Restored);
    assert!(
        world
            .region_view("us-east-1")
            .sns
            .inbox()
            .any(|letter| letter.subject.as_deref() == Some("ALARM: \"throttles-of-the-class\" in us-east-1"))
    );
    let again = serde_json::to_value(&world).unwrap();
    let alarm = &again["regions"]["us-east-1"]["cloudwatch"]["alarms"]["held"]["throttles-of-the-class"];
    assert_eq!(
        (&alarm["settings"]["evaluation_periods"], &alarm["settings"]["threshold"]),
        (&serde_json::json!(2), &serde_json::json!(5.0))
    );
}

#[test]
fn a_class_comes_and_an_incident_begins_at_a_click() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = at_the_sandbox(home.path());
    click(&mut harness, "5");
    until(&mut harness, "five classmates", |h| h.state().state().sandbox.seen().is_some_and(|view| view.people == 5));
    until(&mut harness, "the mark in the top bar", |h| h.query_by_label("5 classmates").is_some());
    click(&mut harness, "Start: Throttling storm");
    until(&mut harness, "the incident", |h| h.state().state().sandbox.seen().is_some_and(|view| view.active().count() == 1));
    click(&mut harness, "Stop: Throttling storm");
    until(&mut harness, "its end", |h| h.state().state().sandbox.seen().is_some_and(|view| view.active().next().is_none()));
}

#[test]
fn an_alarm_writes_a_letter_once_its_reader_has_confirmed() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = at_the_sandbox(home.path());
    let url = harness.state().state().sandbox.seen().unwrap().files.url.clone();
    let topic = on_a_client(&url, |config| async move {
        let sns = aws(&config, "sns", "Action=CreateTopic&Name=oncall&Version=2010-03-31").await;
        let topic = sns.split("<TopicArn>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        aws(&config, "sns", &format!("Action=Subscribe&TopicArn={topic}&Protocol=email&Endpoint=ana%40example.com&Version=2010-03-31"))
            .await;
        let alarm = format!(
            "Action=PutMetricAlarm&Version=2010-08-01&AlarmName=throttles&Namespace=Test&MetricName=Throttles&Statistic=Sum&Period=60\
             &EvaluationPeriods=1&Threshold=5&ComparisonOperator=GreaterThanThreshold&AlarmActions.member.1={topic}"
        );
        aws(&config, "monitoring", &alarm).await;
        topic
    });
    perform(&mut harness, SandboxDeed::SetSpeed(1));
    click(&mut harness, "Confirm the subscription of ana@example.com");
    until(&mut harness, "the confirmation", |h| {
        h.state().state().sandbox.seen().unwrap().letters.iter().all(|letter| letter.token.is_none())
    });
    on_a_client(&url, |config| async move {
        let set = "Action=SetAlarmState&Version=2010-08-01&AlarmName=throttles&StateValue=ALARM&StateReason=testing";
        aws(&config, "monitoring", set).await;
    });
    perform(&mut harness, SandboxDeed::SetSpeed(1));
    see(&mut harness, "\"throttles\" in us-east-1");
    let letter = harness.state().state().sandbox.seen().unwrap().letters[0].clone();
    assert!(topic.ends_with(&letter.topic) && letter.body.contains("\"testing\""), "{letter:?}");
}

/// Runs `work` with the address of the sandbox on a runtime of its own.
fn on_a_client<F: Future<Output = T>, T>(url: &str, work: impl FnOnce(String) -> F) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work(url.to_owned()))
}

/// A call in the query protocol, signed for `service` as far as the sandbox looks; the reply's text.
async fn aws(url: &str, service: &str, form: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let host = url.trim_start_matches("http://");
    let signature =
        format!("AWS4-HMAC-SHA256 Credential=OUTCROPSANDBOX00/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=00");
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: {host}\r\nAuthorization: {signature}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    reply
}
