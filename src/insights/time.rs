//! Moments in results, and lengths of time such as `5m`.

use jiff::tz::TimeZone;

use crate::base::clock::timestamp_ms;

/// `2026-10-01 12:00:00.000`, in UTC, as CloudWatch writes moments in results.
pub(super) fn shown(ms: i64) -> String {
    timestamp_ms(ms).to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S.%3f").to_string()
}

/// Units of lengths: names, milliseconds, and the largest count that is not cut (`bin(300s)` is 60 seconds).
const UNITS: [(&[&str], i64, i64); 9] = [
    (&["ms", "msec", "msecs", "millisecond", "milliseconds"], 1, 1_000),
    (&["s", "sec", "secs", "second", "seconds"], 1_000, 60),
    (&["m", "min", "mins", "minute", "minutes"], 60_000, 60),
    (&["h", "hr", "hrs", "hour", "hours"], 3_600_000, 24),
    (&["d", "day", "days"], 86_400_000, i64::MAX),
    (&["w", "week", "weeks"], 604_800_000, i64::MAX),
    (&["mo", "mon", "month", "months"], 2_592_000_000, i64::MAX),
    (&["q", "qtr", "quarter", "quarters"], 7_776_000_000, i64::MAX),
    (&["y", "yr", "year", "years"], 31_536_000_000, i64::MAX),
];

/// Milliseconds of `count` of a unit.
pub(super) fn length(count: i64, unit: &str) -> Option<i64> {
    let (_, ms, most) = UNITS.into_iter().find(|(names, _, _)| names.contains(&unit.to_lowercase().as_str()))?;
    (count > 0).then(|| count.min(most).checked_mul(ms)).flatten()
}

/// The start of the period in which a moment lies.
pub(super) fn floor(ms: i64, length: i64) -> i64 {
    ms - ms.rem_euclid(length.max(1))
}
