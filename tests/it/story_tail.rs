//! The story of Live Tail: follow, send a prompt, read what arrives; pause, search, highlight, query; the end of the time, a broken connection; and
//! the two steps of the lab that look at what was done.

use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use egui::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use outcrop::app::insights::InsightsCommand;
use outcrop::app::lab::LabCommand;
use outcrop::app::tail::{End, Phase, Spent, TailCommand, TailEvent, TailNews, TailState};
use outcrop::app::window::{App, Opening};
use outcrop::app::{Command, Event, Screen};
use outcrop::aws::bedrock_runtime::{Block, Converse, ConverseRequest, Message, Role as Speaker};
use outcrop::aws::logs::{CreateLogGroup, CreateLogStream, InputEvent, PutLogEvents};
use outcrop::aws::operation::Operation;
use outcrop::aws::{Environment, EnvironmentKind};
use outcrop::base::clock::{Clock, Sleep, SystemClock, Timestamp, timestamp_ms};
use outcrop::logs::store::Entry;
use outcrop::logs::tail::{Line, Tailed};
use outcrop::runtime::Options;
use outcrop::sandbox::Sandbox;
use outcrop::sandbox::server::Server;
use outcrop::sandbox::world::World;

use crate::support::{click, open_at, run_step, see, until};

type Window = Harness<'static, App>;

/// A call behind the window's back.
fn call<O: Operation>(harness: &Harness<'_, App>, operation: O) -> O::Output {
    let session = harness.state().session().unwrap();
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio.block_on(session.run(operation)).unwrap()
}

fn tail<'a>(harness: &'a Harness<'_, App>) -> &'a TailState {
    &harness.state().state().tail
}

fn send(harness: &mut Window, command: TailCommand) {
    harness.state_mut().take(Command::Tail(command));
    harness.step();
}

/// A log group of its own, which is followed.
fn following(mut harness: Window) -> Window {
    call(&harness, CreateLogGroup { log_group_name: "lab".to_owned(), kms_key_id: None, tags: Vec::new() });
    call(&harness, CreateLogStream { log_group_name: "lab".to_owned(), log_stream_name: "s".to_owned() });
    harness.state_mut().take(Command::Go(Screen::Tail));
    send(&mut harness, TailCommand::ToggleGroup("lab".to_owned()));
    click(&mut harness, "Start following");
    until(&mut harness, "the session", |h| tail(h).phase == Phase::Live);
    harness
}

fn in_sandbox(home: &Path) -> Window {
    let mut harness = open_at(home, Opening::Sandbox);
    until(&mut harness, "the sandbox", |h| h.state().state().connection.is_sandbox() && !h.state().is_busy());
    harness
}

fn put(harness: &Window, texts: &[&str]) {
    let now = harness.state().state().now.as_millisecond();
    let log_events = texts.iter().map(|text| InputEvent { timestamp_ms: now, message: (*text).to_owned() }).collect();
    call(harness, PutLogEvents { log_group_name: "lab".to_owned(), log_stream_name: "s".to_owned(), log_events });
}

fn prompt(text: &str) -> Converse {
    Converse(ConverseRequest {
        model_id: "us.anthropic.claude-sonnet-4-6".to_owned(),
        messages: vec![Message { role: Speaker::User, blocks: vec![Block::Text(text.to_owned())] }],
        max_tokens: Some(50),
        ..ConverseRequest::default()
    })
}

/// Checks a step as the button does; whether it passed.
fn check(harness: &mut Window, step: &str) -> bool {
    harness.state_mut().take(Command::Go(Screen::Lab));
    harness.state_mut().take(Command::Lab(LabCommand::Choose(step.to_owned())));
    until(harness, "the form", |h| h.state().state().lab.view.is_some() && !h.state().is_busy());
    harness.state_mut().take(Command::Lab(LabCommand::Check));
    until(harness, "the check", |h| h.state().state().lab.running.is_none() && !h.state().is_busy());
    harness.state().state().lab.status(step).is_done()
}

