//! Bad days: nobody listens, nobody answers, throttling, streams that break, replies that are too long, secrets in the way.

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message as Frame};
use outcrop::aws::bedrock::ListFoundationModels;
use outcrop::aws::bedrock_runtime::{ChatEvent, Converse, ConverseRequest, Message, Usage, converse_stream};
use outcrop::aws::s3::{GetObject, HeadBucket};
use outcrop::aws::sts::GetCallerIdentity;
use outcrop::aws::{AwsError, Environment, EnvironmentKind, ErrorKind, Session};

use crate::aws_server::{Answer, Scripted, impatient, keeping_recorder, response, session};

const JSON: &str = "content-type: application/json\r\nx-amzn-requestid: r-42\r\n";
const THROTTLED: &str = "content-type: application/json\r\nx-amzn-ErrorType: ThrottlingException:http://internal.amazon.com/\r\n";

fn throttled() -> Answer {
    response("429 Too Many Requests", THROTTLED, r#"{"message":"Rate exceeded"}"#)
}

fn hello() -> ConverseRequest {
    ConverseRequest { model_id: "anthropic.demo".to_owned(), messages: vec![Message::user("hello")], ..ConverseRequest::default() }
}

#[tokio::test]
async fn nobody_listens() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let (session, records) = session(&url).await;
    let error = session.run(GetCallerIdentity {}).await.unwrap_err();
    assert_eq!((error.kind, error.status), (ErrorKind::Unreachable, None), "{error:?}");
    assert!(error.explain().remedy.contains("network"));
    let records = records.lock().unwrap();
    assert_eq!((records.len(), records[0].status, records[0].error.as_ref().unwrap().0.as_str()), (1, None, "Unreachable"));
}

#[tokio::test]
async fn nobody_answers() {
    let server = Scripted::start(vec![Answer::Stall(Vec::new())]).await;
    let (session, records) = session(&server.url).await;
    let error = session.run(GetCallerIdentity {}).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Timeout, "{error:?}");
    assert_eq!(records.lock().unwrap()[0].attempts, 3);
}

#[tokio::test]
async fn throttling_is_retried_and_seen() {
    let models = response("200 OK", JSON, r#"{"modelSummaries":[{"modelArn":"arn:m","modelId":"m"}]}"#);
    let server = Scripted::start(vec![throttled(), models]).await;
    let (session, records) = session(&server.url).await;
    assert_eq!(session.run(ListFoundationModels::default()).await.unwrap()[0].id, "m");
    let records = records.lock().unwrap();
    let seen = &records[0];
    assert_eq!((seen.status, seen.attempts, seen.pages, seen.error.clone()), (Some(200), 2, 1, None));
    assert_eq!(seen.request_id.as_deref(), Some("r-42"));
}

#[tokio::test]
async fn lasting_throttling_is_told() {
    let server = Scripted::start(vec![throttled()]).await;
    let (session, records) = session(&server.url).await;
    let error = session.run(ListFoundationModels::default()).await.unwrap_err();
    assert_eq!((error.kind, error.status, error.message.as_str()), (ErrorKind::Throttled, Some(429), "Rate exceeded"));
    assert_eq!((server.requests().len(), records.lock().unwrap()[0].attempts), (3, 3));
}

#[tokio::test]
async fn an_error_without_a_body_is_still_told() {
    let server = Scripted::start(vec![response("403 Forbidden", "x-amz-request-id: s3-1\r\n", "")]).await;
    let (session, _) = session(&server.url).await;
    let error = session.run(HeadBucket { bucket: "demo-bucket".to_owned() }).await.unwrap_err();
    assert_eq!((error.kind, error.request_id.as_deref()), (ErrorKind::AccessDenied, Some("s3-1")), "{error:?}");
    assert!(error.message.contains("403"), "{error:?}");
    assert!(error.explain().why.contains("s3:ListBucket on arn:aws:s3:::demo-bucket"), "{:?}", error.explain());
}

#[tokio::test]
async fn a_reply_that_is_no_reply_is_told() {
    let server = Scripted::start(vec![response("200 OK", JSON, "<html>proxy</html>")]).await;
    let (session, _) = session(&server.url).await;
    let error = session.run(ListFoundationModels::default()).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.status), ("UnreadableReply", Some(200)), "{error:?}");
}

#[tokio::test]
async fn long_objects_are_refused() {
    let server = Scripted::start(vec![response("200 OK", "", &"x".repeat(2_000))]).await;
    let (session, _) = session(&server.url).await;
    let get = GetObject { max_bytes: 1_000, ..GetObject::new("demo-bucket", "key") };
    assert_eq!(session.run(get).await.unwrap_err().code, "BodyTooLarge");
}

