//! Changes to the logs slice; each arm is one call.

use std::sync::Arc;

use super::listed::Back;
use super::{Awaited, Context, FilesPlace, Load, LoadOrder, LogsCommand, LogsEffect, LogsEvent, LogsState, Progress, Search, Source, Wait};
use super::{files, link, listed, selection, work};
use crate::app::{Command, Effect, Remote, Screen, State};
use crate::base::problem::Problem;
use crate::logs::detail::Detail;
use crate::logs::filter::{Choice, Filter};
use crate::logs::query::Query;
use crate::logs::store::Store;
use crate::logs::view::View;
use crate::metrics::range::{MINUTE_MS, Range};

/// Events may arrive this much later than newer ones: a refresh looks back as far.
const LATE_MS: i64 = 5 * MINUTE_MS;

/// A person did something.
pub fn command(state: &mut State, command: LogsCommand) -> Vec<Effect> {
    match command {
        LogsCommand::ListGroups => list_groups(state),
        LogsCommand::ChooseGroup(group) => choose_group(state, group),
        LogsCommand::SetRange(range) => set_range(state, range),
        LogsCommand::ShowRange(range) => show_range(state, range),
        LogsCommand::StopLoading => stop_loading(state),
        LogsCommand::OpenFiles(place) => files::open(state, place),
        LogsCommand::StopFiles => files::stop(state),
        LogsCommand::CloseFiles => files::close(state),
        LogsCommand::SetText(text) => filter(state, |f| f.text = text),
        LogsCommand::Include(dimension, value) => filter(state, |f| f.choice_mut(dimension).toggle_include(&value)),
        LogsCommand::Exclude(dimension, value) => filter(state, |f| f.choice_mut(dimension).toggle_exclude(&value)),
        LogsCommand::ClearChoice(dimension) => filter(state, |f| *f.choice_mut(dimension) = Choice::default()),
        LogsCommand::Brush(range) => filter(state, |f| f.range = range),
        LogsCommand::ClearFilter => filter(state, |f| *f = Filter::default()),
        LogsCommand::AddTerm(term) => filter(state, |f| add_term(f, &term)),
        LogsCommand::ZoomIn => zoom_in(state),
        LogsCommand::ZoomOut => zoom_out(state),
        LogsCommand::SetColumns(columns) => set_columns(state, columns),
        LogsCommand::ShowContext => show_context(state),
        LogsCommand::MoreContext { before, after } => silently(|| more_context(&mut state.logs, before, after)),
        LogsCommand::LeaveContext => leave_context(state),
        LogsCommand::Compare => work::compare(state),
        LogsCommand::CloseComparison => silently(|| state.logs.work.comparison = Remote::NotAsked),
        LogsCommand::Export { shape, selected } => work::export(state, shape, selected),
        LogsCommand::DismissExport => work::dismiss_export(state),
        LogsCommand::OpenLink(link) => link::open(state, link),
        LogsCommand::DropLink => silently(|| state.logs.link = None),
        LogsCommand::Select(rows) => selection::select(&mut state.logs, rows),
        LogsCommand::CloseDetail => close_detail(state),
        LogsCommand::ShowTab(tab) => silently(|| state.logs.tab = tab),
        LogsCommand::FetchBodies => fetch_bodies(state),
        LogsCommand::Open { request_id } => open(state, request_id),
        LogsCommand::StopWaiting => stop_waiting(state),
    }
}

/// Something happened.
pub fn event(state: &mut State, event: LogsEvent) -> Vec<Effect> {
    match event {
        LogsEvent::Source(outcome) => source_found(state, outcome),
        LogsEvent::Groups(outcome) => silently(|| state.logs.groups.finish(outcome)),
        LogsEvent::Loaded { number, store, progress } => loaded(state, number, store, progress),
        LogsEvent::LoadEnded { number, outcome } => load_ended(state, number, outcome),
        LogsEvent::Found { number, view } => found(state, number, view),
        LogsEvent::Bodies(outcome) => bodies(state, outcome),
        LogsEvent::Waited { request_id, outcome } => waited(state, &request_id, &outcome),
        LogsEvent::Work(event) => work::event(state, event),
        LogsEvent::Files(event) => files::event(state, event),
    }
}

