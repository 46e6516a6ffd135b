//! Moments and ids as the person chose to see them.

use jiff::tz::TimeZone;

use crate::app::settings::{Settings, ZoneChoice};
use crate::base::clock::Timestamp;
use crate::base::text;

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

fn written(settings: &Settings, at: Timestamp, format: &str) -> String {
    let zone = match settings.zone {
        ZoneChoice::Utc => TimeZone::UTC,
        ZoneChoice::Local => TimeZone::system(),
    };
    at.to_zoned(zone).strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::timestamp_ms;

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
