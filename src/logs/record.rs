//! The invocation record: what Bedrock writes about one model call (schema `ModelInvocationLog` 1.0), in every shape seen so far.
//!
//! The raw line is the truth and is kept beside the record by the store; here are the fields that lists, filters and sums need. Bodies are read on
//! demand by [`super::conversation`].

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use super::body;
use crate::base::clock::Timestamp;
use crate::models::Tokens;

/// Lines above this many bytes are kept as raw text: CloudWatch Logs accepts at most 1 MiB an event.
const MAX_LINE: usize = 4 << 20;

/// Characters of the prompt that are kept for lists.
const PROMPT_CHARS: usize = 400;

/// What a line of a log is.
#[derive(Debug, Clone, PartialEq)]
pub enum Parsed {
    /// A record of a model call.
    Invocation(Box<InvocationRecord>),
    /// Anything else, such as the event that Bedrock writes to try its permissions.
    Raw,
}

/// The fields of a record that lists, filters and sums need.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InvocationRecord {
    /// The record's own time, second resolution; `None` when it is not a time.
    pub at: Option<Timestamp>,
    /// Id of the request, as the caller saw it.
    pub request_id: Arc<str>,
    /// `Converse`, `ConverseStream`, `InvokeModel` or `InvokeModelWithResponseStream`.
    pub operation: Arc<str>,
    /// The model as logged: base id, profile id or ARN.
    pub model_id: Arc<str>,
    /// Twelve-digit account id.
    pub account: Arc<str>,
    /// Region of the call.
    pub region: Arc<str>,
    /// Region that served a cross-Region call.
    pub inference_region: Option<Arc<str>>,
    /// ARN of the caller.
    pub principal: Option<Arc<str>>,
    /// The caller's own keys and values.
    pub metadata: Vec<(String, String)>,
    /// Fresh input tokens.
    pub input_tokens: Option<u64>,
    /// Output tokens.
    pub output_tokens: Option<u64>,
    /// Input tokens read from the prompt cache.
    pub cache_read_tokens: Option<u64>,
    /// Input tokens written to the prompt cache.
    pub cache_write_tokens: Option<u64>,
    /// Time until the last token, milliseconds; `InvokeModel` logs none.
    pub latency_ms: Option<u64>,
    /// Time until the first token, milliseconds; only raw streams log it.
    pub first_token_ms: Option<u64>,
    /// AWS's error code of a failed call.
    pub error_code: Option<Arc<str>>,
    /// Why the model stopped: `end_turn`, `max_tokens`, ….
    pub stop_reason: Option<Arc<str>>,
    /// The last thing the user said, shortened.
    pub prompt: Option<Box<str>>,
    /// Where the input lies when it was too large for the log.
    pub input_path: Option<Box<str>>,
    /// Where the output lies when it was too large for the log.
    pub output_path: Option<Box<str>>,
}

/// Keeps one copy of texts that many records share.
#[derive(Debug, Default)]
pub struct Interner(HashSet<Arc<str>>);

impl Interner {
    /// The shared copy of `text`.
    pub fn get(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let fresh: Arc<str> = text.into();
        self.0.insert(fresh.clone());
        fresh
    }
}

impl InvocationRecord {
    /// Reads one line of a log; never fails: what is not a record is [`Parsed::Raw`].
    pub fn parse(line: &str) -> Parsed {
        Self::parse_sharing(line, &mut Interner::default())
    }

    /// Like [`Self::parse`], sharing repeated texts with other records.
    pub fn parse_sharing(line: &str, texts: &mut Interner) -> Parsed {
        if line.len() > MAX_LINE || !line.trim_start().starts_with('{') {
            return Parsed::Raw;
        }
        match serde_json::from_str::<Value>(line) {
            Ok(value) if is_record(&value) => Parsed::Invocation(Box::new(Self::of(&value, texts))),
            _ => Parsed::Raw,
        }
    }

    fn of(value: &Value, texts: &mut Interner) -> Self {
        let (input, output) = (&value["input"], &value["output"]);
        let timing = body::timing(&output["outputBodyJson"]);
        Self {
            at: value["timestamp"].as_str().and_then(|text| text.parse().ok()),
            request_id: text_of(&value["requestId"]).into(),
            operation: texts.get(text_of(&value["operation"])),
            model_id: texts.get(text_of(&value["modelId"])),
            account: texts.get(text_of(&value["accountId"])),
            region: texts.get(text_of(&value["region"])),
            inference_region: value["inferenceRegion"].as_str().map(|text| texts.get(text)),
            principal: value["identity"]["arn"].as_str().map(|text| texts.get(text)),
            metadata: metadata(&value["requestMetadata"]),
            input_tokens: input["inputTokenCount"].as_u64(),
            output_tokens: output["outputTokenCount"].as_u64(),
            cache_read_tokens: input["cacheReadInputTokenCount"].as_u64(),
            cache_write_tokens: input["cacheWriteInputTokenCount"].as_u64(),
            latency_ms: timing.latency_ms,
            first_token_ms: timing.first_token_ms,
            error_code: value["errorCode"].as_str().filter(|code| !code.is_empty()).map(|text| texts.get(text)),
            stop_reason: body::stop_reason(&output["outputBodyJson"]).map(|text| texts.get(text)),
            prompt: body::last_prompt(&input["inputBodyJson"]).map(|text| shortened(question(&text))),
            input_path: input["inputBodyS3Path"].as_str().map(Into::into),
            output_path: output["outputBodyS3Path"].as_str().map(Into::into),
        }
    }

    /// Whether the call failed.
    pub fn is_error(&self) -> bool {
        self.error_code.is_some()
    }

    /// The tokens of the call, unknown ones as zero.
    pub fn tokens(&self) -> Tokens {
        Tokens {
            input: self.input_tokens.unwrap_or_default(),
            output: self.output_tokens.unwrap_or_default(),
            cache_read: self.cache_read_tokens.unwrap_or_default(),
            cache_write: self.cache_write_tokens.unwrap_or_default(),
        }
    }

    /// What the call cost in US dollars; `None` without counts or without a price.
    pub fn cost(&self) -> Option<f64> {
        self.input_tokens.or(self.output_tokens)?;
        crate::models::cost(&self.model_id, self.tokens())
    }

    /// The caller without partition and account: `assumed-role/Role/Session`, `user/name`.
    pub fn principal_name(&self) -> Option<&str> {
        self.principal.as_deref().map(principal_name)
    }
}

/// The part of a principal's ARN after the account: `assumed-role/Role/Session`, `user/name`.
pub fn principal_name(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).unwrap_or(arn)
}

fn is_record(value: &Value) -> bool {
    value["schemaType"].as_str() == Some("ModelInvocationLog") || (value["modelId"].is_string() && value["operation"].is_string())
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn metadata(value: &Value) -> Vec<(String, String)> {
    let entries = value.as_object().into_iter().flatten();
    entries.map(|(key, value)| (key.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))).collect()
}

/// What is asked about a document that stands before the question: lists show the question.
fn question(text: &str) -> &str {
    let asked = text.starts_with("<document").then(|| text.rsplit_once("</document>")).flatten();
    asked.map(|(_, question)| question.trim()).filter(|question| !question.is_empty()).unwrap_or(text)
}

fn shortened(text: &str) -> Box<str> {
    text.chars().take(PROMPT_CHARS).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_show_the_question_that_follows_a_document() {
        assert_eq!(question("<document name=\"a\">long text</document>\n\nWhat does it say?"), "What does it say?");
        assert_eq!(question("<document>only a document</document>"), "<document>only a document</document>");
        assert_eq!(question("no document here"), "no document here");
    }
}
