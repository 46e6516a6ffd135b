//! The time that a dashboard shows and the period of its datapoints.

/// Milliseconds of a minute.
pub const MINUTE_MS: i64 = 60_000;
/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds of a day.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// The spans on offer, as label and length in milliseconds.
pub const SPANS: [(&str, i64); 5] = [("1h", HOUR_MS), ("3h", 3 * HOUR_MS), ("12h", 12 * HOUR_MS), ("1d", DAY_MS), ("1w", 7 * DAY_MS)];

/// The periods on offer, as label and length in milliseconds.
pub const PERIODS: [(&str, i64); 6] =
    [("1 min", MINUTE_MS), ("5 min", 5 * MINUTE_MS), ("15 min", 15 * MINUTE_MS), ("1 h", HOUR_MS), ("6 h", 6 * HOUR_MS), ("1 d", DAY_MS)];

/// Which time is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// The time up to now, this many milliseconds long.
    Last(i64),
    /// From and to, milliseconds since the epoch, the end excluded.
    Between(i64, i64),
}

impl Default for Range {
    fn default() -> Self {
        Self::Last(3 * HOUR_MS)
    }
}

impl Range {
    /// From and to at the moment `now_ms`, milliseconds since the epoch.
    pub fn at(self, now_ms: i64) -> (i64, i64) {
        match self {
            Self::Last(span) => (now_ms - span, now_ms),
            Self::Between(from, to) => (from.min(to), to.max(from + 1)),
        }
    }

    /// How long it is, milliseconds.
    pub fn span_ms(self) -> i64 {
        let (from, to) = self.at(0);
        to - from
    }
}

/// The period for a range that ends now and begins at `from_ms`: about 60 to 300 datapoints, and not below the resolution that CloudWatch keeps for so
/// old data (a minute for 15 days, five minutes for 63 days, an hour beyond).
pub fn auto_period_ms(from_ms: i64, to_ms: i64, now_ms: i64) -> i64 {
    let span = to_ms - from_ms;
    let fitting = PERIODS.into_iter().map(|(_, period)| period).find(|period| span / period <= 300);
    fitting.unwrap_or(DAY_MS).max(kept_resolution_ms(now_ms - from_ms))
}

/// The finest resolution that CloudWatch keeps for data of this age, milliseconds.
pub fn kept_resolution_ms(age_ms: i64) -> i64 {
    if age_ms <= 15 * DAY_MS {
        MINUTE_MS
    } else if age_ms <= 63 * DAY_MS {
        5 * MINUTE_MS
    } else {
        HOUR_MS
    }
}

/// `ms` cut down to a multiple of `period_ms`.
pub fn floor_to(ms: i64, period_ms: i64) -> i64 {
    ms.div_euclid(period_ms.max(1)) * period_ms.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_gives_a_readable_number_of_datapoints() {
        let period = |span: i64| auto_period_ms(-span, 0, 0);
        assert_eq!(SPANS.map(|(_, span)| period(span)), [MINUTE_MS, MINUTE_MS, 5 * MINUTE_MS, 5 * MINUTE_MS, HOUR_MS]);
    }

    #[test]
    fn old_data_is_asked_for_at_the_resolution_that_is_kept() {
        let hour_of = |days: i64| auto_period_ms(-days * DAY_MS, -days * DAY_MS + HOUR_MS, 0);
        assert_eq!([hour_of(1), hour_of(20), hour_of(100)], [MINUTE_MS, 5 * MINUTE_MS, HOUR_MS]);
    }

    #[test]
    fn a_range_has_a_length_even_when_it_was_drawn_backwards() {
        assert_eq!(Range::Between(20, 10).at(0), (10, 21));
        assert_eq!(Range::Last(5).at(100), (95, 100));
        assert_eq!(floor_to(-1, 10), -10);
    }
}
