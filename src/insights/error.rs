//! What is wrong with a query, and where.

/// A part of the text, in bytes.
pub type Span = std::ops::Range<usize>;

/// Why a text is not a query that can be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// The part that is wrong; empty at the place where something is missing.
    pub span: Span,
    /// What is wrong and what would be right, a sentence.
    pub message: String,
}

impl QueryError {
    pub(super) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }

    /// The line of the text that is wrong, with a caret under the place.
    pub fn shown_in(&self, text: &str) -> String {
        let at = self.span.start.min(text.len());
        let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let line = text[start..].lines().next().unwrap_or_default();
        let column = text[start..at].chars().count();
        let width = text.get(self.span.clone()).map_or(1, |part| part.lines().next().unwrap_or_default().chars().count()).max(1);
        format!("{line}\n{}{}", " ".repeat(column), "^".repeat(width))
    }
}

/// The name among `known` that is nearest to a misspelt one, if any is near.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let scored = known.map(|candidate| (strsim::levenshtein(&lower, &candidate.to_lowercase()), candidate));
    scored
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
