//! A query on CloudWatch; Ctrl+C stops it there as well, as what it scans is billed.

use anyhow::bail;

use super::super::args::{Place, QueryOptions};
use super::super::output::Output;
use super::super::place::{self, Opened};
use crate::app::insights::outcome::results_of;
use crate::app::insights::price;
use crate::aws::logs::QueryPage;
use crate::base::clock::SystemClock;
use crate::base::text::{bytes, count};
use crate::insights::{DEFAULT_LIMIT, MAX_LIMIT, Results};
use crate::metrics::range::HOUR_MS;
use crate::runtime::insights::ask::{Asked, Asker, OpenQueries};
use crate::runtime::insights::columns;

/// CloudWatch must be told a time: this last one when none was said.
const USUAL_MS: i64 = 3 * HOUR_MS;

/// Runs the query and says what CloudWatch bills.
pub(super) async fn run(place: &Place, options: &QueryOptions, group: &str, out: &mut Output) -> anyhow::Result<Results> {
    let opened = place::open_running(place, options.sandbox, out).await?;
    let results = ask(&opened, options, group, out).await;
    opened.close().await?;
    results
}

async fn ask(opened: &Opened, options: &QueryOptions, group: &str, out: &mut Output) -> anyhow::Result<Results> {
    let now_ms = opened.clock.now_ms();
    let window = options.time.window(now_ms).unwrap_or_else(|| {
        out.progress("of the last 3 hours: say --since or --start for another time");
        (now_ms - USUAL_MS, now_ms)
    });
    let limit = options.limit.unwrap_or(DEFAULT_LIMIT);
    let asked = Asked { number: 1, text: options.text.clone(), group: group.to_owned(), window, limit };
    let (open, (sender, mut pages)) = (OpenQueries::default(), tokio::sync::mpsc::channel(1));
    let asker = Asker { session: opened.session.clone(), wall: SystemClock::shared(), open: &open, progress: sender, most: MAX_LIMIT };
    let found = async move { asker.ask(&asked).await };
    let tell = async {
        while let Some(page) = pages.recv().await {
            out.progress(&shown(&page));
        }
    };
    let found = tokio::select! {
        (found, ()) = async { tokio::join!(found, tell) } => found,
        _ = tokio::signal::ctrl_c() => {
            open.stop().await;
            bail!("stopped, on CloudWatch too; what it has scanned is billed");
        }
    };
    let found = match found {
        Ok(found) => found,
        Err(problem) => {
            open.stop().await;
            bail!(problem.full_text());
        }
    };
    let billed = if options.sandbox { "free in the sandbox; CloudWatch would bill" } else { "CloudWatch bills" };
    out.progress(&format!("{billed} {} for {}", price::shown(price::of_bytes(found.statistics.bytes)), bytes(found.statistics.bytes)));
    Ok(Results { statistics: found.statistics, ..results_of(found.rows, columns(&options.text, window)) })
}

fn shown(page: &QueryPage) -> String {
    format!("{:?}: {} matched of {}", page.status, count(page.matched, "record"), page.scanned)
}
