//! CloudWatch Logs filter patterns: the little language of `FilterLogEvents` and Live Tail.
//!
//! Three kinds of pattern, told apart by their first character: unstructured terms (`ERROR -timeout`, `?a ?b`, `"a phrase"`,
//! `%regex%`), JSON conditions (`{ $.status = 4* && $.latency > 100 }`) and space-delimited fields (`[ip, ..., status=4*, bytes]`).
//! Matching is case-sensitive. What the service does not document is an error with its place, never a guess.
//!
//! Rules follow the service's documentation of the syntax and texts of its errors seen in public issues.

mod condition;
mod cursor;
mod fields;
mod json;
mod pattern_regex;
mod selector;
mod terms;

use std::ops::Range;

use cursor::Cursor;
use fields::FieldsPattern;
use json::JsonPattern;
use terms::TermsPattern;

/// Longest pattern the service accepts, in characters.
pub const MAX_PATTERN_CHARS: usize = 1024;

/// Most regular expressions in one JSON or space-delimited pattern.
const MAX_REGEXES: usize = 2;

/// A parsed pattern, ready to match messages.
#[derive(Debug, Clone)]
pub struct FilterPattern {
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Terms(TermsPattern),
    Json(JsonPattern),
    Fields(FieldsPattern),
}

/// Why a text is not a filter pattern, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PatternError {
    /// Bytes of the pattern that are wrong; empty at the place where something is missing.
    pub span: Range<usize>,
    /// What is wrong, in the service's words where they are known.
    pub message: String,
    /// What to write instead.
    pub expected: String,
}

impl PatternError {
    /// The pattern on one line with a mark under the place.
    pub fn shown_in(&self, pattern: &str) -> String {
        let shown: String = pattern.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let at = (0..=self.span.start.min(pattern.len())).rev().find(|at| pattern.is_char_boundary(*at)).unwrap_or(0);
        let column = pattern[..at].chars().count();
        let width = pattern.get(self.span.clone()).map_or(1, |part| part.chars().count()).max(1);
        format!("{shown}\n{}{}", " ".repeat(column), "^".repeat(width))
    }
}

impl FilterPattern {
    /// Reads a pattern. An empty or blank text matches every message.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        refuse_overlong(text)?;
        let mut cursor = Cursor::new(text);
        cursor.skip_space();
        let kind = match cursor.peek() {
            Some('{') => Kind::Json(json::parse(&mut cursor)?),
            Some('[') => Kind::Fields(fields::parse(&mut cursor)?),
            _ => Kind::Terms(terms::parse(&mut cursor)?),
        };
        Ok(Self { kind })
    }

    /// Whether the pattern selects this message.
    pub fn matches(&self, message: &str) -> bool {
        match &self.kind {
            Kind::Terms(terms) => terms.matches(message),
            Kind::Json(json) => json.matches(message),
            Kind::Fields(fields) => fields.matches(message),
        }
    }

    /// Whether every message is selected, so that matching can be skipped.
    pub fn matches_everything(&self) -> bool {
        matches!(&self.kind, Kind::Terms(terms) if terms.is_empty())
    }
}

impl FilterPattern {
    /// What the pattern names in a message that it matches, by the name's text (`$.a.b`, `$ip`): what `TestMetricFilter` shows.
    pub fn values(&self, message: &str) -> Vec<(String, String)> {
        match &self.kind {
            Kind::Terms(_) => Vec::new(),
            Kind::Json(json) => json.values(message),
            Kind::Fields(fields) => fields.values(message),
        }
    }

    /// What `reference` stands for in a message that the pattern matches.
    pub fn value(&self, reference: &Reference, message: &str) -> Option<String> {
        match &reference.0 {
            ReferenceKind::Property(selector) => selector.first(&serde_json::from_str(message).ok()?),
            ReferenceKind::Field(name) => self.values(message).into_iter().find(|(held, _)| held == name).map(|(_, value)| value),
        }
    }
}

/// A name for a value in an event: `$.a.b` for JSON events, `$name` for a field of a space-delimited pattern. What metric filters draw on.
#[derive(Debug, Clone)]
pub struct Reference(ReferenceKind);

#[derive(Debug, Clone)]
enum ReferenceKind {
    Property(selector::Selector),
    /// With its `$`.
    Field(String),
}

impl Reference {
    /// Reads a reference.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let mut cursor = Cursor::new(text);
        if text.starts_with("$.") {
            let selector = selector::Selector::parse(&mut cursor)?;
            return if cursor.peek().is_none() {
                Ok(Self(ReferenceKind::Property(selector)))
            } else {
                Err(cursor.unexpected("nothing after the selector"))
            };
        }
        cursor.expect("$", "a reference such as $.latency or $bytes")?;
        let name = cursor.take_while(|c| c.is_alphanumeric() || c == '_' || c == '-');
        if name.is_empty() || cursor.peek().is_some() {
            return Err(cursor.unexpected("a field name of letters, digits, - and _"));
        }
        Ok(Self(ReferenceKind::Field(text.to_owned())))
    }
}

fn refuse_overlong(text: &str) -> Result<(), PatternError> {
    let Some((end, _)) = text.char_indices().nth(MAX_PATTERN_CHARS) else {
        return Ok(());
    };
    Err(PatternError {
        span: end..text.len(),
        message: format!("The filter pattern is longer than {MAX_PATTERN_CHARS} characters"),
        expected: format!("at most {MAX_PATTERN_CHARS} characters"),
    })
}

#[cfg(test)]
mod tests;
