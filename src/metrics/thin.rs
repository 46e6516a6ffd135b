//! Fewer points with the same picture: what a line looks like on a screen that is narrower than it has points.

use super::series::Point;

/// A column of the screen: the values that a line takes there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    /// Number of the column from the start.
    pub at: usize,
    /// Lowest value.
    pub low: f64,
    /// Highest value.
    pub high: f64,
    /// Value at its left edge.
    pub first: f64,
    /// Value at its right edge.
    pub last: f64,
}

/// The columns, each `column_ms` wide from `from_ms` on, that `points` fall into; ascending, empty ones left out.
pub fn columns(points: &[Point], from_ms: i64, column_ms: f64) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for point in points {
        let at = ((point.at_ms - from_ms) as f64 / column_ms).max(0.0) as usize;
        let value = point.value;
        match columns.last_mut().filter(|column| column.at == at) {
            Some(column) => {
                column.low = column.low.min(value);
                column.high = column.high.max(value);
                column.last = value;
            }
            None => columns.push(Column { at, low: value, high: value, first: value, last: value }),
        }
    }
    columns
}

/// The points of `points` that a line through columns of this width needs: in each the first, the lowest, the highest and the last, in their order.
/// A line with fewer than two points a column stays as it is.
pub fn thinned(points: &[Point], from_ms: i64, column_ms: f64) -> std::borrow::Cow<'_, [Point]> {
    let span = points.last().zip(points.first()).map_or(0, |(last, first)| last.at_ms - first.at_ms) as f64;
    if (points.len() as f64) < 2.0 * span / column_ms.max(1.0) + 16.0 {
        return points.into();
    }
    let column = |point: &Point| ((point.at_ms - from_ms) as f64 / column_ms).floor() as i64;
    let mut kept = Vec::new();
    for run in points.chunk_by(|a, b| column(a) == column(b)) {
        let by = |a: &&Point, b: &&Point| a.value.total_cmp(&b.value);
        let mut few: Vec<Point> =
            [run.first(), run.iter().min_by(by), run.iter().max_by(by), run.last()].into_iter().flatten().copied().collect();
        few.sort_by_key(|point| point.at_ms);
        few.dedup_by_key(|point| point.at_ms);
        kept.extend(few);
    }
    kept.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(count: i64) -> Vec<Point> {
        (0..count).map(|n| Point { at_ms: n * 1_000, value: ((n * 7_919) % 1_009) as f64 }).collect()
    }

    #[test]
    fn every_column_keeps_its_extremes_its_first_and_its_last_point() {
        let points = noise(10_000);
        let column_ms = 100_000.0;
        let few = thinned(&points, 0, column_ms);
        assert!(few.len() <= 400 && few.len() >= 200, "{}", few.len());
        assert!(few.is_sorted_by_key(|point| point.at_ms));
        assert_eq!(columns(&points, 0, column_ms), columns(&few, 0, column_ms));
    }

    #[test]
    fn few_points_stay_as_they_are() {
        let points = noise(50);
        assert!(matches!(thinned(&points, 0, 1_000.0), std::borrow::Cow::Borrowed(_)));
        assert!(thinned(&[], 0, 1.0).is_empty());
    }
}