#[test]
fn an_invocation_is_seen_as_it_arrives_and_both_steps_of_the_lab_see_what_was_done() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = in_sandbox(home.path());
    for step in ["where-to-work", "log-group", "bucket", "service-role", "invocation-logging", "playground"] {
        run_step(&mut harness, step);
    }
    assert!(!check(&mut harness, "logs-insights") && !check(&mut harness, "live-tail"), "nothing was done yet");
    harness.state_mut().take(Command::Go(Screen::Tail));
    see(&mut harness, "See invocations as they are logged");
    click(&mut harness, "Start following");
    see(&mut harness, "Listening: no event yet");
    assert!(!check(&mut harness, "live-tail"), "a tail that caught nothing is not enough");
    harness.state_mut().take(Command::Go(Screen::Tail));
    let reply = call(&harness, prompt("Name three kinds of rock that show at an outcrop."));
    see(&mut harness, "Name three kinds of rock");
    let record = tail(&harness).shown.from(0).find_map(|line| line.event()?.entry.record().cloned()).unwrap();
    assert_eq!(Some(&*record.request_id), reply.request_id.as_deref());
    assert!(check(&mut harness, "live-tail"), "{:?}", harness.state().state().lab.status("live-tail"));

    harness.state_mut().take(Command::Go(Screen::Insights));
    until(&mut harness, "records", |h| h.state().state().logs.store.len() > 1 && !h.state().state().logs.load.running);
    for query in ["filter @message like /(?i)rock/ | limit 5", "fields modelId | sort @timestamp desc | limit 5"] {
        harness.state_mut().take(Command::Insights(InsightsCommand::Ask(query.to_owned())));
        until(&mut harness, "rows", |h| {
            let insights = &h.state().state().insights;
            let answered = insights.outcome.as_ref().filter(|outcome| outcome.text == query && insights.running.is_none());
            answered.and_then(|outcome| outcome.answer(false)?.as_ref().ok()).is_some_and(|answer| !answer.results.rows.is_empty())
        });
    }
    assert!(check(&mut harness, "logs-insights"), "{:?}", harness.state().state().lab.status("logs-insights"));

    harness.state_mut().take(Command::Go(Screen::Tail));
    let first = tail(&harness).number_at(0);
    send(&mut harness, TailCommand::Open(first));
    click(&mut harness, "Open in Logs");

    until(&mut harness, "the record in the log viewer", |h| {
        let detail = h.state().state().logs.detail.as_ref();
        detail.and_then(|detail| Some(detail.record()?.request_id.to_string())) == reply.request_id
    });
}

