//! What is read at the same time: files that follow one another, or a part of a large one; and the reading itself.

use std::fmt::Write as _;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;

use super::lines::{self, MAX_DOCUMENT};
use super::{Content, File, unpack};
use crate::logs::store::disk::{DiskError, Folder, Part};
use crate::logs::store::{Block, Builder, FULL, Incoming, Origin};

/// Records and bytes of lines of the largest blocks: a task may hold more than was thought.
const LARGEST: (usize, usize) = (FULL.0 * 2, FULL.1 * 2);

/// Bytes that a packed byte of records usually comes to.
const UNPACKED: usize = 4;

/// A file, or a part of one.
pub(super) struct Stint<'a> {
    file: &'a File,
    /// The bytes in which its lines begin; all of them without.
    within: Option<Range<u64>>,
    /// In how many parts the file is read.
    of: usize,
}

/// What a worker has made.
pub(super) struct Made {
    pub(super) block: Option<Result<Piece, DiskError>>,
    /// What was read whose records are all in this block or in those before.
    pub(super) finished: Vec<Finished>,
    pub(super) problems: Vec<String>,
}

/// A block: on disk already if the collection is there.
pub(super) enum Piece {
    Held(Block),
    Written(Part),
}

/// A file, or a part of one, that was read.
pub(super) struct Finished {
    pub(super) identity: String,
    /// Bytes, packed as they are.
    pub(super) size: u64,
    /// In how many parts the file is read.
    pub(super) of: usize,
    /// Whether all of it could be read.
    pub(super) is_whole: bool,
}

/// Files that follow one another make a task, about a block's worth of them, so that the times of blocks overlap little. Large files of lines are cut.
/// So many workers have as much to do each.
pub(super) fn tasks<'a>(files: &[&'a File], workers: usize) -> Vec<Vec<Stint<'a>>> {
    let mut tasks: Vec<Vec<Stint<'_>>> = Vec::new();
    let all: usize = files.iter().map(|file| unpacked(file)).sum();
    // Blocks that are less than half full are made once more.
    let full = (all / all.div_ceil(FULL.1).next_multiple_of(workers.max(1)).max(1)).max(FULL.1 / 4 * 3);
    // Where the task ends that is being made: what one has too much the next has less, but no task is small because a file before it was large.
    let (mut size, mut end) = (0, 0);
    for file in files {
        // Smaller ones may be one JSON document, which cannot be cut.
        let is_cut = matches!(file.content, Content::At(_)) && !file.is_packed && file.size >= MAX_DOCUMENT as u64;
        if is_cut {
            tasks.extend(parts(file).map(|part| vec![part]));
            end = size;
            continue;
        }
        if size >= end {
            tasks.push(Vec::new());
            end = (end + full).max(size + full / 4 * 3);
        }
        size += unpacked(file);
        tasks.last_mut().into_iter().for_each(|task| task.push(Stint { file, within: None, of: 1 }));
    }
    tasks
}

/// Bytes of lines that a file probably has.
fn unpacked(file: &File) -> usize {
    file.size as usize * if file.is_packed { UNPACKED } else { 1 }
}

fn parts(file: &File) -> impl Iterator<Item = Stint<'_>> {
    let (length, size) = (FULL.1 as u64, file.size);
    let of = size.div_ceil(length);
    (0..of).map(move |part| Stint { file, within: Some(part * length..((part + 1) * length).min(size)), of: of as usize })
}

/// Reads until no task is left, and sends a block at the end of each, or when one is too large.
pub(super) fn run(
    tasks: &[Vec<Stint<'_>>],
    next: &AtomicUsize,
    folder: Option<&Folder>,
    is_over: &dyn Fn() -> bool,
    to: &SyncSender<Made>,
) {
    let mut worker = Worker { builder: Builder::default(), folder, finished: Vec::new(), problems: Vec::new(), to, is_over };
    while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
        for stint in task {
            if is_over() || worker.stint(stint).is_break() {
                return;
            }
        }
        worker.send();
    }
}

