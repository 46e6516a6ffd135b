//! Reading files and buckets into a collection on this machine, away from the window's thread.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::bucket::{self, Reading};
use crate::app::Event;
use crate::app::logs::{FilesEvent, FilesPlace, LogsEvent};
use crate::base::clock::Stopwatch;
use crate::base::problem::Problem;
use crate::logs::Store;
use crate::logs::import::{self, Progress};
use crate::logs::store::Writer;
use crate::logs::store::disk::{Cache, DEFAULT_LIMIT};
use crate::runtime::storage::records_dir;
use crate::runtime::{Cancel, Jobs};

/// The window hears of progress this often at most.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// Reads the records of `place` and tells of what is there.
pub async fn run(jobs: Jobs, number: u64, place: FilesPlace) {
    let cancel = Cancel::default();
    let read = match place {
        FilesPlace::Paths(paths) => of_paths(&jobs, number, paths, cancel.flag()).await,
        FilesPlace::Bucket(prefix, window) => of_bucket(&jobs, number, Reading { prefix, window }, cancel.flag()).await,
    };
    jobs.emit(ended(number, read.err())).await;
}

fn ended(number: u64, problem: Option<Problem>) -> Event {
    Event::Logs(LogsEvent::Files(FilesEvent::Ended { number, problem }))
}

fn step(number: u64, progress: Progress, store: Arc<Store>) -> Event {
    Event::Logs(LogsEvent::Files(FilesEvent::Read { number, store, progress }))
}

fn cache(jobs: &Jobs) -> Cache {
    Cache::new(records_dir(jobs.home()), DEFAULT_LIMIT)
}

async fn of_bucket(jobs: &Jobs, number: u64, reading: Reading, cancelled: Arc<AtomicBool>) -> Result<(), Problem> {
    let (session, cache) = (jobs.session()?, cache(jobs));
    let (sender, mut steps) = tokio::sync::mpsc::channel(1);
    let tell = async {
        while let Some((progress, store)) = steps.recv().await {
            jobs.emit(step(number, progress, store)).await;
        }
    };
    let (read, ()) = tokio::join!(bucket::read(&session, &reading, &cache, cancelled, sender), tell);
    read.map(drop)
}

async fn of_paths(jobs: &Jobs, number: u64, paths: Vec<PathBuf>, cancelled: Arc<AtomicBool>) -> Result<(), Problem> {
    let reader = jobs.clone();
    let read = tokio::task::spawn_blocking(move || read(&reader, number, &paths, &cancelled)).await;
    read.unwrap_or_else(|error| Err(Problem::new("The files could not be read", error.to_string(), "Try again")))
}

fn read(jobs: &Jobs, number: u64, paths: &[PathBuf], cancelled: &AtomicBool) -> Result<(), Problem> {
    let failed = |why: String| Problem::new("The files could not be read", why, "Check the path, or make room, and open them again");
    let files = import::find(paths).map_err(|error| failed(error.to_string()))?;
    let mut writer = import::open(&cache(jobs), paths, &files).map_err(|error| failed(error.to_string()))?;
    let tell = |progress: &Progress, writer: &Writer| jobs.emit_blocking(step(number, progress.clone(), writer.snapshot_in_order()));
    let (watch, mut told) = (Stopwatch::start(), Duration::ZERO);
    let outcome = import::run(&files, &mut writer, cancelled, &mut |progress, writer| {
        let now = watch.elapsed();
        if told == Duration::ZERO || now >= told + TELL_EVERY {
            told = now;
            tell(progress, writer);
        }
    });
    let progress = outcome.map_err(|error| failed(error.to_string()))?;
    tell(&progress, &writer);
    Ok(())
}
