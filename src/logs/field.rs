//! The fields of a record by name: short names for what people ask for most, dotted paths for everything else.
//!
//! One table drives the search box (`latency:>2s`), the columns of the list, exports, and the Logs Insights text that stands for a search.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use super::filter::{OK, RAW};
use super::path;
use super::record::{InvocationRecord, principal_name};
use super::store::Entry;

/// A record as fields are read from it.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The line as it came.
    pub line: &'a str,
    /// The event's time, milliseconds since the epoch.
    pub at_ms: i64,
    /// The invocation, if the line is one.
    pub record: Option<&'a InvocationRecord>,
}

impl<'a> Source<'a> {
    /// Reads from a loaded event.
    pub fn of(entry: &'a Entry) -> Self {
        Self { line: &entry.line, at_ms: entry.at_ms, record: entry.record() }
    }
}

/// A single value.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar<'a> {
    /// Words.
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
    /// True or false.
    Flag(bool),
}

impl fmt::Display for Scalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Flag(truth) => truth.fmt(f),
        }
    }
}

impl Scalar<'static> {
    /// The value of JSON: structures as their text, null as nothing.
    pub fn from_json(json: Value) -> Option<Self> {
        match json {
            Value::Null => None,
            Value::Bool(truth) => Some(Self::Flag(truth)),
            Value::Number(number) => number.as_f64().map(Self::Number),
            Value::String(text) => Some(Self::Text(text.into())),
            other => Some(Self::Text(other.to_string().into())),
        }
    }
}

/// How a field is written in Logs Insights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counterpart {
    /// The same.
    Exact(&'static str),
    /// Nearly the same: some shapes of records have it elsewhere.
    Near(&'static str),
    /// Not at all: it is worked out here.
    Here,
}

type Get = for<'a> fn(Source<'a>) -> Option<Scalar<'a>>;

