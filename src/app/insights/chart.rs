//! What rows can be drawn as, why not as something else, and the series of a drawing.
//!
//! Rows of a `stats` by `bin(…)` are a line in time; by a field, bars. A further field by which is grouped makes a series of each of its values.

use std::collections::BTreeMap;

use super::export::is_numeric;
use crate::insights::{Results, Value};

/// How rows are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum View {
    /// As rows.
    Table,
    /// A line for each series over time.
    Line,
    /// Areas upon each other over time.
    Area,
    /// A bar for each group, or bars over time.
    Bar,
    /// Shares of a whole.
    Pie,
}

impl View {
    /// All, in the order of their buttons, with their names.
    pub const ALL: [(Self, &'static str); 5] =
        [(Self::Table, "Table"), (Self::Line, "Line"), (Self::Area, "Stacked area"), (Self::Bar, "Bar"), (Self::Pie, "Pie")];
}

/// Most bars of a chart, as in CloudWatch.
pub const MOST_BARS: usize = 100;
/// Most series of a line or area chart; the largest are drawn.
pub const MOST_SERIES: usize = 12;
/// Most slices of a pie; the smallest are put together.
pub const MOST_SLICES: usize = 10;

/// What the columns of rows are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shape {
    /// The column of periods.
    pub time: Option<usize>,
    /// Columns of texts, by which rows are grouped.
    pub categories: Vec<usize>,
    /// Columns of numbers.
    pub numbers: Vec<usize>,
    /// Whether rows are events rather than what was computed of many.
    pub is_raw: bool,
    /// How many rows there are.
    pub rows: usize,
}

impl Shape {
    /// Looks at the columns.
    pub fn of(results: &Results) -> Self {
        let mut shape =
            Self { rows: results.rows.len(), is_raw: results.rows.iter().any(|(_, pointer)| pointer.is_some()), ..Self::default() };
        for column in 0..results.columns.len() {
            if is_numeric(results, column) {
                shape.numbers.push(column);
            } else if shape.time.is_none() && is_time(results, column) {
                shape.time = Some(column);
            } else {
                shape.categories.push(column);
            }
        }
        shape
    }

    /// Why rows cannot be drawn so: a sentence that says what would.
    pub fn why_not(&self, view: View) -> Option<&'static str> {
        if view == View::Table {
            return None;
        }
        if self.rows == 0 {
            return Some("There are no rows to draw");
        }
        if self.is_raw {
            return Some("These rows are single events: count or add them up first, such as stats count(*) by bin(5m)");
        }
        if self.numbers.is_empty() {
            return Some("There is no column of numbers: add one, such as stats count(*) by modelId");
        }
        match view {
            View::Line | View::Area if self.time.is_none() => {
                Some("A line needs time: group by periods, such as stats count(*) by bin(5m)")
            }
            View::Bar | View::Pie if self.time.is_none() && self.categories.is_empty() => {
                Some("One row has nothing to compare: group by a field, such as stats count(*) by modelId")
            }
            View::Pie if self.time.is_some() && self.categories.is_empty() => {
                Some("Shares of periods say little: group by a field, such as stats count(*) by modelId")
            }
            _ => None,
        }
    }

    /// What suits the rows best: a line for periods, bars for a few groups, else the table.
    pub fn best(&self) -> View {
        [View::Line, View::Bar].into_iter().find(|view| self.rows > 1 && self.why_not(*view).is_none()).unwrap_or(View::Table)
    }
}

fn is_time(results: &Results, column: usize) -> bool {
    let mut values = results.rows.iter().map(|(values, _)| &values[column]).filter(|value| !value.is_null()).peekable();
    values.peek().is_some() && values.all(|value| matches!(value, Value::Time(_)))
}

/// A series of a chart over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What it is called: the column, the group, or both.
    pub name: String,
    /// Moments in milliseconds since the epoch, ascending and each once, with their values.
    pub points: Vec<(i64, f64)>,
}

impl Series {
    /// The value at a moment.
    pub fn at(&self, ms: i64) -> Option<f64> {
        self.points.binary_search_by_key(&ms, |(at, _)| *at).ok().map(|place| self.points[place].1)
    }
}

