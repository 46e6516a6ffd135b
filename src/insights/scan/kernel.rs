//! `stats` over whole columns: the common aggregates of numbers, grouped by texts and periods, without a row being made.

use std::collections::HashMap;
use std::ops::Range;

use super::super::accumulator::Accumulator;
use super::super::functions::aggregates::Of;
use super::super::plan::{Code, System};
use super::super::ranked::Ranked;
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
    let mut sums: Vec<Sums<'_>> = wanted.iter().map(|wanted| Sums::of(*wanted, cells)).collect::<Option<_>>()?;
    if let [code] = by
        && let Some(length) = period(code)
    {
        return Some(by_period(length, &mut sums, cells, rows));
    }
    let keys: Vec<Key> = by.iter().map(|code| Key::of(code, cells, rows.clone())).collect::<Option<_>>()?;
    let (groups, firsts) = numbered(&keys, rows.clone());
    for sums in &mut sums {
        sums.add(&groups, firsts.len(), rows.clone());
    }
    let key = |row: usize| keys.iter().map(|key| key.value(row - rows.start)).collect();
    Some(firsts.iter().enumerate().map(|(group, row)| (key(*row), sums.iter_mut().map(|sums| sums.result(group)).collect())).collect())
}

/// The length of periods that rows are grouped by, if they are.
fn period(code: &Code) -> Option<Length> {
    match code {
        Code::Round { of, to, up: false } if matches!(**of, Code::System(System::Timestamp)) => Some(*to),
        _ => None,
    }
}

/// Rows are in order of time, so that each period is a run of them.
fn by_period(length: Length, sums: &mut [Sums<'_>], cells: &Cells, rows: Range<usize>) -> Groups {
    let times = cells.block().times();
    let mut runs = Vec::new();
    let mut from = rows.start;
    while from < rows.end {
        let (start, end) = (length.floor(time_at(times, from)), length.next(time_at(times, from)));
        let to = from + first_from(times, from..rows.end, end).max(1);
        runs.push((Value::Time(start), from..to));
        from = to;
    }
    let states = |run: Range<usize>, sums: &mut [Sums<'_>]| {
        let add = |sums: &mut Sums<'_>| {
            sums.add_run(run.clone());
            sums.result(0)
        };
        sums.iter_mut().map(add).collect()
    };
    runs.into_iter().rev().map(|(start, run)| (vec![start], states(run, sums))).collect()
}

/// How many of `rows` are before `end`, found in ever longer steps.
fn first_from(times: &[u8], rows: Range<usize>, end: i64) -> usize {
    let is_before = |at: usize| rows.start + at < rows.end && time_at(times, rows.start + at) < end;
    let mut high = 1;
    while is_before(high) {
        high *= 2;
    }
    let mut low = high / 2;
    while low < high {
        let middle = low.midpoint(high);
        if is_before(middle) { low = middle + 1 } else { high = middle }
    }
    low
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
            _ => Some(Self::of_periods(period(code)?, cells, rows)),
        }
    }

    fn of_codes(column: &Column<'_>, rows: Range<usize>) -> Option<Self> {
        let Whole::Codes(codes) = column.whole() else { return None };
        let mut values: Vec<Value> = column.texts().into_iter().map(|text| Value::text(text.into_owned())).collect();
        let nothing = values.len();
        values.push(Value::Null);
        let (count, of) = (rows.len(), Column::codes_at(codes, rows).map(|code| code.min(nothing) as u32).collect::<Vec<_>>());
        (of.len() == count).then_some(Self { of, values })
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
    let size: Option<usize> = keys.iter().try_fold(1_usize, |size, key| size.checked_mul(key.values.len().max(1)));
    let joined = |index: usize| keys.iter().fold(0_u64, |sum, key| sum * key.values.len() as u64 + u64::from(key.of[index]));
    match (keys, size.filter(|size| *size <= MAX_TABLE)) {
        ([key], Some(size)) => by_table(&rows, size, |index| key.of[index] as usize),
        (_, Some(size)) => by_table(&rows, size, |index| joined(index) as usize),
        _ => by_map(&rows, |index| keys.iter().map(|key| key.of[index]).collect()),
    }
}

fn by_table(rows: &Range<usize>, size: usize, key: impl Fn(usize) -> usize) -> (Vec<u32>, Vec<usize>) {
    let (mut groups, mut firsts, mut table) = (vec![0; rows.len()], Vec::new(), vec![u32::MAX; size]);
    for (index, group) in groups.iter_mut().enumerate().rev() {
        let known = &mut table[key(index)];
        if *known == u32::MAX {
            *known = firsts.len() as u32;
            firsts.push(rows.start + index);
        }
        *group = *known;
    }
    (groups, firsts)
}

fn by_map(rows: &Range<usize>, key: impl Fn(usize) -> Box<[u32]>) -> (Vec<u32>, Vec<usize>) {
    let (mut groups, mut firsts) = (vec![0; rows.len()], Vec::new());
    let mut map: HashMap<Box<[u32]>, u32, foldhash::fast::FixedState> = HashMap::default();
    for (index, group) in groups.iter_mut().enumerate().rev() {
        *group = *map.entry(key(index)).or_insert_with(|| {
            firsts.push(rows.start + index);
            firsts.len() as u32 - 1
        });
    }
    (groups, firsts)
}

/// Sums of a group that are added to in turn.
const LANES: usize = 4;

/// How many rows each group has.
fn sizes(groups: &[u32], count: usize) -> Vec<u64> {
    let mut sizes = vec![0_u64; count * LANES];
    for (row, group) in groups.iter().enumerate() {
        sizes[*group as usize * LANES + row % LANES] += 1;
    }
    sizes.chunks(LANES).map(|lanes| lanes.iter().sum()).collect()
}

