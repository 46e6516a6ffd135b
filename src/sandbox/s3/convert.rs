//! Between the sandbox's values and the wire crate's: moments, owners, names encoded for XML.

use std::time::{Duration, UNIX_EPOCH};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto;

use crate::base::clock::{Timestamp, timestamp_ms};
use crate::sandbox::api::CallContext;

/// What `encoding-type=url` leaves as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'~');

/// A moment in whole seconds, as S3 gives times.
pub(super) fn wire_time(at: Timestamp) -> dto::Timestamp {
    let seconds = u64::try_from(at.as_second()).unwrap_or(0);
    dto::Timestamp::from(UNIX_EPOCH + Duration::from_secs(seconds))
}

/// A moment that a client sent.
pub(super) fn from_wire_time(at: &dto::Timestamp) -> Timestamp {
    let mut text = Vec::new();
    // Formatting into memory fails only for years beyond the calendar; those count as the epoch.
    let written = at.format(dto::TimestampFormat::DateTime, &mut text).is_ok();
    let parsed = String::from_utf8(text).ok().filter(|_| written).and_then(|text| text.parse().ok());
    parsed.unwrap_or_else(|| timestamp_ms(0))
}

/// The account as an owner: a canonical user id of 64 hexadecimal digits.
pub(super) fn owner(cx: &CallContext) -> dto::Owner {
    let id = format!("{}{}", super::checksum::md5_hex(cx.account.as_bytes()), super::checksum::md5_hex(b"canonical user"));
    dto::Owner { display_name: None, id: Some(id) }
}

/// ARN of a bucket.
pub(super) fn bucket_arn(bucket: &str) -> String {
    format!("arn:aws:s3:::{bucket}")
}

/// ARN of an object.
pub(super) fn object_arn(bucket: &str, key: &str) -> String {
    format!("arn:aws:s3:::{bucket}/{key}")
}

/// How names in a listing are written: as they are, or percent-encoded when the client asked for `encoding-type=url`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    url: bool,
}

impl Names {
    /// The encoding that a request asks for.
    pub(super) fn asked(encoding: Option<&dto::EncodingType>) -> Self {
        Self { url: encoding.is_some_and(|e| e.as_str() == dto::EncodingType::URL) }
    }

    /// `name` as it goes into the answer.
    pub(super) fn write(self, name: &str) -> String {
        if self.url { utf8_percent_encode(name, PLAIN).to_string() } else { name.to_owned() }
    }

    /// `name` as it goes into the answer, nothing for an empty one.
    pub(super) fn some(self, name: &str) -> Option<String> {
        (!name.is_empty()).then(|| self.write(name))
    }
}

/// The headers that a request to put, copy or begin an object keeps with it. The inputs are types of their own with the same fields.
macro_rules! headers_of {
    ($input:expr) => {
        $crate::sandbox::s3::state::Headers {
            content_type: $input.content_type.clone(),
            content_encoding: $input.content_encoding.clone(),
            content_disposition: $input.content_disposition.clone(),
            content_language: $input.content_language.clone(),
            cache_control: $input.cache_control.clone(),
            expires: $input.expires.as_ref().map($crate::sandbox::s3::convert::from_wire_time),
        }
    };
}
pub(super) use headers_of;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_survive_the_way_to_the_wire_and_back() {
        let at = timestamp_ms(1_790_000_123_456);
        assert_eq!(from_wire_time(&wire_time(at)), timestamp_ms(1_790_000_123_000));
    }

    #[test]
    fn names_are_encoded_only_when_asked() {
        let url = dto::EncodingType::from_static("url");
        assert_eq!(Names::asked(Some(&url)).write("a b/ü+.json"), "a%20b/%C3%BC%2B.json");
        assert_eq!(Names::asked(None).write("a b/ü"), "a b/ü");
        assert_eq!(Names::asked(None).some(""), None);
    }
}
