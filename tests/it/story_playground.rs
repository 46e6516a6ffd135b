//! Talking to a model: from the first words to the log record, and what happens when it goes wrong.

use std::time::Duration;

use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use outcrop::app::playground::{Outcome, PlaygroundCommand, Reply};
use outcrop::app::window::App;
use outcrop::app::{Command, Screen};
use outcrop::aws::bedrock::GetModelInvocationLoggingConfiguration;
use outcrop::aws::logs::FilterLogEvents;
use outcrop::base::clock::Stopwatch;
use outcrop::logs::{InvocationRecord, Parsed};

use crate::story_place::Place;
use crate::support::{click, see, until};

fn at_playground(place: &Place) -> Harness<'static, App> {
    let mut harness = place.open();
    until(&mut harness, "the sandbox", |h| h.state().state().connection.is_sandbox());
    harness.state_mut().take(Command::Go(Screen::Playground));
    until(&mut harness, "the models", |h| h.state().state().playground.draft.model_id.is_some());
    harness.run();
    harness
}

fn type_message(harness: &mut Harness<'_, App>, text: &str) {
    let field = harness.get_by_label("Message");
    field.focus();
    field.type_text(text);
    harness.step();
}

fn send_by_keyboard(harness: &mut Harness<'_, App>) {
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.step();
    harness.step();
}

fn last_reply<'a>(harness: &'a Harness<'_, App>) -> Option<&'a Reply> {
    harness.state().state().playground.chat.turns.last()?.reply.as_deref()
}

fn last_text(harness: &Harness<'_, App>) -> String {
    harness.state().state().playground.chat.turns.last().map(|turn| turn.text.clone()).unwrap_or_default()
}

fn until_ended(harness: &mut Harness<'_, App>) {
    until(harness, "the end of the reply", |h| last_reply(h).is_some_and(|reply| !reply.is_running()));
}

