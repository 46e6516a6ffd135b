//! `outcrop import`: files of records into a collection on this machine.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::args::ImportOptions;
use super::output::Output;
use crate::base::text::{bytes, count};
use crate::base::{clock::Stopwatch, files};
use crate::logs::import::{self, File, Progress};
use crate::logs::store::Writer;
use crate::logs::store::disk::{Cache, DEFAULT_LIMIT};

/// How often an import says how far it is, milliseconds.
const TELL_EVERY_MS: u128 = 500;

/// Imports and says what came of it.
pub fn run(options: &ImportOptions, out: &mut Output) -> anyhow::Result<ExitCode> {
    let files = import::find(&options.paths)?;
    let (writer, progress) = read(&options.paths, &files, out)?;
    out.line(&format!(
        "{} new, {} known before, {} that are no invocations, of these {} broken; {} in {} files in all",
        count(progress.counts.new, "record"),
        progress.counts.copies,
        progress.counts.raw,
        progress.counts.broken,
        count(writer.snapshot().len() as u64, "record"),
        progress.files,
    ));
    Ok(if progress.problems.is_empty() && !progress.is_cancelled { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Reads `files`, found at `paths`, into their collection. Ctrl+C ends it; what came in stays, and the next import goes on from there.
pub fn read(paths: &[PathBuf], files: &[File], out: &mut Output) -> anyhow::Result<(Writer, Progress)> {
    let cache = Cache::new(files::data_dir().join("records"), DEFAULT_LIMIT);
    let mut writer = Writer::open_for(&cache, &import::collection(paths), files)?;
    for damaged in &writer.damaged {
        out.error(&format!("A part of the collection could not be read and is imported again: {damaged}"));
    }
    let cancelled = Arc::new(AtomicBool::new(false));
    let on_signal = Arc::clone(&cancelled);
    let waiting = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            on_signal.store(true, Ordering::Relaxed);
        }
    });
    let watch = Stopwatch::start();
    let mut told = 0;
    let progress = import::run(files, &mut writer, &cancelled, &mut |progress, _| {
        let now = watch.elapsed().as_millis();
        if now >= told + TELL_EVERY_MS {
            told = now;
            out.progress(&shown(progress));
        }
    })?;
    waiting.abort();
    for problem in &progress.problems {
        out.error(problem);
    }
    if progress.is_cancelled {
        out.progress("Cancelled: what came in stays, and the same command goes on from there");
    }
    Ok((writer, progress))
}

fn shown(progress: &Progress) -> String {
    let left = progress.remaining().map_or_else(String::new, |left| format!(", about {} s left", left.as_secs() + 1));
    format!(
        "{} of {} files, {} of {}; {} at {:.0} a second{left}",
        progress.done,
        progress.files,
        bytes(progress.bytes_done),
        bytes(progress.bytes),
        count(progress.counts.new, "record"),
        progress.rate()
    )
}
