//! Changes to the Insights slice; each arm is one call.

use std::sync::Arc;

use super::{
    CloudProgress, InsightsCommand, InsightsEffect, InsightsEvent, InsightsState, Library, OpenRecord, Order, Outcome, Place, RunNote,
    Running, samples,
};
use crate::app::{Effect, Remote, Screen, State, logs};
use crate::base::problem::Problem;
use crate::insights::Query;

/// A person did something.
pub fn command(state: &mut State, command: InsightsCommand) -> Vec<Effect> {
    match command {
        InsightsCommand::SetText(text) => write(&mut state.insights, text),
        InsightsCommand::Ask(text) => ask(state, text),
        InsightsCommand::SetPlace(place) => silently(|| state.insights.place = place),
        InsightsCommand::SetLimit(limit) => silently(|| state.insights.limit = limit),
        InsightsCommand::Run => run(state),
        InsightsCommand::Stop => stop(&mut state.insights),
        InsightsCommand::OpenRecord(pointer) => open_record(state, pointer),
        InsightsCommand::CloseRecord => silently(|| state.insights.record = None),
        InsightsCommand::Save(name) => save(&mut state.insights, &name),
        InsightsCommand::Rename { from, to } => change(&mut state.insights, |library| library.rename(&from, &to)),
        InsightsCommand::Delete(name) => change(&mut state.insights, |library| library.delete(&name)),
        InsightsCommand::ClearHistory => change(&mut state.insights, |library| library.runs.clear()),
        InsightsCommand::ListDefinitions => list_definitions(state),
        InsightsCommand::SaveInAccount(name) => save_in_account(state, name),
        InsightsCommand::DeleteInAccount(id) => delete_in_account(&mut state.insights, id),
        InsightsCommand::Export { name, text } => vec![effect(InsightsEffect::Export { name, text })],
    }
}

/// Something happened.
pub fn event(state: &mut State, event: InsightsEvent) -> Vec<Effect> {
    match event {
        InsightsEvent::Progress { number, progress } => silently(|| {
            if let Some(running) = state.insights.running.as_mut().filter(|running| running.number == number) {
                running.progress = progress;
            }
        }),
        InsightsEvent::Ran(outcome) => ended(state, outcome),
        InsightsEvent::Fields { of, bytes_a_record, fields } => silently(|| {
            let insights = &mut state.insights;
            (insights.fields_of, insights.bytes_a_record, insights.fields) = (of, bytes_a_record, fields);
        }),
        InsightsEvent::Record { pointer, outcome } => silently(|| record_found(&mut state.insights, &pointer, outcome)),
        InsightsEvent::Library(outcome) => silently(|| state.insights.library.finish(outcome)),
        InsightsEvent::Definitions(outcome) => silently(|| state.insights.definitions.finish(outcome)),
    }
}

/// The screen came into view: the log viewer loads what is queried, and there is something to start from.
pub fn entered(state: &mut State) -> Vec<Effect> {
    let mut effects = Vec::new();
    if state.insights.text.is_empty()
        && let Some(first) = samples().first()
    {
        effects.extend(write(&mut state.insights, first.query.clone()));
    }
    if matches!(state.insights.library, Remote::NotAsked) {
        state.insights.library.start();
        effects.push(effect(InsightsEffect::ReadLibrary));
    }
    effects.extend(discover(state));
    effects.extend(logs::reduce::entered(state));
    effects
}

/// The log viewer took an event: there may be other records, and a run may have waited for them.
pub fn records_changed(state: &mut State) -> Vec<Effect> {
    if state.logs.load.running {
        return Vec::new();
    }
    let mut effects = if state.screen == Screen::Insights { discover(state) } else { Vec::new() };
    if state.insights.running.is_some() && state.insights.waits_for_records {
        effects.extend(start(state));
    }
    effects
}

/// Another environment was opened: its records are others, the query stays.
pub fn environment_changed(state: &mut State) -> Vec<Effect> {
    let old = std::mem::take(&mut state.insights);
    let (text, errors, library) = (old.text, old.errors, old.library);
    state.insights =
        InsightsState { text, errors, library, place: old.place, limit: old.limit, asked: old.asked + 1, ..InsightsState::default() };
    vec![effect(InsightsEffect::Stop)]
}

fn silently(change: impl FnOnce()) -> Vec<Effect> {
    change();
    Vec::new()
}

fn effect(effect: InsightsEffect) -> Effect {
    Effect::Insights(effect)
}

fn write(insights: &mut InsightsState, text: String) -> Vec<Effect> {
    insights.errors = if text.trim().is_empty() { Vec::new() } else { Query::check(&text) };
    insights.text = text;
    Vec::new()
}

fn ask(state: &mut State, text: String) -> Vec<Effect> {
    write(&mut state.insights, text);
    run(state)
}

/// Why what is written cannot be run now: a clause.
pub fn blocked(state: &State) -> Option<&'static str> {
    let (insights, logs) = (&state.insights, &state.logs);
    let place = insights.place;
    match () {
        () if insights.text.trim().is_empty() => Some("Write a query first"),
        () if place.is_here() && !insights.errors.is_empty() => Some("The query cannot be read yet: see what is underlined"),
        () if place.is_there() && logs.group().is_none() => Some("No log group is chosen"),
        () if place.is_here() && logs.store.is_empty() && !logs.load.running => Some("No records are loaded"),
        () => None,
    }
}

