//! The events of a log group, fetched page by page.

use super::super::args::{Place, QueryOptions};
use super::super::output::Output;
use super::super::place;
use crate::aws::logs::FilterLogEvents;
use crate::base::text::count;
use crate::insights::{Event, Line, Pointer};

/// Events that are fetched at most: a query holds them in memory.
const MAX_EVENTS: usize = 2_000_000;

/// The events of the log group of a time, milliseconds since the epoch.
pub(super) async fn read(
    place: &Place,
    options: &QueryOptions,
    group: &str,
    (from_ms, to_ms): (i64, i64),
    out: &mut Output,
) -> anyhow::Result<Vec<Event>> {
    let opened = place::open_running(place, options.sandbox, out).await?;
    let mut ask = FilterLogEvents {
        log_group_name: group.to_owned(),
        start_ms: Some(from_ms),
        end_ms: (to_ms < i64::MAX).then(|| to_ms + 1),
        limit: Some(10_000),
        ..FilterLogEvents::default()
    };
    let (mut events, log, mut pages) = (Vec::<Event>::new(), Line::from(group), 0_u64);
    loop {
        let page = opened.session.run(ask.clone()).await?;
        events.extend(page.events.into_iter().map(|event| Event {
            at_ms: event.timestamp_ms,
            ingested_ms: event.ingestion_ms,
            stream: event.stream.into(),
            log: log.clone(),
            message: event.message.into(),
            pointer: Pointer::None,
        }));
        pages += 1;
        if pages.is_multiple_of(10) {
            out.progress(&format!("{} fetched in {}", count(events.len() as u64, "event"), count(pages, "request")));
        }
        ask.next_token = page.next_token;
        if events.len() >= MAX_EVENTS {
            out.progress(&format!("only the first {MAX_EVENTS} events were fetched: say --since with a shorter time"));
            break;
        }
        if ask.next_token.is_none() {
            break;
        }
    }
    opened.close().await?;
    Ok(events)
}
