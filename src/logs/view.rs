//! What a filter finds in a store: the rows to show, counts by dimension, and counts over time. Built in slices so that a job can be cancelled midway.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::filter::{Dimension, Filter, Matcher, Verdict};
use super::histogram::Histogram;
use super::store::{Entry, Store};
use crate::base::clock::Stopwatch;

/// A value of a dimension and how many records have it, the dimension's own choice left aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetValue {
    /// The value as stored.
    pub value: Arc<str>,
    /// Records that would be shown if it were chosen.
    pub count: u64,
}

/// The result of a filter over a store.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct View {
    /// The store that was searched.
    pub store: Arc<Store>,
    /// The filter that was applied.
    pub filter: Filter,
    /// Places in the store, newest first.
    pub rows: Vec<u32>,
    /// Values by dimension in the order of [`Dimension::ALL`], most frequent first.
    pub facets: [Vec<FacetValue>; 4],
    /// Counts over time, the time range left aside.
    pub histogram: Histogram,
    /// How many of the shown records failed.
    pub errors: u64,
    /// How many of the shown lines are not records.
    pub raw: u64,
    /// How long the search took.
    pub took: Duration,
}

impl View {
    /// Searches the whole of `store` at once; with a `window` (from and to, milliseconds, both included) only the events in it.
    pub fn build(store: Arc<Store>, filter: Filter, window: Option<(i64, i64)>) -> Self {
        let mut search = Search::new(store, filter, window);
        while !search.step(usize::MAX) {}
        search.finish()
    }

    /// The event in `row`, newest first.
    pub fn entry(&self, row: usize) -> Option<&Arc<Entry>> {
        self.store.get(*self.rows.get(row)? as usize)
    }

    /// The row that shows the event at `index` of the store.
    pub fn row_of(&self, index: usize) -> Option<usize> {
        self.rows.binary_search_by(|row| (index as u32).cmp(row)).ok()
    }

    /// The values of `dimension`, most frequent first.
    pub fn facet(&self, dimension: Dimension) -> &[FacetValue] {
        &self.facets[dimension as usize]
    }
}

/// A search under way.
pub struct Search {
    view: View,
    matcher: Matcher,
    window: Option<(i64, i64)>,
    counts: [HashMap<Arc<str>, u64>; 4],
    /// Events still to be judged: those before this place.
    left: usize,
    watch: Stopwatch,
}

impl Search {
    /// A search of `store` that has judged nothing yet.
    pub fn new(store: Arc<Store>, filter: Filter, window: Option<(i64, i64)>) -> Self {
        let matcher = Matcher::new(&filter);
        let histogram = window.or_else(|| store.extent()).map(|(from, to)| Histogram::over(from, to)).unwrap_or_default();
        let left = store.len();
        let view = View { store, filter, histogram, ..View::default() };
        Self { view, matcher, window, counts: Default::default(), left, watch: Stopwatch::start() }
    }

    /// Judges at most `count` more events; tells whether all are judged.
    pub fn step(&mut self, count: usize) -> bool {
        let until = self.left.saturating_sub(count);
        let store = self.view.store.clone();
        for index in (until..self.left).rev() {
            if let Some(entry) = store.get(index) {
                self.judge(index, entry);
            }
        }
        self.left = until;
        until == 0
    }

    fn judge(&mut self, index: usize, entry: &Entry) {
        if self.window.is_some_and(|(from, to)| entry.at_ms < from || entry.at_ms > to) {
            return;
        }
        match self.matcher.judge(entry) {
            Verdict::Shown => self.show(index, entry),
            Verdict::ButFor(dimension) => self.count(dimension, entry),
            Verdict::ButForRange => self.view.histogram.count(entry.at_ms, is_error(entry)),
            Verdict::Hidden => {}
        }
    }

    fn show(&mut self, index: usize, entry: &Entry) {
        self.view.rows.push(index as u32);
        self.view.errors += u64::from(is_error(entry));
        self.view.raw += u64::from(entry.record().is_none());
        self.view.histogram.count(entry.at_ms, is_error(entry));
        for dimension in Dimension::ALL {
            self.count(dimension, entry);
        }
    }

    fn count(&mut self, dimension: Dimension, entry: &Entry) {
        let Some(value) = dimension.value(entry) else { return };
        let counts = &mut self.counts[dimension as usize];
        match counts.get_mut(value) {
            Some(count) => *count += 1,
            None => {
                counts.insert(value.into(), 1);
            }
        }
    }

