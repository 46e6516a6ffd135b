//! Queries on CloudWatch for the window: their progress is told, and they are stopped when nobody waits for them any more.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::ask::{Asked, Asker};
use crate::app::Event;
use crate::app::insights::outcome::results_of;
use crate::app::insights::{Answer, CloudProgress, InsightsEvent, Order};
use crate::base::clock::Stopwatch;
use crate::base::problem::Problem;
use crate::insights::{MAX_LIMIT, Query, Results, Setting};
use crate::runtime::Jobs;

/// Longest time that closing the window waits for queries to be stopped.
const LAST_WORD: Duration = Duration::from_secs(2);

/// Runs the query of `order` until it has ended.
pub(super) async fn run(jobs: &Jobs, order: &Order) -> Result<Arc<Answer>, Problem> {
    let watch = Stopwatch::start();
    let (sender, mut pages) = tokio::sync::mpsc::channel(1);
    let asker = Asker { session: jobs.session()?, wall: jobs.wall().clone(), open: jobs.open_queries(), progress: sender, most: MAX_LIMIT };
    let asked = Asked {
        number: order.number,
        text: order.text.clone(),
        group: order.group.clone(),
        window: order.window,
        limit: order.limit as usize,
    };
    let ask = async move { asker.ask(&asked).await };
    let tell = async {
        while let Some(page) = pages.recv().await {
            let (matched, scanned, bytes) = (page.matched, page.scanned, page.bytes);
            let progress = CloudProgress { status: Some(page.status), matched, scanned, bytes, elapsed: watch.elapsed() };
            jobs.emit(Event::Insights(InsightsEvent::Progress { number: order.number, progress })).await;
        }
    };
    let (found, ()) = tokio::join!(ask, tell);
    // A query that nobody can see any more shall not go on.
    let found = found.inspect_err(|_| stop_open(jobs))?;
    let results = Results { statistics: found.statistics, ..results_of(found.rows, columns(&order.text, order.window)) };
    Ok(Arc::new(Answer { results, took: watch.elapsed(), query_id: Some(found.query_id) }))
}

/// The columns that a query gives, in order: CloudWatch leaves fields without a value out of its rows, so that they do not tell.
pub fn columns(text: &str, window: (i64, i64)) -> Vec<String> {
    let setting = Setting { window, now_ms: window.1, limit: 1, cancelled: &AtomicBool::new(false) };
    let nothing = Query::parse(text).ok().and_then(|query| query.pipeline(&setting).finish().ok());
    nothing.map(|results| results.columns).unwrap_or_default()
}

/// Stops the queries that are open, without waiting for it.
pub(super) fn stop_open(jobs: &Jobs) {
    jobs.0.handle.spawn(jobs.open_queries().stop());
}

/// Stops the queries that are open before the window is gone.
pub fn stop_all(jobs: &Jobs) {
    if jobs.open_queries().is_empty() {
        return;
    }
    let all = jobs.open_queries().stop();
    let in_time = jobs.0.handle.block_on(async { tokio::time::timeout(LAST_WORD, all).await.is_ok() });
    if !in_time {
        tracing::warn!("A query on CloudWatch could not be stopped in time: it goes on until it ends");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};

    use super::*;
    use crate::app::insights::{InsightsEffect, Place};
    use crate::aws::logs::CreateLogGroup;
    use crate::aws::recorder::Recorder;
    use crate::aws::{Environment, Session};
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
        while runtime.jobs().open_queries().is_empty() {
            std::thread::yield_now();
        }
        drop(runtime);
        let calls = calls.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let place = |name: &str| calls.iter().position(|call| call == name);
        assert!(place("StartQuery").is_some() && place("StartQuery") < place("StopQuery"), "{calls:?}");
    }
}
