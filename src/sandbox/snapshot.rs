//! The account on disk: a versioned JSON file, so that a learner resumes and an instructor keeps checkpoints.
//!
//! The file is replaced atomically: a crash at any moment leaves the old or the new one.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Sandbox;
use super::world::World;
use crate::base::clock::{PacedClock, Stopwatch};
use crate::base::{error, files};

/// What the file says that it is.
const FORMAT: &str = "outcrop-sandbox";

/// Version of the file that this program writes, and the newest that it reads.
pub const VERSION: u32 = 3;

/// The oldest version that this program reads. What a version lacks begins empty: every part of the state has a default.
const OLDEST: u32 = 1;

/// Shortest wait between a change and its saving, so that a burst of changes is one write.
const DEBOUNCE: Duration = Duration::from_secs(1);

/// A save that took long is followed by a pause of this many times its duration.
const PAUSE_FACTOR: u32 = 20;

/// Why a snapshot was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Written by a newer program.
    #[error(
        "The sandbox's saved state in {path} has version {found}, newer than the {VERSION} this program reads: update the program, or choose another folder for the state"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// Written by a program before the first one that was given to people.
    #[error(
        "The sandbox's saved state in {path} has version {found}; this program reads versions {OLDEST} to {VERSION}: begin with a new state"
    )]
    Older {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// Not a snapshot, or a broken one.
    #[error("The sandbox's saved state in {path} is damaged: {why}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The file is there but cannot be read.
    #[error("The sandbox's saved state in {path} cannot be read: check that the file belongs to you")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("The sandbox's state cannot be saved to {path}: check free space and permissions of its folder")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The state has no JSON form; a bug.
    #[error("The sandbox's state cannot be written as JSON")]
    Encode(#[from] serde_json::Error),
}

/// Where a loaded world comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// There was no file: a new account.
    New,
    /// The account of an earlier run.
    Restored,
    /// The file was damaged: a new account, the file kept under another name. To be told to the person.
    SetAside {
        /// Where the damaged file is now.
        kept: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

#[derive(Serialize)]
struct Written<'a> {
    format: &'a str,
    version: u32,
    world: &'a World,
}

#[derive(Deserialize)]
struct Header {
    format: String,
    version: u32,
}

#[derive(Deserialize)]
struct Contents {
    world: World,
}

/// The account saved at `path`, or a new one; a damaged file is set aside. Only a file that must not be touched (other version, unreadable)
/// is an error.
pub fn load(path: &Path) -> Result<(World, Origin), SnapshotError> {
    match read(path) {
        Ok(world) => Ok((world, Origin::Restored)),
        Err(SnapshotError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok((World::default(), Origin::New)),
        Err(SnapshotError::Damaged { why, .. }) => set_aside(path, why),
        Err(other) => Err(other),
    }
}

/// The account saved at `path`, which must be there and whole. The file is left as it is.
pub fn read(path: &Path) -> Result<World, SnapshotError> {
    let bytes = std::fs::read(path).map_err(|source| SnapshotError::Read { path: path.to_owned(), source })?;
    let damaged = |why: String| SnapshotError::Damaged { path: path.to_owned(), why };
    let header: Header = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
    match header.version {
        _ if header.format != FORMAT => Err(damaged(format!("its format is {:?} instead of {FORMAT:?}", header.format))),
        found if found > VERSION => Err(SnapshotError::Newer { path: path.to_owned(), found }),
        found if found < OLDEST => Err(SnapshotError::Older { path: path.to_owned(), found }),
        _ => world(&bytes).map_err(damaged),
    }
}

fn world(bytes: &[u8]) -> Result<World, String> {
    let contents: Contents = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    Ok(contents.world)
}

fn set_aside(path: &Path, why: String) -> Result<(World, Origin), SnapshotError> {
    let kept = files::set_aside(path).map_err(|source| SnapshotError::Read { path: path.to_owned(), source })?;
    tracing::warn!(kept = %kept.display(), why, "the sandbox's saved state is damaged: it was kept aside and a new account begun");
    Ok((World::default(), Origin::SetAside { kept, why }))
}

/// Saves the account to `path`. Blocks on the disk, but holds the account only while it is copied (messages and bodies are shared).
pub fn save(sandbox: &Sandbox, path: &Path) -> Result<(), SnapshotError> {
    let mut world = sandbox.world().clone();
    world.clock_ahead_ms = sandbox.pacer().map_or(0, PacedClock::ahead_ms);
    let bytes = encode(&world)?;
    files::write_atomically(path, &bytes).map_err(|source| SnapshotError::Write { path: path.to_owned(), source })
}

fn encode(world: &World) -> Result<Vec<u8>, SnapshotError> {
    Ok(serde_json::to_vec(&Written { format: FORMAT, version: VERSION, world })?)
}

/// Saves an account in the background whenever it has changed. Start one per sandbox.
///
/// Dropping it stops it at once; [`Autosave::finish`] saves what is left first.
#[derive(Debug)]
pub struct Autosave {
    sandbox: Sandbox,
    path: PathBuf,
    stop: CancellationToken,
    task: Option<JoinHandle<u64>>,
}

impl Autosave {
    /// Begins to watch `sandbox`. Must be called inside a tokio runtime.
    pub fn start(sandbox: Sandbox, path: PathBuf) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(watch(sandbox.clone(), path.clone(), stop.clone()));
        Self { sandbox, path, stop, task: Some(task) }
    }

    /// Stops watching and saves the last changes.
    pub async fn finish(mut self) -> Result<(), SnapshotError> {
        self.stop.cancel();
        let saved = match self.task.take() {
            Some(task) => task.await.unwrap_or_default(),
            None => 0,
        };
        if self.sandbox.revision() == saved {
            return Ok(());
        }
        save_on_pool(self.sandbox.clone(), self.path.clone()).await
    }
}

impl Drop for Autosave {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Saves after changes until stopped; gives the revision that is safely on disk.
async fn watch(sandbox: Sandbox, path: PathBuf, stop: CancellationToken) -> u64 {
    let (mut saved, mut tried) = (0, 0);
    let mut pause = DEBOUNCE;
    while stop.run_until_cancelled(changed_for(&sandbox, tried, pause)).await.is_some() {
        tried = sandbox.revision();
        let stopwatch = Stopwatch::start();
        match save_on_pool(sandbox.clone(), path.clone()).await {
            Ok(()) => saved = tried,
            Err(why) => tracing::warn!(why = error::chain(&why), "the sandbox's state was not saved"),
        }
        pause = DEBOUNCE.max(stopwatch.elapsed() * PAUSE_FACTOR);
    }
    saved
}

/// Ends when the account has left `revision` and `pause` has gone by.
async fn changed_for(sandbox: &Sandbox, revision: u64, pause: Duration) {
    while sandbox.revision() == revision {
        sandbox.changed().await;
    }
    tokio::time::sleep(pause).await;
}

async fn save_on_pool(sandbox: Sandbox, path: PathBuf) -> Result<(), SnapshotError> {
    let at = path.clone();
    let saved = tokio::task::spawn_blocking(move || save(&sandbox, &path)).await;
    saved.unwrap_or_else(|error| Err(SnapshotError::Write { path: at, source: io::Error::other(error) }))
}
