//! Talking to a model: from the first words to the log record, and what happens when it goes wrong.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use outcrop::app::playground::{Edit, Outcome, Parameters, PlaygroundCommand, Reply};
use outcrop::app::window::App;
use outcrop::app::{Command, Screen};
use outcrop::aws::bedrock::GetModelInvocationLoggingConfiguration;
use outcrop::aws::bedrock_runtime::{Effort, Thinking};
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
    assert_eq!(harness.state().state().playground.chat.sent(3).unwrap().messages.len(), 3);
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
fn throttling_is_waited_for_where_a_person_sees_it() {
    let place = Place::new();
    place.fail(|faults| faults.throttle_next = 1);
    let mut harness = at_playground(&place);
    type_message(&mut harness, "What is an outcrop?");
    send_by_keyboard(&mut harness);
    see(&mut harness, "Trying again in 1 s (attempt 2 of 5)");
    until_ended(&mut harness);
    assert_eq!(last_reply(&harness).unwrap().outcome, Outcome::Done);
    place.fail(|faults| faults.throttle_next = 100);
    type_message(&mut harness, "And again?");
    send_by_keyboard(&mut harness);
    see(&mut harness, "Trying again in");
    see(&mut harness, "token quota is used up");
    click(&mut harness, "Give up");
    until_ended(&mut harness);
    see(&mut harness, "You stopped before anything was written");
}

#[test]
fn a_refusal_that_no_waiting_cures_is_explained_at_once() {
    let place = Place::new();
    place.fail(|faults| faults.denied_models.extend(["anthropic.claude-sonnet-4-6".to_owned()]));
    let mut harness = at_playground(&place);
    type_message(&mut harness, "What is an outcrop?");
    send_by_keyboard(&mut harness);
    until_ended(&mut harness);
    see(&mut harness, "The account has no access to this model");
    see(&mut harness, "Choose another model…");
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
    click(&mut harness, "Ask through us.anthropic.claude-sonnet-4-6");
    until(&mut harness, "the answer through the profile", |h| last_reply(h).is_some_and(|reply| reply.outcome == Outcome::Done));
    assert_eq!(harness.state().state().playground.draft.model_id.as_deref(), Some("us.anthropic.claude-sonnet-4-6"));
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
    click(&mut harness, "JSON");
    harness.run();
    see(&mut harness, "/converse-stream");
    click(&mut harness, "Close the API request");
    harness.run();
    type_message(&mut harness, "What is an outcrop?");
    send_by_keyboard(&mut harness);
    until_ended(&mut harness);
    click(&mut harness, "Export the conversation as JSON");
    let exports = place.home().join("exports");
    let written = || std::fs::read_dir(&exports).ok()?.flatten().map(|entry| entry.path()).find(|path| path.extension().is_some());
    until(&mut harness, "the file", |_| written().is_some());
    let before = harness.state().state().playground.chat.clone();
    click(&mut harness, "New chat");
    drop_files(&mut harness, &[written().unwrap()]);
    until(&mut harness, "the conversation is back", |h| h.state().state().playground.chat.turns.len() == 2);
    let after = &harness.state().state().playground.chat;
    assert_eq!(after.turns[1].text, before.turns[1].text);
    assert_eq!(after.totals, before.totals);
}

/// A file dropped on the window, as the windowing system hands it over.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

fn drop_files(harness: &mut Harness<'_, App>, paths: &[PathBuf]) {
    harness.input_mut().dropped_files = paths.iter().map(|path| Arc::new(Dropped(path.clone())) as egui::DroppedFileHandle).collect();
    harness.step();
}

fn file(place: &Place, name: &str, content: &[u8]) -> PathBuf {
    let path = place.home().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend_from_slice(&width.to_be_bytes());
    bytes.extend_from_slice(&height.to_be_bytes());
    bytes.resize(64, 0);
    bytes
}

#[test]
fn dropped_files_go_with_the_message_and_what_is_too_much_is_refused_before_sending() {
    let place = Place::with_logging();
    let mut harness = at_playground(&place);
    let rules = b"# House rules\n\nBicycles are kept in the cellar. The laundry room closes at nine in the evening.";
    let good = [file(&place, "house_rules v2.md", rules), file(&place, "plan.png", &png(300, 200))];
    drop_files(&mut harness, &good);
    until(&mut harness, "both files", |h| h.state().state().playground.draft.attachments.len() == 2);
    see(&mut harness, "house rules v2 · md");
    see(&mut harness, "plan.png · png · 300 × 200");
    let bad = [file(&place, "large.pdf", &vec![0; 4_718_593]), file(&place, "wide.png", &png(8_001, 10)), file(&place, "song.mp3", b"x")];
    drop_files(&mut harness, &bad);
    see(&mut harness, "a document may have at most 4.5 MB");
    see(&mut harness, "no side may have more than 8,000");
    see(&mut harness, "song.mp3 cannot be attached");
    assert_eq!(harness.state().state().playground.draft.attachments.len(), 2);
    click(&mut harness, "Dismiss");
    type_message(&mut harness, "When does the laundry room close?");
    send_by_keyboard(&mut harness);
    until_ended(&mut harness);
    assert!(last_text(&harness).contains("closes at nine"), "{}", last_text(&harness));
    let record = record_of(&place, last_reply(&harness).unwrap().request_id.as_deref().unwrap());
    assert!(record.input_tokens.is_some_and(|tokens| tokens > 80), "text and image count: {:?}", record.input_tokens);
}

