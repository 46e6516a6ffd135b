//! What the alarms slice asks for and how it answers.

use std::sync::Arc;

use super::graph::Graph;
use super::*;
use crate::app::state::{Connected, NoticeLevel};
use crate::app::{Command, Effect, Event, Screen, State, reduce};
use crate::aws::Environment;
use crate::base::clock::timestamp_ms;
use crate::lab::alarms::making::Notify;
use crate::lab::alarms::recommended::stat;

const NOW_MS: i64 = 1_795_435_471_000;

fn connected() -> State {
    let mut state = State { now: timestamp_ms(NOW_MS), ..State::default() };
    let environment = Environment::sandbox("http://127.0.0.1:1");
    let effects = reduce(&mut state, Event::Connected(Ok(Connected { environment, account: "1".to_owned(), arn: String::new() })));
    assert!(effects.contains(&Effect::Alarms(AlarmsEffect::List)), "alarms are watched from the start");
    state
}

fn alarm(state: &str, since: i64) -> MetricAlarm {
    let settings = Recommended::Throttles.settings("us.anthropic.claude-sonnet-4-6");
    let arn = format!("arn:aws:cloudwatch:us-east-1:1:alarm:{}", settings.name);
    let (since, configured) = (timestamp_ms(since), timestamp_ms(1));
    MetricAlarm { arn, settings, state: state.to_owned(), reason: "because".to_owned(), since, configured, evaluation: None }
}

fn listed(state: &mut State, alarms: Vec<MetricAlarm>) -> Vec<Effect> {
    reduce(state, Event::Alarms(AlarmsEvent::Listed(Ok(Arc::new(alarms)))))
}

fn run(state: &mut State, command: AlarmsCommand) -> Vec<Effect> {
    reduce(state, Command::Alarms(command))
}

fn watches(effects: &[Effect]) -> Option<u64> {
    effects.iter().find_map(|effect| match effect {
        Effect::Alarms(AlarmsEffect::WatchAfter(after)) => Some(after.as_secs()),
        _ => None,
    })
}

#[test]
fn a_change_raises_a_toast_and_a_desktop_notification_unless_that_is_off() {
    let mut state = connected();
    assert_eq!(listed(&mut state, vec![alarm("OK", 1)]).len(), 1, "the first look tells nothing");
    let effects = listed(&mut state, vec![alarm("ALARM", 2)]);
    let notice = state.notices.list.back().unwrap();
    assert_eq!(notice.level, NoticeLevel::Warning);
    assert!(notice.text.starts_with("In alarm: bedrock-sonnet-4-6-throttles"));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Alarms(AlarmsEffect::Notify { .. }))));
    run(&mut state, AlarmsCommand::ToggleDesktop);
    let effects = listed(&mut state, vec![alarm("OK", 3)]);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Alarms(AlarmsEffect::Notify { .. }))));
    assert_eq!(state.notices.list.len(), 2);
}

#[test]
fn there_is_a_watch_only_while_there_is_something_to_watch() {
    let mut state = connected();
    assert_eq!(watches(&listed(&mut state, Vec::new())), None, "no alarms, no calls");
    assert_eq!(watches(&listed(&mut state, vec![alarm("OK", 1)])), Some(20));
    reduce(&mut state, Command::Go(Screen::Alarms));
    assert_eq!(watches(&listed(&mut state, Vec::new())), Some(5), "somebody looks");
    state.hidden = true;
    let effects = reduce(&mut state, Event::Alarms(AlarmsEvent::WatchDue));
    assert!(watches(&effects).is_some() && !effects.contains(&Effect::Alarms(AlarmsEffect::List)), "a hidden window asks nothing");
    state.hidden = false;
    assert!(reduce(&mut state, Event::Alarms(AlarmsEvent::WatchDue)).contains(&Effect::Alarms(AlarmsEffect::List)));
}

