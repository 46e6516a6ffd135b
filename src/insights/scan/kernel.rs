//! `stats` over whole columns: the common aggregates of numbers, grouped by texts and periods, without a row being made.

use std::collections::HashMap;
use std::ops::Range;

use super::super::accumulator::Accumulator;
use super::super::functions::aggregates::Of;
use super::super::plan::{Code, System};
use super::super::time::Length;
use super::super::value::Value;
use super::cells::{Cells, Values};
use crate::logs::store::block::time_at;
use crate::logs::store::column::{Column, Whole};

/// An aggregate to compute.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Wanted<'a> {
    pub(in super::super) of: Of,
    pub(in super::super) arguments: &'a [Code],
}

/// Groups of a block: their keys and what they come to.
type Groups = Vec<(Vec<Value>, Vec<Accumulator>)>;

/// Most groups of a block for which a table is used instead of a map.
const MAX_TABLE: usize = 1 << 16;

/// The groups of some rows, in the order in which they come newest first; nothing when the rows must be looked at one by one.
pub(in super::super) fn grouped(by: &[Code], wanted: &[Wanted<'_>], cells: &Cells, rows: Range<usize>) -> Option<Groups> {
    let keys: Vec<Key> = by.iter().map(|code| Key::of(code, cells, rows.clone())).collect::<Option<_>>()?;
    let mut sums: Vec<Sums<'_>> = wanted.iter().map(|wanted| Sums::of(*wanted, cells)).collect::<Option<_>>()?;
    let (groups, firsts) = numbered(&keys, rows.clone());
    for sums in &mut sums {
        sums.add(&groups, firsts.len(), rows.clone());
    }
    let key = |row: usize| keys.iter().map(|key| key.value(row - rows.start)).collect();
    Some(firsts.iter().enumerate().map(|(group, row)| (key(*row), sums.iter_mut().map(|sums| sums.result(group)).collect())).collect())
}

/// A key of the groups: the number of its value for each row.
struct Key {
    of: Vec<u32>,
    values: Vec<Value>,
}

impl Key {
    fn of(code: &Code, cells: &Cells, rows: Range<usize>) -> Option<Self> {
        match code {
            Code::Found(place) => match cells.values(*place) {
                Values::Nowhere => Some(Self { of: vec![0; rows.len()], values: vec![Value::Null] }),
                Values::Column(column) => Self::of_codes(&column, rows),
                Values::Lines => None,
            },
            Code::Round { of, to, up: false } if matches!(**of, Code::System(System::Timestamp)) => {
                Some(Self::of_periods(*to, cells, rows))
            }
            _ => None,
        }
    }

    fn of_codes(column: &Column<'_>, rows: Range<usize>) -> Option<Self> {
        let Whole::Codes(codes) = column.whole() else { return None };
        let mut values: Vec<Value> = column.texts().into_iter().map(|text| Value::text(text.into_owned())).collect();
        let nothing = values.len();
        values.push(Value::Null);
        Some(Self { of: rows.map(|row| Column::code_at(codes, row).min(nothing) as u32).collect(), values })
    }

    /// Rows are in order of time, so a new period begins where the last ends.
    fn of_periods(to: Length, cells: &Cells, rows: Range<usize>) -> Self {
        let times = cells.block().times();
        let (mut values, mut of, mut end) = (Vec::new(), Vec::with_capacity(rows.len()), i64::MIN);
        for row in rows {
            let at_ms = time_at(times, row);
            if at_ms >= end || values.is_empty() {
                let start = to.floor(at_ms);
                end = to.next(at_ms);
                values.push(Value::Time(start));
            }
            of.push(values.len() as u32 - 1);
        }
        Self { of, values }
    }

    fn value(&self, index: usize) -> Value {
        self.values[self.of[index] as usize].clone()
    }
}

/// The number of each row's group, and of each group the newest row; groups are numbered newest first.
fn numbered(keys: &[Key], rows: Range<usize>) -> (Vec<u32>, Vec<usize>) {
    let mut groups = vec![0; rows.len()];
    let mut firsts = Vec::new();
    let size: Option<usize> = keys.iter().try_fold(1_usize, |size, key| size.checked_mul(key.values.len().max(1)));
    let mut table = vec![u32::MAX; size.filter(|size| *size <= MAX_TABLE).unwrap_or(0)];
    let mut map: HashMap<u64, u32, foldhash::fast::FixedState> = HashMap::default();
    for index in (0..rows.len()).rev() {
        let key = keys.iter().fold(0_u64, |sum, key| sum.wrapping_mul(key.values.len() as u64).wrapping_add(u64::from(key.of[index])));
        let known = if table.is_empty() { map.entry(key).or_insert(u32::MAX) } else { &mut table[key as usize] };
        if *known == u32::MAX {
            *known = firsts.len() as u32;
            firsts.push(rows.start + index);
        }
        groups[index] = *known;
    }
    (groups, firsts)
}

/// One aggregate under way for all groups of a block.
struct Sums<'a> {
    of: Of,
    percent: f64,
    source: Source<'a>,
    states: Vec<State>,
}

