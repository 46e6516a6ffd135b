//! What is looked for in a tail: up to five terms to highlight, and a search. Letters match in either case, as in the console.

use std::ops::Range;
use std::sync::Arc;

use super::Line;
use crate::logs::query::Query;

/// Terms that can be highlighted at a time.
pub const TERMS: usize = 5;

/// Terms to highlight and a search.
#[derive(Debug, Clone, Default)]
pub struct Lens {
    /// The terms as they were typed; an empty one is not used.
    pub terms: [String; TERMS],
    /// The search as it was typed; an empty one finds everything.
    pub search: String,
    marks: [Query; TERMS],
    query: Query,
}

impl PartialEq for Lens {
    fn eq(&self, other: &Self) -> bool {
        self.terms == other.terms && self.search == other.search
    }
}

/// What a lens makes of some lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// By term, the events that contain it.
    pub hits: [u64; TERMS],
    /// Which of the lines the search finds, as places among them.
    pub places: Vec<usize>,
    /// For each line, a bit for each term that it contains, the first term's the lowest.
    pub masks: Vec<u8>,
}

impl Lens {
    /// A lens for these terms and this search.
    pub fn new(terms: [String; TERMS], search: String) -> Self {
        let marks = terms.each_ref().map(|term| phrase(term));
        Self { query: Query::new(&search), marks, terms, search }
    }

    /// What the search asks for.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// Whether everything is shown.
    pub fn shows_all(&self) -> bool {
        self.query.is_empty()
    }

    /// Whether there is nothing to find.
    pub fn is_clear(&self) -> bool {
        self.shows_all() && self.marks.iter().all(Query::is_empty)
    }

    /// The numbers of the terms that occur in `text`.
    pub fn terms_in(&self, text: &str) -> impl Iterator<Item = usize> {
        let occurs = |mark: &Query| !mark.is_empty() && mark.first_hit(text).is_some();
        self.marks.each_ref().map(occurs).into_iter().enumerate().filter_map(|(term, occurs)| occurs.then_some(term))
    }

    /// Where terms occur in `text` with their numbers, ascending and apart from each other: the term that begins first, and of two at the same place
    /// the first one, has its place.
    pub fn marks(&self, text: &str) -> Vec<(Range<usize>, usize)> {
        let of_term = |(term, mark): (usize, &Query)| mark.hits(text).into_iter().map(move |hit| (hit, term)).collect::<Vec<_>>();
        let mut marks: Vec<_> = self.marks.iter().enumerate().flat_map(of_term).collect();
        marks.sort_by_key(|(hit, term)| (hit.start, *term));
        let mut end = 0;
        marks.retain(|(hit, _)| {
            let apart = hit.start >= end;
            if apart {
                end = hit.end;
            }
            apart
        });
        marks
    }

    /// Looks through `lines`. What marks a break is always found.
    pub fn look(&self, lines: &[Arc<Line>]) -> Found {
        let mut found = Found::default();
        for (place, line) in lines.iter().enumerate() {
            let text = line.event().map(|tailed| &*tailed.entry.line);
            if text.is_none_or(|text| self.query.matches(text)) {
                found.places.push(place);
            }
            let mut mask = 0;
            for term in text.into_iter().flat_map(|text| self.terms_in(text)) {
                found.hits[term] += 1;
                mask |= 1 << term;
            }
            found.masks.push(mask);
        }
        found
    }
}

/// A query for the whole of `term`, blanks inside included.
fn phrase(term: &str) -> Query {
    let term = term.trim().replace('"', "");
    if term.is_empty() { Query::default() } else { Query::new(&format!("\"{term}\"")) }
}

#[cfg(test)]
mod tests {
    use super::super::line;
    use super::*;

    fn lens(terms: &[&str], search: &str) -> Lens {
        let term = |n: usize| terms.get(n).copied().unwrap_or_default().to_owned();
        Lens::new(std::array::from_fn(term), search.to_owned())
    }

    #[test]
    fn terms_are_counted_by_event_and_the_search_finds_lines() {
        let lines =
            [line("a refund, REFUND"), line("late parcel"), Arc::new(Line::Break("gap".to_owned())), line("refund of a late parcel")];
        let found = lens(&["refund", "late parcel"], "parcel -refund").look(&lines);
        assert_eq!((found.hits, found.places, found.masks), ([2, 2, 0, 0, 0], vec![1, 2], vec![0b01, 0b10, 0, 0b11]));
        assert_eq!(lens(&[], "").look(&lines).places.len(), 4);
        assert!(lens(&[" "], "").is_clear() && !lens(&["a"], "").is_clear());
    }

    #[test]
    fn marks_do_not_overlap() {
        let lens = lens(&["late", "a late parcel", "parcel"], "");
        let text = "a late parcel, late";
        let marks: Vec<_> = lens.marks(text).into_iter().map(|(hit, term)| (&text[hit], term)).collect();
        assert_eq!(marks, [("a late parcel", 1), ("late", 0)]);
        assert_eq!(lens.terms_in(text).collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn a_term_is_found_as_it_stands_in_json() {
        assert_eq!(lens(&["say \"hi\""], "").look(&[line("say hi")]).hits[0], 1, "quotes of a term are not looked for");
        assert_eq!(lens(&["a\\b"], "").look(&[line(r#"{"x":"a\\b"}"#)]).hits[0], 1);
    }
}
