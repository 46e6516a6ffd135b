//! States of the account kept under a name: files beside the account's own, so that an instructor goes back to a prepared moment.
//!
//! Not here: what the program's ledger says of a state (`runtime`).

use std::io;
use std::path::{Path, PathBuf};

use super::Sandbox;
use super::snapshot::{self, SnapshotError};
use crate::base::clock::{Timestamp, timestamp_ms};
use crate::base::files;

/// Longest name, in characters.
const MAX_NAME: usize = 60;

/// A kept state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Its name.
    pub name: String,
    /// When it was kept.
    pub at: Option<Timestamp>,
    /// Its size, bytes.
    pub size: u64,
}

/// Why a state is not kept, restored or deleted.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// A name is a file's name: it may not lead anywhere else.
    #[error("{0:?} is not a name for a kept state: use up to {MAX_NAME} letters, digits, spaces, - and _")]
    Name(String),
    /// Nothing is kept under this name.
    #[error("No state is kept as {name:?}; kept are: {}", if known.is_empty() { "none" } else { known })]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names that are there.
        known: String,
    },
    /// The state cannot be read or written.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The folder does not let us.
    #[error("The folder {folder} does not allow it: check its permissions and free space")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

/// The kept states of the account in `account`, newest first. A folder that is not there holds none.
pub fn list(account: &Path) -> Vec<Checkpoint> {
    let entries = std::fs::read_dir(folder(account)).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let mut kept: Vec<Checkpoint> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "json")).filter_map(|path| described(&path)).collect();
    kept.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.name.cmp(&b.name)));
    kept
}

fn described(path: &Path) -> Option<Checkpoint> {
    let metadata = std::fs::metadata(path).ok()?;
    let since_epoch = metadata.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    Some(Checkpoint {
        name: path.file_stem()?.to_string_lossy().into_owned(),
        at: since_epoch.map(|since| timestamp_ms(since.as_millis() as i64)),
        size: metadata.len(),
    })
}

/// The file of the state `name`, whether or not it is there.
pub fn path(account: &Path, name: &str) -> Result<PathBuf, CheckpointError> {
    let name = name.trim();
    let fine = !name.is_empty() && name.chars().count() <= MAX_NAME && name.chars().all(|c| c.is_alphanumeric() || " -_".contains(c));
    if fine { Ok(folder(account).join(format!("{name}.json"))) } else { Err(CheckpointError::Name(name.to_owned())) }
}

/// Keeps the present state of `sandbox` as `name`, replacing one that was kept so.
pub fn keep(sandbox: &Sandbox, account: &Path, name: &str) -> Result<(), CheckpointError> {
    Ok(snapshot::save(sandbox, &path(account, name)?)?)
}

/// Makes the state `name` the present one. The present state is lost unless it is kept; on an error it stays.
pub fn restore(sandbox: &Sandbox, account: &Path, name: &str) -> Result<(), CheckpointError> {
    let world = snapshot::read(&existing(account, name)?)?;
    sandbox.replace_world(world);
    Ok(())
}

/// Deletes the state `name`.
pub fn forget(account: &Path, name: &str) -> Result<(), CheckpointError> {
    let path = existing(account, name)?;
    std::fs::remove_file(path).map_err(|source| CheckpointError::Folder { folder: folder(account), source })
}

fn existing(account: &Path, name: &str) -> Result<PathBuf, CheckpointError> {
    let path = path(account, name)?;
    if path.is_file() {
        return Ok(path);
    }
    let known = list(account).into_iter().map(|checkpoint| checkpoint.name).collect::<Vec<_>>().join(", ");
    Err(CheckpointError::Unknown { name: name.to_owned(), known })
}

fn folder(account: &Path) -> PathBuf {
    account.join("checkpoints")
}

/// Makes the folder of kept states, readable by the user alone.
pub fn make_folder(account: &Path) -> Result<(), CheckpointError> {
    let folder = folder(account);
    files::create_private_dir(&folder).map_err(|source| CheckpointError::Folder { folder, source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::{Clock as _, ManualClock, PacedClock};
    use crate::sandbox::world::World;

    #[test]
    fn a_state_comes_back_with_its_time_and_an_error_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let clock = PacedClock::over(ManualClock::starting_at(timestamp_ms(1_000)));
        let sandbox = Sandbox::paced(World::default(), clock.clone(), 1, None);
        clock.go_ahead(60_000);
        sandbox.world().account_id = "111111111111".to_owned();
        keep(&sandbox, dir.path(), "before class").unwrap();
        clock.go_ahead(7_200_000);
        sandbox.world().account_id = "222222222222".to_owned();
        let error = restore(&sandbox, dir.path(), "after class").unwrap_err().to_string();
        assert!(error.contains("before class"), "{error}");
        assert_eq!((sandbox.world().account_id.as_str(), sandbox.lives()), ("222222222222", 0));
        restore(&sandbox, dir.path(), "before class").unwrap();
        assert_eq!((sandbox.world().account_id.as_str(), sandbox.lives()), ("111111111111", 1));
        assert_eq!(clock.now_ms(), 61_000);
        forget(dir.path(), "before class").unwrap();
        assert!(list(dir.path()).is_empty());
    }

    #[test]
    fn names_lead_nowhere_else_and_broken_files_are_told_and_left() {
        let dir = tempfile::tempdir().unwrap();
        for bad in ["", "  ", "../x", "a/b", "a.b", &"x".repeat(61)] {
            assert!(matches!(path(dir.path(), bad), Err(CheckpointError::Name(_))), "{bad}");
        }
        make_folder(dir.path()).unwrap();
        let sandbox = Sandbox::new(World::default(), ManualClock::starting_at(timestamp_ms(0)), 1);
        for (text, said) in [
            ("{", "damaged"),
            (r#"{"format":"x","version":2,"world":{}}"#, "damaged"),
            (r#"{"format":"outcrop-sandbox","version":99,"world":{}}"#, "newer than"),
            (r#"{"format":"outcrop-sandbox","version":0,"world":{}}"#, "reads versions 1 to"),
        ] {
            let file = path(dir.path(), "broken").unwrap();
            std::fs::write(&file, text).unwrap();
            let error = restore(&sandbox, dir.path(), "broken").unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
            assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        }
        assert_eq!(sandbox.lives(), 0);
    }
}
