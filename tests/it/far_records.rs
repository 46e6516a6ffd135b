//! Records that lie elsewhere than in a log group of ordinary size: in a bucket, and in more rows than CloudWatch gives of one query.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use outcrop::aws::Session;
use outcrop::aws::logs::{CreateLogGroup, CreateLogStream, InputEvent, PutLogEvents};
use outcrop::aws::s3::{CreateBucket, DeleteObject, PutObject};
use outcrop::base::clock::{Clock as _, ManualClock, SystemClock};
use outcrop::logs::import::{Prefix, Progress};
use outcrop::logs::store::Writer;
use outcrop::logs::store::disk::{Cache, DEFAULT_LIMIT};
use outcrop::runtime::insights::ask::{Asked, Asker, Found, OpenQueries};
use outcrop::runtime::logs::bucket::{self, Reading};

use crate::aws_sandbox::{doors, doors_at};

const BUCKET: &str = "outcrop-lab-9012-a1b2";
const HOUR: i64 = 3_600_000;
/// 2026-03-02T12:00:00Z.
const NOON: i64 = 1_772_452_800_000;

fn prefix() -> Prefix {
    Prefix::of_bedrock(BUCKET, "", "123456789012", "us-east-1")
}

fn packed(lines: &[String]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(lines.join("\n").as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn record(hour: u32, n: u32) -> String {
    format!(
        r#"{{"schemaType":"ModelInvocationLog","requestId":"r{hour}-{n}","timestamp":"2026-03-02T{hour:02}:00:{n:02}Z","modelId":"m"}}"#
    )
}

async fn put(session: &Session, rest: &str, body: Vec<u8>) {
    let key = format!("{}2026/03/02/{rest}", prefix().keys);
    session.run(PutObject { bucket: BUCKET.to_owned(), key, body, content_type: None }).await.unwrap();
}

/// A bucket as Bedrock fills it: ten records an hour from 9 to 12 o'clock, a body, the permission check.
async fn filled(session: &Session) {
    session.run(CreateBucket { bucket: BUCKET.to_owned(), region: "us-east-1".to_owned() }).await.unwrap();
    for hour in 9..=12 {
        let lines: Vec<String> = (0..10).map(|n| record(hour, n)).collect();
        put(session, &format!("{hour:02}/20260302T{hour:02}0000000Z_0f.json.gz"), packed(&lines)).await;
    }
    put(session, "12/data/r12-1_input.json.gz", packed(&["{\"body\":1}".to_owned()])).await;
    put(session, "12/amazon-bedrock-logs-permission-check", Vec::new()).await;
}

async fn read(session: &Session, home: &Path, window: Option<(i64, i64)>) -> Result<(Writer, Progress), String> {
    let (sender, mut steps) = tokio::sync::mpsc::channel(64);
    let cache = Cache::new(home.to_owned(), DEFAULT_LIMIT);
    let reading = Reading { prefix: prefix(), window };
    let outcome = bucket::read(session, &reading, &cache, Arc::new(AtomicBool::new(false)), sender).await;
    if let Ok((writer, progress)) = &outcome {
        let mut last = None;
        while let Some(step) = steps.recv().await {
            last = Some(step);
        }
        let (told, store) = last.expect("at least one step is told");
        assert_eq!((&told, store.len()), (progress, writer.snapshot().len()), "the last step tells all");
    }
    outcome.map_err(|problem| problem.full_text())
}

fn summed(progress: &Progress) -> (usize, usize, usize, u64) {
    (progress.files, progress.done, progress.known, progress.counts.new)
}

#[tokio::test]
async fn a_bucket_is_read_by_the_hour_and_what_is_known_is_not_fetched_again() {
    let (sessions, _server) = doors().await;
    for session in sessions {
        let home = tempfile::tempdir().unwrap();
        filled(&session).await;
        let (writer, progress) = read(&session, home.path(), Some((NOON - HOUR, NOON))).await.unwrap();
        assert_eq!((summed(&progress), writer.snapshot().len()), ((2, 2, 0, 20), 20), "11 and 12 o'clock");
        let (writer, progress) = read(&session, home.path(), None).await.unwrap();
        assert_eq!((summed(&progress), writer.snapshot().len()), ((4, 4, 2, 20), 40), "the two others");
        let (_, progress) = read(&session, home.path(), None).await.unwrap();
        assert_eq!(summed(&progress), (4, 4, 4, 0));
    }
}

#[tokio::test]
async fn a_damaged_object_is_named_and_the_others_are_read() {
    let (sessions, _server) = doors().await;
    for session in sessions {
        let home = tempfile::tempdir().unwrap();
        filled(&session).await;
        let whole = packed(&[record(8, 1), record(8, 2)]);
        put(&session, "08/cut.json.gz", whole[..whole.len() - 4].to_vec()).await;
        let (writer, progress) = read(&session, home.path(), None).await.unwrap();
        assert!(progress.problems.len() == 1 && progress.problems[0].contains("08/cut.json.gz"), "{:?}", progress.problems);
        assert_eq!(writer.snapshot().len(), 42, "what could be unpacked of it is there");
    }
}

#[tokio::test]
async fn objects_that_are_gone_are_gone_here_too() {
    let (sessions, _server) = doors().await;
    for session in sessions {
        let home = tempfile::tempdir().unwrap();
        filled(&session).await;
        read(&session, home.path(), None).await.unwrap();
        let key = format!("{}2026/03/02/09/20260302T090000000Z_0f.json.gz", prefix().keys);
        session.run(DeleteObject { bucket: BUCKET.to_owned(), key }).await.unwrap();
        let (writer, _) = read(&session, home.path(), Some((NOON, NOON))).await.unwrap();
        assert_eq!(writer.snapshot().len(), 40, "9 o'clock was not looked at");
        let (writer, _) = read(&session, home.path(), None).await.unwrap();
        assert_eq!(writer.snapshot().len(), 30);
    }
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_said() {
    let (sessions, _server) = doors().await;
    for session in sessions {
        let home = tempfile::tempdir().unwrap();
        let problem = read(&session, home.path(), None).await.err().unwrap();
        assert!(problem.contains("NoSuchBucket"), "{problem}");
    }
}

const GROUP: &str = "/outcrop/lab";

/// A log group with an event a second for 250 seconds before noon, and 30 more in the last of them.
async fn busy_group(session: &Session) {
    let (group, stream) = (GROUP.to_owned(), "one".to_owned());
    session.run(CreateLogGroup { log_group_name: group.clone(), kms_key_id: None, tags: Vec::new() }).await.unwrap();
    session.run(CreateLogStream { log_group_name: group.clone(), log_stream_name: stream.clone() }).await.unwrap();
    let event = |n: i64| InputEvent { timestamp_ms: NOON - 250_000 + n.min(249) * 1_000, message: format!("event {n}") };
    let log_events = (0..280).map(event).collect();
    session.run(PutLogEvents { log_group_name: group, log_stream_name: stream, log_events }).await.unwrap();
}

/// Asks for at most `limit` rows of a service that gives 100 at a time.
async fn ask(session: &Session, text: &str, limit: usize) -> Found {
    let (sender, mut pages) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move { while pages.recv().await.is_some() {} });
    let open = OpenQueries::default();
    let asker = Asker { session: session.clone(), wall: SystemClock::shared(), open: &open, progress: sender, most: 100 };
    let asked = Asked { number: 1, text: text.to_owned(), group: GROUP.to_owned(), window: (NOON - HOUR, NOON), limit };
    let found = asker.ask(&asked).await.unwrap();
    assert!(open.is_empty(), "nothing goes on");
    found
}

#[tokio::test]
async fn more_rows_than_the_service_gives_come_in_slices_of_the_time() {
    let clock = ManualClock::starting_at(outcrop::base::clock::timestamp_ms(NOON));
    let (sessions, _server) = doors_at(clock.clone()).await;
    let messages = |found: &Found| -> Vec<String> {
        found.rows.iter().map(|row| row.iter().find(|(name, _)| name == "@message").unwrap().1.clone()).collect()
    };
    assert_eq!(clock.now_ms(), NOON);
    for session in sessions {
        busy_group(&session).await;
        let all = ask(&session, "fields @message", 1_000).await;
        let (texts, mut sorted) = (messages(&all), messages(&all));
        sorted.sort();
        sorted.dedup();
        assert_eq!((texts.len(), sorted.len(), all.statistics.matched), (280, 280, 280), "each once");
        assert_eq!(texts.last().unwrap(), "event 0", "newest first");
        assert!(all.statistics.scanned > 280, "what is asked twice is scanned twice, and told");
        assert_eq!(ask(&session, "fields @message", 150).await.rows.len(), 150);
        assert_eq!(ask(&session, "fields @message", 50).await.rows.len(), 50);
        let counted = ask(&session, "stats count(*) as n", 1_000).await;
        assert_eq!(counted.rows, [[("n".to_owned(), "280".to_owned())]], "a count cannot be cut");
    }
}
