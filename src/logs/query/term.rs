//! One term of a query and how it judges.

use regex::{Regex, RegexBuilder};

use super::Problem;
use super::split::{Body, Piece};
use crate::logs::field::{Field, Scalar, Source};

/// Bytes that a compiled expression may take.
const REGEX_SIZE: usize = 1 << 22;

/// A term: what is asked of the line, or of one field.
#[derive(Debug, Clone)]
pub struct Term {
    /// The field; `None` is the whole line.
    pub field: Option<Field>,
    /// Whether it must hold rather than not.
    pub wanted: bool,
    /// What is asked.
    pub test: Test,
}

/// What a term asks.
#[derive(Debug, Clone)]
pub enum Test {
    /// The text occurs; a number or truth is equal to it.
    Contains {
        /// The text.
        text: String,
        /// Finds it, also as JSON writes it.
        pattern: Regex,
    },
    /// The value is this text, letters as they are.
    Is(String),
    /// The expression matches somewhere.
    Matches {
        /// The expression as it was typed.
        source: String,
        /// The same, compiled.
        pattern: Regex,
    },
    /// The number compares so.
    Compares(Comparison, f64),
    /// There is a value.
    Exists,
}

/// How numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

impl Comparison {
    /// The sign, as Logs Insights also writes it.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }

    fn of(sign: &str) -> Option<Self> {
        [Self::Less, Self::AtMost, Self::More, Self::AtLeast].into_iter().find(|comparison| comparison.sign() == sign)
    }

    /// Whether `left` compares so to `right`.
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::More => left > right,
            Self::AtLeast => left >= right,
        }
    }
}

impl Term {
    /// Compiles a piece of `text`.
    pub(super) fn read(text: &str, piece: &Piece) -> Result<Self, Problem> {
        let field = piece.field.as_deref().and_then(Field::parse);
        let test = test(text, piece, field.as_ref()).map_err(|what| Problem { span: piece.span.clone(), what })?;
        Ok(Self { field, wanted: piece.wanted, test })
    }

    /// Whether a record passes.
    pub fn passes(&self, source: Source<'_>) -> bool {
        let holds = match &self.field {
            None => self.test.holds_in_line(source.line),
            Some(field) => self.may_hold_in(source.line) && field.value(source).is_some_and(|value| self.test.holds(&value)),
        };
        holds == self.wanted
    }

    /// Whether the line is worth being parsed for a path.
    fn may_hold_in(&self, line: &str) -> bool {
        match (&self.field, &self.test) {
            (Some(Field::Path(_)), Test::Contains { text, pattern }) if is_plain(text) => pattern.is_match(line),
            _ => true,
        }
    }

    /// A text that every matching line holds, see [`super::Query::literals`].
    pub fn literal(&self) -> Option<&str> {
        let text = match &self.test {
            Test::Contains { text, .. } | Test::Is(text) => text.as_str(),
            _ => return None,
        };
        let is_in_line = match &self.field {
            None => true,
            Some(Field::Path(_)) => text.parse::<f64>().is_err() && !matches!(text, "true" | "false"),
            Some(Field::Known(known)) => {
                matches!(known.name, "model" | "operation" | "request" | "region" | "served" | "account" | "error" | "stop")
            }
        };
        (self.wanted && is_in_line && is_plain(text)).then_some(text)
    }

    /// What to mark in texts: what is asked of one field is not what a person looks for in another.
    pub(super) fn pattern(&self) -> Option<&Regex> {
        let is_in_texts = self.field.as_ref().is_none_or(|field| matches!(field.name(), "prompt" | "line"));
        match &self.test {
            Test::Contains { pattern, .. } | Test::Matches { pattern, .. } if self.wanted && is_in_texts => Some(pattern),
            _ => None,
        }
    }
}

impl Test {
    fn holds_in_line(&self, line: &str) -> bool {
        match self {
            Self::Contains { pattern, .. } | Self::Matches { pattern, .. } => pattern.is_match(line),
            Self::Is(text) => line == text,
            Self::Compares(..) => false,
            Self::Exists => true,
        }
    }

