//! What lies on this machine: its size, and forgetting copies of what others wrote.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Jobs, Slot};
use crate::app::state::Storage;
use crate::app::{Event, Screen};

/// Folder of the data folder with copies of prompts and bodies that were looked at; nothing else lies there.
pub fn copies_dir(home: &Path) -> PathBuf {
    home.join("bodies")
}

/// Folder of the data folder with records that were imported, see [`crate::logs::store::disk`].
pub fn records_dir(home: &Path) -> PathBuf {
    home.join("records")
}

/// Measures the data folder.
pub fn measure(jobs: &Jobs) {
    work(jobs, |_| {});
}

/// Deletes copies of prompts and bodies, tells how it went, and measures again.
pub fn forget_copies(jobs: &Jobs) {
    work(jobs, |home| {
        for folder in [copies_dir(home), records_dir(home)] {
            tell(&folder, fs::remove_dir_all(&folder));
        }
    });
}

/// Runs `first` on the data folder away from the jobs' threads, then sends its size.
fn work(jobs: &Jobs, first: impl FnOnce(&Path) + Send + 'static) {
    let jobs = jobs.clone();
    jobs.clone().start(Slot::Of(Screen::Settings, "storage"), async move {
        let home = jobs.home().to_owned();
        let measured = tokio::task::spawn_blocking(move || {
            first(&home);
            storage(home)
        });
        if let Ok(storage) = measured.await {
            jobs.emit(Event::StorageMeasured(storage)).await;
        }
    });
}

fn tell(dir: &Path, outcome: io::Result<()>) {
    match outcome {
        Ok(()) => tracing::info!("Local copies of prompts and bodies are deleted"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => tracing::info!("There are no local copies of prompts and bodies"),
        Err(error) => tracing::error!(details = %error, "Local copies could not be deleted: {}", dir.display()),
    }
}

fn storage(home: PathBuf) -> Storage {
    Storage { total_bytes: size_of(&home), copies_bytes: size_of(&copies_dir(&home)) + size_of(&records_dir(&home)), home }
}

/// Bytes of the files below a folder; links are not followed and what cannot be read counts nothing.
fn size_of(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(data) if data.is_dir() => size_of(&entry.path()),
        Ok(data) if data.is_file() => data.len(),
        _ => 0,
    };
    entries.map(size).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::{Options, Runtime};
    use std::sync::Arc;
    use std::time::Duration;

    fn wait_for_size(runtime: &mut Runtime) -> Storage {
        for _ in 0..2_000 {
            let mut found = None;
            runtime.drain(Duration::from_millis(10), |event| {
                if let Event::StorageMeasured(storage) = event {
                    found = Some(storage);
                }
            });
            if let Some(storage) = found {
                return storage;
            }
            std::thread::yield_now();
            std::thread::park_timeout(Duration::from_millis(5));
        }
        panic!("the size never came");
    }

    #[test]
    fn copies_are_measured_and_forgotten_and_the_rest_stays() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(copies_dir(dir.path()).join("deep")).unwrap();
        fs::write(copies_dir(dir.path()).join("deep/a.json"), [0; 300]).unwrap();
        fs::write(dir.path().join("settings.json"), [0; 50]).unwrap();
        let options = Options { home: dir.path().to_owned(), ..Options::standard() };
        let mut runtime = Runtime::start(options, Arc::new(|| {})).unwrap();
        measure(runtime.jobs());
        let before = wait_for_size(&mut runtime);
        assert_eq!((before.total_bytes, before.copies_bytes), (350, 300));
        forget_copies(runtime.jobs());
        let after = wait_for_size(&mut runtime);
        assert_eq!((after.total_bytes, after.copies_bytes), (50, 0));
        assert!(dir.path().join("settings.json").exists());
    }
}
