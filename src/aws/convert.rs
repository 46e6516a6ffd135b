//! Small conversions between SDK values and ours, shared by the service files.

use std::collections::BTreeMap;

use aws_smithy_types::error::operation::BuildError;
use aws_smithy_types::{DateTime, Document, Number};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::{AwsError, ErrorKind};
use super::operation::Operation;
use crate::base::clock::{Timestamp, timestamp_ms};

/// A tag of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// Tag key.
    pub key: String,
    /// Tag value.
    pub value: String,
}

impl Tag {
    /// The tag `key` = `value`.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into() }
    }
}

/// Tags as the map that some services take instead of a list.
pub(super) fn tag_map(tags: &[Tag]) -> BTreeMap<String, String> {
    tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect()
}

/// A moment of the SDK as ours; the epoch when it lies outside the calendar.
pub(super) fn moment(moment: &DateTime) -> Timestamp {
    timestamp_ms(moment.to_millis().unwrap_or_default())
}

/// A moment of ours as the SDK's.
pub(super) fn date_time(moment: Timestamp) -> DateTime {
    DateTime::from_millis(moment.as_millisecond())
}

/// JSON as the SDK's own form of it.
pub(super) fn document(value: Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(yes) => Document::Bool(yes),
        Value::Number(number) => Document::Number(smithy_number(&number)),
        Value::String(text) => Document::String(text),
        Value::Array(items) => Document::Array(items.into_iter().map(document).collect()),
        Value::Object(fields) => Document::Object(fields.into_iter().map(|(name, value)| (name, document(value))).collect()),
    }
}

fn smithy_number(number: &serde_json::Number) -> Number {
    match (number.as_u64(), number.as_i64()) {
        (Some(whole), _) => Number::PosInt(whole),
        (None, Some(whole)) => Number::NegInt(whole),
        (None, None) => Number::Float(number.as_f64().unwrap_or_default()),
    }
}

/// A parameter that the SDK refuses to build is an error of the call, found before it was sent.
#[expect(clippy::needless_pass_by_value, reason = "made to be handed to `map_err`")]
pub(super) fn unbuildable<O: Operation>(error: BuildError) -> AwsError {
    local_error::<O>(ErrorKind::Invalid, "InvalidParameter", crate::base::error::chain(&error))
}

/// A failure of `O` on this side of the wire.
pub(super) fn local_error<O: Operation>(kind: ErrorKind, code: &str, message: String) -> AwsError {
    AwsError {
        service: O::SERVICE,
        operation: O::NAME.to_owned(),
        kind,
        code: code.to_owned(),
        message,
        status: None,
        request_id: None,
        needed: Box::default(),
    }
}

/// A body in a plan or a record: its size, not its bytes.
pub(super) fn body_note(body: &[u8]) -> String {
    format!("<{}>", crate::base::text::bytes(body.len() as u64))
}
