//! The one source of time.
//!
//! Everything that asks "what time is it" or waits does so through a [`Clock`] that is handed in, so that tests run on a
//! clock they move themselves and the sandbox can run faster than the wall. The wall clock is banned elsewhere by clippy.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A moment, UTC.
pub type Timestamp = jiff::Timestamp;

/// A future that ends when a time has passed.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A shared clock.
pub type SharedClock = Arc<dyn Clock>;

/// Tells the time and waits for it to pass.
pub trait Clock: Send + Sync + Debug {
    /// The present moment on this clock.
    fn now(&self) -> Timestamp;

    /// Ends once `duration` has passed on this clock.
    fn sleep(&self, duration: Duration) -> Sleep;

    /// Milliseconds since the epoch, the unit of most AWS timestamps.
    fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }
}

/// The wall clock of the machine.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl SystemClock {
    /// The wall clock, shared.
    pub fn shared() -> SharedClock {
        Arc::new(Self)
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everyone else must ask")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A clock that stands still until it is moved; waiting on it moves it. For tests and reproducible runs.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows `start`.
    pub fn starting_at(start: Timestamp) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(start.as_millisecond())))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(by.as_millis() as i64, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        timestamp_ms(self.0.load(Ordering::SeqCst))
    }

    /// Moves the clock by `duration` and yields once, so that a wait takes no wall time but its length is seen in every measurement.
    fn sleep(&self, duration: Duration) -> Sleep {
        self.advance(duration);
        Box::pin(tokio::task::yield_now())
    }
}

/// A stopwatch for durations on the machine's monotonic clock (frame times, call latencies).
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(clippy::disallowed_methods, reason = "this is the stopwatch that everyone else must use")]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// Whole milliseconds since the start.
    pub fn elapsed_ms(&self) -> u64 {
        self.elapsed().as_millis() as u64
    }
}

/// The moment `ms` milliseconds after the epoch; out-of-range values are clamped to the range of the calendar.
pub fn timestamp_ms(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waiting_on_a_manual_clock_moves_it_and_takes_no_wall_time() {
        let clock = ManualClock::starting_at(timestamp_ms(1_000));
        clock.sleep(Duration::from_hours(1)).await;
        assert_eq!(clock.now_ms(), 3_601_000);
    }

    #[test]
    fn out_of_range_milliseconds_are_clamped() {
        assert_eq!(timestamp_ms(i64::MAX), Timestamp::MAX);
        assert_eq!(timestamp_ms(i64::MIN), Timestamp::MIN);
    }
}
