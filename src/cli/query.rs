//! `outcrop query`: a Logs Insights query over files, a bucket or a log group. It runs here, where nothing is billed by the byte, or on CloudWatch.

mod cloud;
mod group;
mod show;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::args::{Place, QueryFormat, QueryOptions};
use super::import;
use super::output::Output;
use crate::base::clock::SystemClock;
use crate::insights::{DEFAULT_LIMIT, Query, Results, Setting};
use crate::logs::Store;
use crate::logs::import::find;
use crate::logs::store::Writer;

/// Runs the query and prints its rows. A query that cannot be read ends with 2 and shows the place.
pub async fn run(place: &Place, options: &QueryOptions, out: &mut Output) -> anyhow::Result<ExitCode> {
    let query = match Query::parse(&options.text) {
        Ok(query) => query,
        Err(error) => {
            out.error(&format!("{error}\n{}", error.shown_in(&options.text)));
            return Ok(ExitCode::from(2));
        }
    };
    let results = match &options.log_group {
        None => over_files(place, &query, options, out).await?,
        Some(group) if options.local => over_group(place, &query, options, group, out).await?,
        Some(group) => Some(cloud::run(place, options, group, out).await?),
    };
    Ok(results.map_or(ExitCode::FAILURE, |results| told(&results, options, out)))
}

async fn over_group(
    place: &Place,
    query: &Query,
    options: &QueryOptions,
    group: &str,
    out: &mut Output,
) -> anyhow::Result<Option<Results>> {
    let now_ms = SystemClock::shared().now_ms();
    let (from, to) = options.time.window(now_ms).unwrap_or((0, now_ms + AHEAD_MS));
    // A comparison with the time before needs that time too.
    let fetch_from = if query.needs_other_events() { 0 } else { from.max(0) };
    let spill = group::spill();
    let store = group::read(place, options, group, (fetch_from, to), &spill, out).await?;
    over(&store, query, options, (from, to))
}

/// Runs the query over the records of a time, cut to what is there.
fn over(store: &Store, query: &Query, options: &QueryOptions, (from, to): (i64, i64)) -> anyhow::Result<Option<Results>> {
    let (oldest, newest) = store.extent().unwrap_or((0, 0));
    let setting = Setting {
        window: (oldest.max(from), newest.min(to)),
        now_ms: SystemClock::shared().now_ms(),
        limit: options.limit.unwrap_or(DEFAULT_LIMIT),
        cancelled: &AtomicBool::new(false),
    };
    Ok(Some(query.run_over(store, &setting)?))
}

/// Prints the rows, and what was looked at.
fn told(results: &Results, options: &QueryOptions, out: &mut Output) -> ExitCode {
    print(results, options.format, out);
    let of = &results.statistics;
    out.progress(&format!(
        "{} rows; {} of {} records matched, {}",
        results.rows.len(),
        of.matched,
        of.scanned,
        crate::base::text::bytes(of.bytes)
    ));
    ExitCode::SUCCESS
}

/// The sandbox's clock may run ahead, and clocks differ: without a time that was asked for, events of the next year are looked for, too.
const AHEAD_MS: i64 = 365 * 24 * 3_600_000;

/// Bytes of files up to which their records are held in memory; of larger ones a collection is made, which the next query finds again.
const IN_MEMORY: u64 = 64 << 20;

async fn over_files(place: &Place, query: &Query, options: &QueryOptions, out: &mut Output) -> anyhow::Result<Option<Results>> {
    let now_ms = SystemClock::shared().now_ms();
    let asked = options.time.window(now_ms);
    let store = match import::bucket(&options.from)? {
        Some(prefix) => import::read_bucket(place, options.sandbox, prefix, asked, out).await?,
        None => of_files(options, out)?,
    };
    let Some(store) = store else { return Ok(None) };
    over(&store, query, options, asked.unwrap_or((i64::MIN, i64::MAX)))
}

/// The records of files; nothing if reading them was cancelled.
fn of_files(options: &QueryOptions, out: &mut Output) -> anyhow::Result<Option<Arc<Store>>> {
    let files = find(&options.from)?;
    if files.iter().map(|file| file.size).sum::<u64>() <= IN_MEMORY {
        let mut writer = Writer::default();
        let progress = crate::logs::import::run(&files, &mut writer, &AtomicBool::new(false), &mut |_, _| {})?;
        progress.problems.iter().for_each(|problem| out.error(problem));
        return Ok(Some(writer.snapshot()));
    }
    let (writer, progress) = import::read(&options.from, &files, out)?;
    Ok((!progress.is_cancelled).then(|| writer.snapshot()))
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
