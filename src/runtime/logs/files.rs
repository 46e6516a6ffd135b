//! Reading files into a collection on this machine, away from the window's thread.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::app::Event;
use crate::app::logs::{FilesEvent, LogsEvent};
use crate::base::clock::Stopwatch;
use crate::base::problem::Problem;
use crate::logs::import;
use crate::logs::store::Writer;
use crate::logs::store::disk::{Cache, DEFAULT_LIMIT};
use crate::runtime::Jobs;
use crate::runtime::storage::records_dir;

/// The window hears of progress this often at most.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// Ends the reading when the job that waits for it is dropped.
struct Cancel(Arc<AtomicBool>);

impl Drop for Cancel {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Reads files and folders and tells of what is there.
pub async fn run(jobs: Jobs, number: u64, paths: Vec<PathBuf>) {
    let cancel = Cancel(Arc::default());
    let (cancelled, reader) = (Arc::clone(&cancel.0), jobs.clone());
    let read = tokio::task::spawn_blocking(move || read(&reader, number, &paths, &cancelled)).await;
    let problem = match read {
        Ok(Ok(())) => None,
        Ok(Err(problem)) => Some(problem),
        Err(error) => Some(Problem::new("The files could not be read", error.to_string(), "Try again")),
    };
    jobs.emit(Event::Logs(LogsEvent::Files(FilesEvent::Ended { number, problem }))).await;
}

fn read(jobs: &Jobs, number: u64, paths: &[PathBuf], cancelled: &AtomicBool) -> Result<(), Problem> {
    let failed = |why: String| Problem::new("The files could not be read", why, "Check the path, or make room, and open them again");
    let files = import::find(paths).map_err(|error| failed(error.to_string()))?;
    let cache = Cache::new(records_dir(jobs.home()), DEFAULT_LIMIT);
    let mut writer = Writer::open_for(&cache, &import::collection(paths), &files).map_err(|error| failed(error.to_string()))?;
    let tell = |progress: &import::Progress, writer: &Writer| {
        let event = FilesEvent::Read { number, store: writer.snapshot_in_order(), progress: progress.clone() };
        jobs.emit_blocking(Event::Logs(LogsEvent::Files(event)));
    };
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