#[test]
fn the_list_is_filtered_by_words_and_those_in_alarm_come_first() {
    let mut state = connected();
    let other = MetricAlarm { settings: Recommended::Latency.settings("us.anthropic.claude-haiku-4-5-20251001-v1:0"), ..alarm("ALARM", 1) };
    listed(&mut state, vec![alarm("OK", 1), other]);
    let names = |state: &State| state.alarms.shown().iter().map(|alarm| alarm.settings.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&state), ["bedrock-haiku-4-5-p99-latency", "bedrock-sonnet-4-6-throttles"]);
    run(&mut state, AlarmsCommand::SetFilter("Sonnet throttles".to_owned()));
    assert_eq!(names(&state), ["bedrock-sonnet-4-6-throttles"]);
    assert_eq!(state.alarms.count(AlarmState::Alarm), 1);
}

fn preview_order(effects: &[Effect]) -> GraphOrder {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::Alarms(AlarmsEffect::Graph(order)) if order.for_editor => Some(order.clone()),
        _ => None,
    });
    found.expect("the values are asked for")
}

fn answer(state: &mut State, number: u64, values: &[f64], period_ms: i64) {
    let points: Vec<(i64, f64)> = values.iter().enumerate().map(|(place, value)| (place as i64 * period_ms, *value)).collect();
    let graph = Graph { from_ms: 0, to_ms: values.len() as i64 * period_ms, period_ms, points, band: None, samples: None };
    reduce(state, Event::Alarms(AlarmsEvent::Graph { for_editor: true, number, outcome: Ok(Arc::new(graph)) }));
}

#[test]
fn from_a_graph_the_form_opens_with_a_threshold_from_the_data_and_a_replay() {
    let mut state = connected();
    reduce(&mut state, Command::Go(Screen::Dashboard));
    let metric = stat("InvocationLatency", "p99", 300, "us.anthropic.claude-sonnet-4-6").metric;
    let effects = run(&mut state, AlarmsCommand::NewFrom { metric, statistic: "p99".to_owned(), period_secs: 300 });
    assert_eq!(state.screen, Screen::Alarms);
    let order = preview_order(&effects);
    assert!(effects.contains(&Effect::Alarms(AlarmsEffect::ListMetrics("AWS/Bedrock".to_owned()))));
    let mut values = vec![1_000.0; 40];
    values[20..24].fill(9_000.0);
    answer(&mut state, order.number, &values, 300_000);
    let editor = state.alarms.editor.as_ref().unwrap();
    assert!(editor.draft.threshold_value().is_some_and(|threshold| threshold > 1_000.0), "{}", editor.draft.threshold);
    let mut lower = editor.draft.clone();
    lower.set_threshold(5_000.0);
    assert!(run(&mut state, AlarmsCommand::Change(Box::new(lower))).is_empty(), "a threshold needs no new values");
    assert_eq!(state.alarms.editor.as_ref().unwrap().replay.as_ref().unwrap().fired(), 1);
    answer(&mut state, order.number, &values, 300_000);
    assert_eq!(state.alarms.editor.as_ref().unwrap().draft.threshold, "5000", "a threshold of the person's stays");
}

#[test]
fn a_new_form_begins_with_the_most_called_model_unless_the_person_was_faster() {
    let found = || Event::Alarms(AlarmsEvent::Models(Ok(vec!["us.anthropic.claude-sonnet-4-6".to_owned(), "m".to_owned()])));
    let name = |state: &State| state.alarms.editor.as_ref().unwrap().draft.name.clone();
    let mut state = connected();
    let effects = run(&mut state, AlarmsCommand::New);
    assert!(effects.contains(&Effect::Alarms(AlarmsEffect::FindModels)) && name(&state).is_empty());
    reduce(&mut state, found());
    assert_eq!(name(&state), "bedrock-sonnet-4-6-p99-InvocationLatency");
    let mut state = connected();
    run(&mut state, AlarmsCommand::New);
    let draft = Draft { name: "mine".to_owned(), ..state.alarms.editor.as_ref().unwrap().draft.clone() };
    run(&mut state, AlarmsCommand::Change(Box::new(draft)));
    reduce(&mut state, found());
    assert_eq!(name(&state), "mine");
}

