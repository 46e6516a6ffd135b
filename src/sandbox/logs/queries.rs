//! Logs Insights queries: started, looked at, stopped, listed. The language and its evaluation are [`crate::insights`].
//!
//! A query looks at the events that are there when it starts, on a thread of its own. Queries and their results are forgotten with the program.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::checks::{self, INVALID, invalid};
use super::events::EventKey;
use super::record::Pointer;
use super::state::State;
use super::{change, view};
use crate::base::clock::Timestamp;
use crate::insights::{self, DEFAULT_LIMIT, Elsewhere, Event, Line, MAX_LIMIT, Query, QueryError, Results, Seal, Setting, Source, Stopped};
use crate::sandbox::Sandbox;
use crate::sandbox::api::{ApiError, ApiResult, CallContext};
use crate::sandbox::input::Input;

/// Queries that are remembered; the service keeps results for seven days.
const MAX_QUERIES: usize = 100;
/// Most groups of a query.
const MAX_GROUPS: usize = 50;
/// Most rows of a page.
const MAX_PAGE: usize = 10_000;

/// The queries of a Region, oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Queries(VecDeque<Arc<Started>>);

/// A query that was started.
#[derive(Debug)]
struct Started {
    id: String,
    text: String,
    group: String,
    created: Timestamp,
    cancelled: AtomicBool,
    outcome: Mutex<Outcome>,
}

/// How far a query has come.
#[derive(Debug)]
enum Outcome {
    Running,
    Complete(Arc<Results>),
    Failed,
    Cancelled,
}

impl Started {
    fn status(&self) -> &'static str {
        self.seen().0
    }

    /// The status and the results that belong to it, seen at once: a query that ends meanwhile must not be complete without its rows.
    fn seen(&self) -> (&'static str, Option<Arc<Results>>) {
        match &*self.outcome.lock().unwrap_or_else(PoisonError::into_inner) {
            Outcome::Running => ("Running", None),
            Outcome::Complete(results) => ("Complete", Some(Arc::clone(results))),
            Outcome::Failed => ("Failed", None),
            Outcome::Cancelled => ("Cancelled", None),
        }
    }

    fn end(&self, outcome: Outcome) {
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
    }
}

impl Queries {
    fn find(&self, id: &str) -> Result<&Arc<Started>, ApiError> {
        let missing = || ApiError::new(400, "ResourceNotFoundException", format!("Query with id {id} does not exist"));
        self.0.iter().find(|query| query.id == id).ok_or_else(missing)
    }
}

/// `StartQuery`.
pub(super) fn start(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let (from, to) = times(&input)?;
    let text = input.opt_str("queryString")?.ok_or_else(|| input.missing("queryString"))?;
    let limit =
        checks::limit(&input, "limit", MAX_LIMIT as i64).map(|limit| if input.get("limit").is_some() { limit } else { DEFAULT_LIMIT })?;
    if let Some(language) = input.opt_str("queryLanguage")?.filter(|language| *language != "CWLI") {
        return Err(invalid(format!("The sandbox has the query language CWLI only, not {language}.")));
    }
    let query = Query::parse(text).map_err(|error| malformed(text, &error))?.as_the_service();
    let groups = match query.source() {
        Some(source) => of_source(sandbox, cx, &input, source)?,
        None => groups(&input, cx)?,
    };
    let started = Arc::new(Started {
        id: sandbox.new_id(),
        text: text.to_owned(),
        group: groups.join(", "),
        created: cx.now,
        cancelled: AtomicBool::new(false),
        outcome: Mutex::new(Outcome::Running),
    });
    let (events, others) = change(sandbox, cx, |state| {
        let events = events(state, cx, &groups, (from, to))?;
        let others = if query.needs_other_events() { others(state, cx, &groups, to)? } else { Others::default() };
        state.queries.0.push_back(Arc::clone(&started));
        if state.queries.0.len() > MAX_QUERIES {
            state.queries.0.pop_front();
        }
        Ok((events, others))
    })?;
    let id = started.id.clone();
    let now = cx.now.as_millisecond();
    run(move || {
        let setting = Setting { window: (from, to), now_ms: now, limit, cancelled: &started.cancelled };
        started.end(match query.run_with(events, &setting, &others) {
            Ok(results) => Outcome::Complete(Arc::new(results)),
            Err(Stopped::Cancelled) => Outcome::Cancelled,
            Err(Stopped::NoEvents(why)) => {
                tracing::info!(%why, "a query failed");
                Outcome::Failed
            }
        });
    });
    Ok(json!({ "queryId": id }))
}

/// On a thread for work that takes a while; where there is no runtime, at once.
fn run(work: impl FnOnce() + Send + 'static) {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn_blocking(work)),
        Err(_) => work(),
    }
}

