//! Series over time and how they are read: gaps, values at a moment, sums, stacks, and the newest period that is not over yet.

use std::collections::BTreeMap;

/// A value over a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Start of the period, milliseconds since the epoch.
    pub at_ms: i64,
    /// The value.
    pub value: f64,
}

/// Values over time, ascending; a period without data has no point.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// Name of the metric.
    pub metric: String,
    /// The model, or empty when the models were added up.
    pub model: String,
    /// The values.
    pub points: Vec<Point>,
    /// Which metric of the plot it is of: series of one model differ by it.
    pub part: usize,
}

/// A value to stay below, drawn as a line across.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Limit {
    /// The model that it is for; empty for all.
    pub model: String,
    /// The value.
    pub value: f64,
}

/// The series of a plot with the time they cover.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plotted {
    /// The series; those without a point are left out.
    pub series: Vec<Series>,
    /// Start of the time asked for, milliseconds since the epoch.
    pub from_ms: i64,
    /// End of the time asked for, milliseconds since the epoch.
    pub to_ms: i64,
    /// Length of a period, milliseconds.
    pub period_ms: i64,
    /// Values to stay below.
    pub limits: Vec<Limit>,
}

impl Series {
    /// The runs of points without a gap: neighbours are one period apart.
    pub fn runs(&self, period_ms: i64) -> impl Iterator<Item = &[Point]> {
        self.points.chunk_by(move |a, b| b.at_ms - a.at_ms <= period_ms)
    }

    /// The value of the period that `at_ms` lies in.
    pub fn value_at(&self, at_ms: i64, period_ms: i64) -> Option<f64> {
        let after = self.points.partition_point(|point| point.at_ms <= at_ms);
        let point = self.points.get(after.checked_sub(1)?)?;
        (at_ms - point.at_ms < period_ms).then_some(point.value)
    }

    /// All values added up; meaningful for sums only.
    pub fn sum(&self) -> f64 {
        // The empty sum of floats is minus zero.
        self.points.iter().map(|point| point.value).sum::<f64>() + 0.0
    }

    /// The newest value.
    pub fn last(&self) -> Option<f64> {
        self.points.last().map(|point| point.value)
    }
}

impl Plotted {
    /// The same values with all models of a metric added up.
    #[must_use]
    pub fn by_metric(&self) -> Self {
        let mut sums: BTreeMap<&str, BTreeMap<i64, f64>> = BTreeMap::new();
        for series in &self.series {
            let sum = sums.entry(&series.metric).or_default();
            for point in &series.points {
                *sum.entry(point.at_ms).or_default() += point.value;
            }
        }
        let series = sums.into_iter().map(|(metric, values)| Series {
            metric: metric.to_owned(),
            model: String::new(),
            points: values.into_iter().map(|(at_ms, value)| Point { at_ms, value }).collect(),
            part: 0,
        });
        Self { series: series.collect(), limits: Vec::new(), ..*self }
    }

    /// The sum of all values of `metric`.
    pub fn total(&self, metric: &str) -> f64 {
        self.series.iter().filter(|series| series.metric == metric).map(Series::sum).sum::<f64>() + 0.0
    }

    /// The largest value drawn; of a stack, the height of the highest pile.
    pub fn peak(&self, stacked: bool, hidden: impl Fn(&Series) -> bool) -> f64 {
        let shown = self.series.iter().filter(|series| !hidden(series));
        if !stacked {
            return shown.flat_map(|series| &series.points).map(|point| point.value).fold(0.0, f64::max);
        }
        // Points mostly stand where periods begin, which tells the place of their pile.
        let place =
            |at_ms: i64| usize::try_from((at_ms - self.from_ms).div_euclid(self.period_ms.max(1))).ok().filter(|at| *at < MOST_PILES);
        let (mut piles, mut others) = (Vec::new(), BTreeMap::<i64, f64>::new());
        for point in shown.flat_map(|series| &series.points) {
            match place(point.at_ms) {
                Some(at) => {
                    if piles.len() <= at {
                        piles.resize(at + 1, 0.0);
                    }
                    piles[at] += point.value;
                }
                None => *others.entry(point.at_ms).or_default() += point.value,
            }
        }
        piles.into_iter().chain(others.into_values()).fold(0.0, f64::max)
    }

    /// Start of the newest period if it is not over at `now_ms`: its values still grow.
    pub fn unfinished_from(&self, now_ms: i64) -> Option<i64> {
        let newest = self.series.iter().filter_map(|series| series.points.last()).map(|point| point.at_ms).max()?;
        (newest + self.period_ms > now_ms).then_some(newest)
    }
}

/// Periods of a plot whose piles have a place; there are never so many.
const MOST_PILES: usize = 100_000;

/// A layer of a stack at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layer {
    /// Start of the period, milliseconds since the epoch.
    pub at_ms: i64,
    /// Where the layer begins.
    pub bottom: f64,
    /// Where it ends.
    pub top: f64,
}

/// Piles `series` upon each other in their order: for each the layers at every moment of `moments`; a missing value has no height.
pub fn stack<'a>(series: impl Iterator<Item = &'a Series>, moments: &[i64]) -> Vec<Vec<Layer>> {
    let mut tops = vec![0.0; moments.len()];
    series
        .map(|series| {
            let mut points = series.points.iter().peekable();
            let layers = moments.iter().zip(&mut tops).map(|(&at_ms, top)| {
                while points.next_if(|point| point.at_ms < at_ms).is_some() {}
                let value = points.peek().filter(|point| point.at_ms == at_ms).map_or(0.0, |point| point.value);
                let bottom = std::mem::replace(top, *top + value);
                Layer { at_ms, bottom, top: *top }
            });
            layers.collect()
        })
        .collect()
}