#[tokio::test]
async fn parameters_that_are_not_set_are_not_sent() {
    let reply = r#"{"output":{"message":{"role":"assistant","content":[{"text":"hi"}]}},"stopReason":"end_turn",
        "usage":{"inputTokens":3,"outputTokens":1,"totalTokens":4},"metrics":{"latencyMs":12}}"#;
    let server = Scripted::start(vec![response("200 OK", JSON, reply)]).await;
    let (session, _) = session(&server.url).await;
    let reply = session.run(Converse(hello())).await.unwrap();
    assert_eq!((reply.text.as_str(), reply.usage.input, reply.request_id.as_deref()), ("hi", 3, Some("r-42")));
    let request = server.requests().remove(0);
    assert!(request.ends_with(r#"{"messages":[{"role":"user","content":[{"text":"hello"}]}]}"#), "{request}");
}

/// An event-stream frame of a Converse stream.
fn frame(kind: &str, payload: &str) -> Vec<u8> {
    framed("event", ":event-type", kind, payload)
}

fn framed(message_type: &str, type_header: &str, kind: &str, payload: &str) -> Vec<u8> {
    let text = |value: &str| HeaderValue::String(value.to_owned().into());
    let message = Frame::new(payload.as_bytes().to_vec())
        .add_header(Header::new(":message-type", text(message_type)))
        .add_header(Header::new(type_header.to_owned(), text(kind)))
        .add_header(Header::new(":content-type", text("application/json")));
    let mut bytes = Vec::new();
    write_message_to(&message, &mut bytes).unwrap();
    bytes
}

const TEXT: &str = r#"{"contentBlockIndex":0,"delta":{"text":"Hi"}}"#;

fn begun() -> Vec<Vec<u8>> {
    vec![frame("messageStart", r#"{"role":"assistant"}"#), frame("contentBlockDelta", TEXT)]
}

/// A chunked HTTP response of frames; without `ended` its last chunk is missing.
fn streamed(frames: &[Vec<u8>], ended: bool) -> Vec<u8> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\nx-amzn-requestid: r-7\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut bytes = head.as_bytes().to_vec();
    for frame in frames {
        bytes.extend_from_slice(format!("{:x}\r\n", frame.len()).as_bytes());
        bytes.extend_from_slice(frame);
        bytes.extend_from_slice(b"\r\n");
    }
    if ended {
        bytes.extend_from_slice(b"0\r\n\r\n");
    }
    bytes
}

/// All events of a stream and the error that ended it, if one did.
async fn drain(session: &Session) -> (Vec<ChatEvent>, Option<AwsError>) {
    let mut stream = converse_stream(session, hello()).await.unwrap();
    assert_eq!(stream.request_id(), Some("r-7"));
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => events.push(event),
            Err(error) => {
                assert_eq!(stream.next().await, None, "after an error there is nothing more");
                return (events, Some(error));
            }
        }
    }
    (events, None)
}

