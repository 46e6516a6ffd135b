//! The slice without a window.

use super::*;
use crate::app::state::Connected;
use crate::app::{Command, Effect, Event, Screen, State, reduce};
use crate::aws::Environment;
use crate::logs::store::Entry;
use crate::logs::tail::Tailed;

const ACCOUNT: &str = "123456789012";

fn connected() -> State {
    let mut state = State { screen: Screen::Tail, ..State::default() };
    let place = Connected {
        environment: Environment::sandbox("http://127.0.0.1:1"),
        account: ACCOUNT.to_owned(),
        arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/R/S"),
    };
    state.connection.current.finish(Ok(place));
    let places = Places { configured: Some("bedrock-logs".to_owned()), groups: vec!["bedrock-logs".to_owned(), "other".to_owned()] };
    happened(&mut state, TailEvent::Places(Ok(places)));
    state
}

fn send(state: &mut State, command: TailCommand) -> Vec<Effect> {
    reduce(state, Command::Tail(command))
}

fn happened(state: &mut State, event: TailEvent) -> Vec<Effect> {
    reduce(state, Event::Tail(event))
}

fn news(state: &mut State, news: TailNews) -> Vec<Effect> {
    let number = state.tail.number;
    happened(state, TailEvent::News { number, news })
}

fn lines(texts: &[&str]) -> Vec<Arc<Line>> {
    let line = |text: &&str| {
        let entry = Arc::new(Entry::new("1", 1_000, text));
        Arc::new(Line::Event(Tailed { entry, group: "bedrock-logs".into(), stream: "s".into(), ingested_ms: 1_000 }))
    };
    texts.iter().map(line).collect()
}

fn came(state: &mut State, texts: &[&str], elapsed_ms: u64) -> Vec<Effect> {
    let seconds = vec![(texts.len() as u32, false)];
    news(state, TailNews::Lines { lines: lines(texts), seconds, spent: Spent { elapsed_ms, billed_min: elapsed_ms / 60_000 + 1 } })
}

fn live() -> State {
    let mut state = connected();
    send(&mut state, TailCommand::Start);
    news(&mut state, TailNews::Started(Spent::default()));
    state
}

fn wanted_look(effects: &[Effect]) -> Option<LookOrder> {
    effects.iter().find_map(|effect| if let Effect::Tail(TailEffect::Look(order)) = effect { Some(order.clone()) } else { None })
}

/// Does what the runtime would do for the looks among `effects`, and for those that follow.
fn look(state: &mut State, mut effects: Vec<Effect>) {
    while let Some(order) = wanted_look(&effects) {
        let found = order.lens.look(&order.lines);
        effects = happened(state, TailEvent::Looked { number: order.number, first: order.first, count: order.lines.len(), found });
    }
}

#[test]
fn a_start_names_whole_arns_and_follows_the_configured_group() {
    let mut state = connected();
    send(&mut state, TailCommand::SetPattern(" { $.errorCode = \"*\" } ".to_owned()));
    send(&mut state, TailCommand::SetPrefixes("aws/, x".to_owned()));
    let effects = send(&mut state, TailCommand::Start);
    let [Effect::Tail(TailEffect::Follow(order))] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(order.ask.log_group_identifiers, [format!("arn:aws:logs:us-east-1:{ACCOUNT}:log-group:bedrock-logs")]);
    assert_eq!(order.ask.log_event_filter_pattern.as_deref(), Some("{ $.errorCode = \"*\" }"));
    assert_eq!(order.ask.log_stream_name_prefixes, ["aws/", "x"]);
    assert_eq!(state.tail.phase, Phase::Starting);
    send(&mut state, TailCommand::ToggleGroup("other".to_owned()));
    assert!(state.tail.is_changed(), "the form says another group than what is followed");
    send(&mut state, TailCommand::ToggleGroup("bedrock-logs".to_owned()));
    let effects = send(&mut state, TailCommand::Start);
    let [Effect::Tail(TailEffect::Follow(order))] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((order.ask.log_group_identifiers.len(), order.ask.log_stream_name_prefixes.len()), (2, 0));
    assert!(!state.tail.is_changed());
}

#[test]
fn a_pattern_that_cannot_be_read_is_told_and_nothing_starts() {
    let mut state = connected();
    send(&mut state, TailCommand::SetPattern("{ $.a = }".to_owned()));
    assert!(state.tail.pattern_error.as_ref().is_some_and(|error| error.span.start > 0));
    assert!(send(&mut state, TailCommand::Start).is_empty() && state.tail.phase == Phase::Idle);
}

