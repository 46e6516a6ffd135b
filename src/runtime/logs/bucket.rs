//! Reading the records of a bucket into a collection: listings by hour, some objects at the same time, and what is known already is not fetched.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::sync::mpsc::Sender;

use crate::aws::Session;
use crate::aws::s3::{GetObject, ListObjectsV2, Object};
use crate::base::clock::Stopwatch;
use crate::base::problem::Problem;
use crate::logs::Store;
use crate::logs::import::{self, File, Prefix, Progress, identity_of};
use crate::logs::store::Writer;
use crate::logs::store::disk::Cache;

/// Requests at the same time.
const AT_ONCE: usize = 16;
/// Objects and bytes that are read together: fewer make small blocks.
const TOGETHER: (usize, u64) = (256, 16 << 20);
/// Objects are read at the latest after this time, so that a slow line shows what there is.
const WAIT: Duration = Duration::from_secs(3);

/// What is read: a place, and of which time; without a time it is everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Where.
    pub prefix: Prefix,
    /// Which time, milliseconds since the epoch, both ends included.
    pub window: Option<(i64, i64)>,
}

/// What there is so far, and all records so far.
pub type Step = (Progress, Arc<Store>);

/// Reads what the bucket has and its collection in `cache` has not, and sends every step to `to`. Setting `cancelled` ends it soon.
///
/// An object that cannot be read is noted in the progress and the others go on; only when nothing can be listed or fetched is it an error.
pub async fn read(
    session: &Session,
    reading: &Reading,
    cache: &Cache,
    cancelled: Arc<AtomicBool>,
    to: Sender<Step>,
) -> Result<(Writer, Progress), Problem> {
    let objects = list(session, reading).await?;
    let (place, of, cache) = (session.environment().key(), reading.clone(), cache.clone());
    // A large collection takes a while to open: it is done on a thread for such work.
    let opened = tokio::task::spawn_blocking(move || {
        let writer = open(&place, &of, &cache, &objects)?;
        let (new, progress) = wanted(&of, objects, &writer);
        Ok::<_, Problem>((writer, new, progress))
    });
    let (writer, new, progress) = opened.await.map_err(|error| not_kept(&error))??;
    let mut reader = Reader { writer, progress, batch: Vec::new(), watch: Stopwatch::start(), failure: None, cancelled, to };
    reader.take().await?;
    let log = reading.prefix.to_string();
    // In their order, so that the times of blocks overlap little.
    let mut objects = stream::iter(new.into_iter().map(|object| fetch(session, reading, &log, object))).buffered(AT_ONCE);
    while let Some(outcome) = objects.next().await {
        if reader.cancelled.load(Ordering::Relaxed) {
            break;
        }
        reader.add(outcome).await?;
    }
    drop(objects);
    reader.end().await
}

/// The collection of this place. It is begun anew if an object of the time that is read has gone: a bucket can be made anew under its name.
fn open(place: &str, reading: &Reading, cache: &Cache, objects: &[Object]) -> Result<Writer, Problem> {
    let name = format!("{} of {place}", reading.prefix);
    let log = reading.prefix.to_string();
    let present: HashSet<String> = objects.iter().map(|object| identity(&log, object)).collect();
    let is_listed = |source: &str| {
        let key = source.strip_prefix(&log).and_then(|rest| rest.rsplitn(3, ' ').nth(2)).unwrap_or_default();
        reading.prefix.wants(key, reading.window)
    };
    Writer::open_while(cache, &name, |source| !is_listed(source) || present.contains(source)).map_err(|error| not_kept(&error))
}

fn identity(log: &str, object: &Object) -> String {
    identity_of(log, &object.key, object.size, changed(object))
}

fn not_kept(error: &dyn std::fmt::Display) -> Problem {
    Problem::new("The records could not be kept", error.to_string(), "Make room on the disk, then read the bucket again")
}