/// Every moment at which one of `series` has a point, ascending.
#[expect(clippy::stable_sort_primitive, reason = "stable sorting only joins the runs, of which each series is one")]
pub fn moments<'a>(series: impl Iterator<Item = &'a Series>) -> Vec<i64> {
    let mut moments: Vec<i64> = series.flat_map(|series| &series.points).map(|point| point.at_ms).collect();
    moments.sort();
    moments.dedup();
    moments
}

/// How high the pile of `series` is at every moment of `moments`.
pub fn piles<'a>(series: impl Iterator<Item = &'a Series>, moments: &[i64]) -> Vec<f64> {
    let mut tops = vec![0.0; moments.len()];
    for series in series {
        let mut at = 0;
        for point in &series.points {
            at += moments[at..].iter().take_while(|moment| **moment < point.at_ms).count();
            if moments.get(at) == Some(&point.at_ms) {
                tops[at] += point.value;
            }
        }
    }
    tops
}

/// A round number at or above `value` for the top of an axis, and the step of its marks, for about `marks` marks; `least` is the smallest step
/// that makes sense, 1 for things that are counted.
pub fn nice_axis(value: f64, marks: usize, least: f64) -> (f64, f64) {
    if !(value.is_finite() && value > 0.0) {
        return (1.0, 1.0);
    }
    let rough = value / marks.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough * 0.999 && (least < 1.0 || step.fract() == 0.0))
        .unwrap_or(rough)
        .max(least);
    ((value / step).ceil() * step, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn piles_are_as_high_as_the_last_layer() {
        let of = |points: &[(i64, f64)]| Series {
            metric: "n".to_owned(),
            model: String::new(),
            points: points.iter().map(|&(at_ms, value)| Point { at_ms, value }).collect(),
            part: 0,
        };
        let all = [of(&[(0, 1.0), (2, 2.0), (9, 4.0)]), of(&[(1, 5.0), (2, 3.0)]), of(&[])];
        let moments = moments(all.iter());
        let last = stack(all.iter(), &moments).pop().unwrap();
        assert_eq!(moments, [0, 1, 2, 9]);
        assert_eq!(piles(all.iter(), &moments), last.iter().map(|layer| layer.top).collect::<Vec<_>>());
    }

    fn series(metric: &str, model: &str, values: &[(i64, f64)]) -> Series {
        let points = values.iter().map(|&(at_ms, value)| Point { at_ms, value }).collect();
        Series { metric: metric.to_owned(), model: model.to_owned(), points, part: 0 }
    }

    fn plotted(series: Vec<Series>) -> Plotted {
        Plotted { series, from_ms: 0, to_ms: 100, period_ms: 10, limits: Vec::new() }
    }

    #[test]
    fn a_missing_period_is_a_gap() {
        let series = series("m", "a", &[(0, 1.0), (10, 2.0), (30, 3.0)]);
        let runs: Vec<_> = series.runs(10).map(<[Point]>::len).collect();
        assert_eq!(runs, [2, 1]);
        assert_eq!([series.value_at(19, 10), series.value_at(20, 10), series.value_at(-1, 10)], [Some(2.0), None, None]);
    }

    #[test]
    fn models_are_added_up_by_metric() {
        let data = plotted(vec![series("m", "a", &[(0, 1.0), (10, 2.0)]), series("m", "b", &[(10, 5.0)]), series("n", "a", &[(0, 9.0)])]);
        let sums = data.by_metric();
        assert_eq!(sums.series[0].points, [Point { at_ms: 0, value: 1.0 }, Point { at_ms: 10, value: 7.0 }]);
        assert_eq!((data.total("m"), sums.series.len()), (8.0, 2));
        assert_eq!((data.peak(false, |_| false), data.peak(true, |s| s.metric == "n")), (9.0, 7.0));
    }

    #[test]
    fn layers_rest_on_each_other_and_missing_values_have_no_height() {
        let data = [series("m", "a", &[(0, 1.0), (20, 2.0)]), series("m", "b", &[(10, 5.0), (20, 1.0)])];
        let layers = stack(data.iter(), &moments(data.iter()));
        let spans: Vec<Vec<_>> = layers.iter().map(|l| l.iter().map(|l| (l.bottom, l.top)).collect()).collect();
        assert_eq!(spans[0], [(0.0, 1.0), (0.0, 0.0), (0.0, 2.0)]);
        assert_eq!(spans[1], [(1.0, 1.0), (0.0, 5.0), (2.0, 3.0)]);
    }

    #[test]
    fn the_newest_period_is_unfinished_until_it_is_over() {
        let data = plotted(vec![series("m", "a", &[(0, 1.0), (10, 2.0)])]);
        assert_eq!((data.unfinished_from(19), data.unfinished_from(20)), (Some(10), None));
    }

    #[test]
    fn axes_end_at_round_numbers() {
        assert_eq!(nice_axis(53.0, 4, 1.0), (60.0, 20.0));
        assert_eq!(nice_axis(12.0, 4, 0.0), (15.0, 5.0));
        assert_eq!(nice_axis(0.0, 4, 0.0), (1.0, 1.0));
        assert_eq!(nice_axis(f64::NAN, 4, 0.0), (1.0, 1.0));
        assert_eq!(nice_axis(2.0, 4, 1.0), (2.0, 1.0));
    }
}