#[derive(Clone, Copy)]
enum Source<'a> {
    /// `count(*)`.
    Rows,
    /// No record has the field.
    Nothing,
    Numbers(&'a [u8]),
    /// How many texts there are to the codes.
    Codes(&'a [u8], usize),
}

#[derive(Clone, Default)]
struct State {
    count: u64,
    sum: f64,
    least: Option<f64>,
    most: Option<f64>,
    numbers: Vec<f64>,
}

impl<'a> Sums<'a> {
    fn of(wanted: Wanted<'a>, cells: &'a Cells) -> Option<Self> {
        let of = wanted.of;
        let source = match wanted.arguments.first() {
            None if of == Of::Count => Source::Rows,
            Some(Code::Found(place)) => match cells.values(*place) {
                Values::Lines => return None,
                Values::Nowhere => Source::Nothing,
                Values::Column(column) => match column.whole() {
                    Whole::Numbers(values) => Source::Numbers(values),
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
        matches!(of, Of::Count | Of::Sum | Of::Average | Of::Minimum | Of::Maximum | Of::Percentile | Of::Median).then(|| Self {
            of,
            percent,
            source,
            states: Vec::new(),
        })
    }

    fn add(&mut self, groups: &[u32], count: usize, rows: Range<usize>) {
        self.states = vec![State::default(); count];
        match self.source {
            Source::Rows => groups.iter().for_each(|group| self.states[*group as usize].count += 1),
            Source::Nothing => {}
            Source::Codes(codes, texts) => {
                for (_, group) in rows.zip(groups).filter(|(row, _)| Column::code_at(codes, *row) < texts) {
                    self.states[*group as usize].count += 1;
                }
            }
            Source::Numbers(values) => self.add_numbers(values, groups, rows),
        }
    }

    fn add_numbers(&mut self, values: &[u8], groups: &[u32], rows: Range<usize>) {
        let of = self.of;
        for (row, group) in rows.zip(groups) {
            let number = Column::number_at(values, row);
            // Not a number is no value; what is beyond all numbers is none either.
            if !number.is_finite() {
                continue;
            }
            let state = &mut self.states[*group as usize];
            state.count += 1;
            match of {
                Of::Sum | Of::Average => state.sum += number,
                Of::Minimum => state.least = Some(state.least.map_or(number, |least| least.min(number))),
                Of::Maximum => state.most = Some(state.most.map_or(number, |most| most.max(number))),
                Of::Percentile | Of::Median => state.numbers.push(number),
                _ => {}
            }
        }
    }

    fn result(&mut self, group: usize) -> Accumulator {
        let state = std::mem::take(&mut self.states[group]);
        match self.of {
            Of::Sum | Of::Average => Accumulator::sum(self.of, state.count, state.sum),
            Of::Minimum => Accumulator::Extreme { is_least: true, numbers_only: true, kept: state.least.map(Value::Number) },
            Of::Maximum => Accumulator::Extreme { is_least: false, numbers_only: true, kept: state.most.map(Value::Number) },
            Of::Percentile | Of::Median => Accumulator::Percentile { percent: self.percent, numbers: state.numbers },
            _ => Accumulator::Count(state.count),
        }
    }
}
