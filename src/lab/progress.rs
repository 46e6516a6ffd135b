//! The progress file: which steps a person has ended and what they entered. Only a memory: a step counts as done after it was checked again.
//!
//! One JSON file per environment and lab, keyed by step id, so that labs may gain, lose and reorder steps. Ids that the lab no longer has are
//! kept and ignored.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::form::Values;
use super::status::Ending;
use crate::base::clock::Timestamp;
use crate::base::files;

/// What is remembered of a step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// How it ended, if it did.
    pub ending: Option<Ending>,
    /// When it ended.
    pub at: Option<Timestamp>,
    /// The reason of a skip, or the newest evidence.
    pub note: Option<String>,
    /// Values that the person entered; those left as suggested are not kept.
    pub entered: Values,
}

/// The progress of one lab in one environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// Version of this file's form.
    pub version: u32,
    /// Four hexadecimal digits for unique names, drawn once.
    pub suffix: String,
    /// Steps by id.
    pub steps: BTreeMap<String, Remembered>,
}

/// The version written by this program.
const VERSION: u32 = 1;

impl Progress {
    /// A new progress with a fresh suffix.
    pub fn fresh() -> Self {
        Self { version: VERSION, suffix: format!("{:04x}", fastrand::u16(..)), steps: BTreeMap::new() }
    }

    /// What is remembered of `step`.
    pub fn step(&self, step: &str) -> Remembered {
        self.steps.get(step).cloned().unwrap_or_default()
    }

    /// Where the progress of `lab` in the environment `key` is kept.
    pub fn path(home: &Path, key: &str, lab: &str) -> PathBuf {
        home.join("progress").join(key).join(format!("{lab}.json"))
    }

    /// Reads the file; a missing one is a fresh progress. A damaged one is set aside: its new path is the second value.
    pub fn load(path: &Path) -> io::Result<(Self, Option<PathBuf>)> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Self::fresh(), None)),
            Err(error) => return Err(error),
        };
        match serde_json::from_slice::<Self>(&bytes) {
            Ok(progress) if progress.is_usable() => Ok((progress, None)),
            _ => Ok((Self::fresh(), Some(files::set_aside(path)?))),
        }
    }

    /// Replaces the file.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        files::write_atomically(path, &serde_json::to_vec_pretty(self)?)
    }

    fn is_usable(&self) -> bool {
        self.version == VERSION && self.suffix.len() == 4 && self.suffix.chars().all(|c| c.is_ascii_hexdigit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_steps_survive_a_round_trip() {
        let home = tempfile::tempdir().unwrap();
        let path = Progress::path(home.path(), "sandbox", "lab");
        let mut progress = Progress::fresh();
        progress.steps.insert("a-step-of-tomorrow".to_owned(), Remembered { ending: Some(Ending::Done), ..Remembered::default() });
        progress.save(&path).unwrap();
        assert_eq!(Progress::load(&path).unwrap(), (progress, None));
    }

    #[test]
    fn a_damaged_file_is_set_aside_and_a_missing_one_is_fresh() {
        let home = tempfile::tempdir().unwrap();
        let path = Progress::path(home.path(), "sandbox", "lab");
        assert!(Progress::load(&path).unwrap().0.steps.is_empty());
        Progress::fresh().save(&path).unwrap();
        fs::write(&path, "{\"version\":1,\"suf").unwrap();
        let (progress, kept) = Progress::load(&path).unwrap();
        assert!(progress.is_usable());
        assert_eq!(fs::read_to_string(kept.unwrap()).unwrap(), "{\"version\":1,\"suf");
    }
}
