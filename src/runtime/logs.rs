//! Effects of the logs slice: finding the log group, loading events, searching them, fetching bodies, waiting for a record.

mod bodies;
pub mod bucket;
pub mod fetch;
mod files;
mod load;
pub mod spill;

pub use spill::Spill;

use std::sync::Arc;
use std::time::Duration;

use super::{Jobs, Slot};
use crate::app::logs::{LogsEffect, LogsEvent, Source};
use crate::app::{Event, Screen};
use crate::aws::Session;
use crate::aws::bedrock::GetModelInvocationLoggingConfiguration;
use crate::aws::logs::{DescribeLogGroups, FilterLogEvents};
use crate::base::problem::Problem;
use crate::logs::filter::Filter;
use crate::logs::store::Store;
use crate::logs::view::Search;
use crate::metrics::range::HOUR_MS;

/// How often and how many times a record is asked for: a minute in all.
const ASK_EVERY: Duration = Duration::from_secs(1);
const ASK_TIMES: u32 = 60;

/// How far back a record is looked for.
const LOOK_BACK_MS: i64 = 14 * 24 * HOUR_MS;

fn slot(name: &'static str) -> Slot {
    Slot::Of(Screen::Logs, name)
}

/// Carries out `effect`.
pub fn run(jobs: &Jobs, effect: LogsEffect) {
    match effect {
        LogsEffect::FindSource => find_source(jobs),
        LogsEffect::ListGroups => list_groups(jobs),
        LogsEffect::Load(order) => jobs.start(slot("load"), load::run(jobs.clone(), order)),
        LogsEffect::StopLoading => stop(jobs, "load"),
        LogsEffect::ReadFiles { number, place } => jobs.start(slot("files"), files::run(jobs.clone(), number, place)),
        LogsEffect::StopFiles => stop(jobs, "files"),
        LogsEffect::Search { number, store, filter, window } => search(jobs, number, store, filter, window),
        LogsEffect::FetchBodies { entry, bodies } => jobs.start(slot("bodies"), bodies::run(jobs.clone(), entry, bodies)),
        LogsEffect::Await { group, request_id } => await_record(jobs, group, request_id),
        LogsEffect::StopWaiting => stop(jobs, "await"),
    }
}

fn stop(jobs: &Jobs, name: &'static str) {
    if jobs.cancel(&slot(name)) {
        tracing::debug!(job = name, "cancelled");
    }
}

fn find_source(jobs: &Jobs) {
    let sender = jobs.clone();
    jobs.start(slot("source"), async move {
        let outcome = match sender.session() {
            Ok(session) => source(&session).await,
            Err(problem) => Err(problem),
        };
        sender.emit(Event::Logs(LogsEvent::Source(outcome))).await;
    });
}

async fn source(session: &Session) -> Result<Source, Problem> {
    let config = session.run(GetModelInvocationLoggingConfiguration {}).await?.unwrap_or_default();
    Ok(Source { group: config.cloud_watch.map(|destination| destination.log_group), bucket: config.s3, with_text: config.text })
}

fn list_groups(jobs: &Jobs) {
    let sender = jobs.clone();
    jobs.start(slot("groups"), async move {
        let outcome = match sender.session() {
            Ok(session) => groups(&session).await,
            Err(problem) => Err(problem),
        };
        sender.emit(Event::Logs(LogsEvent::Groups(outcome))).await;
    });
}

async fn groups(session: &Session) -> Result<Vec<String>, Problem> {
    let groups = session.run(DescribeLogGroups { prefix: None }).await?;
    Ok(groups.into_iter().map(|group| group.name).collect())
}

/// Searches in slices, so that the next search can end this one.
fn search(jobs: &Jobs, number: u64, store: Arc<Store>, filter: Filter, window: (i64, i64)) {
    let sender = jobs.clone();
    jobs.start(slot("search"), async move {
        let mut search = Search::new(store, filter, Some(window));
        while !search.step() {
            tokio::task::yield_now().await;
        }
        let view = Arc::new(search.finish());
        sender.emit(Event::Logs(LogsEvent::Found { number, view })).await;
    });
}

fn await_record(jobs: &Jobs, group: String, request_id: String) {
    let sender = jobs.clone();
    jobs.start(slot("await"), async move {
        let outcome = match sender.session() {
            Ok(session) => look_for(&sender, &session, group, &request_id).await,
            Err(problem) => Err(problem),
        };
        sender.emit(Event::Logs(LogsEvent::Waited { request_id, outcome })).await;
    });
}

/// Asks for the record of a request until it is there or the time is up; gives the time of its event.
async fn look_for(jobs: &Jobs, session: &Session, group: String, request_id: &str) -> Result<Option<i64>, Problem> {
    let ask = FilterLogEvents {
        log_group_name: group,
        filter_pattern: Some(format!("{{ $.requestId = \"{}\" }}", request_id.replace(['"', '\\'], ""))),
        start_ms: Some(jobs.clock().now_ms() - LOOK_BACK_MS),
        ..FilterLogEvents::default()
    };
    for _ in 0..ASK_TIMES {
        if let Some(at_ms) = first_event(session, ask.clone()).await? {
            return Ok(Some(at_ms));
        }
        jobs.wall().sleep(ASK_EVERY).await;
    }
    Ok(None)
}

/// The time of the first event that `ask` finds, following the pages that CloudWatch leaves empty while it searches.
async fn first_event(session: &Session, mut ask: FilterLogEvents) -> Result<Option<i64>, Problem> {
    loop {
        let page = session.run(ask.clone()).await?;
        if let Some(event) = page.events.first() {
            return Ok(Some(event.timestamp_ms));
        }
        if page.next_token.is_none() {
            return Ok(None);
        }
        ask.next_token = page.next_token;
    }
}
