//! Lifecycle configurations: their validation, their XML, and the expirations that they cause.
//!
//! Expiration is real on the sandbox's clock: as in S3 an object falls due at the first midnight UTC after its days have passed.
//! Rules are carried out when the bucket is next looked at. Transitions between storage classes are kept but not carried out,
//! since nothing in the sandbox depends on the class; objects have no tags here, so rules that filter by tag match nothing.

use s3s::dto::{BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration, LifecycleRule, NoncurrentVersionExpiration};
use s3s::xml::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::{Result, invalid_argument, invalid_request, malformed_xml};
use super::state::{Bucket, NULL_VERSION, Object, Version, Versioning};
use crate::base::clock::Timestamp;

const DAY: i64 = 86_400;
const MAX_RULES: usize = 1000;
const MAX_ID: usize = 255;

/// Checks a configuration as S3 does and names the rules that have no id.
pub(super) fn checked(mut configuration: BucketLifecycleConfiguration) -> Result<BucketLifecycleConfiguration> {
    if configuration.rules.is_empty() || configuration.rules.len() > MAX_RULES {
        return Err(malformed_xml());
    }
    configuration.rules.iter().try_for_each(check_rule)?;
    for (number, rule) in configuration.rules.iter_mut().enumerate() {
        rule.id.get_or_insert_with(|| super::checksum::opaque_id(&format!("lifecycle rule {number}")));
    }
    let mut ids: Vec<_> = configuration.rules.iter().filter_map(|rule| rule.id.as_deref()).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(invalid_argument("Rule ID must be unique. Found same ID for more than one rule"));
    }
    Ok(configuration)
}

fn check_rule(rule: &LifecycleRule) -> Result<()> {
    if rule.id.as_ref().is_some_and(|id| id.len() > MAX_ID) {
        return Err(invalid_argument("ID length should not exceed allowed limit of 255"));
    }
    if !matches!(rule.status.as_str(), ExpirationStatus::ENABLED | ExpirationStatus::DISABLED)
        || rule.filter.is_none() == rule.prefix.is_none()
    {
        return Err(malformed_xml());
    }
    if !has_action(rule) {
        return Err(invalid_request("At least one action needs to be specified in a rule"));
    }
    rule.expiration.as_ref().map_or(Ok(()), check_expiration)?;
    rule.noncurrent_version_expiration.as_ref().map_or(Ok(()), check_noncurrent)
}

fn has_action(rule: &LifecycleRule) -> bool {
    rule.expiration.is_some()
        || rule.noncurrent_version_expiration.is_some()
        || rule.abort_incomplete_multipart_upload.is_some()
        || rule.transitions.as_ref().is_some_and(|t| !t.is_empty())
        || rule.noncurrent_version_transitions.as_ref().is_some_and(|t| !t.is_empty())
}

fn check_expiration(expiration: &LifecycleExpiration) -> Result<()> {
    let given = [expiration.days.is_some(), expiration.date.is_some(), expiration.expired_object_delete_marker.is_some()];
    if given.iter().filter(|given| **given).count() != 1 {
        return Err(malformed_xml());
    }
    if expiration.days.is_some_and(|days| days < 1) {
        return Err(invalid_argument("'Days' for Expiration action must be a positive integer"));
    }
    if expiration.date.as_ref().is_some_and(|date| seconds(date) % DAY != 0) {
        return Err(invalid_argument("'Date' must be at midnight GMT"));
    }
    Ok(())
}

fn check_noncurrent(expiration: &NoncurrentVersionExpiration) -> Result<()> {
    if expiration.noncurrent_days.is_none_or(|days| days < 1) {
        return Err(invalid_argument("'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer"));
    }
    Ok(())
}

/// The configuration as the XML text that the bucket keeps.
pub(super) fn to_xml(configuration: &BucketLifecycleConfiguration) -> Result<String> {
    let mut xml = Vec::new();
    configuration.serialize(&mut Serializer::new(&mut xml)).map_err(|_| malformed_xml())?;
    String::from_utf8(xml).map_err(|_| malformed_xml())
}

/// Rules of a configuration kept by [`to_xml`]; text from a damaged snapshot counts as no rules.
pub(super) fn rules(xml: &str) -> Vec<LifecycleRule> {
    BucketLifecycleConfiguration::deserialize(&mut Deserializer::new(xml.as_bytes())).map(|c| c.rules).unwrap_or_default()
}

/// What a rule does to one version of a key.
enum Action {
    /// Remove the version for good.
    Remove(String),
    /// Put a delete marker on top.
    Mark,
}

/// Carries out every rule of the bucket that is due at `now`; `sequence` makes the ids of delete markers.
pub(super) fn carry_out(bucket: &mut Bucket, sequence: u64, now: Timestamp) {
    let rules = bucket.lifecycle.as_deref().map(rules).unwrap_or_default();
    let mut due = Vec::new();
    for (key, versions) in bucket.keys_from("") {
        let actions = rules.iter().filter(|rule| is_enabled(rule)).flat_map(|rule| actions(rule, bucket.versioning, key, versions, now));
        due.extend(actions.map(|action| (key.to_owned(), action)));
    }
    for (key, action) in due {
        apply(bucket, &key, action, sequence, now);
    }
}

