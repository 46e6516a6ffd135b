//! Effects of the Insights slice: a query over loaded records on a thread for work that takes a while, a query on CloudWatch that is asked again and
//! again until it ends, and what is kept of both.
//!
//! A query that runs on CloudWatch costs until it is stopped: whoever ends a run, a later run or the window itself, sends `StopQuery`.

pub mod ask;
mod cloud;
mod library;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{Cancel, Jobs, Slot, deeds, playground};
use crate::app::insights::compare::compare;
use crate::app::insights::complete::sorts;
use crate::app::insights::{Answer, InsightsEffect, InsightsEvent, Order, Outcome, Place, fields};
use crate::app::{Event, Screen};
use crate::aws::logs::{DeleteQueryDefinition, DescribeQueryDefinitions, GetLogRecord, PutQueryDefinition, QueryDefinition};
use crate::base::clock::Stopwatch;
use crate::base::problem::Problem;
use crate::insights::{Query, Setting};
use crate::lab::deeds::Ran as Where;
use crate::logs::store::{Entry, Store};

pub(super) use ask::OpenQueries;
pub use cloud::columns;
pub(super) use cloud::stop_all;

/// One query at a time.
const QUERY: Slot = Slot::Of(Screen::Insights, "query");
/// Looking for fields.
const FIELDS: Slot = Slot::Of(Screen::Insights, "fields");
/// Finding the event behind a row.
const RECORD: Slot = Slot::Of(Screen::Insights, "record");
/// Queries that are saved in the account.
const DEFINITIONS: Slot = Slot::Of(Screen::Insights, "definitions");
/// Writing a file.
const EXPORT: Slot = Slot::Of(Screen::Insights, "export");

/// Records that fields are looked for in.
const LOOKED_AT: usize = fields::SAMPLE;

/// Carries out `effect`.
pub fn run(jobs: &Jobs, effect: InsightsEffect) {
    match effect {
        InsightsEffect::Run(order) => start(jobs, order),
        InsightsEffect::Stop => stop(jobs),
        InsightsEffect::Discover(store) => discover(jobs, store),
        InsightsEffect::FetchRecord { pointer, store } => fetch_record(jobs, pointer, store),
        InsightsEffect::ReadLibrary => library::read(jobs),
        InsightsEffect::KeepLibrary(kept) => library::keep(jobs, kept),
        InsightsEffect::ListDefinitions => definitions(jobs, None),
        InsightsEffect::PutDefinition { name, text, group, replaces } => {
            let put = PutQueryDefinition {
                name,
                query_string: text,
                log_group_names: group.into_iter().collect(),
                query_definition_id: replaces,
            };
            definitions(jobs, Some(Change::Put(put)));
        }
        InsightsEffect::DeleteDefinition(id) => definitions(jobs, Some(Change::Delete(DeleteQueryDefinition { query_definition_id: id }))),
        InsightsEffect::Export { name, text } => playground::export(jobs, EXPORT, name, text),
    }
}

fn stop(jobs: &Jobs) {
    if jobs.cancel(&QUERY) {
        tracing::debug!("a query was stopped");
    }
    cloud::stop_open(jobs);
}

fn start(jobs: &Jobs, order: Order) {
    stop(jobs);
    let sender = jobs.clone();
    jobs.start(QUERY, async move {
        let outcome = outcome(&sender, order).await;
        note(&sender, &outcome);
        sender.emit(Event::Insights(InsightsEvent::Ran(Arc::new(outcome)))).await;
    });
}

/// Writes down for the lab what was found.
fn note(jobs: &Jobs, outcome: &Outcome) {
    let log = format!(":{}", outcome.group);
    for (answer, ran) in [(&outcome.here, Where::Here), (&outcome.there, Where::CloudWatch)] {
        if let Some(Ok(answer)) = answer {
            deeds::query(jobs, &outcome.text, ran, &log, answer.results.rows.len());
        }
    }
}

/// Runs the query where it shall run.
async fn outcome(jobs: &Jobs, order: Order) -> Outcome {
    let here = async { if order.place.is_here() { Some(here(jobs, &order).await) } else { None } };
    let there = async { if order.place.is_there() { Some(cloud::run(jobs, &order).await) } else { None } };
    let (here, there) = tokio::join!(here, there);
    let comparison = match (&here, &there) {
        (Some(Ok(here)), Some(Ok(there))) if order.place == Place::Both => {
            let (here, there, is_sorted) = (Arc::clone(here), Arc::clone(there), sorts(&order.text));
            tokio::task::spawn_blocking(move || Arc::new(compare(&here.results, &there.results, is_sorted))).await.ok()
        }
        _ => None,
    };
    Outcome {
        number: order.number,
        text: order.text,
        place: order.place,
        window: order.window,
        group: order.group,
        here,
        there,
        comparison,
    }
}