/// Runs what is written, unless something is in its way. Where rows of both places are compared, or records are on their way, it waits for them.
fn run(state: &mut State) -> Vec<Effect> {
    if blocked(state).is_some() {
        return Vec::new();
    }
    let mut effects = if state.insights.place == Place::Both { logs::reduce::follow(state) } else { Vec::new() };
    let insights = &mut state.insights;
    insights.asked += 1;
    insights.running = Some(Running { number: insights.asked, place: insights.place, progress: CloudProgress::default() });
    insights.waits_for_records = insights.place.is_here() && state.logs.load.running;
    if !insights.waits_for_records {
        effects.extend(start(state));
    }
    effects
}

/// Hands the run to the runtime.
fn start(state: &mut State) -> Vec<Effect> {
    state.insights.waits_for_records = false;
    let order = Order {
        number: state.insights.asked,
        text: state.insights.text.clone(),
        place: state.insights.place,
        limit: state.insights.limit.0,
        store: Arc::clone(&state.logs.store),
        window: window(state),
        group: state.logs.group().unwrap_or_default().to_owned(),
    };
    vec![effect(InsightsEffect::Run(order))]
}

/// The time that is asked about. CloudWatch takes whole seconds; rows of both can only agree up to where records are loaded.
fn window(state: &State) -> (i64, i64) {
    let (from, mut to) = state.logs.window(state.now.as_millisecond());
    if state.insights.place == Place::Here {
        return (from, to);
    }
    if let Some((_, loaded)) = state.logs.load.covered.filter(|_| state.insights.place == Place::Both) {
        to = to.min(loaded - 1_000).max(from);
    }
    (from.div_euclid(1_000) * 1_000, to.div_euclid(1_000) * 1_000 + 999)
}

fn stop(insights: &mut InsightsState) -> Vec<Effect> {
    insights.running = None;
    insights.waits_for_records = false;
    vec![effect(InsightsEffect::Stop)]
}

fn ended(state: &mut State, outcome: Arc<Outcome>) -> Vec<Effect> {
    let now_ms = state.now.as_millisecond();
    let insights = &mut state.insights;
    if insights.running.as_ref().is_none_or(|running| running.number != outcome.number) {
        return Vec::new();
    }
    insights.running = None;
    insights.record = None;
    let note = note(&outcome, now_ms);
    insights.outcome = Some(outcome);
    change(insights, |library| library.note(note))
}

/// The run as the list of past runs keeps it.
fn note(outcome: &Outcome, at_ms: i64) -> RunNote {
    let answer = outcome.counted();
    let found = answer.and_then(|answer| answer.as_ref().ok());
    RunNote {
        text: outcome.text.clone(),
        place: outcome.place,
        at_ms,
        rows: found.map(|answer| answer.results.rows.len() as u64),
        took_ms: found.map_or(0, |answer| answer.took.as_millis() as u64),
        failed: answer.and_then(|answer| answer.as_ref().err()).map(|problem| problem.what.clone()),
    }
}

/// Changes what is kept, if it has been read.
fn change(insights: &mut InsightsState, change: impl FnOnce(&mut Library)) -> Vec<Effect> {
    let Remote::Ready(library) = &mut insights.library else { return Vec::new() };
    change(library);
    vec![effect(InsightsEffect::KeepLibrary(library.clone()))]
}

fn save(insights: &mut InsightsState, name: &str) -> Vec<Effect> {
    let (name, text) = (name.trim().to_owned(), insights.text.clone());
    if name.is_empty() { Vec::new() } else { change(insights, |library| library.save(&name, &text)) }
}

fn open_record(state: &mut State, pointer: String) -> Vec<Effect> {
    let mut fields = Remote::NotAsked;
    fields.start();
    state.insights.record = Some(OpenRecord { pointer: pointer.clone(), fields });
    vec![effect(InsightsEffect::FetchRecord { pointer, store: Arc::clone(&state.logs.store) })]
}

fn record_found(insights: &mut InsightsState, pointer: &str, outcome: Result<Vec<(String, String)>, Problem>) {
    if let Some(record) = insights.record.as_mut().filter(|record| record.pointer == pointer) {
        record.fields.finish(outcome);
    }
}

/// Looks for fields when other records are loaded than those that were looked at.
fn discover(state: &State) -> Vec<Effect> {
    let store = &state.logs.store;
    let known = state.insights.fields_of;
    // A few new records have the fields of the others.
    if store.is_empty() || (known > 0 && store.len().abs_diff(known) < known / 10) {
        return Vec::new();
    }
    vec![effect(InsightsEffect::Discover(Arc::clone(store)))]
}

fn list_definitions(state: &mut State) -> Vec<Effect> {
    state.insights.definitions.start();
    vec![effect(InsightsEffect::ListDefinitions)]
}

fn save_in_account(state: &mut State, name: String) -> Vec<Effect> {
    let group = state.logs.group().map(str::to_owned);
    let insights = &mut state.insights;
    let replaces = insights.definitions.value().into_iter().flatten().find(|held| held.name == name).map(|held| held.id.clone());
    insights.definitions.start();
    vec![effect(InsightsEffect::PutDefinition { name, text: insights.text.clone(), group, replaces })]
}

fn delete_in_account(insights: &mut InsightsState, id: String) -> Vec<Effect> {
    insights.definitions.start();
    vec![effect(InsightsEffect::DeleteDefinition(id))]
}
