//! `outcrop query`: a Logs Insights query over files or a log group, run here: nothing is billed by the byte.

mod files;
mod group;
mod show;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use super::args::{Place, QueryFormat, QueryOptions};
use super::output::Output;
use crate::base::clock::SystemClock;
use crate::insights::{DEFAULT_LIMIT, Event, Query, Results};

/// Runs the query and prints its rows. A query that cannot be read ends with 2 and shows the place.
pub async fn run(place: &Place, options: &QueryOptions, out: &mut Output) -> anyhow::Result<ExitCode> {
    let query = match Query::parse(&options.text) {
        Ok(query) => query,
        Err(error) => {
            out.error(&format!("{error}\n{}", error.shown_in(&options.text)));
            return Ok(ExitCode::from(2));
        }
    };
    let now_ms = SystemClock::shared().now_ms();
    let from_ms = options.since.map_or(i64::MIN, |since| now_ms - since);
    let events = events(place, options, from_ms, out).await?;
    let times = (events.iter().map(|event| event.at_ms).min().unwrap_or(0), events.iter().map(|event| event.at_ms).max().unwrap_or(0));
    let results = query.run(events, times, now_ms, options.limit.unwrap_or(DEFAULT_LIMIT), &AtomicBool::new(false))?;
    print(&results, options.format, out);
    let of = &results.statistics;
    out.progress(&format!(
        "{} rows; {} of {} records matched, {}",
        results.rows.len(),
        of.matched,
        of.scanned,
        crate::base::text::bytes(of.bytes)
    ));
    Ok(ExitCode::SUCCESS)
}

async fn events(place: &Place, options: &QueryOptions, from_ms: i64, out: &mut Output) -> anyhow::Result<Vec<Event>> {
    if let Some(group) = &options.log_group {
        return group::read(place, group, options, from_ms.max(0), out).await;
    }
    let mut events = files::read(&options.from)?;
    events.retain(|event| event.at_ms >= from_ms);
    Ok(events)
}

fn print(results: &Results, format: QueryFormat, out: &mut Output) {
    let mut text = Vec::new();
    let written = match format {
        QueryFormat::Table => show::table(results, &mut text),
        QueryFormat::Json => show::json(results, &mut text),
        QueryFormat::Csv => show::csv(results, &mut text),
    };
    if written.and_then(|()| text.flush()).is_ok() {
        String::from_utf8_lossy(&text).lines().for_each(|line| out.line(line));
    }
}
