//! Fetching the events of a log group with `FilterLogEvents`, the newest stretch of time first, then ever longer ones before it, some at the same time;
//! and keeping them in a store. For the window and for the command line.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::aws::Session;
use crate::aws::logs::{EventPage, FilterLogEvents};
use crate::base::problem::Problem;
use crate::logs::Store;
use crate::logs::store::{Incoming, Origin, Writer};
use crate::metrics::range::MINUTE_MS;

/// Length of the newest stretch; each one before it is twice as long.
const FIRST_STRETCH_MS: i64 = 15 * MINUTE_MS;

/// Stretches that are fetched at the same time: half of the requests a second that an account may make.
const AT_ONCE: usize = 4;

/// Requests without a single event after which a load gives up, so that a broken endpoint cannot hold it for ever.
const MAX_EMPTY_PAGES: u32 = 1_000;

/// What is fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Name of the log group.
    pub group: String,
    /// The time, milliseconds since the epoch; both ends are included.
    pub window: (i64, i64),
    /// Until when the newest stretch looks, at or after the window's end: clocks differ.
    pub end_ms: i64,
}

/// Pages as they come, each with the begin of its stretch.
pub type Pages = Receiver<(i64, EventPage)>;

/// Fetches what is `wanted`, while the future is driven; pages end when it is done or has failed. Dropping them ends it: nobody goes on fetching.
pub fn fetch(session: &Session, wanted: Wanted) -> (impl Future<Output = Result<(), Problem>> + Send + use<>, Pages) {
    let (from, to) = wanted.window;
    let (sender, pages) = channel(AT_ONCE);
    let (session, group) = (session.clone(), wanted.group);
    let stretches = stretches(from, to, wanted.end_ms).into_iter();
    let fetches = stretches.map(move |stretch| stretch_pages(session.clone(), group.clone(), stretch, sender.clone()));
    (stream::iter(fetches).buffered(AT_ONCE).try_collect::<()>(), pages)
}

/// Fetches a stretch page by page. Throttled calls are tried again by the client, ever later.
async fn stretch_pages(
    session: Session,
    group: String,
    (start_ms, end_ms): (i64, i64),
    to: Sender<(i64, EventPage)>,
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

/// Events of a log group on their way into a store.
pub struct Keeper {
    /// `ACCOUNT:GROUP`.
    log: String,
    writer: Writer,
    origins: HashMap<String, Arc<Origin>>,
}

impl Keeper {
    /// One that goes on with what `writer` has; `account` has twelve digits.
    pub fn new(account: &str, group: &str, writer: Writer) -> Self {
        Self { log: format!("{account}:{group}"), writer, origins: HashMap::new() }
    }

    /// Adds a page.
    pub async fn add(&mut self, page: EventPage) -> Result<(), Problem> {
        self.added(page, |_| ()).await
    }

    /// Adds a page; gives all that is there, in order for a screen.
    pub async fn add_and_show(&mut self, page: EventPage) -> Result<Arc<Store>, Problem> {
        self.added(page, Writer::snapshot_in_order).await
    }

    /// All that is there.
    pub fn store(&self) -> Arc<Store> {
        self.writer.snapshot()
    }

    /// Reading ten thousand records takes a while: it is done on a thread for such work.
    async fn added<R: Send + 'static>(&mut self, page: EventPage, then: impl FnOnce(&Writer) -> R + Send + 'static) -> Result<R, Problem> {
        for event in &page.events {
            if !self.origins.contains_key(&event.stream) {
                let origin = Origin { log: self.log.clone(), stream: event.stream.clone() };
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
            let outcome = writer.add(records).map(|_| then(&writer));
            (writer, outcome)
        });
        let kept = |why: String| Problem::new("The records could not be kept", why, "Try again");
        let (writer, outcome) = added.await.map_err(|error| kept(error.to_string()))?;
        self.writer = writer;
        outcome.map_err(|error| kept(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::range::{DAY_MS, HOUR_MS};

    #[test]
    fn stretches_cover_the_range_from_the_newest_on() {
        let (now, ahead) = (100 * DAY_MS, 2 * MINUTE_MS);
        let hours3 = stretches(now - 3 * HOUR_MS, now, now + ahead);
        assert_eq!(hours3[0], (now - 15 * MINUTE_MS, now + ahead));
        assert_eq!(hours3.last().unwrap().0, now - 3 * HOUR_MS);
        assert!(hours3.windows(2).all(|pair| pair[0].0 == pair[1].1));
        assert!(stretches(now - 7 * DAY_MS, now, now).len() <= 12);
        assert_eq!(stretches(now, now, now), [(now, now)]);
    }
}
