//! Loading the events of a log group for the window, which sees every page.

use super::fetch::{Keeper, Pages, Wanted, fetch};
use crate::app::Event;
use crate::app::logs::{LoadOrder, LogsEvent, Progress};
use crate::aws::logs::EventPage;
use crate::base::clock::Stopwatch;
use crate::base::problem::Problem;
use crate::metrics::range::MINUTE_MS;
use crate::runtime::Jobs;

/// Clocks differ: events of the near future belong to now.
const AHEAD_MS: i64 = 2 * MINUTE_MS;

/// Loads what `order` asks for and tells of every page.
pub async fn run(jobs: Jobs, order: LoadOrder) {
    let number = order.number;
    let outcome = load(&jobs, order).await;
    jobs.emit(Event::Logs(LogsEvent::LoadEnded { number, outcome })).await;
}

/// Gives the time that is covered now.
async fn load(jobs: &Jobs, order: LoadOrder) -> Result<(i64, i64), Problem> {
    let (session, now_ms) = (jobs.session()?, jobs.clock().now_ms());
    let (from, to) = order.range.at(now_ms);
    let window = (order.since_ms.unwrap_or(from).min(to), to);
    let end_ms = to + if to >= now_ms { AHEAD_MS } else { 0 };
    let keeper = Keeper::new(&order.account, &order.group, jobs.spill().writer(&order.known));
    let loader = Loader { jobs, number: order.number, keeper, progress: Progress::default(), watch: Stopwatch::start() };
    let (fetching, pages) = fetch(&session, Wanted { group: order.group, window, end_ms });
    let (fetched, taken) = futures_util::future::join(fetching, loader.take_all(pages)).await;
    fetched.and(taken).map(|()| window)
}

/// A load under way.
struct Loader<'a> {
    jobs: &'a Jobs,
    number: u64,
    keeper: Keeper,
    progress: Progress,
    watch: Stopwatch,
}

impl Loader<'_> {
    async fn take_all(mut self, mut pages: Pages) -> Result<(), Problem> {
        while let Some((start_ms, page)) = pages.recv().await {
            self.take(start_ms, page).await?;
        }
        Ok(())
    }

    async fn take(&mut self, start_ms: i64, page: EventPage) -> Result<(), Problem> {
        self.progress.requests += 1;
        self.progress.events += page.events.len() as u64;
        self.progress.took = self.watch.elapsed();
        self.progress.reached_ms = if self.progress.reached_ms == 0 { start_ms } else { self.progress.reached_ms.min(start_ms) };
        let store = self.keeper.add_and_show(page).await?;
        let (number, progress) = (self.number, self.progress);
        self.jobs.emit(Event::Logs(LogsEvent::Loaded { number, store, progress })).await;
        Ok(())
    }
}
