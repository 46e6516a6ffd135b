//! What log messages have in common: templates, found as Drain finds them (He et al., 2017), one message at a time.
//!
//! A message is cut into tokens. Messages with the same number of tokens and the same separators are compared with the templates so far; in
//! the most similar one the tokens that differ become places for anything. In JSON every text is one token, however many words it has.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

/// Tokens of a message that are looked at; the rest is one.
const MAX_TOKENS: usize = 400;
/// Templates of messages of one form; beyond these the most similar is taken, however little it is.
const MAX_TEMPLATES: usize = 200;
/// Tokens of a template and a message that must be the same, of those that are no separators.
const SIMILAR: f64 = 0.5;

/// Templates under way.
#[derive(Debug, Default)]
pub(super) struct Miner {
    templates: Vec<Template>,
    /// Templates by the form of their messages.
    forms: HashMap<Box<str>, Vec<usize>>,
}

#[derive(Debug)]
struct Template {
    tokens: Vec<Part>,
    count: u64,
    before: u64,
    severity: &'static str,
}

/// A token of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// The same in all messages.
    Fixed(Box<str>),
    /// A moment.
    Time,
    /// Something else in each.
    Any,
}

/// A template and how often it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The messages with `<Token-1>` and the like for what differs.
    pub(super) template: String,
    /// Messages of the time that is asked about, and of the time before.
    pub(super) count: u64,
    pub(super) before: u64,
    /// `ERROR`, `WARN`, `INFO`, `DEBUG`, `TRACE`, or `NONE`.
    pub(super) severity: &'static str,
}

static MOMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let day = r"\d{4}[-/]\d{2}[-/]\d{2}";
    let time = r"\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?";
    Regex::new(&format!(r"^(?:{day}(?:[T ]{time}(?:Z|[+-]\d{{2}}:?\d{{2}})?)?|\d{{2}}:\d{{2}}:\d{{2}}(?:[.,]\d+)?)")).ok()
});

impl Miner {
    /// Counts a message; `before` says that it is of the time that is compared with.
    pub(super) fn add(&mut self, message: &str, before: bool) {
        let (tokens, form) = cut(message.trim());
        let place = self.place(&tokens, form, message);
        let template = &mut self.templates[place];
        if before {
            template.before += 1;
        } else {
            template.count += 1;
        }
        for (held, token) in template.tokens.iter_mut().zip(tokens) {
            if *held != token {
                *held = if *held == Part::Time && token == Part::Time { Part::Time } else { Part::Any };
            }
        }
    }

    /// The template of a message, a new one if none is similar.
    fn place(&mut self, tokens: &[Part], form: String, message: &str) -> usize {
        let places = self.forms.entry(form.into()).or_default();
        let scored = places.iter().map(|place| (similarity(&self.templates[*place].tokens, tokens), *place));
        let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b));
        match best {
            Some((score, place)) if score >= SIMILAR || places.len() >= MAX_TEMPLATES => place,
            _ => {
                places.push(self.templates.len());
                self.templates.push(Template { tokens: tokens.to_vec(), count: 0, before: 0, severity: severity(message) });
                self.templates.len() - 1
            }
        }
    }

    /// The templates, the most frequent first.
    pub(super) fn found(self) -> Vec<Found> {
        let forms: HashMap<usize, Box<str>> =
            self.forms.into_iter().flat_map(|(form, places)| places.into_iter().map(move |place| (place, form.clone()))).collect();
        let shown = |(place, template): (usize, Template)| Found {
            template: shown(&template.tokens, forms.get(&place).map_or("", |form| form)),
            count: template.count,
            before: template.before,
            severity: template.severity,
        };
        let mut found: Vec<Found> = self.templates.into_iter().enumerate().map(shown).collect();
        found.sort_by(|a, b| (b.count, b.before).cmp(&(a.count, a.before)).then_with(|| a.template.cmp(&b.template)));
        found
    }
}

/// The share of tokens that are the same; what may be anything counts a little less, so that closer templates win.
fn similarity(template: &[Part], tokens: &[Part]) -> f64 {
    if template.is_empty() {
        return 1.0;
    }
    let same = template.iter().zip(tokens).map(|(held, token)| match held {
        held if held == token => 1.0,
        Part::Any => 0.6,
        _ => 0.0,
    });
    same.sum::<f64>() / template.len() as f64
}

/// The place of a token in a form.
const PLACE: char = '\u{0}';

