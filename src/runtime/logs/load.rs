//! Loading events with `FilterLogEvents`: the newest stretch of time first, then ever longer ones before it, some at the same time.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use crate::app::Event;
use crate::app::logs::{LoadOrder, LogsEvent, Progress};
use crate::aws::Session;
use crate::aws::logs::{EventPage, FilterLogEvents};
use crate::base::clock::Stopwatch;
use crate::base::problem::Problem;
use crate::logs::Store;
use crate::logs::store::{Incoming, Origin, Writer};
use crate::metrics::range::MINUTE_MS;
use crate::runtime::Jobs;

/// Length of the newest stretch; each one before it is twice as long.
const FIRST_STRETCH_MS: i64 = 15 * MINUTE_MS;

/// Clocks differ: events of the near future belong to now.
const AHEAD_MS: i64 = 2 * MINUTE_MS;

/// Stretches that are fetched at the same time: half of the requests a second that an account may make.
const AT_ONCE: usize = 4;

/// Requests without a single event after which a load gives up, so that a broken endpoint cannot hold it for ever.
const MAX_EMPTY_PAGES: u32 = 1_000;

/// Loads what `order` asks for and tells of every page.
pub async fn run(jobs: Jobs, order: LoadOrder) {
    let number = order.number;
    let outcome = match jobs.session() {
        Ok(session) => Loader::new(&jobs, session, order).load().await,
        Err(problem) => Err(problem),
    };
    jobs.emit(Event::Logs(LogsEvent::LoadEnded { number, outcome })).await;
}

/// A load under way.
struct Loader<'a> {
    jobs: &'a Jobs,
    session: Session,
    order: LoadOrder,
    writer: Writer,
    origins: HashMap<String, Arc<Origin>>,
    progress: Progress,
    watch: Stopwatch,
}

impl<'a> Loader<'a> {
    fn new(jobs: &'a Jobs, session: Session, order: LoadOrder) -> Self {
        Self {
            jobs,
            session,
            writer: jobs.spill().writer(&order.known),
            order,
            origins: HashMap::new(),
            progress: Progress::default(),
            watch: Stopwatch::start(),
        }
    }

    /// The time that is covered now.
    async fn load(mut self) -> Result<(i64, i64), Problem> {
        let now_ms = self.jobs.clock().now_ms();
        let (from, to) = self.order.range.at(now_ms);
        let from = self.order.since_ms.unwrap_or(from).min(to);
        let stretches = stretches(from, to, to + if to >= now_ms { AHEAD_MS } else { 0 });
        let (sender, mut pages) = tokio::sync::mpsc::channel(AT_ONCE);
        let (session, group) = (self.session.clone(), self.order.group.clone());
        let fetches = stretches.into_iter().map(move |stretch| stretch_pages(session.clone(), group.clone(), stretch, sender.clone()));
        let fetch = stream::iter(fetches).buffered(AT_ONCE).try_collect::<Vec<()>>();
        // Pages end when the last stretch is fetched or one has failed; they are dropped when taking one fails, so that nobody goes on fetching.
        let take = async move {
            while let Some((start_ms, page)) = pages.recv().await {
                self.take(page, start_ms).await?;
            }
            Ok(())
        };
        let (fetched, taken) = futures_util::future::join(fetch, take).await;
        fetched.and(taken).map(|()| (from, to))
    }

    async fn take(&mut self, page: EventPage, start_ms: i64) -> Result<(), Problem> {
        self.progress.requests += 1;
        self.progress.events += page.events.len() as u64;
        self.progress.took = self.watch.elapsed();
        self.progress.reached_ms = if self.progress.reached_ms == 0 { start_ms } else { self.progress.reached_ms.min(start_ms) };
        let store = self.add(page).await?;
        let (number, progress) = (self.order.number, self.progress);
        self.jobs.emit(Event::Logs(LogsEvent::Loaded { number, store, progress })).await;
        Ok(())
    }

    /// Reading ten thousand records takes a while: it is done on a thread for such work.
    async fn add(&mut self, page: EventPage) -> Result<Arc<Store>, Problem> {
        let (account, group) = (&self.order.account, &self.order.group);
        for event in &page.events {
            if !self.origins.contains_key(&event.stream) {
                let origin = Origin { log: format!("{account}:{group}"), stream: event.stream.clone() };
                self.origins.insert(event.stream.clone(), Arc::new(origin));
            }
        }
        let (mut writer, origins) = (std::mem::take(&mut self.writer), self.origins.clone());
        let added = tokio::task::spawn_blocking(move || {
            let records = page.events.iter().map(|event| Incoming {
                at_ms: Some(event.timestamp_ms),
                arrived_ms: event.ingestion_ms,
                id: &event.id,
                origin: &origins[&event.stream],
                line: event.message.as_bytes(),
            });
            let outcome = writer.add(records).map(|_| writer.snapshot_in_order());
            (writer, outcome)
        });
        let kept = |why: String| Problem::new("The records could not be kept", why, "Try again");
        let (writer, outcome) = added.await.map_err(|error| kept(error.to_string()))?;
        self.writer = writer;
        outcome.map_err(|error| kept(error.to_string()))
    }
}

/// Fetches a stretch page by page. Throttled calls are tried again by the client, ever later.
async fn stretch_pages(
    session: Session,
    group: String,
    (start_ms, end_ms): (i64, i64),
    to: tokio::sync::mpsc::Sender<(i64, EventPage)>,
) -> Result<(), Problem> {
    let mut ask = FilterLogEvents {
        log_group_name: group,
        start_ms: Some(start_ms),
        end_ms: Some(end_ms),
        limit: Some(10_000),
        ..FilterLogEvents::default()
    };
    let mut empty = 0;
    loop {
        let page = session.run(ask.clone()).await?;
        empty = if page.events.is_empty() { empty + 1 } else { 0 };
        ask.next_token.clone_from(&page.next_token);
        let is_last = page.next_token.is_none() || empty > MAX_EMPTY_PAGES;
        // Nobody listens any more when taking a page has failed.
        if to.send((start_ms, page)).await.is_err() || is_last {
            return Ok(());
        }
    }
}

/// The stretches from the newest to the oldest that cover `from..=to`; the newest ends at `end`.
fn stretches(from: i64, to: i64, end: i64) -> Vec<(i64, i64)> {
    let mut stretches = Vec::new();
    let (mut start, mut end, mut length) = (to, end, FIRST_STRETCH_MS);
    loop {
        start = (start - length).max(from);
        stretches.push((start, end));
        if start <= from {
            return stretches;
        }
        (end, length) = (start, length * 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::range::{DAY_MS, HOUR_MS};

    #[test]
    fn stretches_cover_the_range_from_the_newest_on() {
        let now = 100 * DAY_MS;
        let hours3 = stretches(now - 3 * HOUR_MS, now, now + AHEAD_MS);
        assert_eq!(hours3[0], (now - 15 * MINUTE_MS, now + AHEAD_MS));
        assert_eq!(hours3.last().unwrap().0, now - 3 * HOUR_MS);
        assert!(hours3.windows(2).all(|pair| pair[0].0 == pair[1].1));
        assert!(stretches(now - 7 * DAY_MS, now, now).len() <= 12);
        assert_eq!(stretches(now, now, now), [(now, now)]);
    }
}
