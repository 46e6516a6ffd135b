//! Moments and ids as the person chose to see them.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::app::settings::{Settings, ZoneChoice};
use crate::base::clock::{Timestamp, timestamp_ms};
use crate::base::text;
use crate::metrics::range::Range;

/// Time of day to the second: `12:04:31`.
pub fn time(settings: &Settings, at: Timestamp) -> String {
    written(settings, at, "%H:%M:%S")
}

/// Time of day to the millisecond: `12:04:31.456`.
pub fn time_ms(settings: &Settings, at: Timestamp) -> String {
    written(settings, at, "%H:%M:%S%.3f")
}

/// Date and time of day with the zone: `2026-11-23 12:04:31 UTC`.
pub fn moment(settings: &Settings, at: Timestamp) -> String {
    written(settings, at, "%Y-%m-%d %H:%M:%S %Z")
}

/// The zone in which moments are written: `UTC`, `CET`.
pub fn zone_name(settings: &Settings, at: Timestamp) -> String {
    written(settings, at, "%Z")
}

/// `text` with account ids masked if the person wants them to be.
pub fn masked(settings: &Settings, text: &str) -> String {
    if settings.masks_accounts() { text::mask_accounts(text) } else { text.to_owned() }
}

/// A moment in a format of `strftime`, for axes and lists that need less or more than the others.
pub fn custom(settings: &Settings, at: Timestamp, format: &str) -> String {
    written(settings, at, format)
}

/// How a person writes a moment in a field: `2026-11-23 12:04`.
const IN_FIELDS: &str = "%Y-%m-%d %H:%M";

/// The ends of a range as a person writes them in fields.
pub fn ends(settings: &Settings, range: &Range, now: Timestamp) -> (String, String) {
    let (from, to) = range.at(now.as_millisecond());
    let text = |ms| written(settings, timestamp_ms(ms), IN_FIELDS);
    (text(from), text(to))
}

/// Date and time of day that a person wrote in a field.
pub fn read_civil(text: &str) -> Option<DateTime> {
    DateTime::strptime(IN_FIELDS, text.trim()).ok()
}

/// The moment that a person wrote in a field, milliseconds since the epoch.
pub fn read_ms(settings: &Settings, text: &str) -> Option<i64> {
    Some(read_civil(text)?.to_zoned(zone(settings)).ok()?.timestamp().as_millisecond())
}

fn zone(settings: &Settings) -> TimeZone {
    match settings.zone {
        ZoneChoice::Utc => TimeZone::UTC,
        ZoneChoice::Local => TimeZone::system(),
    }
}

fn written(settings: &Settings, at: Timestamp, format: &str) -> String {
    at.to_zoned(zone(settings)).strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_utc_unless_local_is_chosen() {
        let settings = Settings::default();
        let at = timestamp_ms(1_795_435_471_456);
        assert_eq!(time(&settings, at), "12:04:31");
        assert_eq!(time_ms(&settings, at), "12:04:31.456");
        assert_eq!(moment(&settings, at), "2026-11-23 12:04:31 UTC");
        assert_eq!(zone_name(&settings, at), "UTC");
    }

    #[test]
    fn accounts_are_masked_on_demand_and_always_in_presenter_mode() {
        let mut settings = Settings { mask_accounts: false, ..Settings::default() };
        assert_eq!(masked(&settings, "123456789012"), "123456789012");
        settings.presenter = true;
        assert_eq!(masked(&settings, "123456789012"), "1234****9012");
    }
}
