//! The text part of the log viewer's filter: words and "phrases" that must all occur, `-word` that must not. Letters match in either case.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

/// A compiled text query.
#[derive(Debug, Clone, Default)]
pub struct Query {
    terms: Vec<Term>,
}

#[derive(Debug, Clone)]
struct Term {
    text: String,
    wanted: bool,
    pattern: Regex,
}

impl Query {
    /// Reads `text`: words at spaces, phrases in double quotes (an open one ends at the end), a leading `-` turns a term around.
    pub fn new(text: &str) -> Self {
        Self { terms: split(text).into_iter().filter_map(|(text, wanted)| Term::new(text, wanted)).collect() }
    }

    /// Whether the query asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether `line` has every wanted term and none of the unwanted.
    pub fn matches(&self, line: &str) -> bool {
        self.terms.iter().all(|term| term.pattern.is_match(line) == term.wanted)
    }

    /// Texts that occur wherever the query matches, letters in either case.
    pub fn literals(&self) -> Vec<String> {
        // A text with quotes stands in a line with backslashes before them.
        let is_plain = |term: &&Term| term.wanted && !term.text.contains(['"', '\\']);
        self.terms.iter().filter(is_plain).map(|term| term.text.clone()).collect()
    }

    /// Where wanted terms occur in `text`: byte ranges, ascending, apart from each other.
    pub fn hits(&self, text: &str) -> Vec<Range<usize>> {
        let wanted = self.terms.iter().filter(|term| term.wanted);
        let mut hits: Vec<_> = wanted.flat_map(|term| term.pattern.find_iter(text).map(|hit| hit.range())).collect();
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
        let wanted = self.terms.iter().filter(|term| term.wanted);
        wanted.filter_map(|term| term.pattern.find(text)).map(|hit| hit.range()).min_by_key(|hit| hit.start)
    }

    /// The filter commands of Logs Insights that stand for the query, each with its leading bar.
    pub fn insights(&self) -> String {
        let command = |term: &Term| {
            let not = if term.wanted { "" } else { "not " };
            let pattern = regex::escape(&term.text).replace('/', r"\/");
            format!(" | filter @message {not}like /(?i){pattern}/")
        };
        self.terms.iter().map(command).collect::<Vec<_>>().concat()
    }
}

impl Term {
    fn new(text: String, wanted: bool) -> Option<Self> {
        let plain = regex::escape(&text);
        // Lines are JSON: a quote or backslash of the text stands there with a backslash before it.
        let quoted = serde_json::to_string(&text).ok()?;
        let quoted = regex::escape(&quoted[1..quoted.len() - 1]);
        let pattern = if quoted == plain { plain } else { format!("{plain}|{quoted}") };
        let pattern = RegexBuilder::new(&pattern).case_insensitive(true).size_limit(1 << 22).build().ok()?;
        Some(Self { text, wanted, pattern })
    }
}

fn split(text: &str) -> Vec<(String, bool)> {
    let mut terms = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let wanted = !(rest.starts_with('-') && rest.len() > 1);
        let body = if wanted { rest } else { &rest[1..] };
        let (term, after) = match body.strip_prefix('"') {
            Some(phrase) => phrase.split_once('"').unwrap_or((phrase, "")),
            None => body.split_once(char::is_whitespace).unwrap_or((body, "")),
        };
        terms.push((term.to_owned(), wanted));
        rest = after.trim_start();
    }
    terms.retain(|(term, _)| !term.is_empty());
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_must_occur_in_either_case() {
        let query = Query::new("refund POLICY");
        assert!(query.matches("The Policy on REFUNDS"));
        assert!(!query.matches("The policy on returns"));
        assert!(Query::new("").is_empty() && Query::new("  ").matches("anything"));
    }

    #[test]
    fn phrases_and_unwanted_words() {
        let query = Query::new(r#""order #3256" -damaged"#);
        assert!(query.matches("refund of order #3256"));
        assert!(!query.matches("order number 3256") && !query.matches("order #3256 arrived damaged"));
        assert!(Query::new(r#""still typing"#).matches("still typing a phrase"));
    }

    #[test]
    fn quotes_of_the_text_are_found_in_json() {
        let line = serde_json::json!({"text": "he said \\o/ yes"}).to_string();
        assert!(Query::new(r"\o/").matches(&line));
    }

    #[test]
    fn hits_are_merged_and_in_order() {
        let query = Query::new("refund fund order");
        assert_eq!(query.hits("Refund the order"), vec![0..6, 11..16]);
        assert_eq!(query.first_hit("my order, a refund"), Some(3..8));
        assert!(Query::new("-refund").hits("refund").is_empty());
    }

    #[test]
    fn the_insights_text_says_the_same() {
        assert_eq!(Query::new("a/b -c").insights(), r" | filter @message like /(?i)a\/b/ | filter @message not like /(?i)c/");
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}", line in "\\PC{0,80}") {
            let query = Query::new(&text);
            query.matches(&line);
            let hits = query.hits(&line);
            proptest::prop_assert!(hits.windows(2).all(|pair| pair[0].end <= pair[1].start));
            query.insights();
        }
    }
}