/// Numbers below which counting is tried.
const BELOW: [f64; 4] = [512.0, 2_048.0, 8_192.0, 65_536.0];

/// The first of [`BELOW`] that all are below, if all that are numbers are whole and none is less than 0.
#[expect(clippy::needless_bitwise_bool, clippy::neg_cmp_op_on_partial_ord, reason = "no branches, and not a number is below all")]
fn whole_below(values: &[u8], rows: Range<usize>) -> Option<usize> {
    // Adding this leaves no room for a fraction. Compilers judge several numbers at once where nothing branches.
    const NO_FRACTION: f64 = (1_u64 << 52) as f64;
    let (mut is_whole, mut are_below) = (true, [true; BELOW.len()]);
    for number in Column::numbers_at(values, rows) {
        is_whole &= number.is_nan() | ((number >= 0.0) & ((number + NO_FRACTION) - NO_FRACTION == number));
        are_below.iter_mut().zip(BELOW).for_each(|(all, below)| *all &= !(number >= below));
    }
    let first = are_below.iter().position(|all| *all).filter(|_| is_whole)?;
    Some(BELOW[first] as usize)
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
    ranked: Ranked,
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

    /// Adds rows that are all of one group.
    fn add_run(&mut self, rows: Range<usize>) {
        match self.source {
            Source::Rows => self.states = vec![State { count: rows.len() as u64, ..State::default() }],
            _ => self.add(&vec![0; rows.len()], 1, rows),
        }
    }

    fn add(&mut self, groups: &[u32], count: usize, rows: Range<usize>) {
        self.states = vec![State::default(); count];
        match self.source {
            Source::Rows => self.states.iter_mut().zip(sizes(groups, count)).for_each(|(state, size)| state.count = size),
            Source::Nothing => {}
            Source::Codes(codes, texts) => {
                for (_, group) in Column::codes_at(codes, rows).zip(groups).filter(|(code, _)| *code < texts) {
                    self.states[*group as usize].count += 1;
                }
            }
            Source::Numbers(values) => self.add_numbers(values, groups, rows),
        }
    }

    fn add_numbers(&mut self, values: &[u8], groups: &[u32], rows: Range<usize>) {
        match self.of {
            Of::Sum | Of::Average => self.add_sums(values, groups, rows),
            Of::Minimum => {
                self.each_number(values, groups, rows, |state, number| {
                    state.least = Some(state.least.map_or(number, |least| least.min(number)));
                });
            }
            Of::Maximum => {
                self.each_number(values, groups, rows, |state, number| {
                    state.most = Some(state.most.map_or(number, |most| most.max(number)));
                });
            }
            Of::Percentile | Of::Median => self.add_ranked(values, groups, rows),
            _ => self.each_number(values, groups, rows, |_, _| {}),
        }
    }

    /// Rows that follow one another go to different sums of their group, as adding to the one that was just written would wait for it.
    fn add_sums(&mut self, values: &[u8], groups: &[u32], rows: Range<usize>) {
        let mut sums = vec![(0.0, 0); self.states.len() * LANES];
        for (row, (number, group)) in Column::numbers_at(values, rows).zip(groups).enumerate() {
            let (sum, count) = &mut sums[*group as usize * LANES + row % LANES];
            let is_number = number.is_finite();
            *sum += if is_number { number } else { 0.0 };
            *count += u64::from(is_number);
        }
        for (state, lanes) in self.states.iter_mut().zip(sums.chunks(LANES)) {
            (state.sum, state.count) = lanes.iter().fold((0.0, 0), |(sum, count), lane| (sum + lane.0, count + lane.1));
        }
    }

    fn add_ranked(&mut self, values: &[u8], groups: &[u32], rows: Range<usize>) {
        // Counting costs room for every number below the largest in each group.
        let below = whole_below(values, rows.clone()).filter(|below| below * self.states.len() <= 4 * rows.len());
        if let Some(below) = below {
            let mut counts = vec![0; self.states.len() * below];
            for (number, group) in Column::numbers_at(values, rows).zip(groups).filter(|(number, _)| !number.is_nan()) {
                counts[*group as usize * below + number as usize] += 1;
            }
            self.states.iter_mut().zip(counts.chunks(below)).for_each(|(state, counts)| state.ranked = Ranked::counted(counts));
            return;
        }
        let sizes = sizes(groups, self.states.len());
        self.states.iter_mut().zip(sizes).for_each(|(state, size)| state.ranked = Ranked::with_room(size as usize));
        self.each_number(values, groups, rows, |state, number| state.ranked.add(number));
    }

    /// Counts the numbers and does `add` with each. Not a number is no value; what is beyond all numbers is none either.
    fn each_number(&mut self, values: &[u8], groups: &[u32], rows: Range<usize>, add: impl Fn(&mut State, f64)) {
        for (number, group) in Column::numbers_at(values, rows).zip(groups) {
            if number.is_finite() {
                let state = &mut self.states[*group as usize];
                state.count += 1;
                add(state, number);
            }
        }
    }

    fn result(&mut self, group: usize) -> Accumulator {
        let state = std::mem::take(&mut self.states[group]);
        match self.of {
            Of::Sum | Of::Average => Accumulator::sum(self.of, state.count, state.sum),
            Of::Minimum => Accumulator::Extreme { is_least: true, numbers_only: true, kept: state.least.map(Value::Number) },
            Of::Maximum => Accumulator::Extreme { is_least: false, numbers_only: true, kept: state.most.map(Value::Number) },
            Of::Percentile | Of::Median => Accumulator::Percentile { percent: self.percent, ranked: state.ranked },
            _ => Accumulator::Count(state.count),
        }
    }
}
