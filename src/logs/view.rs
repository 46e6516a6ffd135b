//! What a filter finds in a store: the rows to show, counts by dimension, and counts over time. Built some blocks at a time so that a job can be cancelled midway.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::filter::{Choice, Dimension, Filter, Matcher, OK};
use super::histogram::{Bin, Histogram};
use super::store::column::{Cell, Column, Whole};
use super::store::trigram::{Needle, Text};
use super::store::{Block, Entry, Place, Store};
use crate::base::clock::Stopwatch;
use crate::base::parallel;

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
        while !search.step() {}
        search.finish()
    }

    /// The event in `row`, newest first.
    pub fn entry(&self, row: usize) -> Option<Arc<Entry>> {
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

/// A search under way: blocks are judged from the newest on, some at a time on all cores.
pub struct Search {
    view: View,
    matcher: Matcher,
    window: Option<(i64, i64)>,
    needle: Needle,
    counts: [HashMap<Arc<str>, u64>; 4],
    /// The records of each block that are shown; blocks still to be judged have none.
    shown: Vec<Vec<bool>>,
    /// Blocks still to be judged: those before this place.
    left: usize,
    watch: Stopwatch,
}

/// What judging a block came to.
struct Judged {
    shown: Vec<bool>,
    counts: [HashMap<Arc<str>, u64>; 4],
    histogram: Histogram,
    errors: u64,
    raw: u64,
}

impl Search {
    /// A search of `store` that has judged nothing yet.
    pub fn new(store: Arc<Store>, filter: Filter, window: Option<(i64, i64)>) -> Self {
        let matcher = Matcher::new(&filter);
        let histogram = window.or_else(|| store.extent()).map(|(from, to)| Histogram::over(from, to)).unwrap_or_default();
        let (left, shown) = (store.blocks().len(), vec![Vec::new(); store.blocks().len()]);
        let needle = Needle::of(matcher.literals().into_iter().map(|text| Text { text, any_case: true }));
        let view = View { store, filter, histogram, ..View::default() };
        Self { view, matcher, window, needle, counts: Default::default(), shown, left, watch: Stopwatch::start() }
    }

    /// Judges some more blocks; tells whether all are judged.
    pub fn step(&mut self) -> bool {
        let from = self.left.saturating_sub(parallel::width());
        let judged = parallel::map(&self.view.store.blocks()[from..self.left], |block| self.judge(block));
        for (block, judged) in (from..self.left).zip(judged) {
            self.shown[block] = judged.shown;
            self.view.histogram.add(&judged.histogram);
            self.view.errors += judged.errors;
            self.view.raw += judged.raw;
            for (counts, more) in self.counts.iter_mut().zip(judged.counts) {
                for (value, count) in more {
                    *counts.entry(value).or_insert(0) += count;
                }
            }
        }
        self.left = from;
        from == 0
    }

    fn judge(&self, block: &Block) -> Judged {
        let sides = Dimension::ALL.map(|dimension| Side::of(dimension, block, self.matcher.choice(dimension)));
        let histogram = Histogram { bins: vec![Bin::default(); self.view.histogram.bins.len()], ..self.view.histogram };
        let mut judged = Judged { shown: vec![false; block.len()], counts: Default::default(), histogram, errors: 0, raw: 0 };
        let mut counts = sides.each_ref().map(|side| vec![0_u64; side.values.len()]);
        for row in block.candidates(&self.needle, 0..block.len()) {
            self.judge_row(block, row as usize, &sides, &mut counts, &mut judged);
        }
        for ((to, side), counts) in judged.counts.iter_mut().zip(&sides).zip(counts) {
            *to = side
                .values
                .iter()
                .zip(counts)
                .filter(|(_, count)| *count > 0)
                .map(|((value, _), count)| (Arc::clone(value), count))
                .collect();
        }
        judged
    }

    /// The text, which costs most, is looked at last.
    fn judge_row(&self, block: &Block, row: usize, sides: &[Side; 4], counts: &mut [Vec<u64>; 4], judged: &mut Judged) {
        let at_ms = block.at_ms(row);
        if self.window.is_some_and(|(from, to)| at_ms < from || at_ms > to) {
            return;
        }
        let in_range = self.matcher.is_in_range(at_ms);
        let mut failing = Dimension::ALL.into_iter().filter(|dimension| !sides[*dimension as usize].passes(row));
        let (first, second) = (failing.next(), failing.next());
        if second.is_some() || (first.is_some() && !in_range) || !self.matcher.matches(block, row) {
            return;
        }
        let is_error = block.is_record(row) && sides[Dimension::Result as usize].value(row) != Some(OK);
        let mut count = |dimension: Dimension| {
            if let Some(index) = sides[dimension as usize].index(row) {
                counts[dimension as usize][index] += 1;
            }
        };
        match first {
            Some(dimension) => count(dimension),
            None if !in_range => judged.histogram.count(at_ms, is_error),
            None => {
                judged.shown[row] = true;
                judged.errors += u64::from(is_error);
                judged.raw += u64::from(!block.is_record(row));
                judged.histogram.count(at_ms, is_error);
                Dimension::ALL.into_iter().for_each(&mut count);
            }
        }
    }

    /// The result of what was judged.
    pub fn finish(mut self) -> View {
        let order = self.view.store.order();
        let is_shown = |place: &Place| self.shown[place.block as usize].get(place.row as usize) == Some(&true);
        let rows = order.iter().enumerate().rev().filter(|(_, place)| is_shown(place)).map(|(index, _)| index as u32).collect();
        self.view.rows = rows;
        for dimension in Dimension::ALL {
            let counts = std::mem::take(&mut self.counts[dimension as usize]);
            self.view.facets[dimension as usize] = sorted(counts, &self.view.filter, dimension);
        }
        self.view.took = self.watch.elapsed();
        self.view
    }
}

/// The values of a dimension in a block, and whether each passes.
struct Side {
    values: Vec<(Arc<str>, bool)>,
    /// Index of each record's value.
    of: Vec<u32>,
    /// Whether records without a value pass.
    nothing_passes: bool,
}

impl Side {
    fn of(dimension: Dimension, block: &Block, choice: &Choice) -> Self {
        let mut side = Self { values: Vec::new(), of: vec![u32::MAX; block.len()], nothing_passes: choice.passes(None) };
        let mut known: HashMap<Arc<str>, u32> = HashMap::new();
        let mut index = |values: &mut Vec<(Arc<str>, bool)>, value: &str| {
            *known.entry(value.into()).or_insert_with_key(|value| {
                values.push((Arc::clone(value), choice.passes(Some(value))));
                values.len() as u32 - 1
            })
        };
        let column = block.column(dimension.field());
        // By code each text is looked up once.
        let codes = column.filter(|column| matches!(column.whole(), Whole::Codes(_)));
        let by_code: Vec<Option<u32>> = codes
            .map(|column| {
                column.texts().iter().map(|text| dimension.shown(Some(text)).map(|value| index(&mut side.values, value))).collect()
            })
            .unwrap_or_default();
        for row in 0..block.len() {
            let value = match codes.map(|column| column.whole()) {
                _ if !block.is_record(row) => dimension.of_raw().map(|value| index(&mut side.values, value)),
                Some(Whole::Codes(codes)) => match by_code.get(Column::code_at(codes, row)) {
                    Some(value) => *value,
                    None => dimension.shown(None).map(|value| index(&mut side.values, value)),
                },
                _ => {
                    let cell = column.map_or(Cell::Nothing, |column| column.cell(row));
                    dimension.shown(cell.text()).map(|value| index(&mut side.values, value))
                }
            };
            side.of[row] = value.unwrap_or(u32::MAX);
        }
        side
    }

    fn index(&self, row: usize) -> Option<usize> {
        Some(self.of[row] as usize).filter(|index| *index < self.values.len())
    }

    fn value(&self, row: usize) -> Option<&str> {
        Some(&self.values[self.index(row)?].0)
    }

    fn passes(&self, row: usize) -> bool {
        self.index(row).map_or(self.nothing_passes, |index| self.values[index].1)
    }
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
        while !search.step() {}
        let (sliced, whole) = (search.finish(), View::build(store(), filter, None));
        assert_eq!((&sliced.rows, &sliced.facets), (&whole.rows, &whole.facets));
        assert_eq!(whole.rows.len(), 11);
    }
}
