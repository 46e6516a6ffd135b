//! A query on CloudWatch: started, asked until it ends, its pages read; and stopped when nobody waits for it any more.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, join_all};

use crate::app::Event;
use crate::app::insights::outcome::results_of;
use crate::app::insights::{Answer, CloudProgress, InsightsEvent, Order};
use crate::aws::Session;
use crate::aws::logs::{GetQueryResults, QueryPage, QueryStatus, StartQuery, StopQuery};
use crate::base::clock::Stopwatch;
use crate::base::problem::Problem;
use crate::insights::{Query, Results, Setting, Statistics};
use crate::runtime::Jobs;

/// The first wait between two looks; each one after it is half as long again, up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(150);
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// Longest time that closing the window waits for queries to be stopped.
const LAST_WORD: Duration = Duration::from_secs(2);

/// A query that was started, or is being started, and has not been seen to end.
#[derive(Clone)]
struct OpenQuery {
    session: Session,
    id: Shared<BoxFuture<'static, Result<String, Problem>>>,
}

/// The queries that run on CloudWatch for this window, by the number of their run.
#[derive(Default)]
pub struct OpenQueries(HashMap<u64, OpenQuery>);

/// Runs the query of `order` until it has ended.
pub(super) async fn run(jobs: &Jobs, order: &Order) -> Result<Arc<Answer>, Problem> {
    let watch = Stopwatch::start();
    let session = jobs.session()?;
    let open = start(jobs, order, session.clone());
    let id = open.id.await.inspect_err(|_| forget(jobs, order.number))?;
    // A query that nobody can see any more shall not go on.
    let first = wait_for_end(jobs, order.number, &session, &id, &watch).await.inspect_err(|_| stop_open(jobs))?;
    forget(jobs, order.number);
    let statistics = Statistics { matched: first.matched, scanned: first.scanned, bytes: first.bytes };
    let rows = all_rows(&session, &id, first).await?;
    let results = Results { statistics, ..results_of(rows, columns(order)) };
    Ok(Arc::new(Answer { results, took: watch.elapsed(), query_id: Some(id) }))
}

/// Starts the query in a task of its own: a run that is ended meanwhile must still learn the id, or it could not stop the query.
fn start(jobs: &Jobs, order: &Order, session: Session) -> OpenQuery {
    let call = StartQuery {
        log_group_name: order.group.clone(),
        start_time: order.window.0.div_euclid(1_000),
        end_time: order.window.1.div_euclid(1_000),
        query_string: order.text.clone(),
        limit: Some(order.limit),
    };
    let caller = session.clone();
    let task = jobs.0.handle.spawn(async move { caller.run(call).await.map_err(Problem::from) });
    let id =
        task.map(|ended| ended.unwrap_or_else(|error| Err(Problem::new("The query could not be started", error.to_string(), "Try again"))));
    let open = OpenQuery { session, id: id.boxed().shared() };
    jobs.open_queries().0.insert(order.number, open.clone());
    open
}

fn forget(jobs: &Jobs, number: u64) {
    jobs.open_queries().0.remove(&number);
}

/// Asks until the query has ended, ever more rarely, and tells how far it is.
async fn wait_for_end(jobs: &Jobs, number: u64, session: &Session, id: &str, watch: &Stopwatch) -> Result<QueryPage, Problem> {
    let mut wait = FIRST_WAIT;
    loop {
        jobs.wall().sleep(wait).await;
        let page = session.run(GetQueryResults { query_id: id.to_owned(), next_token: None }).await?;
        let progress = CloudProgress {
            status: Some(page.status),
            matched: page.matched,
            scanned: page.scanned,
            bytes: page.bytes,
            elapsed: watch.elapsed(),
        };
        jobs.emit(Event::Insights(InsightsEvent::Progress { number, progress })).await;
        match page.status {
            QueryStatus::Complete => return Ok(page),
            status if status.goes_on() => wait = (wait * 3 / 2).min(LONGEST_WAIT),
            status => {
                forget(jobs, number);
                return Err(not_complete(status));
            }
        }
    }
}

fn not_complete(status: QueryStatus) -> Problem {
    match status {
        QueryStatus::Timeout => Problem::new(
            "CloudWatch gave the query up",
            "A query may run for an hour; what it has scanned is billed",
            "Ask about a shorter time, or filter earlier in the query",
        ),
        QueryStatus::Cancelled => Problem::new("The query was stopped", "Someone stopped it on CloudWatch", "Run it again"),
        _ => {
            Problem::new("The query failed on CloudWatch", "CloudWatch gave no reason", "Run it again; if it fails again, make it simpler")
        }
    }
}

