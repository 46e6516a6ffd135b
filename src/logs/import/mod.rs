//! Reading records from files into a store: which files there are, their lines, and the work on all cores.
//!
//! Owns local files and folders, packed or not, and what to do with files that are cut, damaged or huge. Objects in S3 come here as bytes. Not here:
//! fetching (`runtime`), what is done with records (`store`).

mod bucket;
mod files;
mod lines;
mod unpack;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use super::store::disk::{Cache, DiskError};
use super::store::{Block, Builder, Counts, FULL, Incoming, Origin, Writer};
use crate::base::clock::Stopwatch;
use crate::base::parallel;

pub use bucket::Prefix;
pub use files::{Content, File, find, identity_of};

/// Why an import ended early. What came in before stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A path cannot be read at all.
    #[error("cannot read {path}: does it exist? {why}")]
    Path {
        /// As it was given.
        path: String,
        /// What the operating system says.
        why: String,
    },
    /// There is nothing to import.
    #[error("no records there: files that end in {} are read", files::endings())]
    Nothing,
    /// Records cannot be kept.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// How far an import is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files in all.
    pub files: usize,
    /// Files that are done, those known from an earlier import included.
    pub done: usize,
    /// Files known from an earlier import, which were not read again.
    pub known: usize,
    /// Bytes of the files, packed as they are.
    pub bytes: u64,
    /// Bytes of the files that are done.
    pub bytes_done: u64,
    /// What came of them.
    pub counts: Counts,
    /// Files that could not be read or only in part, with why.
    pub problems: Vec<String>,
    /// How long it has taken.
    pub took: Duration,
    /// Whether it was cancelled.
    pub is_cancelled: bool,
}

impl Progress {
    /// How long the rest will take at the pace so far; nothing before there is a pace.
    pub fn remaining(&self) -> Option<Duration> {
        let share = self.bytes_done as f64 / self.bytes.max(1) as f64;
        (share > 0.01 && self.done < self.files).then(|| self.took.mul_f64((1.0 - share) / share))
    }

    /// Records a second.
    pub fn rate(&self) -> f64 {
        (self.counts.new + self.counts.copies) as f64 / self.took.as_secs_f64().max(1e-3)
    }
}

/// How often a long import notes what it has: a kill costs so much.
const NOTE_EVERY: Duration = Duration::from_secs(5);

/// What a worker has made.
struct Made {
    block: Option<Block>,
    /// Files whose records are all in this block or in those before.
    finished: Vec<(String, u64)>,
    problems: Vec<String>,
}

/// The name of the collection of what is imported from `paths`.
fn collection(paths: &[PathBuf]) -> String {
    let mut whole: Vec<String> =
        paths.iter().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone()).display().to_string()).collect();
    whole.sort();
    format!("imported {}", whole.join(" "))
}

/// Opens the collection of `files`, found at `paths`: begun anew if some of its files have changed or gone.
pub fn open(cache: &Cache, paths: &[PathBuf], files: &[File]) -> Result<Writer, DiskError> {
    let present: HashSet<&str> = files.iter().map(|file| file.identity.as_str()).collect();
    Writer::open_while(cache, &collection(paths), |source| present.contains(source))
}

/// Reads `files` into `writer`, on all cores, and makes all of it durable; `tell` hears of every step.
///
/// Files that the collection has from an earlier import are left out, so that an import that was cancelled or killed goes on where it was.
pub fn run(
    files: &[File],
    writer: &mut Writer,
    cancelled: &AtomicBool,
    tell: &mut dyn FnMut(&Progress, &Writer),
) -> Result<Progress, ImportError> {
    let watch = Stopwatch::start();
    let known: HashSet<String> = writer.folder().map(super::store::disk::Folder::sources).unwrap_or_default().into_iter().collect();
    let (old, new): (Vec<&File>, Vec<&File>) = files.iter().partition(|file| known.contains(&file.identity));
    let mut progress = Progress {
        files: files.len(),
        done: old.len(),
        known: old.len(),
        bytes: new.iter().map(|file| file.size).sum(),
        ..Progress::default()
    };
    tell(&progress, writer);
    let (stop, next) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut finished = Vec::new();
    let taken = std::thread::scope(|scope| {
        let (sender, made) = sync_channel(2);
        for _ in 0..parallel::width().min(new.len()) {
            let (sender, next, new, stop) = (sender.clone(), &next, &new, &stop);
            scope.spawn(move || work(new, next, &|| stop.load(Ordering::Relaxed) || cancelled.load(Ordering::Relaxed), &sender));
        }
        drop(sender);
        let mut noted = Duration::ZERO;
        let taken = made.iter().try_for_each(|made: Made| {
            take(made, writer, &mut progress, &mut finished)?;
            progress.took = watch.elapsed();
            if progress.took > noted + NOTE_EVERY {
                note(writer, &mut finished)?;
                noted = progress.took;
            }
            tell(&progress, writer);
            Ok(())
        });
        stop.store(taken.is_err(), Ordering::Relaxed);
        // Workers that wait to send are let go.
        drop(made);
        taken
    });
    // What came in stays, whatever happened after.
    let kept = note(writer, &mut finished);
    taken.and(kept)?;
    progress.is_cancelled = cancelled.load(Ordering::Relaxed);
    progress.took = watch.elapsed();
    tell(&progress, writer);
    Ok(progress)
}

