//! The text of a query in pieces: where each term is, and what its parts are. Nothing is judged here.

use std::ops::Range;

use crate::logs::field::Field;

/// A piece of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Bytes of the whole piece.
    pub span: Range<usize>,
    /// Whether it has no `-` before it.
    pub wanted: bool,
    /// The name before the colon.
    pub field: Option<String>,
    /// The sign between colon and value: `=`, `>`, `>=`, `<`, `<=` or nothing.
    pub sign: &'static str,
    /// What follows.
    pub body: Body,
}

/// What a piece asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Body {
    /// A bare word.
    Word(String),
    /// A text in quotes.
    Phrase(String),
    /// An expression between slashes.
    Regex(String),
}

impl Piece {
    /// Whether it is the word between two terms of which one may hold.
    pub fn is_or(&self) -> bool {
        self.wanted && self.field.is_none() && self.body == Body::Word("OR".to_owned())
    }

    /// Says so when a word reads like a field but is none.
    pub fn hint(&self, text: &str) -> Option<String> {
        let (Body::Word(word), None) = (&self.body, &self.field) else { return None };
        let (name, value) = word.split_once(':')?;
        let reads_like_a_field = name.len() > 1 && name.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
        let is_address = value.starts_with('/') || name == "arn";
        (reads_like_a_field && !value.is_empty() && !is_address)
            .then(|| format!("No field is called {name}: “{}” is searched for as text", &text[self.span.clone()]))
    }
}

/// All pieces of `text`.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut reader = Reader { text, at: 0 };
    std::iter::from_fn(|| reader.next()).collect()
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn next(&mut self) -> Option<Piece> {
        self.at += self.rest().len() - self.rest().trim_start().len();
        let start = self.at;
        self.rest().chars().next()?;
        let wanted = !(self.rest().starts_with('-') && self.rest()[1..].starts_with(|c: char| !c.is_whitespace()));
        self.at += usize::from(!wanted);
        let field = self.field();
        let sign = if field.is_some() { self.sign() } else { "" };
        let body = self.body();
        Some(Piece { span: start..self.at, wanted, field, sign, body })
    }

    /// The name of a field with its colon, if one is here and something follows it.
    fn field(&mut self) -> Option<String> {
        let rest = self.rest();
        let mut in_ticks = false;
        let end = rest.find(|c: char| {
            in_ticks ^= c == '`';
            !(in_ticks || c == '`' || c.is_alphanumeric() || matches!(c, '_' | '@' | '.' | '-'))
        })?;
        let name = &rest[..end];
        let follows = rest[end..].strip_prefix(':')?;
        if follows.is_empty() || follows.starts_with(char::is_whitespace) {
            return None;
        }
        Field::parse(name)?;
        self.at += end + 1;
        Some(name.to_owned())
    }

    fn sign(&mut self) -> &'static str {
        let sign = [">=", "<=", ">", "<", "="].into_iter().find(|sign| self.rest().starts_with(sign)).unwrap_or("");
        self.at += sign.len();
        sign
    }

    fn body(&mut self) -> Body {
        let rest = self.rest();
        if let Some(inner) = rest.strip_prefix('"') {
            return self.phrase(inner);
        }
        if let Some(length) = rest.strip_prefix('/').and_then(regex_length) {
            self.at += length + 2;
            return Body::Regex(rest[1..=length].replace(r"\/", "/"));
        }
        let word = rest.split(char::is_whitespace).next().unwrap_or_default();
        self.at += word.len();
        Body::Word(word.to_owned())
    }

    /// A text up to the next quote without a backslash before it; an open one ends at the end.
    fn phrase(&mut self, inner: &str) -> Body {
        let mut text = String::new();
        let mut chars = inner.char_indices().peekable();
        while let Some((place, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += place + 2;
                    return Body::Phrase(text);
                }
                '\\' if matches!(chars.peek(), Some((_, '"' | '\\'))) => text.extend(chars.next().map(|(_, c)| c)),
                c => text.push(c),
            }
        }
        self.at = self.text.len();
        Body::Phrase(text)
    }
}

/// Length of the expression that begins here and ends at a slash before a space or the end. A path such as `/aws/bedrock` has none.
fn regex_length(inner: &str) -> Option<usize> {
    let mut escaped = false;
    for (place, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '/' if inner[place + 1..].chars().next().is_none_or(char::is_whitespace) => return (place > 0).then_some(place),
            _ => {}
        }
    }
    None
}
