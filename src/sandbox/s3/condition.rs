//! Conditions of requests: `If-Match` and its relatives, in the order of RFC 9110.

use s3s::dto::{ETagCondition, Timestamp as WireTime};

use super::convert::from_wire_time;
use super::error::{Result, no_such_key, not_modified, precondition_failed};
use super::state::{Object, Version};

/// What a read (or the source of a copy) is conditional on.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Conditions<'a> {
    /// `If-Match`.
    pub matches: Option<&'a ETagCondition>,
    /// `If-None-Match`.
    pub none_match: Option<&'a ETagCondition>,
    /// `If-Modified-Since`.
    pub modified_since: Option<&'a WireTime>,
    /// `If-Unmodified-Since`.
    pub unmodified_since: Option<&'a WireTime>,
}

impl Conditions<'_> {
    /// Checks a read: 412 or 304.
    pub(super) fn check_read(&self, version: &Version, object: &Object) -> Result<()> {
        let changed_after = |at: &WireTime| version.modified.as_second() > from_wire_time(at).as_second();
        let fails = match (self.matches, self.unmodified_since) {
            (Some(condition), _) => !holds(condition, object),
            (None, Some(at)) => changed_after(at),
            (None, None) => false,
        };
        if fails {
            return Err(precondition_failed());
        }
        let is_current = match (self.none_match, self.modified_since) {
            (Some(condition), _) => holds(condition, object),
            (None, Some(at)) => !changed_after(at),
            (None, None) => false,
        };
        if is_current { Err(not_modified(&object.etag)) } else { Ok(()) }
    }

    /// Checks a write over `current`: 412, or 404 where something should be and is not.
    pub(super) fn check_write(&self, current: Option<&Object>) -> Result<()> {
        let Some(current) = current else {
            return if self.matches.is_some() { Err(no_such_key()) } else { Ok(()) };
        };
        let matched = self.matches.is_none_or(|condition| holds(condition, current));
        let unmatched = self.none_match.is_none_or(|condition| !holds(condition, current));
        if matched && unmatched { Ok(()) } else { Err(precondition_failed()) }
    }
}

fn holds(condition: &ETagCondition, object: &Object) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(etag) => etag.value() == object.etag,
    }
}
