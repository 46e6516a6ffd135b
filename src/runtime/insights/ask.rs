//! A query on CloudWatch: started, asked until it ends, its pages read. Where more rows are wanted than the service gives, the time is cut into slices.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared, join_all};
use tokio::sync::mpsc::Sender;

use crate::aws::Session;
use crate::aws::logs::{GetQueryResults, QueryPage, QueryStatus, StartQuery, StopQuery};
use crate::base::clock::SharedClock;
use crate::base::problem::Problem;
use crate::insights::{Query, Statistics};

/// The first wait between two looks; each one after it is half as long again, up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(150);
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// A query to run on CloudWatch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Tells runs apart.
    pub number: u64,
    /// The query.
    pub text: String,
    /// The log group.
    pub group: String,
    /// The time, milliseconds since the epoch, both inclusive; CloudWatch takes whole seconds.
    pub window: (i64, i64),
    /// Most rows when the query has no `limit`. More than the service gives are fetched in slices of the time, if the query can be cut so.
    pub limit: usize,
}

/// A row as CloudWatch gives it: fields that have a value.
pub type Row = Vec<(String, String)>;

/// What CloudWatch found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// The rows.
    pub rows: Vec<Row>,
    /// What was looked at, of all slices: all of it is billed.
    pub statistics: Statistics,
    /// Id of the query; of the last slice where there were several.
    pub query_id: String,
}

/// A query that was started, or is being started, and has not been seen to end.
#[derive(Clone)]
struct OpenQuery {
    session: Session,
    id: Shared<BoxFuture<'static, Result<String, Problem>>>,
}

/// The queries that run on CloudWatch for this program, by the number of their run.
#[derive(Default)]
pub struct OpenQueries(Mutex<HashMap<u64, OpenQuery>>);

impl OpenQueries {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, OpenQuery>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether none is known to run.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Stops all of them; to be awaited, on a task of its own where nobody has the time.
    pub fn stop(&self) -> impl Future<Output = ()> + Send + use<> {
        let all: Vec<OpenQuery> = std::mem::take(&mut *self.lock()).into_values().collect();
        async { drop(join_all(all.into_iter().map(stop)).await) }
    }
}

/// Runs queries for one program.
pub struct Asker<'a> {
    /// Where.
    pub session: Session,
    /// For the waits between two looks.
    pub wall: SharedClock,
    /// Whoever ends a run stops what is listed here.
    pub open: &'a OpenQueries,
    /// Hears of how far the query is.
    pub progress: Sender<QueryPage>,
    /// Rows that the service gives of one query: [`MAX_LIMIT`](crate::insights::MAX_LIMIT).
    pub most: usize,
}