/// The screen came into view: ask for what it shows.
pub fn entered(state: &mut State) -> Vec<Effect> {
    if state.connection.environment().is_none() {
        return Vec::new();
    }
    // The lab may have changed the configuration meanwhile, so it is read again; loading goes on from there.
    state.logs.source.start();
    let mut effects = vec![Effect::Logs(LogsEffect::FindSource)];
    effects.extend(link::follow(state));
    effects
}

/// Loads what is newer, for screens that show the latest records beside other things.
pub fn follow(state: &mut State) -> Vec<Effect> {
    if state.logs.group().is_none() {
        return entered(state);
    }
    if state.logs.load.running { Vec::new() } else { load(state, true) }
}

/// Another environment was opened: forget what belonged to the old one.
pub fn environment_changed(state: &mut State) -> Vec<Effect> {
    let old = std::mem::take(&mut state.logs);
    state.logs = LogsState { range: old.range, tab: old.tab, search: after(old.search), link: old.link, ..LogsState::default() };
    let is_of_old_place = old.files.as_ref().is_some_and(|files| matches!(files.place, FilesPlace::Bucket(..)));
    if old.files.is_some() && !is_of_old_place {
        // Files of this machine belong to no place to work.
        let logs = &mut state.logs;
        (logs.files, logs.store, logs.view, logs.filter) = (old.files, old.store, old.view, old.filter);
    }
    state.logs.files_number = old.files_number;
    state.logs.load.number = old.load.number + 1;
    state.logs.work.number = old.work.number + 1;
    if state.logs.link.is_some() {
        // A link was given before there was a place to look in.
        state.screen = Screen::Logs;
    }
    let stop_bucket = is_of_old_place.then_some(Effect::Logs(LogsEffect::StopFiles));
    let stop = [Effect::Logs(LogsEffect::StopLoading), Effect::Logs(LogsEffect::StopWaiting)];
    stop.into_iter().chain(stop_bucket).chain([Effect::Records(work::WorkEffect::CancelExport)]).collect()
}

/// Searches begun before this point are not taken any more.
fn after(search: Search) -> Search {
    Search { asked: search.asked + 1, answered: search.asked + 1 }
}

pub(super) fn silently(change: impl FnOnce()) -> Vec<Effect> {
    change();
    Vec::new()
}

fn list_groups(state: &mut State) -> Vec<Effect> {
    state.logs.groups.start();
    vec![Effect::Logs(LogsEffect::ListGroups)]
}

fn choose_group(state: &mut State, group: Option<String>) -> Vec<Effect> {
    let closed = files::close(state);
    state.logs.chosen = group;
    closed.into_iter().chain(group_may_have_changed(state)).collect()
}

fn source_found(state: &mut State, outcome: Result<Source, Problem>) -> Vec<Effect> {
    state.logs.source.finish(outcome);
    group_may_have_changed(state)
}

/// Loads the group that is shown: all of the range when it is another one, else what is newer.
fn group_may_have_changed(state: &mut State) -> Vec<Effect> {
    let group = state.logs.group().map(str::to_owned);
    let mut effects = Vec::new();
    if state.logs.files.is_none() && group != state.logs.load.group {
        effects.extend(forget_events(state));
        state.logs.load.group = group;
    }
    effects.extend(load(state, true));
    effects.extend(look_for_awaited(state));
    effects
}

pub(super) fn forget_events(state: &mut State) -> Vec<Effect> {
    let logs = &mut state.logs;
    logs.store = Arc::default();
    logs.load = Load { number: logs.load.number + 1, ..Load::default() };
    logs.selection.clear();
    logs.detail = None;
    logs.context = None;
    search(state)
}