/// Series over time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Timeline {
    /// The series, the largest first where some are left out.
    pub series: Vec<Series>,
    /// All moments, ascending.
    pub moments: Vec<i64>,
    /// Length of a period, milliseconds: the smallest distance between two moments.
    pub period_ms: i64,
    /// Series that are left out, because they are too many.
    pub left_out: usize,
}

/// The series of rows over time; nothing when the rows have no time or no numbers.
pub fn timeline(results: &Results, shape: &Shape) -> Timeline {
    let Some(time) = shape.time else { return Timeline::default() };
    let mut series: BTreeMap<(usize, String), BTreeMap<i64, f64>> = BTreeMap::new();
    for (values, _) in &results.rows {
        let Value::Time(at) = values[time] else { continue };
        let group = group_name(results, shape, values);
        for column in &shape.numbers {
            if let Value::Number(number) = values[*column] {
                *series.entry((*column, group.clone())).or_default().entry(at).or_default() += number;
            }
        }
    }
    let mut series: Vec<Series> =
        series.into_iter().map(|((column, group), points)| named(results, shape, column, &group, points)).collect();
    let left_out = series.len().saturating_sub(MOST_SERIES);
    if left_out > 0 {
        let sum = |series: &Series| series.points.iter().map(|(_, value)| value).sum::<f64>();
        series.sort_by(|a, b| sum(b).total_cmp(&sum(a)));
        series.truncate(MOST_SERIES);
    }
    let mut moments: Vec<i64> = series.iter().flat_map(|series| series.points.iter().map(|(at, _)| *at)).collect();
    moments.sort_unstable();
    moments.dedup();
    let period_ms = moments.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(60_000);
    Timeline { series, moments, period_ms, left_out }
}

fn named(results: &Results, shape: &Shape, column: usize, group: &str, points: BTreeMap<i64, f64>) -> Series {
    let name = match (group.is_empty(), shape.numbers.len()) {
        (true, _) => results.columns[column].clone(),
        (false, 1) => group.to_owned(),
        (false, _) => format!("{group} · {}", results.columns[column]),
    };
    Series { name, points: points.into_iter().collect() }
}

/// The values of the columns by which a row is grouped.
fn group_name(results: &Results, shape: &Shape, values: &[Value]) -> String {
    let told = |column: &usize| values[*column].shown().unwrap_or_else(|| format!("no {}", results.columns[*column]));
    shape.categories.iter().map(told).collect::<Vec<_>>().join(" · ")
}

/// Groups with a value for each column of numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Groups {
    /// Names of the columns of numbers.
    pub columns: Vec<String>,
    /// Name and values of each group, in the order of the rows.
    pub groups: Vec<(String, Vec<Option<f64>>)>,
    /// Rows that are left out, because they are too many.
    pub left_out: usize,
}

/// The groups of rows, at most [`MOST_BARS`].
pub fn groups(results: &Results, shape: &Shape) -> Groups {
    let group = |(values, _): &(Vec<Value>, Option<String>)| {
        let numbers = shape.numbers.iter().map(|column| values[*column].number()).collect();
        (group_name(results, shape, values), numbers)
    };
    Groups {
        columns: shape.numbers.iter().map(|column| results.columns[*column].clone()).collect(),
        groups: results.rows.iter().take(MOST_BARS).map(group).collect(),
        left_out: results.rows.len().saturating_sub(MOST_BARS),
    }
}

/// A part of a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    /// Its name.
    pub name: String,
    /// Its value, above nothing.
    pub value: f64,
    /// Its part of the whole, 0 to 1.
    pub share: f64,
}

