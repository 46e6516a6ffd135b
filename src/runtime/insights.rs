//! Effects of the Insights slice: a query over loaded records, on a thread for work that takes a while.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Jobs, Slot, deeds};
use crate::app::insights::{InsightsEffect, InsightsEvent, Order, Ran};
use crate::app::{Event, Screen};
use crate::base::clock::Stopwatch;
use crate::insights::{DEFAULT_LIMIT, Query, Setting};
use crate::lab::deeds::Ran as Where;

/// One query at a time.
const SLOT: Slot = Slot::Of(Screen::Insights, "query");

/// Cancels the query when the job that waits for it is dropped.
struct Cancel(Arc<AtomicBool>);

impl Drop for Cancel {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Carries out `effect`.
pub fn run(jobs: &Jobs, effect: InsightsEffect) {
    match effect {
        InsightsEffect::Run(order) => start(jobs, order),
        InsightsEffect::Stop => {
            if jobs.cancel(&SLOT) {
                tracing::debug!("a query was stopped");
            }
        }
    }
}

fn start(jobs: &Jobs, order: Order) {
    let sender = jobs.clone();
    jobs.start(SLOT, async move {
        let cancel = Cancel(Arc::default());
        let (number, cancelled, now_ms) = (order.number, Arc::clone(&cancel.0), sender.clock().now_ms());
        let log = order.log.clone();
        let ran = tokio::task::spawn_blocking(move || query(order, now_ms, &cancelled)).await.unwrap_or_default();
        if let Some(ran) = &ran {
            deeds::query(&sender, &ran.text, Where::Here, &log, ran.results.rows.len());
        }
        sender.emit(Event::Insights(InsightsEvent::Ran { number, ran: ran.map(Arc::new) })).await;
    });
}

/// Runs the query; nothing when it was cancelled or, which the slice has ruled out, cannot be read.
fn query(order: Order, now_ms: i64, cancelled: &AtomicBool) -> Option<Ran> {
    let watch = Stopwatch::start();
    let setting = Setting { window: order.window, now_ms, limit: DEFAULT_LIMIT, cancelled };
    let results = Query::parse(&order.text).ok()?.run_over(&order.store, &setting).ok()?;
    Some(Ran { text: order.text, results, took: watch.elapsed() })
}