pub(super) fn set_range(state: &mut State, range: Range) -> Vec<Effect> {
    state.logs.range = range;
    state.logs.filter.range = None;
    let mut effects = load(state, false);
    effects.extend(search(state));
    effects
}

fn show_range(state: &mut State, range: Range) -> Vec<Effect> {
    let mut effects = set_range(state, range);
    effects.extend(crate::app::reduce(state, Command::Go(Screen::Logs)));
    effects
}

/// Starts to load the range; with `newer_only` just what came since the last complete load, if that covers the range.
fn load(state: &mut State, newer_only: bool) -> Vec<Effect> {
    let now_ms = state.now.as_millisecond();
    let logs = &mut state.logs;
    if logs.files.is_some() {
        return Vec::new();
    }
    let Some(group) = logs.group().map(str::to_owned) else { return Vec::new() };
    let (from, _) = logs.range.at(now_ms);
    let covered = logs.load.covered.filter(|(start, _)| *start <= from + LATE_MS && newer_only);
    logs.load.number += 1;
    logs.load.running = true;
    logs.load.problem = None;
    logs.load.progress = Progress::default();
    let since_ms = covered.map(|(_, end)| end - LATE_MS);
    let account = state.connection.current.value().map(|connected| connected.account.clone()).unwrap_or_default();
    let order = LoadOrder { number: logs.load.number, group, account, range: logs.range, since_ms, known: logs.store.clone() };
    vec![Effect::Logs(LogsEffect::Load(order))]
}

fn stop_loading(state: &mut State) -> Vec<Effect> {
    state.logs.load.number += 1;
    state.logs.load.running = false;
    vec![Effect::Logs(LogsEffect::StopLoading)]
}

fn loaded(state: &mut State, number: u64, store: Arc<Store>, progress: Progress) -> Vec<Effect> {
    if number != state.logs.load.number || state.logs.files.is_some() {
        return Vec::new();
    }
    state.logs.load.progress = progress;
    let unchanged = store.len() == state.logs.store.len() && store.extent() == state.logs.store.extent();
    state.logs.store = store;
    selection::keep_in_context(&mut state.logs);
    if unchanged && state.logs.view.store.len() == state.logs.store.len() { Vec::new() } else { search(state) }
}

fn load_ended(state: &mut State, number: u64, outcome: Result<(i64, i64), Problem>) -> Vec<Effect> {
    if number != state.logs.load.number {
        return Vec::new();
    }
    let load = &mut state.logs.load;
    load.running = false;
    match outcome {
        Ok((from, to)) => load.covered = Some(load.covered.map_or((from, to), |(a, b)| joined((a, b), (from, to)))),
        Err(problem) => load.problem = Some(problem),
    }
    let effects = open_awaited(state);
    tell_missing(&mut state.logs);
    effects
}

/// A record of a link that is not in its own time does not come any more.
fn tell_missing(logs: &mut LogsState) {
    let store = logs.store.clone();
    if let Some(awaited) = logs.awaited.as_mut().filter(|awaited| awaited.at_ms.is_some() && awaited.place(&store).is_none()) {
        awaited.status = logs.load.problem.clone().map_or(Wait::Missing, Wait::Failed);
    }
}

/// Two spans of time as one if they touch, else the newer.
fn joined(old: (i64, i64), new: (i64, i64)) -> (i64, i64) {
    if new.0 <= old.1 && old.0 <= new.1 { (old.0.min(new.0), old.1.max(new.1)) } else { new }
}

fn filter(state: &mut State, change: impl FnOnce(&mut Filter)) -> Vec<Effect> {
    let before = state.logs.filter.clone();
    change(&mut state.logs.filter);
    if state.logs.filter == before {
        return Vec::new();
    }
    state.logs.context = None;
    search(state)
}