#[test]
fn pausing_lets_lines_wait_and_resuming_shows_them() {
    let mut state = live();
    came(&mut state, &["a"], 1_000);
    send(&mut state, TailCommand::TogglePause);
    came(&mut state, &["b", "c"], 2_000);
    assert_eq!((state.tail.shown.len(), state.tail.waiting.len()), (1, 2));
    send(&mut state, TailCommand::TogglePause);
    assert_eq!((state.tail.shown.len(), state.tail.waiting.len(), state.tail.paused), (3, 0, false));
}

#[test]
fn what_does_not_fit_while_paused_is_counted() {
    let mut state = live();
    send(&mut state, TailCommand::TogglePause);
    let many = vec!["x"; Ring::MAX + 7];
    came(&mut state, &many, 1_000);
    assert_eq!((state.tail.waiting.len(), state.tail.dropped()), (Ring::MAX, 7));
    send(&mut state, TailCommand::TogglePause);
    assert_eq!(state.tail.shown.len(), Ring::MAX);
}

#[test]
fn the_session_ends_by_itself_and_can_be_kept_going() {
    let mut state = live();
    assert!(!came(&mut state, &[], 899_000).contains(&Effect::Tail(TailEffect::Stop)));
    assert_eq!(state.tail.left_ms(), Some(1_000));
    send(&mut state, TailCommand::KeepGoing);
    assert!(came(&mut state, &[], 901_000).is_empty());
    assert!(came(&mut state, &[], 1_799_000).contains(&Effect::Tail(TailEffect::Stop)));
    assert_eq!((&state.tail.phase, state.tail.spent.billed_min), (&Phase::Ended(End::TimeOver(29)), 30));
    assert!(news(&mut state, TailNews::Started(Spent::default())).is_empty() && !state.tail.is_on(), "what comes late changes nothing");
}

#[test]
fn a_broken_connection_is_waited_for_and_can_be_tried_at_once() {
    let mut state = live();
    let problem = Problem::new("The connection broke", "why", "wait");
    let spent = Spent { elapsed_ms: 5_000, billed_min: 1 };
    news(&mut state, TailNews::Waiting { attempt: 2, left_secs: 4, problem: problem.clone(), spent });
    assert!(matches!(&state.tail.phase, Phase::Waiting { attempt: 2, left_secs: 4, .. }));
    let effects = send(&mut state, TailCommand::TryNow);
    assert!(
        matches!(&effects[..], [Effect::Tail(TailEffect::Follow(order))] if order.spent == spent && order.failures == 2 && order.number == state.tail.number)
    );
    news(&mut state, TailNews::Ended(problem.clone()));
    assert_eq!(state.tail.phase, Phase::Ended(End::Failed(problem)));
}

#[test]
fn terms_are_counted_and_the_search_lists_what_it_finds() {
    let mut state = live();
    let effects = send(&mut state, TailCommand::SetTerm(0, "refund".to_owned()));
    assert!(effects.is_empty(), "there is no line to look at");
    let effects = came(&mut state, &["a refund", "parcel", "Refund of a parcel"], 1_000);
    look(&mut state, effects);
    assert_eq!((state.tail.look.hits[0], state.tail.rows()), (2, 3));
    assert_eq!(state.tail.look.terms_in(2).collect::<Vec<_>>(), [0]);
    let effects = send(&mut state, TailCommand::SetSearch("parcel".to_owned()));
    look(&mut state, effects);
    let tail = &state.tail;
    assert_eq!((tail.rows(), tail.number_at(0), tail.number_at(1), tail.row_of(2)), (2, Some(1), Some(2), Some(1)));
    let effects = came(&mut state, &["another parcel"], 2_000);
    look(&mut state, effects);
    assert_eq!((state.tail.rows(), state.tail.look.hits[0]), (3, 2));
}

#[test]
fn what_an_older_lens_found_is_not_taken_and_only_one_look_is_under_way() {
    let mut state = live();
    send(&mut state, TailCommand::SetTerm(1, "a".to_owned()));
    let old = came(&mut state, &["a"], 1_000);
    assert!(came(&mut state, &["a"], 2_000).is_empty(), "the next look follows the one under way");
    let new = send(&mut state, TailCommand::SetTerm(1, "b".to_owned()));
    look(&mut state, old);
    assert_eq!(state.tail.look.hits, [0; TERMS]);
    look(&mut state, new);
    assert_eq!((state.tail.look.hits[1], state.tail.look.looked_until), (0, 2));
}

