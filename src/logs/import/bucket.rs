//! Records in a bucket, as Bedrock delivers them: which prefixes to list for a time, and which of the keys hold records.
//!
//! The layout is `[PREFIX/]AWSLogs/ACCOUNT/BedrockModelInvocationLogs/REGION/YYYY/MM/DD/HH/`, in UTC, with large bodies below `data/` of the hour
//! (`aws_facts.md` section 1).

use std::fmt;

use super::files;
use crate::base::clock::timestamp_ms;

const HOUR_MS: i64 = 3_600_000;
/// Spans up to these many hours are listed by hour, longer ones up to so many days by day, and still longer ones at once.
const BY_HOUR: i64 = 48;
const BY_DAY: i64 = 62;
/// The part of a key after which the Region and the hour follow.
const MARK: &str = "BedrockModelInvocationLogs/";

/// A place in S3 with records below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix {
    /// Name of the bucket.
    pub bucket: String,
    /// What the keys begin with; may be empty.
    pub keys: String,
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.keys)
    }
}

impl Prefix {
    /// Reads `s3://BUCKET` and `s3://BUCKET/PREFIX`; anything else is none.
    pub fn read(address: &str) -> Option<Self> {
        let place = address.trim().strip_prefix("s3://")?;
        let (bucket, keys) = place.split_once('/').unwrap_or((place, ""));
        (!bucket.is_empty()).then(|| Self { bucket: bucket.to_owned(), keys: keys.to_owned() })
    }

    /// Where Bedrock puts the records of an account and Region when `prefix` is configured for `bucket`.
    pub fn of_bedrock(bucket: &str, prefix: &str, account: &str, region: &str) -> Self {
        let prefix = prefix.trim_end_matches('/');
        let slash = if prefix.is_empty() { "" } else { "/" };
        Self { bucket: bucket.to_owned(), keys: format!("{prefix}{slash}AWSLogs/{account}/{MARK}{region}/") }
    }

    /// The prefixes to list for the records of `window`, milliseconds since the epoch, both ends included; without one it is everything below.
    ///
    /// Only where the prefix ends with the Region can hours be named; elsewhere all is listed and [`wants`](Self::wants) chooses.
    pub fn listings(&self, window: Option<(i64, i64)>) -> Vec<String> {
        let ends_with_region = self
            .keys
            .rsplit_once(MARK)
            .is_some_and(|(_, rest)| rest.trim_end_matches('/').split('/').count() == 1 && !rest.trim_end_matches('/').is_empty());
        let Some((from, to)) = window.filter(|_| ends_with_region) else { return vec![self.keys.clone()] };
        let (first, last) = (from.div_euclid(HOUR_MS), latest_hour(to));
        let (step, form) = match last - first {
            hours if hours <= BY_HOUR => (1, "%Y/%m/%d/%H/"),
            hours if hours <= BY_DAY * 24 => (24, "%Y/%m/%d/"),
            _ => return vec![self.keys.clone()],
        };
        let root = self.keys.trim_end_matches('/');
        let named = (first.div_euclid(step)..=last.div_euclid(step)).map(|n| timestamp_ms(n * step * HOUR_MS).strftime(form).to_string());
        named.map(|hour| format!("{root}/{hour}")).collect()
    }

    /// Whether the object `key` holds records of `window`: not a body, not the object by which Bedrock tries its permission.
    pub fn wants(&self, key: &str, window: Option<(i64, i64)>) -> bool {
        let is_body = key.rsplit('/').nth(1) == Some("data");
        let in_time = || match (window, hour(key)) {
            (Some((from, to)), Some(hour)) => (from.div_euclid(HOUR_MS)..=latest_hour(to)).contains(&hour),
            _ => true,
        };
        !is_body && files::has_ending(std::path::Path::new(key)) && in_time()
    }
}

/// Records of the end of an hour can be delivered in the next one.
fn latest_hour(to_ms: i64) -> i64 {
    to_ms.div_euclid(HOUR_MS).saturating_add(1)
}

/// The hour that a key names, counted since the epoch.
fn hour(key: &str) -> Option<i64> {
    let (_, rest) = key.rsplit_once(MARK)?;
    let mut parts = rest.split('/').skip(1).map(|part| part.parse::<i16>().ok());
    let mut next = || parts.next().flatten();
    let (year, month, day, hour) = (next()?, next()?, next()?, next()?);
    let date = jiff::civil::Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    let at = date.at(hour.try_into().ok().filter(|hour| (0..24).contains(hour))?, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(at.timestamp().as_millisecond().div_euclid(HOUR_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_772_452_800_000; // 2026-03-02T12:00:00Z
    const ROOT: &str = "AWSLogs/123456789012/BedrockModelInvocationLogs/us-east-1/";

    #[test]
    fn addresses_are_read_and_written() {
        let read = |text| Prefix::read(text).map(|prefix| (prefix.bucket.clone(), prefix.keys.clone(), prefix.to_string()));
        assert_eq!(read("s3://b"), Some(("b".into(), String::new(), "s3://b/".into())));
        assert_eq!(read(" s3://b/a/c "), Some(("b".into(), "a/c".into(), "s3://b/a/c".into())));
        assert_eq!([read("s3://"), read("/tmp/x"), read("https://b")], [None, None, None]);
        let of = |prefix| Prefix::of_bedrock("b", prefix, "123456789012", "us-east-1").keys;
        assert_eq!(of(""), ROOT);
        assert_eq!([of("x/y"), of("x/y/")], [format!("x/y/{ROOT}"), format!("x/y/{ROOT}")]);
    }

    #[test]
    fn a_short_time_is_listed_by_hour_a_longer_by_day_and_all_at_once() {
        let prefix = Prefix::of_bedrock("b", "", "123456789012", "us-east-1");
        let hours = prefix.listings(Some((NOON - HOUR_MS, NOON + 1)));
        assert_eq!(hours, ["11", "12", "13"].map(|hour| format!("{ROOT}2026/03/02/{hour}/")));
        let days = prefix.listings(Some((NOON - 72 * HOUR_MS, NOON)));
        assert_eq!(days, ["02/27", "02/28", "03/01", "03/02"].map(|day| format!("{ROOT}2026/{day}/")));
        assert_eq!(prefix.listings(Some((0, NOON))), [ROOT]);
        assert_eq!(prefix.listings(None), [ROOT]);
        assert_eq!(Prefix::read("s3://b/AWSLogs/").unwrap().listings(Some((NOON, NOON))), ["AWSLogs/"], "the Region is not named");
        let day = format!("s3://b/{ROOT}2026/03/02/");
        assert_eq!(Prefix::read(&day).unwrap().listings(Some((NOON, NOON))).len(), 1, "a day is named already");
    }

    #[test]
    fn records_of_the_time_are_wanted_and_bodies_are_not() {
        let prefix = Prefix::read("s3://b").unwrap();
        let wants = |rest: &str| prefix.wants(&format!("{ROOT}2026/03/02/{rest}"), Some((NOON, NOON)));
        assert!(wants("12/20260302T120000000Z_0f.json.gz") && wants("13/a.json.gz"));
        assert!(!wants("11/a.json.gz") && !wants("14/a.json.gz"));
        assert!(!wants("12/data/r_input.json.gz"));
        assert!(!wants("12/amazon-bedrock-logs-permission-check"));
        assert!(
            prefix.wants("export/data.ndjson", Some((0, 0))) && prefix.wants("a.json.gz", None),
            "no hour is no reason to leave it out"
        );
        assert!(prefix.wants(&format!("{ROOT}2026/13/45/99/a.json"), Some((0, 0))));
    }
}