/// Shares of one column of numbers, the largest first; what is beyond [`MOST_SLICES`] is one slice. Nothing when no value is above nothing; a whole
/// with negative parts is an error.
pub fn slices(results: &Results, shape: &Shape, column: usize) -> Result<Vec<Slice>, &'static str> {
    let mut parts: BTreeMap<String, f64> = BTreeMap::new();
    for (values, _) in &results.rows {
        let value = values[column].number().unwrap_or_default();
        if value < 0.0 {
            return Err("A whole has no negative parts");
        }
        *parts.entry(group_name(results, shape, values)).or_default() += value;
    }
    let whole: f64 = parts.values().sum();
    let mut parts: Vec<(String, f64)> = parts.into_iter().filter(|(_, value)| *value > 0.0).collect();
    parts.sort_by(|a, b| b.1.total_cmp(&a.1));
    if parts.len() > MOST_SLICES {
        let rest = parts.split_off(MOST_SLICES - 1);
        parts.push((format!("{} others", rest.len()), rest.iter().map(|(_, value)| value).sum()));
    }
    Ok(parts.into_iter().map(|(name, value)| Slice { name, value, share: value / whole }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(columns: &[&str], rows: Vec<Vec<Value>>) -> Results {
        let columns = columns.iter().map(|name| (*name).to_owned()).collect();
        Results { columns, rows: rows.into_iter().map(|values| (values, None)).collect(), ..Results::default() }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    fn in_time() -> Results {
        let row = |at: i64, model: &str, n: f64| vec![Value::Time(at), text(model), Value::Number(n)];
        results(&["bin(1m)", "model", "n"], vec![row(60_000, "a", 1.0), row(0, "a", 2.0), row(0, "b", 3.0), row(120_000, "b", 4.0)])
    }

    #[test]
    fn periods_are_lines_with_a_series_for_each_group() {
        let results = in_time();
        let shape = Shape::of(&results);
        assert_eq!((shape.best(), shape.time, shape.numbers.as_slice()), (View::Line, Some(0), &[2][..]));
        let timeline = timeline(&results, &shape);
        assert_eq!((timeline.moments, timeline.period_ms), (vec![0, 60_000, 120_000], 60_000));
        assert_eq!(timeline.series[0], Series { name: "a".to_owned(), points: vec![(0, 2.0), (60_000, 1.0)] });
        assert_eq!((timeline.series[1].at(120_000), timeline.series[1].at(60_000)), (Some(4.0), None));
    }

    #[test]
    fn groups_are_bars_and_shares() {
        let rows = ["a", "b", "c"].into_iter().zip([1.0, 6.0, 3.0]).map(|(name, n)| vec![text(name), Value::Number(n)]).collect();
        let results = results(&["model", "n"], rows);
        let shape = Shape::of(&results);
        assert_eq!(shape.best(), View::Bar);
        assert!(shape.why_not(View::Line).unwrap().contains("bin(5m)") && shape.why_not(View::Pie).is_none());
        assert_eq!(groups(&results, &shape).groups[1], ("b".to_owned(), vec![Some(6.0)]));
        let slices = slices(&results, &shape, 1).unwrap();
        assert_eq!((slices[0].name.as_str(), slices[0].share, slices.len()), ("b", 0.6, 3));
    }

    #[test]
    fn what_does_not_fit_says_what_would() {
        let single = results(&["n"], vec![vec![Value::Number(1.0)]]);
        assert_eq!(Shape::of(&single).best(), View::Table);
        assert!(Shape::of(&single).why_not(View::Bar).unwrap().contains("group by a field"));
        let mut raw = in_time();
        raw.rows[0].1 = Some("p".to_owned());
        assert!(Shape::of(&raw).why_not(View::Line).unwrap().contains("single events"));
        let words = results(&["a"], vec![vec![text("x")], vec![text("y")]]);
        assert!(Shape::of(&words).why_not(View::Pie).unwrap().contains("numbers"));
        assert!(Shape::of(&results(&["a"], Vec::new())).why_not(View::Bar).is_some());
    }

    #[test]
    fn too_much_is_cut_and_told() {
        let rows: Vec<_> = (0..150).map(|n| vec![text(&format!("m{n:03}")), Value::Number(f64::from(n))]).collect();
        let many = results(&["model", "n"], rows.clone());
        let shape = Shape::of(&many);
        let bars = groups(&many, &shape);
        assert_eq!((bars.groups.len(), bars.left_out), (MOST_BARS, 50));
        let pie = slices(&many, &shape, 1).unwrap();
        assert_eq!((pie.len(), pie.last().unwrap().name.as_str()), (MOST_SLICES, "140 others"));
        assert!((pie.iter().map(|slice| slice.share).sum::<f64>() - 1.0).abs() < 1e-9);
        let in_time = results(&["bin", "model", "n"], rows.into_iter().map(|row| [vec![Value::Time(0)], row].concat()).collect());
        let timeline = timeline(&in_time, &Shape::of(&in_time));
        assert_eq!((timeline.series.len(), timeline.left_out, timeline.series[0].name.as_str()), (MOST_SERIES, 138, "m149"));
    }
}
