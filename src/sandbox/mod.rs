//! The embedded AWS: an account that lives in this process and speaks the services' own wire protocols.
//!
//! Two doors lead in: [`server`] (HTTP on the loopback interface) and [`door`] (an in-process `HttpClient` for the SDK). Behind both,
//! [`Sandbox::handle`] finds the service and operation of a request and runs its handler against the shared [`world::World`].
//! One folder per service holds its state, its validation and its operations; `wire/` turns protocols into values and back.
//!
//! Outside of AWS stands [`control`]: what an instructor turns.
//!
//! Not here: what a log record means to a viewer (`logs`), statistics (`metrics`), anything that draws.

pub mod api;
pub mod bedrock;
pub mod checkpoint;
pub mod class;
pub mod cloudwatch;
pub mod control;
pub mod credentials;
pub mod door;
pub mod embedded;
pub mod iam;
mod input;
pub mod logs;
pub mod pulse;
pub mod quotas;
pub mod router;
pub mod s3;
pub mod server;
pub mod snapshot;
pub mod sns;
pub mod sts;
pub mod wire;
pub mod world;

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::base::clock::{PacedClock, SharedClock};
use world::World;

/// One simulated AWS account with its services. Cheap to clone; clones share the account.
#[derive(Debug, Clone)]
pub struct Sandbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    world: Mutex<World>,
    changes: Changes,
    clock: SharedClock,
    pacer: Option<PacedClock>,
    random: Mutex<fastrand::Rng>,
    folder: Option<PathBuf>,
    lives: AtomicU64,
    turn: Mutex<()>,
}

/// How often the world was written to.
#[derive(Debug, Default)]
struct Changes {
    revision: AtomicU64,
    happened: Notify,
}

impl Changes {
    fn count(&self) {
        self.revision.fetch_add(1, Ordering::Relaxed);
        self.happened.notify_one();
    }
}

/// Exclusive access to the account's state. Writing through it marks the world as changed.
#[derive(Debug)]
pub struct WorldGuard<'a> {
    world: MutexGuard<'a, World>,
    changes: &'a Changes,
}

impl Deref for WorldGuard<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for WorldGuard<'_> {
    fn deref_mut(&mut self) -> &mut World {
        self.changes.count();
        &mut self.world
    }
}

impl Sandbox {
    /// An account in state `world` on `clock`; `seed` fixes request ids and model latencies.
    pub fn new(world: World, clock: SharedClock, seed: u64) -> Self {
        Self::with(world, clock, None, seed, None)
    }

    /// An account whose time can be made to run faster, see [`Sandbox::pacer`]. It goes on where it stood when `world` was kept.
    ///
    /// `folder` is where it is kept, and its checkpoints beside it; without one it is forgotten at the end.
    pub fn paced(world: World, clock: PacedClock, seed: u64, folder: Option<PathBuf>) -> Self {
        clock.go_ahead(world.clock_ahead_ms);
        Self::with(world, Arc::new(clock.clone()), Some(clock), seed, folder)
    }

    fn with(world: World, clock: SharedClock, pacer: Option<PacedClock>, seed: u64, folder: Option<PathBuf>) -> Self {
        let random = Mutex::new(fastrand::Rng::with_seed(seed));
        Self(Arc::new(Inner {
            world: Mutex::new(world),
            changes: Changes::default(),
            lives: AtomicU64::new(0),
            turn: Mutex::default(),
            clock,
            pacer,
            random,
            folder,
        }))
    }

    /// Gives the account another state as a whole: a new one, or one that was kept. Its clock stands where it stood then.
    pub fn replace_world(&self, world: World) {
        let _turn = self.turn();
        if let Some(pacer) = self.pacer() {
            pacer.stand_ahead(world.clock_ahead_ms);
        }
        *self.world() = world;
        self.0.lives.fetch_add(1, Ordering::Relaxed);
    }

    /// The turn of whoever does what is due by the clock, or changes what that is: two at once would do it twice. Not to be asked for inside a turn.
    fn turn(&self) -> MutexGuard<'_, ()> {
        self.0.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often the state was replaced as a whole: whoever shows the account must look anew when this has grown.
    pub fn lives(&self) -> u64 {
        self.0.lives.load(Ordering::Relaxed)
    }

    /// The folder in which the account is kept.
    pub fn folder(&self) -> Option<&Path> {
        self.0.folder.as_deref()
    }

    /// Exclusive access to the account's state. Hold it briefly and never across an await.
    ///
    /// Operations that only read use it through `&` ([`World::region_view`]), so that they cause no snapshot.
    pub fn world(&self) -> WorldGuard<'_> {
        WorldGuard { world: self.0.world.lock().unwrap_or_else(PoisonError::into_inner), changes: &self.0.changes }
    }

    /// Grows with every writing access to the world: unchanged means that there is nothing to save.
    pub fn revision(&self) -> u64 {
        self.0.changes.revision.load(Ordering::Relaxed)
    }

    /// Ends at the next change of the world, or at once if there was one since the last wait. For one waiter.
    pub async fn changed(&self) {
        self.0.changes.happened.notified().await;
    }

    /// The clock that this account lives on.
    pub fn clock(&self) -> &SharedClock {
        &self.0.clock
    }

    /// The same clock where its speed can be changed; `None` on a clock that a test moves.
    pub fn pacer(&self) -> Option<&PacedClock> {
        self.0.pacer.as_ref()
    }

    /// Runs `draw` on the account's seeded random numbers.
    pub fn random<T>(&self, draw: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        draw(&mut self.0.random.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A fresh UUID (version 4 shape) from the seeded numbers, as AWS request ids look.
    pub fn new_id(&self) -> String {
        let mut bytes = self.random(|rng| rng.u128(..)).to_be_bytes();
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex = format!("{:032x}", u128::from_be_bytes(bytes));
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}
