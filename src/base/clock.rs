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

use tokio::sync::watch;

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

/// A clock that runs ahead of another one: at its own speed, from its own moment. Cheap to clone; clones are the same clock.
///
/// Its time never goes back, [`PacedClock::stand_ahead`] aside. Waits follow changes of the speed while they last.
#[derive(Debug, Clone)]
pub struct PacedClock {
    base: SharedClock,
    pace: Arc<watch::Sender<Pace>>,
}

/// How fast a [`PacedClock`] runs, and where it stood when that was chosen.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// What the other clock showed then, milliseconds since the epoch.
    base_ms: i64,
    /// What this clock showed then, milliseconds since the epoch.
    here_ms: i64,
    speed: f64,
}

impl Pace {
    fn here_at(self, base_ms: i64) -> i64 {
        self.here_ms + ((base_ms - self.base_ms) as f64 * self.speed) as i64
    }
}

impl PacedClock {
    /// Fastest speed.
    pub const MAX_SPEED: f64 = 3_600.0;

    /// A clock that shows what `base` shows until it is told otherwise.
    pub fn over(base: SharedClock) -> Self {
        let now_ms = base.now_ms();
        Self { base, pace: Arc::new(watch::Sender::new(Pace { base_ms: now_ms, here_ms: now_ms, speed: 1.0 })) }
    }

    /// How many seconds pass here while one passes on the other clock.
    pub fn speed(&self) -> f64 {
        self.pace.borrow().speed
    }

    /// Runs at `speed` from now on, at least 1 and at most [`Self::MAX_SPEED`].
    pub fn set_speed(&self, speed: f64) {
        self.change(|pace| pace.speed = speed.clamp(1.0, Self::MAX_SPEED));
    }

    /// Milliseconds that this clock is ahead of the other one.
    pub fn ahead_ms(&self) -> i64 {
        // The other clock is read once: between two readings it goes on.
        let base_ms = self.base.now_ms();
        self.pace.borrow().here_at(base_ms) - base_ms
    }

    /// Goes forward until this clock is at least `ms` ahead of the other one; it never goes back.
    pub fn go_ahead(&self, ms: i64) {
        self.change(|pace| pace.here_ms = pace.here_ms.max(pace.base_ms + ms));
    }

    /// Stands `ms` ahead of the other one, even if that is in the past: only for an account that is replaced as a whole.
    pub fn stand_ahead(&self, ms: i64) {
        self.change(|pace| pace.here_ms = pace.base_ms + ms);
    }

    fn change(&self, change: impl FnOnce(&mut Pace)) {
        let base_ms = self.base.now_ms();
        self.pace.send_modify(|pace| {
            *pace = Pace { base_ms, here_ms: pace.here_at(base_ms), ..*pace };
            change(pace);
        });
    }
}

impl Clock for PacedClock {
    fn now(&self) -> Timestamp {
        timestamp_ms(self.pace.borrow().here_at(self.base.now_ms()))
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let clock = self.clone();
        let until_ms = self.now_ms().saturating_add(duration.as_millis() as i64);
        Box::pin(async move { clock.wait_until(until_ms).await })
    }
}

impl PacedClock {
    async fn wait_until(&self, until_ms: i64) {
        let mut changes = self.pace.subscribe();
        loop {
            let speed = changes.borrow_and_update().speed;
            let left_ms = until_ms - self.now_ms();
            if left_ms <= 0 {
                return;
            }
            let there = Duration::from_millis((left_ms as f64 / speed).ceil().max(1.0) as u64);
            tokio::select! {
                () = self.base.sleep(there) => {}
                _ = changes.changed() => {}
            }
        }
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

/// Milliseconds of `2026-03-02T12:00:00Z` without a detour, and of every other form that is a time.
pub fn iso_ms(text: &str) -> Option<i64> {
    plain_iso_ms(text.as_bytes()).or_else(|| text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond))
}

fn plain_iso_ms(text: &[u8]) -> Option<i64> {
    if text.len() != 20
        || text[4] != b'-'
        || text[7] != b'-'
        || text[10] != b'T'
        || text[13] != b':'
        || text[16] != b':'
        || text[19] != b'Z'
    {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        text[range].iter().try_fold(0_i64, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
    };
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    if !(1..=12).contains(&month) || !(1..=28).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        // The ends of months and leap seconds are left to the library.
        return None;
    }
    // Days since the epoch, with years that begin in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000)
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

    #[tokio::test]
    async fn a_paced_clock_runs_ahead_and_never_back() {
        let wall = ManualClock::starting_at(timestamp_ms(1_000));
        let clock = PacedClock::over(wall.clone());
        clock.set_speed(60.0);
        wall.advance(Duration::from_secs(2));
        assert_eq!(clock.now_ms(), 1_000 + 120_000);
        clock.set_speed(1.0);
        wall.advance(Duration::from_secs(1));
        assert_eq!((clock.now_ms(), clock.ahead_ms()), (122_000, 118_000));
        clock.go_ahead(5);
        assert_eq!(clock.now_ms(), 122_000);
        clock.go_ahead(200_000);
        assert_eq!(clock.now_ms(), wall.now_ms() + 200_000);
    }

    /// A clock that goes on by a millisecond whenever it is read.
    #[derive(Debug)]
    struct Ticking(AtomicI64);

    impl Clock for Ticking {
        fn now(&self) -> Timestamp {
            timestamp_ms(self.0.fetch_add(1, Ordering::SeqCst))
        }

        fn sleep(&self, _: Duration) -> Sleep {
            Box::pin(std::future::ready(()))
        }
    }

    #[test]
    fn many_small_steps_ahead_lose_nothing_however_long_they_take() {
        let clock = PacedClock::over(Arc::new(Ticking(AtomicI64::new(0))));
        for _ in 0..1_440 {
            clock.go_ahead(clock.ahead_ms() + 60_000);
        }
        assert_eq!(clock.ahead_ms(), 86_400_000);
    }

    #[tokio::test]
    async fn waits_on_a_paced_clock_take_their_share_of_the_other_clock() {
        let wall = ManualClock::starting_at(timestamp_ms(0));
        let clock = PacedClock::over(wall.clone());
        clock.set_speed(60.0);
        clock.sleep(Duration::from_mins(1)).await;
        assert_eq!((wall.now_ms(), clock.now_ms()), (1_000, 60_000));
    }

    #[test]
    fn out_of_range_milliseconds_are_clamped() {
        assert_eq!(timestamp_ms(i64::MAX), Timestamp::MAX);
        assert_eq!(timestamp_ms(i64::MIN), Timestamp::MIN);
    }

    #[test]
    fn the_short_way_of_reading_times_agrees_with_the_library() {
        for text in [
            "2026-03-02T12:34:56Z",
            "1970-01-01T00:00:00Z",
            "2024-02-29T23:59:59Z",
            "2000-12-31T01:02:03Z",
            "2026-03-02T12:34:56.789Z",
            "1999-01-28T10:00:00Z",
        ] {
            assert_eq!(iso_ms(text), Some(text.parse::<Timestamp>().unwrap().as_millisecond()), "{text}");
        }
        assert_eq!((iso_ms("2026-02-30T00:00:00Z"), iso_ms("yesterday at 12 noon")), (None, None));
    }
}
