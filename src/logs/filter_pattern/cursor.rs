//! A place in the text of a pattern, with the tokens that all three kinds share.

use super::PatternError;
use super::pattern_regex::PatternRegex;

/// Reads a pattern from left to right; positions are byte offsets into the whole text.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// What was read from byte `start` on.
    pub(super) fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.position()]
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn skip_space(&mut self) {
        self.take_while(char::is_whitespace);
    }

    /// Takes characters as long as `wanted` holds.
    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// Takes `token` if it comes next.
    pub(super) fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Takes one of the ASCII characters `any` if one comes next.
    pub(super) fn eat_one_of(&mut self, any: &str) -> Option<char> {
        let found = self.peek().filter(|&c| any.contains(c))?;
        self.at += found.len_utf8();
        Some(found)
    }

    /// Takes `word` if it comes next as a whole word.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let after = self.rest().strip_prefix(word).and_then(|rest| rest.chars().next());
        !after.is_some_and(|c| c.is_alphanumeric() || c == '_') && self.eat(word)
    }

    /// Takes `token` or tells what should stand here.
    pub(super) fn expect(&mut self, token: &str, why: &str) -> Result<(), PatternError> {
        if self.eat(token) { Ok(()) } else { Err(self.unexpected(why)) }
    }

    /// The error that `expected` should stand here.
    pub(super) fn unexpected(&self, expected: &str) -> PatternError {
        let found = self.peek();
        PatternError {
            span: self.at..self.at + found.map_or(0, char::len_utf8),
            message: found.map_or_else(|| "The filter pattern ends too early".to_owned(), |c| format!("Unexpected '{c}'")),
            expected: expected.to_owned(),
        }
    }

    /// An error about the text from `start` to here.
    pub(super) fn error_since(&self, start: usize, message: impl Into<String>, expected: &str) -> PatternError {
        PatternError { span: start..self.at, message: message.into(), expected: expected.to_owned() }
    }

    /// The error of characters that must stand in double quotes, in the service's words.
    pub(super) fn invalid_characters(&self) -> PatternError {
        let rest = self.rest();
        let length = rest.find(|c: char| c.is_alphanumeric() || c == '_' || c.is_whitespace()).unwrap_or(rest.len());
        let length = length.max(rest.chars().next().map_or(0, char::len_utf8));
        PatternError {
            span: self.at..self.at + length,
            message: format!("Invalid character(s) in term '{}'", &rest[..length]),
            expected: "letters, digits and _; put anything else in double quotes".to_owned(),
        }
    }

    /// Takes a text in double quotes, in which `\"` and `\\` stand for the characters themselves.
    pub(super) fn quoted(&mut self) -> Result<String, PatternError> {
        let start = self.at;
        self.expect("\"", "a text in double quotes")?;
        let mut text = String::new();
        let mut escaped = false;
        for (offset, c) in self.rest().char_indices() {
            match c {
                '"' if !escaped => {
                    self.at += offset + 1;
                    return Ok(text);
                }
                '\\' if !escaped => escaped = true,
                _ => {
                    push_unescaped(&mut text, c, escaped);
                    escaped = false;
                }
            }
        }
        self.at = self.text.len();
        Err(self.error_since(start, "A double quote is not closed", "a closing double quote"))
    }

    /// Takes an expression between percent signs.
    pub(super) fn regex(&mut self) -> Result<PatternRegex, PatternError> {
        let start = self.at;
        self.expect("%", "a regular expression between percent signs")?;
        let body = self.take_while(|c| c != '%');
        if !self.eat("%") {
            return Err(self.error_since(start, "A regular expression is not closed", "a closing percent sign"));
        }
        PatternRegex::parse(body, start + 1)
    }
}

/// A backslash before anything but a quote or a backslash stands for itself.
fn push_unescaped(text: &mut String, c: char, escaped: bool) {
    if escaped && c != '"' && c != '\\' {
        text.push('\\');
    }
    text.push(c);
}
