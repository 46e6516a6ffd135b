//! Changes to the playground slice; each arm is one call.

use std::sync::Arc;

use super::chat::{Chat, Metrics, Outcome, Reply, Side, Turn};
use super::draft::{Document, Parameters};
use super::{Edit, ModelList, News, PlaygroundCommand, PlaygroundEffect, PlaygroundEvent, PlaygroundState, PromptDraft, export};
use crate::app::{Command, Effect, Remote, Screen, State};
use crate::aws::bedrock_runtime::{ConverseRequest, Usage};
use crate::base::clock::Timestamp;
use crate::base::problem::Problem;
use crate::prompts::{self, ExamplePrompt};

/// Age at which the list of models is read again when the screen comes into view, seconds.
const STALE_SECS: i64 = 20;

/// A person did something.
pub fn command(state: &mut State, command: PlaygroundCommand) -> Vec<Effect> {
    match command {
        PlaygroundCommand::FindModels => find_models(state),
        PlaygroundCommand::ChooseModel(id) => silently(|| state.playground.draft.model_id = Some(id)),
        PlaygroundCommand::Edit(change) => silently(|| edit(state, *change)),
        PlaygroundCommand::Send => send(state),
        PlaygroundCommand::Stop => stop(state),
        PlaygroundCommand::Retry(id) => retry(state, id),
        PlaygroundCommand::Rewrite(id) => rewrite(state, id),
        PlaygroundCommand::NewChat => new_chat(state),
        PlaygroundCommand::Unshelve => unshelve(state),
        PlaygroundCommand::Replay(prompt) => replay(state, *prompt),
        PlaygroundCommand::LoadExample(id) => load_example(state, &id),
        PlaygroundCommand::Export => export_chat(state),
    }
}

/// Something happened.
pub fn event(state: &mut State, event: PlaygroundEvent) -> Vec<Effect> {
    match event {
        PlaygroundEvent::Models(outcome) => silently(|| models_found(&mut state.playground, outcome)),
        PlaygroundEvent::Reply { number, after_ms, news } => silently(|| take_news(&mut state.playground, number, after_ms, news)),
    }
}

/// The screen came into view: ask for the models unless they were asked for a moment ago.
pub fn entered(state: &mut State) -> Vec<Effect> {
    let fresh = |asked: Timestamp| (state.now.as_second() - asked.as_second()).abs() < STALE_SECS;
    let known = state.playground.models.value().is_some() && state.playground.models_asked.is_some_and(fresh);
    if known || state.playground.models.is_loading() { Vec::new() } else { find_models(state) }
}

/// Another environment was opened: models and numbers belonged to the old one. The draft stays; so does the conversation when it is the same place.
pub fn environment_changed(state: &mut State) -> Vec<Effect> {
    let place = state.connection.environment().map(crate::aws::Environment::key);
    let effects = stop(state);
    let playground = &mut state.playground;
    playground.models = Remote::NotAsked;
    if playground.place != place {
        playground.chat = Chat::default();
        playground.shelved = None;
        playground.place = place;
    }
    effects
}

fn silently(change: impl FnOnce()) -> Vec<Effect> {
    change();
    Vec::new()
}

fn ask_runtime(effect: PlaygroundEffect) -> Vec<Effect> {
    vec![Effect::Playground(effect)]
}

fn find_models(state: &mut State) -> Vec<Effect> {
    if state.connection.environment().is_none() {
        return Vec::new();
    }
    state.playground.models.start();
    state.playground.models_asked = Some(state.now);
    ask_runtime(PlaygroundEffect::FindModels)
}

/// A model that is not there any more gives way to the first choice.
fn models_found(playground: &mut PlaygroundState, outcome: Result<Arc<ModelList>, Problem>) {
    playground.models.finish(outcome);
    let Some(list) = playground.models.value() else { return };
    let draft = &mut playground.draft;
    let known = draft.model_id.as_deref().is_some_and(|id| list.find(id).is_some());
    if !known && let Some(first) = list.first_choice() {
        draft.model_id = Some(first.id.clone());
    }
}