fn add_term(filter: &mut Filter, term: &str) {
    let text = filter.text.trim_end();
    if !text.split_whitespace().any(|known| known == term) {
        filter.text = if text.is_empty() { term.to_owned() } else { format!("{text} {term}") };
    }
}

/// Asks for what the filter finds in the loaded events.
pub(super) fn search(state: &mut State) -> Vec<Effect> {
    let window = state.logs.window(state.now.as_millisecond());
    let logs = &mut state.logs;
    logs.search.asked += 1;
    let (number, store, mut filter) = (logs.search.asked, logs.store.clone(), logs.filter.clone());
    if !Query::new(&filter.text).problems().is_empty() {
        // What is found stays until the text can be read again; the screen says why.
        filter.text.clone_from(&logs.view.filter.text);
    }
    vec![Effect::Logs(LogsEffect::Search { number, store, filter, window })]
}

fn found(state: &mut State, number: u64, view: Arc<View>) -> Vec<Effect> {
    let logs = &mut state.logs;
    if number < logs.search.answered || number > logs.search.asked {
        return Vec::new();
    }
    logs.search.answered = number;
    selection::keep_over(logs, view);
    open_awaited(state)
}

/// The chosen part of the time becomes the time that is shown.
fn zoom_in(state: &mut State) -> Vec<Effect> {
    let Some((from, to)) = state.logs.filter.range else { return Vec::new() };
    set_range(state, Range::Between(from, to))
}

/// Twice the time around the same middle, but not beyond now.
fn zoom_out(state: &mut State) -> Vec<Effect> {
    let now_ms = state.now.as_millisecond();
    let (from, to) = state.logs.range.at(now_ms);
    let half = ((to - from) / 2).max(MINUTE_MS);
    let (from, to) = (from - half, to + half);
    let range = if to >= now_ms { Range::Between(from - (to - now_ms), now_ms) } else { Range::Between(from, to) };
    set_range(state, range)
}

fn set_columns(state: &mut State, columns: super::Columns) -> Vec<Effect> {
    if state.settings.log_columns == columns {
        return Vec::new();
    }
    state.settings.log_columns = columns;
    vec![Effect::SaveSettings(state.settings.clone())]
}

fn show_context(state: &mut State) -> Vec<Effect> {
    let logs = &mut state.logs;
    let Some(detail) = &logs.detail else { return Vec::new() };
    let (at_ms, id) = (detail.entry.at_ms, detail.entry.id.clone());
    if logs.store.find(at_ms, &id).is_none() {
        return Vec::new();
    }
    let back = match logs.context.take() {
        Some(context) => context.back,
        None => Back { rows: logs.selection.clone(), search: logs.search.answered, opened: (at_ms, id.clone()) },
    };
    logs.context = Some(Context { at_ms, id, before: listed::CONTEXT_STEP, after: listed::CONTEXT_STEP, back });
    selection::reselect(logs);
    Vec::new()
}

fn more_context(logs: &mut LogsState, before: usize, after: usize) {
    if let Some(context) = &mut logs.context {
        context.before += before;
        context.after += after;
        selection::reselect(logs);
    }
}

/// Back to what was found, and to what was selected there.
fn leave_context(state: &mut State) -> Vec<Effect> {
    let logs = &mut state.logs;
    let Some(Context { back, .. }) = logs.context.take() else { return Vec::new() };
    let mut rows = back.rows;
    if back.search != logs.search.answered {
        rows.clear();
        let place = logs.view.store.find(back.opened.0, &back.opened.1);
        if let Some(row) = place.and_then(|index| logs.view.row_of(index)) {
            rows.select(row);
        }
    }
    selection::select(logs, rows);
    selection::reveal_cursor(logs);
    Vec::new()
}

fn close_detail(state: &mut State) -> Vec<Effect> {
    state.logs.detail = None;
    state.logs.selection.clear();
    Vec::new()
}