/// All objects of the listings, some listings at the same time.
async fn list(session: &Session, reading: &Reading) -> Result<Vec<Object>, Problem> {
    let of = |prefix: String| session.run(ListObjectsV2 { bucket: reading.prefix.bucket.clone(), prefix, max: None });
    let pages = stream::iter(reading.prefix.listings(reading.window)).map(of).buffered(AT_ONCE);
    let pages: Vec<_> = pages.try_collect().await?;
    Ok(pages.into_iter().flat_map(|page| page.objects).filter(|object| reading.prefix.wants(&object.key, reading.window)).collect())
}

/// The objects that the collection does not have, and the progress that says how many it has.
fn wanted(reading: &Reading, objects: Vec<Object>, writer: &Writer) -> (Vec<Object>, Progress) {
    let known: HashSet<String> = writer.folder().map(crate::logs::store::disk::Folder::sources).unwrap_or_default().into_iter().collect();
    let (log, files) = (reading.prefix.to_string(), objects.len());
    let new: Vec<Object> = objects.into_iter().filter(|object| !known.contains(&identity(&log, object))).collect();
    let had = files - new.len();
    let bytes = new.iter().map(|object| object.size).sum();
    (new, Progress { files, known: had, done: had, bytes, ..Progress::default() })
}

fn changed(object: &Object) -> i64 {
    object.modified.map_or(0, jiff::Timestamp::as_millisecond)
}

async fn fetch(session: &Session, reading: &Reading, log: &str, object: Object) -> Result<File, (u64, String, Problem)> {
    let bytes = session.run(GetObject::new(&reading.prefix.bucket, &object.key)).await;
    let bytes = bytes.map_err(|error| (object.size, object.key.clone(), Problem::from(error)))?;
    let changed_ms = changed(&object);
    Ok(File::fetched(log.to_owned(), object.key, changed_ms, bytes))
}

/// A reading under way.
struct Reader {
    writer: Writer,
    progress: Progress,
    batch: Vec<File>,
    watch: Stopwatch,
    /// Why the first object that failed did.
    failure: Option<Problem>,
    cancelled: Arc<AtomicBool>,
    to: Sender<Step>,
}

impl Reader {
    async fn add(&mut self, outcome: Result<File, (u64, String, Problem)>) -> Result<(), Problem> {
        match outcome {
            Ok(file) => self.batch.push(file),
            Err((size, key, problem)) => {
                self.progress.problems.push(format!("{key}: {}", problem.what));
                self.progress.done += 1;
                self.progress.bytes_done += size;
                self.failure.get_or_insert(problem);
            }
        }
        let held: u64 = self.batch.iter().map(|file| file.size).sum();
        let is_due = self.batch.len() >= TOGETHER.0 || held >= TOGETHER.1 || self.watch.elapsed() > self.progress.took + WAIT;
        if is_due { self.take().await } else { Ok(()) }
    }

    /// Reads what was fetched, on threads for such work, and tells.
    async fn take(&mut self) -> Result<(), Problem> {
        let (files, cancelled) = (std::mem::take(&mut self.batch), Arc::clone(&self.cancelled));
        let mut writer = std::mem::take(&mut self.writer);
        let read = tokio::task::spawn_blocking(move || {
            let made = import::run(&files, &mut writer, &cancelled, &mut |_, _| {});
            made.map(|made| (made, writer.snapshot_in_order(), writer))
        });
        let (made, store, writer) = read.await.map_err(|error| not_kept(&error))?.map_err(|error| not_kept(&error))?;
        self.writer = writer;
        let all = &mut self.progress;
        all.done += made.done;
        all.bytes_done += made.bytes_done;
        all.counts += made.counts;
        all.problems.extend(made.problems);
        all.took = self.watch.elapsed();
        // Nobody listens any more when the window is closing; what came in is kept all the same.
        drop(self.to.send((all.clone(), store)).await);
        Ok(())
    }

    async fn end(mut self) -> Result<(Writer, Progress), Problem> {
        self.progress.is_cancelled = self.cancelled.load(Ordering::Relaxed);
        self.take().await?;
        let all_failed = self.progress.problems.len() == self.progress.files - self.progress.known;
        match self.failure {
            Some(problem) if all_failed => Err(problem),
            _ => Ok((self.writer, self.progress)),
        }
    }
}
