//! The slice without a window.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::app::{Command, Effect, Event, Screen, State, reduce::reduce};
use crate::insights::{Query, Results};
use crate::logs::store::Entry;

fn with_records() -> State {
    let mut state = State { screen: Screen::Insights, ..State::default() };
    state.logs.store = Arc::new(Store::default().with(vec![Entry::new("a", 1_000, r#"{"modelId":"opus"}"#)]));
    state.logs.chosen = Some("group".to_owned());
    state.insights.library = Remote::Ready(Library::default());
    state
}

fn send(state: &mut State, command: InsightsCommand) -> Vec<Effect> {
    reduce(state, Command::Insights(command))
}

fn ran(number: u64, text: &str) -> Arc<Outcome> {
    let answer = Answer { results: Results::default(), took: Duration::from_millis(7), query_id: None };
    Arc::new(Outcome {
        number,
        text: text.to_owned(),
        place: Place::Here,
        window: (0, 1),
        group: "group".to_owned(),
        here: Some(Ok(Arc::new(answer))),
        there: None,
        comparison: None,
    })
}

fn order(effects: &[Effect]) -> &Order {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::Insights(InsightsEffect::Run(order)) => Some(order),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("no run in {effects:?}"))
}

#[test]
fn there_are_thirty_samples_in_groups_and_each_can_be_read_and_says_what_it_teaches() {
    assert_eq!(samples().len(), 30);
    assert!((4..=8).contains(&groups().len()));
    let mut titles: Vec<&str> = samples().iter().map(|sample| sample.title.as_str()).collect();
    titles.sort_unstable();
    titles.dedup();
    assert_eq!(titles.len(), 30, "titles are unique");
    for sample in samples() {
        assert!(Query::parse(&sample.query).is_ok(), "{}: {:?}", sample.title, Query::parse(&sample.query).err());
        assert!(!sample.teaches.is_empty() && !sample.teaches.ends_with('.') && !sample.title.ends_with('.'), "{}", sample.title);
    }
    assert!(samples().iter().filter(|sample| sample.matches("latency p99")).count() >= 1);
}

#[test]
fn a_wrong_query_is_told_as_it_is_written_and_not_run_here() {
    let mut state = with_records();
    send(&mut state, InsightsCommand::SetText("fliter a".to_owned()));
    assert!(state.insights.errors[0].message.contains("filter"));
    assert!(send(&mut state, InsightsCommand::Run).is_empty() && state.insights.running.is_none());
    // CloudWatch may know more of the language than we do.
    send(&mut state, InsightsCommand::SetPlace(Place::CloudWatch));
    assert_eq!(order(&send(&mut state, InsightsCommand::Run)).place, Place::CloudWatch);
    send(&mut state, InsightsCommand::SetText("filter a".to_owned()));
    assert!(state.insights.errors.is_empty());
}

#[test]
fn only_the_newest_run_counts_and_is_kept_among_the_past_ones() {
    let mut state = with_records();
    let effects = send(&mut state, InsightsCommand::Ask("stats count(*)".to_owned()));
    assert!(order(&effects).number == 1 && order(&effects).text == "stats count(*)");
    send(&mut state, InsightsCommand::Run);
    assert!(reduce(&mut state, Event::Insights(InsightsEvent::Ran(ran(1, "old")))).is_empty());
    assert!(state.insights.running.is_some() && state.insights.outcome.is_none());
    let effects = reduce(&mut state, Event::Insights(InsightsEvent::Ran(ran(2, "stats count(*)"))));
    assert!(matches!(&effects[..], [Effect::Insights(InsightsEffect::KeepLibrary(library))] if library.runs.len() == 1));
    assert!(state.insights.running.is_none() && state.insights.outcome.is_some());
    // A run that was stopped does not come back.
    send(&mut state, InsightsCommand::Run);
    assert_eq!(send(&mut state, InsightsCommand::Stop), [Effect::Insights(InsightsEffect::Stop)]);
    assert!(reduce(&mut state, Event::Insights(InsightsEvent::Ran(ran(3, "late")))).is_empty());
    assert_eq!(state.insights.outcome.as_ref().unwrap().number, 2);
}

#[test]
fn a_run_here_waits_for_records_that_are_on_their_way() {
    let mut state = with_records();
    state.logs.load.running = true;
    let effects = send(&mut state, InsightsCommand::Ask("stats count(*)".to_owned()));
    assert!(effects.is_empty() && state.insights.running.is_some() && state.insights.waits_for_records);
    let number = state.logs.load.number;
    let effects = reduce(&mut state, Event::Logs(crate::app::logs::LogsEvent::LoadEnded { number, outcome: Ok((0, 2_000)) }));
    assert_eq!(order(&effects).number, 1);
    assert!(!state.insights.waits_for_records);
}

#[test]
fn cloudwatch_is_asked_about_whole_seconds() {
    let mut state = with_records();
    state.now = crate::base::clock::timestamp_ms(10_000_000_500);
    send(&mut state, InsightsCommand::SetPlace(Place::CloudWatch));
    let effects = send(&mut state, InsightsCommand::Ask("fields a".to_owned()));
    let (from, to) = order(&effects).window;
    assert_eq!((from % 1_000, to % 1_000), (0, 999));
}

#[test]
fn the_rows_of_both_are_asked_up_to_where_records_are_loaded() {
    let mut state = with_records();
    state.now = crate::base::clock::timestamp_ms(10_000_000_500);
    state.insights.place = Place::Both;
    state.logs.load.running = true;
    send(&mut state, InsightsCommand::Ask("fields a".to_owned()));
    let number = state.logs.load.number;
    let covered = (10_000_000_500 - 1_000_000, 10_000_000_500 - 60_000);
    let effects = reduce(&mut state, Event::Logs(crate::app::logs::LogsEvent::LoadEnded { number, outcome: Ok(covered) }));
    assert!(order(&effects).window.1 <= covered.1);
}

#[test]
fn saved_queries_are_kept_only_once_they_were_read() {
    let mut state = with_records();
    send(&mut state, InsightsCommand::SetText("fields a".to_owned()));
    state.insights.library = Remote::NotAsked;
    assert!(send(&mut state, InsightsCommand::Save("mine".to_owned())).is_empty(), "what is on disk must not be overwritten unread");
    state.insights.library = Remote::Ready(Library::default());
    let effects = send(&mut state, InsightsCommand::Save(" mine ".to_owned()));
    assert!(matches!(&effects[..], [Effect::Insights(InsightsEffect::KeepLibrary(library))] if library.saved[0].name == "mine"));
}

#[test]
fn what_the_log_viewers_filter_stands_for_can_be_asked_here() {
    use crate::logs::filter::{Dimension, Filter};
    let mut filter = Filter { text: "words \"a phrase\" -without /re(g|x)/ modelId:opus".to_owned(), ..Filter::default() };
    assert!(Query::parse(&filter.insights()).is_ok(), "{}", filter.insights());
    for (dimension, value) in Dimension::ALL.into_iter().zip(["opus", "Converse", "user/ana", "ok"]) {
        filter.choice_mut(dimension).toggle_include(value);
        assert!(Query::parse(&filter.insights()).is_ok(), "{}", filter.insights());
    }
}
