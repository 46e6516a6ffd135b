//! The session of a tail: start, news, and its end.

use std::sync::Arc;

use super::find;
use crate::app::tail::{End, Following, Phase, Setup, Spent, TailEffect, TailNews, TailOrder, TailState};
use crate::app::{Effect, State};
use crate::aws::logs::{StartLiveTail, group_arn_at};
use crate::logs::filter_pattern::FilterPattern;
use crate::logs::tail::{Line, Meter};

const MINUTE_MS: u64 = 60_000;

/// Starts to follow, unless the pattern cannot be read or there is nothing to follow. What came before stays.
pub fn start(state: &mut State) -> Vec<Effect> {
    let Some(order) = order(state, Spent::default()) else { return Vec::new() };
    let tail = &mut state.tail;
    tail.number += 1;
    tail.phase = Phase::Starting;
    tail.followed = Setup { groups: order.groups.clone(), ..tail.setup.clone() };
    tail.spent = Spent::default();
    tail.stop_at_ms = tail.setup.stop_after.map(|minutes| u64::from(minutes) * MINUTE_MS);
    tail.meter = Meter::default();
    tail.paused = false;
    tail.view = Following::Newest;
    let waited = tail.waiting.take();
    tail.shown.extend(waited);
    if !tail.shown.is_empty() {
        mark_break(tail, "A new session begins here".to_owned());
    }
    let mut effects = vec![Effect::Tail(TailEffect::Follow(TailOrder { number: state.tail.number, ..order }))];
    effects.extend(find::keep_up(&mut state.tail));
    effects
}

/// The call that the form stands for; `None` when it cannot be made.
fn order(state: &mut State, spent: Spent) -> Option<TailOrder> {
    let place = state.connection.current.value()?.clone();
    let tail = &mut state.tail;
    tail.pattern_error = FilterPattern::parse(&tail.setup.pattern).err();
    let groups = tail.groups();
    if tail.pattern_error.is_some() || groups.is_empty() {
        return None;
    }
    let arn = |group: &String| group_arn_at(&place.arn, &place.environment.region, &place.account, group);
    let pattern = tail.setup.pattern.trim();
    let ask = StartLiveTail {
        log_group_identifiers: groups.iter().map(arn).collect(),
        log_stream_name_prefixes: if groups.len() == 1 { tail.prefixes() } else { Vec::new() },
        log_event_filter_pattern: Some(pattern.to_owned()).filter(|pattern| !pattern.is_empty()),
    };
    Some(TailOrder { number: tail.number, ask, groups, caller: place.arn, failures: 0, spent })
}

/// Ends the tail; what came stays.
pub fn stop(tail: &mut TailState) -> Vec<Effect> {
    if tail.is_on() { end(tail, End::Stopped) } else { Vec::new() }
}

fn end(tail: &mut TailState, why: End) -> Vec<Effect> {
    tail.phase = Phase::Ended(why);
    vec![Effect::Tail(TailEffect::Stop)]
}

/// Tries again at once after a broken connection.
pub fn try_now(state: &mut State) -> Vec<Effect> {
    let Phase::Waiting { attempt, .. } = state.tail.phase else { return Vec::new() };
    let spent = state.tail.spent;
    let Some(order) = order(state, spent) else { return Vec::new() };
    state.tail.phase = Phase::Starting;
    vec![Effect::Tail(TailEffect::Follow(TailOrder { failures: attempt, ..order }))]
}

/// Chooses when a session ends; a running one ends so long from now.
pub fn stop_after(tail: &mut TailState, minutes: Option<u32>) {
    tail.setup.stop_after = minutes;
    if tail.is_on() {
        tail.stop_at_ms = minutes.map(|minutes| tail.spent.elapsed_ms + u64::from(minutes) * MINUTE_MS);
    }
}

/// Goes on for as long again as was chosen.
pub fn keep_going(tail: &mut TailState) {
    stop_after(tail, tail.setup.stop_after);
}

/// Something happened to the newest tail.
pub fn news(tail: &mut TailState, news: TailNews) -> Vec<Effect> {
    match news {
        TailNews::Started(spent) => started(tail, spent),
        TailNews::Lines { lines, seconds, spent } => lines_came(tail, lines, &seconds, spent),
        TailNews::Waiting { attempt, left_secs, problem, spent } => waiting(tail, Phase::Waiting { attempt, left_secs, problem }, spent),
        TailNews::Ended(problem) => end(tail, End::Failed(problem)),
    }
}

fn started(tail: &mut TailState, spent: Spent) -> Vec<Effect> {
    tail.phase = Phase::Live;
    time_passed(tail, spent)
}

fn waiting(tail: &mut TailState, phase: Phase, spent: Spent) -> Vec<Effect> {
    tail.phase = phase;
    time_passed(tail, spent)
}

fn lines_came(tail: &mut TailState, lines: Vec<Arc<Line>>, seconds: &[(u32, bool)], spent: Spent) -> Vec<Effect> {
    tail.phase = Phase::Live;
    for (events, sampled) in seconds {
        tail.meter.add(*events, *sampled);
    }
    if tail.paused {
        tail.waiting.extend(lines);
        return time_passed(tail, spent);
    }
    tail.shown.extend(lines);
    let mut effects = find::keep_up(tail);
    effects.extend(time_passed(tail, spent));
    effects
}

/// Ends the tail when its time is over.
fn time_passed(tail: &mut TailState, spent: Spent) -> Vec<Effect> {
    tail.spent = spent;
    let over = tail.stop_at_ms.is_some_and(|at| spent.elapsed_ms >= at);
    if over { end(tail, End::TimeOver(spent.elapsed_ms / MINUTE_MS)) } else { Vec::new() }
}

/// A line that says that something may be missing here.
pub fn mark_break(tail: &mut TailState, words: String) {
    tail.shown.extend([Arc::new(Line::Break(words))]);
}