/// Makes durable what came in, then notes which files need not be read again.
fn note(writer: &mut Writer, finished: &mut Vec<String>) -> Result<(), DiskError> {
    writer.seal()?;
    let names: Vec<String> = finished.drain(..).filter(|name| !name.is_empty()).collect();
    writer.folder().filter(|_| !names.is_empty()).map_or(Ok(()), |folder| folder.add_sources(&names))
}

fn take(made: Made, writer: &mut Writer, progress: &mut Progress, finished: &mut Vec<String>) -> Result<(), DiskError> {
    if let Some(block) = made.block {
        progress.counts += writer.add_block(block)?;
    }
    for (identity, size) in made.finished {
        progress.done += 1;
        progress.bytes_done += size;
        finished.push(identity);
    }
    progress.problems.extend(made.problems);
    Ok(())
}

/// Reads files until none is left, and sends a block whenever one is full.
fn work(files: &[&File], next: &AtomicUsize, is_over: &dyn Fn() -> bool, to: &SyncSender<Made>) {
    let mut worker = Worker { builder: Builder::default(), finished: Vec::new(), problems: Vec::new(), to, is_over };
    while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)).filter(|_| !is_over()) {
        let origin = Arc::new(Origin { log: file.log.clone(), stream: file.name.clone() });
        match worker.read(file, &origin) {
            Ok(()) => worker.finished.push((file.identity.clone(), file.size)),
            Err(Stopped::Over) => return,
            // What could be read stays; the file is not noted, so that it is tried again another time.
            Err(Stopped::Damaged(why)) => {
                worker.problems.push(format!("{}: {why}", file.shown()));
                worker.finished.push((String::new(), file.size));
            }
        }
    }
    worker.send();
}

/// Why reading a file ended before its end.
enum Stopped {
    Over,
    Damaged(String),
}

struct Worker<'a> {
    builder: Builder,
    finished: Vec<(String, u64)>,
    problems: Vec<String>,
    to: &'a SyncSender<Made>,
    is_over: &'a dyn Fn() -> bool,
}

impl Worker<'_> {
    fn read(&mut self, file: &File, origin: &Arc<Origin>) -> Result<(), Stopped> {
        let mut number = 0_u64;
        let mut last_ms = file.changed_ms;
        let mut add = |at_ms: Option<i64>, line: &[u8]| {
            number += 1;
            if number.is_multiple_of(256) && (self.is_over)() {
                return Err(Stopped::Over);
            }
            // Where a line stands tells it from others that say the same.
            let id = format!("{}:{number}", file.name);
            let record = Incoming { at_ms, arrived_ms: last_ms, id: &id, origin, line };
            if self.builder.len() >= FULL.0 || self.builder.size() >= FULL.1 || self.builder.is_full(&record) {
                self.send();
            }
            last_ms = self.builder.add(&record);
            Ok(())
        };
        lines::each(&file.content, file.is_packed, &mut add)
    }

    fn send(&mut self) {
        let block = std::mem::take(&mut self.builder);
        let block = (!block.is_empty()).then(|| block.finish());
        let made = Made { block, finished: std::mem::take(&mut self.finished), problems: std::mem::take(&mut self.problems) };
        // Nobody listens any more when the disk is full; the workers then end by themselves.
        drop(self.to.send(made));
    }
}

#[cfg(test)]
mod tests;
