//! The text part of the log viewer's filter: words, "phrases", /expressions/ and `field:value` that must all hold, `-` before what must not, `OR`
//! between what may hold instead. Letters match in either case.
//!
//! [`split`] reads the text, [`term`] judges by one term, [`insights`] says the same in Logs Insights.

mod insights;
mod split;
mod term;

use std::ops::Range;

use super::field::{Field, Source};
use super::record::{InvocationRecord, Parsed};
pub use term::{Comparison, Term, Test};

/// A compiled text query.
#[derive(Debug, Clone, Default)]
pub struct Query {
    clauses: Vec<Clause>,
    problems: Vec<Problem>,
    hints: Vec<String>,
}

/// Terms of which one must hold.
#[derive(Debug, Clone)]
struct Clause {
    any: Vec<Term>,
}

/// Why a part of the text is no query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What is wrong with it, a sentence.
    pub what: String,
}

impl Query {
    /// Reads `text`. What cannot be read is in [`Self::problems`] and asks for nothing.
    pub fn new(text: &str) -> Self {
        let mut query = Self::default();
        let mut joins = false;
        for piece in split::pieces(text) {
            if piece.is_or() {
                joins = !query.clauses.is_empty();
                continue;
            }
            query.hints.extend(piece.hint(text));
            match Term::read(text, &piece) {
                Ok(term) => query.take(term, std::mem::take(&mut joins)),
                Err(problem) => query.problems.push(problem),
            }
        }
        query
    }

    fn take(&mut self, term: Term, joins: bool) {
        match self.clauses.last_mut().filter(|_| joins) {
            Some(clause) => clause.any.push(term),
            None => self.clauses.push(Clause { any: vec![term] }),
        }
    }

    /// Whether the query asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty()
    }

    /// Parts of the text that could not be read, in order.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What a person may have meant otherwise: sentences.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// Whether a record passes. Terms over the whole line are tried before those over fields, which cost more.
    pub fn passes(&self, source: Source<'_>) -> bool {
        self.clauses.iter().filter(|clause| !clause.has_field()).all(|clause| clause.passes(source))
            && self.clauses.iter().filter(|clause| clause.has_field()).all(|clause| clause.passes(source))
    }

    /// Like [`Self::passes`] for a bare line; its time is not known.
    pub fn matches(&self, line: &str) -> bool {
        self.matches_at(line, 0)
    }

    /// Like [`Self::passes`] for a line of this time, milliseconds since the epoch. It is read as a record only if a term asks for it.
    pub fn matches_at(&self, line: &str, at_ms: i64) -> bool {
        let passes = self.text_passes(line);
        if !passes || !self.has_fields() {
            return passes;
        }
        let parsed = if self.needs_record() { InvocationRecord::parse(line) } else { Parsed::Raw };
        let record = if let Parsed::Invocation(record) = &parsed { Some(&**record) } else { None };
        self.passes(Source { line, at_ms, record })
    }

    /// Whether a line passes as far as terms over the whole line go.
    pub fn text_passes(&self, line: &str) -> bool {
        let source = Source { line, at_ms: 0, record: None };
        self.clauses.iter().filter(|clause| !clause.has_field()).all(|clause| clause.passes(source))
    }

    /// Whether a term is about a field with a short name.
    fn needs_record(&self) -> bool {
        self.clauses.iter().flat_map(|clause| &clause.any).any(|term| matches!(term.field, Some(Field::Known(_))))
    }

    /// Whether terms over fields stand beside others of which one may hold.
    pub fn has_field_alternatives(&self) -> bool {
        self.clauses.iter().any(|clause| clause.any.len() > 1 && clause.has_field())
    }

    /// Whether some term is about one field.
    pub fn has_fields(&self) -> bool {
        self.clauses.iter().any(Clause::has_field)
    }

    /// The terms about one field that every match must pass, for stores that keep such fields apart.
    pub fn field_terms(&self) -> impl Iterator<Item = (&Field, &Term)> {
        self.alone().filter_map(|term| Some((term.field.as_ref()?, term)))
    }

    /// Texts that the line of every match holds, ASCII letters in either case, other bytes as they are. An index may skip what lacks one of them; what is
    /// left must still be judged.
    pub fn literals(&self) -> impl Iterator<Item = &str> {
        self.alone().filter_map(Term::literal)
    }

    /// Terms that stand alone in their clause.
    fn alone(&self) -> impl Iterator<Item = &Term> {
        self.clauses.iter().filter_map(|clause| if let [term] = clause.any.as_slice() { Some(term) } else { None })
    }

    /// Where wanted terms occur in `text`: byte ranges, ascending, apart from each other.
    pub fn hits(&self, text: &str) -> Vec<Range<usize>> {
        let mut hits: Vec<_> = self.patterns().flat_map(|pattern| pattern.find_iter(text).map(|hit| hit.range())).collect();
        hits.retain(|hit| !hit.is_empty());
        hits.sort_by_key(|hit| (hit.start, hit.end));
        hits.dedup_by(|next, kept| {
            let overlaps = next.start < kept.end;
            if overlaps {
                kept.end = kept.end.max(next.end);
            }
            overlaps
        });
        hits
    }

    /// The first occurrence of a wanted term in `text`.
    pub fn first_hit(&self, text: &str) -> Option<Range<usize>> {
        self.patterns().filter_map(|pattern| pattern.find(text)).map(|hit| hit.range()).min_by_key(|hit| hit.start)
    }

    fn patterns(&self) -> impl Iterator<Item = &regex::Regex> {
        self.clauses.iter().flat_map(|clause| &clause.any).filter_map(Term::pattern)
    }
}

impl Clause {
    fn has_field(&self) -> bool {
        self.any.iter().any(|term| term.field.is_some())
    }

    fn passes(&self, source: Source<'_>) -> bool {
        self.any.iter().any(|term| term.passes(source))
    }
}

/// The term that asks for `value` in `field`, or for anything but it.
pub fn exactly(field: &str, value: &str, wanted: bool) -> String {
    let not = if wanted { "" } else { "-" };
    let plain = !value.is_empty() && value.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'));
    let value = if plain { value.to_owned() } else { format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")) };
    format!("{not}{}:={value}", super::path::quoted(field))
}

#[cfg(test)]
mod tests;
