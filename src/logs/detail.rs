//! One log event opened: its JSON, its conversation, and its bodies where they were too large for the log.

use std::sync::Arc;

use serde_json::Value;

use super::conversation::Conversation;
use super::store::Entry;
use super::{InvocationRecord, Parsed};

/// One side of an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The request.
    Input,
    /// The reply.
    Output,
}

/// An opened log event.
#[derive(Debug, Clone, PartialEq)]
pub struct Detail {
    /// The event.
    pub entry: Arc<Entry>,
    /// The record as JSON, fetched bodies put in; null for a raw line.
    pub json: Arc<Value>,
    /// Who said what.
    pub conversation: Conversation,
}

/// A body fetched from S3.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchedBody {
    /// Which body it is.
    pub side: Side,
    /// Its JSON; a string when it is not JSON.
    pub json: Value,
}

impl Detail {
    /// Opens `entry` with what the log line holds.
    pub fn of(entry: Arc<Entry>) -> Self {
        Self::with_bodies(entry, Vec::new())
    }

    /// Opens `entry` with bodies that were fetched from S3.
    pub fn with_bodies(entry: Arc<Entry>, bodies: Vec<FetchedBody>) -> Self {
        let mut json = if entry.record().is_some() { serde_json::from_str(&entry.line).unwrap_or(Value::Null) } else { Value::Null };
        for body in bodies {
            put(&mut json, body);
        }
        let conversation = Conversation::read(&json["input"]["inputBodyJson"], &json["output"]["outputBodyJson"]);
        Self { entry, json: Arc::new(json), conversation }
    }

    /// The invocation, if the event is one.
    pub fn record(&self) -> Option<&InvocationRecord> {
        self.entry.record()
    }

    /// Bodies that lie in S3 and are not here yet: which, and their `s3://` address.
    pub fn missing_bodies(&self) -> Vec<(Side, &str)> {
        let Parsed::Invocation(record) = &self.entry.parsed else { return Vec::new() };
        let input = record.input_path.as_deref().filter(|_| self.json["input"]["inputBodyJson"].is_null());
        let output = record.output_path.as_deref().filter(|_| self.json["output"]["outputBodyJson"].is_null());
        input.map(|path| (Side::Input, path)).into_iter().chain(output.map(|path| (Side::Output, path))).collect()
    }

    /// Whether the record holds no text because the logging configuration leaves it out.
    pub fn text_was_not_logged(&self) -> bool {
        self.record().is_some_and(|record| !record.is_error()) && self.conversation.turns.is_empty() && self.missing_bodies().is_empty()
    }
}

fn put(json: &mut Value, body: FetchedBody) {
    let (part, key) = match body.side {
        Side::Input => ("input", "inputBodyJson"),
        Side::Output => ("output", "outputBodyJson"),
    };
    if let Some(part) = json.get_mut(part).and_then(Value::as_object_mut) {
        part.insert(key.to_owned(), body.json);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_body_from_s3_fills_its_place() {
        let line = json!({"schemaType": "ModelInvocationLog", "modelId": "m", "operation": "Converse",
            "input": {"inputBodyS3Path": "s3://b/k"}, "output": {"outputBodyJson": {"output": {"message": {"content": [{"text": "ok"}]}}}}});
        let entry = Arc::new(Entry::new("1", 0, &line.to_string()));
        let detail = Detail::of(entry.clone());
        assert_eq!(detail.missing_bodies(), [(Side::Input, "s3://b/k")]);
        let body = json!({"messages": [{"role": "user", "content": [{"text": "long question"}]}]});
        let detail = Detail::with_bodies(entry, vec![FetchedBody { side: Side::Input, json: body }]);
        assert!(detail.missing_bodies().is_empty());
        assert_eq!(detail.conversation.turns[0].text(), "long question");
    }
}
