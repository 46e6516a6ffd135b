//! What the logs slice takes and what it lets pass.

use super::*;
use crate::app::state::Connected;
use crate::app::{Command, Effect, Event, State, reduce};
use crate::aws::Environment;
use crate::base::clock::timestamp_ms;
use crate::logs::record::Interner;

const NOW_MS: i64 = 1_795_435_471_000;

fn shown(group: &str) -> State {
    let mut state = State { now: timestamp_ms(NOW_MS), ..State::default() };
    let environment = Environment::sandbox("http://127.0.0.1:1");
    reduce(&mut state, Event::Connected(Ok(Connected { environment, account: String::new(), arn: String::new() })));
    let source = Source { group: Some(group.to_owned()), ..Source::default() };
    send(&mut state, LogsEvent::Source(Ok(source)));
    state
}

fn send(state: &mut State, event: LogsEvent) -> Vec<Effect> {
    reduce(state, Event::Logs(event))
}

fn run(state: &mut State, command: LogsCommand) -> Vec<Effect> {
    reduce(state, Command::Logs(command))
}

fn store_of(count: i64) -> Arc<Store> {
    let mut texts = Interner::default();
    let entries = (0..count).map(|n| Entry::sharing(&n.to_string(), NOW_MS - n, "line", &mut texts)).collect();
    Arc::new(Store::default().with(entries))
}

fn load_order(effects: &[Effect]) -> Option<LoadOrder> {
    effects.iter().find_map(|effect| if let Effect::Logs(LogsEffect::Load(order)) = effect { Some(order.clone()) } else { None })
}

#[test]
fn events_of_an_older_load_are_not_taken() {
    let mut state = shown("/a");
    let old = state.logs.load.number;
    run(&mut state, LogsCommand::SetRange(Range::Last(60_000)));
    let progress = Progress::default();
    assert!(send(&mut state, LogsEvent::Loaded { number: old, store: store_of(3), progress }).is_empty());
    assert!(state.logs.store.is_empty());
    send(&mut state, LogsEvent::LoadEnded { number: old, outcome: Ok((0, 1)) });
    assert!(state.logs.load.running);
}

#[test]
fn a_late_answer_to_an_older_search_does_not_replace_a_newer_one() {
    let mut state = shown("/a");
    run(&mut state, LogsCommand::SetText("a".to_owned()));
    run(&mut state, LogsCommand::SetText("ab".to_owned()));
    let newest = state.logs.search.asked;
    let view = |rows: Vec<u32>| Arc::new(View { rows, ..View::default() });
    send(&mut state, LogsEvent::Found { number: newest, view: view(vec![1]) });
    send(&mut state, LogsEvent::Found { number: newest - 1, view: view(vec![2]) });
    assert_eq!((state.logs.view.rows.as_slice(), state.logs.is_searching()), (&[1][..], false));
}

#[test]
fn a_stopped_load_keeps_its_events_and_the_next_one_starts_anew() {
    let mut state = shown("/a");
    let number = state.logs.load.number;
    send(&mut state, LogsEvent::Loaded { number, store: store_of(3), progress: Progress::default() });
    assert_eq!(run(&mut state, LogsCommand::StopLoading), [Effect::Logs(LogsEffect::StopLoading)]);
    assert_eq!((state.logs.store.len(), state.logs.load.running), (3, false));
    let source = state.logs.source.value().cloned().unwrap();
    let order = load_order(&send(&mut state, LogsEvent::Source(Ok(source)))).unwrap();
    assert_eq!((order.since_ms, order.known.len()), (None, 3));
}

#[test]
fn another_group_starts_with_nothing() {
    let mut state = shown("/a");
    let number = state.logs.load.number;
    send(&mut state, LogsEvent::Loaded { number, store: store_of(3), progress: Progress::default() });
    let order = load_order(&run(&mut state, LogsCommand::ChooseGroup(Some("/b".to_owned())))).unwrap();
    assert_eq!((order.group.as_str(), order.known.len(), state.logs.store.len()), ("/b", 0, 0));
    let order = load_order(&run(&mut state, LogsCommand::ChooseGroup(None))).unwrap();
    assert_eq!(order.group, "/a");
}

#[test]
fn a_longer_time_is_loaded_whole_and_a_shorter_one_is_there() {
    let mut state = shown("/a");
    let number = state.logs.load.number;
    send(&mut state, LogsEvent::LoadEnded { number, outcome: Ok((NOW_MS - 3 * 3_600_000, NOW_MS)) });
    let source = state.logs.source.value().cloned().unwrap();
    let newer = load_order(&send(&mut state, LogsEvent::Source(Ok(source.clone())))).unwrap();
    assert!(newer.since_ms.is_some());
    let week = load_order(&run(&mut state, LogsCommand::SetRange(Range::Last(7 * 86_400_000)))).unwrap();
    assert_eq!(week.since_ms, None);
}

#[test]
fn events_newer_than_the_clock_are_within_a_range_up_to_now() {
    let mut state = shown("/a");
    state.logs.store = Arc::new(Store::default().with(vec![Entry::new("1", NOW_MS + 5_000, "line")]));
    assert_eq!(state.logs.window(NOW_MS).1, NOW_MS + 5_000);
    state.logs.range = Range::Between(10, 20);
    assert_eq!(state.logs.window(NOW_MS), (10, 20));
}

#[test]
fn an_unchanged_filter_asks_for_no_search() {
    let mut state = shown("/a");
    assert_eq!(run(&mut state, LogsCommand::SetText("x".to_owned())).len(), 1);
    assert!(run(&mut state, LogsCommand::SetText("x".to_owned())).is_empty());
    assert!(run(&mut state, LogsCommand::Brush(None)).is_empty());
}

#[test]
fn a_load_tells_its_pace_and_what_is_left() {
    let progress = Progress { events: 500, requests: 4, reached_ms: 7_500, took: std::time::Duration::from_secs(5) };
    assert!((progress.rate() - 100.0).abs() < 1e-9);
    assert_eq!(progress.remaining((0, 10_000)), Some(std::time::Duration::from_secs(15)), "a quarter is done");
    assert_eq!(Progress { reached_ms: 0, ..progress }.remaining((0, 10_000)), None);
    assert_eq!(Progress { reached_ms: 9_990, ..progress }.remaining((0, 10_000)), None, "too early to tell");
}

#[test]
fn of_a_bucket_the_time_that_was_asked_for_is_shown_though_more_is_known() {
    use crate::logs::import::{self, Prefix};
    let prefix = Prefix::read("s3://b").unwrap();
    let store = Arc::new(Store::default().with(vec![Entry::new("1", 1_000, "old"), Entry::new("2", 9_000, "new")]));
    for (window, range) in [(Some((5_000, 9_500)), Range::Between(5_000, 9_501)), (None, Range::Between(1_000, 9_001))] {
        let mut state = State::default();
        files::open(&mut state, FilesPlace::Bucket(prefix.clone(), window));
        let (number, store, progress) = (state.logs.files_number, Arc::clone(&store), import::Progress::default());
        files::event(&mut state, FilesEvent::Read { number, store, progress });
        assert_eq!(state.logs.range, range);
    }
}
