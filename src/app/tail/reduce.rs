//! Changes to the Live Tail slice; each arm is one call.

mod find;
mod session;

use super::{Following, TailCommand, TailEffect, TailEvent, TailState};
use crate::app::logs::LogsCommand;
use crate::app::{Command, Effect, State, reduce};
use crate::aws::logs::MAX_TAILED_GROUPS;
use crate::logs::detail::Detail;
use crate::logs::filter_pattern::FilterPattern;
use crate::metrics::range::{MINUTE_MS, Range};
use std::sync::Arc;

/// A person did something.
pub fn command(state: &mut State, command: TailCommand) -> Vec<Effect> {
    let tail = &mut state.tail;
    match command {
        TailCommand::FindPlaces => find_places(tail),
        TailCommand::ToggleGroup(group) => silently(|| toggle_group(tail, group)),
        TailCommand::UseConfigured => silently(|| tail.setup.groups.clear()),
        TailCommand::SetPrefixes(prefixes) => silently(|| tail.setup.prefixes = prefixes),
        TailCommand::SetPattern(pattern) => silently(|| set_pattern(tail, pattern)),
        TailCommand::SetStopAfter(minutes) => silently(|| session::stop_after(tail, minutes)),
        TailCommand::Start => session::start(state),
        TailCommand::Stop => session::stop(tail),
        TailCommand::StartWith(pattern) => start_with(state, pattern),
        TailCommand::TryNow => session::try_now(state),
        TailCommand::KeepGoing => silently(|| session::keep_going(tail)),
        TailCommand::TogglePause => toggle_pause(tail),
        TailCommand::Clear => clear(tail),
        TailCommand::SetTerm(term, text) => find::set_term(tail, term, text),
        TailCommand::SetSearch(text) => find::set_search(tail, text),
        TailCommand::Follow(newest) => silently(|| follow(tail, newest)),
        TailCommand::Open(line) => silently(|| open(tail, line)),
        TailCommand::ShowTab(tab) => silently(|| tail.tab = tab),
        TailCommand::ShowInLogs => show_in_logs(state),
        TailCommand::ToggleAsk => silently(|| find::toggle_ask(tail)),
        TailCommand::SetQuery(text) => silently(|| find::set_query(&mut tail.ask, text)),
        TailCommand::RunQuery => find::run_query(state),
        TailCommand::StopQuery => find::stop_query(&mut tail.ask),
    }
}

/// Something happened.
pub fn event(state: &mut State, event: TailEvent) -> Vec<Effect> {
    let tail = &mut state.tail;
    match event {
        TailEvent::Places(outcome) => silently(|| tail.places.finish(outcome)),
        TailEvent::News { number, news } if number == tail.number && tail.is_on() => session::news(tail, news),
        TailEvent::News { .. } => Vec::new(),
        TailEvent::Looked { number, first, count, found } => find::looked(tail, number, first, count, found),
        TailEvent::Asked { number, ran } => silently(|| find::asked(&mut tail.ask, number, ran)),
    }
}

/// The screen came into view: which log groups there are may have changed. A tail goes on whether it is looked at or not.
pub fn entered(state: &mut State) -> Vec<Effect> {
    if state.connection.environment().is_none() { Vec::new() } else { find_places(&mut state.tail) }
}

/// Another environment was opened: its tail is another one. What a person has written stays.
pub fn environment_changed(state: &mut State) -> Vec<Effect> {
    let old = std::mem::take(&mut state.tail);
    let setup = super::Setup { groups: Vec::new(), ..old.setup };
    let ask = super::Ask { ran: None, is_running: false, number: old.ask.number + 1, ..old.ask };
    let look = super::Look { lens: old.look.lens, number: old.look.number + 1, ..super::Look::default() };
    let kept = (old.pattern_error, old.number + 1, old.tab);
    state.tail = TailState { setup, pattern_error: kept.0, number: kept.1, tab: kept.2, ask, look, ..TailState::default() };
    vec![Effect::Tail(TailEffect::Stop), Effect::Tail(TailEffect::StopAsking)]
}

fn silently(change: impl FnOnce()) -> Vec<Effect> {
    change();
    Vec::new()
}

fn find_places(tail: &mut TailState) -> Vec<Effect> {
    tail.places.start();
    vec![Effect::Tail(TailEffect::FindPlaces)]
}

fn toggle_group(tail: &mut TailState, group: String) {
    let groups = &mut tail.setup.groups;
    match groups.iter().position(|chosen| *chosen == group) {
        Some(at) => drop(groups.remove(at)),
        None if groups.len() < MAX_TAILED_GROUPS => groups.push(group),
        None => {}
    }
}

fn set_pattern(tail: &mut TailState, pattern: String) {
    tail.pattern_error = FilterPattern::parse(&pattern).err();
    tail.setup.pattern = pattern;
}

fn start_with(state: &mut State, pattern: String) -> Vec<Effect> {
    set_pattern(&mut state.tail, pattern);
    session::start(state)
}

fn toggle_pause(tail: &mut TailState) -> Vec<Effect> {
    tail.paused = !tail.paused;
    if tail.paused {
        return Vec::new();
    }
    let dropped = tail.waiting.dropped();
    let waited = tail.waiting.take();
    if dropped > 0 {
        session::mark_break(tail, format!("{} came while paused and did not fit", crate::base::text::count(dropped, "more event")));
    }
    tail.shown.extend(waited);
    find::keep_up(tail)
}

fn clear(tail: &mut TailState) -> Vec<Effect> {
    tail.shown.take();
    tail.waiting.take();
    tail.view = Following::Newest;
    (tail.selected, tail.detail) = (None, None);
    tail.meter = crate::logs::tail::Meter::default();
    find::start_over(tail)
}

fn follow(tail: &mut TailState, newest: bool) {
    tail.view = match (newest, tail.view) {
        (true, _) => Following::Newest,
        (false, Following::Newest) => Following::Still { from: tail.shown.end() },
        (false, still) => still,
    };
}

/// Opens a line; the list stands still, so that it does not run away from what is read.
fn open(tail: &mut TailState, line: Option<u64>) {
    let event = line.and_then(|number| tail.shown.get(number)?.event().cloned());
    tail.selected = line.filter(|_| event.is_some());
    if tail.selected.is_some() {
        follow(tail, false);
    }
    tail.detail = event.map(|tailed| Arc::new(Detail::of(tailed.entry)));
}

/// An invocation by its request, another line by its time.
fn show_in_logs(state: &mut State) -> Vec<Effect> {
    let tail = &state.tail;
    let Some(tailed) = tail.selected.and_then(|number| tail.shown.get(number)?.event().cloned()) else { return Vec::new() };
    let mut effects = Vec::new();
    if state.logs.group() != Some(&*tailed.group) {
        effects.extend(reduce(state, Command::Logs(LogsCommand::ChooseGroup(Some(tailed.group.to_string())))));
    }
    let wish = match tailed.entry.record() {
        Some(record) => LogsCommand::Open { request_id: record.request_id.to_string() },
        None => LogsCommand::ShowRange(Range::Between(tailed.entry.at_ms - MINUTE_MS, tailed.entry.at_ms + MINUTE_MS)),
    };
    effects.extend(reduce(state, Command::Logs(wish)));
    effects
}