    /// Whether a value passes.
    pub fn holds(&self, value: &Scalar<'_>) -> bool {
        match (self, value) {
            (Self::Exists, _) => true,
            (Self::Contains { pattern, .. } | Self::Matches { pattern, .. }, Scalar::Text(text)) => pattern.is_match(text),
            (Self::Contains { text, .. } | Self::Is(text), Scalar::Number(number)) => quantity(text) == Some(*number),
            (Self::Contains { text, .. }, Scalar::Flag(truth)) => text.eq_ignore_ascii_case(&truth.to_string()),
            (Self::Is(wanted), value) => *wanted == value.to_string(),
            (Self::Matches { pattern, .. }, value) => pattern.is_match(&value.to_string()),
            (Self::Compares(comparison, right), Scalar::Number(left)) => comparison.holds(*left, *right),
            (Self::Compares(comparison, right), Scalar::Text(text)) => text.parse().is_ok_and(|left| comparison.holds(left, *right)),
            (Self::Compares(..), Scalar::Flag(_)) => false,
        }
    }
}

fn test(whole: &str, piece: &Piece, field: Option<&Field>) -> Result<Test, String> {
    let text = match &piece.body {
        Body::Regex(source) => return matches(source),
        Body::Word(text) | Body::Phrase(text) => text,
    };
    if let Some(comparison) = Comparison::of(piece.sign) {
        let number = quantity(text).ok_or_else(|| format!("A number must follow {} in “{}”", piece.sign, &whole[piece.span.clone()]))?;
        return Ok(Test::Compares(comparison, number));
    }
    if field.is_some() && piece.body == Body::Word("*".to_owned()) {
        return Ok(Test::Exists);
    }
    if let Some(field) = field.filter(|field| field.is_number() && quantity(text).is_none()) {
        return Err(format!("{} is a number: “{text}” is none", field.title()));
    }
    if piece.sign == "=" { Ok(Test::Is(text.clone())) } else { contains(text) }
}

fn contains(text: &str) -> Result<Test, String> {
    let plain = regex::escape(text);
    // Lines are JSON: a quote or backslash of the text stands there with a backslash before it.
    let quoted = serde_json::to_string(text).map_err(|error| error.to_string())?;
    let quoted = regex::escape(&quoted[1..quoted.len() - 1]);
    let pattern = if quoted == plain { plain } else { format!("{plain}|{quoted}") };
    // Without Unicode's folding ASCII letters match ASCII alone, so that an index of bytes is right about them.
    let flags = if text.is_ascii() { "(?i-u)" } else { "(?i)" };
    let pattern = compile(&format!("{flags}{pattern}")).map_err(|_too_long| "The text is too long".to_owned())?;
    Ok(Test::Contains { text: text.to_owned(), pattern })
}

fn matches(source: &str) -> Result<Test, String> {
    let pattern = compile(&format!("(?i){source}")).map_err(|error| format!("/{source}/ is no regular expression: {}", reason(&error)))?;
    Ok(Test::Matches { source: source.to_owned(), pattern })
}

fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(REGEX_SIZE).build()
}

/// The last line of the parser's message says why; those before draw the place.
fn reason(error: &regex::Error) -> String {
    let whole = error.to_string();
    let last = whole.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

/// A number as people write it: `1,000`, `2s` and `500ms` in milliseconds, `$0.01`, `4k`.
pub fn quantity(text: &str) -> Option<f64> {
    let plain = text.trim_start_matches('$').replace([',', '_'], "").to_ascii_lowercase();
    let units = [("ms", 1.0), ("s", 1e3), ("min", 6e4), ("k", 1e3), ("m", 1e6), ("", 1.0)];
    let (number, factor) = units.into_iter().find_map(|(unit, factor)| Some((plain.strip_suffix(unit)?, factor)))?;
    // Rust also reads `inf` and `nan`.
    number
        .starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.'))
        .then(|| number.parse::<f64>().ok())?
        .map(|number| number * factor)
}

/// Whether JSON writes the text as it is, whoever wrote it.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_ascii() && !c.is_ascii_control() && !matches!(c, '"' | '\\' | '/' | '<' | '>' | '&' | '\''))
}