#[test]
fn a_derived_threshold_follows_the_metric_until_the_person_chooses_one() {
    let mut state = connected();
    let effects = run(&mut state, AlarmsCommand::Recommend(Recommended::Latency, "us.anthropic.claude-sonnet-4-6".to_owned()));
    answer(&mut state, preview_order(&effects).number, &[1_000.0; 30], 300_000);
    assert_eq!(state.alarms.editor.as_ref().unwrap().draft.threshold, "1500");
    let mut other = state.alarms.editor.as_ref().unwrap().draft.clone();
    other.set_stat("p50".to_owned());
    let effects = run(&mut state, AlarmsCommand::Change(Box::new(other)));
    answer(&mut state, preview_order(&effects).number, &[200.0; 30], 300_000);
    assert_eq!(state.alarms.editor.as_ref().unwrap().draft.threshold, "300");
}

#[test]
fn another_period_or_a_band_asks_for_other_values() {
    let mut state = connected();
    let effects = run(&mut state, AlarmsCommand::Recommend(Recommended::Latency, "us.anthropic.claude-sonnet-4-6".to_owned()));
    let first = preview_order(&effects).number;
    answer(&mut state, first, &[1.0; 5], 300_000);
    let draft = state.alarms.editor.as_ref().unwrap().draft.clone();
    let banded = run(&mut state, AlarmsCommand::Change(Box::new(Draft { band: true, ..draft.clone() })));
    assert!(crate::lab::alarms::band_width(&preview_order(&banded).settings).is_some());
    answer(&mut state, first, &[7.0; 5], 300_000);
    assert!(state.alarms.editor.as_ref().unwrap().graph.is_loading(), "an old answer is not taken");
    let longer = run(&mut state, AlarmsCommand::Change(Box::new(Draft { period_secs: 3_600, ..draft })));
    assert_eq!(crate::lab::alarms::period_secs(&preview_order(&longer).settings), 3_600);
}

#[test]
fn what_cannot_be_made_is_not_sent_and_what_can_is_sent_once() {
    let mut state = connected();
    listed(&mut state, vec![alarm("OK", 1)]);
    run(&mut state, AlarmsCommand::Recommend(Recommended::Throttles, "us.anthropic.claude-sonnet-4-6".to_owned()));
    assert!(run(&mut state, AlarmsCommand::Save).is_empty(), "there is an alarm of this name");
    let draft = Draft { name: "mine".to_owned(), target: draft::Target::New, ..state.alarms.editor.as_ref().unwrap().draft.clone() };
    run(&mut state, AlarmsCommand::Change(Box::new(draft)));
    let effects = run(&mut state, AlarmsCommand::Save);
    let [Effect::Alarms(AlarmsEffect::Do(Deed::Make(order)))] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(matches!(&order.notify, Notify::NewTopic { name, email: None } if name == "outcrop-alarms"));
    assert!(run(&mut state, AlarmsCommand::Save).is_empty(), "it is under way");
    let done = AlarmsEvent::Done(Deed::Make(order.clone()), Ok("made".to_owned()));
    reduce(&mut state, Event::Alarms(done));
    assert!(state.alarms.editor.is_none());
    assert_eq!(state.alarms.chosen.as_deref(), Some("mine"));
}

#[test]
fn deletion_and_test_wait_for_a_yes() {
    let mut state = connected();
    listed(&mut state, vec![alarm("OK", 1)]);
    let name = alarm("OK", 1).settings.name;
    run(&mut state, AlarmsCommand::Choose(Some(name.clone())));
    assert!(run(&mut state, AlarmsCommand::Ask(Dialog::Delete(name.clone()))).is_empty());
    run(&mut state, AlarmsCommand::Dismiss);
    assert!(run(&mut state, AlarmsCommand::Confirm).is_empty());
    run(&mut state, AlarmsCommand::Ask(Dialog::Test(name.clone(), AlarmState::Alarm)));
    let effects = run(&mut state, AlarmsCommand::Confirm);
    assert_eq!(effects, [Effect::Alarms(AlarmsEffect::Do(Deed::Test(name, AlarmState::Alarm)))]);
    let problem = crate::base::problem::Problem::new("no", "why", "do");
    let failed = AlarmsEvent::Done(Deed::Test(String::new(), AlarmState::Ok), Err(problem));
    reduce(&mut state, Event::Alarms(failed));
    assert!(state.alarms.trouble.is_some() && state.alarms.doing.is_none());
}
