//! `outcrop query`: a Logs Insights query over files or a log group, run here: nothing is billed by the byte.

mod group;
mod show;

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use super::args::{Place, QueryFormat, QueryOptions};
use super::import;
use super::output::Output;
use crate::base::clock::SystemClock;
use crate::insights::{AtHand, DEFAULT_LIMIT, Elsewhere as _, Query, Results, Setting};
use crate::logs;
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
    let now_ms = SystemClock::shared().now_ms();
    let from_ms = options.since.map_or(i64::MIN, |since| now_ms - since);
    if options.log_group.is_none() {
        return over_files(&query, options, (from_ms, now_ms), out);
    }
    // A comparison with the time before needs that time too.
    let since = if query.needs_other_events() { 0 } else { from_ms.max(0) };
    let loaded = group::read(place, options, since, out).await?;
    let at_hand = AtHand(&loaded);
    let events = at_hand.events(query.source(), (from_ms, i64::MAX)).map_err(anyhow::Error::msg)?;
    let window = (events.iter().map(|event| event.at_ms).min().unwrap_or(0), events.iter().map(|event| event.at_ms).max().unwrap_or(0));
    let never = AtomicBool::new(false);
    let setting = Setting { window, now_ms, limit: options.limit.unwrap_or(DEFAULT_LIMIT), cancelled: &never };
    let results = query.run_with(events, &setting, &at_hand)?;
    Ok(told(&results, options, out))
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

/// Bytes of files up to which their records are held in memory; of larger ones a collection is made, which the next query finds again.
const IN_MEMORY: u64 = 64 << 20;

fn over_files(query: &Query, options: &QueryOptions, (from_ms, now_ms): (i64, i64), out: &mut Output) -> anyhow::Result<ExitCode> {
    let files = find(&options.from)?;
    let store = if files.iter().map(|file| file.size).sum::<u64>() <= IN_MEMORY {
        let mut writer = Writer::default();
        let progress = logs::import::run(&files, &mut writer, &AtomicBool::new(false), &mut |_, _| {})?;
        progress.problems.iter().for_each(|problem| out.error(problem));
        writer.snapshot()
    } else {
        let (writer, progress) = import::read(&options.from, &files, out)?;
        if progress.is_cancelled {
            return Ok(ExitCode::FAILURE);
        }
        writer.snapshot()
    };
    let (oldest, newest) = store.extent().unwrap_or((0, 0));
    let setting = Setting {
        window: (oldest.max(from_ms), newest),
        now_ms,
        limit: options.limit.unwrap_or(DEFAULT_LIMIT),
        cancelled: &AtomicBool::new(false),
    };
    let results = query.run_over(&store, &setting)?;
    Ok(told(&results, options, out))
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