#[test]
fn rows_that_the_search_found_go_with_their_lines() {
    let mut state = live();
    send(&mut state, TailCommand::SetSearch("x".to_owned()));
    for second in 0..3 {
        let many = vec!["x"; 4_000];
        let effects = came(&mut state, &many, second);
        look(&mut state, effects);
    }
    let tail = &state.tail;
    assert_eq!((tail.shown.len(), tail.rows(), tail.rows_gone()), (Ring::MAX, Ring::MAX, 2_000));
    assert_eq!((tail.number_at(0), tail.look.terms_in(5_000).count()), (Some(tail.shown.first()), 0));
    assert!(tail.look.masks.len() <= Ring::MAX + 4_000);
}

#[test]
fn a_list_that_stands_still_counts_what_is_new() {
    let mut state = live();
    came(&mut state, &["a"], 1_000);
    send(&mut state, TailCommand::Follow(false));
    came(&mut state, &["b", "c"], 2_000);
    assert_eq!(state.tail.new_rows(), 2);
    send(&mut state, TailCommand::Follow(false));
    assert_eq!(state.tail.new_rows(), 2, "standing still again changes nothing");
    send(&mut state, TailCommand::Follow(true));
    assert_eq!(state.tail.new_rows(), 0);
}

#[test]
fn clearing_forgets_lines_and_counts_and_goes_on() {
    let mut state = live();
    send(&mut state, TailCommand::SetTerm(0, "a".to_owned()));
    let effects = came(&mut state, &["a"], 1_000);
    look(&mut state, effects);
    send(&mut state, TailCommand::Open(Some(0)));
    assert!(state.tail.detail.is_some());
    send(&mut state, TailCommand::Clear);
    let tail = &state.tail;
    assert!(tail.shown.is_empty() && tail.detail.is_none() && tail.look.hits == [0; TERMS] && tail.is_on());
    let effects = came(&mut state, &["a"], 2_000);
    look(&mut state, effects);
    assert_eq!((state.tail.rows(), state.tail.look.hits[0]), (1, 1));
}

#[test]
fn an_opened_invocation_is_found_again_in_the_logs() {
    let mut state = live();
    came(&mut state, &[r#"{"schemaType":"ModelInvocationLog","modelId":"m","operation":"Converse","requestId":"r-1"}"#, "raw"], 1_000);
    send(&mut state, TailCommand::Open(Some(0)));
    send(&mut state, TailCommand::ShowInLogs);
    let logs = &state.logs;
    assert_eq!((state.screen, logs.group()), (Screen::Logs, Some("bedrock-logs")));
    assert_eq!(logs.awaited.as_ref().map(|awaited| awaited.request_id.as_str()), Some("r-1"));
}

#[test]
fn a_query_runs_over_what_is_shown_and_what_waits() {
    let mut state = live();
    came(&mut state, &["a"], 1_000);
    send(&mut state, TailCommand::TogglePause);
    came(&mut state, &["b"], 2_000);
    send(&mut state, TailCommand::ToggleAsk);
    send(&mut state, TailCommand::SetQuery("stats count(*".to_owned()));
    assert!(send(&mut state, TailCommand::RunQuery).is_empty() && state.tail.ask.error.is_some());
    send(&mut state, TailCommand::SetQuery("stats count(*)".to_owned()));
    let effects = send(&mut state, TailCommand::RunQuery);
    assert!(matches!(&effects[..], [Effect::Tail(TailEffect::Ask(order))] if order.lines.len() == 2 && order.account == ACCOUNT));
}

#[test]
fn another_environment_ends_the_tail_and_keeps_what_was_written() {
    let mut state = live();
    came(&mut state, &["a"], 1_000);
    send(&mut state, TailCommand::SetPattern("ERROR".to_owned()));
    let old = state.tail.number;
    let place = state.connection.current.value().cloned().unwrap();
    let effects = reduce(&mut state, Event::Connected(Ok(place)));
    assert!(effects.contains(&Effect::Tail(TailEffect::Stop)));
    assert_eq!((state.tail.setup.pattern.as_str(), state.tail.shown.len(), state.tail.is_on()), ("ERROR", 0, false));
    happened(&mut state, TailEvent::News { number: old, news: TailNews::Started(Spent::default()) });
    assert!(!state.tail.is_on());
}