impl Asker<'_> {
    /// Runs a query until it has ended.
    pub async fn ask(&self, asked: &Asked) -> Result<Found, Problem> {
        let is_cut = asked.limit > self.most && Query::parse(&asked.text).is_ok_and(|query| query.is_cut_by_time());
        if is_cut { self.in_slices(asked).await } else { self.once(asked, asked.window).await }
    }

    /// The newest slice first, until there are enough rows. One that is too full is asked again in parts, as many as its matches tell.
    async fn in_slices(&self, asked: &Asked) -> Result<Found, Problem> {
        let (mut all, mut todo) = (Found::default(), vec![asked.window]);
        while let Some(window) = todo.pop() {
            let found = self.once(asked, window).await?;
            all.statistics.scanned += found.statistics.scanned;
            all.statistics.bytes += found.statistics.bytes;
            all.query_id = found.query_id;
            // Not quite full, so that few of them must be cut again.
            let parts = cut(window, found.statistics.matched.div_ceil(self.most as u64 * 3 / 4).max(2));
            if found.rows.len() >= self.most && parts.len() > 1 {
                todo.extend(parts);
                continue;
            }
            all.statistics.matched += found.statistics.matched;
            all.rows.extend(found.rows);
            if all.rows.len() >= asked.limit {
                all.rows.truncate(asked.limit);
                break;
            }
        }
        Ok(all)
    }

    async fn once(&self, asked: &Asked, window: (i64, i64)) -> Result<Found, Problem> {
        let id = self.start(asked, window).await.inspect_err(|_| self.forget(asked))?;
        let first = self.wait_for_end(asked, &id).await?;
        self.forget(asked);
        let statistics = Statistics { matched: first.matched, scanned: first.scanned, bytes: first.bytes };
        Ok(Found { rows: self.all_rows(&id, first).await?, statistics, query_id: id })
    }

    /// Starts the query in a task of its own: a run that is ended meanwhile must still learn the id, or it could not stop the query.
    fn start(&self, asked: &Asked, window: (i64, i64)) -> impl Future<Output = Result<String, Problem>> + use<> {
        let call = StartQuery {
            log_group_name: asked.group.clone(),
            start_time: window.0.div_euclid(1_000),
            end_time: window.1.div_euclid(1_000),
            query_string: asked.text.clone(),
            limit: Some(asked.limit.min(self.most) as u32),
        };
        let caller = self.session.clone();
        let task = tokio::spawn(async move { caller.run(call).await.map_err(Problem::from) });
        let id = task
            .map(|ended| ended.unwrap_or_else(|error| Err(Problem::new("The query could not be started", error.to_string(), "Try again"))));
        let open = OpenQuery { session: self.session.clone(), id: id.boxed().shared() };
        self.open.lock().insert(asked.number, open.clone());
        open.id
    }

    fn forget(&self, asked: &Asked) {
        self.open.lock().remove(&asked.number);
    }

    /// Asks until the query has ended, ever more rarely, and tells how far it is.
    async fn wait_for_end(&self, asked: &Asked, id: &str) -> Result<QueryPage, Problem> {
        let mut wait = FIRST_WAIT;
        loop {
            self.wall.sleep(wait).await;
            let page = self.session.run(GetQueryResults { query_id: id.to_owned(), next_token: None }).await?;
            // Nobody has to listen.
            drop(self.progress.send(QueryPage { rows: Vec::new(), ..page.clone() }).await);
            match page.status {
                QueryStatus::Complete => return Ok(page),
                status if status.goes_on() => wait = (wait * 3 / 2).min(LONGEST_WAIT),
                status => {
                    self.forget(asked);
                    return Err(not_complete(status));
                }
            }
        }
    }

    /// The rows of all pages.
    async fn all_rows(&self, id: &str, first: QueryPage) -> Result<Vec<Row>, Problem> {
        let (mut rows, mut next) = (first.rows, first.next_token);
        while let Some(token) = next {
            let page = self.session.run(GetQueryResults { query_id: id.to_owned(), next_token: Some(token) }).await?;
            rows.extend(page.rows);
            next = page.next_token;
        }
        Ok(rows)
    }
}

/// `window` in `parts` of whole seconds, oldest first; fewer where it has fewer seconds.
fn cut((from, to): (i64, i64), parts: u64) -> Vec<(i64, i64)> {
    let (first, last) = (from.div_euclid(1_000), to.div_euclid(1_000));
    let length = (last - first + 1).max(1);
    let parts = i64::try_from(parts).unwrap_or(i64::MAX).clamp(1, length);
    let start = |part: i64| first + (i128::from(length) * i128::from(part) / i128::from(parts)) as i64;
    (0..parts).map(|part| (start(part) * 1_000, start(part + 1) * 1_000 - 1)).collect()
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

async fn stop(query: OpenQuery) {
    let Ok(query_id) = query.id.await else { return };
    if let Err(error) = query.session.run(StopQuery { query_id }).await {
        // It has ended meanwhile, or CloudWatch cannot be reached: both are in the list of calls.
        tracing::debug!(details = %error, "a query could not be stopped");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_cover_the_time_once_in_whole_seconds() {
        for (window, parts) in [((0, 9_999), 3), ((500, 10_500), 4), ((0, 1_500), 7), ((5_000, 5_100), 9), ((0, i64::MAX / 2), 1_000)] {
            let slices = cut(window, parts);
            assert!(slices.len() as u64 <= parts);
            assert_eq!(slices[0].0, window.0.div_euclid(1_000) * 1_000);
            assert!(slices.last().unwrap().1 >= window.1 && slices.last().unwrap().1 < window.1 + 1_000);
            assert!(slices.windows(2).all(|pair| pair[0].1 + 1 == pair[1].0), "{slices:?}");
        }
        assert_eq!(cut((5_000, 5_100), 9).len(), 1, "a second cannot be cut");
    }
}
