//! `%regular expressions%`: the service's subset, checked and translated for the `regex` crate.
//!
//! Allowed are ASCII letters and digits, the symbols `: _ # = @ / ; , -`, the space, the operators `^ $ ? [ ] { } | \ * + .`, and the
//! escapes `\d \D \s \S \w \W`, `\xhh` and a backslash before an allowed symbol. Groups and other characters are refused.

use super::PatternError;

const SYMBOLS: &str = ":_#=@/;,- ";
const OPERATORS: &str = "^$?[]{}|\\*+.";
/// Compiled size beyond which an expression such as `a{999}{999}` is refused, in bytes.
const MAX_COMPILED: usize = 1 << 20;

/// A compiled expression; it may match anywhere in a text.
#[derive(Debug, Clone)]
pub(super) struct PatternRegex(regex::Regex);

impl PatternRegex {
    /// Compiles what stands between the percent signs; `offset` is where `body` starts in the pattern.
    pub(super) fn parse(body: &str, offset: usize) -> Result<Self, PatternError> {
        let whole = |message: &str| PatternError {
            span: offset..offset + body.len(),
            message: message.to_owned(),
            expected: "a regular expression of letters, digits, : _ # = @ / ; , - and the operators ^ $ ? [ ] { } | \\ * + .".to_owned(),
        };
        if body.is_empty() {
            return Err(whole("A regular expression is empty"));
        }
        let translated = Translator::new(body, offset).run()?;
        let compiled = regex::RegexBuilder::new(&translated).size_limit(MAX_COMPILED).dfa_size_limit(MAX_COMPILED).nest_limit(32).build();
        compiled.map(Self).map_err(|_| whole("A regular expression is not valid"))
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// Rewrites an expression so that every construct means to the `regex` crate what it means to the service.
struct Translator<'a> {
    chars: std::iter::Peekable<std::str::CharIndices<'a>>,
    offset: usize,
    out: String,
    in_class: bool,
}

impl<'a> Translator<'a> {
    fn new(body: &'a str, offset: usize) -> Self {
        Self { chars: body.char_indices().peekable(), offset, out: String::with_capacity(body.len() * 2), in_class: false }
    }

    fn run(mut self) -> Result<String, PatternError> {
        while let Some((at, c)) = self.chars.next() {
            match c {
                '\\' => self.escape(at)?,
                '[' if self.in_class => self.out.push_str("\\["),
                '[' => self.open_class(),
                ']' if self.in_class => self.close_class(),
                '-' if self.in_class => self.class_dash(),
                _ => self.plain(at, c)?,
            }
        }
        Ok(self.out)
    }

    fn plain(&mut self, at: usize, c: char) -> Result<(), PatternError> {
        if !c.is_ascii_alphanumeric() && !SYMBOLS.contains(c) && !OPERATORS.contains(c) {
            return Err(self.invalid(at, c.len_utf8(), &c.to_string()));
        }
        self.out.push(c);
        Ok(())
    }

    fn open_class(&mut self) {
        self.in_class = true;
        self.out.push('[');
        if self.chars.next_if(|&(_, c)| c == '^').is_some() {
            self.out.push('^');
        }
    }

    fn close_class(&mut self) {
        self.in_class = false;
        self.out.push(']');
    }

    /// Two dashes in a row would mean a set difference to the `regex` crate.
    fn class_dash(&mut self) {
        self.out.push_str(if self.out.ends_with('-') { "\\-" } else { "-" });
    }

    fn escape(&mut self, at: usize) -> Result<(), PatternError> {
        let Some((_, c)) = self.chars.next() else {
            return Err(self.invalid(at, 1, "\\"));
        };
        match c {
            'd' => self.out.push_str("[0-9]"),
            'D' => self.out.push_str("[^0-9]"),
            's' => self.out.push_str("[\\t\\n\\x0B\\x0C\\r ]"),
            'S' => self.out.push_str("[^\\t\\n\\x0B\\x0C\\r ]"),
            'w' => self.out.push_str("[0-9A-Za-z_]"),
            'W' => self.out.push_str("[^0-9A-Za-z_]"),
            'x' => return self.hexadecimal(at),
            _ if SYMBOLS.contains(c) || OPERATORS.contains(c) => self.literal(c),
            _ => return Err(self.invalid(at, 1 + c.len_utf8(), &format!("\\{c}"))),
        }
        Ok(())
    }

    fn hexadecimal(&mut self, at: usize) -> Result<(), PatternError> {
        let mut code = 0;
        for _ in 0..2 {
            let Some((_, digit)) = self.chars.next_if(|(_, c)| c.is_ascii_hexdigit()) else {
                return Err(self.invalid(at, 2, "\\x"));
            };
            code = code * 16 + digit.to_digit(16).unwrap_or(0);
        }
        match char::from_u32(code).filter(char::is_ascii) {
            Some(c) => self.literal(c),
            None => return Err(self.invalid(at, 4, &format!("\\x{code:02x}"))),
        }
        Ok(())
    }

    /// A character that means itself, in and out of a class.
    fn literal(&mut self, c: char) {
        use std::fmt::Write as _;
        let written = write!(self.out, "\\x{:02x}", c as u32);
        debug_assert!(written.is_ok(), "writing to a String cannot fail");
    }

    fn invalid(&self, at: usize, length: usize, term: &str) -> PatternError {
        let start = self.offset + at;
        PatternError {
            span: start..start + length,
            message: format!("Invalid character(s) in term '{term}'"),
            expected: "letters, digits, : _ # = @ / ; , - and the operators ^ $ ? [ ] { } | \\ * + . (write others as \\xhh)".to_owned(),
        }
    }
}
