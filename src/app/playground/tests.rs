use super::*;
use crate::app::{Command, Effect, Event, Screen, State, reduce};
use crate::aws::bedrock::{FoundationModel, InferenceProfile, Lifecycle, LifecycleStatus};
use crate::base::clock::timestamp_ms;

const SONNET: &str = "us.anthropic.claude-sonnet-4-6";

fn model(id: &str, types: &[&str], legacy: bool) -> FoundationModel {
    FoundationModel {
        id: id.to_owned(),
        arn: format!("arn:aws:bedrock:us-east-1::foundation-model/{id}"),
        name: id.to_owned(),
        provider: "Anthropic".to_owned(),
        input_modalities: vec!["TEXT".to_owned()],
        output_modalities: vec!["TEXT".to_owned()],
        streaming: true,
        inference_types: types.iter().map(|kind| (*kind).to_owned()).collect(),
        lifecycle: Lifecycle { status: if legacy { LifecycleStatus::Legacy } else { LifecycleStatus::Active }, ..Lifecycle::default() },
    }
}

fn profile(prefix: &str, model_id: &str) -> InferenceProfile {
    let id = format!("{prefix}.{model_id}");
    InferenceProfile {
        arn: format!("arn:aws:bedrock:us-east-1:123456789012:inference-profile/{id}"),
        name: id.clone(),
        status: "ACTIVE".to_owned(),
        model_arns: vec![format!("arn:aws:bedrock:us-east-1::foundation-model/{model_id}")],
        kind: "SYSTEM_DEFINED".to_owned(),
        id,
    }
}

fn list() -> ModelList {
    let models = [
        model("anthropic.claude-sonnet-4-6", &[], false),
        model("anthropic.claude-haiku-4-5-20251001-v1:0", &[], false),
        model(model_list::ORIGINAL_MODEL, &["ON_DEMAND"], true),
    ];
    let profiles = [
        profile("global", "anthropic.claude-sonnet-4-6"),
        profile("us", "anthropic.claude-sonnet-4-6"),
        profile("us", "anthropic.claude-haiku-4-5-20251001-v1:0"),
    ];
    ModelList::new(&models, &profiles, "us-east-1", timestamp_ms(1_790_000_000_000))
}

fn ready() -> State {
    let mut state = State::default();
    reduce(&mut state, Event::Playground(PlaygroundEvent::Models(Ok(Arc::new(list())))));
    state
}

fn run(state: &mut State, command: PlaygroundCommand) -> Vec<Effect> {
    reduce(state, Command::Playground(command))
}

fn write(state: &mut State, text: &str) {
    run(state, PlaygroundCommand::Edit(Box::new(Edit::Text(text.to_owned()))));
}

/// Sends `text` and gives the number of the request and the request.
fn send(state: &mut State, text: &str) -> (u64, Arc<ConverseRequest>) {
    write(state, text);
    asked(run(state, PlaygroundCommand::Send))
}

fn asked(effects: Vec<Effect>) -> (u64, Arc<ConverseRequest>) {
    match effects.into_iter().next() {
        Some(Effect::Playground(PlaygroundEffect::Ask { number, request, .. })) => (number, request),
        other => panic!("nothing was asked: {other:?}"),
    }
}

fn news(state: &mut State, number: u64, after_ms: u64, news: News) {
    reduce(state, Event::Playground(PlaygroundEvent::Reply { number, after_ms, news }));
}

fn answer(state: &mut State, number: u64, text: &str) {
    news(state, number, 5, News::Accepted(Some("req-1".to_owned())));
    news(state, number, 100, News::Text(text.to_owned()));
    news(state, number, 150, News::Stopped("end_turn".to_owned()));
    let usage = Usage { input: 10, output: 20, ..Usage::default() };
    news(state, number, 300, News::Counted { usage, latency_ms: Some(280) });
}

fn last_reply(state: &State) -> &Reply {
    state.playground.chat.turns.last().and_then(|turn| turn.reply.as_deref()).expect("the last turn is a reply")
}

#[test]
fn the_first_choice_is_a_current_claude_through_the_profile_of_this_part_of_the_world() {
    let state = ready();
    assert_eq!(state.playground.draft.model_id.as_deref(), Some(SONNET));
    assert_eq!(state.playground.chosen().unwrap().route, Route::Profile);
}

#[test]
fn what_stands_in_a_models_way_is_said() {
    let list = list();
    let bare = list.find("anthropic.claude-sonnet-4-6").unwrap();
    assert!(bare.obstacle.as_ref().unwrap().contains("anthropic.claude-sonnet-4-6") && bare.route == Route::ProfileOnly);
    let original = list.find(model_list::ORIGINAL_MODEL).unwrap();
    assert_eq!((original.life, original.obstacle.as_ref()), (model_list::Life::Legacy, None));
    assert!(original.note.as_ref().unwrap().contains("end of its life"));
}