/// The log record of a request, waiting for it.
fn record_of(place: &Place, request_id: &str) -> InvocationRecord {
    let config = place.wait(place.session.run(GetModelInvocationLoggingConfiguration {})).unwrap().unwrap();
    let log_group_name = config.cloud_watch.unwrap().log_group;
    let watch = Stopwatch::start();
    loop {
        let search = FilterLogEvents {
            log_group_name: log_group_name.clone(),
            filter_pattern: Some(format!("{{ $.requestId = \"{request_id}\" }}")),
            ..FilterLogEvents::default()
        };
        let page = place.wait(place.session.run(search)).unwrap();
        if let Some(event) = page.events.first() {
            match InvocationRecord::parse(&event.message) {
                Parsed::Invocation(record) => return *record,
                Parsed::Raw => panic!("not a record: {}", event.message),
            }
        }
        assert!(watch.elapsed() < Duration::from_secs(20), "no record of {request_id}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn an_example_is_sent_answered_and_found_again_in_the_log() {
    let place = Place::with_logging();
    let mut harness = at_playground(&place);
    click(&mut harness, "Examples");
    until(&mut harness, "the examples", |h| h.query_by_label("Load example").is_some());
    harness.get_by_role_and_label(Role::Button, "Advanced Q&A with citations").click();
    click(&mut harness, "Load example");
    harness.run();
    assert!(harness.state().state().playground.draft.document.is_some());
    click(&mut harness, "Send");
    until(&mut harness, "words before the end", |h| !last_text(h).is_empty() && last_reply(h).is_some_and(Reply::is_running));
    until_ended(&mut harness);
    harness.run();
    let reply = last_reply(&harness).unwrap().clone();
    assert_eq!((reply.outcome, reply.stop_reason.as_deref()), (Outcome::Done, Some("end_turn")));
    assert!(reply.metrics.first_token_ms < reply.metrics.total_ms && reply.metrics.usage.is_some_and(|usage| usage.output > 0));
    see(&mut harness, "tokens/s");
    see(&mut harness, "$0.0");
    let record = record_of(&place, reply.request_id.as_deref().unwrap());
    assert_eq!(record.output_tokens, reply.metrics.usage.map(|usage| usage.output));
    click(&mut harness, "Log record");
    until(&mut harness, "the log screen", |h| h.state().state().screen == Screen::Logs);
}

#[test]
fn a_conversation_goes_on_and_survives_a_change_of_screens() {
    let place = Place::new();
    let mut harness = at_playground(&place);
    type_message(&mut harness, "What is an outcrop?");
    send_by_keyboard(&mut harness);
    until_ended(&mut harness);
    type_message(&mut harness, "And a half-written question");
    harness.state_mut().take(Command::Go(Screen::Settings));
    harness.run();
    harness.state_mut().take(Command::Go(Screen::Playground));
    harness.run();
    let playground = &harness.state().state().playground;
    assert_eq!((playground.chat.turns.len(), playground.draft.text.as_str()), (2, "And a half-written question"));
    send_by_keyboard(&mut harness);
    until_ended(&mut harness);
    assert_eq!(last_reply(&harness).unwrap().request.messages.len(), 3);
}

#[test]
fn escape_stops_a_reply_and_what_was_written_is_logged() {
    let place = Place::with_logging();
    let mut harness = at_playground(&place);
    harness.state_mut().take(Command::Playground(PlaygroundCommand::LoadExample("qa-citations".to_owned())));
    send_by_keyboard(&mut harness);
    until(&mut harness, "some words", |h| last_text(h).len() > 20);
    harness.key_press(Key::Escape);
    harness.step();
    harness.step();
    let reply = last_reply(&harness).unwrap().clone();
    assert_eq!(reply.outcome, Outcome::Stopped);
    see(&mut harness, "You stopped the reply");
    let record = record_of(&place, reply.request_id.as_deref().unwrap());
    let whole = outcrop::prompts::find("qa-citations").unwrap().reply.len() as u64;
    assert!(record.output_tokens.is_some_and(|tokens| tokens > 0 && tokens < whole / 4), "{:?}", record.output_tokens);
}

#[test]
fn a_broken_stream_keeps_its_words_and_can_be_tried_again() {
    let place = Place::new();
    place.fail(|faults| (faults.break_streams, faults.break_after_events) = (1, 8));
    let mut harness = at_playground(&place);
    type_message(&mut harness, "What is an outcrop?");
    send_by_keyboard(&mut harness);
    until_ended(&mut harness);
    assert!(matches!(last_reply(&harness).unwrap().outcome, Outcome::Failed(_)));
    assert!(!last_text(&harness).is_empty());
    see(&mut harness, "The reply broke off here");
    click(&mut harness, "Try again");
    until(&mut harness, "a whole reply", |h| last_reply(h).is_some_and(|reply| reply.outcome == Outcome::Done));
    assert_eq!(harness.state().state().playground.chat.turns.len(), 2);
}

#[test]
fn throttling_is_explained_where_it_happens() {
    let place = Place::new();
    place.fail(|faults| faults.throttle_next = 100);
    let mut harness = at_playground(&place);
    type_message(&mut harness, "What is an outcrop?");
    send_by_keyboard(&mut harness);
    until_ended(&mut harness);
    let Outcome::Failed(problem) = &last_reply(&harness).unwrap().outcome else { panic!("it was answered") };
    assert!(problem.details.as_ref().is_some_and(|details| details.contains("ThrottlingException")), "{problem:?}");
    let what = problem.what.clone();
    see(&mut harness, &what);
}

#[test]
fn a_model_that_cannot_be_called_says_so_before_and_after() {
    let place = Place::new();
    let mut harness = at_playground(&place);
    click(&mut harness, "Choose another…");
    see(&mut harness, "Claude 2.1");
    harness.get_by_label("Search models").type_text("sonnet-4-6 not by this id");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().state().playground.draft.model_id.as_deref(), Some("anthropic.claude-sonnet-4-6"));
    see(&mut harness, "Not on demand in this Region");
    type_message(&mut harness, "What is an outcrop?");
    send_by_keyboard(&mut harness);
    until_ended(&mut harness);
    let Outcome::Failed(problem) = &last_reply(&harness).unwrap().outcome else { panic!("it was answered") };
    assert!(problem.remedy.contains("inference profile"), "{problem:?}");
}

#[test]
fn a_whole_reply_comes_at_once_with_its_numbers() {
    let place = Place::new();
    let mut harness = at_playground(&place);
    harness.get_by_role_and_label(Role::Switch, "Stream the reply").click();
    harness.run();
    type_message(&mut harness, "What is an outcrop?");
    send_by_keyboard(&mut harness);
    until_ended(&mut harness);
    let reply = last_reply(&harness).unwrap();
    assert!(!reply.streaming && reply.metrics.first_token_ms.is_none() && reply.metrics.latency_ms.is_some(), "{reply:?}");
}

#[test]
fn the_request_is_shown_as_code_and_the_conversation_is_written_to_a_file() {
    let place = Place::new();
    let mut harness = at_playground(&place);
    click(&mut harness, "View the API request");
    click(&mut harness, "Python (boto3)");
    harness.run();
    see(&mut harness, "bedrock.converse_stream(");
    click(&mut harness, "Close the API request");
    harness.run();
    type_message(&mut harness, "What is an outcrop?");
    send_by_keyboard(&mut harness);
    until_ended(&mut harness);
    click(&mut harness, "Export the conversation as JSON");
    let exports = place.home().join("exports");
    until(&mut harness, "the file", |_| std::fs::read_dir(&exports).is_ok_and(|mut files| files.next().is_some()));
}

#[test]
fn nothing_moves_while_nothing_happens() {
    let place = Place::new();
    let mut harness = at_playground(&place);
    type_message(&mut harness, "What is an outcrop?");
    send_by_keyboard(&mut harness);
    until_ended(&mut harness);
    // Fails when the screen keeps asking for frames.
    harness.run();
    assert!(harness.query_by_label("Message").is_some());
}
