//! The time range of a query, cut into periods.

use crate::base::clock::Timestamp;

const DAY: i64 = 86_400;

/// A range of time in epoch seconds, start inclusive and end exclusive, and the length of its periods.
///
/// Periods are counted from the start, which is rounded down as the service documents it: to a whole minute for the last 15 days, to five
/// minutes up to 63 days ago, to an hour before; for periods of 5 to 30 seconds to a multiple of the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) period: i64,
}

impl Window {
    pub(super) fn new(start: Timestamp, end: Timestamp, period: i64, now: Timestamp) -> Self {
        let start_s = start.as_second();
        let age = now.as_second() - start_s;
        let step = match (period, age) {
            (..60, _) => period,
            (_, ..=1_296_000) => 60,
            (_, ..=5_443_200) => 300,
            _ => 3_600,
        };
        Self { start: start_s - start_s.rem_euclid(step), end: end_second(end), period }
    }

    /// How many periods the window has.
    pub(super) fn periods(&self) -> i64 {
        (self.end - self.start + self.period - 1) / self.period
    }

    /// The start of the period in which `at` lies; `None` outside the window.
    pub(super) fn period_of(&self, at: i64) -> Option<i64> {
        (self.start..self.end).contains(&at).then(|| self.start + (at - self.start) / self.period * self.period)
    }
}

/// The first whole second that is not before `end`.
fn end_second(end: Timestamp) -> i64 {
    -(-end.as_millisecond()).div_euclid(1_000)
}

/// Whether the service has such periods: 1, 5, 10, 20, 30 seconds or whole minutes, up to a year.
pub(super) fn is_period(seconds: i64) -> bool {
    matches!(seconds, 1 | 5 | 10 | 20 | 30) || (seconds > 0 && seconds % 60 == 0 && seconds <= 365 * DAY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::timestamp_ms;

    fn starts(ago: i64, period: i64) -> i64 {
        let now = timestamp_ms(1_790_006_754_000);
        let start = timestamp_ms(now.as_millisecond() - ago * 1_000);
        Window::new(start, now, period, now).start - start.as_second()
    }

    #[test]
    fn starts_are_rounded_down_by_age_and_period() {
        // 1_790_006_754 is 54 s into its minute and its five minutes, 354 s into its hour.
        assert_eq!([1_790_006_754 % 60, 1_790_006_754 % 300, 1_790_006_754 % 3_600], [54, 54, 354]);
        assert_eq!(starts(0, 60), -54);
        assert_eq!(starts(10 * DAY, 300), -54);
        assert_eq!(starts(20 * DAY + 120, 300), -234);
        assert_eq!(starts(100 * DAY, 3_600), -354);
        assert_eq!(starts(3, 10), -1);
    }

    #[test]
    fn ends_are_exclusive_to_the_millisecond() {
        let window = |end_ms| Window::new(timestamp_ms(0), timestamp_ms(end_ms), 60, timestamp_ms(0));
        assert_eq!([window(120_000).end, window(120_001).end, window(119_999).end], [120, 121, 120]);
        assert_eq!([window(120_000).periods(), window(120_001).periods()], [2, 3]);
        assert_eq!([window(120_000).period_of(119), window(120_000).period_of(120)], [Some(60), None]);
    }
}
