//! Files that come and go: attachments of a message, exported and imported conversations.

use std::path::PathBuf;
use std::sync::Arc;

use super::attachment::{Attachment, Count};
use super::chat_file::{self, Opened};
use super::{Draft, Mode, PlaygroundEffect, PlaygroundState, reduce, talk};
use crate::app::{Effect, State};
use crate::base::problem::Problem;

/// Lets the person choose files.
pub(super) fn pick(state: &mut State) -> Vec<Effect> {
    state.playground.attaching = true;
    state.playground.refused.clear();
    reduce::ask_runtime(PlaygroundEffect::PickFiles)
}

/// Has files read.
pub(super) fn attach(state: &mut State, paths: Vec<PathBuf>) -> Vec<Effect> {
    if paths.is_empty() {
        return Vec::new();
    }
    state.playground.attaching = true;
    state.playground.refused.clear();
    reduce::ask_runtime(PlaygroundEffect::ReadFiles(paths))
}

/// Files were read: those that fit go with the message, of the others it is said why not.
pub(super) fn read(playground: &mut PlaygroundState, files: Vec<Result<Arc<Attachment>, String>>) {
    playground.attaching = false;
    for file in files {
        match file.and_then(|file| fitting(playground, &file)) {
            Ok(file) => playground.draft.attachments.push(Arc::new(file)),
            Err(why) => playground.refused.push(why),
        }
    }
}

/// The file under a name of its own, or why it is one too many.
fn fitting(playground: &PlaygroundState, file: &Arc<Attachment>) -> Result<Attachment, String> {
    let carried = if playground.draft.mode == Mode::Chat { playground.chat.totals.carried } else { Count::default() };
    let all = Count::of(playground.draft.attachments.iter().chain([file])).and(carried);
    if let Some(why) = all.excess() {
        return Err(format!("{} was left out. {why}", file.name));
    }
    let earlier = playground.chat.turns.iter().flat_map(|turn| &turn.attachments);
    let taken: Vec<&str> = playground.draft.attachments.iter().chain(earlier).map(|other| other.name.as_str()).collect();
    Ok(Attachment::clone(file).renamed(&taken))
}

/// Writes the conversation into the folder of exports.
pub(super) fn export(state: &State) -> Vec<Effect> {
    let region = state.connection.environment().map(|environment| environment.region.as_str()).unwrap_or_default();
    let text = chat_file::json(&state.playground.draft, &state.playground.chat, &state.playground.rivals, region, state.now);
    reduce::ask_runtime(PlaygroundEffect::Export { name: chat_file::file_name(state.now), text })
}

/// A conversation was read: it takes the place of the present one, which is kept aside.
pub(super) fn imported(state: &mut State, outcome: Result<Opened, Problem>) -> Vec<Effect> {
    state.playground.attaching = false;
    match outcome {
        Ok(opened) => open(state, opened),
        Err(problem) => {
            state.playground.refused.push(format!("{}: {}", problem.what, problem.why));
            Vec::new()
        }
    }
}

/// The words that are being written stay. A model that is not offered here gives way to the present choice.
fn open(state: &mut State, opened: Opened) -> Vec<Effect> {
    let effects = talk::stop_all(state);
    let playground = &mut state.playground;
    reduce::shelve(playground);
    playground.chat = opened.chat;
    let known = |id: &String| playground.models.value().is_none_or(|list| list.find(id).is_some());
    let rivals = opened.rivals.into_iter().filter(|lane| known(&lane.model_id)).collect();
    let model_id = opened.draft.model_id.filter(known).or(playground.draft.model_id.take());
    playground.rivals = rivals;
    let present = std::mem::take(&mut playground.draft);
    playground.draft = Draft { model_id, streaming: present.streaming, ..opened.draft };
    (playground.draft.text, playground.draft.attachments) = (present.text, present.attachments);
    playground.draft.document = present.document;
    effects
}