/// AWS's error for a text that is no query, with its place in characters.
fn malformed(text: &str, error: &QueryError) -> ApiError {
    let chars = |bytes: usize| text.get(..bytes).map_or(0, |part| part.chars().count());
    let location = json!({ "startCharOffset": chars(error.span.start), "endCharOffset": chars(error.span.end) });
    let details = json!({ "queryCompileError": { "location": location, "message": error.message } });
    ApiError::new(400, "MalformedQueryException", error.message.clone()).with_details(details)
}

/// The one way in which a call names its groups.
fn groups(input: &Input<'_>, cx: &CallContext) -> Result<Vec<String>, ApiError> {
    let (names, identifiers) = (input.strings("logGroupNames")?, input.strings("logGroupIdentifiers")?);
    let one = input.opt_str("logGroupName")?;
    let ways = usize::from(one.is_some()) + usize::from(!names.is_empty()) + usize::from(!identifiers.is_empty());
    if ways != 1 {
        return Err(invalid("Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be specified."));
    }
    if names.len().max(identifiers.len()) > MAX_GROUPS {
        return Err(invalid(format!("At most {MAX_GROUPS} log groups can be queried.")));
    }
    one.iter().chain(&names).try_for_each(|group| checks::check_group_name(input, "logGroupName", group))?;
    let identified = identifiers.iter().map(|identifier| checks::identified(input, cx, identifier)).collect::<Result<Vec<_>, _>>()?;
    Ok(one.into_iter().chain(names).chain(identified).map(str::to_owned).collect())
}

/// The groups that the query names itself, for a call that names none.
fn of_source(sandbox: &Sandbox, cx: &CallContext, input: &Input<'_>, source: &Source) -> Result<Vec<String>, ApiError> {
    let ways = ["logGroupName", "logGroupNames", "logGroupIdentifiers"];
    if ways.iter().any(|way| input.get(way).is_some()) {
        return Err(invalid("A query with SOURCE names its log groups itself: the call must not name any."));
    }
    let is_here = source.accounts.is_empty() || source.accounts.contains(&cx.account);
    let all = view(sandbox, cx, |state| Ok(state.groups().keys().cloned().collect::<Vec<_>>()))?;
    Ok(if source.names.is_empty() {
        all.into_iter().filter(|name| is_here && source.includes(name)).collect()
    } else {
        source.names.clone()
    })
}

/// The events of all groups, for queries that look at other groups or times than their own.
#[derive(Default)]
struct Others {
    events: Vec<Event>,
    /// The groups that there are, and those of the query.
    groups: Vec<String>,
    own: Vec<String>,
}

fn others(state: &State, cx: &CallContext, own: &[String], to: i64) -> Result<Others, ApiError> {
    let groups: Vec<String> = state.groups().keys().cloned().collect();
    Ok(Others { events: events(state, cx, &groups, (0, to))?, groups, own: own.to_vec() })
}

impl Elsewhere for Others {
    fn events(&self, source: Option<&Source>, (from, to): (i64, i64)) -> Result<Vec<Event>, String> {
        let missing = source.and_then(|source| source.names.iter().find(|name| !self.groups.contains(name)));
        if let Some(name) = missing {
            return Err(format!("The log group {name} does not exist"));
        }
        let is_meant = |group: &str| source.map_or_else(|| self.own.iter().any(|own| own == group), |source| source.includes(group));
        let meant: Vec<&String> = self.groups.iter().filter(|group| is_meant(group)).collect();
        let is_of = |event: &&Event| meant.iter().any(|group| event.log.split_once(':').is_some_and(|(_, of)| of == group.as_str()));
        Ok(self.events.iter().filter(|event| (from..=to).contains(&event.at_ms)).filter(is_of).cloned().collect())
    }
}

/// Start and end in milliseconds, both inclusive; the API has whole seconds.
fn times(input: &Input<'_>) -> Result<(i64, i64), ApiError> {
    let time = |name: &str| -> Result<i64, ApiError> {
        let seconds = input.required_i64(name)?;
        input.check_range(name, seconds, 0..=i64::MAX / 1_000)?;
        Ok(seconds)
    };
    let (start, end) = (time("startTime")?, time("endTime")?);
    if start > end {
        return Err(invalid("startTime must not be after endTime."));
    }
    // Many programs send milliseconds, which the service takes too.
    let scale = |time: i64| if time < 100_000_000_000 { time * 1_000 } else { time };
    Ok((scale(start), scale(end).saturating_add(if end < 100_000_000_000 { 999 } else { 0 })))
}

/// Where the events of a stream are: pointers to them are written only for rows that are shown.
#[derive(Debug)]
struct Place {
    group: String,
    stream: String,
}

impl Seal for Place {
    fn seal(&self, at_ms: i64, sequence: u64) -> String {
        Pointer { group: self.group.clone(), stream: self.stream.clone(), key: EventKey { at_ms, sequence } }.seal()
    }
}

