//! How the rows of two runs of one query differ.
//!
//! Rows are compared as they are shown, without regard to their order: CloudWatch promises none unless the query sorts. Where it does, rows that stand
//! in another place are counted, because equal keys may come in any order.

use std::collections::HashMap;

use crate::insights::{Results, Value};

/// Rows left after the equal ones are taken away are paired one by one up to this many on a side; beyond, each is told as missing on the other.
const MOST_PAIRED: usize = 500;
/// Numbers that differ by less than this part of them are the same: CloudWatch shows four digits after the point.
const NEAR: f64 = 1e-4;

/// What became of the rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// The columns of both, those of this program first.
    pub columns: Vec<String>,
    /// Every row of both, equal ones after those that differ.
    pub pairs: Vec<Pair>,
    /// Rows that are the same.
    pub same: usize,
    /// Rows that are in both with other values.
    pub different: usize,
    /// Rows that only this program found.
    pub only_here: usize,
    /// Rows that only CloudWatch found.
    pub only_there: usize,
    /// Equal rows of a sorted query that stand in another place.
    pub moved: usize,
}

/// A row of one or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Its place here.
    pub here: Option<usize>,
    /// Its place there.
    pub there: Option<usize>,
    /// Columns of the comparison whose values differ.
    pub differs: Vec<usize>,
}

impl Comparison {
    /// Whether both found the same.
    pub fn is_equal(&self) -> bool {
        self.different + self.only_here + self.only_there == 0
    }

    /// The result in a sentence.
    pub fn verdict(&self) -> String {
        let rows = |count: usize| crate::base::text::count(count as u64, "row");
        if self.same == 0 && self.is_equal() {
            return "Both found nothing".to_owned();
        }
        if self.is_equal() && self.moved > 0 {
            return format!("Both found the same {}; {} in another order, as rows with equal keys may", rows(self.same), self.moved);
        }
        if self.is_equal() {
            return format!("Both found the same {}", rows(self.same));
        }
        let parts = [
            (self.different, "with other values"),
            (self.only_here, "only here"),
            (self.only_there, "only on CloudWatch"),
            (self.same, "the same"),
        ];
        let told: Vec<String> = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        format!("The rows differ: {}", told.join(", "))
    }
}

/// The value of `row` in each of `columns`, as it is shown.
struct Cells<'a> {
    results: &'a Results,
    places: Vec<Option<usize>>,
}

impl<'a> Cells<'a> {
    fn new(results: &'a Results, columns: &[String]) -> Self {
        let places = columns.iter().map(|name| results.columns.iter().position(|own| own == name)).collect();
        Self { results, places }
    }

    fn value(&self, row: usize, column: usize) -> &'a Value {
        self.places[column].map_or(&Value::Null, |place| &self.results.rows[row].0[place])
    }

    fn row(&self, row: usize) -> Vec<Option<String>> {
        (0..self.places.len()).map(|column| self.value(row, column).shown()).collect()
    }
}

/// Compares the rows; `is_sorted` says whether the query orders them.
pub fn compare(here: &Results, there: &Results, is_sorted: bool) -> Comparison {
    let mut columns = here.columns.clone();
    columns.extend(there.columns.iter().filter(|name| !here.columns.contains(name)).cloned());
    let (ours, theirs) = (Cells::new(here, &columns), Cells::new(there, &columns));
    let mut comparison = Comparison { columns, ..Comparison::default() };
    let (equal, left, right) = equal_rows(&ours, &theirs);
    comparison.same = equal.len();
    if is_sorted {
        comparison.moved = equal.iter().filter(|(a, b)| a != b).count();
    }
    let (near, left, right) = pair_up(&ours, &theirs, left, right);
    for (a, b) in near {
        let differs: Vec<usize> =
            (0..comparison.columns.len()).filter(|column| !alike(ours.value(a, *column), theirs.value(b, *column))).collect();
        *(if differs.is_empty() { &mut comparison.same } else { &mut comparison.different }) += 1;
        comparison.pairs.push(Pair { here: Some(a), there: Some(b), differs });
    }
    (comparison.only_here, comparison.only_there) = (left.len(), right.len());
    comparison.pairs.extend(left.into_iter().map(|row| Pair { here: Some(row), there: None, differs: Vec::new() }));
    comparison.pairs.extend(right.into_iter().map(|row| Pair { here: None, there: Some(row), differs: Vec::new() }));
    comparison.pairs.extend(equal.into_iter().map(|(a, b)| Pair { here: Some(a), there: Some(b), differs: Vec::new() }));
    comparison.pairs.sort_by_key(Pair::rank);
    comparison
}

impl Pair {
    /// Different first, then what is missing, then the same; each in its own order.
    fn rank(&self) -> (u8, usize) {
        let kind = match (self.here, self.there, self.differs.is_empty()) {
            (Some(_), Some(_), false) => 0,
            (Some(_), None, _) => 1,
            (None, _, _) => 2,
            (Some(_), Some(_), true) => 3,
        };
        (kind, self.here.or(self.there).unwrap_or_default())
    }
}