    /// The result of what was judged.
    pub fn finish(mut self) -> View {
        for dimension in Dimension::ALL {
            let counts = std::mem::take(&mut self.counts[dimension as usize]);
            self.view.facets[dimension as usize] = sorted(counts, &self.view.filter, dimension);
        }
        self.view.took = self.watch.elapsed();
        self.view
    }
}

fn is_error(entry: &Entry) -> bool {
    entry.record().is_some_and(super::InvocationRecord::is_error)
}

/// Values by falling count; chosen values stay even when nothing has them any more.
fn sorted(mut counts: HashMap<Arc<str>, u64>, filter: &Filter, dimension: Dimension) -> Vec<FacetValue> {
    let choice = filter.choice(dimension);
    for chosen in choice.include.iter().chain(&choice.exclude) {
        counts.entry(chosen.as_str().into()).or_insert(0);
    }
    let mut values: Vec<_> = counts.into_iter().map(|(value, count)| FacetValue { value, count }).collect();
    values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn store() -> Arc<Store> {
        let line = |n: i64| {
            let (model, error) = (["haiku", "sonnet", "opus"][n as usize % 3], (n % 10 == 0).then_some("ThrottlingException"));
            json!({"schemaType": "ModelInvocationLog", "modelId": model, "operation": "Converse", "errorCode": error,
                "input": {"inputBodyJson": {"messages": [{"role": "user", "content": [{"text": format!("question {n}")}]}]}}})
            .to_string()
        };
        let records = (0..30).map(|n| Entry::new(&format!("{n:03}"), n * 1_000, &line(n)));
        let raw = Entry::new("raw", 30_000, "Permissions are correctly set for Amazon Bedrock logs.");
        Arc::new(Store::default().with(records.chain([raw]).collect()))
    }

    fn count(view: &View, dimension: Dimension, value: &str) -> u64 {
        view.facet(dimension).iter().find(|facet| &*facet.value == value).map_or(0, |facet| facet.count)
    }

    #[test]
    fn everything_is_shown_newest_first_and_counted() {
        let view = View::build(store(), Filter::default(), None);
        assert_eq!((view.rows.len(), view.errors, view.raw), (31, 3, 1));
        assert_eq!(view.entry(0).unwrap().id.as_ref(), "raw");
        assert_eq!((view.row_of(30), view.row_of(0)), (Some(0), Some(30)));
        assert_eq!(count(&view, Dimension::Result, "ok"), 27);
        assert_eq!(view.histogram.bins.iter().map(|bin| bin.errors).sum::<u32>(), 3);
    }

    #[test]
    fn a_dimension_counts_as_if_nothing_of_it_were_chosen() {
        let mut filter = Filter { range: Some((0, 9_000)), ..Filter::default() };
        filter.choice_mut(Dimension::Model).toggle_include("opus");
        let view = View::build(store(), filter, None);
        assert_eq!(view.rows.len(), 3);
        assert_eq!((count(&view, Dimension::Model, "haiku"), count(&view, Dimension::Model, "opus")), (3, 3));
        assert_eq!(count(&view, Dimension::Operation, "Converse"), 3);
        // The histogram shows the models chosen over all time.
        assert_eq!(view.histogram.bins.iter().map(|bin| bin.ok + bin.errors).sum::<u32>(), 10);
    }

    #[test]
    fn events_outside_the_window_do_not_exist() {
        let view = View::build(store(), Filter::default(), Some((10_000, 19_000)));
        assert_eq!((view.rows.len(), count(&view, Dimension::Operation, "Converse")), (10, 10));
        assert_eq!(view.histogram.bins.len(), 10);
    }

    #[test]
    fn a_search_in_slices_finds_the_same() {
        let filter = Filter { text: "\"question 1\"".to_owned(), ..Filter::default() };
        let mut search = Search::new(store(), filter.clone(), None);
        let mut steps = 1;
        while !search.step(4) {
            steps += 1;
        }
        let (sliced, whole) = (search.finish(), View::build(store(), filter, None));
        assert_eq!((steps, &sliced.rows, &sliced.facets), (8, &whole.rows, &whole.facets));
        assert_eq!(whole.rows.len(), 11);
    }
}