#[test]
fn a_model_past_its_end_is_expected_to_refuse() {
    let mut old = model("anthropic.claude-x", &["ON_DEMAND"], true);
    old.lifecycle.end_of_life = Some(timestamp_ms(1_000));
    let list = ModelList::new(&[old], &[], "us-east-1", timestamp_ms(2_000));
    assert!(list.choices[0].obstacle.as_ref().unwrap().contains("ended"));
}

#[test]
fn searching_finds_every_word_anywhere() {
    let list = list();
    let ids: Vec<_> = list.search("HAIKU us.").into_iter().map(|at| list.choices[at].id.as_str()).collect();
    assert_eq!(ids, ["us.anthropic.claude-haiku-4-5-20251001-v1:0"]);
    assert_eq!(list.search("").len(), list.choices.len());
}

#[test]
fn a_conversation_is_told_again_with_the_next_message() {
    let mut state = ready();
    let (first, _) = send(&mut state, "  one ");
    assert!(state.playground.draft.text.is_empty() && state.playground.chat.is_running());
    assert!(run(&mut state, PlaygroundCommand::Send).is_empty(), "one reply at a time");
    answer(&mut state, first, "answer");
    let (_, request) = send(&mut state, "two");
    let texts: Vec<_> = request.messages.iter().map(|m| format!("{:?}", m.blocks[0])).collect();
    assert_eq!(texts, [r#"Text("one")"#, r#"Text("answer")"#, r#"Text("two")"#]);
}

#[test]
fn the_numbers_of_a_reply_are_kept() {
    let mut state = ready();
    let (number, _) = send(&mut state, "one");
    answer(&mut state, number, "answer");
    let reply = last_reply(&state);
    assert_eq!(
        (reply.outcome.clone(), reply.stop_reason.as_deref(), reply.request_id.as_deref()),
        (Outcome::Done, Some("end_turn"), Some("req-1"))
    );
    assert_eq!((reply.metrics.first_token_ms, reply.metrics.total_ms, reply.metrics.latency_ms), (Some(100), Some(300), Some(280)));
    assert_eq!(reply.metrics.tokens_per_second(), Some(100.0));
}

#[test]
fn a_stopped_reply_keeps_its_text_and_late_news_is_ignored() {
    let mut state = ready();
    let (number, _) = send(&mut state, "one");
    news(&mut state, number, 100, News::Text("half".to_owned()));
    assert_eq!(run(&mut state, PlaygroundCommand::Stop), [Effect::Playground(PlaygroundEffect::Stop(0))]);
    news(&mut state, number, 120, News::Text(" more".to_owned()));
    assert_eq!(last_reply(&state).outcome, Outcome::Stopped);
    assert_eq!(state.playground.chat.turns[1].text, "half");
    assert!(run(&mut state, PlaygroundCommand::Stop).is_empty(), "nothing runs any more");
}

#[test]
fn a_broken_reply_keeps_its_text_and_can_be_asked_for_again() {
    let mut state = ready();
    let (number, _) = send(&mut state, "one");
    news(&mut state, number, 100, News::Text("half".to_owned()));
    let problem = Problem::new("The stream broke", "", "Retry");
    news(&mut state, number, 120, News::Failed { problem: problem.clone(), request_id: None, cure: None });
    assert_eq!((last_reply(&state).outcome.clone(), state.playground.chat.turns[1].text.as_str()), (Outcome::Failed(problem), "half"));
    let turn = state.playground.chat.turns[1].id;
    let (again, request) = asked(run(&mut state, PlaygroundCommand::Retry(turn)));
    assert!(again > number);
    assert_eq!(request.messages.len(), 1);
    assert_eq!(state.playground.chat.turns.len(), 2);
}

#[test]
fn a_message_can_be_taken_back_and_the_conversation_brought_back() {
    let mut state = ready();
    let (number, _) = send(&mut state, "one");
    answer(&mut state, number, "answer");
    let id = state.playground.chat.turns[0].id;
    run(&mut state, PlaygroundCommand::Rewrite(id));
    assert_eq!((state.playground.draft.text.as_str(), state.playground.chat.turns.len()), ("one", 0));
    run(&mut state, PlaygroundCommand::Unshelve);
    assert_eq!(state.playground.chat.turns.len(), 2);
}

#[test]
fn a_new_chat_keeps_the_old_one_aside() {
    let mut state = ready();
    let (number, _) = send(&mut state, "one");
    news(&mut state, number, 1, News::Text("x".to_owned()));
    let effects = run(&mut state, PlaygroundCommand::NewChat);
    assert_eq!(effects, [Effect::Playground(PlaygroundEffect::Stop(0))]);
    assert!(state.playground.chat.is_empty());
    run(&mut state, PlaygroundCommand::Unshelve);
    assert_eq!(last_reply(&state).outcome, Outcome::Stopped);
}

#[test]
fn an_example_brings_its_document_system_history_and_parameters() {
    let mut state = ready();
    run(&mut state, PlaygroundCommand::LoadExample("qa-citations".to_owned()));
    let draft = &state.playground.draft;
    let example = crate::prompts::find("qa-citations").unwrap();
    assert_eq!(draft.message(), example.user_text(), "sent as the example says");
    assert_eq!(draft.parameters.max_tokens, example.parameters.max_tokens);
    assert_eq!(state.screen, Screen::Playground);
    run(&mut state, PlaygroundCommand::LoadExample("multi-turn".to_owned()));
    assert_eq!(state.playground.chat.turns.len(), 4);
    assert_eq!(state.playground.next_request().unwrap().messages.len(), 5);
}

#[test]
fn every_example_can_be_sent_to_the_first_choice() {
    for example in crate::prompts::all() {
        let mut state = ready();
        run(&mut state, PlaygroundCommand::LoadExample(example.id.clone()));
        let request = state.playground.next_request().unwrap_or_else(|why| panic!("{}: {why}", example.id));
        assert_eq!(request.messages.len() % 2, 1, "{}", example.id);
    }
}

#[test]
fn single_prompts_stand_alone() {
    let mut state = ready();
    let (number, _) = send(&mut state, "one");
    answer(&mut state, number, "answer");
    run(&mut state, PlaygroundCommand::Edit(Box::new(Edit::Mode(Mode::Single))));
    assert_eq!(send(&mut state, "two").1.messages.len(), 1);
}

#[test]
fn an_export_holds_texts_ids_and_numbers() {
    let mut state = ready();
    let (number, _) = send(&mut state, "one");
    answer(&mut state, number, "answer");
    let effects = run(&mut state, PlaygroundCommand::Export);
    let [Effect::Playground(PlaygroundEffect::Export { text, .. })] = effects.as_slice() else { panic!("{effects:?}") };
    let page: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(page["turns"][1]["text"], "answer");
    assert_eq!(page["turns"][1]["reply"]["requestId"], "req-1");
    assert_eq!(page["turns"][1]["reply"]["usage"]["output"], 20);
}

#[test]
fn another_place_starts_a_new_conversation_and_keeps_the_draft() {
    let mut state = ready();
    let (number, _) = send(&mut state, "one");
    answer(&mut state, number, "answer");
    write(&mut state, "draft");
    let connected = crate::app::state::Connected {
        environment: crate::aws::Environment::sandbox("http://127.0.0.1:1"),
        account: "123456789012".to_owned(),
        arn: String::new(),
    };
    reduce(&mut state, Event::Connected(Ok(connected)));
    assert!(state.playground.chat.is_empty());
    assert_eq!(state.playground.draft.text, "draft");
}

const HAIKU: &str = "us.anthropic.claude-haiku-4-5-20251001-v1:0";

fn asks(effects: &[Effect]) -> Vec<(u64, usize, Arc<ConverseRequest>)> {
    let ask = |effect: &Effect| match effect {
        Effect::Playground(PlaygroundEffect::Ask { number, lane, request, .. }) => Some((*number, *lane, Arc::clone(request))),
        _ => None,
    };
    effects.iter().filter_map(ask).collect()
}

fn attach(state: &mut State, name: &str, content: Vec<u8>) {
    let file = Attachment::new(name, content).map(Arc::new);
    reduce(state, Event::Playground(PlaygroundEvent::Read(vec![file])));
}

#[test]
fn compared_models_get_the_same_message_and_only_what_each_takes() {
    let mut state = ready();
    run(&mut state, PlaygroundCommand::AddLane(HAIKU.to_owned()));
    run(&mut state, PlaygroundCommand::AddLane(model_list::ORIGINAL_MODEL.to_owned()));
    run(&mut state, PlaygroundCommand::AddLane(SONNET.to_owned()));
    assert_eq!(state.playground.lanes(), MOST_LANES, "a fourth is not added");
    let both = Parameters { temperature: Some(0.5), top_p: Some(0.9), ..Parameters::default() };
    run(&mut state, PlaygroundCommand::Edit(Box::new(Edit::Parameters(both))));
    write(&mut state, "one");
    let sent = asks(&run(&mut state, PlaygroundCommand::Send));
    let seen: Vec<_> = sent.iter().map(|(_, lane, request)| (*lane, request.model_id.as_str(), request.top_p.is_some())).collect();
    assert_eq!(seen, [(0, SONNET, false), (1, HAIKU, false), (2, model_list::ORIGINAL_MODEL, true)]);
    assert!(sent.iter().all(|(_, _, request)| request.messages == sent[0].2.messages));
}

#[test]
fn a_lane_is_stopped_by_itself_and_the_others_go_on() {
    let mut state = ready();
    run(&mut state, PlaygroundCommand::AddLane(HAIKU.to_owned()));
    write(&mut state, "one");
    let sent = asks(&run(&mut state, PlaygroundCommand::Send));
    assert_eq!(run(&mut state, PlaygroundCommand::StopLane(1)), [Effect::Playground(PlaygroundEffect::Stop(1))]);
    assert!(state.playground.is_running());
    answer(&mut state, sent[0].0, "answer");
    assert!(!state.playground.is_running());
    let rival = &state.playground.rivals[0].chat;
    assert_eq!(rival.turns[1].reply.as_ref().unwrap().outcome, Outcome::Stopped);
}

#[test]
fn a_model_that_joins_later_has_read_the_same_conversation() {
    let mut state = ready();
    let (number, _) = send(&mut state, "one");
    answer(&mut state, number, "answer");
    run(&mut state, PlaygroundCommand::AddLane(HAIKU.to_owned()));
    write(&mut state, "two");
    let sent = asks(&run(&mut state, PlaygroundCommand::Send));
    assert_eq!(sent[1].2.messages, sent[0].2.messages);
    assert_eq!(sent[1].2.messages.len(), 3);
    run(&mut state, PlaygroundCommand::DropLane(0));
    assert_eq!((state.playground.lanes(), state.playground.draft.model_id.as_deref()), (1, Some(HAIKU)));
    assert_eq!(state.playground.chat.turns.len(), 4);
}

#[test]
fn a_sixth_document_is_refused_and_earlier_messages_count() {
    let mut state = ready();
    for n in 1..=5 {
        attach(&mut state, &format!("paper {n}.pdf"), vec![1]);
    }
    assert_eq!((state.playground.draft.attachments.len(), state.playground.refused.len()), (5, 0));
    attach(&mut state, "one too many.pdf", vec![1]);
    assert_eq!(state.playground.draft.attachments.len(), 5);
    assert!(state.playground.refused[0].contains("5 documents"), "{:?}", state.playground.refused);
    let (number, request) = send(&mut state, "Read them");
    assert_eq!(request.messages[0].blocks.len(), 6);
    answer(&mut state, number, "done");
    run(&mut state, PlaygroundCommand::DismissRefused);
    attach(&mut state, "later.pdf", vec![1]);
    assert!(state.playground.refused[0].contains("earlier messages included"), "the conversation is sent along");
    run(&mut state, PlaygroundCommand::Edit(Box::new(Edit::Mode(Mode::Single))));
    attach(&mut state, "later.pdf", vec![1]);
    assert_eq!(state.playground.draft.attachments.len(), 1);
    run(&mut state, PlaygroundCommand::Edit(Box::new(Edit::Mode(Mode::Chat))));
    write(&mut state, "again");
    assert!(state.playground.obstacle().unwrap().contains("5 documents"), "checked again before sending");
    assert!(run(&mut state, PlaygroundCommand::Send).is_empty());
}

#[test]
fn twenty_images_pass_and_one_more_does_not() {
    let mut state = ready();
    for n in 0..21 {
        attach(&mut state, &format!("{n}.png"), attachment::tests::png(10, 10, 60));
    }
    assert_eq!((state.playground.draft.attachments.len(), state.playground.refused.len()), (20, 1));
}

#[test]
fn two_documents_of_one_name_get_names_of_their_own() {
    let mut state = ready();
    attach(&mut state, "report.pdf", vec![1]);
    let (number, _) = send(&mut state, "Read it");
    answer(&mut state, number, "done");
    attach(&mut state, "report.docx", vec![2]);
    assert_eq!(state.playground.draft.attachments[0].name, "report (2)");
}

#[test]
fn an_edited_message_brings_its_files_back() {
    let mut state = ready();
    attach(&mut state, "report.pdf", vec![1]);
    let (number, _) = send(&mut state, "Read it");
    answer(&mut state, number, "done");
    let id = state.playground.chat.turns[0].id;
    run(&mut state, PlaygroundCommand::Rewrite(id));
    assert_eq!(state.playground.draft.attachments.len(), 1);
}

#[test]
fn a_pause_is_shown_and_ends_in_words_or_in_a_failure() {
    let mut state = ready();
    let (number, _) = send(&mut state, "one");
    let problem = Problem::new("AWS asks to slow down", "", "");
    let pause = Pause { attempt: 2, most: 5, secs: 1, problem: problem.clone() };
    news(&mut state, number, 5, News::Pausing(pause.clone()));
    assert_eq!(last_reply(&state).outcome, Outcome::Pausing(pause));
    assert!(state.playground.is_running(), "it can still be stopped");
    news(&mut state, number, 1_005, News::Resumed);
    assert_eq!(last_reply(&state).outcome, Outcome::Waiting);
    answer(&mut state, number, "answer");
    assert_eq!(last_reply(&state).outcome, Outcome::Done);
}

#[test]
fn a_failed_model_is_replaced_and_asked_at_once() {
    let mut state = ready();
    run(&mut state, PlaygroundCommand::ChooseModel("anthropic.claude-sonnet-4-6".to_owned()));
    let (number, _) = send(&mut state, "one");
    let failed = News::Failed { problem: Problem::new("x", "", ""), request_id: None, cure: Some(Cure::UseProfile) };
    news(&mut state, number, 5, failed);
    let offered: Vec<_> = list().profiles_of("anthropic.claude-sonnet-4-6").iter().map(|choice| choice.id.clone()).collect();
    assert_eq!(offered, [SONNET, "global.anthropic.claude-sonnet-4-6"], "the nearest first");
    let turn = state.playground.chat.turns[1].id;
    let effects = run(&mut state, PlaygroundCommand::AskInstead { lane: 0, turn, model_id: SONNET.to_owned() });
    assert_eq!(asks(&effects)[0].2.model_id, SONNET);
    assert_eq!(state.playground.draft.model_id.as_deref(), Some(SONNET));
}

#[test]
fn the_request_of_an_earlier_reply_is_put_together_again() {
    let mut state = ready();
    let (first, _) = send(&mut state, "one");
    answer(&mut state, first, "answer");
    let (second, request) = send(&mut state, "two");
    answer(&mut state, second, "more");
    let (third, _) = send(&mut state, "three");
    answer(&mut state, third, "even more");
    assert_eq!(state.playground.chat.sent(3).as_ref(), Some(&*request));
    let totals = state.playground.chat.totals;
    assert_eq!((totals.replies, totals.usage.input, totals.usage.output), (3, 30, 60));
    assert!(totals.cost > 0.0);
}

#[test]
fn an_opened_conversation_takes_the_place_of_the_present_one() {
    let mut state = ready();
    let (number, _) = send(&mut state, "one");
    answer(&mut state, number, "answer");
    run(&mut state, PlaygroundCommand::AddLane(HAIKU.to_owned()));
    let text = chat_file::json(&state.playground.draft, &state.playground.chat, &state.playground.rivals, "us-east-1", state.now);
    run(&mut state, PlaygroundCommand::NewChat);
    run(&mut state, PlaygroundCommand::DropLane(1));
    write(&mut state, "half a thought");
    let opened = Box::new(chat_file::read(text.as_bytes()));
    reduce(&mut state, Event::Playground(PlaygroundEvent::Imported(opened)));
    assert_eq!(last_reply(&state).request_id.as_deref(), Some("req-1"));
    assert_eq!(state.playground.draft.text, "half a thought");
    let compared: Vec<_> = state.playground.rivals.iter().map(|lane| (lane.model_id.as_str(), lane.chat.turns.len())).collect();
    assert_eq!(compared, [(HAIKU, 2)]);
    let broken = Box::new(chat_file::read(b"{}"));
    reduce(&mut state, Event::Playground(PlaygroundEvent::Imported(broken)));
    assert!(state.playground.refused[0].contains("no exported conversation") && !state.playground.chat.is_empty());
}

#[test]
fn access_is_asked_once_for_each_model() {
    let mut state = State::default();
    let effects = reduce(&mut state, Event::Playground(PlaygroundEvent::Models(Ok(Arc::new(list())))));
    let model = "anthropic.claude-sonnet-4-6".to_owned();
    assert_eq!(effects, [Effect::Playground(PlaygroundEffect::CheckAccess(vec![model]))]);
    assert!(run(&mut state, PlaygroundCommand::ChooseModel(SONNET.to_owned())).is_empty(), "it is being asked");
}
