//! The classmates: people who work in the same account, so that somebody who learns alone sees the traffic of a whole class; and incidents,
//! which let something go wrong at a push of a button.
//!
//! Owns who they are, when they call and what they send ([`habits`], [`work`], texts in `assets/class`), the past that they bring along
//! ([`history`]) and what can go wrong ([`incident`]). Their calls go through Bedrock's own path ([`bedrock::make`]), so that records, metrics
//! and alarms are like those of anybody. Not here: how Bedrock answers, and who draws the buttons.
//!
//! Everything follows from seed and clock: the same class does the same at any speed. Calls that fell due while nobody looked are made up to
//! [`CATCH_UP_MS`] back, in order and with their own times; before that only their metrics are made up.

mod habits;
mod history;
pub mod incident;
pub mod rehearsal;
mod texts;
mod work;

use serde::{Deserialize, Serialize};

use super::{Sandbox, bedrock, pulse};
use crate::base::clock::timestamp_ms;
use habits::MINUTE_MS;

/// Most people of a class.
pub const LARGEST: u32 = 60;

/// The Region in which the class works.
pub const REGION: &str = "us-east-1";

/// How far back calls are made that fell due while nobody looked; they are what the log group shows of the class's past.
const CATCH_UP_MS: i64 = 3 * 60 * MINUTE_MS;

/// Calls made in one beat, so that a beat stays short.
const MOST_A_BEAT: usize = 200;

/// The class of an account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// How many people; 0 is nobody.
    people: u32,
    /// Fixes everything that they do.
    seed: u64,
    /// Calls up to this moment have been made, milliseconds since the epoch.
    done_ms: i64,
    /// Incidents under way.
    incidents: incident::Active,
}

/// How many people work in the account.
pub fn people(sandbox: &Sandbox) -> u32 {
    sandbox.world().class.people
}

/// Brings in `people` (at most [`LARGEST`]; 0 sends all home). With `history` their two weeks of metrics are there at once, and the records of the
/// last hours follow within moments; otherwise they begin now.
pub fn set(sandbox: &Sandbox, people: u32, seed: u64, history: bool) {
    let turn = sandbox.turn();
    let now_ms = sandbox.clock().now_ms();
    let people = people.min(LARGEST);
    let mut world = sandbox.world();
    let had = world.class.people;
    let begins = if history && had == 0 { now_ms - history::LENGTH_MS } else { now_ms };
    world.class.people = people;
    world.class.seed = seed;
    world.class.done_ms = if had == 0 { begins } else { world.class.done_ms };
    drop(world);
    drop(turn);
    pulse::beat(sandbox);
}

/// Lets the classmates do what is due by the sandbox's clock. Called by [`super::pulse`] in its turn.
pub(super) fn beat(sandbox: &Sandbox) {
    incident::beat(sandbox);
    let now = sandbox.clock().now();
    let now_ms = now.as_millisecond();
    let State { people, seed, done_ms, .. } = sandbox.world().class.clone();
    if people == 0 || done_ms == now_ms {
        return;
    }
    // A clock that stands before the last call belongs to an account that was put back.
    let from_ms = if done_ms > now_ms { now_ms } else { done_ms };
    let live_from = from_ms.max(now_ms - CATCH_UP_MS);
    if live_from > from_ms {
        history::fill(&mut sandbox.world(), REGION, seed, people, (from_ms, live_from), now);
    }
    let done = make_calls(sandbox, people, seed, (live_from, now_ms));
    sandbox.world().class.done_ms = done;
}

/// Makes the calls that fall due after `from_ms` and up to `to_ms`, at most [`MOST_A_BEAT`]; returns up to when they are made.
fn make_calls(sandbox: &Sandbox, people: u32, seed: u64, (from_ms, to_ms): (i64, i64)) -> i64 {
    let account = sandbox.world().account_id.clone();
    let mut made = 0;
    let first = from_ms.div_euclid(MINUTE_MS) * MINUTE_MS;
    for minute_ms in (first..=to_ms).step_by(MINUTE_MS as usize) {
        for call in habits::minute(seed, people, minute_ms) {
            if call.at_ms <= from_ms || call.at_ms > to_ms {
                continue;
            }
            if made == MOST_A_BEAT {
                return call.at_ms - 1;
            }
            made += 1;
            make(sandbox, work::order(&call, REGION, &account));
        }
    }
    to_ms
}

/// Makes a call; a refusal is what was to be shown, and is on record.
fn make(sandbox: &Sandbox, order: bedrock::Order) {
    if let Err(code) = bedrock::make(sandbox, order) {
        tracing::trace!(code, "a classmate's call was refused");
    }
}

/// A random number generator for what happens at `ms`, apart from those of other `streams`.
fn rng_at(seed: u64, stream: u64, ms: i64) -> fastrand::Rng {
    fastrand::Rng::with_seed(habits::mixed(&[seed, stream, ms as u64]))
}

/// The moment `ms`.
fn moment(ms: i64) -> crate::base::clock::Timestamp {
    timestamp_ms(ms)
}

#[cfg(test)]
mod tests;
