//! Effects of longer work over loaded records: writing them to a file, comparing two of them. Nothing here talks to AWS.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Jobs, Slot};
use crate::app::logs::LogsEvent;
use crate::app::logs::work::{ExportOrder, WorkEffect, WorkEvent, comparison};
use crate::app::{Event, Screen};
use crate::base::problem::Problem;
use crate::logs::table_text::Writer;

/// Folder of exports below the program's home.
const FOLDER: &str = "exports";

/// Records between two tellings of progress, which are also the chances to end.
const SLICE: usize = 2_000;

const EXPORT: Slot = Slot::Of(Screen::Logs, "export");
const COMPARE: Slot = Slot::Of(Screen::Logs, "compare");

/// Carries out `effect`.
pub fn run(jobs: &Jobs, effect: WorkEffect) {
    match effect {
        WorkEffect::Export(order) => export(jobs, order),
        WorkEffect::CancelExport => cancel(jobs),
        WorkEffect::Compare { number, pair } => {
            let sender = jobs.clone();
            jobs.start(COMPARE, async move {
                if let Ok(comparison) = tokio::task::spawn_blocking(move || comparison(pair)).await {
                    sender.emit(Event::Logs(LogsEvent::Work(WorkEvent::Compared { number, comparison }))).await;
                }
            });
        }
    }
}

fn cancel(jobs: &Jobs) {
    if jobs.cancel(&EXPORT) {
        tracing::debug!("the export was cancelled");
    }
}

/// Ends blocking work when the job that waits for it is dropped.
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn export(jobs: &Jobs, order: ExportOrder) {
    let sender = jobs.clone();
    let folder = jobs.home().join(FOLDER);
    jobs.start(EXPORT, async move {
        let (number, stop) = (order.number, Stop(Arc::default()));
        let (stopped, teller) = (stop.0.clone(), sender.clone());
        let work = move || {
            let tell = |records| {
                // Where the channel is full, the next telling says more anyway.
                let _told = teller.try_emit(Event::Logs(LogsEvent::Work(WorkEvent::Written { number, records })));
            };
            write(&folder, &order, &stopped, tell)
        };
        let outcome = match tokio::task::spawn_blocking(work).await {
            Ok(outcome) => outcome.map_err(|error| not_written(&error)),
            Err(error) => Err(not_written(&io::Error::other(error))),
        };
        sender.emit(Event::Logs(LogsEvent::Work(WorkEvent::Exported { number, outcome }))).await;
    });
}

/// Writes the file; nothing stays when it is stopped or fails. The folder is the person's alone: records may hold prompts.
fn write(folder: &Path, order: &ExportOrder, stopped: &AtomicBool, tell: impl Fn(usize)) -> io::Result<PathBuf> {
    crate::base::files::create_private_dir(folder)?;
    let mut file = io::BufWriter::new(tempfile::NamedTempFile::new_in(folder)?);
    let mut writer = Writer::new(order.shape, &order.fields);
    let entries = || order.indexes.iter().filter_map(|index| order.store.get(*index as usize));
    // Widths of columns are taken from the first records; looking at all would read everything twice.
    entries().take(SLICE).for_each(|entry| writer.make_room(&entry));
    file.write_all(writer.head().as_bytes())?;
    for (place, entry) in entries().enumerate() {
        if place % SLICE == 0 {
            tell(place);
            if stopped.load(Ordering::Relaxed) {
                return Err(io::Error::other("stopped"));
            }
        }
        file.write_all(writer.record(&entry).as_bytes())?;
    }
    file.write_all(writer.foot().as_bytes())?;
    let path = folder.join(&order.name);
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(path)
}

fn not_written(error: &io::Error) -> Problem {
    Problem::new(
        "The records could not be written",
        error.to_string(),
        "Look at the free space and the rights of the program's data folder, then export again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::field::Field;
    use crate::logs::table_text::Shape;
    use crate::logs::{Entry, Store};

    fn order(count: i64, shape: Shape) -> ExportOrder {
        let entries =
            (0..count).map(|n| Entry::new(&n.to_string(), n, &format!(r#"{{"operation":"Converse","modelId":"m{n}"}}"#))).collect();
        let store = Arc::new(Store::default().with(entries));
        ExportOrder {
            number: 1,
            store,
            indexes: Arc::new((0..count as u32).rev().collect()),
            shape,
            fields: vec![Field::named("model")],
            name: "x.csv".to_owned(),
        }
    }

    #[test]
    fn every_record_is_written_and_progress_told() {
        let folder = tempfile::tempdir().unwrap();
        let told = std::sync::Mutex::new(Vec::new());
        let path = write(folder.path(), &order(4_500, Shape::Csv), &AtomicBool::new(false), |n| told.lock().unwrap().push(n)).unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!((text.lines().count(), text.lines().nth(1)), (4_501, Some("m4499")));
        assert_eq!(told.into_inner().unwrap(), [0, 2_000, 4_000]);
    }

    #[test]
    fn a_stopped_export_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write(folder.path(), &order(10, Shape::Lines), &AtomicBool::new(true), |_| {}).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