/// A field with a short name.
pub struct Known {
    /// The short name, as it is typed.
    pub name: &'static str,
    /// Its name above a column.
    pub title: &'static str,
    /// What it is, a few words.
    pub about: &'static str,
    /// How Logs Insights writes it.
    pub counterpart: Counterpart,
    /// Whether it is a number.
    pub is_number: bool,
    /// Usual width of its column, points.
    pub width: f32,
    get: Get,
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// All short names, in the order in which they are offered.
pub static KNOWN: [Known; 21] = [
    word("time", "Time", "When the event happened", Counterpart::Exact("@timestamp"), 112.0, |s| {
        Some(text(crate::base::clock::timestamp_ms(s.at_ms).strftime("%Y-%m-%d %H:%M:%S%.3f").to_string()))
    }),
    word("model", "Model", "The model as logged", Counterpart::Exact("modelId"), 104.0, |s| Some(shared(&s.record?.model_id))),
    word("operation", "Operation", "Converse, InvokeModel, …", Counterpart::Exact("operation"), 122.0, |s| {
        Some(shared(&s.record?.operation))
    }),
    word("result", "Status", "ok, or AWS's error code", Counterpart::Near("errorCode"), 84.0, |s| Some(shared(result(s)))),
    word("prompt", "Prompt", "What the user said last", Counterpart::Near("input.inputBodyJson.messages.0.content.0.text"), 320.0, |s| {
        s.record?.prompt.as_deref().map(shared)
    }),
    number("in", "In", "Input tokens", Counterpart::Exact("input.inputTokenCount"), 60.0, |s| count(s.record?.input_tokens)),
    number("out", "Out", "Output tokens", Counterpart::Exact("output.outputTokenCount"), 56.0, |s| count(s.record?.output_tokens)),
    number(
        "latency",
        "Latency",
        "Until the last token, milliseconds",
        Counterpart::Near("output.outputBodyJson.metrics.latencyMs"),
        68.0,
        |s| count(s.record?.latency_ms),
    ),
    number(
        "tokens",
        "Tokens",
        "Input and output tokens",
        Counterpart::Exact("(input.inputTokenCount + output.outputTokenCount)"),
        68.0,
        |s| {
            count(Some(
                s.record?.input_tokens.or(s.record?.output_tokens).map(|_| 0)? + s.record?.tokens().input + s.record?.tokens().output,
            ))
        },
    ),
    number("cost", "Cost", "US dollars, from the price list here", Counterpart::Here, 76.0, |s| s.record?.cost().map(Scalar::Number)),
    word("principal", "Principal", "The caller", Counterpart::Exact("identity.arn"), 150.0, |s| {
        Some(shared(principal_name(s.record?.principal.as_deref()?)))
    }),
    word("error", "Error", "AWS's error code of a failed call", Counterpart::Exact("errorCode"), 150.0, |s| {
        s.record?.error_code.as_deref().map(shared)
    }),
    word("stop", "Stop reason", "Why the model stopped", Counterpart::Near("output.outputBodyJson.stopReason"), 96.0, |s| {
        s.record?.stop_reason.as_deref().map(shared)
    }),
    word("request", "Request", "Id of the request", Counterpart::Exact("requestId"), 260.0, |s| Some(shared(&s.record?.request_id))),
    word("region", "Region", "Region of the call", Counterpart::Exact("region"), 92.0, |s| Some(shared(&s.record?.region))),
    word("served", "Served in", "Region that served the call", Counterpart::Exact("inferenceRegion"), 92.0, |s| {
        s.record?.inference_region.as_deref().map(shared)
    }),
    word("account", "Account", "Account of the call", Counterpart::Exact("accountId"), 112.0, |s| Some(shared(&s.record?.account))),
    number("first", "First token", "Until the first token, milliseconds; raw streams only", Counterpart::Here, 84.0, |s| {
        count(s.record?.first_token_ms)
    }),
    number(
        "cached",
        "From cache",
        "Input tokens read from the prompt cache",
        Counterpart::Exact("input.cacheReadInputTokenCount"),
        84.0,
        |s| count(s.record?.cache_read_tokens),
    ),
    number(
        "cachewrite",
        "To cache",
        "Input tokens written to the prompt cache",
        Counterpart::Exact("input.cacheWriteInputTokenCount"),
        84.0,
        |s| count(s.record?.cache_write_tokens),
    ),
    word("line", "Line", "The whole line", Counterpart::Exact("@message"), 420.0, |s| Some(shared(s.line))),
];

const fn word(name: &'static str, title: &'static str, about: &'static str, counterpart: Counterpart, width: f32, get: Get) -> Known {
    Known { name, title, about, counterpart, is_number: false, width, get }
}

const fn number(name: &'static str, title: &'static str, about: &'static str, counterpart: Counterpart, width: f32, get: Get) -> Known {
    Known { name, title, about, counterpart, is_number: true, width, get }
}

/// Other spellings of short names.
const ALIASES: [(&str, &str); 9] = [
    ("status", "result"),
    ("modelid", "model"),
    ("requestid", "request"),
    ("errorcode", "error"),
    ("user", "principal"),
    ("@timestamp", "time"),
    ("@message", "line"),
    ("input_tokens", "in"),
    ("output_tokens", "out"),
];

/// The fields on the top of a record: paths without a dot that are meant as fields.
const TOP: [&str; 13] = [
    "timestamp",
    "accountId",
    "region",
    "requestId",
    "operation",
    "modelId",
    "errorCode",
    "inferenceRegion",
    "schemaType",
    "schemaVersion",
    "identity",
    "input",
    "output",
];

/// A field: one with a short name, or a path into the JSON.
#[derive(Debug, Clone)]
pub enum Field {
    /// One of [`KNOWN`].
    Known(&'static Known),
    /// A dotted path.
    Path(String),
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Field {}

impl Field {
    /// Reads a name: a short one in either case, the name of a field at the top of records, or anything with a dot. Backticks are left out.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.replace('`', "");
        let lower = name.to_ascii_lowercase();
        let short = ALIASES.iter().find(|(alias, _)| *alias == lower).map_or(lower.as_str(), |(_, short)| short);
        let known = KNOWN.iter().find(|known| known.name == short).map(Self::Known);
        let is_path = TOP.contains(&name.as_str()) || (name.contains('.') && !name.starts_with('.') && !name.ends_with('.'));
        known.or_else(|| is_path.then_some(Self::Path(name)))
    }

    /// The field with exactly this name; any text is a path.
    pub fn named(name: &str) -> Self {
        let known = KNOWN.iter().find(|known| known.name == name).map(Self::Known);
        known.unwrap_or_else(|| Self::Path(name.to_owned()))
    }

    /// The name, as it is typed and kept.
    pub fn name(&self) -> &str {
        match self {
            Self::Known(known) => known.name,
            Self::Path(path) => path,
        }
    }

    /// The name above a column.
    pub fn title(&self) -> &str {
        match self {
            Self::Known(known) => known.title,
            Self::Path(path) => path,
        }
    }

    /// Usual width of the column, points.
    pub fn width(&self) -> f32 {
        match self {
            Self::Known(known) => known.width,
            Self::Path(_) => 160.0,
        }
    }

    /// Whether it is known to be a number.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Known(known) if known.is_number)
    }

