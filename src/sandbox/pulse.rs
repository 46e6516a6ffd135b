//! The pulse of the account: what happens by itself as time passes on the sandbox's clock (classmates work, incidents end, exports run, alarms are evaluated).
//!
//! A beat does everything that is due and is cheap when nothing is. The window and `outcrop sandbox` start a [`Pulse`]; tests on a clock
//! of their own call [`beat`] after moving it.

use std::time::Duration;

use tokio::task::JoinHandle;

use super::{Sandbox, class, cloudwatch, logs};

/// Time between beats on the sandbox's clock.
const EVERY: Duration = Duration::from_secs(1);

/// Does everything that is due by the sandbox's clock, one beat at a time.
pub fn beat(sandbox: &Sandbox) {
    let _turn = sandbox.turn();
    class::beat(sandbox);
    logs::beat(sandbox);
    cloudwatch::beat(sandbox);
}

/// A beating account; dropping it stops it.
#[derive(Debug)]
pub struct Pulse(JoinHandle<()>);

impl Pulse {
    /// Begins to beat. Must be called inside a tokio runtime; on a clock that moves by being waited for it would race.
    pub fn start(sandbox: Sandbox) -> Self {
        Self(tokio::spawn(async move {
            loop {
                sandbox.clock().sleep(EVERY).await;
                let account = sandbox.clone();
                // What a class does takes a while: away from the threads that answer calls.
                if let Err(error) = tokio::task::spawn_blocking(move || beat(&account)).await {
                    tracing::error!(%error, "a beat of the sandbox's pulse failed");
                }
            }
        }))
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.0.abort();
    }
}