fn edit(state: &mut State, change: Edit) {
    let draft = &mut state.playground.draft;
    match change {
        Edit::Text(text) => draft.text = text,
        Edit::System(text) => draft.system = text,
        Edit::Parameters(parameters) => draft.parameters = parameters,
        Edit::Mode(mode) => draft.mode = mode,
        Edit::Streaming(streaming) => draft.streaming = streaming,
        Edit::Metadata(marks) => draft.metadata = marks,
        Edit::DropDocument => draft.document = None,
    }
}

/// Sends the draft; its text and document move into the conversation.
fn send(state: &mut State) -> Vec<Effect> {
    let Ok(request) = state.playground.next_request() else { return Vec::new() };
    let playground = &mut state.playground;
    let text = std::mem::take(&mut playground.draft.text).trim().to_owned();
    let document = playground.draft.document.take();
    playground.draft.source = None;
    playground.chat.add(Side::Person, text, document, None);
    ask(state, request)
}

/// Adds an empty reply for `request` and has it filled.
fn ask(state: &mut State, request: ConverseRequest) -> Vec<Effect> {
    let playground = &mut state.playground;
    let streaming = playground.draft.streaming && playground.chosen().is_none_or(|choice| choice.streams);
    playground.request += 1;
    let (number, request) = (playground.request, Arc::new(request));
    let reply = Reply {
        number,
        request: Arc::clone(&request),
        streaming,
        asked_at: state.now,
        outcome: Outcome::Waiting,
        stop_reason: None,
        request_id: None,
        metrics: Metrics::default(),
    };
    playground.chat.add(Side::Model, String::new(), None, Some(reply));
    ask_runtime(PlaygroundEffect::Ask { number, request, streaming })
}

/// What was written stays and is marked as stopped.
fn stop(state: &mut State) -> Vec<Effect> {
    let number = state.playground.chat.running().and_then(|turn| turn.reply.as_ref()).map(|reply| reply.number);
    let Some(number) = number else { return Vec::new() };
    let now = state.now;
    with_reply(&mut state.playground, number, |_, reply| {
        reply.outcome = Outcome::Stopped;
        reply.metrics.total_ms = Some((now.as_millisecond() - reply.asked_at.as_millisecond()).max(0) as u64);
    });
    ask_runtime(PlaygroundEffect::Stop)
}

/// Asks again for a reply with the settings of now; the old reply and what followed go.
fn retry(state: &mut State, id: u64) -> Vec<Effect> {
    let playground = &mut state.playground;
    let Some(place) = playground.chat.place(id).filter(|_| !playground.chat.is_running()) else { return Vec::new() };
    let Some(question) = place.checked_sub(1).and_then(|before| playground.chat.turns.get(before)).cloned() else { return Vec::new() };
    let mut messages = match playground.draft.mode {
        super::Mode::Chat => playground.chat.messages_before(place - 1),
        super::Mode::Single => Vec::new(),
    };
    messages.push(crate::aws::bedrock_runtime::Message::user(question.message()));
    let Ok(request) = playground.draft.request_of(messages) else { return Vec::new() };
    playground.chat.turns.truncate(place);
    ask(state, request)
}

/// A sent message goes back into the draft; it and what followed leave the conversation, which is kept aside.
fn rewrite(state: &mut State, id: u64) -> Vec<Effect> {
    let effects = stop(state);
    let playground = &mut state.playground;
    let Some(place) = playground.chat.place(id).filter(|place| playground.chat.turns[*place].side == Side::Person) else { return effects };
    playground.shelved = Some(playground.chat.clone());
    let Turn { text, document, .. } = playground.chat.turns[place].clone();
    playground.chat.turns.truncate(place);
    playground.draft.text = text;
    playground.draft.document = document;
    effects
}

fn new_chat(state: &mut State) -> Vec<Effect> {
    let effects = stop(state);
    shelve(&mut state.playground);
    effects
}

/// Puts the conversation aside if there is one.
fn shelve(playground: &mut PlaygroundState) {
    let old = std::mem::take(&mut playground.chat);
    if !old.is_empty() {
        playground.shelved = Some(old);
    }
}

