//! Aggregates under way for all groups of a block.

use std::ops::Range;
use std::rc::Rc;

use super::super::super::accumulator::Accumulator;
use super::super::super::functions::aggregates::Of;
use super::super::super::plan::Code;
use super::super::super::ranked::Ranked;
use super::super::super::value::Value;
use super::super::cells::{Cells, Values};
use super::Wanted;
use super::counted::Counted;
use crate::logs::store::column::{Column, Whole};

/// One aggregate under way.
pub(super) struct Sums<'a> {
    of: Of,
    percent: f64,
    source: Source<'a>,
    held: Held,
}

#[derive(Clone, Copy)]
enum Source<'a> {
    /// `count(*)`.
    Rows,
    /// No record has the field.
    Nothing,
    Numbers(&'a [u8]),
    /// Small numbers up to the one that is given.
    Small(&'a [u8], u16),
    /// How many texts there are to the codes.
    Codes(&'a [u8], usize),
}

/// What was added up so far.
enum Held {
    States(Vec<State>),
    /// Shared by all aggregates of a column.
    Counted(Rc<Counted>),
}

#[derive(Clone, Default)]
struct State {
    count: u64,
    sum: f64,
    least: Option<f64>,
    most: Option<f64>,
    ranked: Ranked,
}

/// Adds rows to all aggregates: `groups` are those of the rows, `count` how many there are.
pub(super) fn add_all(sums: &mut [Sums<'_>], groups: &[u32], count: usize, rows: &Range<usize>) {
    for at in 0..sums.len() {
        let (before, from) = sums.split_at_mut(at);
        let sums = &mut from[0];
        match before.iter().find_map(|other| other.counted(sums.source)) {
            Some(counted) => sums.held = Held::Counted(counted),
            None => sums.add(groups, count, rows),
        }
    }
}

/// Adds rows that are all of one group.
pub(super) fn add_run(sums: &mut [Sums<'_>], rows: &Range<usize>) {
    let needs_groups = sums.iter().any(|sums| !matches!(sums.source, Source::Rows | Source::Nothing));
    let groups = if needs_groups { vec![0; rows.len()] } else { Vec::new() };
    add_all(sums, &groups, 1, rows);
}

impl<'a> Sums<'a> {
    pub(super) fn of(wanted: Wanted<'a>, cells: &'a Cells) -> Option<Self> {
        let of = wanted.of;
        let source = match wanted.arguments.first() {
            None if of == Of::Count => Source::Rows,
            Some(Code::Found(place)) => match cells.values(*place) {
                Values::Lines => return None,
                Values::Nowhere => Source::Nothing,
                Values::Column(column) => match column.whole() {
                    Whole::Numbers(values) => Source::Numbers(values),
                    Whole::Small { values, most } => Source::Small(values, most),
                    Whole::Codes(codes) if of == Of::Count => Source::Codes(codes, column.texts().len()),
                    _ => return None,
                },
            },
            _ => return None,
        };
        let percent = match (of, wanted.arguments.get(1)) {
            (Of::Percentile, Some(Code::Literal(percent))) => percent.number()?,
            (Of::Percentile, _) => return None,
            _ => 50.0,
        };
        let is_known = matches!(of, Of::Count | Of::Sum | Of::Average | Of::Minimum | Of::Maximum | Of::Percentile | Of::Median);
        is_known.then_some(Self { of, percent, source, held: Held::States(Vec::new()) })
    }

    /// What was counted of `source`, if it was.
    fn counted(&self, source: Source<'_>) -> Option<Rc<Counted>> {
        match (&self.held, self.source, source) {
            (Held::Counted(counted), Source::Small(values, _), Source::Small(others, _)) if std::ptr::eq(values, others) => {
                Some(Rc::clone(counted))
            }
            _ => None,
        }
    }

    /// How many rows each group has, if it is known from counting all of so many rows.
    pub(super) fn sizes(&self, rows: usize) -> Option<Vec<u64>> {
        match &self.held {
            Held::Counted(counted) => Some(counted.sizes()).filter(|sizes| sizes.iter().sum::<u64>() == rows as u64),
            Held::States(_) => None,
        }
    }

    fn add(&mut self, groups: &[u32], count: usize, rows: &Range<usize>) {
        let rows = rows.clone();
        let mut states = vec![State::default(); count];
        match self.source {
            Source::Rows | Source::Nothing => {}
            Source::Codes(codes, texts) => {
                for (_, group) in Column::codes_at(codes, rows).zip(groups).filter(|(code, _)| usize::from(*code) < texts) {
                    states[*group as usize].count += 1;
                }
            }
            Source::Numbers(values) => {
                let numbers = Column::numbers_at(values, rows).zip(groups);
                self.add_numbers(numbers.filter(|(number, _)| number.is_finite()), &mut states);
            }
            Source::Small(values, most) => {
                if let Some(counted) = Counted::of(values, most, groups, count, &rows) {
                    self.held = Held::Counted(Rc::new(counted));
                    return;
                }
                let numbers = Column::small_at(values, rows).zip(groups).filter(|(number, _)| *number <= most);
                self.add_numbers(numbers.map(|(number, group)| (f64::from(number), group)), &mut states);
            }
        }
        self.held = Held::States(states);
    }

    fn add_numbers<'n>(&self, numbers: impl Iterator<Item = (f64, &'n u32)>, states: &mut [State]) {
        match self.of {
            Of::Sum | Of::Average => each(numbers, states, |state, number| state.sum += number),
            Of::Minimum => each(numbers, states, |state, number| {
                state.least = Some(state.least.map_or(number, |least| least.min(number)));
            }),
            Of::Maximum => each(numbers, states, |state, number| {
                state.most = Some(state.most.map_or(number, |most| most.max(number)));
            }),
            Of::Percentile | Of::Median => each(numbers, states, |state, number| state.ranked.add(number)),
            _ => each(numbers, states, |_, _| {}),
        }
    }

    /// What it comes to in a group that has `size` rows.
    pub(super) fn result(&mut self, group: usize, size: u64) -> Accumulator {
        if matches!(self.source, Source::Rows) {
            return Accumulator::Count(size);
        }
        let state = match &mut self.held {
            Held::Counted(counted) => return counted.result(self.of, self.percent, group),
            Held::States(states) => std::mem::take(&mut states[group]),
        };
        match self.of {
            Of::Sum | Of::Average => Accumulator::sum(self.of, state.count, state.sum),
            Of::Minimum => Accumulator::Extreme { is_least: true, numbers_only: true, kept: state.least.map(Value::Number) },
            Of::Maximum => Accumulator::Extreme { is_least: false, numbers_only: true, kept: state.most.map(Value::Number) },
            Of::Percentile | Of::Median => Accumulator::Percentile { percent: self.percent, ranked: state.ranked },
            _ => Accumulator::Count(state.count),
        }
    }
}

/// Counts the numbers and does `add` with each.
fn each<'n>(numbers: impl Iterator<Item = (f64, &'n u32)>, states: &mut [State], add: impl Fn(&mut State, f64)) {
    for (number, group) in numbers {
        let state = &mut states[*group as usize];
        state.count += 1;
        add(state, number);
    }
}
