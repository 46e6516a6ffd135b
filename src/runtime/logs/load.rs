//! Loading events with `FilterLogEvents`: the newest stretch of time first, then ever longer ones before it.

use std::sync::Arc;

use crate::app::Event;
use crate::app::logs::{LoadOrder, LogsEvent, Progress};
use crate::aws::Session;
use crate::aws::logs::{EventPage, FilterLogEvents};
use crate::base::problem::Problem;
use crate::logs::record::Interner;
use crate::logs::store::{Entry, Store};
use crate::metrics::range::MINUTE_MS;
use crate::runtime::Jobs;

/// Length of the newest stretch; each one before it is twice as long.
const FIRST_STRETCH_MS: i64 = 15 * MINUTE_MS;

/// Clocks differ: events of the near future belong to now.
const AHEAD_MS: i64 = 2 * MINUTE_MS;

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
    store: Arc<Store>,
    texts: Interner,
    progress: Progress,
}

impl<'a> Loader<'a> {
    fn new(jobs: &'a Jobs, session: Session, order: LoadOrder) -> Self {
        Self { jobs, session, store: order.known.clone(), order, texts: Interner::default(), progress: Progress::default() }
    }

    /// The time that is covered now.
    async fn load(mut self) -> Result<(i64, i64), Problem> {
        let now_ms = self.jobs.clock().now_ms();
        let (from, to) = self.order.range.at(now_ms);
        let from = self.order.since_ms.unwrap_or(from).min(to);
        for (start, end) in stretches(from, to, to + if to >= now_ms { AHEAD_MS } else { 0 }) {
            self.stretch(start, end).await?;
        }
        Ok((from, to))
    }

    async fn stretch(&mut self, start_ms: i64, end_ms: i64) -> Result<(), Problem> {
        let mut ask = FilterLogEvents {
            log_group_name: self.order.group.clone(),
            start_ms: Some(start_ms),
            end_ms: Some(end_ms),
            limit: Some(10_000),
            ..FilterLogEvents::default()
        };
        let mut empty = 0;
        loop {
            let page = self.session.run(ask.clone()).await?;
            empty = if page.events.is_empty() { empty + 1 } else { 0 };
            ask.next_token.clone_from(&page.next_token);
            let is_last = page.next_token.is_none() || empty > MAX_EMPTY_PAGES;
            self.take(page, start_ms).await;
            if is_last {
                return Ok(());
            }
        }
    }

    async fn take(&mut self, page: EventPage, start_ms: i64) {
        self.progress.requests += 1;
        self.progress.events += page.events.len() as u64;
        self.progress.reached_ms = start_ms;
        if !page.events.is_empty() {
            let texts = &mut self.texts;
            let entries = page.events.iter().map(|event| Entry::sharing(&event.id, event.timestamp_ms, &event.message, texts)).collect();
            self.store = Arc::new(self.store.with(entries));
        }
        let (number, store, progress) = (self.order.number, self.store.clone(), self.progress);
        self.jobs.emit(Event::Logs(LogsEvent::Loaded { number, store, progress })).await;
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
