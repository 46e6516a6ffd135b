//! Tokens of a query.

use super::error::{QueryError, Span};

/// A token with its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A word: a command, a field, a function, a keyword.
    Word(String),
    /// A field in backticks.
    Quoted(String),
    Number(f64),
    /// A length of time: count and unit.
    Length(i64, String),
    Text(String),
    /// A regular expression between slashes; only where the parser asks for one.
    Regex(String),
    /// An operator or a bracket.
    Sign(&'static str),
    End,
}

/// Longest signs first.
const SIGNS: [&str; 21] = ["!=", "<=", ">=", "=~", "!~", "=", "<", ">", "+", "-", "*", "/", "%", "^", "(", ")", "[", "]", ",", "|", ":"];

/// Reads tokens from left to right.
#[derive(Debug, Clone)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Spaces and comments, which go from `#` to the end of the line.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with('#') {
                return;
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    /// The next token. Behind what cannot be read it goes on after its first character: what has no end, such as a text without a closing
    /// quote, does not hide what follows.
    pub(super) fn next(&mut self) -> Result<Token, QueryError> {
        self.skip();
        let start = self.at;
        let first = self.rest().chars().next();
        let kind = match first {
            None => Ok(Kind::End),
            Some('"' | '\'') => self.quoted(),
            Some('`') => self.backticks(),
            Some(c) if c.is_ascii_digit() => self.number(),
            Some(c) if is_word(c) => Ok(self.word()),
            Some(c) => self.sign(c),
        };
        if kind.is_err() {
            self.at = start + first.map_or(0, char::len_utf8);
        }
        Ok(Token { kind: kind?, span: start..self.at })
    }

    /// The next token that can be read, over whatever cannot.
    pub(super) fn next_at_any_cost(&mut self) -> Token {
        loop {
            if let Ok(token) = self.next() {
                return token;
            }
        }
    }

    /// Where the next token may begin.
    pub(super) fn place(&self) -> usize {
        self.at
    }

    /// Goes on at another place.
    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    /// A regular expression that starts where `slash`, a sign, was read.
    pub(super) fn regex(&mut self, slash: &Span) -> Result<Token, QueryError> {
        self.at = slash.end;
        let mut pattern = String::new();
        let mut chars = self.rest().char_indices();
        while let Some((offset, c)) = chars.next() {
            match c {
                '/' => {
                    self.at += offset + 1;
                    return Ok(Token { kind: Kind::Regex(pattern), span: slash.start..self.at });
                }
                '\\' if self.rest()[offset..].starts_with("\\/") => {
                    chars.next();
                    pattern.push('/');
                }
                c => pattern.push(c),
            }
        }
        Err(QueryError::new(slash.start..self.text.len(), "The regular expression has no closing /"))
    }

    fn quoted(&mut self) -> Result<Kind, QueryError> {
        let start = self.at;
        let mut chars = self.rest().char_indices();
        let Some((_, quote)) = chars.next() else { return Ok(Kind::End) };
        let mut text = String::new();
        while let Some((offset, c)) = chars.next() {
            match c {
                c if c == quote => {
                    self.at += offset + 1;
                    return Ok(Kind::Text(text));
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, c)) if c == quote || c == '\\' => text.push(c),
                    Some((_, c)) => text.extend(['\\', c]),
                    None => break,
                },
                c => text.push(c),
            }
        }
        Err(QueryError::new(start..self.text.len(), format!("The text has no closing {quote}")))
    }

    fn backticks(&mut self) -> Result<Kind, QueryError> {
        let rest = &self.rest()[1..];
        let Some(length) = rest.find('`') else {
            return Err(QueryError::new(self.at..self.text.len(), "The field name has no closing `"));
        };
        self.at += length + 2;
        // What follows belongs to the path: `a-b`.c
        let mut name = rest[..length].to_owned();
        if self.rest().starts_with('.') {
            let more = self.rest().find(|c| !is_word(c) && !c.is_ascii_digit() && c != '.').unwrap_or(self.rest().len());
            name.push_str(&self.rest()[..more]);
            self.at += more;
        }
        Ok(Kind::Quoted(name))
    }

    fn number(&mut self) -> Result<Kind, QueryError> {
        let start = self.at;
        let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        self.at += digits(self.rest());
        let is_fraction = self.rest().starts_with('.') && self.rest()[1..].starts_with(|c: char| c.is_ascii_digit());
        if is_fraction {
            self.at += 1;
            self.at += digits(self.rest());
        }
        let text = &self.text[start..self.at];
        let unit = self.rest().find(|c: char| !c.is_alphabetic()).unwrap_or(self.rest().len());
        if unit > 0 {
            let name = self.rest()[..unit].to_owned();
            self.at += unit;
            let count = text.parse().map_err(|_| QueryError::new(start..self.at, format!("{text}{name} is not a length of time")))?;
            return Ok(Kind::Length(count, name));
        }
        text.parse().map(Kind::Number).map_err(|_| QueryError::new(start..self.at, format!("{text} is not a number")))
    }

    /// Letters, digits, `_`, `@` and dots inside: `@message`, `input.inputTokenCount`, `items.0.id`.
    fn word(&mut self) -> Kind {
        let rest = self.rest();
        let mut end = rest.find(|c: char| !is_word(c) && !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        end = rest[..end].trim_end_matches('.').len().max(1);
        self.at += end;
        // A path may go on in backticks: resource.`foo-bar`
        if self.rest().starts_with(".`")
            && let Some(length) = self.rest()[2..].find('`')
        {
            let name = format!("{}.{}", &rest[..end], &self.rest()[2..2 + length]);
            self.at += length + 3;
            return Kind::Quoted(name);
        }
        self.items(rest[..end].to_owned())
    }

    /// Items of lists behind a word: `users[1].name` is the path `users.1.name`.
    fn items(&mut self, word: String) -> Kind {
        let mut name = word;
        while let Some(index) = self.item().filter(|_| !name.eq_ignore_ascii_case("in")) {
            self.at += index.len() + 2;
            name.extend([".", index]);
            if let Some(more) = self.rest().strip_prefix('.') {
                let end = more.find(|c: char| !is_word(c) && !c.is_ascii_digit() && c != '.').unwrap_or(more.len());
                let part = more[..end].trim_end_matches('.');
                self.at += if part.is_empty() { 0 } else { part.len() + 1 };
                name.extend([if part.is_empty() { "" } else { "." }, part]);
            }
        }
        Kind::Word(name)
    }

    /// The digits of `[digits]`, if that comes next.
    fn item(&self) -> Option<&'a str> {
        let (index, _) = self.rest().strip_prefix('[')?.split_once(']')?;
        (!index.is_empty() && index.bytes().all(|b| b.is_ascii_digit())).then_some(index)
    }

    fn sign(&mut self, first: char) -> Result<Kind, QueryError> {
        let rest = self.rest();
        let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
        let sign =
            sign.ok_or_else(|| QueryError::new(self.at..self.at + first.len_utf8(), format!("The character {first} has no meaning here")))?;
        self.at += sign.len();
        Ok(Kind::Sign(sign))
    }
}

fn is_word(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '@'
}
