//! Marks of the time axis at round local or UTC times, with dates where a day begins.

use jiff::tz::TimeZone;

use crate::app::settings::{Settings, ZoneChoice};
use crate::base::clock::timestamp_ms;
use crate::metrics::range::{DAY_MS, HOUR_MS, MINUTE_MS};

/// Steps between marks, milliseconds.
const STEPS: [i64; 14] = [
    MINUTE_MS,
    2 * MINUTE_MS,
    5 * MINUTE_MS,
    10 * MINUTE_MS,
    15 * MINUTE_MS,
    30 * MINUTE_MS,
    HOUR_MS,
    2 * HOUR_MS,
    3 * HOUR_MS,
    6 * HOUR_MS,
    12 * HOUR_MS,
    DAY_MS,
    2 * DAY_MS,
    7 * DAY_MS,
];

/// A mark of the time axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeMark {
    /// Where, milliseconds since the epoch.
    pub at_ms: i64,
    /// What is written there.
    pub words: String,
}

/// At most `most` marks between `from_ms` and `to_ms`, at round times of the chosen zone.
pub fn marks(settings: &Settings, from_ms: i64, to_ms: i64, most: usize) -> Vec<TimeMark> {
    let span = (to_ms - from_ms).max(1);
    let step = STEPS.into_iter().find(|step| span / step < most.max(2) as i64).unwrap_or(28 * DAY_MS);
    let zone = match settings.zone {
        ZoneChoice::Utc => TimeZone::UTC,
        ZoneChoice::Local => TimeZone::system(),
    };
    // The offset may change within the range: each mark is rounded with the offset of its own moment.
    let offset_ms = |ms: i64| i64::from(zone.to_offset(timestamp_ms(ms)).seconds()) * 1_000;
    let first = (from_ms + offset_ms(from_ms)).div_euclid(step) * step;
    (0..=span / step + 2)
        .map(|n| first + n * step)
        .map(|local| local - offset_ms(local - offset_ms(local)))
        .filter(|at| (from_ms..=to_ms).contains(at))
        .map(|at_ms| TimeMark { at_ms, words: words(at_ms, &zone) })
        .collect()
}

/// A moment as the cursor tells it: the time of day, with the date where periods are long.
pub fn moment_words(settings: &Settings, at_ms: i64, period_ms: i64) -> String {
    let format = if period_ms >= HOUR_MS { "%b %d %H:%M" } else { "%H:%M:%S" };
    crate::ui::format::custom(settings, timestamp_ms(at_ms), format)
}

/// The time of day, or the date where a day begins.
fn words(at_ms: i64, zone: &TimeZone) -> String {
    let moment = timestamp_ms(at_ms).to_zoned(zone.clone());
    let midnight = moment.hour() == 0 && moment.minute() == 0;
    moment.strftime(if midnight { "%b %d" } else { "%H:%M" }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_at_round_times_and_days_are_named() {
        let settings = Settings::default();
        let from = timestamp_ms(0).as_millisecond() + 20_000 * DAY_MS + 21 * HOUR_MS + 7 * MINUTE_MS;
        let marks = marks(&settings, from, from + 6 * HOUR_MS, 7);
        let words: Vec<_> = marks.iter().map(|mark| mark.words.as_str()).collect();
        assert_eq!(words, ["22:00", "23:00", "Oct 05", "01:00", "02:00", "03:00"]);
    }

    #[test]
    fn there_are_never_too_many_marks() {
        for span in [1, MINUTE_MS, HOUR_MS, DAY_MS, 7 * DAY_MS, 400 * DAY_MS] {
            let count = marks(&Settings::default(), 1_700_000_000_000, 1_700_000_000_000 + span, 6).len();
            assert!(count <= 16, "{span}: {count}");
        }
    }
}
