//! Comparisons shared by JSON and space-delimited patterns: an operator and what to compare with.

use serde_json::Value;

use super::PatternError;
use super::cursor::Cursor;
use super::pattern_regex::PatternRegex;

/// A comparison waiting for a value.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    operator: Operator,
    operand: Operand,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone)]
enum Operand {
    /// A number, and how it was written.
    Number(f64, String),
    Text(Wildcard),
    Regex(PatternRegex),
}

/// A text in which an asterisk at either end stands for anything; elsewhere it means itself.
#[derive(Debug, Clone)]
struct Wildcard {
    text: String,
    open_start: bool,
    open_end: bool,
}

impl Condition {
    /// Reads an operator and its operand.
    pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Self, PatternError> {
        let operator = Operator::parse(cursor)?;
        cursor.skip_space();
        let start = cursor.position();
        let operand = Operand::parse(cursor)?;
        if operator.is_ordering() && !matches!(operand, Operand::Number(..)) {
            return Err(cursor.error_since(start, "Only numbers can be compared by size", "a number, or = or != before a text"));
        }
        Ok(Self { operator, operand })
    }

    /// Whether this is a comparison with a regular expression, of which a pattern may have two.
    pub(super) fn has_regex(&self) -> bool {
        matches!(self.operand, Operand::Regex(_))
    }

    /// Compares a JSON value. Only texts and numbers can satisfy a comparison, even an unequal one.
    pub(super) fn holds_for_json(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.holds_for_json_text(text),
            Value::Number(number) => match (&self.operand, number.as_f64()) {
                (Operand::Number(wanted, _), Some(number)) => self.operator.holds(number, *wanted),
                _ => self.equality(&number.to_string()),
            },
            _ => false,
        }
    }

    /// A JSON text equals an unquoted number when it is written alike; it is neither larger nor smaller.
    fn holds_for_json_text(&self, text: &str) -> bool {
        !self.operator.is_ordering() && self.equality(text)
    }

    /// Compares a field of a space-delimited message, in which numbers are texts too.
    pub(super) fn holds_for_field(&self, field: &str) -> bool {
        match (&self.operand, parse_number(field)) {
            (Operand::Number(wanted, _), Some(number)) => self.operator.holds(number, *wanted),
            (Operand::Number(..), None) => self.operator == Operator::NotEqual,
            _ => self.equality(field),
        }
    }

    fn equality(&self, text: &str) -> bool {
        let equal = match &self.operand {
            Operand::Number(_, written) => written == text,
            Operand::Text(wildcard) => wildcard.matches(text),
            Operand::Regex(regex) => regex.is_match(text),
        };
        equal == (self.operator == Operator::Equal)
    }
}

impl Operator {
    const TABLE: [(&'static str, Self); 6] = [
        ("!=", Self::NotEqual),
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("=", Self::Equal),
        ("<", Self::Less),
        (">", Self::Greater),
    ];

    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, PatternError> {
        let found = Self::TABLE.into_iter().find(|(token, _)| cursor.eat(token));
        found.map(|(_, operator)| operator).ok_or_else(|| cursor.unexpected("one of = != < <= > >="))
    }

    fn is_ordering(self) -> bool {
        !matches!(self, Self::Equal | Self::NotEqual)
    }

    fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

impl Operand {
    fn parse(cursor: &mut Cursor<'_>) -> Result<Self, PatternError> {
        match cursor.peek() {
            Some('%') => cursor.regex().map(Self::Regex),
            Some('"') => cursor.quoted().map(|text| Self::Text(Wildcard::new(&text))),
            _ => Self::parse_bare(cursor),
        }
    }

    /// An unquoted operand is a number if it reads as one, else a text.
    fn parse_bare(cursor: &mut Cursor<'_>) -> Result<Self, PatternError> {
        let word = cursor.take_while(|c| c.is_ascii_alphanumeric() || "_.*+-".contains(c));
        if word.is_empty() {
            return Err(cursor.unexpected("a number, a word, a text in double quotes or a %regular expression%"));
        }
        Ok(match parse_number(word) {
            Some(number) => Self::Number(number, word.to_owned()),
            None => Self::Text(Wildcard::new(word)),
        })
    }
}

impl Wildcard {
    fn new(written: &str) -> Self {
        let (text, open_start) = written.strip_prefix('*').map_or((written, false), |rest| (rest, true));
        let (text, open_end) = text.strip_suffix('*').map_or((text, open_start && text.is_empty()), |rest| (rest, true));
        Self { text: text.to_owned(), open_start, open_end }
    }

    fn matches(&self, value: &str) -> bool {
        match (self.open_start, self.open_end) {
            (false, false) => value == self.text,
            (false, true) => value.starts_with(&self.text),
            (true, false) => value.ends_with(&self.text),
            (true, true) => value.contains(&self.text),
        }
    }
}

/// An integer or decimal with optional sign and exponent; nothing else that Rust would read, such as `inf`.
fn parse_number(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let starts_well = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    starts_well.then(|| text.parse().ok()).flatten()
}
