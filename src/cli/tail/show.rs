//! How an event is printed.

use serde_json::{Value, json};

use crate::aws::logs::TailedEvent;
use crate::base::clock::timestamp_ms;
use crate::base::text::{grouped, one_line};
use crate::cli::args::{TailFormat, TailOptions};
use crate::logs::tail::{Lens, TERMS};
use crate::logs::{InvocationRecord, Parsed};
use crate::models;

/// Colours of the terms, each underlined too, so that they show without colours.
const INKS: [&str; TERMS] = ["\x1b[4;36m", "\x1b[4;33m", "\x1b[4;32m", "\x1b[4;35m", "\x1b[4;31m"];
const OFF: &str = "\x1b[0m";
/// Characters of a prompt on a line.
const PROMPT: usize = 200;

/// Prints events in one form.
pub(super) struct Printer {
    format: TailFormat,
    lens: Lens,
    colour: bool,
}

impl Printer {
    pub(super) fn new(options: &TailOptions, colour: bool) -> Self {
        let term = |n: usize| options.highlight.get(n).cloned().unwrap_or_default();
        Self { format: options.format, lens: Lens::new(std::array::from_fn(term), String::new()), colour }
    }

    /// The line of an event.
    pub(super) fn line(&self, event: &TailedEvent) -> String {
        match self.format {
            TailFormat::Json => as_json(event).to_string(),
            TailFormat::Text => self.text(event),
        }
    }

    fn text(&self, event: &TailedEvent) -> String {
        let at = timestamp_ms(event.timestamp_ms).strftime("%H:%M:%S%.3f").to_string();
        let words = match InvocationRecord::parse(&event.message) {
            Parsed::Invocation(record) => invocation(&record),
            Parsed::Raw => one_line(&event.message, usize::MAX),
        };
        format!("{at}  {}", self.marked(&words))
    }

    fn marked(&self, words: &str) -> String {
        if !self.colour {
            return words.to_owned();
        }
        let (mut out, mut end) = (String::new(), 0);
        for (hit, term) in self.lens.marks(words) {
            out.push_str(&words[end..hit.start]);
            out.push_str(INKS[term]);
            out.push_str(&words[hit.clone()]);
            out.push_str(OFF);
            end = hit.end;
        }
        out.push_str(&words[end..]);
        out
    }
}

fn invocation(record: &InvocationRecord) -> String {
    let tokens = |tokens: Option<u64>| tokens.map_or("-".to_owned(), grouped);
    let words = match (&record.error_code, &record.prompt) {
        (Some(code), _) => code.to_string(),
        (None, Some(prompt)) => one_line(prompt, PROMPT),
        (None, None) => "(text is not in the log)".to_owned(),
    };
    let counts = format!("{} in {} out", tokens(record.input_tokens), tokens(record.output_tokens));
    format!("{:<12}  {counts:>18}  {words}", models::short_name(&record.model_id))
}

/// A message that is JSON stays JSON.
fn as_json(event: &TailedEvent) -> Value {
    let message = serde_json::from_str::<Value>(&event.message).ok().filter(Value::is_object);
    json!({
        "timestamp": event.timestamp_ms, "ingestionTime": event.ingestion_ms, "logGroup": event.group, "logStream": event.stream,
        "message": message.unwrap_or_else(|| Value::String(event.message.clone())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printer(format: TailFormat, colour: bool) -> Printer {
        let terms = ["refund".to_owned(), String::new(), String::new(), String::new(), String::new()];
        Printer { format, lens: Lens::new(terms, String::new()), colour }
    }

    #[test]
    fn raw_lines_are_printed_on_one_line_with_terms_marked() {
        let event = TailedEvent { timestamp_ms: 1_500, message: "a refund\nplease".to_owned(), ..TailedEvent::default() };
        assert_eq!(printer(TailFormat::Text, false).line(&event), "00:00:01.500  a refund please");
        assert_eq!(printer(TailFormat::Text, true).line(&event), "00:00:01.500  a \x1b[4;36mrefund\x1b[0m please");
    }

    #[test]
    fn json_keeps_records_as_json() {
        let event = TailedEvent { message: r#"{"modelId":"m"}"#.to_owned(), group: "g".to_owned(), ..TailedEvent::default() };
        let value: Value = serde_json::from_str(&printer(TailFormat::Json, true).line(&event)).unwrap();
        assert_eq!((value["message"]["modelId"].as_str(), value["logGroup"].as_str()), (Some("m"), Some("g")));
    }
}