#[test]
fn files_at_the_limits_are_taken_by_the_service() {
    let place = Place::new();
    let mut harness = at_playground(&place);
    let mut image = png(8_000, 8_000);
    image.resize(3_932_160, 0);
    let mut files: Vec<PathBuf> = (1..=5).map(|n| file(&place, &format!("paper {n}.pdf"), b"%PDF-1.7")).collect();
    std::fs::write(&files[0], vec![1; 4_718_592]).unwrap();
    files.push(file(&place, "large.png", &image));
    files.push(file(&place, "sixth.pdf", b"%PDF-1.7"));
    drop_files(&mut harness, &files);
    see(&mut harness, "sixth was left out. A request takes 5 documents");
    type_message(&mut harness, "Compare them");
    send_by_keyboard(&mut harness);
    until_ended(&mut harness);
    assert_eq!(last_reply(&harness).unwrap().outcome, Outcome::Done);
}

#[test]
fn a_stream_cut_at_any_event_ends_in_a_clear_state_and_keeps_its_words() {
    let place = Place::new();
    let mut harness = at_playground(&place);
    let haiku = "us.anthropic.claude-haiku-4-5-20251001-v1:0".to_owned();
    harness.state_mut().take(Command::Playground(PlaygroundCommand::ChooseModel(haiku)));
    let short = Parameters { max_tokens: Some(16), ..Parameters::default() };
    harness.state_mut().take(Command::Playground(PlaygroundCommand::Edit(Box::new(Edit::Parameters(short)))));
    let mut ask = |breaks_after: Option<u32>| {
        place.fail(|faults| {
            (faults.break_streams, faults.break_after_events) = (u32::from(breaks_after.is_some()), breaks_after.unwrap_or(0));
        });
        harness.state_mut().take(Command::Playground(PlaygroundCommand::NewChat));
        type_message(&mut harness, "What is an outcrop?");
        send_by_keyboard(&mut harness);
        until_ended(&mut harness);
        (last_reply(&harness).unwrap().clone(), last_text(&harness))
    };
    let (whole, text) = ask(None);
    assert_eq!((whole.outcome, whole.stop_reason.as_deref()), (Outcome::Done, Some("max_tokens")));
    let mut longest = 0;
    for events in 0.. {
        let (reply, so_far) = ask(Some(events));
        assert!(text.starts_with(&so_far) && so_far.len() >= longest, "{events}: {so_far:?}");
        longest = so_far.len();
        match &reply.outcome {
            Outcome::Failed(problem) => assert_eq!(problem.what, "The reply broke off", "{events}"),
            Outcome::Done => {
                assert!(events >= 7, "start, four pieces, end of block, stop and numbers are events of their own");
                break;
            }
            other => panic!("{events}: {other:?}"),
        }
        assert_eq!(reply.stop_reason.is_some(), events >= 7, "{events}: the reason comes with the event before the last");
        assert!(!reply.is_running() && reply.request_id.is_some() && reply.metrics.total_ms.is_some(), "{events}: {reply:?}");
    }
    assert_eq!(longest, text.len());
}

#[test]
fn models_are_compared_side_by_side() {
    let place = Place::new();
    let mut harness = at_playground(&place);
    click(&mut harness, "Compare…");
    see(&mut harness, "Claude 2.1");
    harness.get_by_label("Search models").type_text("us.anthropic.claude-haiku");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().state().playground.lanes(), 2);
    type_message(&mut harness, "What is an outcrop?");
    click(&mut harness, "Send to 2");
    until(&mut harness, "both answer", |h| !h.state().state().playground.is_running());
    harness.run();
    for word in ["fastest", "cheapest", "Latency", "Tokens out"] {
        see(&mut harness, word);
    }
    let playground = &harness.state().state().playground;
    assert!((0..2).all(|lane| playground.chat_of(lane).unwrap().turns[1].reply.as_ref().unwrap().outcome == Outcome::Done));
    click(&mut harness, "Take haiku-4-5 out of the comparison");
    harness.run();
    assert_eq!(harness.state().state().playground.lanes(), 1);
}

