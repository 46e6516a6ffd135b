//! Changes to the playground slice; each arm is one call. Talking to models is in `talk`, files are in `files`.

use std::sync::Arc;

use super::chat::{Chat, Side, Turn};
use super::draft::{Document, Parameters};
use super::{
    Edit, Lane, MOST_LANES, ModelList, PlaygroundCommand, PlaygroundEffect, PlaygroundEvent, PlaygroundState, PromptDraft, files, talk,
};
use crate::app::{Command, Effect, Remote, Screen, State};
use crate::aws::bedrock::Availability;
use crate::base::clock::Timestamp;
use crate::base::problem::Problem;
use crate::models;
use crate::prompts::{self, ExamplePrompt};

/// Age at which the list of models is read again when the screen comes into view, seconds.
const STALE_SECS: i64 = 20;

/// A person did something.
pub fn command(state: &mut State, command: PlaygroundCommand) -> Vec<Effect> {
    match command {
        PlaygroundCommand::FindModels => find_models(state),
        PlaygroundCommand::ChooseModel(id) => choose(state, 0, id),
        PlaygroundCommand::CheckAccess(ids) => check_access(&mut state.playground, &ids),
        PlaygroundCommand::Edit(change) => silently(|| edit(state, *change)),
        PlaygroundCommand::Send => talk::send(state),
        PlaygroundCommand::Stop => talk::stop_all(state),
        PlaygroundCommand::StopLane(lane) => talk::stop(state, lane),
        PlaygroundCommand::Retry(turn) => talk::retry(state, 0, turn),
        PlaygroundCommand::RetryIn { lane, turn } => talk::retry(state, lane, turn),
        PlaygroundCommand::AskInstead { lane, turn, model_id } => ask_instead(state, lane, turn, model_id),
        PlaygroundCommand::Rewrite(id) => rewrite(state, id),
        PlaygroundCommand::NewChat => new_chat(state),
        PlaygroundCommand::Unshelve => unshelve(state),
        PlaygroundCommand::Replay(prompt) => replay(state, *prompt),
        PlaygroundCommand::LoadExample(id) => load_example(state, &id),
        PlaygroundCommand::AddLane(id) => add_lane(state, id),
        PlaygroundCommand::ChooseLane { lane, model_id } => choose(state, lane, model_id),
        PlaygroundCommand::DropLane(lane) => drop_lane(state, lane),
        PlaygroundCommand::PickFiles => files::pick(state),
        PlaygroundCommand::AttachFiles(paths) => files::attach(state, paths),
        PlaygroundCommand::DismissRefused => silently(|| state.playground.refused.clear()),
        PlaygroundCommand::Export => files::export(state),
        PlaygroundCommand::PickConversation => ask_runtime(PlaygroundEffect::PickConversation),
    }
}

