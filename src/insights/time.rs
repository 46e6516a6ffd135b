//! Moments in results, and lengths of time such as `5m`.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::base::clock::timestamp_ms;

/// `2026-10-01 12:00:00.000`, in UTC, as CloudWatch writes moments in results.
pub(super) fn shown(ms: i64) -> String {
    timestamp_ms(ms).to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S.%3f").to_string()
}

/// A length of time as a query writes it: a count of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Length {
    count: i64,
    unit: &'static Unit,
}

/// A unit of lengths.
#[derive(Debug, PartialEq, Eq)]
struct Unit {
    names: &'static [&'static str],
    ms: i64,
    /// Months of the calendar, for units that are some.
    months: i64,
    /// The largest count that is not cut (`bin(300s)` is 60 seconds).
    most: i64,
}

const fn unit(names: &'static [&'static str], ms: i64, most: i64) -> Unit {
    Unit { names, ms, months: 0, most }
}

const fn calendar(names: &'static [&'static str], days: i64, months: i64) -> Unit {
    Unit { names, ms: days * DAY, months, most: i64::MAX }
}

const DAY: i64 = 86_400_000;

static UNITS: [Unit; 9] = [
    unit(&["ms", "msec", "msecs", "millisecond", "milliseconds"], 1, 1_000),
    unit(&["s", "sec", "secs", "second", "seconds"], 1_000, 60),
    unit(&["m", "min", "mins", "minute", "minutes"], 60_000, 60),
    unit(&["h", "hr", "hrs", "hour", "hours"], 3_600_000, 24),
    unit(&["d", "day", "days"], DAY, i64::MAX),
    unit(&["w", "week", "weeks"], 7 * DAY, i64::MAX),
    calendar(&["mo", "mon", "mons", "month", "months"], 30, 1),
    calendar(&["q", "qtr", "qtrs", "quarter", "quarters"], 90, 3),
    calendar(&["y", "yr", "yrs", "year", "years"], 365, 12),
];

impl Length {
    /// `count` of a unit; nothing if there is no such unit, or it is no length.
    pub(super) fn new(count: i64, unit: &str) -> Option<Self> {
        let unit = UNITS.iter().find(|known| known.names.contains(&unit.to_lowercase().as_str()))?;
        let is_length = count > 0 && count.min(unit.most).checked_mul(unit.ms).is_some();
        is_length.then_some(Self { count, unit })
    }

    /// The count that counts.
    fn cut(self) -> i64 {
        self.count.min(self.unit.most)
    }

    /// Milliseconds; a month has 30 days where no calendar is at hand.
    pub(super) fn ms(self) -> i64 {
        self.cut().saturating_mul(self.unit.ms)
    }

    /// The start of the period in which a moment lies: since the epoch, or of the calendar (UTC) for months and longer.
    pub(super) fn floor(self, ms: i64) -> i64 {
        if self.unit.months == 0 { floor(ms, self.ms()) } else { self.first_of_month(ms, 0) }
    }

    /// The start of the period after the one in which a moment lies.
    pub(super) fn next(self, ms: i64) -> i64 {
        if self.unit.months == 0 { floor(ms, self.ms()).saturating_add(self.ms()) } else { self.first_of_month(ms, 1) }
    }

    /// The first moment of the period that lies `later` periods after that of a moment.
    fn first_of_month(self, ms: i64, later: i64) -> i64 {
        let date = timestamp_ms(ms).to_zoned(TimeZone::UTC).date();
        let length = self.cut().saturating_mul(self.unit.months);
        let month = i64::from(date.year()) * 12 + i64::from(date.month()) - 1;
        let first = (month.div_euclid(length)).saturating_add(later).saturating_mul(length);
        let date = i16::try_from(first.div_euclid(12)).ok().and_then(|year| Date::new(year, first.rem_euclid(12) as i8 + 1, 1).ok());
        date.and_then(|date| date.to_zoned(TimeZone::UTC).ok()).map_or(ms, |start| start.timestamp().as_millisecond())
    }
}

impl std::fmt::Display for Length {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.count, self.unit.names[0])
    }
}

/// The start of the period in which a moment lies.
pub(super) fn floor(ms: i64, length: i64) -> i64 {
    ms - ms.rem_euclid(length.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_longer_are_those_of_the_calendar() {
        let noon = 1_790_856_000_000; // 2026-10-01 12:00
        let at = |count, unit| {
            let length = Length::new(count, unit).unwrap();
            (shown(length.floor(noon))[..10].to_owned(), shown(length.next(noon))[..10].to_owned())
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(at(1, "mo"), pair("2026-10-01", "2026-11-01"));
        assert_eq!(at(1, "quarter"), pair("2026-10-01", "2027-01-01"));
        assert_eq!(at(1, "y"), pair("2026-01-01", "2027-01-01"));
        assert_eq!(at(1, "d"), pair("2026-10-01", "2026-10-02"));
        assert_eq!(Length::new(20_000, "y").unwrap().next(noon), noon, "what is beyond the calendar stays");
        assert!(Length::new(0, "s").is_none() && Length::new(1, "parsec").is_none() && Length::new(i64::MAX, "d").is_none());
    }
}