#[test]
fn pausing_searching_highlighting_and_asking_over_what_came() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = following(in_sandbox(home.path()));
    put(&harness, &["a refund please", "where is my parcel", r#"{"modelId":"m","n":7}"#]);
    until(&mut harness, "the lines", |h| tail(h).shown.len() == 3);
    click(&mut harness, "Pause");
    put(&harness, &["a second refund"]);
    see(&mut harness, "Paused: 1 event wait");
    assert_eq!(tail(&harness).shown.len(), 3);
    click(&mut harness, "Resume");
    until(&mut harness, "what has waited", |h| tail(h).shown.len() == 4 && tail(h).waiting.is_empty());

    let field = harness.get_by_label("Highlight 1");
    field.focus();
    field.type_text("REFUND");
    until(&mut harness, "the count", |h| tail(h).look.hits[0] == 2);
    let field = harness.get_by_label("Search in what came");
    field.focus();
    field.type_text("parcel");
    until(&mut harness, "what is found", |h| tail(h).rows() == 1 && tail(h).shown.len() == 4);
    see(&mut harness, "1 of 4");
    send(&mut harness, TailCommand::SetSearch(String::new()));

    click(&mut harness, "Query these");
    send(&mut harness, TailCommand::SetQuery("filter n > 5 | fields modelId, n".to_owned()));
    click(&mut harness, "Run");
    until(&mut harness, "the row", |h| tail(h).ask.ran.as_ref().is_some_and(|ran| ran.results.rows.len() == 1));
    see(&mut harness, "1 of 4 events matched");
    see(&mut harness, "modelId: ");
    let row = harness.get_all_by_label_contains("modelId: ").next().unwrap().rect();
    let strip = harness.get_by_label_contains("Calls ").rect();
    assert!(row.height() > 10.0 && row.bottom() <= strip.top(), "the row is in sight: {row} above {strip}");
    click(&mut harness, "Clear");
    until(&mut harness, "nothing is left", |h| tail(h).shown.is_empty() && tail(h).look.hits[0] == 0);
    assert_eq!(tail(&harness).phase, Phase::Live, "clearing does not end the session");
    click(&mut harness, "Stop");
    until(&mut harness, "the end", |h| tail(h).phase == Phase::Ended(End::Stopped));
}

#[test]
fn a_wrong_pattern_is_marked_while_it_is_written_and_a_right_one_selects() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = following(in_sandbox(home.path()));
    let field = harness.get_by_label("Filter pattern");
    field.focus();
    field.type_text("{ $.n > }");
    until(&mut harness, "the error", |h| tail(h).pattern_error.is_some());
    see(&mut harness, "Expected:");
    assert!(harness.query_all_by_label_contains("^").next().is_some(), "the place is marked");
    send(&mut harness, TailCommand::SetPattern("{ $.n > 5 }".to_owned()));
    click(&mut harness, "Restart");
    until(&mut harness, "the new session", |h| tail(h).phase == Phase::Live && !tail(h).is_changed() && tail(h).meter.seconds > 0);
    put(&harness, &[r#"{"n":5}"#, r#"{"n":6}"#, "plain"]);
    until(&mut harness, "the line", |h| !tail(h).shown.is_empty());
    let texts: Vec<_> = tail(&harness).shown.from(0).filter_map(|line| Some(line.event()?.entry.line.to_string())).collect();
    assert_eq!(texts, [r#"{"n":6}"#]);
}

/// The wall, some time ahead: as far as a test has moved it.
#[derive(Debug, Clone, Default)]
struct Ahead(Arc<AtomicI64>);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        timestamp_ms(SystemClock.now_ms() + self.0.load(Ordering::SeqCst))
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let (clock, until) = (self.clone(), self.now_ms() + duration.as_millis() as i64);
        Box::pin(async move {
            while clock.now_ms() < until {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
    }
}

#[test]
fn a_session_ends_by_itself_after_a_count_down_and_can_be_kept_going() {
    let home = tempfile::tempdir().unwrap();
    let clock = Ahead::default();
    let options = Options { home: home.path().to_owned(), clock: Arc::new(clock.clone()), ..Options::standard() };
    let mut harness = Harness::builder()
        .with_size(egui::vec2(1440.0, 900.0))
        .with_max_steps(64)
        .build_eframe(move |creation| App::new(&creation.egui_ctx, options, Opening::Sandbox).expect("the program starts"));
    until(&mut harness, "the sandbox", |h| h.state().state().connection.is_sandbox() && !h.state().is_busy());
    let mut harness = following(harness);
    let forward = |minutes: f64| {
        clock.0.fetch_add((minutes * 60_000.0) as i64, Ordering::SeqCst);
    };
    forward(14.5);
    see(&mut harness, "The session ends by itself in");
    click(&mut harness, "Keep going for 15 min");
    until(&mut harness, "more time", |h| tail(h).left_ms().is_some_and(|left| left > 14 * 60_000));
    forward(16.0);
    until(&mut harness, "the end", |h| matches!(tail(h).phase, Phase::Ended(End::TimeOver(_))));
    see(&mut harness, "The session ended by itself after");
    assert!(tail(&harness).spent.billed_min >= 30, "{:?}", tail(&harness).spent);
}

/// A way to the sandbox that can be cut.
struct Bridge {
    address: String,
    open: Arc<AtomicBool>,
    streams: Arc<Mutex<Vec<TcpStream>>>,
}

impl Bridge {
    fn to(host: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let bridge = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            open: Arc::new(AtomicBool::new(true)),
            streams: Arc::default(),
        };
        let (open, streams) = (Arc::clone(&bridge.open), Arc::clone(&bridge.streams));
        let crossing = std::thread::Builder::new().name("bridge".to_owned()).spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                if !open.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(far) = TcpStream::connect(&host) else { continue };
                streams.lock().unwrap().extend([near.try_clone().unwrap(), far.try_clone().unwrap()]);
                for (mut from, mut to) in [(near.try_clone().unwrap(), far.try_clone().unwrap()), (far, near)] {
                    let flow = move || {
                        // Either end may be cut at any time.
                        drop(std::io::copy(&mut from, &mut to));
                        drop(to.shutdown(Shutdown::Both));
                    };
                    std::thread::Builder::new().name("bridge-flow".to_owned()).spawn(flow).unwrap();
                }
            }
        });
        drop(crossing.unwrap());
        bridge
    }

    fn cut(&self) {
        self.open.store(false, Ordering::SeqCst);
        for stream in self.streams.lock().unwrap().drain(..) {
            // It may be closed already.
            drop(stream.shutdown(Shutdown::Both));
        }
    }

    fn mend(&self) {
        self.open.store(true, Ordering::SeqCst);
    }
}

#[test]
fn a_broken_connection_is_told_and_mended() {
    let tokio = tokio::runtime::Runtime::new().unwrap();
    let sandbox = Sandbox::new(World::default(), SystemClock::shared(), 1);
    let server = tokio.block_on(Server::start(sandbox, None)).unwrap();
    let bridge = Bridge::to(server.url().trim_start_matches("http://").trim_end_matches('/').to_owned());
    let environment =
        Environment { kind: EnvironmentKind::Endpoint, endpoint_url: Some(bridge.address.clone()), ..Environment::sandbox("") };
    let home = tempfile::tempdir().unwrap();
    let mut harness = open_at(home.path(), Opening::At(environment));
    until(&mut harness, "the place", |h| h.state().state().connection.environment().is_some() && !h.state().is_busy());
    let mut harness = following(harness);
    put(&harness, &["before"]);
    until(&mut harness, "a line", |h| tail(h).shown.len() == 1);
    bridge.cut();
    see(&mut harness, "trying again in");
    assert!(matches!(tail(&harness).phase, Phase::Waiting { .. }));
    bridge.mend();
    click(&mut harness, "Try now");
    until(&mut harness, "the session", |h| tail(h).phase == Phase::Live);
    see(&mut harness, "events that came in between are missing");
    until(&mut harness, "an update", |h| tail(h).meter.now() == 0 && tail(h).meter.seconds > 1);
    put(&harness, &["after"]);
    until(&mut harness, "both lines and the mark between them", |h| tail(h).shown.len() == 3);
    assert!(tail(&harness).spent.billed_min >= 2, "each session is billed from its first minute");
}

/// Hands lines to the window as the runtime does.
fn arrive(harness: &mut Window, from: usize, count: usize) {
    let line = |n: usize| {
        let text = format!(
            r#"{{"schemaType":"ModelInvocationLog","modelId":"us.anthropic.claude-haiku-4-5","operation":"Converse","requestId":"r-{n}","input":{{"inputTokenCount":{n},"inputBodyJson":{{"messages":[{{"role":"user","content":[{{"text":"question {n} about a parcel"}}]}}]}}}},"output":{{"outputTokenCount":7}}}}"#
        );
        let entry = Arc::new(Entry::new(&n.to_string(), 1_795_435_471_456, &text));
        Arc::new(Line::Event(Tailed { entry, group: "lab".into(), stream: "s".into(), ingested_ms: 0 }))
    };
    let lines = (from..from + count).map(line).collect();
    let news = TailNews::Lines { lines, seconds: vec![(count as u32, false)], spent: Spent::default() };
    let number = tail(harness).number;
    harness.state_mut().take(Event::Tail(TailEvent::News { number, news }));
    harness.step();
    harness.step();
}

fn rows_drawn(harness: &Window) -> usize {
    harness.query_all_by_role(Role::Row).count()
}

#[test]
fn what_a_frame_draws_does_not_grow_with_the_buffer() {
    let home = tempfile::tempdir().unwrap();
    let mut harness = following(in_sandbox(home.path()));
    arrive(&mut harness, 0, 200);
    let few = rows_drawn(&harness);
    assert!((10..60).contains(&few), "{few}");
    for second in 0..20 {
        arrive(&mut harness, 200 + second * 500, 500);
    }
    assert!(tail(&harness).shown.len() > 9_000);
    assert_eq!(rows_drawn(&harness), few);
    see(&mut harness, "question 10199 about a parcel");
    send(&mut harness, TailCommand::Follow(false));
    arrive(&mut harness, 20_000, 500);
    see(&mut harness, "Jump to latest (500 new)");
    see(&mut harness, "question 10199 about a parcel");
    click(&mut harness, "Jump to latest (500 new)");
    see(&mut harness, "question 20499 about a parcel");
}