fn events(state: &State, cx: &CallContext, groups: &[String], (from, to): (i64, i64)) -> Result<Vec<Event>, ApiError> {
    let mut events = Vec::new();
    for name in groups {
        let group = state.existing(name)?;
        let first = EventKey::before(from.max(group.oldest_visible_ms(cx.now.as_millisecond())));
        let log = Line::from(format!("{}:{name}", cx.account));
        for (stream, held) in &group.streams {
            let place: Arc<dyn Seal> = Arc::new(Place { group: name.clone(), stream: stream.to_string() });
            let stream = Line::from(stream);
            let found = held.log.between(first, EventKey::before(to.saturating_add(1)));
            events.extend(found.map(|(key, event)| Event {
                at_ms: key.at_ms,
                ingested_ms: event.ingested_ms,
                stream: stream.clone(),
                log: log.clone(),
                message: Line::from(&event.message),
                pointer: insights::Pointer::Sealed(Arc::clone(&place), key.sequence),
            }));
        }
    }
    Ok(events)
}

/// `GetQueryResults`: page by page.
pub(super) fn results(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let id = input.required_str("queryId")?;
    let most = input.opt_i64("maxItems")?.map_or(MAX_PAGE, |most| most.clamp(1, MAX_PAGE as i64) as usize);
    let from: usize = input.opt_str("nextToken")?.map_or(Ok(0), |token| token.parse().map_err(|_| checks::bad_token()))?;
    let started = view(sandbox, cx, |state| state.queries.find(id).map(Arc::clone))?;
    let (status, results) = started.seen();
    let Some(results) = results else {
        return Ok(json!({ "queryLanguage": "CWLI", "results": [], "statistics": statistics(&Results::default(), 0), "status": status }));
    };
    let rows: Vec<Value> = results.rows.iter().skip(from).take(most).map(|row| described(&results.columns, row)).collect();
    let next = (results.rows.len() > from + rows.len()).then(|| (from + rows.len()).to_string());
    let groups = started.group.split(", ").count();
    Ok(json!({
        "queryLanguage": "CWLI", "results": rows, "statistics": statistics(&results, groups), "status": status, "nextToken": next,
    }))
}

/// A row as fields with values; what is not there is left out.
fn described(columns: &[String], (values, pointer): &(Vec<crate::insights::Value>, Option<String>)) -> Value {
    let fields = columns.iter().zip(values).filter_map(|(name, value)| Some(json!({ "field": name, "value": value.shown()? })));
    let pointer = pointer.iter().map(|pointer| json!({ "field": "@ptr", "value": pointer }));
    fields.chain(pointer).collect()
}

fn statistics(results: &Results, groups: usize) -> Value {
    let of = &results.statistics;
    json!({
        "recordsMatched": of.matched as f64, "recordsScanned": of.scanned as f64, "bytesScanned": of.bytes as f64,
        "estimatedRecordsSkipped": 0.0, "estimatedBytesSkipped": 0.0, "logGroupsScanned": groups as f64,
    })
}

/// `StopQuery`.
pub(super) fn stop(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let id = input.required_str("queryId")?;
    let started = view(sandbox, cx, |state| state.queries.find(id).map(Arc::clone))?;
    if started.status() != "Running" {
        return Err(invalid(format!("The specified query {id} has already ended: {}.", started.status())));
    }
    started.cancelled.store(true, Ordering::Relaxed);
    Ok(json!({ "success": true }))
}

/// `DescribeQueries`, newest first.
pub(super) fn describe(sandbox: &Sandbox, cx: &CallContext, value: &Value) -> ApiResult {
    let input = Input::new(value, INVALID);
    let (group, status) = (input.opt_str("logGroupName")?, input.opt_str("status")?);
    let most = checks::limit(&input, "maxResults", 1_000)?;
    let from: usize = input.opt_str("nextToken")?.map_or(Ok(0), |token| token.parse().map_err(|_| checks::bad_token()))?;
    view(sandbox, cx, |state| {
        let is_wanted = |query: &&Arc<Started>| {
            group.is_none_or(|group| query.group.split(", ").any(|held| held == group))
                && status.is_none_or(|status| status == query.status())
        };
        let found: Vec<&Arc<Started>> = state.queries.0.iter().rev().filter(is_wanted).collect();
        let next = (found.len() > from + most).then(|| (from + most).to_string());
        let told = |query: &Arc<Started>| {
            json!({
                "queryLanguage": "CWLI", "queryId": query.id, "queryString": query.text, "status": query.status(),
                "createTime": query.created.as_millisecond(), "logGroupName": query.group,
            })
        };
        let page: Vec<Value> = found.into_iter().skip(from).take(most).map(told).collect();
        Ok(json!({ "queries": page, "nextToken": next }))
    })
}
