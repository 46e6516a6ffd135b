//! The events of a log group, fetched page by page.

use super::super::args::{Place, QueryOptions};
use super::super::output::Output;
use super::super::place;
use crate::aws::logs::FilterLogEvents;
use crate::insights::{Event, Line, Pointer};

/// Events that are fetched at most: a query holds them in memory.
const MAX_EVENTS: usize = 2_000_000;

/// The events of the log group from `from_ms` on.
pub(super) async fn read(place: &Place, options: &QueryOptions, from_ms: i64, out: &mut Output) -> anyhow::Result<Vec<Event>> {
    let group = options.log_group.as_deref().unwrap_or_default();
    let opened = place::open(place, options.sandbox, out).await?;
    let mut ask =
        FilterLogEvents { log_group_name: group.to_owned(), start_ms: Some(from_ms), limit: Some(10_000), ..FilterLogEvents::default() };
    let (mut events, log) = (Vec::<Event>::new(), Line::from(group));
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