/// Something happened.
pub fn event(state: &mut State, event: PlaygroundEvent) -> Vec<Effect> {
    match event {
        PlaygroundEvent::Models(outcome) => models_found(&mut state.playground, outcome),
        PlaygroundEvent::Reply { number, after_ms, news } => silently(|| talk::take_news(&mut state.playground, number, after_ms, news)),
        PlaygroundEvent::Access { model_id, outcome } => silently(|| access_told(&mut state.playground, model_id, outcome)),
        PlaygroundEvent::Read(files) => silently(|| files::read(&mut state.playground, files)),
        PlaygroundEvent::Imported(outcome) => files::imported(state, *outcome),
        PlaygroundEvent::NothingPicked => silently(|| state.playground.attaching = false),
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
    let effects = talk::stop_all(state);
    let playground = &mut state.playground;
    playground.models = Remote::NotAsked;
    playground.access.clear();
    if playground.place != place {
        playground.chat = Chat::default();
        playground.rivals.clear();
        playground.shelved = None;
        playground.place = place;
    }
    effects
}

fn silently(change: impl FnOnce()) -> Vec<Effect> {
    change();
    Vec::new()
}

pub(super) fn ask_runtime(effect: PlaygroundEffect) -> Vec<Effect> {
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

/// A model that is not there any more gives way to the first choice, in the comparison it goes.
fn models_found(playground: &mut PlaygroundState, outcome: Result<Arc<ModelList>, Problem>) -> Vec<Effect> {
    playground.models.finish(outcome);
    let Some(list) = playground.models.value().cloned() else { return Vec::new() };
    let known = playground.draft.model_id.as_deref().is_some_and(|id| list.find(id).is_some());
    if !known && let Some(first) = list.first_choice() {
        playground.draft.model_id = Some(first.id.clone());
    }
    playground.rivals.retain(|lane| lane.chat.is_running() || list.find(&lane.model_id).is_some());
    let chosen = playground.draft.model_id.clone();
    check_access(playground, &Vec::from_iter(chosen))
}

/// Asks whether the account may call models, but for those that are known or being asked.
fn check_access(playground: &mut PlaygroundState, ids: &[String]) -> Vec<Effect> {
    let mut asked = Vec::new();
    for id in ids {
        let model = models::normalise(id).to_owned();
        let access = playground.access.entry(model.clone()).or_default();
        if matches!(access, Remote::NotAsked | Remote::Failed { .. }) {
            access.start();
            asked.push(model);
        }
    }
    if asked.is_empty() { Vec::new() } else { ask_runtime(PlaygroundEffect::CheckAccess(asked)) }
}

fn access_told(playground: &mut PlaygroundState, model_id: String, outcome: Result<Availability, Problem>) {
    playground.access.entry(model_id).or_default().finish(outcome);
}

/// Asks `id` in a lane from now on; what was said there stays.
fn choose(state: &mut State, lane: usize, id: String) -> Vec<Effect> {
    let playground = &mut state.playground;
    match lane.checked_sub(1) {
        None => playground.draft.model_id = Some(id.clone()),
        Some(rival) => {
            if let Some(rival) = playground.rivals.get_mut(rival) {
                rival.model_id.clone_from(&id);
            }
        }
    }
    check_access(playground, &[id])
}

/// One more model answers. It is told what was said so far, so that all have read the same.
fn add_lane(state: &mut State, model_id: String) -> Vec<Effect> {
    let playground = &mut state.playground;
    if playground.lanes() >= MOST_LANES || playground.is_running() {
        return Vec::new();
    }
    let mut chat = Chat::default();
    let said = |turn: &Turn| Turn { id: 0, reply: None, ..turn.clone() };
    chat.extend(playground.chat.turns.iter().map(said));
    playground.rivals.push(Lane { model_id: model_id.clone(), chat });
    check_access(playground, &[model_id])
}

/// The first lane cannot go while there are others: the next takes its place.
fn drop_lane(state: &mut State, lane: usize) -> Vec<Effect> {
    let effects = talk::stop_all(state);
    let playground = &mut state.playground;
    match lane.checked_sub(1) {
        Some(rival) if rival < playground.rivals.len() => drop(playground.rivals.remove(rival)),
        None if !playground.rivals.is_empty() => {
            let next = playground.rivals.remove(0);
            playground.draft.model_id = Some(next.model_id);
            playground.chat = next.chat;
        }
        _ => {}
    }
    effects
}

fn ask_instead(state: &mut State, lane: usize, turn: u64, model_id: String) -> Vec<Effect> {
    let mut effects = choose(state, lane, model_id);
    effects.extend(talk::retry(state, lane, turn));
    effects
}

fn edit(state: &mut State, change: Edit) {
    let draft = &mut state.playground.draft;
    match change {
        Edit::Text(text) => draft.text = text,
        Edit::System(text) => draft.system = text,
        Edit::Parameters(parameters) => draft.parameters = parameters,
        Edit::Mode(mode) => draft.mode = mode,
        Edit::Streaming(streaming) => draft.streaming = streaming,
        Edit::Cache(cache) => draft.cache = cache,
        Edit::Metadata(marks) => draft.metadata = marks,
        Edit::DropDocument => draft.document = None,
        Edit::DropAttachment(at) if at < draft.attachments.len() => drop(draft.attachments.remove(at)),
        Edit::DropAttachment(_) => {}
    }
}

/// A sent message goes back into the draft; it and what followed leave every conversation. The first is kept aside.
fn rewrite(state: &mut State, id: u64) -> Vec<Effect> {
    let effects = talk::stop_all(state);
    let playground = &mut state.playground;
    let Some(place) = playground.chat.place(id).filter(|place| playground.chat.turns[*place].side == Side::Person) else { return effects };
    playground.shelved = Some(playground.chat.clone());
    let Turn { text, document, attachments, .. } = playground.chat.turns[place].clone();
    for lane in 0..playground.lanes() {
        if let Some(chat) = playground.chat_mut(lane) {
            chat.cut(place);
        }
    }
    playground.draft.text = text;
    playground.draft.document = document;
    playground.draft.attachments = attachments;
    effects
}

fn new_chat(state: &mut State) -> Vec<Effect> {
    let effects = talk::stop_all(state);
    shelve(&mut state.playground);
    effects
}

/// Puts the conversation aside if there is one; those beside it begin anew, too.
pub(super) fn shelve(playground: &mut PlaygroundState) {
    let old = std::mem::take(&mut playground.chat);
    if !old.is_empty() {
        playground.shelved = Some(old);
    }
    for rival in &mut playground.rivals {
        rival.chat = Chat::default();
    }
}

/// The kept conversation comes back, with one model; the present one takes its place.
fn unshelve(state: &mut State) -> Vec<Effect> {
    let effects = talk::stop_all(state);
    let playground = &mut state.playground;
    if let Some(kept) = playground.shelved.take() {
        let present = std::mem::replace(&mut playground.chat, kept);
        playground.shelved = Some(present).filter(|chat| !chat.is_empty());
        playground.rivals.clear();
    }
    effects
}

fn replay(state: &mut State, prompt: PromptDraft) -> Vec<Effect> {
    let mut effects = talk::stop_all(state);
    let playground = &mut state.playground;
    shelve(playground);
    for rival in &mut playground.rivals {
        rival.chat = Chat::of(prompt.history.clone());
    }
    playground.chat = Chat::of(prompt.history);
    let draft = &mut playground.draft;
    draft.model_id = prompt.model_id.or(draft.model_id.take());
    draft.text = prompt.text;
    draft.document = prompt.document;
    draft.attachments.clear();
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
            stop_sequences: example.parameters.stop_sequences.clone(),
            ..Parameters::default()
        },
        source: Some(example.title.clone()),
    }
}