/// Why reading a file ended before its end.
pub(super) enum Stopped {
    Over,
    Damaged(String),
}

/// How far the reading of a file is.
struct Reading<'a> {
    origin: &'a Arc<Origin>,
    /// Where the line stands that was read last, which tells it from others that say the same.
    id: String,
    /// How much of it is the same for all lines.
    place: usize,
    /// Lines that were read.
    number: u64,
    /// The time of the last line.
    last_ms: i64,
}

impl<'a> Reading<'a> {
    fn of(stint: &Stint<'_>, origin: &'a Arc<Origin>) -> Self {
        let mut id = format!("{}:", stint.file.name);
        // Lines of a part are told by where it begins and their number there.
        if let Some(within) = stint.within.as_ref().filter(|within| within.start > 0) {
            write!(id, "{}:", within.start).expect("writing to a text cannot fail");
        }
        let last_ms = time_before(stint, origin).unwrap_or(stint.file.changed_ms);
        Self { origin, place: id.len(), id, number: 0, last_ms }
    }

    /// Goes to the next line.
    fn go_on(&mut self, is_over: &dyn Fn() -> bool) -> Result<(), Stopped> {
        self.number += 1;
        if self.number.is_multiple_of(256) && is_over() {
            return Err(Stopped::Over);
        }
        self.id.truncate(self.place);
        write!(self.id, "{}", self.number).expect("writing to a text cannot fail");
        Ok(())
    }
}

struct Worker<'a> {
    builder: Builder,
    /// Where blocks go; in memory without one.
    folder: Option<&'a Folder>,
    finished: Vec<Finished>,
    problems: Vec<String>,
    to: &'a SyncSender<Made>,
    is_over: &'a dyn Fn() -> bool,
}

impl Worker<'_> {
    /// Reads a file and notes how it went; breaks when nobody wants more.
    fn stint(&mut self, stint: &Stint<'_>) -> ControlFlow<()> {
        let file = stint.file;
        let origin = Arc::new(Origin { log: file.log.clone(), stream: file.name.clone() });
        let is_whole = match self.read(stint, &origin) {
            Ok(()) => true,
            Err(Stopped::Over) => return ControlFlow::Break(()),
            // What could be read stays; the file is not noted, so that it is tried again another time.
            Err(Stopped::Damaged(why)) => {
                self.problems.push(format!("{}: {why}", file.shown()));
                false
            }
        };
        let size = stint.within.as_ref().map_or(file.size, |within| within.end - within.start);
        self.finished.push(Finished { identity: file.identity.clone(), size, of: stint.of, is_whole });
        ControlFlow::Continue(())
    }

    fn read(&mut self, stint: &Stint<'_>, origin: &Arc<Origin>) -> Result<(), Stopped> {
        let file = stint.file;
        let mut reading = Reading::of(stint, origin);
        if file.is_packed
            && let Some(read) = self.at_once(&file.content, &mut reading)
        {
            return read;
        }
        let mut add = |at_ms: Option<i64>, line: &[u8]| self.add(at_ms, line, &mut reading);
        match (&file.content, &stint.within) {
            (Content::At(path), Some(within)) => lines::within(path, within, &mut add),
            _ => lines::each(&file.content, file.is_packed, &mut add),
        }
    }

    /// Unpacks a file of ordinary size to where its lines will be in the block; `None` if it must be read piece by piece.
    fn at_once(&mut self, content: &Content, reading: &mut Reading<'_>) -> Option<Result<(), Stopped>> {
        let packed = unpack::ordinary(content)?;
        let length = unpack::length(&packed)?;
        if !unpack::at_once(&packed, self.builder.room(length)) {
            return None;
        }
        Some(match lines::document(self.builder.unread()) {
            Some(document) => lines::of_document(document, &mut |at_ms, line| self.add(at_ms, line, reading)),
            None => self.add_unread(reading),
        })
    }

    /// Adds the lines of what was unpacked.
    fn add_unread(&mut self, reading: &mut Reading<'_>) -> Result<(), Stopped> {
        while let Some(line) = lines::first(self.builder.unread()) {
            if self.is_full(line.length) {
                let rest = self.builder.unread().to_vec();
                self.send();
                return lines::of_lines(&rest, &mut |at_ms, line| self.add(at_ms, line, reading));
            }
            reading.go_on(self.is_over)?;
            self.builder.skip_unread(line.before);
            reading.last_ms = self.builder.add_unread(line.length, line.end, reading.last_ms, &reading.id, reading.origin);
        }
        Ok(())
    }

    fn add(&mut self, at_ms: Option<i64>, line: &[u8], reading: &mut Reading<'_>) -> Result<(), Stopped> {
        if self.is_full(line.len()) {
            self.send();
        }
        reading.go_on(self.is_over)?;
        let record = Incoming { at_ms, arrived_ms: reading.last_ms, id: &reading.id, origin: reading.origin, line };
        reading.last_ms = self.builder.add(&record);
        Ok(())
    }

    fn is_full(&self, more: usize) -> bool {
        self.builder.len() >= LARGEST.0 || self.builder.size() >= LARGEST.1 || self.builder.is_full(more)
    }

    fn send(&mut self) {
        let block = (!self.builder.is_empty()).then(|| self.piece());
        let made = Made { block, finished: std::mem::take(&mut self.finished), problems: std::mem::take(&mut self.problems) };
        // Nobody listens any more when the disk is full; the workers then end by themselves.
        drop(self.to.send(made));
    }

    fn piece(&mut self) -> Result<Piece, DiskError> {
        let Some(folder) = self.folder else { return Ok(Piece::Held(self.builder.finish())) };
        self.builder.finish_with(|block| folder.write(block)).map(Piece::Written)
    }
}

