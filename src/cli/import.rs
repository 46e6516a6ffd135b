//! `outcrop import`: files or a bucket of records into a collection on this machine.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::bail;

use super::args::{ImportOptions, Place};
use super::output::Output;
use super::place;
use crate::base::text::{bytes, count};
use crate::base::{
    clock::{Stopwatch, SystemClock},
    files,
};
use crate::logs::Store;
use crate::logs::import::{self, File, Prefix, Progress};
use crate::logs::store::Writer;
use crate::logs::store::disk::{Cache, DEFAULT_LIMIT};
use crate::runtime::logs::bucket::{self, Reading};
use crate::runtime::storage::records_dir;

/// How often an import says how far it is, milliseconds.
const TELL_EVERY_MS: u128 = 500;

/// Imports and says what came of it.
pub async fn run(place: &Place, options: &ImportOptions, out: &mut Output) -> anyhow::Result<ExitCode> {
    let (writer, progress) = match bucket(&options.paths)? {
        Some(prefix) => {
            let window = options.time.window(SystemClock::shared().now_ms());
            fetch(place, options.sandbox, Reading { prefix, window }, out).await?
        }
        None => read(&options.paths, &import::find(&options.paths)?, out)?,
    };
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

/// The bucket that `paths` name, if they name one; a bucket is read alone.
pub fn bucket(paths: &[PathBuf]) -> anyhow::Result<Option<Prefix>> {
    let prefixes: Vec<Prefix> = paths.iter().filter_map(|path| Prefix::read(path.to_str()?)).collect();
    match (&prefixes[..], paths.len()) {
        ([], _) => Ok(None),
        ([one], 1) => Ok(Some(one.clone())),
        _ => bail!("a bucket is read alone: name one, without other paths"),
    }
}

/// The records of a bucket; nothing if reading it was cancelled.
pub async fn read_bucket(
    place: &Place,
    sandbox: bool,
    prefix: Prefix,
    window: Option<(i64, i64)>,
    out: &mut Output,
) -> anyhow::Result<Option<Arc<Store>>> {
    let (writer, progress) = fetch(place, sandbox, Reading { prefix, window }, out).await?;
    Ok((!progress.is_cancelled).then(|| writer.snapshot()))
}

async fn fetch(place: &Place, sandbox: bool, reading: Reading, out: &mut Output) -> anyhow::Result<(Writer, Progress)> {
    let opened = place::open_running(place, sandbox, out).await?;
    let (cancelled, waiting) = cancelled_by_signal();
    let (sender, mut steps) = tokio::sync::mpsc::channel(1);
    let cache = cache();
    let read = bucket::read(&opened.session, &reading, &cache, cancelled, sender);
    let tell = async {
        let mut teller = Teller::default();
        while let Some((progress, _)) = steps.recv().await {
            teller.tell(&progress, out);
        }
    };
    let (read, ()) = tokio::join!(read, tell);
    waiting.abort();
    opened.close().await?;
    let (writer, progress) = read.map_err(|problem| anyhow::anyhow!(problem.full_text()))?;
    ended(&progress, out);
    Ok((writer, progress))
}

fn cache() -> Cache {
    Cache::new(records_dir(&files::data_dir()), DEFAULT_LIMIT)
}

/// What becomes true when a person presses Ctrl+C, and the task that waits for it.
fn cancelled_by_signal() -> (Arc<AtomicBool>, tokio::task::JoinHandle<()>) {
    let cancelled = Arc::new(AtomicBool::new(false));
    let on_signal = Arc::clone(&cancelled);
    let waiting = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            on_signal.store(true, Ordering::Relaxed);
        }
    });
    (cancelled, waiting)
}

/// Reads `files`, found at `paths`, into their collection. Ctrl+C ends it; what came in stays, and the next import goes on from there.
pub fn read(paths: &[PathBuf], files: &[File], out: &mut Output) -> anyhow::Result<(Writer, Progress)> {
    let mut writer = import::open(&cache(), paths, files)?;
    for damaged in &writer.damaged {
        out.error(&format!("A part of the collection could not be read and is imported again: {damaged}"));
    }
    let (cancelled, waiting) = cancelled_by_signal();
    let mut teller = Teller::default();
    let progress = import::run(files, &mut writer, &cancelled, &mut |progress, _| teller.tell(progress, out))?;
    waiting.abort();
    ended(&progress, out);
    Ok((writer, progress))
}

fn ended(progress: &Progress, out: &mut Output) {
    for problem in &progress.problems {
        out.error(problem);
    }
    if progress.is_cancelled {
        out.progress("Cancelled: what came in stays, and the same command goes on from there");
    }
}

/// Says now and then how far an import is.
struct Teller {
    watch: Stopwatch,
    told_ms: u128,
}

impl Default for Teller {
    fn default() -> Self {
        Self { watch: Stopwatch::start(), told_ms: 0 }
    }
}

impl Teller {
    fn tell(&mut self, progress: &Progress, out: &mut Output) {
        let now = self.watch.elapsed().as_millis();
        if now >= self.told_ms + TELL_EVERY_MS {
            self.told_ms = now;
            out.progress(&shown(progress));
        }
    }
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