/// The tokens of a message, and its form: the separators, with a mark where a token stands.
fn cut(message: &str) -> (Vec<Part>, String) {
    let (mut tokens, mut form) = (Vec::new(), String::new());
    let is_json = message.starts_with(['{', '[']);
    let mut rest = message;
    while let Some(first) = rest.chars().next() {
        if tokens.len() + 1 == MAX_TOKENS {
            tokens.push(Part::Any);
            form.push(PLACE);
            break;
        }
        if is_separator(first) && !(is_json && first == '"') {
            form.push(if first == PLACE { ' ' } else { first });
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (token, length, quote) = if is_json && first == '"' { quoted(rest) } else { word(rest) };
        rest = &rest[length..];
        form.push_str(quote);
        form.push(PLACE);
        form.push_str(quote);
        tokens.push(part(token));
    }
    (tokens, form)
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "{}[]()<>,;:=|\"'`".contains(c)
}

/// The inside of a JSON text that the rest begins with, how long it is with its quotes, and these. One without an end goes on to the end.
fn quoted(rest: &str) -> (&str, usize, &str) {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !is_escaped => return (&rest[1..at], at + 1, "\""),
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    (&rest[1..], rest.len(), "\"")
}

fn word(rest: &str) -> (&str, usize, &str) {
    let is_digit = rest.starts_with(|c: char| c.is_ascii_digit());
    if let Some(found) = MOMENT.as_ref().filter(|_| is_digit).and_then(|moment| moment.find(rest)) {
        return (found.as_str(), found.end(), "");
    }
    let end = rest.find(is_separator).unwrap_or(rest.len());
    (&rest[..end], end, "")
}

fn part(token: &str) -> Part {
    let is_moment = MOMENT.as_ref().and_then(|moment| moment.find(token)).is_some_and(|found| found.end() == token.len());
    match () {
        () if is_moment => Part::Time,
        () if varies(token) => Part::Any,
        () => Part::Fixed(token.into()),
    }
}

/// Whether a token is surely another one in each message: a number, an address, an id in hexadecimal.
fn varies(token: &str) -> bool {
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    let is_number = digits > 0 && token.bytes().all(|b| b.is_ascii_digit() || b".-+%_/".contains(&b));
    let is_hex = digits > 0 && token.len() >= 8 && token.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    is_number || is_hex
}

fn shown(tokens: &[Part], form: &str) -> String {
    let (mut text, mut number, mut tokens) = (String::new(), 0, tokens.iter());
    for c in form.chars() {
        if c != PLACE {
            text.push(c);
            continue;
        }
        match tokens.next() {
            Some(Part::Fixed(token)) => text.push_str(token),
            other => {
                number += 1;
                let kind = if other == Some(&Part::Time) { "Time" } else { "Token" };
                text.push_str(&["<", kind, "-", &number.to_string(), ">"].concat());
            }
        }
    }
    text
}

/// By the words of the message; texts of models are full of such words, so those of JSON count only in the values of a level or an error.
fn severity(message: &str) -> &'static str {
    const WORDS: [(&str, &[&str]); 5] = [
        ("ERROR", &["error", "exception", "fatal", "critical", "failed", "failure", "panic"]),
        ("WARN", &["warn", "warning"]),
        ("INFO", &["info", "notice"]),
        ("DEBUG", &["debug"]),
        ("TRACE", &["trace"]),
    ];
    let start = message.chars().take(2_000).collect::<String>().to_lowercase();
    if start.starts_with('{') {
        return if start.contains("\"errorcode\"") || start.contains("\"level\":\"error\"") { "ERROR" } else { "NONE" };
    }
    let words: Vec<&str> = start.split(|c: char| !c.is_alphanumeric()).collect();
    let has = |list: &[&str]| words.iter().any(|word| list.iter().any(|known| word == known || (known.len() > 4 && word.ends_with(known))));
    WORDS.iter().find(|(_, list)| has(list)).map_or("NONE", |(label, _)| label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(messages: &[&str]) -> Vec<(String, u64)> {
        let mut miner = Miner::default();
        for message in messages {
            miner.add(message, false);
        }
        miner.found().into_iter().map(|found| (found.template, found.count)).collect()
    }

    #[test]
    fn what_differs_becomes_a_place() {
        let messages = [
            "2026-10-01T12:00:00Z INFO user ana logged in from 10.0.0.1",
            "2026-10-01T12:00:05Z INFO user ben logged in from 10.0.0.2",
            "2026-10-01 12:00:09.5 INFO user cleo logged in from 10.0.0.3",
            "ERROR disk full",
        ];
        let wanted = [("<Time-1> INFO user <Token-2> logged in from <Token-3>".to_owned(), 3), ("ERROR disk full".to_owned(), 1)];
        assert_eq!(found(&messages), wanted);
    }

    #[test]
    fn texts_of_json_are_one_token() {
        let messages = [
            r#"{"modelId":"opus","text":"Tell me, a \"joke\": now","n":5}"#,
            r#"{"modelId":"opus","text":"Hi","n":17}"#,
            r#"{"modelId":"opus","text":"What is rain?","n":2}"#,
        ];
        assert_eq!(found(&messages), [(r#"{"modelId":"opus","text":"<Token-1>","n":<Token-2>}"#.to_owned(), 3)]);
    }

    #[test]
    fn any_message_is_counted() {
        for message in ["", " ", "\"", "{\"", "{\"a", "\u{0}", "é{\"é\\\"", &"x ".repeat(2_000)] {
            assert_eq!(found(&[message, message]).iter().map(|(_, count)| count).sum::<u64>(), 2, "{message}");
        }
    }

    #[test]
    fn severity_is_read_off_the_words() {
        for (message, label) in [
            ("an ERROR came", "ERROR"),
            ("java.lang.NullPointerException: x", "ERROR"),
            ("warning: low", "WARN"),
            ("[INFO] fine", "INFO"),
            ("hello", "NONE"),
            (r#"{"text":"error"}"#, "NONE"),
            (r#"{"errorCode":"ThrottlingException"}"#, "ERROR"),
        ] {
            assert_eq!(severity(message), label, "{message}");
        }
    }
}