/// Bytes before a part in which the time is looked for that its first lines have if they tell none.
const LOOK_BACK: u64 = 64 << 10;

/// The time of the last line before a part.
fn time_before(stint: &Stint<'_>, origin: &Arc<Origin>) -> Option<i64> {
    let (Content::At(path), Some(within)) = (&stint.file.content, &stint.within) else { return None };
    let before = within.start.saturating_sub(LOOK_BACK)..within.start;
    let (mut builder, mut last_ms) = (Builder::default(), None);
    let mut add = |at_ms: Option<i64>, line: &[u8]| {
        let arrived_ms = last_ms.unwrap_or(stint.file.changed_ms);
        last_ms = Some(builder.add(&Incoming { at_ms, arrived_ms, id: "", origin, line }));
        Ok(())
    };
    // What cannot be read here cannot be read there either, where it is said.
    drop(lines::within(path, &before, &mut add));
    last_ms
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many files each task has of packed files of so many megabytes.
    fn sizes(megabytes: &[usize]) -> Vec<usize> {
        let packed = |megabytes: &usize| [&[0x1f, 0x8b][..], &vec![0; (megabytes << 20) / UNPACKED]].concat();
        let files: Vec<File> = megabytes.iter().map(|size| File::fetched(String::new(), String::new(), 0, packed(size))).collect();
        tasks(&files.iter().collect::<Vec<_>>(), 2).iter().map(Vec::len).collect()
    }

    #[test]
    fn tasks_are_alike_and_none_is_small_because_of_a_large_file() {
        assert_eq!(sizes(&[3; 62]), [16, 15, 16, 15]);
        assert_eq!(sizes(&[2; 3]), [3]);
        let after_a_large_one = sizes(&[&[400][..], &[3; 40]].concat());
        assert_eq!(after_a_large_one[0], 1);
        assert!(after_a_large_one[1..after_a_large_one.len() - 1].iter().all(|files| *files >= 10), "{after_a_large_one:?}");
        assert!(sizes(&[]).is_empty());
    }
}
