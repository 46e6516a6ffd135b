//! The sandbox as the program runs it: the account's folder held by one process, the server in front, the keeper behind.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Sandbox;
use super::pulse::Pulse;
use super::server::{Server, ServerError};
use super::snapshot::{self, Autosave, Origin, SnapshotError};
use super::world::World;
use crate::base::clock::{Clock as _, PacedClock, Stopwatch};
use crate::base::files;

/// Why the sandbox does not start or stop as it should.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// Another process works on the same account.
    #[error(
        "Another Outcrop works on the sandbox in {dir}: close it, or choose another folder (OUTCROP_HOME for the window, --state for `outcrop sandbox`)"
    )]
    InUse {
        /// The account's folder.
        dir: PathBuf,
    },
    /// The folder cannot be used.
    #[error("The sandbox's folder {dir} cannot be used: check that it belongs to you and that the disk has room")]
    Folder {
        /// The account's folder.
        dir: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The state cannot be read or written.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The server cannot listen.
    #[error(transparent)]
    Server(#[from] ServerError),
}

/// A running sandbox. [`Embedded::stop`] keeps its last changes.
#[derive(Debug)]
pub struct Embedded {
    sandbox: Sandbox,
    server: Server,
    keeper: Option<Keeper>,
    pulse: Pulse,
    origin: Origin,
}

/// Keeps the account in its folder; the lock is free again when the process ends, however it ends.
#[derive(Debug)]
struct Keeper {
    autosave: Autosave,
    _lock: File,
}

impl Embedded {
    /// Starts the account kept in `dir` (or one that is forgotten at the end) on `port` (or a free one). Must be called inside a tokio runtime.
    pub async fn start(dir: Option<&Path>, clock: PacedClock, port: Option<u16>) -> Result<Self, EmbeddedError> {
        let lock = match dir {
            Some(dir) => Some(patient_lock(dir).await?),
            None => None,
        };
        let (world, origin) = dir.map_or_else(|| Ok((World::default(), Origin::New)), |dir| snapshot::load(&state_path(dir)))?;
        let seed = clock.now().as_nanosecond() as u64;
        let sandbox = Sandbox::paced(world, clock, seed, dir.map(Path::to_owned));
        let server = Server::start(sandbox.clone(), port).await?;
        let keeper = dir.zip(lock).map(|(dir, lock)| Keeper { autosave: Autosave::start(sandbox.clone(), state_path(dir)), _lock: lock });
        if let Some(dir) = dir {
            tell_address(dir, &server.url());
        }
        let pulse = Pulse::start(sandbox.clone());
        Ok(Self { sandbox, server, keeper, pulse, origin })
    }

    /// Where clients find it.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The account itself.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Where the account came from; a damaged state that was kept aside is to be told to the person.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Ends the server, delivers the log records that still wait for their batch, and keeps the last changes.
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        drop(self.pulse);
        if let Some(dir) = self.sandbox.folder() {
            withdraw_address(dir);
        }
        self.server.stop().await;
        super::bedrock::flush(&self.sandbox);
        if let Some(keeper) = self.keeper {
            keeper.autosave.finish().await?;
        }
        Ok(())
    }
}

/// The account's file in its folder.
pub fn state_path(dir: &Path) -> PathBuf {
    dir.join("state.json")
}

/// The address at which the account in `dir` is served right now, if a program says that it serves it.
pub fn address(dir: &Path) -> Option<String> {
    std::fs::read_to_string(dir.join(ADDRESS)).ok()
}

/// File in which a serving program tells its address, for `outcrop sandbox …` in another terminal.
const ADDRESS: &str = "address";

fn tell_address(dir: &Path, url: &str) {
    if let Err(error) = files::write_atomically(&dir.join(ADDRESS), url.as_bytes()) {
        tracing::warn!(%error, "the sandbox's address could not be written: commands in other terminals need --endpoint-url");
    }
}

fn withdraw_address(dir: &Path) {
    if let Err(error) = std::fs::remove_file(dir.join(ADDRESS)) {
        tracing::debug!(%error, "the sandbox's address was not there any more");
    }
}

/// A process that is just ending holds the lock a moment longer.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);
const LOCK_PAUSE: Duration = Duration::from_millis(100);

async fn patient_lock(dir: &Path) -> Result<File, EmbeddedError> {
    let watch = Stopwatch::start();
    loop {
        match lock(dir) {
            Err(EmbeddedError::InUse { .. }) if watch.elapsed() < LOCK_PATIENCE => tokio::time::sleep(LOCK_PAUSE).await,
            outcome => return outcome,
        }
    }
}

fn lock(dir: &Path) -> Result<File, EmbeddedError> {
    let folder = |source| EmbeddedError::Folder { dir: dir.to_owned(), source };
    files::create_private_dir(dir).map_err(folder)?;
    let file = File::options().create(true).write(true).truncate(false).open(dir.join("lock")).map_err(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(EmbeddedError::InUse { dir: dir.to_owned() }),
        Err(TryLockError::Error(source)) => Err(folder(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::SystemClock;

    fn clock() -> PacedClock {
        PacedClock::over(SystemClock::shared())
    }

    #[tokio::test]
    async fn two_processes_cannot_work_on_one_account() {
        let dir = tempfile::tempdir().unwrap();
        let first = Embedded::start(Some(dir.path()), clock(), None).await.unwrap();
        let second = Embedded::start(Some(dir.path()), clock(), None).await;
        assert!(matches!(second, Err(EmbeddedError::InUse { .. })));
        first.stop().await.unwrap();
        Embedded::start(Some(dir.path()), clock(), None).await.unwrap().stop().await.unwrap();
    }

    #[tokio::test]
    async fn changes_are_kept_when_it_stops() {
        let dir = tempfile::tempdir().unwrap();
        let first = Embedded::start(Some(dir.path()), clock(), None).await.unwrap();
        first.sandbox().world().account_id = "210987654321".to_owned();
        first.stop().await.unwrap();
        let second = Embedded::start(Some(dir.path()), clock(), None).await.unwrap();
        assert_eq!(second.origin(), &Origin::Restored);
        assert_eq!(second.sandbox().world().account_id, "210987654321");
        second.stop().await.unwrap();
    }
}