    /// The value in a record.
    pub fn value<'a>(&self, source: Source<'a>) -> Option<Scalar<'a>> {
        match self {
            Self::Known(known) => (known.get)(source),
            Self::Path(path) => path::value_in(source.line, path).and_then(Scalar::from_json),
        }
    }

    /// The path whose value this is, as it stands; `None` for what is made of several or shortened.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Path(path) => Some(path),
            Self::Known(known) => match (known.name, known.counterpart) {
                ("time" | "line" | "principal" | "tokens" | "result", _) => None,
                (_, Counterpart::Exact(path)) => Some(path),
                _ => None,
            },
        }
    }

    /// How Logs Insights writes it.
    pub fn insights(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Known(Known { counterpart: Counterpart::Exact(text) | Counterpart::Near(text), .. }) => Some(Cow::Borrowed(text)),
            Self::Known(_) => None,
            Self::Path(path) => Some(path::quoted(path)),
        }
    }

    /// Whether Logs Insights finds the same with [`Self::insights`].
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Path(_) | Self::Known(Known { counterpart: Counterpart::Exact(_), .. }))
    }
}

fn result(source: Source<'_>) -> &str {
    source.record.map_or(RAW, |record| record.error_code.as_deref().unwrap_or(OK))
}

fn shared(text: &str) -> Scalar<'_> {
    Scalar::Text(Cow::Borrowed(text))
}

fn text(text: String) -> Scalar<'static> {
    Scalar::Text(Cow::Owned(text))
}

fn count(number: Option<u64>) -> Option<Scalar<'static>> {
    number.map(|number| Scalar::Number(number as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry() -> Entry {
        let line = json!({"modelId": "us.anthropic.claude-haiku-4-5-20251001-v1:0", "operation": "Converse", "requestId": "r", "region": "us-east-1",
            "identity": {"arn": "arn:aws:sts::123456789012:assumed-role/Lab/Ann"}, "requestMetadata": {"team": "blue"},
            "input": {"inputTokenCount": 100, "inputBodyJson": {"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}},
            "output": {"outputTokenCount": 20, "outputBodyJson": {"stopReason": "end_turn", "metrics": {"latencyMs": 900}}}});
        Entry::new("1", 1_000, &line.to_string())
    }

    fn value(entry: &Entry, name: &str) -> Option<String> {
        Field::parse(name).unwrap().value(Source::of(entry)).map(|value| value.to_string())
    }

    #[test]
    fn short_names_paths_and_aliases_lead_to_values() {
        let entry = entry();
        let asked =
            ["tokens", "latency", "STATUS", "principal", "prompt", "requestMetadata.team", "input.inputTokenCount", "operation", "time"];
        let values = asked.map(|name| value(&entry, name).unwrap());
        assert_eq!(values, ["120", "900", "ok", "assumed-role/Lab/Ann", "Hello", "blue", "100", "Converse", "1970-01-01 00:00:01.000"]);
        assert_eq!((value(&entry, "error"), value(&entry, "input.none"), value(&entry, "cached")), (None, None, None));
        assert!(value(&entry, "cost").unwrap().parse::<f64>().unwrap() > 0.0);
    }

    #[test]
    fn words_before_a_colon_are_not_fields_by_chance() {
        for name in ["http", "arn", "12", "todo", ".", "a.", "foo"] {
            assert!(Field::parse(name).is_none(), "{name}");
        }
    }

    #[test]
    fn every_short_name_is_found_again_and_unique() {
        for known in &KNOWN {
            assert_eq!(Field::named(known.name).title(), known.title);
            assert!(Field::parse(known.name).is_some());
            assert_eq!(KNOWN.iter().filter(|other| other.name == known.name || other.title == known.title).count(), 1, "{}", known.name);
        }
    }
}
