//! The terms of a search and how they are joined.

use super::{Candidate, tokens};

/// Most levels of parentheses and `NOT`.
const MAX_DEPTH: usize = 32;

/// What a metric must have.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Term {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Has(Wanted),
}

/// A text that must occur, in any name of a metric or in one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    /// `MetricName`, `Namespace` or the name of a dimension.
    property: Option<String>,
    text: String,
    exact: bool,
}

/// What is wrong with a search.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// Longer than CloudWatch allows.
    #[error("it must have at most {most} characters")]
    Length {
        /// Most characters.
        most: usize,
    },
    /// Nothing is searched for.
    #[error("it must contain a metric schema, a search term or both")]
    Empty,
    /// The braces are not closed or hold an empty name.
    #[error("the metric schema must be a namespace and dimension names between braces")]
    Schema,
    /// A quote is not closed.
    #[error("a double quote is not closed")]
    Quote,
    /// A parenthesis is not closed, or closed without being opened.
    #[error("the parentheses do not match")]
    Parentheses,
    /// An operator or a property without anything after it.
    #[error("a term is missing after {0}")]
    Missing(String),
    /// Too many levels.
    #[error("it is nested more than {most} levels deep")]
    Depth {
        /// Most levels.
        most: usize,
    },
    /// Accounts are searched for.
    #[error(":aws.AccountId works only in monitoring accounts of cross-account observability, which this account is not")]
    Accounts,
}

impl Term {
    pub(super) fn finds(&self, metric: &Candidate<'_>) -> bool {
        match self {
            Self::All(terms) => terms.iter().all(|term| term.finds(metric)),
            Self::Any(terms) => terms.iter().any(|term| term.finds(metric)),
            Self::Not(term) => !term.finds(metric),
            Self::Has(wanted) => wanted.is_in(metric),
        }
    }
}

impl Wanted {
    fn is_in(&self, metric: &Candidate<'_>) -> bool {
        match self.property.as_deref() {
            Some("MetricName") => self.is(metric.metric),
            Some("Namespace") => self.is(metric.namespace),
            Some(dimension) => metric.dimensions.get(dimension).is_some_and(|value| self.is(value)),
            None => {
                let names = metric.dimensions.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
                names.chain([metric.metric, metric.namespace]).any(|text| self.is(text))
            }
        }
    }

    fn is(&self, text: &str) -> bool {
        if self.exact { self.text == text } else { tokens::matches(text, &self.text) }
    }
}

/// The terms in `text`; `None` when there are none.
pub(super) fn parse(text: &str) -> Result<Option<Term>, SearchError> {
    let words = words(text)?;
    if words.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser { words: &words, next: 0, depth: 0 };
    let term = parser.any()?;
    if parser.next < words.len() { Err(SearchError::Parentheses) } else { Ok(Some(term)) }
}

#[derive(Debug, PartialEq)]
enum Word {
    Open,
    Close,
    And,
    Or,
    Not,
    Has(Wanted),
}

/// What stands between double quotes, without the backslashes before `" \ ( )`, and what follows the closing quote.
pub(super) fn quoted(text: &str) -> Result<(String, &str), SearchError> {
    let mut inside = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((inside, &text[at + 1..])),
            '\\' => inside.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => inside.push(c),
        }
    }
    Err(SearchError::Quote)
}

fn words(text: &str) -> Result<Vec<Word>, SearchError> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '(' => (Word::Open, &rest[1..]),
            ')' => (Word::Close, &rest[1..]),
            _ => word(rest)?,
        };
        words.push(word);
        rest = after.trim_start();
    }
    Ok(words)
}

/// A term or an operator, and what follows it.
fn word(text: &str) -> Result<(Word, &str), SearchError> {
    if let Some(inside) = text.strip_prefix('"') {
        let (exact, rest) = quoted(inside)?;
        return Ok((Word::Has(Wanted { property: None, text: exact, exact: true }), rest));
    }
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"' | '=')).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.starts_with(":aws.") {
        return Err(SearchError::Accounts);
    }
    if let Some(value) = rest.trim_start().strip_prefix('=') {
        return property(name, value.trim_start());
    }
    let word = match name {
        "AND" => Word::And,
        "OR" => Word::Or,
        "NOT" => Word::Not,
        _ => Word::Has(Wanted { property: None, text: name.to_owned(), exact: false }),
    };
    Ok((word, rest))
}

/// `MetricName="Invocations"` or `ModelId=claude`.
fn property<'a>(name: &str, value: &'a str) -> Result<(Word, &'a str), SearchError> {
    let (text, rest, exact) = if let Some(inside) = value.strip_prefix('"') {
        let (text, rest) = quoted(inside)?;
        (text, rest, true)
    } else {
        let end = value.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')')).unwrap_or(value.len());
        (value[..end].to_owned(), &value[end..], false)
    };
    if name.is_empty() || text.is_empty() {
        return Err(SearchError::Missing(format!("{name}=")));
    }
    Ok((Word::Has(Wanted { property: Some(name.to_owned()), text, exact }), rest))
}

/// `OR` joins most loosely, then `AND`, which need not be written, then `NOT`.
struct Parser<'a> {
    words: &'a [Word],
    next: usize,
    depth: usize,
}

impl Parser<'_> {
    fn take_if(&mut self, word: &Word) -> bool {
        let there = self.words.get(self.next) == Some(word);
        self.next += usize::from(there);
        there
    }

    fn any(&mut self) -> Result<Term, SearchError> {
        let mut terms = vec![self.all()?];
        while self.take_if(&Word::Or) {
            terms.push(self.all()?);
        }
        Ok(if terms.len() == 1 { terms.remove(0) } else { Term::Any(terms) })
    }

    fn all(&mut self) -> Result<Term, SearchError> {
        let mut terms = vec![self.one()?];
        loop {
            let explicit = self.take_if(&Word::And);
            match self.words.get(self.next) {
                Some(Word::Has(_) | Word::Open | Word::Not) => terms.push(self.one()?),
                _ if explicit => return Err(SearchError::Missing("AND".to_owned())),
                _ => return Ok(if terms.len() == 1 { terms.remove(0) } else { Term::All(terms) }),
            }
        }
    }

    fn one(&mut self) -> Result<Term, SearchError> {
        if self.depth >= MAX_DEPTH {
            return Err(SearchError::Depth { most: MAX_DEPTH });
        }
        self.depth += 1;
        let term = self.term();
        self.depth -= 1;
        term
    }

    fn term(&mut self) -> Result<Term, SearchError> {
        let word = self.words.get(self.next);
        self.next += 1;
        match word {
            Some(Word::Has(wanted)) => Ok(Term::Has(wanted.clone())),
            Some(Word::Not) => Ok(Term::Not(Box::new(self.one()?))),
            Some(Word::Open) => {
                let inner = self.any()?;
                if self.take_if(&Word::Close) { Ok(inner) } else { Err(SearchError::Parentheses) }
            }
            Some(Word::Close) => Err(SearchError::Parentheses),
            Some(Word::And | Word::Or) | None => Err(SearchError::Missing("an operator or at the end".to_owned())),
        }
    }
}
