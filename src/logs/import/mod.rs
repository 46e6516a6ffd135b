//! Reading records from files into a store: which files there are, their lines, and the work on all cores.
//!
//! Owns local files and folders, packed or not, and what to do with files that are cut, damaged or huge. Objects in S3 come here as bytes. Not here:
//! fetching (`runtime`), what is done with records (`store`).

mod bucket;
mod files;
mod lines;
mod unpack;
mod work;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use super::store::disk::{Cache, DiskError, Folder};
use super::store::{Counts, Writer};
use crate::base::clock::Stopwatch;
use crate::base::parallel;
use work::{Finished, Made, Piece};

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
/// Files that the collection has from an earlier import are left out, so that an import that was cancelled or killed goes on where it was. When `tell`
/// hears that all files are done everything can be searched; that it also outlives a power cut takes the disk longer.
pub fn run(
    files: &[File],
    writer: &mut Writer,
    cancelled: &AtomicBool,
    tell: &mut dyn FnMut(&Progress, &Writer),
) -> Result<Progress, ImportError> {
    let known: HashSet<String> = writer.folder().map(Folder::sources).unwrap_or_default().into_iter().collect();
    let (old, new): (Vec<&File>, Vec<&File>) = files.iter().partition(|file| known.contains(&file.identity));
    let bytes = new.iter().map(|file| file.size).sum();
    let progress = Progress { files: files.len(), done: old.len(), known: old.len(), bytes, ..Progress::default() };
    let folder = writer.folder().cloned();
    let (stop, next, tasks) = (AtomicBool::new(false), AtomicUsize::new(0), work::tasks(&new, parallel::width()));
    std::thread::scope(|scope| {
        let (to_keep, to_note) = sync_channel(64);
        let keeper = folder.as_ref().map(|folder| scope.spawn(move || keep(folder, &to_note)));
        let (sender, made) = sync_channel(2);
        for _ in 0..parallel::width().min(tasks.len()) {
            let (sender, next, tasks, stop, folder) = (sender.clone(), &next, &tasks, &stop, folder.as_ref());
            let is_over = || stop.load(Ordering::Relaxed) || cancelled.load(Ordering::Relaxed);
            scope.spawn(move || work::run(tasks, next, folder, &is_over, &sender));
        }
        drop(sender);
        let (finished, parts, noted) = (Vec::new(), HashMap::new(), Duration::ZERO);
        let mut import = Import { writer, progress, finished, parts, to_keep, watch: Stopwatch::start(), noted };
        import.tell(tell);
        let taken = import.take_all(&made, tell);
        stop.store(taken.is_err(), Ordering::Relaxed);
        // Workers that wait to send are let go.
        drop(made);
        import.progress.is_cancelled = cancelled.load(Ordering::Relaxed);
        // What came in stays, whatever happened after.
        let sealed = import.note();
        import.tell(tell);
        let progress = import.progress;
        drop(import.to_keep);
        let kept = keeper.map_or(Ok(()), |keeper| keeper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        taken.and(sealed).and(kept)?;
        Ok(progress)
    })
}

/// Makes what was written durable, then notes which files need not be read again.
fn keep(folder: &Folder, names: &Receiver<Vec<String>>) -> Result<(), DiskError> {
    names.iter().try_for_each(|names| {
        folder.sync()?;
        if names.is_empty() { Ok(()) } else { folder.add_sources(&names) }
    })
}

/// An import under way, on the thread that has the writer.
struct Import<'a> {
    writer: &'a mut Writer,
    progress: Progress,
    /// Files that are done and not noted yet.
    finished: Vec<String>,
    /// Of files in several parts, how many are done, and whether all of these could be read.
    parts: HashMap<String, (usize, bool)>,
    to_keep: SyncSender<Vec<String>>,
    watch: Stopwatch,
    noted: Duration,
}

impl Import<'_> {
    fn tell(&mut self, tell: &mut dyn FnMut(&Progress, &Writer)) {
        self.progress.took = self.watch.elapsed();
        tell(&self.progress, self.writer);
    }

    fn take_all(&mut self, made: &Receiver<Made>, tell: &mut dyn FnMut(&Progress, &Writer)) -> Result<(), DiskError> {
        made.iter().try_for_each(|made| {
            self.take(made)?;
            if self.watch.elapsed() > self.noted + NOTE_EVERY {
                self.note()?;
                self.noted = self.watch.elapsed();
            }
            self.tell(tell);
            Ok(())
        })
    }

    fn take(&mut self, made: Made) -> Result<(), DiskError> {
        match made.block.transpose()? {
            Some(Piece::Held(block)) => self.progress.counts += self.writer.add_block(block)?,
            Some(Piece::Written(part)) => self.progress.counts += self.writer.add_part(part)?,
            None => {}
        }
        for finished in made.finished {
            self.progress.bytes_done += finished.size;
            self.count(finished);
        }
        self.progress.problems.extend(made.problems);
        Ok(())
    }

    /// A file is done when all its parts are; it is noted if all of them could be read.
    fn count(&mut self, finished: Finished) {
        let known = self.parts.entry(finished.identity.clone()).or_insert((0, true));
        *known = (known.0 + 1, known.1 && finished.is_whole);
        let (parts, is_whole) = *known;
        if parts == finished.of {
            self.parts.remove(&finished.identity);
            self.progress.done += 1;
            self.finished.extend(is_whole.then_some(finished.identity));
        }
    }

    /// Writes what is still in memory and has it kept.
    fn note(&mut self) -> Result<(), DiskError> {
        self.writer.seal()?;
        let names = std::mem::take(&mut self.finished);
        // Nobody takes it when there is no folder, or when keeping has failed, which is told at the end.
        drop(self.to_keep.send(names));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