fn fetch_bodies(state: &mut State) -> Vec<Effect> {
    let Some(detail) = &state.logs.detail else { return Vec::new() };
    let bodies: Vec<_> = detail.missing_bodies().into_iter().map(|(side, path)| (side, path.to_owned())).collect();
    if bodies.is_empty() {
        return Vec::new();
    }
    state.logs.bodies.start();
    vec![Effect::Logs(LogsEffect::FetchBodies { entry: detail.entry.clone(), bodies })]
}

/// Takes fetched bodies if their event is still the one that is open.
fn bodies(state: &mut State, outcome: Result<Arc<Detail>, Problem>) -> Vec<Effect> {
    let logs = &mut state.logs;
    match outcome {
        Ok(detail) if logs.detail.as_ref().is_some_and(|open| open.entry.id == detail.entry.id) => {
            logs.detail = Some(detail);
            logs.bodies = Remote::Ready(());
        }
        Ok(_) => {}
        Err(problem) => logs.bodies.finish(Err(problem)),
    }
    Vec::new()
}

fn open(state: &mut State, request_id: String) -> Vec<Effect> {
    state.logs.context = None;
    state.logs.awaited = Some(Awaited { request_id, status: Wait::Looking, at_ms: None });
    let mut effects = crate::app::reduce(state, Command::Go(Screen::Logs));
    effects.extend(look_for_awaited(state));
    effects
}

/// Asks the log group for the awaited record, unless it is loaded already or no group is known yet.
fn look_for_awaited(state: &mut State) -> Vec<Effect> {
    let group = state.logs.group().map(str::to_owned);
    let looking = |a: &&Awaited| a.status == Wait::Looking && a.at_ms.is_none();
    let request_id = state.logs.awaited.as_ref().filter(looking).map(|a| a.request_id.clone());
    let (Some(group), Some(request_id)) = (group, request_id) else { return Vec::new() };
    if state.logs.store.find_request(&request_id).is_some() {
        return open_awaited(state);
    }
    vec![Effect::Logs(LogsEffect::Await { group, request_id })]
}

fn stop_waiting(state: &mut State) -> Vec<Effect> {
    state.logs.awaited = None;
    vec![Effect::Logs(LogsEffect::StopWaiting)]
}

fn waited(state: &mut State, request_id: &str, outcome: &Result<Option<i64>, Problem>) -> Vec<Effect> {
    let now_ms = state.now.as_millisecond();
    let logs = &mut state.logs;
    let Some(awaited) = logs.awaited.as_mut().filter(|awaited| awaited.request_id == request_id) else { return Vec::new() };
    awaited.status = match outcome {
        Ok(Some(_)) => Wait::Arrived,
        Ok(None) => Wait::Missing,
        Err(problem) => Wait::Failed(problem.clone()),
    };
    let Ok(Some(at_ms)) = *outcome else { return Vec::new() };
    if at_ms < logs.range.at(now_ms).0 {
        return set_range(state, around(at_ms));
    }
    load(state, true)
}

/// Opens the awaited record as soon as it is loaded and shown; a filter or a time that hides it makes way.
pub(super) fn open_awaited(state: &mut State) -> Vec<Effect> {
    let logs = &state.logs;
    let entry = logs.awaited.as_ref().and_then(|awaited| logs.store.get(awaited.place(&logs.store)?));
    let Some(at_ms) = entry.map(|entry| entry.at_ms) else { return Vec::new() };
    let (from, to) = logs.window(state.now.as_millisecond());
    if selection::open_request(state) {
        return Vec::new();
    }
    if !(from..=to).contains(&at_ms) {
        return set_range(state, around(at_ms));
    }
    filter(state, |f| *f = Filter::default())
}

/// Half an hour around a moment.
pub(super) fn around(at_ms: i64) -> Range {
    Range::Between(at_ms - 15 * MINUTE_MS, at_ms + 15 * MINUTE_MS)
}
