//! The events of a log group, fetched some stretches at a time into a store that lies on disk when it is large.

use std::sync::Arc;

use super::super::args::{Place, QueryOptions};
use super::super::output::Output;
use super::super::place;
use crate::aws::sts::GetCallerIdentity;
use crate::base::files;
use crate::base::problem::Problem;
use crate::base::text::count;
use crate::logs::Store;
use crate::runtime::logs::Spill;
use crate::runtime::logs::fetch::{Keeper, Pages, Wanted, fetch};
use crate::runtime::storage::records_dir;

/// Pages after which it is told how many there are.
const TELL_EVERY: u64 = 10;

/// The events of the log group of a time, milliseconds since the epoch. What is on disk goes with `spill`.
pub(super) async fn read(
    place: &Place,
    options: &QueryOptions,
    group: &str,
    window: (i64, i64),
    spill: &Spill,
    out: &mut Output,
) -> anyhow::Result<Arc<Store>> {
    let opened = place::open_running(place, options.sandbox, out).await?;
    let account = opened.session.run(GetCallerIdentity {}).await?.account;
    let keeper = Keeper::new(&account, group, spill.writer(&Store::default()));
    let (fetching, pages) = fetch(&opened.session, Wanted { group: group.to_owned(), window, end_ms: window.1 });
    let (fetched, store) = futures_util::future::join(fetching, kept(keeper, pages, out)).await;
    opened.close().await?;
    fetched.and(store).map_err(|problem| anyhow::anyhow!(problem.full_text()))
}

/// Keeps every page, and tells from time to time how many there are.
async fn kept(mut keeper: Keeper, mut pages: Pages, out: &mut Output) -> Result<Arc<Store>, Problem> {
    let (mut events, mut requests) = (0, 0_u64);
    while let Some((_, page)) = pages.recv().await {
        events += page.events.len() as u64;
        requests += 1;
        if requests.is_multiple_of(TELL_EVERY) {
            out.progress(&format!("{} fetched in {}", count(events, "event"), count(requests, "request")));
        }
        keeper.add(page).await?;
    }
    Ok(keeper.store())
}

/// Where records go that are too many for the memory, until the program ends.
pub(super) fn spill() -> Spill {
    Spill::below(records_dir(&files::data_dir()))
}
