//! Unstructured patterns: terms that must appear, alternatives, exclusions, phrases, or one regular expression.

use memchr::memmem::Finder;

use super::PatternError;
use super::cursor::Cursor;
use super::pattern_regex::PatternRegex;

/// What an unstructured pattern asks of a message.
#[derive(Debug, Clone)]
pub(super) enum TermsPattern {
    Terms(Terms),
    Regex(PatternRegex),
}

/// Terms by their role.
#[derive(Debug, Clone, Default)]
pub(super) struct Terms {
    required: Vec<Finder<'static>>,
    excluded: Vec<Finder<'static>>,
    alternatives: Vec<Finder<'static>>,
}

impl TermsPattern {
    pub(super) fn matches(&self, message: &str) -> bool {
        match self {
            Self::Terms(terms) => terms.matches(message.as_bytes()),
            Self::Regex(regex) => regex.is_match(message),
        }
    }

    /// Whether nothing is asked.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Terms(terms) if terms.required.is_empty() && terms.excluded.is_empty() && terms.alternatives.is_empty())
    }
}

impl Terms {
    /// The service ignores alternatives as soon as other terms stand beside them.
    fn matches(&self, message: &[u8]) -> bool {
        let found = |finder: &Finder<'_>| finder.find(message).is_some();
        if self.required.is_empty() && self.excluded.is_empty() {
            return self.alternatives.is_empty() || self.alternatives.iter().any(found);
        }
        self.required.iter().all(found) && !self.excluded.iter().any(found)
    }

    fn add(&mut self, role: Option<char>, term: &str) {
        let list = match role {
            Some('?') => &mut self.alternatives,
            Some('-') => &mut self.excluded,
            _ => &mut self.required,
        };
        list.push(Finder::new(term).into_owned());
    }
}

/// Reads terms up to the end of the pattern.
pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<TermsPattern, PatternError> {
    if cursor.peek() == Some('%') {
        return only_regex(cursor);
    }
    let mut terms = Terms::default();
    while cursor.peek().is_some() {
        let role = cursor.eat_one_of("?-");
        if let Some(term) = term(cursor)? {
            terms.add(role, &term);
        }
        cursor.skip_space();
    }
    Ok(TermsPattern::Terms(terms))
}

/// A regular expression stands alone.
fn only_regex(cursor: &mut Cursor<'_>) -> Result<TermsPattern, PatternError> {
    let regex = cursor.regex()?;
    cursor.skip_space();
    if cursor.peek().is_some() {
        return Err(cursor.unexpected("nothing: a regular expression stands alone in an unstructured pattern"));
    }
    Ok(TermsPattern::Regex(regex))
}

/// One word or phrase; `None` for the phrase of spaces, which asks nothing.
fn term(cursor: &mut Cursor<'_>) -> Result<Option<String>, PatternError> {
    if cursor.peek() != Some('"') {
        return word(cursor).map(|word| Some(word.to_owned()));
    }
    let start = cursor.position();
    let phrase = cursor.quoted()?;
    if phrase.is_empty() {
        return Err(cursor.error_since(start, "Invalid character(s) in term '\"\"'", "a phrase, or \" \" to match every event"));
    }
    Ok(Some(phrase).filter(|phrase| !phrase.trim().is_empty()))
}

fn word<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str, PatternError> {
    let word = cursor.take_while(|c| c.is_alphanumeric() || c == '_');
    match cursor.peek() {
        Some(c) if !c.is_whitespace() => Err(cursor.invalid_characters()),
        _ if word.is_empty() => Err(cursor.unexpected("a term")),
        _ => Ok(word),
    }
}