async fn here(jobs: &Jobs, order: &Order) -> Result<Arc<Answer>, Problem> {
    let cancel = Cancel::default();
    let (order, cancelled, now_ms) = (order.clone(), cancel.flag(), jobs.clock().now_ms());
    let ran = tokio::task::spawn_blocking(move || query(&order, now_ms, &cancelled)).await;
    ran.unwrap_or_else(|error| Err(Problem::new("The query ended unexpectedly", error.to_string(), "Try again"))).map(Arc::new)
}

fn query(order: &Order, now_ms: i64, cancelled: &AtomicBool) -> Result<Answer, Problem> {
    let watch = Stopwatch::start();
    let query = Query::parse(&order.text)
        .map_err(|error| Problem::new("The query cannot be read", error.message.clone(), "Mend what is underlined, then run it again"))?;
    let setting = Setting { window: order.window, now_ms, limit: order.limit as usize, cancelled };
    let results =
        query.run_over(&order.store, &setting).map_err(|error| Problem::new("The query was stopped", error.to_string(), "Run it again"))?;
    Ok(Answer { results, took: watch.elapsed(), query_id: None })
}

/// Looks for fields in records from all over the time that is loaded.
fn discover(jobs: &Jobs, store: Arc<Store>) {
    let sender = jobs.clone();
    jobs.start(FIELDS, async move {
        let of = store.len();
        let found = tokio::task::spawn_blocking(move || {
            let step = (store.len() / LOOKED_AT).max(1);
            let entries: Vec<_> = (0..LOOKED_AT).filter_map(|place| store.get(place * step)).collect();
            let bytes: usize = entries.iter().map(|entry| entry.line.len()).sum();
            (bytes / entries.len().max(1), Arc::new(fields::discover(entries.iter().map(|entry| &*entry.line))))
        });
        if let Ok((bytes, fields)) = found.await {
            sender.emit(Event::Insights(InsightsEvent::Fields { of, bytes_a_record: bytes as u64, fields })).await;
        }
    });
}

fn fetch_record(jobs: &Jobs, pointer: String, store: Arc<Store>) {
    let sender = jobs.clone();
    jobs.start(RECORD, async move {
        let wanted = pointer.clone();
        let known = tokio::task::spawn_blocking(move || store.newest().find(|entry| *entry.id == *wanted).map(|entry| fields_of(&entry)));
        let outcome = match known.await.ok().flatten() {
            Some(fields) => Ok(fields),
            None => asked_record(&sender, pointer.clone()).await,
        };
        sender.emit(Event::Insights(InsightsEvent::Record { pointer, outcome })).await;
    });
}

/// An event's fields as CloudWatch would give them.
fn fields_of(entry: &Entry) -> Vec<(String, String)> {
    let time = crate::insights::Value::Time(entry.at_ms).shown().unwrap_or_default();
    let own = [("@timestamp".to_owned(), time), ("@message".to_owned(), entry.line.to_string())];
    own.into_iter().chain(fields::flatten(&entry.line)).collect()
}

async fn asked_record(jobs: &Jobs, pointer: String) -> Result<Vec<(String, String)>, Problem> {
    let record = jobs.session()?.run(GetLogRecord { log_record_pointer: pointer }).await?;
    Ok(record.into_iter().collect())
}

/// A change of the queries that are saved in the account.
enum Change {
    Put(PutQueryDefinition),
    Delete(DeleteQueryDefinition),
}

/// Makes the change, then lists.
fn definitions(jobs: &Jobs, change: Option<Change>) {
    let sender = jobs.clone();
    jobs.start(DEFINITIONS, async move {
        let outcome = changed_definitions(&sender, change).await;
        sender.emit(Event::Insights(InsightsEvent::Definitions(outcome))).await;
    });
}

async fn changed_definitions(jobs: &Jobs, change: Option<Change>) -> Result<Vec<QueryDefinition>, Problem> {
    let session = jobs.session()?;
    match change {
        Some(Change::Put(put)) => drop(session.run(put).await?),
        Some(Change::Delete(delete)) => {
            session.run(delete).await?;
        }
        None => {}
    }
    Ok(session.run(DescribeQueryDefinitions::default()).await?)
}