fn apply(bucket: &mut Bucket, key: &str, action: Action, sequence: u64, now: Timestamp) {
    match action {
        Action::Remove(id) => drop(bucket.remove_version(key, &id)),
        Action::Mark if bucket.current(key).is_some() => drop(bucket.write(key, None, sequence, now)),
        Action::Mark => {}
    }
}

fn is_enabled(rule: &LifecycleRule) -> bool {
    rule.status.as_str() == ExpirationStatus::ENABLED
}

fn actions(rule: &LifecycleRule, versioning: Versioning, key: &str, versions: &[Version], now: Timestamp) -> Vec<Action> {
    let mut out: Vec<Action> = rule.noncurrent_version_expiration.iter().flat_map(|e| noncurrent(rule, e, key, versions, now)).collect();
    let (Some(current), Some(expiration)) = (versions.last(), &rule.expiration) else { return out };
    match &current.object {
        Some(object) if matches(rule, key, object) && falls_due(expiration, current.modified).is_some_and(|at| at <= now.as_second()) => {
            out.push(if versioning == Versioning::Off { Action::Remove(NULL_VERSION.to_owned()) } else { Action::Mark });
        }
        None if versions.len() == 1 && expiration.expired_object_delete_marker == Some(true) && prefix_matches(rule, key) => {
            out.push(Action::Remove(current.id.clone()));
        }
        _ => {}
    }
    out
}

fn noncurrent(
    rule: &LifecycleRule,
    expiration: &NoncurrentVersionExpiration,
    key: &str,
    versions: &[Version],
    now: Timestamp,
) -> Vec<Action> {
    let keep = expiration.newer_noncurrent_versions.unwrap_or(0).max(0) as usize;
    let Some(days) = expiration.noncurrent_days else { return Vec::new() };
    let pairs = versions.windows(2).rev().skip(keep);
    pairs
        .filter(|pair| pair[0].object.as_ref().map_or_else(|| prefix_matches(rule, key), |object| matches(rule, key, object)))
        .filter(|pair| midnight_after(pair[1].modified, days) <= now.as_second())
        .map(|pair| Action::Remove(pair[0].id.clone()))
        .collect()
}

/// When an object written at `modified` expires, in seconds since the epoch.
fn falls_due(expiration: &LifecycleExpiration, modified: Timestamp) -> Option<i64> {
    let by_date = || expiration.date.as_ref().map(seconds);
    expiration.days.map(|days| midnight_after(modified, days)).or_else(by_date)
}

fn midnight_after(at: Timestamp, days: i32) -> i64 {
    let due = at.as_second() + i64::from(days) * DAY;
    due.div_euclid(DAY) * DAY + if due.rem_euclid(DAY) > 0 { DAY } else { 0 }
}

fn matches(rule: &LifecycleRule, key: &str, object: &Object) -> bool {
    let size = object.body.len() as i64;
    let above = |limit: Option<i64>| limit.is_none_or(|limit| size > limit);
    let below = |limit: Option<i64>| limit.is_none_or(|limit| size < limit);
    let by_filter =
        rule.filter.as_ref().is_none_or(|f| f.tag.is_none() && above(f.object_size_greater_than) && below(f.object_size_less_than));
    let and = rule.filter.as_ref().and_then(|f| f.and.as_ref());
    let by_and = and
        .is_none_or(|a| a.tags.as_ref().is_none_or(Vec::is_empty) && above(a.object_size_greater_than) && below(a.object_size_less_than));
    by_filter && by_and && prefix_matches(rule, key)
}

fn prefix_matches(rule: &LifecycleRule, key: &str) -> bool {
    let filter = rule.filter.as_ref();
    let prefixes =
        [rule.prefix.as_deref(), filter.and_then(|f| f.prefix.as_deref()), filter.and_then(|f| f.and.as_ref()?.prefix.as_deref())];
    prefixes.into_iter().flatten().all(|prefix| key.starts_with(prefix))
}

fn seconds(at: &s3s::dto::Timestamp) -> i64 {
    super::convert::from_wire_time(at).as_second()
}

/// The `x-amz-expiration` header of an object: when the first rule that matches removes it.
pub(super) fn expiration_header(bucket: &Bucket, key: &str, version: &Version) -> Option<String> {
    let object = version.object.as_ref()?;
    let rules = rules(bucket.lifecycle.as_deref()?);
    let due = |rule: &LifecycleRule| Some((falls_due(rule.expiration.as_ref()?, version.modified)?, rule.id.clone().unwrap_or_default()));
    let (at, id) = rules.iter().filter(|rule| is_enabled(rule) && matches(rule, key, object)).filter_map(due).min()?;
    let date = crate::base::clock::timestamp_ms(at * 1000).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    Some(format!("expiry-date=\"{date}\", rule-id=\"{id}\""))
}
