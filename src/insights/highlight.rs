//! Colours for the editor: what the parts of a text are, however broken it is.

use super::error::Span;
use super::further::is_source;
use super::lexer::{Kind, Lexer, Token};
use super::reference;

/// What a part of a query is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Highlight {
    /// The command at the head of a step.
    Command,
    /// `as`, `by`, `and`, `in` and the like.
    Keyword,
    /// A function that there is.
    Function,
    /// A field, an alias, or a word that means nothing.
    Field,
    /// A number or a length of time.
    Number,
    /// A text in quotes.
    Text,
    /// A regular expression.
    Regex,
    /// A sign.
    Operator,
    /// The `|` between commands.
    Pipe,
    /// From `#` to the end of the line.
    Comment,
    /// What cannot be read.
    Error,
}

/// What the parts of `text` are, from left to right; spaces are in none. Never fails.
pub fn highlight(text: &str) -> Vec<(Span, Highlight)> {
    let mut parts = Vec::new();
    let mut lexer = Lexer::new(text);
    let mut before = Before { is_start: true, is_value: false };
    loop {
        let start = lexer.place();
        let token = match lexer.next() {
            Ok(token) => token,
            Err(error) => {
                comments(text, start..error.span.start, &mut parts);
                parts.push((error.span.clone(), Highlight::Error));
                lexer.go_to(error.span.end.max(start + 1));
                continue;
            }
        };
        comments(text, start..token.span.start, &mut parts);
        let token = if token.kind == Kind::Sign("/") && !before.is_value { lexer.regex(&token.span).unwrap_or(token) } else { token };
        if token.kind == Kind::End {
            return parts;
        }
        let kind = kind(text, &token, before);
        before = Before { is_start: kind == Highlight::Pipe || is_open(text, &token), is_value: is_value(&token, kind) };
        parts.push((token.span, kind));
    }
}

/// What the token before says about the next one.
#[derive(Clone, Copy)]
struct Before {
    /// A command comes.
    is_start: bool,
    /// It was a value: a slash divides it.
    is_value: bool,
}

fn kind(text: &str, token: &Token, before: Before) -> Highlight {
    match &token.kind {
        Kind::Sign("|") => Highlight::Pipe,
        Kind::Sign(_) => Highlight::Operator,
        Kind::Number(_) | Kind::Length(..) => Highlight::Number,
        Kind::Text(_) => Highlight::Text,
        Kind::Regex(_) => Highlight::Regex,
        Kind::Quoted(_) | Kind::End => Highlight::Field,
        Kind::Word(word) => word_kind(word, text[token.span.end..].trim_start().starts_with('('), before),
    }
}

fn word_kind(word: &str, is_called: bool, before: Before) -> Highlight {
    let is_in = |mut names: std::slice::Iter<'_, &str>| names.any(|name| name.eq_ignore_ascii_case(word));
    if before.is_start && reference::commands().any(|command| command.is_called(word)) {
        return Highlight::Command;
    }
    match () {
        () if is_in(reference::KEYWORDS.iter()) => Highlight::Keyword,
        () if is_called && reference::functions().any(|function| function.is_called(word)) => Highlight::Function,
        () => Highlight::Field,
    }
}

/// Behind `(` a subquery may begin.
fn is_open(text: &str, token: &Token) -> bool {
    token.kind == Kind::Sign("(") && is_source(&text[token.span.end..])
}

fn is_value(token: &Token, kind: Highlight) -> bool {
    match token.kind {
        Kind::Sign(sign) => matches!(sign, ")" | "]"),
        _ => matches!(kind, Highlight::Number | Highlight::Field | Highlight::Text),
    }
}

/// The comments between two tokens.
fn comments(text: &str, between: Span, parts: &mut Vec<(Span, Highlight)>) {
    let mut at = between.start;
    while let Some(found) = text[at..between.end].find('#') {
        let start = at + found;
        let end = text[start..between.end].find('\n').map_or(between.end, |line| start + line);
        parts.push((start..end, Highlight::Comment));
        at = end;
    }
}
