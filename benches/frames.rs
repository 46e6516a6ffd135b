//! Time of a frame (taking what arrived, drawing, tessellation) of the log viewer with a million records while a person scrolls, walks by keyboard and types
//! in the search box, of Live Tail at 500 events a second, and of a conversation of 2,000 messages (budget: 99 of 100 frames below 8 ms).
//!
//! Run by `cargo xtask bench frames [RECORDS]`. The graphics card is not part of it, nor is what the program does beside the window: searches.
#![expect(clippy::print_stdout, reason = "a bench reports on its output")]
#![expect(clippy::disallowed_methods, reason = "its files lie beside the build")]

#[path = "logs/generator.rs"]
#[expect(dead_code, reason = "the other bench searches for what it wrote")]
mod generator;
#[path = "support/window.rs"]
mod support;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use egui::{Event as Input, Key, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase, pos2, vec2};
use outcrop::app::logs::{FilesEvent, FilesPlace, LogsCommand, LogsEffect, LogsEvent};
use outcrop::app::playground::{PlaygroundEvent, chat_file};
use outcrop::app::tail::{Places, Spent, TailCommand, TailEffect, TailEvent, TailNews};
use outcrop::app::{Command, Effect, Event, Screen, State, reduce};
use outcrop::base::clock::Stopwatch;
use outcrop::logs::import::{self, Progress};
use outcrop::logs::store::disk::Cache;
use outcrop::logs::store::{Entry, Store, Writer};
use outcrop::logs::tail::{Line, Tailed};
use outcrop::logs::view::View;
use outcrop::ui::widgets::Selection;
use support::{Window, ms};

const RECORDS: usize = 1_000_000;
const SEED: u64 = 42;
const FRAMES: usize = 600;
const BUDGET_MS: f64 = 8.0;
const SIZE: egui::Vec2 = vec2(1_440.0, 900.0);
/// The end of the day of the records.
const NOW_MS: i64 = 1_772_496_000_000;

fn main() {
    let records = std::env::args().skip(1).find_map(|arg| arg.replace(['_', ','], "").parse().ok()).unwrap_or(RECORDS);
    let beside = std::env::current_exe().ok().and_then(|path| Some(path.parent()?.to_owned())).unwrap_or_else(std::env::temp_dir);
    let folder = tempfile::tempdir_in(beside).expect("a folder for the records");
    let written = generator::write(folder.path(), records, SEED).expect("records are written");
    println!("{records} records, {:.0} MB; {FRAMES} frames each", written.bytes as f64 / 1e6);
    let files = import::find(std::slice::from_ref(&written.objects)).expect("objects are there");
    let mut writer = Writer::open(&Cache::new(folder.path().join("cache"), u64::MAX), "bench").expect("a collection");
    import::run(&files, &mut writer, &AtomicBool::new(false), &mut |_, _| {}).expect("records are imported");
    let store = writer.snapshot_in_order();
    let entries: Vec<Arc<Entry>> = store.newest().take(FRAMES * 10).collect();
    let mut logs = with_records(&store, &written.objects);
    let mut within = 0;
    for (what, act) in [("scrolling", scroll as Act), ("walking by keyboard", walk), ("typing in the search box", write)] {
        within += judged(what, (0..FRAMES).map(|number| act(&mut logs, number)).collect());
    }
    within += judged("Live Tail at 500 events a second", tail(&entries));
    within += judged("scrolling in 2,000 messages", conversation());
    println!("{within} within budget, {} over (p99 below {BUDGET_MS} ms)", 5 - within);
}

type Act = fn(&mut Window, usize) -> f64;

/// Tells the times of frames; 1 if they keep the budget.
fn judged(what: &str, mut times: Vec<f64>) -> usize {
    times.sort_by(f64::total_cmp);
    let (median, p99, longest) = (times[times.len() / 2], times[times.len() * 99 / 100], times[times.len() - 1]);
    println!("{what:<36}median {median:>6.2} ms   p99 {p99:>6.2} ms   longest {longest:>6.2} ms   {:.2} of the budget", p99 / BUDGET_MS);
    usize::from(p99 < BUDGET_MS)
}

fn with_records(store: &Arc<Store>, path: &std::path::Path) -> Window {
    let mut window = Window::open(Screen::Logs, SIZE, NOW_MS);
    settle(&mut window.state, Command::Logs(LogsCommand::OpenFiles(FilesPlace::Paths(vec![path.to_owned()]))));
    let number = window.state.logs.files_number;
    let event = FilesEvent::Read { number, store: Arc::clone(store), progress: Progress::default() };
    let effects = reduce(&mut window.state, Event::Logs(LogsEvent::Files(event)));
    search(&mut window.state, effects);
    reduce(&mut window.state, Event::Logs(LogsEvent::Files(FilesEvent::Ended { number, problem: None })));
    assert_eq!(window.state.logs.view.rows.len(), store.len());
    window.frame(Vec::new());
    window
}

fn settle(state: &mut State, command: Command) {
    let effects = reduce(state, command);
    search(state, effects);
}

/// Does the searches among `effects`; the program does them beside the window.
fn search(state: &mut State, effects: Vec<Effect>) {
    for effect in effects {
        if let Effect::Logs(LogsEffect::Search { number, store, filter, window }) = effect {
            let view = Arc::new(View::build(store, filter, Some(window)));
            reduce(state, Event::Logs(LogsEvent::Found { number, view }));
        }
    }
}

/// The wheel turns by some rows; now and then it jumps far.
fn scroll(window: &mut Window, number: usize) -> f64 {
    let delta = vec2(0.0, if number % 60 == 59 { -200_000.0 } else { -180.0 });
    let over = Input::PointerMoved(pos2(700.0, 600.0));
    let (unit, source) = (MouseWheelUnit::Point, MouseWheelSource::Wheel);
    let wheel = Input::MouseWheel { unit, delta, phase: TouchPhase::Move, source, modifiers: Modifiers::NONE };
    ms(window.frame(vec![over, wheel]))
}

