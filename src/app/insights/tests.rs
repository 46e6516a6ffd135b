//! The slice without a window.

use std::sync::Arc;

use super::*;
use crate::app::{Command, Effect, Screen, State, reduce::reduce};
use crate::insights::Query;
use crate::logs::store::{Entry, Store};

fn with_records() -> State {
    let mut state = State { screen: Screen::Insights, ..State::default() };
    state.logs.store = Arc::new(Store::default().with(vec![Entry::new("a", 1_000, r#"{"modelId":"opus"}"#)]));
    state
}

fn send(state: &mut State, command: InsightsCommand) -> Vec<Effect> {
    reduce(state, Command::Insights(command))
}

#[test]
fn every_sample_can_be_read_and_says_what_it_teaches() {
    assert!(samples().len() >= 12);
    for sample in samples() {
        assert!(Query::parse(&sample.query).is_ok(), "{}: {:?}", sample.title, Query::parse(&sample.query).err());
        assert!(!sample.teaches.is_empty() && !sample.title.ends_with('.'), "{}", sample.title);
    }
}

#[test]
fn a_wrong_query_is_told_as_it_is_written_and_not_run() {
    let mut state = with_records();
    send(&mut state, InsightsCommand::SetText("fliter a".to_owned()));
    assert!(state.insights.error.as_ref().unwrap().message.contains("Did you mean filter?"));
    assert!(send(&mut state, InsightsCommand::Run).is_empty());
    send(&mut state, InsightsCommand::SetText("filter a".to_owned()));
    assert_eq!(state.insights.error, None);
}

#[test]
fn only_the_newest_run_counts() {
    let mut state = with_records();
    let effects = send(&mut state, InsightsCommand::Ask("stats count(*)".to_owned()));
    assert!(matches!(&effects[..], [Effect::Insights(InsightsEffect::Run(order))] if order.number == 1 && order.text == "stats count(*)"));
    send(&mut state, InsightsCommand::Run);
    let ran = Arc::new(Ran { text: String::new(), results: crate::insights::Results::default(), took: Duration::ZERO });
    reduce(&mut state, crate::app::Event::Insights(InsightsEvent::Ran { number: 1, ran: Some(Arc::clone(&ran)) }));
    assert!(state.insights.is_running && state.insights.ran.is_none());
    reduce(&mut state, crate::app::Event::Insights(InsightsEvent::Ran { number: 2, ran: Some(ran) }));
    assert!(!state.insights.is_running && state.insights.ran.is_some());
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
