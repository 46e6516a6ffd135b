//! The embedded AWS: an account that lives in this process and speaks the services' own wire protocols.
//!
//! Two doors lead in: [`server`] (HTTP on the loopback interface) and [`door`] (an in-process `HttpClient` for the SDK). Behind both,
//! [`Sandbox::handle`] finds the service and operation of a request and runs its handler against the shared [`world::World`].
//! One folder per service holds its state, its validation and its operations; `wire/` turns protocols into values and back.
//!
//! Not here: what a log record means to a viewer (`logs`), statistics (`metrics`), anything that draws.

pub mod api;
pub mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::base::clock::SharedClock;
use world::World;

/// One simulated AWS account with its services. Cheap to clone; clones share the account.
#[derive(Debug, Clone)]
pub struct Sandbox(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    world: Mutex<World>,
    clock: SharedClock,
    random: Mutex<fastrand::Rng>,
}

impl Sandbox {
    /// An account in state `world` on `clock`; `seed` fixes request ids and model latencies.
    pub fn new(world: World, clock: SharedClock, seed: u64) -> Self {
        Self(Arc::new(Inner { world: Mutex::new(world), clock, random: Mutex::new(fastrand::Rng::with_seed(seed)) }))
    }

    /// Exclusive access to the account's state. Hold it briefly and never across an await.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The clock that this account lives on.
    pub fn clock(&self) -> &SharedClock {
        &self.0.clock
    }

    /// Runs `draw` on the account's seeded random numbers.
    pub fn random<T>(&self, draw: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        draw(&mut self.0.random.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A fresh UUID (version 4 shape) from the seeded numbers, as AWS request ids look.
    pub fn new_id(&self) -> String {
        let n = self.random(|rng| rng.u128(..));
        let (a, b, c, d, e) =
            ((n >> 96) as u32, (n >> 80) as u16, (n >> 64) as u16 & 0x0fff, (n >> 48) as u16 & 0x3fff, n as u64 & 0xffff_ffff_ffff);
        format!("{a:08x}-{b:04x}-4{c:03x}-{:04x}-{e:012x}", d | 0x8000)
    }
}