/// The rows of all pages.
async fn all_rows(session: &Session, id: &str, first: QueryPage) -> Result<Vec<Vec<(String, String)>>, Problem> {
    let (mut rows, mut next) = (first.rows, first.next_token);
    while let Some(token) = next {
        let page = session.run(GetQueryResults { query_id: id.to_owned(), next_token: Some(token) }).await?;
        rows.extend(page.rows);
        next = page.next_token;
    }
    Ok(rows)
}

/// The columns that the query gives, in order: CloudWatch leaves fields without a value out of its rows, so that they do not tell.
fn columns(order: &Order) -> Vec<String> {
    let setting = Setting { window: order.window, now_ms: order.window.1, limit: 1, cancelled: &AtomicBool::new(false) };
    let nothing = Query::parse(&order.text).ok().and_then(|query| query.pipeline(&setting).finish().ok());
    nothing.map(|results| results.columns).unwrap_or_default()
}

/// Stops the queries that are open, without waiting for it.
pub(super) fn stop_open(jobs: &Jobs) {
    for query in take_open(jobs) {
        jobs.0.handle.spawn(stop(query));
    }
}

/// Stops the queries that are open before the window is gone.
pub fn stop_all(jobs: &Jobs) {
    let open = take_open(jobs);
    if open.is_empty() {
        return;
    }
    let all = join_all(open.into_iter().map(stop));
    let in_time = jobs.0.handle.block_on(async { tokio::time::timeout(LAST_WORD, all).await.is_ok() });
    if !in_time {
        tracing::warn!("A query on CloudWatch could not be stopped in time: it goes on until it ends");
    }
}

fn take_open(jobs: &Jobs) -> Vec<OpenQuery> {
    std::mem::take(&mut jobs.open_queries().0).into_values().collect()
}

async fn stop(query: OpenQuery) {
    let Ok(query_id) = query.id.await else { return };
    if let Err(error) = query.session.run(StopQuery { query_id }).await {
        // It has ended meanwhile, or CloudWatch cannot be reached: both are in the list of calls.
        tracing::debug!(details = %error, "a query could not be stopped");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use super::*;
    use crate::app::insights::{InsightsEffect, Place};
    use crate::aws::Environment;
    use crate::aws::logs::CreateLogGroup;
    use crate::aws::recorder::Recorder;
    use crate::base::clock::SystemClock;
    use crate::runtime::{Options, Runtime, insights};
    use crate::sandbox::Sandbox;
    use crate::sandbox::door::Door;
    use crate::sandbox::world::World;

    fn order() -> Order {
        let text = "stats count(*)".to_owned();
        let store = Arc::default();
        Order { number: 1, text, place: Place::CloudWatch, limit: 100, store, window: (0, 1_999), group: "group".to_owned() }
    }

    /// A runtime whose session leads into a sandbox with a log group, and the names of the calls that it makes.
    fn in_a_sandbox(home: &std::path::Path) -> (Runtime, Arc<Mutex<Vec<String>>>) {
        let options = Options { home: home.to_owned(), ..Options::standard() };
        let runtime = Runtime::start(options, Arc::new(|| {})).unwrap();
        let (calls, jobs) = (Arc::new(Mutex::new(Vec::new())), runtime.jobs().clone());
        let noted = Arc::clone(&calls);
        let recorder: Recorder = Arc::new(move |call| noted.lock().unwrap_or_else(PoisonError::into_inner).push(call.operation));
        jobs.0.handle.block_on(async {
            let sandbox = Sandbox::new(World::default(), SystemClock::shared(), 7);
            let place = Environment::sandbox("http://sandbox.invalid");
            let session = Session::connect_with_http(&place, recorder, Door::http_client(sandbox)).await.unwrap();
            let group = CreateLogGroup { log_group_name: "group".to_owned(), kms_key_id: None, tags: Vec::new() };
            session.run(group).await.unwrap();
            jobs.set_session(session);
        });
        (runtime, calls)
    }

    #[test]
    fn closing_the_window_stops_the_query_that_runs_even_while_it_is_being_started() {
        let home = tempfile::tempdir().unwrap();
        let (runtime, calls) = in_a_sandbox(home.path());
        insights::run(runtime.jobs(), InsightsEffect::Run(order()));
        while runtime.jobs().open_queries().0.is_empty() {
            std::thread::yield_now();
        }
        drop(runtime);
        let calls = calls.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let place = |name: &str| calls.iter().position(|call| call == name);
        assert!(place("StartQuery").is_some() && place("StartQuery") < place("StopQuery"), "{calls:?}");
    }
}
