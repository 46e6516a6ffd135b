//! Names: what a bucket may be called, which names belong to someone else, which Regions exist, what a key may be.

use super::error::{Result, invalid_argument};
use crate::sandbox::api::ApiError;

/// Longest object key in bytes of UTF-8.
const MAX_KEY_BYTES: usize = 1024;

/// Names that behave as if another account owned them, so that "the name is taken" can be met and tested.
const TAKEN: &[&str] = &[
    "test",
    "bucket",
    "my-bucket",
    "mybucket",
    "example",
    "example-bucket",
    "logs",
    "data",
    "backup",
    "bedrock",
    "bedrock-logs",
    "aws",
    "amazon",
];

/// Any name that begins so is taken too.
const TAKEN_PREFIX: &str = "taken-";

/// Prefixes and suffixes that S3 keeps for itself.
const RESERVED_PREFIXES: &[&str] = &["xn--", "sthree-", "amzn-s3-demo-"];
const RESERVED_SUFFIXES: &[&str] = &["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/// Regions that a location constraint may name (all but `us-east-1`, which is named by leaving it out).
const REGIONS: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// Whether another account owns `name`.
pub(super) fn is_taken(name: &str) -> bool {
    TAKEN.contains(&name) || name.starts_with(TAKEN_PREFIX)
}

/// Checks `name` against the rules for general purpose buckets.
pub(super) fn check_bucket(name: &str) -> Result<()> {
    if is_valid_bucket(name) {
        return Ok(());
    }
    Err(ApiError::new(400, "InvalidBucketName", "The specified bucket is not valid."))
}

fn is_valid_bucket(name: &str) -> bool {
    let edge = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let bytes = name.as_bytes();
    (3..=63).contains(&bytes.len())
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-'))
        && edge(bytes.first())
        && edge(bytes.last())
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err()
        && !RESERVED_PREFIXES.iter().any(|p| name.starts_with(p))
        && !RESERVED_SUFFIXES.iter().any(|s| name.ends_with(s))
}

/// The Region of a new bucket, from the Region of the endpoint and the location constraint.
pub(super) fn new_bucket_region(endpoint: &str, constraint: Option<&str>) -> Result<String> {
    let constraint = constraint.filter(|c| !c.is_empty()).map(|c| if c == "EU" { "eu-west-1" } else { c });
    match constraint {
        None if endpoint == "us-east-1" => Ok(endpoint.to_owned()),
        None => Err(illegal_constraint("unspecified")),
        Some(c) if !REGIONS.contains(&c) => {
            Err(ApiError::new(400, "InvalidLocationConstraint", "The specified location-constraint is not valid"))
        }
        Some(c) if c == endpoint || endpoint == "us-east-1" => Ok(c.to_owned()),
        Some(c) => Err(illegal_constraint(c)),
    }
}

fn illegal_constraint(constraint: &str) -> ApiError {
    let text = format!("The {constraint} location constraint is incompatible for the region specific endpoint this request was sent to.");
    ApiError::new(400, "IllegalLocationConstraintException", text)
}

/// Checks the length of an object key.
pub(super) fn check_key(key: &str) -> Result<()> {
    match key.len() {
        0 => Err(invalid_argument("Object key must not be empty")),
        n if n > MAX_KEY_BYTES => Err(ApiError::new(400, "KeyTooLongError", "Your key is too long")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names_follow_every_rule() {
        for good in ["abc", "a-b.c", "1bucket1", "outcrop-logs-123456789012-us-east-1", &"a".repeat(63)] {
            assert_eq!(check_bucket(good), Ok(()), "{good}");
        }
        let long = "a".repeat(64);
        let bad = [
            "ab",
            &long,
            "Abc",
            "a_b",
            "-abc",
            "abc-",
            ".abc",
            "abc.",
            "a..b",
            "192.168.5.4",
            "xn--abc",
            "sthree-x",
            "amzn-s3-demo-x",
            "abc-s3alias",
            "abc--ol-s3",
            "abc.mrap",
            "abc--x-s3",
            "abc--table-s3",
            "äbc",
            "a b c",
        ];
        for name in bad {
            assert_eq!(check_bucket(name).map_err(|e| e.code), Err("InvalidBucketName".to_owned()), "{name}");
        }
    }

    #[test]
    fn location_constraints_follow_the_endpoint() {
        let code = |endpoint, constraint| new_bucket_region(endpoint, constraint).map_err(|e| e.code);
        assert_eq!(code("us-east-1", None), Ok("us-east-1".to_owned()));
        assert_eq!(code("us-east-1", Some("eu-west-1")), Ok("eu-west-1".to_owned()));
        assert_eq!(code("us-east-1", Some("us-east-1")), Err("InvalidLocationConstraint".to_owned()));
        assert_eq!(code("eu-west-1", Some("EU")), Ok("eu-west-1".to_owned()));
        assert_eq!(code("eu-west-1", None), Err("IllegalLocationConstraintException".to_owned()));
        assert_eq!(code("eu-west-1", Some("us-west-2")), Err("IllegalLocationConstraintException".to_owned()));
        assert_eq!(code("eu-west-1", Some("mars-1")), Err("InvalidLocationConstraint".to_owned()));
    }
}