#[tokio::test]
async fn a_whole_stream_is_read_and_recorded() {
    let mut frames = begun();
    frames.push(frame("contentBlockStop", r#"{"contentBlockIndex":0}"#));
    frames.push(frame("messageStop", r#"{"stopReason":"end_turn"}"#));
    let metadata = r#"{"usage":{"inputTokens":9,"outputTokens":2,"totalTokens":11,"cacheReadInputTokens":4},"metrics":{"latencyMs":321}}"#;
    frames.push(frame("metadata", metadata));
    let server = Scripted::start(vec![Answer::Bytes(streamed(&frames, true))]).await;
    let (session, records) = session(&server.url).await;
    let (events, error) = drain(&session).await;
    let usage = Usage { input: 9, output: 2, cache_read: 4, cache_write: 0 };
    let stopped = ChatEvent::Stopped { reason: "end_turn".to_owned() };
    let expected = [ChatEvent::Started, ChatEvent::Text("Hi".to_owned()), stopped, ChatEvent::Metadata { usage, latency_ms: 321 }];
    assert_eq!((events.as_slice(), error), (&expected[..], None));
    let records = records.lock().unwrap();
    let seen = &records[0];
    assert_eq!((records.len(), seen.operation.as_str(), seen.request_id.as_deref()), (1, "ConverseStream", Some("r-7")));
    assert!(seen.error.is_none() && seen.first_token_ms.is_some(), "{seen:?}");
}

#[tokio::test]
async fn a_stream_cut_midway_is_broken() {
    for ended in [false, true] {
        let server = Scripted::start(vec![Answer::Bytes(streamed(&begun(), ended))]).await;
        let (session, records) = session(&server.url).await;
        let (events, error) = drain(&session).await;
        let error = error.unwrap();
        assert_eq!((events.len(), error.kind, error.request_id.as_deref()), (2, ErrorKind::BrokenStream, Some("r-7")), "{error:?}");
        assert_eq!(records.lock().unwrap()[0].error.as_ref().unwrap().0, "BrokenStream");
    }
}

#[tokio::test]
async fn a_frame_cut_midway_is_broken() {
    let mut frames = begun();
    let whole = frame("contentBlockDelta", TEXT);
    frames.push(whole[..whole.len() - 5].to_vec());
    let server = Scripted::start(vec![Answer::Bytes(streamed(&frames, true))]).await;
    let (session, _) = session(&server.url).await;
    let (events, error) = drain(&session).await;
    assert_eq!((events.len(), error.unwrap().kind), (2, ErrorKind::BrokenStream));
}

#[tokio::test]
async fn an_error_inside_a_stream_keeps_its_name() {
    let mut frames = begun();
    frames.push(framed("exception", ":exception-type", "throttlingException", r#"{"message":"Too many tokens, please wait."}"#));
    let server = Scripted::start(vec![Answer::Bytes(streamed(&frames, true))]).await;
    let (session, _) = session(&server.url).await;
    let error = drain(&session).await.1.unwrap();
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Throttled, "Too many tokens, please wait."), "{error:?}");
}

#[tokio::test]
async fn dropping_a_stream_hangs_up_and_is_recorded() {
    let mut server = Scripted::start(vec![Answer::Stall(streamed(&begun(), false))]).await;
    let (session, records) = session(&server.url).await;
    let mut stream = converse_stream(&session, hello()).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), ChatEvent::Started);
    drop(stream);
    server.hung_up().await;
    assert_eq!(records.lock().unwrap()[0].error.as_ref().unwrap().0, "Cancelled");
}

#[tokio::test]
async fn dropping_a_call_hangs_up_and_is_recorded() {
    let mut server = Scripted::start(vec![Answer::Stall(Vec::new())]).await;
    let (session, records) = session(&server.url).await;
    let call = tokio::spawn(async move { session.run(Converse(hello())).await });
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    server.hung_up().await;
    assert_eq!(records.lock().unwrap()[0].error.as_ref().unwrap().0, "Cancelled");
}

/// Variables are a process's own, so the test runs itself again as a child that has them.
#[test]
fn variables_cannot_divert_the_sandbox_or_a_chosen_profile() {
    let home = tempfile::tempdir().unwrap();
    let credentials = home.path().join("credentials");
    std::fs::write(&credentials, "[chosen]\naws_access_key_id = AKIACHOSENCHOSENCHOS\naws_secret_access_key = x\n").unwrap();
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["aws_faults::child_with_diverting_variables", "--exact", "--ignored", "--nocapture"])
        .env("AWS_BEARER_TOKEN_BEDROCK", "bearer-of-someone")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        .env("AWS_ENDPOINT_URL_BEDROCK", "http://127.0.0.1:9")
        .env("AWS_ACCESS_KEY_ID", "AKIAVARIABLEVARIABLE")
        .env("AWS_SECRET_ACCESS_KEY", "y")
        .env("AWS_SHARED_CREDENTIALS_FILE", &credentials)
        .env("AWS_CONFIG_FILE", home.path().join("none"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[tokio::test]
#[ignore = "run by variables_cannot_divert_the_sandbox_or_a_chosen_profile with variables set"]
async fn child_with_diverting_variables() {
    let server = Scripted::start(vec![response("200 OK", JSON, "{}")]).await;
    let endpoint = |kind, profile: Option<&str>| Environment {
        kind,
        profile: profile.map(str::to_owned),
        region: "us-east-1".to_owned(),
        endpoint_url: Some(server.url.clone()),
    };
    let places = [
        (endpoint(EnvironmentKind::Sandbox, None), "OUTCROPSANDBOX00"),
        (endpoint(EnvironmentKind::Endpoint, None), "AKIAVARIABLEVARIABLE"),
        (endpoint(EnvironmentKind::Endpoint, Some("chosen")), "AKIACHOSENCHOSENCHOS"),
        (endpoint(EnvironmentKind::Account, Some("chosen")), "AKIACHOSENCHOSENCHOS"),
    ];
    for (turn, (environment, key)) in places.iter().enumerate() {
        let session = Session::open(environment, keeping_recorder().0, None, impatient()).await.unwrap();
        session.run(ListFoundationModels::default()).await.unwrap();
        let request = server.requests()[turn].to_lowercase();
        let signed = format!("authorization: aws4-hmac-sha256 credential={}/", key.to_lowercase());
        assert!(request.contains(&signed), "{environment:?}: {request}");
    }
}

#[tokio::test]
async fn places_that_cannot_be_are_refused_at_once() {
    for (region, url, code) in [("Ireland", "http://127.0.0.1:1", "InvalidRegion"), ("us-east-1", "127.0.0.1:1", "InvalidEndpoint")] {
        let place = Environment { region: region.to_owned(), ..Environment::sandbox(url) };
        assert_eq!(Session::connect(&place, keeping_recorder().0).await.unwrap_err().code, code);
    }
}

#[tokio::test]
async fn a_profile_that_is_not_there_is_no_credentials() {
    let server = Scripted::start(vec![response("200 OK", JSON, "{}")]).await;
    let environment = Environment {
        kind: EnvironmentKind::Endpoint,
        profile: Some("there-is-no-such-profile".to_owned()),
        region: "us-east-1".to_owned(),
        endpoint_url: Some(server.url.clone()),
    };
    let session = Session::open(&environment, keeping_recorder().0, None, impatient()).await.unwrap();
    let error = session.run(GetCallerIdentity {}).await.unwrap_err();
    assert_eq!((error.kind, server.requests().len()), (ErrorKind::NoCredentials, 0), "{error:?}");
}
