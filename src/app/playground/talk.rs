//! Sending, stopping, asking again, and what comes back: the part of `reduce` that talks to models.

use std::sync::Arc;

use super::chat::{Metrics, Outcome, Reply, Side, Turn};
use super::{Mode, News, PlaygroundEffect, PlaygroundState};
use crate::app::{Effect, State};
use crate::aws::bedrock_runtime::{ConverseRequest, Usage};
use crate::base::clock::Timestamp;

/// Sends the draft to every lane; its text and files move into the conversations.
pub(super) fn send(state: &mut State) -> Vec<Effect> {
    let playground = &mut state.playground;
    if playground.obstacle().is_some() {
        return Vec::new();
    }
    let requests: Vec<ConverseRequest> = (0..playground.lanes()).filter_map(|lane| request_of(playground, lane)).collect();
    let text = std::mem::take(&mut playground.draft.text).trim().to_owned();
    let document = playground.draft.document.take();
    let attachments = std::mem::take(&mut playground.draft.attachments);
    playground.draft.source = None;
    let question = Turn { document, attachments, ..Turn::said(Side::Person, text) };
    for lane in 0..requests.len() {
        if let Some(chat) = playground.chat_mut(lane) {
            chat.add(question.clone());
        }
    }
    requests.into_iter().enumerate().flat_map(|(lane, request)| ask(state, lane, request)).collect()
}

fn request_of(playground: &PlaygroundState, lane: usize) -> Option<ConverseRequest> {
    playground.draft.request_to(playground.model_of(lane), playground.chat_of(lane)?).ok()
}

/// Adds an empty reply for `request` to a lane and has it filled.
fn ask(state: &mut State, lane: usize, request: ConverseRequest) -> Vec<Effect> {
    let now = state.now;
    let playground = &mut state.playground;
    let streaming = playground.draft.streaming && playground.choice(&request.model_id).is_none_or(|choice| choice.streams);
    let alone = playground.draft.mode == Mode::Single;
    playground.request += 1;
    let number = playground.request;
    let settings = ConverseRequest { messages: Vec::new(), ..request.clone() };
    let reply = empty_reply(number, settings, alone, streaming, now);
    let Some(chat) = playground.chat_mut(lane) else { return Vec::new() };
    chat.add(Turn { reply: Some(Box::new(reply)), ..Turn::said(Side::Model, String::new()) });
    vec![Effect::Playground(PlaygroundEffect::Ask { number, lane, request: Arc::new(request), streaming })]
}

fn empty_reply(number: u64, settings: ConverseRequest, alone: bool, streaming: bool, asked_at: Timestamp) -> Reply {
    Reply {
        number,
        request: Arc::new(settings),
        alone,
        streaming,
        asked_at,
        outcome: Outcome::Waiting,
        thinking: String::new(),
        stop_reason: None,
        request_id: None,
        metrics: Metrics::default(),
        cure: None,
    }
}

/// Stops every lane.
pub(super) fn stop_all(state: &mut State) -> Vec<Effect> {
    (0..state.playground.lanes()).flat_map(|lane| stop(state, lane)).collect()
}

/// What was written in a lane stays and is marked as stopped.
pub(super) fn stop(state: &mut State, lane: usize) -> Vec<Effect> {
    let now = state.now;
    let Some(chat) = state.playground.chat_mut(lane) else { return Vec::new() };
    let Some(number) = chat.running().and_then(|turn| turn.reply.as_ref()).map(|reply| reply.number) else { return Vec::new() };
    if let Some((_, reply)) = chat.running_mut(number) {
        reply.outcome = Outcome::Stopped;
        reply.metrics.total_ms = Some((now.as_millisecond() - reply.asked_at.as_millisecond()).max(0) as u64);
    }
    chat.settle();
    vec![Effect::Playground(PlaygroundEffect::Stop(lane))]
}

/// Asks again for a reply with the settings of now; the old reply and what followed go.
pub(super) fn retry(state: &mut State, lane: usize, turn: u64) -> Vec<Effect> {
    let playground = &mut state.playground;
    let alone = playground.draft.mode == Mode::Single;
    let Some(model_id) = playground.model_of(lane).map(str::to_owned) else { return Vec::new() };
    let settings = playground.draft.settings(&model_id);
    let Some(chat) = playground.chat_mut(lane).filter(|chat| !chat.is_running()) else { return Vec::new() };
    let Some(place) = chat.place(turn) else { return Vec::new() };
    let Some(messages) = chat.asking(place, alone) else { return Vec::new() };
    chat.cut(place);
    ask(state, lane, ConverseRequest { messages, ..settings })
}

/// Takes what happened to the request with this number; news of a reply that is not on its way any more is late and ignored.
pub(super) fn take_news(playground: &mut PlaygroundState, number: u64, after_ms: u64, news: News) {
    let ends = matches!(news, News::Counted { .. } | News::Failed { .. });
    let lanes = 0..playground.lanes();
    for lane in lanes {
        let Some(chat) = playground.chat_mut(lane) else { continue };
        let Some((text, reply)) = chat.running_mut(number) else { continue };
        apply(text, reply, after_ms, news);
        if ends {
            chat.settle();
        }
        return;
    }
}

fn apply(text: &mut String, reply: &mut Reply, after_ms: u64, news: News) {
    match news {
        News::Accepted(request_id) => reply.request_id = request_id,
        News::Pausing(pause) => reply.outcome = Outcome::Pausing(pause),
        News::Resumed => reply.outcome = Outcome::Waiting,
        News::Thinking(more) => {
            reply.thinking.push_str(&more);
            written(reply, after_ms);
        }
        News::Text(more) => {
            text.push_str(&more);
            written(reply, after_ms);
        }
        News::Stopped(reason) => reply.stop_reason = Some(reason),
        News::Counted { usage, latency_ms } => counted(reply, usage, latency_ms, after_ms),
        News::Failed { problem, request_id, cure } => {
            reply.outcome = Outcome::Failed(problem);
            reply.metrics.total_ms = Some(after_ms);
            reply.request_id = request_id.or(reply.request_id.take());
            reply.cure = cure;
        }
    }
}

fn written(reply: &mut Reply, after_ms: u64) {
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