/// Down, row by row: each opens its record beside the list.
fn walk(window: &mut Window, number: usize) -> f64 {
    let watch = Stopwatch::start();
    let mut selection = Selection::default();
    selection.select(number * 7);
    settle(&mut window.state, Command::Logs(LogsCommand::Select(selection)));
    let taken = watch.elapsed();
    let key = Input::Key { key: Key::ArrowDown, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::NONE };
    ms(taken + window.frame(vec![key]))
}

/// A letter more or less each tenth of a second; what was found is taken in the frame in which it comes.
fn write(window: &mut Window, number: usize) -> f64 {
    const WORDS: &str = "refund order";
    let found = number.is_multiple_of(6).then(|| {
        let letters = number / 6 % (WORDS.len() + 1);
        let effects = reduce(&mut window.state, Command::Logs(LogsCommand::SetText(WORDS[..letters].to_owned())));
        effects.into_iter().find_map(|effect| match effect {
            Effect::Logs(LogsEffect::Search { number, store, filter, window }) => {
                Some(LogsEvent::Found { number, view: Arc::new(View::build(store, filter, Some(window))) })
            }
            _ => None,
        })
    });
    let watch = Stopwatch::start();
    if let Some(event) = found.flatten() {
        reduce(&mut window.state, Event::Logs(event));
    }
    let taken = watch.elapsed();
    ms(taken + window.frame(Vec::new()))
}

/// Sixty frames a second; lines come thirty times a second, as the program bundles them.
fn tail(entries: &[Arc<Entry>]) -> Vec<f64> {
    const PER_BUNDLE: usize = 17;
    let mut window = Window::open(Screen::Tail, SIZE, NOW_MS);
    let places = Places { configured: Some("bedrock-logs".to_owned()), groups: vec!["bedrock-logs".to_owned()] };
    reduce(&mut window.state, Event::Tail(TailEvent::Places(Ok(places))));
    reduce(&mut window.state, Command::Tail(TailCommand::Start));
    reduce(&mut window.state, Command::Tail(TailCommand::SetTerm(0, "refund".to_owned())));
    let number = window.state.tail.number;
    reduce(&mut window.state, Event::Tail(TailEvent::News { number, news: TailNews::Started(Spent::default()) }));
    let mut lines = entries.iter().cycle().map(|entry| {
        let (group, stream) = ("bedrock-logs".into(), "aws/bedrock/modelinvocations".into());
        Arc::new(Line::Event(Tailed { entry: Arc::clone(entry), group, stream, ingested_ms: entry.at_ms }))
    });
    let mut frame = |at: usize| {
        let news = at.is_multiple_of(2).then(|| TailNews::Lines {
            lines: lines.by_ref().take(PER_BUNDLE).collect(),
            seconds: if at.is_multiple_of(60) { vec![(500, false)] } else { Vec::new() },
            spent: Spent { elapsed_ms: at as u64 * 16, billed_min: at as u64 / 3_600 + 1 },
        });
        let watch = Stopwatch::start();
        let effects = news.map(|news| reduce(&mut window.state, Event::Tail(TailEvent::News { number, news }))).unwrap_or_default();
        let taken = watch.elapsed();
        look(&mut window.state, effects);
        ms(taken + window.frame(Vec::new()))
    };
    // Ten minutes at this pace, so that the buffer is as full as it gets.
    (0..FRAMES * 60).map(&mut frame).skip(FRAMES * 59).collect()
}

/// A conversation of so many messages, read from its file and scrolled up by the wheel.
fn conversation() -> Vec<f64> {
    const MESSAGES: usize = 2_000;
    let turn = |n: usize| {
        let role = if n.is_multiple_of(2) { "user" } else { "assistant" };
        let text =
            format!("Message {n}. {}\n\n- one\n- `two`\n\n```python\nprint({n})\n```", "Words that wrap over some lines. ".repeat(n % 13));
        serde_json::json!({"role": role, "text": text})
    };
    let turns: Vec<_> = (0..MESSAGES).map(turn).collect();
    let file = serde_json::json!({"format": "outcrop-chat", "version": 2, "turns": turns}).to_string();
    let mut window = Window::open(Screen::Playground, SIZE, NOW_MS);
    let opened = chat_file::read(file.as_bytes());
    reduce(&mut window.state, Event::Playground(PlaygroundEvent::Imported(Box::new(opened))));
    assert_eq!(window.state.playground.chat.turns.len(), MESSAGES);
    for _ in 0..20 {
        window.frame(Vec::new());
    }
    let mut frame = |number: usize| {
        let delta = vec2(0.0, if number % 60 == 59 { 20_000.0 } else { 90.0 });
        let (unit, source) = (MouseWheelUnit::Point, MouseWheelSource::Wheel);
        let wheel = Input::MouseWheel { unit, delta, phase: TouchPhase::Move, source, modifiers: Modifiers::NONE };
        ms(window.frame(vec![Input::PointerMoved(pos2(600.0, 400.0)), wheel]))
    };
    (0..FRAMES).map(&mut frame).collect()
}

/// Does what the program does beside the window: looking at new lines.
fn look(state: &mut State, effects: Vec<Effect>) {
    for effect in effects {
        if let Effect::Tail(TailEffect::Look(order)) = effect {
            let found = order.lens.look(&order.lines);
            let looked = TailEvent::Looked { number: order.number, first: order.first, count: order.lines.len(), found };
            let more = reduce(state, Event::Tail(looked));
            look(state, more);
        }
    }
}