#[test]
fn one_compared_model_is_stopped_while_the_other_goes_on() {
    let place = Place::new();
    let mut harness = at_playground(&place);
    let other = "us.anthropic.claude-opus-4-8".to_owned();
    harness.state_mut().take(Command::Playground(PlaygroundCommand::AddLane(other)));
    harness.state_mut().take(Command::Playground(PlaygroundCommand::LoadExample("qa-citations".to_owned())));
    harness.run_steps(2);
    send_by_keyboard(&mut harness);
    click(&mut harness, "Stop opus-4-8");
    until(&mut harness, "the end of the other", |h| !h.state().state().playground.is_running());
    let playground = &harness.state().state().playground;
    let outcome = |lane| playground.chat_of(lane).unwrap().turns[1].reply.as_ref().unwrap().outcome.clone();
    assert_eq!((outcome(0), outcome(1)), (Outcome::Done, Outcome::Stopped));
}

#[test]
fn what_is_typed_in_the_same_frame_as_it_is_sent_is_sent() {
    let place = Place::new();
    let mut harness = at_playground(&place);
    harness.get_by_label("Message").focus();
    harness.step();
    harness.get_by_label("Message").type_text("What is an outcrop?");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Enter);
    harness.run_steps(3);
    let playground = &harness.state().state().playground;
    assert_eq!((playground.chat.turns[0].text.as_str(), playground.draft.text.as_str()), ("What is an outcrop?", ""));
}

#[test]
fn thinking_is_shown_and_counted() {
    let place = Place::new();
    let mut harness = at_playground(&place);
    let thinking = Parameters { thinking: Some(Thinking::Adaptive(Effort::Medium)), ..Parameters::default() };
    harness.state_mut().take(Command::Playground(PlaygroundCommand::Edit(Box::new(Edit::Parameters(thinking)))));
    type_message(&mut harness, "What is an outcrop?");
    send_by_keyboard(&mut harness);
    until_ended(&mut harness);
    assert!(last_reply(&harness).unwrap().thinking.contains("What is an outcrop?"));
    assert!(!last_text(&harness).contains("The request says"), "thoughts are no part of the reply");
    see(&mut harness, "Thinking");
}

#[test]
fn the_cache_is_written_then_read_and_costs_less() {
    let place = Place::new();
    let mut harness = at_playground(&place);
    harness.state_mut().take(Command::Playground(PlaygroundCommand::LoadExample("qa-citations".to_owned())));
    harness.run_steps(2);
    harness.get_by_role_and_label(Role::Switch, "Prompt caching").click();
    harness.step();
    send_by_keyboard(&mut harness);
    until_ended(&mut harness);
    type_message(&mut harness, "And by train?");
    send_by_keyboard(&mut harness);
    until_ended(&mut harness);
    let turns = &harness.state().state().playground.chat.turns;
    let usage = |place: usize| turns[place].reply.as_ref().unwrap().metrics.usage.unwrap();
    assert!(usage(1).cache_write > 1_000 && usage(1).cache_read == 0, "{:?}", usage(1));
    assert!(usage(3).cache_read >= usage(1).cache_write, "{:?}", usage(3));
    see(&mut harness, "cache ");
}

#[test]
fn access_to_the_chosen_model_is_told() {
    let place = Place::new();
    let mut harness = at_playground(&place);
    see(&mut harness, "Access granted");
    place.fail(|faults| faults.denied_models.extend(["anthropic.claude-opus-4-8".to_owned()]));
    let denied = "us.anthropic.claude-opus-4-8".to_owned();
    harness.state_mut().take(Command::Playground(PlaygroundCommand::ChooseModel(denied)));
    see(&mut harness, "No access");
}

/// A conversation of so many messages, as it is exported.
fn long_conversation(messages: usize) -> String {
    let turn = |n: usize| {
        let role = if n.is_multiple_of(2) { "user" } else { "assistant" };
        serde_json::json!({"role": role, "text": format!("Message {n}. {}", "Words that wrap over some lines. ".repeat(n % 13))})
    };
    serde_json::json!({"format": "outcrop-chat", "version": 2, "turns": (0..messages).map(turn).collect::<Vec<_>>()}).to_string()
}

/// How many messages and shapes one frame draws of a conversation of this length.
fn drawn(messages: usize) -> (usize, usize) {
    let place = Place::new();
    let mut harness = at_playground(&place);
    drop_files(&mut harness, &[file(&place, "long.json", long_conversation(messages).as_bytes())]);
    until(&mut harness, "the conversation", |h| h.state().state().playground.chat.turns.len() == messages);
    harness.run();
    let last = format!("Message {}. ", messages - 1);
    assert!(harness.query_all_by_label_contains(&last).next().is_some(), "it is open at its end");
    let heads = harness.query_all_by_label("Copy the message").count() + harness.query_all_by_label("Copy the reply").count();
    let copies = harness.query_all_by_label_contains("Copy").count();
    (heads.max(copies), harness.output().shapes.len())
}

#[test]
fn a_long_conversation_costs_no_more_than_a_short_one() {
    let (short, long) = (drawn(60), drawn(2_000));
    assert!(long.0 > 2 && long.0 < 20, "{long:?} messages are drawn");
    assert!(long.1.abs_diff(short.1) < short.1 / 3, "shapes of a frame: {short:?} {long:?}");
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
