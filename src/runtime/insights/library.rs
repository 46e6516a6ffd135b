//! Past runs and saved queries in a file of the data folder.

use std::path::{Path, PathBuf};

use crate::app::insights::{InsightsEvent, Library};
use crate::app::state::NoticeLevel;
use crate::app::{Event, Screen};
use crate::base::files;
use crate::base::problem::Problem;
use crate::runtime::{Jobs, Slot};

/// Reading.
const READ: Slot = Slot::Of(Screen::Insights, "read-library");
/// Writing.
const KEEP: Slot = Slot::Of(Screen::Insights, "keep-library");

fn path(jobs: &Jobs) -> PathBuf {
    jobs.home().join("insights.json")
}

/// Reads them; a damaged file is set aside and told.
pub(super) fn read(jobs: &Jobs) {
    let jobs = jobs.clone();
    jobs.clone().start(READ, async move {
        let path = path(&jobs);
        let read = tokio::task::spawn_blocking(move || read_file(&path)).await;
        let (outcome, notice) = read.unwrap_or_else(|error| (Err(unreadable(&error)), None));
        if let Some((text, details)) = notice {
            jobs.emit(Event::Notice(NoticeLevel::Warning, text, Some(details))).await;
        }
        jobs.emit(Event::Insights(InsightsEvent::Library(outcome))).await;
    });
}

fn unreadable(error: &dyn std::fmt::Display) -> Problem {
    let remedy = "Give yourself permission on the file insights.json of the data folder, then start again; nothing was changed";
    Problem::new("Past runs and saved queries cannot be read", error.to_string(), remedy)
}

type Read = (Result<Library, Problem>, Option<(String, String)>);

fn read_file(path: &Path) -> Read {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return (Ok(Library::default()), None),
        Err(error) => return (Err(unreadable(&error)), None),
    };
    match serde_json::from_slice(&bytes) {
        Ok(library) => (Ok(library), None),
        Err(error) => {
            let kept = files::set_aside(path).map_or_else(|e| e.to_string(), |kept| kept.display().to_string());
            let text = "The file of past runs and saved queries was damaged: it was kept aside and a new one begun".to_owned();
            (Ok(Library::default()), Some((text, format!("{kept}\n{error}"))))
        }
    }
}

/// Keeps them, away from the window's thread. The latest wins; one that is being written is finished first.
pub(super) fn keep(jobs: &Jobs, library: Library) {
    let path = path(jobs);
    jobs.start(KEEP, async move {
        static WRITING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let turn = WRITING.lock().await;
        if let Err(error) = write(&path, &library) {
            tracing::warn!(details = %error, "The past runs and saved queries could not be kept");
        }
        drop(turn);
    });
}

fn write(path: &Path, library: &Library) -> std::io::Result<()> {
    let bytes = serde_json::to_vec_pretty(library).map_err(std::io::Error::other)?;
    files::write_atomically(path, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again_and_a_damaged_file_is_set_aside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("insights.json");
        assert_eq!(read_file(&path), (Ok(Library::default()), None));
        let mut library = Library::default();
        library.save("mine", "fields @message");
        write(&path, &library).unwrap();
        assert_eq!(read_file(&path), (Ok(library), None));
        std::fs::write(&path, "{\"runs\": [").unwrap();
        let (outcome, notice) = read_file(&path);
        assert_eq!(outcome, Ok(Library::default()));
        assert!(notice.unwrap().1.contains("corrupt-1") && !path.exists());
    }
}