/// Pairs of rows with one text in every cell, each row once, and what is left on both sides.
fn equal_rows(ours: &Cells<'_>, theirs: &Cells<'_>) -> (Vec<(usize, usize)>, Vec<usize>, Vec<usize>) {
    let mut waiting: HashMap<Vec<Option<String>>, Vec<usize>> = HashMap::new();
    for row in (0..theirs.results.rows.len()).rev() {
        waiting.entry(theirs.row(row)).or_default().push(row);
    }
    let (mut equal, mut left) = (Vec::new(), Vec::new());
    for row in 0..ours.results.rows.len() {
        match waiting.get_mut(&ours.row(row)).and_then(Vec::pop) {
            Some(other) => equal.push((row, other)),
            None => left.push(row),
        }
    }
    let mut right: Vec<usize> = waiting.into_values().flatten().collect();
    right.sort_unstable();
    (equal, left, right)
}

type Paired = (Vec<(usize, usize)>, Vec<usize>, Vec<usize>);

/// Pairs rows that have at least half of their cells in common, the most alike first.
fn pair_up(ours: &Cells<'_>, theirs: &Cells<'_>, left: Vec<usize>, right: Vec<usize>) -> Paired {
    if left.len() > MOST_PAIRED || right.len() > MOST_PAIRED {
        return (Vec::new(), left, right);
    }
    let width = ours.places.len();
    let mut candidates = Vec::new();
    for a in &left {
        for b in &right {
            let score = (0..width).filter(|column| alike(ours.value(*a, *column), theirs.value(*b, *column))).count();
            if score * 2 >= width && score > 0 {
                candidates.push((std::cmp::Reverse(score), *a, *b));
            }
        }
    }
    candidates.sort_unstable();
    let (mut pairs, mut left, mut right) = (Vec::new(), left, right);
    for (_, a, b) in candidates {
        if left.contains(&a) && right.contains(&b) {
            pairs.push((a, b));
            left.retain(|row| *row != a);
            right.retain(|row| *row != b);
        }
    }
    (pairs, left, right)
}

/// Whether two values are shown alike, or are numbers that only rounding tells apart.
fn alike(a: &Value, b: &Value) -> bool {
    if a.shown() == b.shown() {
        return true;
    }
    match (a.number(), b.number()) {
        (Some(a), Some(b)) => (a - b).abs() <= NEAR * a.abs().max(b.abs()).max(1.0),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(rows: &[&[&str]]) -> Results {
        let columns = ["model", "n"].map(str::to_owned).to_vec();
        let value = |text: &&str| text.parse().map_or_else(|_| Value::Text((*text).into()), Value::Number);
        Results { columns, rows: rows.iter().map(|row| (row.iter().map(value).collect(), None)).collect(), ..Results::default() }
    }

    #[test]
    fn order_does_not_matter_and_repeated_rows_count_once_each() {
        let found = compare(&results(&[&["a", "1"], &["b", "2"], &["a", "1"]]), &results(&[&["b", "2"], &["a", "1"], &["a", "1"]]), false);
        assert!(found.is_equal() && found.same == 3 && found.moved == 0);
        assert_eq!(found.verdict(), "Both found the same 3 rows");
        let sorted = compare(&results(&[&["a", "1"], &["b", "1"]]), &results(&[&["b", "1"], &["a", "1"]]), true);
        assert!(sorted.is_equal() && sorted.moved == 2 && sorted.verdict().contains("in another order"));
    }

    #[test]
    fn other_values_and_missing_rows_are_told_apart() {
        let found = compare(
            &results(&[&["a", "1"], &["b", "2"], &["c", "9"]]),
            &results(&[&["b", "3"], &["a", "1"], &["d", "4"], &["e", "5"]]),
            false,
        );
        assert_eq!((found.same, found.different, found.only_here, found.only_there), (1, 1, 1, 2));
        assert_eq!(found.pairs[0], Pair { here: Some(1), there: Some(0), differs: vec![1] });
        assert_eq!(found.verdict(), "The rows differ: 1 with other values, 1 only here, 2 only on CloudWatch, 1 the same");
    }

    #[test]
    fn rounding_is_no_difference() {
        let found = compare(&results(&[&["a", "33.3333"]]), &results(&[&["a", "33.3334"]]), false);
        assert!(found.is_equal() && found.same == 1);
    }

    #[test]
    fn a_column_of_one_side_is_a_difference() {
        let mut there = results(&[&["a", "1"]]);
        there.columns[1] = "count".to_owned();
        let found = compare(&results(&[&["a", "1"]]), &there, false);
        assert_eq!(found.columns, ["model", "n", "count"]);
        assert!(!found.is_equal());
    }

    #[test]
    fn nothing_on_both_sides_is_agreement() {
        assert_eq!(compare(&results(&[]), &results(&[]), false).verdict(), "Both found nothing");
    }
}