/// The kept conversation comes back; the present one takes its place.
fn unshelve(state: &mut State) -> Vec<Effect> {
    let effects = stop(state);
    let playground = &mut state.playground;
    if let Some(kept) = playground.shelved.take() {
        let present = std::mem::replace(&mut playground.chat, kept);
        playground.shelved = Some(present).filter(|chat| !chat.is_empty());
    }
    effects
}

fn replay(state: &mut State, prompt: PromptDraft) -> Vec<Effect> {
    let mut effects = stop(state);
    let playground = &mut state.playground;
    shelve(playground);
    playground.chat = Chat::of(prompt.history);
    let draft = &mut playground.draft;
    draft.model_id = prompt.model_id.or(draft.model_id.take());
    draft.text = prompt.text;
    draft.document = prompt.document;
    draft.system = prompt.system.unwrap_or_default();
    draft.parameters = prompt.parameters;
    draft.source = prompt.source;
    draft.mode = super::Mode::Chat;
    effects.extend(crate::app::reduce(state, Command::Go(Screen::Playground)));
    effects
}

fn load_example(state: &mut State, id: &str) -> Vec<Effect> {
    match prompts::find(id) {
        Some(example) => replay(state, of_example(example)),
        None => Vec::new(),
    }
}

fn of_example(example: &ExamplePrompt) -> PromptDraft {
    let side = |role: &str| if role == "assistant" { Side::Model } else { Side::Person };
    let document = example.document.as_ref().map(|document| Document { name: document.name.clone(), text: document.text() });
    PromptDraft {
        model_id: None,
        system: example.system.clone(),
        history: example.history.iter().map(|turn| (side(&turn.role), turn.text.clone())).collect(),
        text: example.text.clone(),
        document: document.map(Arc::new),
        parameters: Parameters {
            max_tokens: example.parameters.max_tokens,
            temperature: example.parameters.temperature.map(|t| t as f32),
            top_p: None,
            stop_sequences: example.parameters.stop_sequences.clone(),
        },
        source: Some(example.title.clone()),
    }
}

fn export_chat(state: &State) -> Vec<Effect> {
    let region = state.connection.environment().map(|environment| environment.region.as_str()).unwrap_or_default();
    let text = export::json(&state.playground.draft, &state.playground.chat, region, state.now);
    ask_runtime(PlaygroundEffect::Export { name: export::file_name(state.now), text })
}

/// Changes the reply with this number while it is on its way; news of any other is late and ignored.
fn with_reply(playground: &mut PlaygroundState, number: u64, change: impl FnOnce(&mut String, &mut Reply)) {
    let Some(turn) = playground.chat.turn_of(number) else { return };
    if let Some(reply) = turn.reply.as_mut().filter(|reply| reply.is_running()) {
        change(&mut turn.text, reply);
    }
}

fn take_news(playground: &mut PlaygroundState, number: u64, after_ms: u64, news: News) {
    with_reply(playground, number, |text, reply| match news {
        News::Accepted(request_id) => reply.request_id = request_id,
        News::Text(more) => write(text, reply, &more, after_ms),
        News::Stopped(reason) => reply.stop_reason = Some(reason),
        News::Counted { usage, latency_ms } => counted(reply, usage, latency_ms, after_ms),
        News::Failed { problem, request_id } => failed(reply, problem, request_id, after_ms),
    });
}

fn write(text: &mut String, reply: &mut Reply, more: &str, after_ms: u64) {
    text.push_str(more);
    if reply.streaming {
        reply.metrics.first_token_ms.get_or_insert(after_ms);
    }
    reply.outcome = Outcome::Writing;
}

fn counted(reply: &mut Reply, usage: Usage, latency_ms: Option<u64>, after_ms: u64) {
    reply.outcome = Outcome::Done;
    reply.metrics.total_ms = Some(after_ms);
    reply.metrics.latency_ms = latency_ms;
    reply.metrics.usage = Some(usage);
}

fn failed(reply: &mut Reply, problem: Problem, request_id: Option<String>, after_ms: u64) {
    reply.outcome = Outcome::Failed(problem);
    reply.metrics.total_ms = Some(after_ms);
    reply.request_id = request_id.or(reply.request_id.take());
}
